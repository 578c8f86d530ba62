#include "harness/import/import_pcap.h"

#include "harness/import/import_content.h"
#include "harness/process/process_spawn.h"
#include "transport/data_path.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define FOLLOWED_OCTETS_MAX (4 * IMPORT_OCTETS_MAX)

extern char **environ;

bool import_pcap_is(struct bytes octets)
{
    static const struct bytes magics[] = {
        {"\x0a\x0d\x0d\x0a", 4},
        {"\xa1\xb2\xc3\xd4", 4},
        {"\xd4\xc3\xb2\xa1", 4},
        {"\xa1\xb2\x3c\x4d", 4},
        {"\x4d\x3c\xb2\xa1", 4},
        {"\x1f\x8b\x08",     3},
    };

    for (size_t i = 0; i < sizeof(magics) / sizeof(magics[0]); i++)
        if (bytes_starts_with(octets, magics[i]))
            return true;
    return false;
}

/* ---- what tshark printed --------------------------------------------------------------------- */

enum side { OPENER, OTHER };

struct following {
    struct buf log;
    struct buf stream;  /* of the connection at hand */
    struct buf part[2]; /* a line of each side that has not ended yet */
    bool smtp;          /* a line of it is one of SMTP */
    bool tls;           /* it went on under TLS */
    size_t hidden;      /* connections that are TLS from the first octet on */
};

static int hex_value(char octet)
{
    if (octet >= '0' && octet <= '9')
        return octet - '0';
    return octet >= 'a' && octet <= 'f' ? octet - 'a' + 10 : -1;
}

static bool put_line(struct following *following, enum side side)
{
    struct bytes line = bytes_trim(buf_bytes(&following->part[side]));
    bool ok = buf_append_string(&following->stream, side == OPENER ? "C: " : "S: ") &&
              buf_append(&following->stream, line) && buf_append_octet(&following->stream, '\n');

    following->smtp = following->smtp || import_side_of(line) != IMPORT_HINT_NONE;
    buf_clear(&following->part[side]);
    return ok;
}

/* A record of a handshake (RFC 8446 5.1) where a line would begin. */
static bool begins_tls(const struct following *following, enum side side, struct bytes hex)
{
    return buf_bytes(&following->part[side]).size == 0 &&
           bytes_starts_with(hex, BYTES_LITERAL("1603"));
}

static bool take_hex(struct following *following, enum side side, struct bytes hex)
{
    if (following->tls)
        return true;
    if (begins_tls(following, side, hex)) {
        following->tls = true;
        return buf_append_string(&following->stream, "[gap] TLS\n");
    }
    for (size_t i = 0; i + 1 < hex.size; i += 2) {
        int high = hex_value(hex.data[i]);
        int low = hex_value(hex.data[i + 1]);
        char octet = (char)(high * 16 + low);

        if (high < 0 || low < 0)
            return true;
        if (octet == '\n' ? !put_line(following, side)
                          : !buf_append_octet(&following->part[side], octet))
            return false;
    }
    return true;
}

static bool end_stream(struct following *following)
{
    bool ok = true;

    for (size_t i = 0; i < 2; i++)
        if (buf_bytes(&following->part[i]).size > 0)
            ok = put_line(following, (enum side)i) && ok;
    if (following->smtp)
        ok = ok && buf_append_string(&following->log, "[connection]\n") &&
             buf_append(&following->log, buf_bytes(&following->stream));
    else
        following->hidden += following->tls;
    buf_clear(&following->stream);
    following->smtp = following->tls = false;
    return ok;
}

static bool take_followed(struct following *following, struct bytes line)
{
    if (bytes_starts_with(line, BYTES_LITERAL("====")))
        return end_stream(following);
    if (line.size > 0 && line.data[0] == '\t')
        return take_hex(following, OTHER, bytes_after(line, 1));
    return line.size == 0 || hex_value(line.data[0]) < 0 || take_hex(following, OPENER, line);
}

