#include "tests/simulate/script.h"

#include <stdio.h>

static const char *const stages[] = {"connect",
                                     "EHLO",
                                     "HELO",
                                     "STARTTLS",
                                     "AUTH",
                                     "MAIL",
                                     "RCPT",
                                     "RCPT TO:<r0@example.org>",
                                     "RCPT TO:<r1@example.org>",
                                     "RCPT TO:<r2@example.org>",
                                     "DATA",
                                     ".",
                                     "BDAT",
                                     "RSET",
                                     "QUIT"};

/* What a rule answers; weights are how often a line stands here. */
static const char *const answers[] = {
    "S: 450 4.7.1 greylisted",
    "S: 451 4.3.0 try again",
    "S: 452 4.5.3 too many",
    "S: 421 4.3.2 closing\n  !close",
    "S: 421 4.3.2 closing",
    "S: 550 5.1.1 no",
    "S: 552 5.3.4 too much",
    "S: 554 5.7.1 no\n  !close",
    "S: 554-5.6.0 not\n  S: 554 5.6.0 this",
    "S: 450-4.2.0 not\n  S: 450 4.2.0 now",
    "S: 250-2.0.0 fine\n  S: 250 2.0.0 fine",
    "S: 251 2.1.5 elsewhere",
    "+3s S: 250 2.0.0 slow",
    "+40s S: 250 2.0.0 slow",
    "S: 354 go ahead",
    "S: 650 what",
    "S= \"what is this\\r\\n\"",
    "S= \"250-x\\r\\n550 y\\r\\n\"",
    "!stall",
    "!close",
    "!reset",
    "!half-close",
};

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

static bool write_offers(struct chance *chance, struct buf *ret, struct script_facts *ret_facts)
{
    bool ok = buf_printf(ret, "offer    ENHANCEDSTATUSCODES\n");

    ret_facts->small_size = chance_percent(chance, 4);
    if (chance_percent(chance, 60))
        ok = ok && buf_printf(ret, "offer    PIPELINING\n");
    if (chance_percent(chance, 35))
        ok = ok && buf_printf(ret, "offer    CHUNKING\n");
    if (chance_percent(chance, 60))
        ok = ok && buf_printf(ret, "offer    8BITMIME\n");
    if (chance_percent(chance, 30))
        ok = ok && buf_printf(ret, "offer    STARTTLS\n");
    if (ret_facts->small_size || chance_percent(chance, 50))
        ok = ok && buf_printf(ret, "offer    SIZE %s\n", ret_facts->small_size ? "200" : "1000000");
    return ok;
}

bool script_write(struct chance *chance, unsigned tries, struct buf *ret,
                  struct script_facts *ret_facts)
{
    bool ok = buf_printf(ret, "title    simulated\n"
                              "send     from=m0@client.example to=r0@example.org\n");
    unsigned rules = chance_percent(chance, 30) ? 0 : chance_below(chance, tries < 3 ? 5 : 2);

    ok = ok && write_offers(chance, ret, ret_facts);
    while (rules-- > 0) {
        const char *stage = stages[chance_below(chance, COUNT_OF(stages))];
        unsigned times = chance_below(chance, 3);

        ok = ok && buf_printf(ret, "on %s", stage);
        if (times > 0 && stage[0] != 'c')
            ok = ok && buf_printf(ret, " x%u", times);
        ok = ok && buf_printf(ret, "\n  %s\n", answers[chance_below(chance, COUNT_OF(answers))]);
    }
    return ok && buf_printf(ret, "\n...\n");
}

bool script_message(struct chance *chance, unsigned index, struct buf *ret)
{
    static const char mime[] = "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
                               "Content-Transfer-Encoding: 8bit\r\n";
    static const char *const lines[] = {"",
                                        ".",
                                        "..",
                                        ".hidden",
                                        "plain text",
                                        "a line. with dots",
                                        "RCPT TO:<r9@example.org>",
                                        "QUIT",
                                        "250 ok"};
    unsigned count = chance_percent(chance, 3) ? 600 : chance_below(chance, 20);
    bool is_8bit = chance_percent(chance, 25);
    bool ok = buf_printf(ret,
                         "From: m%u@client.example\r\nDate: Fri, 27 Nov 2026 12:00:00 +0000\r\n"
                         "Message-ID: <%u.1@client.example>\r\nSubject: message %u\r\n%s\r\n",
                         index, index, index, is_8bit ? mime : "");

    ok = ok && (!is_8bit || buf_printf(ret, "\xc3\xa4\xe2\x82\xac\r\n"));

    while (count-- > 0)
        ok = ok && buf_printf(ret, "%s\r\n", lines[chance_below(chance, COUNT_OF(lines))]);
    return ok;
}
