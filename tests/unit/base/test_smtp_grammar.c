#include "base/smtp_grammar.h"

#include "tests/support/guard_page.h"
#include "tests/support/unit.h"

#define A63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define DOMAIN_255 A63 "." A63 "." A63 "." A63

typedef bool recogniser(struct bytes text, struct err *err);

static bool domain(struct bytes text, struct err *err)
{
    return smtp_grammar_domain(text, SMTP_CHARSET_ASCII, err);
}

static bool domain_utf8(struct bytes text, struct err *err)
{
    return smtp_grammar_domain(text, SMTP_CHARSET_UTF8, err);
}

static bool local_part(struct bytes text, struct err *err)
{
    return smtp_grammar_local_part(text, SMTP_CHARSET_ASCII, err);
}

static bool local_part_utf8(struct bytes text, struct err *err)
{
    return smtp_grammar_local_part(text, SMTP_CHARSET_UTF8, err);
}

static bool mailbox(struct bytes text, struct err *err)
{
    return smtp_grammar_mailbox(text, SMTP_CHARSET_ASCII, NULL, err);
}

static bool reverse_path(struct bytes text, struct err *err)
{
    return smtp_grammar_reverse_path(text, SMTP_CHARSET_ASCII, NULL, err);
}

static bool forward_path(struct bytes text, struct err *err)
{
    return smtp_grammar_forward_path(text, SMTP_CHARSET_ASCII, NULL, err);
}

static bool string(struct bytes text, struct err *err)
{
    return smtp_grammar_string(text, SMTP_CHARSET_ASCII, err);
}

static bool esmtp_param(struct bytes text, struct err *err)
{
    return smtp_grammar_esmtp_param(text, SMTP_CHARSET_ASCII, NULL, err);
}

static const struct {
    recogniser *is;
    const char *text;
} valid_texts[] = {
    {domain,                       "example.org"                          },
    {domain,                       "localhost"                            },
    {domain,                       "163.com"                              },
    {domain,                       "x--y.a1"                              },
    {domain,                       DOMAIN_255                             },
    {domain_utf8,                  "b\xc3\xbc"
                  "cher.example"                         },
    {domain_utf8,                  "\xe4\xbe\x8b.example"                 },
    {smtp_grammar_address_literal, "[127.0.0.1]"                          },
    {smtp_grammar_address_literal, "[255.000.001.0]"                      },
    {smtp_grammar_address_literal, "[IPv6:::]"                            },
    {smtp_grammar_address_literal, "[IPv6:::1]"                           },
    {smtp_grammar_address_literal, "[ipv6:1::]"                           },
    {smtp_grammar_address_literal, "[IPv6:2001:db8::1]"                   },
    {smtp_grammar_address_literal, "[IPv6:1:2:3:4:5:6:7:8]"               },
    {smtp_grammar_address_literal, "[IPv6:1:2:3:4:5:6::]"                 },
    {smtp_grammar_address_literal, "[IPv6:1:2:3:4:5:6:1.2.3.4]"           },
    {smtp_grammar_address_literal, "[IPv6:::ffff:1.2.3.4]"                },
    {smtp_grammar_address_literal, "[IPv6:1:2:3:4::1.2.3.4]"              },
    {smtp_grammar_address_literal, "[X-25:311061700956]"                  },
    {local_part,                   "joker"                                },
    {local_part,                   "a.b.c"                                },
    {local_part,                   "!#$%&'*+-/=?^_`{|}~"                  },
    {local_part,                   "\"\""                                 },
    {local_part,                   "\"a b\\\"c\\\\ @.\""                  },
    {local_part,                   A63 "a"                                },
    {local_part_utf8,              "J\xc3\xb6rg"                          },
    {local_part_utf8,              "\"J\xc3\xb6rg M\""                    },
    {mailbox,                      "joker@163.example"                    },
    {mailbox,                      "a@[127.0.0.1]"                        },
    {mailbox,                      "\"a@b\"@c"                            },
    {reverse_path,                 "<>"                                   },
    {reverse_path,                 "<a@b>"                                },
    {reverse_path,                 "<@hosta.int,@jkl.org:userc@d.bar.org>"},
    {forward_path,                 "<Postmaster>"                         },
    {forward_path,                 "<pOSTMASTER>"                         },
    {forward_path,                 "<postmaster@example.org>"             },
    {string,                       "Crispin"                              },
    {string,                       "\"a b\""                              },
    {esmtp_param,                  "SMTPUTF8"                             },
    {esmtp_param,                  "SIZE=100"                             },
    {esmtp_param,                  "AUTH=<>"                              },
    {esmtp_param,                  "X-1=a+3Db"                            },
    {smtp_grammar_keyword,         "8BITMIME"                             },
    {smtp_grammar_keyword,         "X-A-"                                 },
    {smtp_grammar_ehlo_line,       "AUTH LOGIN PLAIN"                     },
    {smtp_grammar_ehlo_line,       "AUTH =LOGIN"                          },
    {smtp_grammar_xtext,           ""                                     },
    {smtp_grammar_xtext,           "a+2Bb@c+3d"                           },
};