static bool nothing_seen(const struct following *following, struct err *err)
{
    if (following->hidden > 0)
        return err_set(err, ERR_SYNTAX,
                       "%zu connections are TLS from the first octet on, and no other shows SMTP",
                       following->hidden);
    return err_set(err, ERR_SYNTAX, "no TCP connection of the capture shows a line of SMTP");
}

bool import_pcap_log(struct bytes followed, struct arena *arena, struct bytes *ret_log,
                     struct err *err)
{
    struct following following = {.smtp = false};
    struct bytes line;
    bool ok = true;

    buf_init(&following.log, IMPORT_OCTETS_MAX);
    buf_init(&following.stream, IMPORT_OCTETS_MAX);
    buf_init(&following.part[OPENER], IMPORT_OCTETS_MAX);
    buf_init(&following.part[OTHER], IMPORT_OCTETS_MAX);
    while (ok && bytes_next(&followed, '\n', &line))
        ok = take_followed(&following, line);
    ok = ok && end_stream(&following);
    if (!ok)
        (void)err_set(err, ERR_LIMIT, "the connections of the capture are too long to be read");
    else if (buf_bytes(&following.log).size == 0)
        ok = nothing_seen(&following, err);
    if (ok)
        *ret_log = arena_copy(arena, buf_bytes(&following.log));
    buf_release_secret(&following.log);
    buf_release_secret(&following.stream);
    buf_release_secret(&following.part[OPENER]);
    buf_release_secret(&following.part[OTHER]);
    return ok && (ret_log->data != NULL || err_memory(err));
}

/* ---- tshark ---------------------------------------------------------------------------------- */

static bool start(const char *path, struct arena *arena, int output, int *ret_pid, struct err *err)
{
    const char *argv[5 + 2 * IMPORT_PCAP_STREAMS_MAX] = {"tshark", "-q", "-r", path};
    int errors = open("/dev/null", O_WRONLY | O_CLOEXEC);
    size_t count = 4;
    bool ok = errors >= 0;

    for (int i = 0; ok && i < IMPORT_PCAP_STREAMS_MAX; i++) {
        struct bytes stream = arena_printf(arena, "follow,tcp,raw,%d", i);

        argv[count++] = "-z";
        argv[count++] = stream.data;
        ok = stream.data != NULL;
    }
    ok = ok && process_spawn(&(struct process_spawn){.argv = argv,
                                                     .environment = (const char *const *)environ,
                                                     .output = output,
                                                     .errors = errors},
                             ret_pid, err);
    if (errors >= 0)
        (void)close(errors);
    return ok || err_set(err, ERR_IO,
                         "a capture is read by tshark, which could not be started: install the "
                         "package tshark");
}

static bool wait_for(int pid, const char *path, struct err *err)
{
    int status = 0;

    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return err_set(err, ERR_IO, "tshark: %s", strerror(errno));
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    return err_set(err, ERR_IO, "%s: tshark could not read it as a capture (status %d)", path,
                   WIFEXITED(status) ? WEXITSTATUS(status) : -1);
}

bool import_pcap_read(const char *path, struct arena *arena, struct bytes *ret_log, struct err *err)
{
    struct buf followed;
    struct err ignored = {.kind = ERR_NONE}; /* tshark's, which cannot go on without a reader */
    int ends[2];
    int pid = 0;
    bool ok;

    if (pipe(ends) != 0)
        return err_set(err, ERR_IO, "tshark: %s", strerror(errno));
    (void)fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    ok = start(path, arena, ends[1], &pid, err);
    (void)close(ends[1]);
    buf_init(&followed, FOLLOWED_OCTETS_MAX);
    ok = ok && data_path_read_all(ends[0], path, &followed, err);
    (void)close(ends[0]);
    if (pid > 0)
        ok = wait_for(pid, path, ok ? err : &ignored) && ok;
    ok = ok && import_pcap_log(buf_bytes(&followed), arena, ret_log, err);
    buf_release_secret(&followed);
    return ok;
}
