#include "harness/command/program.h"
#include "harness/files.h"
#include "harness/import/import.h"
#include "harness/import/import_pcap.h"
#include "harness/record/generalise.h"
#include "transport/data_path.h"

#include <stdlib.h>
#include <unistd.h>

static const struct option_row rows[] = {
    {"output",  'o',  "FILE",   "write the scenario there, if no such file is there yet"},
    {"session", '\0', "NUMBER", "take that connection of the log; without it the first" },
    {"title",   '\0', "TEXT",   "the claim of the scenario"                             },
    {"help",    '\0', NULL,     "this text"                                             },
    {NULL,      '\0', NULL,     NULL                                                    },
};

static const char usage[] =
    "usage: smtpdrill import [OPTION...] [LOG]\n"
    "Makes a scenario of a pasted debug log; without a LOG, or for -, of standard input.\n"
    "A capture of packets (pcap, pcapng) is read by tshark, from a file.\n"
    "Secrets, mailboxes and addresses of hosts are replaced.\n";

static bool write_scenario(const char *path, struct bytes text, struct err *err)
{
    if (path == NULL || strcmp(path, "-") == 0) {
        if (fwrite(text.data, 1, text.size, stdout) == text.size && fflush(stdout) == 0)
            return true;
        return err_set(err, ERR_IO, "the scenario could not be written whole");
    }
    if (access(path, F_OK) == 0)
        return err_set(err, ERR_IO, "%s is there already; nothing is written over", path);
    return files_replace(path, text, err);
}

static void put_counts(const struct import_counts *counts)
{
    (void)fprintf(stderr,
                  "%zu lines: %zu of the client, %zu of the server, %zu logged twice, %zu passed "
                  "over%s\n",
                  counts->lines, counts->client, counts->server, counts->doubles, counts->passed,
                  counts->inverted ? "; the log's marks are written from the other side" : "");
    if (counts->sessions > 1)
        (void)fprintf(stderr, "the log shows %zu connections; --session chooses one\n",
                      counts->sessions);
}

static bool read_log(struct program *program, const char *path, struct bytes *ret, struct err *err)
{
    if (!data_path_read_input(path, IMPORT_OCTETS_MAX, program->arena, ret, err))
        return false;
    if (!import_pcap_is(*ret))
        return true;
    if (strcmp(path, "-") == 0)
        return err_set(err, ERR_SYNTAX, "a capture is read from a file, not from standard input");
    return import_pcap_read(path, program->arena, ret, err);
}

static bool read_session(const char *value, size_t *ret, struct err *err)
{
    unsigned long long number = 0;

    if (value != NULL &&
        (!bytes_to_number(bytes_of(value), IMPORT_LINES_MAX, &number) || number == 0))
        return err_set(err, ERR_SYNTAX, "--session: expected a number from 1 on, got \"%s\"",
                       value);
    *ret = (size_t)number;
    return true;
}

static bool import(struct program *program, const struct options *options, struct err *err)
{
    const char *path = options->word_count > 0 ? options->words[0] : "-";
    const char *title = options_value(options, "title");
    struct import_options wanted = {.title = bytes_of(title != NULL ? title : "")};
    struct import_counts counts;
    struct bytes log;
    struct buf made;
    struct buf laid_out;
    bool ok;

    if (options->word_count > 1)
        return err_set(err, ERR_SYNTAX, "one log at a time");
    if (!read_session(options_value(options, "session"), &wanted.session, err) ||
        !read_log(program, path, &log, err))
        return false;
    buf_init(&made, 4 * IMPORT_OCTETS_MAX);
    buf_init(&laid_out, 4 * IMPORT_OCTETS_MAX);
    ok = import_log(log, &wanted, program->arena, &made, &counts, err) &&
         generalise_finish(buf_bytes(&made), program->arena, &laid_out, err) &&
         write_scenario(options_value(options, "output"), buf_bytes(&laid_out), err);
    buf_release_secret(&made);
    buf_release(&laid_out);
    if (ok)
        put_counts(&counts);
    return ok;
}

enum program_status command_import(int argc, const char **argv)
{
    return program_answer(rows, usage, argc, argv, import);
}
