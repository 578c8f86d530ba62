#include "base/smtp_parameter.h"

#include "tests/support/guard_page.h"
#include "tests/support/unit.h"

#define TEN "0123456789"
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN

static const struct {
    const char *keyword;
    struct bytes value;
} valid_values[] = {
    {"NOTIFY",      OCTETS("NEVER")                      },
    {"notify",      OCTETS("success,Failure,DELAY")      },
    {"NOTIFY",      OCTETS("DELAY")                      },
    {"RET",         OCTETS("FULL")                       },
    {"RET",         OCTETS("hdrs")                       },
    {"ENVID",       OCTETS("QQ314159")                   },
    {"ENVID",       OCTETS("a+2Bb+3Dc+20d")              },
    {"ENVID",       OCTETS(HUNDRED)                      },
    {"ORCPT",       OCTETS("rfc822;user+2Btag@d.example")},
    {"ORCPT",       OCTETS("x400;/S+3Dno/")              },
    {"ORCPT",       OCTETS("utf-8;gr\\x{FC}n@d.example") },
    {"ORCPT",       OCTETS("UTF-8;plain@d.example")      },
    {"BY",          OCTETS("120;R")                      },
    {"BY",          OCTETS("-120;N")                     },
    {"BY",          OCTETS("+0;nt")                      },
    {"BY",          OCTETS("999999999;RT")               },
    {"HOLDFOR",     OCTETS("1")                          },
    {"HOLDFOR",     OCTETS("999999999")                  },
    {"HOLDUNTIL",   OCTETS("2026-12-24T18:00:00Z")       },
    {"MT-PRIORITY", OCTETS("-9")                         },
    {"MT-PRIORITY", OCTETS("0")                          },
    {"MT-PRIORITY", OCTETS("9")                          },
    {"BODY",        OCTETS("binaryMIME")                 },
    {"SIZE",        OCTETS("0")                          },
    {"SIZE",        OCTETS("12345678901234567890")       },
    {"MTRK",        OCTETS("YWJj")                       },
    {"MTRK",        OCTETS("YWJj:3600")                  },
    {"COLOUR",      OCTETS("anything")                   },
};

static const struct {
    const char *keyword;
    struct bytes value;
    enum err_kind kind;
} invalid_values[] = {
    {"NOTIFY",      OCTETS(""),                          ERR_SYNTAX},
    {"NOTIFY",      OCTETS("NEVER,SUCCESS"),             ERR_SYNTAX},
    {"NOTIFY",      OCTETS("SUCCESS,"),                  ERR_SYNTAX},
    {"NOTIFY",      OCTETS("SUCCESS,,DELAY"),            ERR_SYNTAX},
    {"NOTIFY",      OCTETS("ALWAYS"),                    ERR_SYNTAX},
    {"RET",         OCTETS("HEADERS"),                   ERR_SYNTAX},
    {"RET",         OCTETS(""),                          ERR_SYNTAX},
    {"ENVID",       OCTETS(""),                          ERR_SYNTAX},
    {"ENVID",       OCTETS("a=b"),                       ERR_SYNTAX},
    {"ENVID",       OCTETS("a+2"),                       ERR_SYNTAX},
    {"ENVID",       OCTETS("a+2b"),                      ERR_SYNTAX},
    {"ENVID",       OCTETS("a+00"),                      ERR_SYNTAX},
    {"ENVID",       OCTETS("a+C3"),                      ERR_SYNTAX},
    {"ENVID",       OCTETS(HUNDRED "x"),                 ERR_LIMIT },
    {"ORCPT",       OCTETS("user@d.example"),            ERR_SYNTAX},
    {"ORCPT",       OCTETS(";user@d.example"),           ERR_SYNTAX},
    {"ORCPT",       OCTETS("rfc822;"),                   ERR_SYNTAX},
    {"ORCPT",       OCTETS("rfc822;user+tag@d.example"), ERR_SYNTAX},
    {"ORCPT",       OCTETS("rfc822;a=b@d.example"),      ERR_SYNTAX},
    {"ORCPT",       OCTETS("utf-8;a\\x{F}"),             ERR_SYNTAX},
    {"ORCPT",       OCTETS("utf-8;a\\x{FFFFFFF}"),       ERR_SYNTAX},
    {"ORCPT",       OCTETS("utf-8;a+40b"),               ERR_SYNTAX},
    {"ORCPT",       OCTETS("utf-8;gr\xc3\xbcn"),         ERR_SYNTAX},
    {"BY",          OCTETS("120"),                       ERR_SYNTAX},
    {"BY",          OCTETS("120;"),                      ERR_SYNTAX},
    {"BY",          OCTETS("0;R"),                       ERR_SYNTAX},
    {"BY",          OCTETS("-5;R"),                      ERR_SYNTAX},
    {"BY",          OCTETS("1000000000;N"),              ERR_SYNTAX},
    {"BY",          OCTETS("5;X"),                       ERR_SYNTAX},
    {"BY",          OCTETS("5;NTT"),                     ERR_SYNTAX},
    {"HOLDFOR",     OCTETS("0"),                         ERR_SYNTAX},
    {"HOLDFOR",     OCTETS("012"),                       ERR_SYNTAX},
    {"HOLDFOR",     OCTETS("1000000000"),                ERR_SYNTAX},
    {"HOLDFOR",     OCTETS("1h"),                        ERR_SYNTAX},
    {"HOLDUNTIL",   OCTETS("2026-12-24T18:00:00+01:00"), ERR_SYNTAX},
    {"HOLDUNTIL",   OCTETS("tomorrow"),                  ERR_SYNTAX},
    {"MT-PRIORITY", OCTETS("-0"),                        ERR_SYNTAX},
    {"MT-PRIORITY", OCTETS("10"),                        ERR_SYNTAX},
    {"MT-PRIORITY", OCTETS("+3"),                        ERR_SYNTAX},
    {"MT-PRIORITY", OCTETS(""),                          ERR_SYNTAX},
    {"BODY",        OCTETS("9BIT"),                      ERR_SYNTAX},
    {"SIZE",        OCTETS("big"),                       ERR_SYNTAX},
    {"SIZE",        OCTETS("123456789012345678901"),     ERR_SYNTAX},
    {"MTRK",        OCTETS(":5"),                        ERR_SYNTAX},
    {"MTRK",        OCTETS("YWJj:"),                     ERR_SYNTAX},
};

