#include "fakeserver/fakesmtpd_options.h"

#include "base/arena.h"
#include "transport/data_path.h"

#include <arpa/inet.h>
#include <getopt.h>
#include <stdlib.h>
#include <unistd.h>

enum { PASSWORD_OCTETS_MAX = 4096, PORT_MAX = 65535 };

static const struct row {
    const char *name;
    const char *value; /* what stands for it in the help; NULL: takes none */
    int letter;
    const char *says;
} rows[] = {
    {"ca-file",       "FILE",         'c', "write the CA of the certificates there, as PEM"   },
    {"each",          NULL,           'e', "judge each connection by itself and forget it"    },
    {"help",          NULL,           'h', "print this"                                       },
    {"json",          NULL,           'j', "print the verdict as JSON"                        },
    {"keep",          "DIR",          'k', "write the transcript of each judged run there"    },
    {"listen",        "ADDRESS:PORT", 'l', "again for more; 127.0.0.1:0 by itself"            },
    {"once",          NULL,           'o', "end when the first connections have ended"        },
    {"password-file", "FILE",         'p', "its first line is the password of --user"         },
    {"scenarios",     "DIR",          'd', "where scenarios and personalities are"            },
    {"seed",          "N",            's', "for {token} and {date}"                           },
    {"strict",        NULL,           'S', "a warning, or not being reached, is a failure too"},
    {"tls",           "WAY",          'T', "starttls or implicit; none: as it says itself"    },
    {"tls-name",      "NAME",         'n', "name of the server in its certificates"           },
    {"transcript",    "FILE",         't', "write the transcript there at the end"            },
    {"user",          "NAME",         'u', "of an account that AUTH accepts"                  },
    {"verbose",       NULL,           'v', "print the dialogue on stderr"                     },
    {"version",       NULL,           'V', "print the version"                                },
};
enum { ROW_COUNT = sizeof(rows) / sizeof(rows[0]) };

/* The two forms in which getopt_long() wants to be told. */
struct known {
    struct option names[ROW_COUNT + 1];
    char letters[2 * ROW_COUNT + 2];
};

static void make_known(struct known *known)
{
    char *letter = known->letters;
    size_t index;

    *known = (struct known){0};
    *letter++ = ':';
    for (index = 0; index < ROW_COUNT; index++) {
        known->names[index].name = rows[index].name;
        known->names[index].has_arg = rows[index].value ? required_argument : no_argument;
        known->names[index].val = rows[index].letter;
        *letter++ = (char)rows[index].letter;
        if (rows[index].value)
            *letter++ = ':';
    }
}

void fakesmtpd_options_help(FILE *to)
{
    size_t index;
    char both[48];

    fputs("usage: fakesmtpd [options] SCENARIO|PERSONALITY\n", to);
    for (index = 0; index < ROW_COUNT; index++) {
        snprintf(both, sizeof(both), "%s %s", rows[index].name,
                 rows[index].value ? rows[index].value : "");
        fprintf(to, "  -%c, --%-20s %s\n", rows[index].letter, both, rows[index].says);
    }
}

/* ---- values ---------------------------------------------------------------------------------- */

static bool is_address(const char *host)
{
    unsigned char octets[sizeof(struct in6_addr)];

    return inet_pton(AF_INET, host, octets) == 1 || inet_pton(AF_INET6, host, octets) == 1;
}

/* ADDRESS:PORT, [ADDRESS]:PORT, ADDRESS or :PORT. */
static bool read_address(const char *text, struct fakesmtpd_address *ret, struct err *err)
{
    const char *colon = strrchr(text, ':');
    bool bracketed = text[0] == '[';
    bool has_port = colon && (!bracketed || (colon > text && colon[-1] == ']')) &&
                    (bracketed || colon == strchr(text, ':'));
    struct bytes host = bytes_of(text);
    unsigned long long port = 0;

    if (has_port) {
        host.size = (size_t)(colon - text);
        if (!bytes_to_number(bytes_of(colon + 1), PORT_MAX, &port))
            return err_set(err, ERR_SYNTAX, "--listen %.80s: expected a port from 0 to 65535",
                           text);
    }
    if (bracketed)
        host = bytes_slice(host, 1, host.size - 1);
    if (host.size == 0)
        host = BYTES_LITERAL("127.0.0.1");
    if (host.size >= sizeof(ret->host))
        return err_set(err, ERR_SYNTAX, "--listen %.80s: expected ADDRESS:PORT", text);
    memcpy(ret->host, host.data, host.size);
    ret->host[host.size] = '\0';
    ret->port = (unsigned)port;
    return is_address(ret->host) ||
           err_set(err, ERR_SYNTAX,
                   "--listen %.80s: expected an IP address, such as 127.0.0.1:2525 or [::1]:2525",
                   text);
}

static bool add_address(struct fakesmtpd_options *options, const char *text, struct err *err)
{
    if (options->address_count == FAKESMTPD_LISTEN_MAX)
        return err_set(err, ERR_LIMIT, "--listen: at most %d addresses", FAKESMTPD_LISTEN_MAX);
    return read_address(text, &options->addresses[options->address_count++], err);
}

