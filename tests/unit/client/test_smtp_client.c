/* test_smtp_client.c - whole sessions of the client, under a clock that jumps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dialogue.h"

#include <stdio.h>
#include <stdlib.h>

#define HELLO "S: 220 mail.example\nC: EHLO client.example\nS: 250 mail.example\n"
#define BYE "C: QUIT\nS: 221 bye\n!wish-close\n!over\n"

static void check(const char *recipients, const char *octets, const char *script, const char *told)
{
    struct smtp_client_options options = dialogue_options();

    check_session(&options, recipients, octets, script, told);
}

static void a_message_is_sent_and_the_session_ended_by_quit(void **state)
{
    (void)state;
    check("to@b.example", "Subject: x\n\n.dot\nend",
          HELLO "C: MAIL FROM:<from@a.example>\nS: 250 ok\nC: RCPT TO:<to@b.example>\nS: 250 ok\n"
                "C: DATA\nS: 354 go\nC: Subject: x\nC: \nC: ..dot\nC: end\nC: .\nC.\n"
                "S: 250 queued\n" BYE,
          "to@b.example sent 250 at end-of-data\nmessage sent 250 at end-of-data");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_is_sent_and_the_session_ended_by_quit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
