#include "harness/command/program.h"
#include "harness/record/difference.h"
#include "harness/record/record.h"
#include "transport/data_path.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <unistd.h>

enum { PORT_MAX = 65535, PASSWORD_OCTETS_MAX = 4096, MESSAGE_OCTETS_MAX = 16 * 1024 * 1024 };

static const struct option_row rows[] = {
    {"to",            '\0', "HOST:PORT",    "the real server"                                     },
    {"listen",        'l',  "ADDRESS:PORT", "where the client connects; 127.0.0.1:0 by itself"    },
    {"output",        'o',  "FILE",         "the scenario; recorded.drill by itself"              },
    {"title",         '\0', "TEXT",         "the claim of the scenario"                           },
    {"once",          '\0', NULL,           "end when the first session has ended"                },
    {"keep-data",     '\0', NULL,           "keep the first message, and give it to clients again"},
    {"tls",           '\0', "WAY",          "the client: implicit, or starttls when it asks"      },
    {"tls-name",      '\0', "NAME",         "of the relay in its certificate; localhost by itself"},
    {"ca-file",       '\0', "FILE",         "write the CA of that certificate there, as PEM"      },
    {"to-tls",        '\0', "WAY",
     "the server: starttls or implicit, whatever the "
     "client does"                                                                                },
    {"server-name",   '\0', "NAME",         "that the server's certificate has to have"           },
    {"cacert",        '\0', "FILE",         "PEM with CAs for the server; the system's by itself" },
    {"insecure",      '\0', NULL,           "take whoever answers for the server"                 },
    {"user",          '\0', "NAME",         "log in at the server with this name …"             },
    {"password-file", '\0', "FILE",         "… and the password in the first line of it"        },
    {"client",        'c',  "NAME",         "run this client, and end with it"                    },
    {"from",          '\0', "MAILBOX",      "what it is to send from"                             },
    {"rcpt",          '\0', "MAILBOX",      "… and to whom"                                     },
    {"message",       '\0', "FILE",         "… and what"                                        },
    {"diff",          '\0', "FILE",         "say what is other than in this older recording"      },
    {"help",          '\0', NULL,           "this text"                                           },
    {NULL,            '\0', NULL,           NULL                                                  },
};

static const char usage[] =
    "usage: smtpdrill record [OPTION...] --to HOST:PORT [-- COMMAND...]\n"
    "       smtpdrill record --diff FILE FILE\n"
    "Relays sessions between a client and a real server, and writes each as a scenario.\n"
    "A COMMAND is run with {host}, {port}, {ca} and the other facts of a run in its words.\n"
    "Credentials never get into a scenario; mailboxes and addresses of hosts are replaced.\n";

struct line {
    struct options options;
    struct program program;
    struct record_options record;
    struct recipe recipe;
    char to_host[256];
    char listen_host[64];
    struct err *err;
};

/* ---- values ---------------------------------------------------------------------------------- */

/* HOST:PORT, [ADDRESS]:PORT; false: neither. */
static bool split_address(const char *text, char *host, size_t room, unsigned *ret_port)
{
    const char *colon = strrchr(text, ':');
    struct bytes name;
    unsigned long long port = 0;

    if (colon == NULL || !bytes_to_number(bytes_of(colon + 1), PORT_MAX, &port))
        return false;
    name = (struct bytes){text, (size_t)(colon - text)};
    if (name.size > 2 && name.data[0] == '[' && name.data[name.size - 1] == ']')
        name = bytes_slice(name, 1, name.size - 1);
    else if (bytes_find(name, ':') != BYTES_NOT_FOUND)
        return false;
    if (name.size == 0 || name.size >= room)
        return false;
    memcpy(host, name.data, name.size);
    host[name.size] = '\0';
    *ret_port = (unsigned)port;
    return true;
}

static bool is_address(const char *host)
{
    unsigned char octets[sizeof(struct in6_addr)];

    return inet_pton(AF_INET, host, octets) == 1 || inet_pton(AF_INET6, host, octets) == 1;
}

