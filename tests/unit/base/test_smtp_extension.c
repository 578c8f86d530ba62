#include "base/smtp_extension.h"

#include "tests/support/guard_page.h"
#include "tests/support/unit.h"

static struct smtp_extensions set_of(const char *const *lines, size_t count)
{
    struct smtp_extensions set = {0};

    for (size_t i = 0; i < count; i++)
        assert_true(smtp_extensions_add(&set, bytes_of(lines[i]), NULL));
    return set;
}

#define SET_OF(...)                                                                                \
    set_of((const char *const[]){__VA_ARGS__},                                                     \
           sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

static void every_keyword_is_found_in_any_case(void **state)
{
    (void)state;
    for (unsigned i = 0; i < SMTP_EXTENSION_OTHER; i++) {
        enum smtp_extension extension = (enum smtp_extension)i;

        assert_int_equal(smtp_extension_from(bytes_of(smtp_extension_keyword(extension))), i);
        assert_true(*smtp_extension_source(extension) != '\0');
    }
    assert_int_equal(smtp_extension_from(BYTES_LITERAL("pipeLining")), SMTP_EXTENSION_PIPELINING);
    assert_int_equal(smtp_extension_from(BYTES_LITERAL("PIPELINE")), SMTP_EXTENSION_OTHER);
}

static void a_set_has_what_its_lines_offer(void **state)
{
    struct smtp_extensions set = SET_OF("pipelining", "SIZE 73400320", "AUTH LOGIN PLAIN XALIOAUTH",
                                        "8bitmime", "MAILCOMPRESS");

    (void)state;
    assert_true(smtp_extensions_has(&set, SMTP_EXTENSION_PIPELINING));
    assert_true(smtp_extensions_has(&set, SMTP_EXTENSION_8BITMIME));
    assert_true(smtp_extensions_has(&set, SMTP_EXTENSION_OTHER));
    assert_false(smtp_extensions_has(&set, SMTP_EXTENSION_STARTTLS));
    assert_int_equal(set.size_octets, 73400320);
    assert_int_equal(set.lines, 5);
    assert_true(smtp_extensions_has_mechanism(&set, SMTP_MECHANISM_LOGIN));
    assert_true(smtp_extensions_has_mechanism(&set, SMTP_MECHANISM_OTHER));
    assert_false(smtp_extensions_has_mechanism(&set, SMTP_MECHANISM_CRAM_MD5));
    assert_false(set.auth_legacy);
}

static void the_old_form_of_auth_counts_as_auth(void **state)
{
    struct smtp_extensions set = SET_OF("AUTH=LOGIN PLAIN", "AUTH CRAM-MD5");

    (void)state;
    assert_true(smtp_extensions_has(&set, SMTP_EXTENSION_AUTH));
    assert_true(smtp_extensions_has_mechanism(&set, SMTP_MECHANISM_LOGIN));
    assert_true(smtp_extensions_has_mechanism(&set, SMTP_MECHANISM_PLAIN));
    assert_true(smtp_extensions_has_mechanism(&set, SMTP_MECHANISM_CRAM_MD5));
    assert_true(set.auth_legacy);
}

static const struct {
    const char *line;
    uint64_t octets;
} size_lines[] = {
    {"SIZE",                       0         },
    {"SIZE 0",                     0         },
    {"size  35882577 ",            35882577  },
    {"SIZE 18446744073709551615",  UINT64_MAX},
    {"SIZE 99999999999999999999",  0         },
    {"SIZE many",                  0         },
    {"SIZE 111111111111111111111", 0         },
};

static void a_size_that_is_no_number_is_no_maximum(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(size_lines); i++) {
        struct smtp_extensions set = SET_OF("SIZE 7", size_lines[i].line);

        assert_true(smtp_extensions_has(&set, SMTP_EXTENSION_SIZE));
        assert_true(set.size_octets == size_lines[i].octets);
    }
}

static const struct {
    struct bytes line;
    unsigned column;
} invalid_lines[] = {
    {OCTETS(""),           1},
    {OCTETS(" SIZE"),      1},
    {OCTETS("-SIZE"),      1},
    {OCTETS("SIZE\t1"),    5},
    {OCTETS("SIZE=1"),     5},
    {OCTETS("X_Y"),        2},
    {OCTETS("AUTH L\xc3"), 7},
    {OCTETS("AUTH \0"),    6},
    {OCTETS("AUTH\r"),     5},
};

static void a_line_that_is_none_leaves_the_set_as_it_was(void **state)
{
    struct guard_page page;

    (void)state;
    assert_true(guard_page_init(&page, 100));
    for (size_t i = 0; i < COUNT_OF(invalid_lines); i++) {
        struct smtp_extensions set = {0};
        struct err err;

        assert_false(smtp_extensions_add(&set, guard_page_put(&page, invalid_lines[i].line), &err));
        assert_int_equal(err.kind, ERR_SYNTAX);
        assert_int_equal(err.column, invalid_lines[i].column);
        assert_int_equal(set.offered, 0);
        assert_int_equal(set.lines, 0);
    }
    guard_page_release(&page);
}

static void a_command_line_may_be_longer_by_what_is_offered(void **state)
{
    struct smtp_extensions none = {0};
    struct smtp_extensions some = SET_OF("SIZE", "AUTH PLAIN", "SMTPUTF8", "DSN");

    (void)state;
    assert_int_equal(smtp_extensions_line_octets_max(&none, SMTP_VERB_MAIL), 512);
    assert_int_equal(smtp_extensions_line_octets_max(&some, SMTP_VERB_MAIL),
                     512 + 26 + 500 + 10 + 116);
    assert_int_equal(smtp_extensions_line_octets_max(&some, SMTP_VERB_RCPT), 512 + 536);
    assert_int_equal(smtp_extensions_line_octets_max(&some, SMTP_VERB_EHLO), 512);
}

