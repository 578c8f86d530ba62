#include "tests/process/scratch.h"

#include <check.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

const char *scratch_smtpdrill;
const char *scratch_client;
char scratch_folder[32];
char scratch_output[SCRATCH_OUTPUT_MAX];

void put_file(const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof(path), "%s/%s", scratch_folder, name);
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(text, file), 0);
    ck_assert_int_eq(fclose(file), 0);
}

int run(const char *format, ...)
{
    char line[2048];
    char command[4096];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    snprintf(command, sizeof(command),
             "{ cd %s && export TMPDIR=%s/tmp D=%s C=%s && { %s; } } >%s.out 2>&1", scratch_folder,
             scratch_folder, scratch_smtpdrill, scratch_client, line, scratch_folder);
    int status = system(command);
    ck_assert(WIFEXITED(status));
    snprintf(command, sizeof(command), "%s.out", scratch_folder);
    FILE *file = fopen(command, "r");
    ck_assert_ptr_nonnull(file);
    size_t size = fread(scratch_output, 1, sizeof(scratch_output) - 1, file);
    scratch_output[size] = '\0';
    ck_assert_int_eq(fclose(file), 0);
    ck_assert_int_eq(remove(command), 0);
    return WEXITSTATUS(status);
}

void has(const char *what)
{
    ck_assert_msg(strstr(scratch_output, what) != NULL, "no \"%s\" in:\n%s", what, scratch_output);
}

void has_not(const char *what)
{
    ck_assert_msg(strstr(scratch_output, what) == NULL, "\"%s\" in:\n%s", what, scratch_output);
}

long count(const char *command)
{
    (void)run("%s", command);
    return strtol(scratch_output, NULL, 10);
}

long summary_member(const char *path, const char *name)
{
    char whole[256];
    json_error_t error;
    snprintf(whole, sizeof(whole), "%s/%s", scratch_folder, path);
    json_t *root = json_load_file(whole, 0, &error);
    ck_assert_msg(root != NULL, "%s: %s", path, error.text);
    long value = (long)json_integer_value(json_object_get(json_object_get(root, "summary"), name));
    json_decref(root);
    return value;
}

void scratch_make(void)
{
    char command[256];
    snprintf(scratch_folder, sizeof(scratch_folder), "/tmp/test-smtpdrill-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(scratch_folder));
    snprintf(command, sizeof(command), "mkdir %s/tmp %s/s", scratch_folder, scratch_folder);
    ck_assert_int_eq(system(command), 0);
}

void scratch_set_up(void)
{
    scratch_make();
    put_file("s/plain.drill",
             "title mail is taken\nsource RFC 5321 3.3\n\n...\n\nexpect outcome sent\n");
    put_file(
        "s/refused.drill",
        "title MAIL is refused\nsource RFC 5321 3.3\nsweep code 450 550\ntags refusals\n\n...\n"
        "C: MAIL\nS: {code} no\n...\n\nexpect never DATA\n");
    put_file("s/auth.drill",
             "title AUTH is refused\nsource RFC 4954 4\n"
             "send user=joe password=pl4nted-s3cret\n\n...\n\nexpect outcome sent\n");
}

void scratch_tear_down(void)
{
    char command[256];
    snprintf(command, sizeof(command), "rmdir %s/tmp && rm -rf %s", scratch_folder, scratch_folder);
    ck_assert_int_eq(system(command), 0);
}