static bool read_addresses(struct line *line)
{
    const char *to = options_value(&line->options, "to");
    const char *listen = options_value(&line->options, "listen");
    struct record_options *record = &line->record;

    if (to == NULL)
        return err_set(line->err, ERR_SYNTAX, "--to HOST:PORT has to name the real server");
    if (!split_address(to, line->to_host, sizeof(line->to_host), &record->port) ||
        record->port == 0)
        return err_set(line->err, ERR_SYNTAX, "--to %.80s: expected HOST:PORT", to);
    if (!split_address(listen != NULL ? listen : "127.0.0.1:0", line->listen_host,
                       sizeof(line->listen_host), &record->listen_port) ||
        !is_address(line->listen_host))
        return err_set(line->err, ERR_SYNTAX,
                       "--listen %.80s: expected an IP address and a port, such as 127.0.0.1:2525",
                       listen);
    record->host = line->to_host;
    record->listen_host = line->listen_host;
    return true;
}

static bool read_tls(struct line *line)
{
    const struct options *options = &line->options;
    const char *client = options_value(options, "tls");
    const char *server = options_value(options, "to-tls");
    struct record_options *record = &line->record;

    record->client_implicit = client != NULL && strcmp(client, "implicit") == 0;
    record->client_starttls = client != NULL && strcmp(client, "starttls") == 0;
    if (client != NULL && !record->client_implicit && !record->client_starttls)
        return err_set(line->err, ERR_SYNTAX, "--tls %.80s: expected starttls or implicit", client);
    if (server != NULL && strcmp(server, "starttls") == 0)
        record->to_server = RELAY_TLS_STARTTLS;
    else if (server != NULL && strcmp(server, "implicit") == 0)
        record->to_server = RELAY_TLS_IMPLICIT;
    else if (server != NULL)
        return err_set(line->err, ERR_SYNTAX, "--to-tls %.80s: expected starttls or implicit",
                       server);
    if (record->client_starttls && record->to_server != RELAY_TLS_AS_CLIENT)
        return err_set(line->err, ERR_SYNTAX,
                       "--tls starttls and --to-tls: behind TLS the server offers no STARTTLS");
    record->insecure = options_value(options, "insecure") != NULL;
    record->cacert = options_value(options, "cacert");
    record->ca_file = options_value(options, "ca-file");
    record->tls_name = options_value(options, "tls-name");
    record->server_name = options_value(options, "server-name");
    if (record->tls_name == NULL)
        record->tls_name = "localhost";
    if (record->server_name == NULL)
        record->server_name = record->host;
    return true;
}

static bool read_first_line(struct line *line, const char *path, struct bytes *ret)
{
    struct bytes whole;

    if (!data_path_read(path, PASSWORD_OCTETS_MAX, line->program.arena, &whole, line->err))
        return false;
    (void)bytes_next(&whole, '\n', ret);
    if (ret->size > 0 && ret->data[ret->size - 1] == '\r')
        ret->size--;
    return ret->size > 0 || err_set(line->err, ERR_SYNTAX, "%.120s: no password in it", path);
}

/* A password that is sent in the clear is not one any more (RFC 4954 9). */
static bool is_safe(const struct record_options *record)
{
    return record->to_server != RELAY_TLS_AS_CLIENT || record->insecure ||
           strcmp(record->host, "localhost") == 0 || strncmp(record->host, "127.", 4) == 0 ||
           strcmp(record->host, "::1") == 0;
}

static bool read_login(struct line *line)
{
    const char *user = options_value(&line->options, "user");
    const char *path = options_value(&line->options, "password-file");
    struct record_options *record = &line->record;

    if ((user == NULL) != (path == NULL))
        return err_set(line->err, ERR_SYNTAX, "--user and --password-file are given together");
    if (user == NULL)
        return true;
    record->user = bytes_of(user);
    if (!is_safe(record) && !record->client_starttls)
        return err_set(line->err, ERR_SYNTAX,
                       "--user: the password might go in the clear; ask for --to-tls or "
                       "--tls starttls");
    return read_first_line(line, path, &record->password);
}

