#include "fakeserver/command.h"

#include "tests/support/guard_page.h"
#include "tests/support/unit.h"

struct path_case {
    const char *line;
    const char *path; /* NULL: none */
    bool bracketed;
    size_t parameters;
    const char *last_name;
    const char *last_value;
};

static const struct path_case paths[] = {
    {"MAIL FROM:<a@b>\r\n",                  "a@b",       true,  0, "",         ""    },
    {"mail from:<a@b> SIZE=5 BODY=7BIT\r\n", "a@b",       true,  2, "BODY",     "7BIT"},
    {"MAIL FROM: <a@b>\r\n",                 "a@b",       true,  0, "",         ""    },
    {"MAIL FROM:<>\r\n",                     "",          true,  0, "",         ""    },
    {"MAIL FROM:a@b X=Y=Z\r\n",              "a@b",       false, 1, "X",        "Y=Z" },
    {"RCPT TO:<\"a>b\"@c>  SMTPUTF8\r\n",    "\"a>b\"@c", true,  1, "SMTPUTF8", NULL  },
    {"RCPT TO:<@r,@s:a@b>\r\n",              "@r,@s:a@b", true,  0, "",         ""    },
    {"RCPT TO:<a@b\r\n",                     "<a@b",      false, 0, "",         ""    },
    {"RCPT FROM:<a@b>\r\n",                  NULL,        false, 0, "",         ""    },
    {"MAIL\r\n",                             NULL,        false, 0, "",         ""    },
};

static void paths_and_parameters_are_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        const struct path_case *path = &paths[i];
        struct command command;

        command_read(bytes_of(path->line), &command);
        assert_int_equal(path->path != NULL, command.path.data != NULL);
        assert_true(bytes_equal(command.path, bytes_of(path->path)));
        assert_int_equal(path->bracketed, command.bracketed);
        assert_int_equal(path->parameters, command.parameter_count);
        if (path->parameters == 0)
            continue;
        assert_true(
            bytes_equal(command.parameters[path->parameters - 1].name, bytes_of(path->last_name)));
        assert_true(bytes_equal(command.parameters[path->parameters - 1].value,
                                bytes_of(path->last_value)));
    }
}

static void faults_of_the_line_end_are_described(void **state)
{
    static const struct {
        struct bytes line;
        size_t text;
        uint32_t notes;
    } cases[] = {
        {{"NOOP\r\n", 6},   4, 0                                              },
        {{"NOOP\n", 5},     4, TRANSCRIPT_NOTE(BARE_LF)                       },
        {{"NOOP", 4},       4, 0                                              },
        {{"NO\rOP\r\n", 7}, 5, TRANSCRIPT_NOTE(BARE_CR)                       },
        {{"NO\0P\n", 5},    4, TRANSCRIPT_NOTE(NUL) | TRANSCRIPT_NOTE(BARE_LF)},
        {{"\r\n", 2},       0, 0                                              },
        {{"\n", 1},         0, TRANSCRIPT_NOTE(BARE_LF)                       },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct command command;

        command_read(cases[i].line, &command);
        assert_int_equal(cases[i].text, command.text.size);
        assert_int_equal(cases[i].notes, command.notes);
    }
}

static void auth_and_bdat_are_taken_apart(void **state)
{
    struct command command;

    (void)state;
    command_read(BYTES_LITERAL("auth plain  AAAA \r\n"), &command);
    assert_int_equal(SMTP_VERB_AUTH, command.verb);
    assert_true(bytes_equal(command.mechanism, BYTES_LITERAL("plain")));
    assert_true(bytes_equal(command.initial_response, BYTES_LITERAL("AAAA")));
    command_read(BYTES_LITERAL("AUTH LOGIN\r\n"), &command);
    assert_null(command.initial_response.data);
    command_read(BYTES_LITERAL("BDAT 86 last\r\n"), &command);
    assert_true(command.has_chunk && command.last);
    assert_int_equal(86, command.chunk_octets);
    command_read(BYTES_LITERAL("BDAT 86 LATE\r\n"), &command);
    assert_false(command.has_chunk);
    command_read(BYTES_LITERAL("BDAT x\r\n"), &command);
    assert_false(command.has_chunk);
}

static void no_octet_behind_the_line_is_read(void **state)
{
    static const char line[] = "RCPT TO:<\"a\\\">\"@b> X=1 Y Z=\r\n";
    struct guard_page page;
    struct command command;

    (void)state;
    assert_true(guard_page_init(&page, sizeof(line)));
    for (size_t size = 0; size < sizeof(line); size++) {
        command_read(guard_page_put(&page, (struct bytes){line, size}), &command);
        command_read_response(guard_page_put(&page, (struct bytes){line, size}), &command);
    }
    guard_page_release(&page);
}

static void too_many_parameters_are_counted(void **state)
{
    char line[200] = "MAIL FROM:<a@b>";
    struct command command;

    (void)state;
    for (size_t i = 0; i < SMTP_PARAMETERS_MAX + 3; i++)
        memcpy(line + 15 + 2 * i, " X", 3);
    command_read(bytes_of(line), &command);
    assert_int_equal(SMTP_PARAMETERS_MAX, command.parameter_count);
    assert_int_equal(3, command.parameters_lost);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_and_parameters_are_found),
        cmocka_unit_test(faults_of_the_line_end_are_described),
        cmocka_unit_test(auth_and_bdat_are_taken_apart),
        cmocka_unit_test(no_octet_behind_the_line_is_read),
        cmocka_unit_test(too_many_parameters_are_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
