#include "base/text.h"
#include "harness/command/program.h"
#include "harness/files.h"
#include "transport/data_path.h"

static const struct option_row rows[] = {
    {"write", 'w',  NULL, "change the files"                                             },
    {"check", '\0', NULL, "name the files that would change; status 1 when there are any"},
    {"diff",  '\0', NULL, "show what would change; status 1 when something would"        },
    {"help",  '\0', NULL, "this text"                                                    },
    {NULL,    '\0', NULL, NULL                                                           },
};

static const char usage[] =
    "usage: smtpdrill fmt [OPTION...] [FILE|FOLDER...]\n"
    "Prints scenarios in their canonical layout; without a FILE, or for -, standard\n"
    "input. Of a FOLDER all scenarios and personalities, with one of the options. A file\n"
    "with an error is not changed.\n";

struct formatting {
    bool write;
    bool check;
    bool diff;
    bool differs; /* one of the files */
    struct err *err;
};

static bool load_table(void *owner, const char *path, struct arena *arena, struct bytes *ret,
                       struct err *err)
{
    (void)owner;
    return data_path_read(path, SCENARIO_FILE_OCTETS_MAX, arena, ret, err);
}

/* ---- the difference -------------------------------------------------------------------------- */

#define LINES_MAX (SCENARIO_LINES_MAX + 1)

struct lines {
    const struct bytes *all;
    size_t count;
};

static bool split(struct bytes text, struct arena *arena, struct lines *ret)
{
    struct bytes *all = arena_alloc_array(arena, LINES_MAX, sizeof(*all));
    size_t count = 0;
    while (all != NULL && count < LINES_MAX && bytes_next(&text, '\n', &all[count]))
        count++;
    *ret = (struct lines){all, count};
    return all != NULL;
}

static void put_line(char mark, struct bytes line)
{
    struct buf shown;
    buf_init(&shown, 4 * line.size + 1);
    if (text_escape_utf8(&shown, line))
        (void)printf("%c%.*s\n", mark, BYTES_FORMAT(buf_bytes(&shown)));
    buf_release(&shown);
}

/* What lies between the lines that are the same at both ends; where it goes on alike within
 * PUT_AHEAD lines, the parts are shown apart. */
#define PUT_AHEAD 40

static bool find_again(const struct lines *a, size_t at_a, const struct lines *b, size_t at_b,
                       size_t *ret_a, size_t *ret_b)
{
    for (size_t sum = 1; sum < PUT_AHEAD; sum++)
        for (size_t i = 0; i <= sum; i++) {
            size_t in_a = at_a + i;
            size_t in_b = at_b + sum - i;
            if (in_a < a->count && in_b < b->count && bytes_equal(a->all[in_a], b->all[in_b])) {
                *ret_a = in_a;
                *ret_b = in_b;
                return true;
            }
        }
    return false;
}

static void put_difference(const char *path, const struct lines *a, const struct lines *b)
{
    size_t i = 0;
    size_t j = 0;
    (void)printf("--- %s\n+++ %s (canonical)\n", path, path);
    while (i < a->count || j < b->count) {
        size_t next_i = a->count;
        size_t next_j = b->count;
        if (i < a->count && j < b->count && bytes_equal(a->all[i], b->all[j])) {
            i++;
            j++;
            continue;
        }
        (void)find_again(a, i, b, j, &next_i, &next_j);
        (void)printf("@@ line %zu @@\n", i + 1);
        while (i < next_i)
            put_line('-', a->all[i++]);
        while (j < next_j)
            put_line('+', b->all[j++]);
    }
}

/* ---- files ----------------------------------------------------------------------------------- */