static const struct {
    const char *offer;
    enum smtp_verb verb;
    const char *keyword;
    const char *value;
    bool found;
} parameters[] = {
    {"SIZE",       SMTP_VERB_MAIL, "size",     "100",        true },
    {"SIZE",       SMTP_VERB_RCPT, "SIZE",     "100",        false},
    {"DSN",        SMTP_VERB_MAIL, "SIZE",     "100",        false},
    {"DSN",        SMTP_VERB_RCPT, "NOTIFY",   "NEVER",      true },
    {"8BITMIME",   SMTP_VERB_MAIL, "BODY",     "8BITMIME",   true },
    {"8BITMIME",   SMTP_VERB_MAIL, "BODY",     "binarymime", false},
    {"BINARYMIME", SMTP_VERB_MAIL, "BODY",     "BINARYMIME", true },
    {"SMTPUTF8",   SMTP_VERB_MAIL, "SMTPUTF8", "",           true },
    {"AUTH PLAIN", SMTP_VERB_MAIL, "AUTH",     "<>",         true },
    {"HELP",       SMTP_VERB_MAIL, "AUTH",     "<>",         false},
};

static void a_parameter_is_brought_by_an_offered_extension_or_by_none(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(parameters); i++) {
        struct smtp_extensions set = SET_OF(parameters[i].offer);
        const struct smtp_parameter *found = smtp_extensions_find_parameter(
            &set, parameters[i].verb, bytes_of(parameters[i].keyword),
            bytes_of(parameters[i].value));

        assert_int_equal(found != NULL, parameters[i].found);
    }
}

static const struct {
    const char *line;
    unsigned minimum;
    unsigned holdfor;
    uint64_t holduntil;
    struct smtp_limits limits;
} bounds[] = {
    {"DELIVERBY",                             0,   0,  0,    {0, 0, 0}     },
    {"DELIVERBY 240",                         240, 0,  0,    {0, 0, 0}     },
    {"deliverby 240,X",                       240, 0,  0,    {0, 0, 0}     },
    {"DELIVERBY soon",                        0,   0,  0,    {0, 0, 0}     },
    {"DELIVERBY 1234567890",                  0,   0,  0,    {0, 0, 0}     },
    {"FUTURERELEASE 60 1970-01-01T01:00:00Z", 0,   60, 3600, {0, 0, 0}     },
    {"FUTURERELEASE 60",                      0,   0,  0,    {0, 0, 0}     },
    {"FUTURERELEASE 60 tomorrow",             0,   0,  0,    {0, 0, 0}     },
    {"LIMITS MAILMAX=1 rcptmax=20",           0,   0,  0,    {1, 20, 0}    },
    {"LIMITS RCPTDOMAINMAX=999999",           0,   0,  0,    {0, 0, 999999}},
    {"LIMITS RCPTMAX=0 MAILMAX=2 FOO",        0,   0,  0,    {2, 0, 0}     },
    {"LIMITS RCPTMAX=1000000 MAILMAX=02 X=y", 0,   0,  0,    {0, 0, 0}     },
    {"LIMITS MAILMAX=many RCPTMAX=3",         0,   0,  0,    {0, 3, 0}     },
    {"LIMITS ===",                            0,   0,  0,    {0, 0, 0}     },
    {"LIMITS RCPTMAX=3 MAILMAX=",             0,   0,  0,    {0, 0, 0}     },
    {"LIMITS RCPTMAX=3; MAILMAX=1",           0,   0,  0,    {0, 0, 0}     },
};

static void bounds_are_read_and_what_is_malformed_is_not_said(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(bounds); i++) {
        struct smtp_extensions set = SET_OF("DELIVERBY 7", "LIMITS MAILMAX=7", bounds[i].line);
        bool by = bytes_starts_with_nocase(bytes_of(bounds[i].line), BYTES_LITERAL("DELIVERBY"));
        bool limits = bytes_starts_with(bytes_of(bounds[i].line), BYTES_LITERAL("LIMITS"));

        assert_int_equal(set.deliverby_min_s, by ? bounds[i].minimum : 7);
        assert_int_equal(set.holdfor_max_s, bounds[i].holdfor);
        assert_int_equal(set.holduntil_max_s, bounds[i].holduntil);
        assert_int_equal(set.limits.mail_max, limits ? bounds[i].limits.mail_max : 7);
        assert_int_equal(set.limits.rcpt_max, bounds[i].limits.rcpt_max);
        assert_int_equal(set.limits.rcpt_domain_max, bounds[i].limits.rcpt_domain_max);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_keyword_is_found_in_any_case),
        cmocka_unit_test(a_set_has_what_its_lines_offer),
        cmocka_unit_test(the_old_form_of_auth_counts_as_auth),
        cmocka_unit_test(a_size_that_is_no_number_is_no_maximum),
        cmocka_unit_test(a_line_that_is_none_leaves_the_set_as_it_was),
        cmocka_unit_test(a_command_line_may_be_longer_by_what_is_offered),
        cmocka_unit_test(a_parameter_is_brought_by_an_offered_extension_or_by_none),
        cmocka_unit_test(bounds_are_read_and_what_is_malformed_is_not_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