static bool read_password(struct fakesmtpd_options *options, const char *path, struct err *err)
{
    struct arena *arena = arena_new(4 * PASSWORD_OCTETS_MAX);
    struct bytes whole = BYTES_NONE;
    struct bytes line = BYTES_NONE;
    bool ok = arena || err_memory(err);

    ok = ok && data_path_read(path, PASSWORD_OCTETS_MAX, arena, &whole, err);
    if (ok) {
        struct bytes rest = whole;

        bytes_next(&rest, '\n', &line);
        if (line.size > 0 && line.data[line.size - 1] == '\r')
            line.size--;
        buf_clear(&options->password);
        ok = buf_append(&options->password, line) || err_memory(err);
        wipe((char *)whole.data, whole.size);
    }
    arena_free(arena);
    return ok;
}

static bool read_tls(const char *text, enum send_tls *ret, struct err *err)
{
    static const struct {
        const char *word;
        enum send_tls way;
    } ways[] = {
        {"none",     SEND_TLS_NONE    },
        {"starttls", SEND_TLS_STARTTLS},
        {"implicit", SEND_TLS_IMPLICIT},
    };
    size_t index;

    for (index = 0; index < sizeof(ways) / sizeof(ways[0]); index++) {
        if (strcmp(text, ways[index].word) != 0)
            continue;
        *ret = ways[index].way;
        return true;
    }
    return err_set(err, ERR_SYNTAX, "--tls %.80s: expected none, starttls or implicit", text);
}

static bool take(struct fakesmtpd_options *options, int letter, const char *value, struct err *err)
{
    unsigned long long number = 0;

    switch (letter) {
    case 'l':
        return add_address(options, value, err);
    case 'p':
        return read_password(options, value, err);
    case 's':
        options->has_seed = true;
        if (!bytes_to_number(bytes_of(value), UINT64_MAX, &number))
            return err_set(err, ERR_SYNTAX, "--seed %.80s: expected a number", value);
        options->seed = number;
        break;
    case 'T':
        return read_tls(value, &options->tls, err);
    case 'c':
        options->ca_file = value;
        break;
    case 'n':
        options->tls_name = value;
        break;
    case 'd':
        options->scenarios = value;
        break;
    case 'k':
        options->keep = value;
        break;
    case 't':
        options->transcript = value;
        break;
    case 'u':
        options->user = value;
        break;
    default:
        break;
    }
    return true;
}

static void set_flag(struct fakesmtpd_options *options, int letter)
{
    options->each = options->each || letter == 'e';
    options->once = options->once || letter == 'o';
    options->json = options->json || letter == 'j';
    options->help = options->help || letter == 'h';
    options->strict = options->strict || letter == 'S';
    options->verbose = options->verbose || letter == 'v';
    options->version = options->version || letter == 'V';
}

/* ---- the whole ------------------------------------------------------------------------------- */

static bool check(struct fakesmtpd_options *options, int words, struct err *err)
{
    if (options->help || options->version)
        return true;
    if (words != 1)
        return err_set(err, ERR_SYNTAX, "expected one SCENARIO or PERSONALITY; got %d", words);
    if ((options->user != NULL) != (options->password.size > 0))
        return err_set(err, ERR_SYNTAX,
                       "--user and --password-file are given together, and the "
                       "password is not empty");
    if (options->transcript && access(options->transcript, F_OK) == 0)
        return err_set(err, ERR_IO, "--transcript %.120s: there already, and kept as it is",
                       options->transcript);
    if (options->transcript && !data_path_may_write(options->transcript, err))
        return false;
    if (options->keep && !data_path_is_folder(options->keep))
        return err_set(err, ERR_IO, "--keep %.120s: no such folder", options->keep);
    return options->address_count > 0 || add_address(options, "127.0.0.1:0", err);
}

bool fakesmtpd_options_read(int argc, char **argv, struct fakesmtpd_options *ret, struct err *err)
{
    struct known known;
    int letter;

    make_known(&known);
    *ret = (struct fakesmtpd_options){0};
    buf_init(&ret->password, PASSWORD_OCTETS_MAX);
    opterr = 0;
    while ((letter = getopt_long(argc, argv, known.letters, known.names, NULL)) != -1) {
        const char *word = argv[optind - 1];

        if (letter == '?')
            return err_set(err, ERR_SYNTAX, "unknown option %.80s; see fakesmtpd --help", word);
        if (letter == ':')
            return err_set(err, ERR_SYNTAX, "option %.80s takes a value", word);
        set_flag(ret, letter);
        if (!take(ret, letter, optarg, err))
            return false;
    }
    ret->name = argv[optind];
    return check(ret, argc - optind, err);
}

void fakesmtpd_options_release(struct fakesmtpd_options *options)
{
    buf_release_secret(&options->password);
}
