/* The folder of a run: messages in every form, nothing readable by others, nothing left. */
#include "harness/run/run_folder.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static struct run_folder parent;
static struct run_folder folder;

static void set_up(void)
{
    struct err err;
    ck_assert(run_folder_make_parent("/tmp", &parent, &err));
    ck_assert(run_folder_make(&parent, 1, &folder, &err));
}

static void tear_down(void)
{
    run_folder_remove(&parent);
    ck_assert_int_ne(access(parent.path, F_OK), 0);
}

static void read_file(const char *name, char *to, size_t room)
{
    char path[RUN_FOLDER_PATH_OCTETS + 32];
    snprintf(path, sizeof(path), "%s/%s", folder.path, name);
    FILE *file = fopen(path, "r");
    ck_assert_ptr_nonnull(file);
    to[fread(to, 1, room - 1, file)] = '\0';
    ck_assert_int_eq(fclose(file), 0);
}

static const struct {
    const char *text;
    enum mail_form form;
    const char *written;
} forms[] = {
    {"A: b\r\n\r\nx\r\n",      MAIL_FORM_AS_IS, "A: b\r\n\r\nx\r\n"},
    {"A: b\r\n\r\nx\r\n",      MAIL_FORM_LF,    "A: b\n\nx\n"      },
    {"A: b\n\nx\n",            MAIL_FORM_CRLF,  "A: b\r\n\r\nx\r\n"},
    {"A: b\r\n\nx\r\n",        MAIL_FORM_CRLF,  "A: b\r\n\r\nx\r\n"},
    {"A: b\r\n\r\nx\r\n",      MAIL_FORM_OPEN,  "A: b\r\n\r\nx"    },
    {"A: b\n\nx\n",            MAIL_FORM_OPEN,  "A: b\n\nx"        },
    {"A: b\n\nx",              MAIL_FORM_OPEN,  "A: b\n\nx"        },
    {"A: b\r\n\r\nx\r\ny\r\n", MAIL_FORM_BODY,  "x\ny\n"           },
    {"A: b\n\n\nx\n",          MAIL_FORM_BODY,  "\nx\n"            },
    {"\r\nx\r\n",              MAIL_FORM_BODY,  "x\n"              },
    {"A: b\r\n",               MAIL_FORM_BODY,  ""                 },
    {"A\rb\r\n",               MAIL_FORM_LF,    "A\rb\n"           },
    {"A\r\r\n",                MAIL_FORM_LF,    "A\r\n"            },
    {"A\r",                    MAIL_FORM_LF,    "A\r"              },
    {"",                       MAIL_FORM_CRLF,  ""                 },
    {"",                       MAIL_FORM_OPEN,  ""                 },
};

START_TEST(a_message_is_written_in_the_form_asked_for)
{
    char written[256];
    struct err err;
    struct mail_text text = {.head = bytes_of(forms[_i].text)};
    text.octets = text.head.size;
    ck_assert(run_folder_write_mail(&folder, "m", &text, forms[_i].form, &err));
    read_file("m", written, sizeof(written));
    ck_assert_str_eq(written, forms[_i].written);
}
END_TEST

/* The line ends lie at every place of the pieces in which a large message is read. */
START_TEST(a_large_message_is_converted_across_its_pieces)
{
    static char written[400000];
    struct err err;
    for (size_t odd = 0; odd < 4; odd++) {
        char name[8];
        struct mail_text text = {.head = bytes_slice(BYTES_LITERAL("abcd"), 0, odd),
                                 .cycle = BYTES_LITERAL("12345\r\n"),
                                 .octets = odd + (uint64_t)7 * 20000};
        snprintf(name, sizeof(name), "m%zu", odd);
        ck_assert(run_folder_write_mail(&folder, name, &text, MAIL_FORM_LF, &err));
        read_file(name, written, sizeof(written));
        ck_assert_uint_eq(strlen(written), odd + (size_t)6 * 20000);
        ck_assert_ptr_null(strchr(written, '\r'));
    }
}
END_TEST

START_TEST(nobody_else_can_read_it)
{
    char path[RUN_FOLDER_PATH_OCTETS + 32];
    struct stat facts;
    struct err err;
    ck_assert(run_folder_write(&folder, BYTES_LITERAL("password"), BYTES_LITERAL("x\n"), &err));
    snprintf(path, sizeof(path), "%s/password", folder.path);
    ck_assert_int_eq(stat(path, &facts), 0);
    ck_assert_int_eq(facts.st_mode & 0777, 0600);
    ck_assert_int_eq(stat(folder.path, &facts), 0);
    ck_assert_int_eq(facts.st_mode & 0777, 0700);
    ck_assert(!run_folder_write(&folder, BYTES_LITERAL("password"), BYTES_LITERAL("y\n"), &err));
}
END_TEST

START_TEST(what_the_client_left_is_taken_away)
{
    char command[4 * RUN_FOLDER_PATH_OCTETS];
    snprintf(command, sizeof(command),
             "mkdir -p '%s/a/b/c' && touch '%s/a/b/c/d' && ln -s /etc '%s/link'", folder.path,
             folder.path, folder.path);
    ck_assert_int_eq(system(command), 0);
    run_folder_remove(&folder);
    ck_assert_int_ne(access(folder.path, F_OK), 0);
    ck_assert_int_eq(access("/etc/passwd", F_OK), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("run_folder");
    TCase *tests = tcase_create("run_folder");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_loop_test(tests, a_message_is_written_in_the_form_asked_for, 0,
                        sizeof(forms) / sizeof(forms[0]));
    tcase_add_test(tests, a_large_message_is_converted_across_its_pieces);
    tcase_add_test(tests, nobody_else_can_read_it);
    tcase_add_test(tests, what_the_client_left_is_taken_away);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
