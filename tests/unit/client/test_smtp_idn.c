#include "client/smtp_idn.h"

#include "tests/support/unit.h"

static const struct {
    struct bytes mailbox;
    struct bytes ascii;
} valid_mailboxes[] = {
    {OCTETS("a@b.example"),                           OCTETS("a@b.example")             },
    {OCTETS("a@b\xc3\xbc"
            "cher.example"),
     OCTETS("a@xn--bcher-kva.example")                                                  },
    {OCTETS("\"a b\"@\xe4\xbe\x8b\xe3\x81\x88.test"), OCTETS("\"a b\"@xn--r8jz45g.test")},
    {OCTETS("a@stra\xc3\x9f"
            "e.example"),
     OCTETS("a@xn--strae-oqa.example")                                                  },
};

static const struct {
    const char *name;
    struct bytes mailbox;
} invalid_mailboxes[] = {
    {"a local-part that is not ASCII", OCTETS("m\xc3\xbcller@b.example")        },
    {"no UTF-8",                       OCTETS("a@b\xfc"
                        "cher.example")                         },
    {"a character that IDNA forbids",  OCTETS("a@\xe2\x98\x83\xe2\x80\xae.test")},
    {"no mailbox",                     OCTETS("\xc3\xbc")                       },
};

static void a_domain_has_a_labels(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(valid_mailboxes); i++) {
        struct err err = {0};
        struct buf ascii;

        buf_init(&ascii, 300);
        if (!smtp_idn_mailbox(valid_mailboxes[i].mailbox, &ascii, &err))
            fail_msg("%s", err.what);
        assert_bytes(buf_bytes(&ascii), valid_mailboxes[i].ascii);
        buf_release(&ascii);
    }
}

static void nothing_else_has_such_a_form(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(invalid_mailboxes); i++) {
        struct err err = {0};
        struct buf ascii;

        buf_init(&ascii, 300);
        if (smtp_idn_mailbox(invalid_mailboxes[i].mailbox, &ascii, &err))
            fail_msg("%s was taken", invalid_mailboxes[i].name);
        assert_int_equal(err.kind, ERR_SYNTAX);
        buf_release(&ascii);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_domain_has_a_labels),
        cmocka_unit_test(nothing_else_has_such_a_form),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