static const struct {
    recogniser *is;
    const char *text;
    unsigned column;
    enum err_kind kind;
} invalid_texts[] = {
    {domain,                       "",                          1,  ERR_SYNTAX},
    {domain,                       ".org",                      1,  ERR_SYNTAX},
    {domain,                       "example.org.",              13, ERR_SYNTAX},
    {domain,                       "a..b",                      3,  ERR_SYNTAX},
    {domain,                       "-a",                        1,  ERR_SYNTAX},
    {domain,                       "a-",                        3,  ERR_SYNTAX},
    {domain,                       "a-.b",                      3,  ERR_SYNTAX},
    {domain,                       "a_b",                       2,  ERR_SYNTAX},
    {domain,                       "b\xc3\xbc",                 2,  ERR_SYNTAX},
    {domain_utf8,                  "b\xc3",                     2,  ERR_SYNTAX},
    {domain,                       DOMAIN_255 "a",              1,  ERR_LIMIT },
    {smtp_grammar_address_literal, "127.0.0.1",                 1,  ERR_SYNTAX},
    {smtp_grammar_address_literal, "[127.0.0.1",                11, ERR_SYNTAX},
    {smtp_grammar_address_literal, "[127.0.0]",                 9,  ERR_SYNTAX},
    {smtp_grammar_address_literal, "[127.0.0.256]",             10, ERR_SYNTAX},
    {smtp_grammar_address_literal, "[127.0.0.1.2]",             11, ERR_SYNTAX},
    {smtp_grammar_address_literal, "[]",                        2,  ERR_SYNTAX},
    {smtp_grammar_address_literal, "[:x]",                      2,  ERR_SYNTAX},
    {smtp_grammar_address_literal, "[x-:y]",                    4,  ERR_SYNTAX},
    {smtp_grammar_address_literal, "[x:]",                      4,  ERR_SYNTAX},
    {smtp_grammar_address_literal, "[x:[]",                     4,  ERR_SYNTAX},
    {smtp_grammar_address_literal, "[::1]",                     2,  ERR_SYNTAX},
    {smtp_grammar_address_literal, "[IPv6:1]",                  7,  ERR_SYNTAX},
    {smtp_grammar_address_literal, "[IPv6:1:2:3:4:5:6:7:8:9]",  7,  ERR_SYNTAX},
    {smtp_grammar_address_literal, "[IPv6:1:2:3:4:5:6:7::]",    7,  ERR_SYNTAX},
    {smtp_grammar_address_literal, "[IPv6:1::2::3]",            12, ERR_SYNTAX},
    {smtp_grammar_address_literal, "[IPv6:1:2:3:4:5::1.2.3.4]", 7,  ERR_SYNTAX},
    {smtp_grammar_address_literal, "[IPv6:12345::]",            11, ERR_SYNTAX},
    {smtp_grammar_address_literal, "[IPv6:1:]",                 9,  ERR_SYNTAX},
    {smtp_grammar_address_literal, "[IPv6::1]",                 7,  ERR_SYNTAX},
    {smtp_grammar_address_literal, "[IPv6:::1.2.3.4:5]",        16, ERR_SYNTAX},
    {local_part,                   "",                          1,  ERR_SYNTAX},
    {local_part,                   ".a",                        1,  ERR_SYNTAX},
    {local_part,                   "a.",                        3,  ERR_SYNTAX},
    {local_part,                   "a..b",                      3,  ERR_SYNTAX},
    {local_part,                   "a b",                       2,  ERR_SYNTAX},
    {local_part,                   "\"a",                       3,  ERR_SYNTAX},
    {local_part,                   "\"a\"b",                    4,  ERR_SYNTAX},
    {local_part,                   "\"a\".b",                   4,  ERR_SYNTAX},
    {local_part,                   "\"a\\\"",                   5,  ERR_SYNTAX},
    {local_part,                   "\"a\\\t\"",                 4,  ERR_SYNTAX},
    {local_part,                   "J\xc3\xb6rg",               2,  ERR_SYNTAX},
    {local_part_utf8,              "J\xc3\x28",                 2,  ERR_SYNTAX},
    {local_part,                   A63 "aa",                    1,  ERR_LIMIT },
    {mailbox,                      "a",                         2,  ERR_SYNTAX},
    {mailbox,                      "a@",                        3,  ERR_SYNTAX},
    {mailbox,                      "@b",                        1,  ERR_SYNTAX},
    {mailbox,                      "a@b@c",                     4,  ERR_SYNTAX},
    {reverse_path,                 "",                          1,  ERR_SYNTAX},
    {reverse_path,                 "a@b",                       1,  ERR_SYNTAX},
    {reverse_path,                 " <a@b>",                    1,  ERR_SYNTAX},
    {reverse_path,                 "<a@b",                      5,  ERR_SYNTAX},
    {reverse_path,                 "< >",                       2,  ERR_SYNTAX},
    {reverse_path,                 "<Postmaster>",              12, ERR_SYNTAX},
    {reverse_path,                 "<@a>",                      4,  ERR_SYNTAX},
    {reverse_path,                 "<@a,b:c@d>",                5,  ERR_SYNTAX},
    {reverse_path,                 "<a@" DOMAIN_255 ">",        1,  ERR_LIMIT },
    {forward_path,                 "<>",                        2,  ERR_SYNTAX},
    {string,                       "a b",                       2,  ERR_SYNTAX},
    {string,                       "",                          1,  ERR_SYNTAX},
    {esmtp_param,                  "=a",                        1,  ERR_SYNTAX},
    {esmtp_param,                  "SIZE=",                     6,  ERR_SYNTAX},
    {esmtp_param,                  "SIZE=a=b",                  7,  ERR_SYNTAX},
    {esmtp_param,                  "-A=b",                      1,  ERR_SYNTAX},
    {esmtp_param,                  "A_B=c",                     2,  ERR_SYNTAX},
    {smtp_grammar_keyword,         "AUTH=",                     5,  ERR_SYNTAX},
    {smtp_grammar_ehlo_line,       "AUTH  PLAIN",               6,  ERR_SYNTAX},
    {smtp_grammar_ehlo_line,       "AUTH ",                     6,  ERR_SYNTAX},
    {smtp_grammar_ehlo_line,       "AUTH=LOGIN",                5,  ERR_SYNTAX},
    {smtp_grammar_xtext,           "a=b",                       2,  ERR_SYNTAX},
    {smtp_grammar_xtext,           "a+2",                       4,  ERR_SYNTAX},
    {smtp_grammar_xtext,           "a+xy",                      3,  ERR_SYNTAX},
    {smtp_grammar_xtext,           "a b",                       2,  ERR_SYNTAX},
};