static void values_of_the_grammar_are_taken(void **state)
{
    struct guard_page page;

    (void)state;
    assert_true(guard_page_init(&page, 600));
    for (size_t i = 0; i < COUNT_OF(valid_values); i++)
        if (!smtp_parameter_check(bytes_of(valid_values[i].keyword),
                                  guard_page_put(&page, valid_values[i].value), SMTP_CHARSET_ASCII,
                                  NULL))
            fail_msg("%s=%.*s", valid_values[i].keyword, BYTES_FORMAT(valid_values[i].value));
    guard_page_release(&page);
}

static void all_others_are_refused(void **state)
{
    struct guard_page page;

    (void)state;
    assert_true(guard_page_init(&page, 600));
    for (size_t i = 0; i < COUNT_OF(invalid_values); i++) {
        struct err err = {0};

        if (smtp_parameter_check(bytes_of(invalid_values[i].keyword),
                                 guard_page_put(&page, invalid_values[i].value), SMTP_CHARSET_ASCII,
                                 &err))
            fail_msg("%s=%.*s", invalid_values[i].keyword, BYTES_FORMAT(invalid_values[i].value));
        assert_int_equal(err.kind, invalid_values[i].kind);
    }
    guard_page_release(&page);
}

static void what_they_say_is_read(void **state)
{
    struct smtp_deliver_by by;
    struct smtp_original_recipient original;
    uint32_t seconds;
    int64_t until;
    int priority;

    (void)state;
    assert_true(smtp_parameter_by(BYTES_LITERAL("-30;NT"), &by, NULL));
    assert_int_equal(by.seconds, -30);
    assert_false(by.returns);
    assert_true(by.trace);
    assert_true(smtp_parameter_by(BYTES_LITERAL("30;R"), &by, NULL));
    assert_true(by.returns && !by.trace);
    assert_true(smtp_parameter_holdfor(BYTES_LITERAL("86400"), &seconds, NULL));
    assert_int_equal(seconds, 86400);
    assert_true(smtp_parameter_holduntil(BYTES_LITERAL("1970-01-02T00:00:00Z"), &until, NULL));
    assert_int_equal(until, 86400);
    assert_true(smtp_parameter_priority(BYTES_LITERAL("-4"), &priority, NULL));
    assert_int_equal(priority, -4);
    assert_true(smtp_parameter_orcpt(BYTES_LITERAL("utf-8;gr\xc3\xbcn@d.example"),
                                     SMTP_CHARSET_UTF8, &original, NULL));
    assert_string(original.type, "utf-8");
    assert_string(original.address, "gr\xc3\xbcn@d.example");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_of_the_grammar_are_taken),
        cmocka_unit_test(all_others_are_refused),
        cmocka_unit_test(what_they_say_is_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