static bool read_client(struct line *line)
{
    const struct options *options = &line->options;
    const char *client = options_value(options, "client");
    const char *message = options_value(options, "message");
    struct record_options *record = &line->record;

    record->from = options_value(options, "from");
    record->rcpt = options_value(options, "rcpt");
    record->clients = line->program.clients;
    record->smtpsend = line->program.smtpsend;
    if (message != NULL && !data_path_read(message, MESSAGE_OCTETS_MAX, line->program.arena,
                                           &record->message, line->err))
        return false;
    if (options->has_command && client != NULL)
        return err_set(line->err, ERR_SYNTAX, "either --client or a COMMAND behind `--`, not both");
    if (options->has_command && options->command_count == 0)
        return err_set(line->err, ERR_SYNTAX, "behind `--` the command of a client has to stand");
    if (!options->has_command && client == NULL)
        return true;
    record->recipe = &line->recipe;
    record->is_command = options->has_command;
    if (options->has_command)
        return recipe_of_command(options->command, options->command_count, line->program.arena,
                                 &line->recipe, line->err);
    return program_recipe(&line->program, client, &line->recipe, line->err);
}

static bool read_output(struct line *line)
{
    const char *output = options_value(&line->options, "output");

    line->record.once = options_value(&line->options, "once") != NULL;
    line->record.keep_data = options_value(&line->options, "keep-data") != NULL;
    line->record.title = options_value(&line->options, "title");
    line->record.output = output != NULL ? output : "recorded.drill";
    if (output != NULL && access(output, F_OK) == 0)
        return err_set(line->err, ERR_IO, "%s is there already; nothing is written over", output);
    return data_path_may_write(line->record.output, line->err);
}

/* ---- the whole ------------------------------------------------------------------------------- */

/* *ret_differs: something is, that is not harmless. */
static bool compare(struct line *line, const char *before, const char *now, bool *ret_differs)
{
    struct arena *arena = line->program.arena;
    struct bytes old;
    struct bytes new;
    struct buf told;
    size_t count = 0;
    bool ok;

    if (!data_path_read(before, SCENARIO_FILE_OCTETS_MAX, arena, &old, line->err) ||
        !data_path_read(now, SCENARIO_FILE_OCTETS_MAX, arena, &new, line->err))
        return false;
    buf_init(&told, 4 * SCENARIO_FILE_OCTETS_MAX);
    ok = difference_find(old, new, arena, &told, &count, line->err);
    if (ok)
        (void)printf("%.*s%s: %zu differences from %s\n", BYTES_FORMAT(buf_bytes(&told)), now,
                     count, before);
    buf_release(&told);
    *ret_differs = count > 0;
    return ok;
}

static bool record(struct line *line, struct record_tally *tally)
{
    if (line->options.word_count > 0)
        return err_set(line->err, ERR_SYNTAX, "record takes no words; got %.80s",
                       line->options.words[0]);
    if (!read_addresses(line) || !read_tls(line) || !read_login(line) || !read_output(line) ||
        !read_client(line) || !record_run(&line->record, tally, line->err))
        return false;
    if (tally->client_was_run && tally->client_status != 0)
        (void)fprintf(stderr, "the client ended with status %d\n", tally->client_status);
    return tally->sessions > 0 ||
           err_set(line->err, ERR_PROTOCOL, "nothing was recorded: there was no session");
}

static bool record_and_compare(struct line *line, bool *ret_differs)
{
    const char *before = options_value(&line->options, "diff");
    struct record_tally tally;

    if (before != NULL && options_value(&line->options, "to") == NULL &&
        line->options.word_count == 1)
        return compare(line, before, line->options.words[0], ret_differs);
    return record(line, &tally) &&
           (before == NULL || compare(line, before, tally.first, ret_differs));
}

enum program_status command_record(int argc, const char **argv)
{
    struct err err = {.kind = ERR_NONE};
    enum program_status status = PROGRAM_TROUBLE;
    struct line *line = calloc(1, sizeof(*line));

    if (line == NULL)
        return PROGRAM_TROUBLE;
    line->err = &err;
    if (program_options(rows, usage, argc, argv, &line->options, &status)) {
        bool differs = false;

        if (!program_open(&line->program, NULL, &err) || !record_and_compare(line, &differs))
            status = program_trouble(&err);
        else
            status = differs ? PROGRAM_FAILED : PROGRAM_OK;
        program_close(&line->program);
    }
    free(line);
    return status;
}