static void what_the_abnf_has_is_taken(void **state)
{
    struct guard_page page;

    (void)state;
    assert_true(guard_page_init(&page, 1000));
    for (size_t i = 0; i < COUNT_OF(valid_texts); i++) {
        struct err err = {ERR_NONE, 0, 0, ""};
        struct bytes text = bytes_of(valid_texts[i].text);

        if (!valid_texts[i].is(guard_page_put(&page, text), &err))
            fail_msg("%s: column %u: %s", valid_texts[i].text, err.column, err.what);
    }
    guard_page_release(&page);
}

static void what_it_has_not_is_refused_where_it_goes_wrong(void **state)
{
    struct guard_page page;

    (void)state;
    assert_true(guard_page_init(&page, 1000));
    for (size_t i = 0; i < COUNT_OF(invalid_texts); i++) {
        struct err err = {ERR_NONE, 0, 0, ""};
        struct bytes text = bytes_of(invalid_texts[i].text);

        if (invalid_texts[i].is(guard_page_put(&page, text), &err))
            fail_msg("%s: taken", invalid_texts[i].text);
        if (err.column != invalid_texts[i].column || err.kind != invalid_texts[i].kind)
            fail_msg("%s: column %u: %s", invalid_texts[i].text, err.column, err.what);
    }
    guard_page_release(&page);
}

static void every_prefix_is_read_within_its_bounds(void **state)
{
    struct guard_page page;

    (void)state;
    assert_true(guard_page_init(&page, 1000));
    for (size_t i = 0; i < COUNT_OF(valid_texts); i++)
        for (size_t size = 0; valid_texts[i].text[size]; size++)
            valid_texts[i].is(guard_page_put(&page, (struct bytes){valid_texts[i].text, size}),
                              NULL);
    guard_page_release(&page);
}

static void a_path_is_taken_apart(void **state)
{
    struct smtp_path path;

    (void)state;
    assert_true(smtp_grammar_forward_path(BYTES_LITERAL("<@x,@y:\"a b\"@[IPv6:::1]>"),
                                          SMTP_CHARSET_ASCII, &path, NULL));
    assert_string(path.route, "@x,@y:");
    assert_string(path.mailbox.local_part, "\"a b\"");
    assert_string(path.mailbox.domain, "[IPv6:::1]");
    assert_true(
        smtp_grammar_forward_path(BYTES_LITERAL("<postmaster>"), SMTP_CHARSET_ASCII, &path, NULL));
    assert_true(path.postmaster);
    assert_string(path.mailbox.local_part, "postmaster");
    assert_true(smtp_grammar_reverse_path(BYTES_LITERAL("<>"), SMTP_CHARSET_ASCII, &path, NULL));
    assert_true(path.null);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_abnf_has_is_taken),
        cmocka_unit_test(what_it_has_not_is_refused_where_it_goes_wrong),
        cmocka_unit_test(every_prefix_is_read_within_its_bounds),
        cmocka_unit_test(a_path_is_taken_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