static bool put_result(struct formatting *formatting, const char *path, struct bytes before,
                       struct bytes after, struct arena *arena)
{
    bool same = bytes_equal(before, after);
    bool is_input = strcmp(path, "-") == 0;
    struct lines a;
    struct lines b;
    formatting->differs = formatting->differs || !same;
    if (formatting->diff && !same) {
        if (!split(before, arena, &a) || !split(after, arena, &b))
            return err_memory(formatting->err);
        put_difference(path, &a, &b);
    } else if (formatting->check && !same) {
        (void)puts(path);
    }
    if (formatting->write && !is_input)
        return same || files_replace(path, after, formatting->err);
    if (!formatting->diff && !formatting->check)
        (void)fwrite(after.data, 1, after.size, stdout);
    return true;
}

static enum program_status format_file(struct formatting *formatting, const char *path)
{
    struct arena *arena = arena_new(SUITE_OCTETS_MAX);
    const struct scenario_loader loader = {.load = load_table};
    struct scenario_file *file = NULL;
    struct bytes text = BYTES_NONE;
    struct buf printed;
    enum program_status status = PROGRAM_OK;
    buf_init(&printed, 4 * SCENARIO_FILE_OCTETS_MAX);
    bool is_read =
        (arena != NULL || err_memory(formatting->err)) &&
        data_path_read_input(path, SCENARIO_FILE_OCTETS_MAX, arena, &text, formatting->err);
    bool is_printed = is_read &&
                      scenario_file_parse(path, text, &loader, arena, &file, formatting->err) &&
                      scenario_print(file, &printed, formatting->err);
    if (is_read && !is_printed) {
        suite_name_error(formatting->err, path);
        status = program_trouble_in(formatting->err, text);
    } else if (!is_printed || !put_result(formatting, path, text, buf_bytes(&printed), arena)) {
        status = program_trouble(formatting->err);
    }
    buf_release(&printed);
    arena_free(arena);
    return status;
}

static enum program_status worse(enum program_status one, enum program_status other)
{
    return one > other ? one : other;
}

static enum program_status format_folder(struct formatting *formatting, const char *folder)
{
    static const char *const suffixes[] = {".drill", ".personality"};
    struct arena *arena = arena_new(SUITE_OCTETS_MAX);
    enum program_status status = PROGRAM_OK;
    bool ok = arena != NULL || err_memory(formatting->err);
    if (ok && !formatting->write && !formatting->check && !formatting->diff)
        ok = err_set(formatting->err, ERR_SYNTAX, "%s: a folder is for --write, --check or --diff",
                     folder);
    for (size_t i = 0; ok && i < 2; i++) {
        const char *const *names = NULL;
        size_t count = 0;
        ok = files_find(folder, suffixes[i], arena, &names, &count, formatting->err);
        for (size_t j = 0; ok && j < count; j++) {
            struct bytes path = arena_printf(arena, "%s/%s", folder, names[j]);
            ok = path.data != NULL || err_memory(formatting->err);
            if (ok)
                status = worse(status, format_file(formatting, path.data));
        }
    }
    arena_free(arena);
    return ok ? status : program_trouble(formatting->err);
}

enum program_status command_fmt(int argc, const char **argv)
{
    static const char *const input[] = {"-"};
    struct options options;
    struct err err = {.kind = ERR_NONE};
    enum program_status status = PROGRAM_OK;
    if (!program_options(rows, usage, argc, argv, &options, &status))
        return status;
    struct formatting formatting = {.write = options_value(&options, "write") != NULL,
                                    .check = options_value(&options, "check") != NULL,
                                    .diff = options_value(&options, "diff") != NULL,
                                    .err = &err};
    const char *const *words = options.word_count > 0 ? options.words : input;
    size_t count = options.word_count > 0 ? options.word_count : 1;
    for (size_t i = 0; i < count; i++) {
        bool is_folder = data_path_is_folder(words[i]);
        status = worse(status, is_folder ? format_folder(&formatting, words[i])
                                         : format_file(&formatting, words[i]));
    }
    if (status == PROGRAM_OK && formatting.differs && (formatting.check || formatting.diff))
        status = PROGRAM_FAILED;
    return status;
}
