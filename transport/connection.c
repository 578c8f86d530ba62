#include "transport/connection_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

uint64_t connection_now_ms(const struct connection *connection)
{
    return loop_now_ms(connection->loop) + (connection->ahead_ms ? *connection->ahead_ms : 0);
}

/* ---- the end --------------------------------------------------------------------------------- */

void connection_handle_closed(struct connection *connection)
{
    struct connection_home *home = connection->home;

    if (--connection->open_handles > 0)
        return;
    if (connection->opened && connection->calls->over)
        connection->calls->over(connection->owner);
    drive_release(&connection->drive);
    loop_remove(connection->loop, &connection->part);
    tls_free(connection->tls);
    free(connection->tls_name);
    free(connection->connecting);
    free(connection);
    if (!home)
        return;
    home->alive--;
    if (home->gone)
        home->gone(home);
}

static void uv_closed(uv_handle_t *handle)
{
    connection_handle_closed(handle->data);
}

void connection_finish(struct connection *connection)
{
    if (connection->state == CONNECTION_CLOSING)
        return;
    connection->state = CONNECTION_CLOSING;
    if (connection->connecting && connection->connecting->looking_up) {
        connection->open_handles++; /* its answer comes in any case */
        uv_cancel((uv_req_t *)&connection->connecting->lookup);
    }
    uv_close((uv_handle_t *)&connection->timer, uv_closed);
    if (!uv_is_closing((uv_handle_t *)&connection->tcp))
        uv_close((uv_handle_t *)&connection->tcp, uv_closed);
}

static void reset(struct connection *connection)
{
    const struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    uv_os_fd_t fd;

    if (connection->state == CONNECTION_OPEN &&
        uv_fileno((uv_handle_t *)&connection->tcp, &fd) == 0)
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    connection_finish(connection);
}

/* Without uv_shutdown(): nothing is being written here, so there is nothing to wait for. */
void connection_send_fin(struct connection *connection)
{
    uv_os_fd_t fd;

    connection->fin_wanted = false;
    if (uv_fileno((uv_handle_t *)&connection->tcp, &fd) == 0)
        shutdown(fd, SHUT_WR);
    if (connection->drive.closed)
        connection->gives_up_ms = connection_now_ms(connection) + CONNECTION_LINGER_MS;
}

void connection_lose(struct connection *connection, int failure)
{
    connection->failure = failure;
    connection->broken = true;
}

/* ---- reading --------------------------------------------------------------------------------- */

static void lend_octets(uv_handle_t *handle, size_t suggested, uv_buf_t *ret)
{
    struct connection *connection = handle->data;

    (void)suggested;
    *ret = uv_buf_init(loop_read_octets(connection->loop), LOOP_READ_OCTETS);
}

static void tell_end(struct connection *connection, enum engine_end how)
{
    if (connection->tls)
        connection_tls_ended(connection, how);
    else
        drive_ended(&connection->drive, connection_now_ms(connection), how);
}

/* libuv says EOF, without a look, when the poll that brought the last octets shows a hang-up, as it
 * does behind a reset. */
static bool was_reset(const struct connection *connection)
{
    uv_os_fd_t fd;
    int failure = 0;
    socklen_t size = sizeof(failure);

    return uv_fileno((const uv_handle_t *)&connection->tcp, &fd) == 0 &&
           getsockopt(fd, SOL_SOCKET, SO_ERROR, &failure, &size) == 0 && failure != 0;
}

static void read_done(uv_stream_t *stream, ssize_t octets, const uv_buf_t *from)
{
    struct connection *connection = stream->data;
    uint64_t now_ms = connection_now_ms(connection);

    if (octets == 0 || connection->state != CONNECTION_OPEN)
        return;
    if (octets > 0 && connection->tls) {
        connection_tls_received(connection, (struct bytes){from->base, (size_t)octets});
    } else if (octets > 0) {
        drive_received(&connection->drive, now_ms, (struct bytes){from->base, (size_t)octets});
    } else {
        int failure = octets == UV_EOF && was_reset(connection) ? UV_ECONNRESET : (int)octets;
        bool orderly = failure == UV_EOF && !connection->broken;

        uv_read_stop(stream);
        connection->reading = false;
        if (!orderly && failure != UV_EOF)
            connection_lose(connection, failure);
        tell_end(connection, orderly ? ENGINE_END_FIN : ENGINE_END_RESET);
    }
    connection_settle(connection);
}

static void want_octets(struct connection *connection, bool wanted)
{
    if (wanted == connection->reading || connection->state != CONNECTION_OPEN)
        return;
    connection->reading = wanted;
    if (wanted)
        uv_read_start((uv_stream_t *)&connection->tcp, lend_octets, read_done);
    else
        uv_read_stop((uv_stream_t *)&connection->tcp);
}

/* ---- the transport --------------------------------------------------------------------------- */

static size_t transport_send(void *self, struct bytes octets)
{
    struct connection *connection = self;

    return connection->tls ? connection_tls_send(connection, octets)
                           : connection_send_raw(connection, octets);
}

static void transport_half_close(void *self)
{
    struct connection *connection = self;

    if (connection->state != CONNECTION_OPEN)
        return;
    if (connection->tls)
        connection_tls_close(connection);
    if (connection->writing)
        connection->fin_wanted = true;
    else
        connection_send_fin(connection);
}

static void transport_close(void *self)
{
    struct connection *connection = self;

    if (connection->tls && tls_wants_reset(connection->tls)) {
        reset(connection);
        return;
    }
    connection->gives_up_ms = connection_now_ms(connection) + CONNECTION_FLUSH_MS;
    want_octets(connection, !connection->drive.ended);
    transport_half_close(connection);
}

static void transport_reset(void *self)
{
    reset(self);
}

static bool transport_start_tls(void *self, const struct tls_demand *demand)
{
    return connection_tls_start(self, demand);
}

static void transport_read_wanted(void *self, bool wanted)
{
    want_octets(self, wanted);
}

static const struct transport_ops transport_ops = {
    .send = transport_send,
    .half_close = transport_half_close,
    .close = transport_close,
    .reset = transport_reset,
    .start_tls = transport_start_tls,
    .read_wanted = transport_read_wanted,
};

/* ---- time ------------------------------------------------------------------------------------ */

static void timer_due_now(uv_timer_t *uv);

/* On a busy machine a reply may have come in time, and wait to be read: whoever gave up now would
 * not know of a message that was taken (RFC 5321 6.1). Once a deadline, the loop reads first. */
static bool reads_first(struct connection *connection)
{
    connection->has_looked = !connection->has_looked && connection_has_unread(connection);
    if (connection->has_looked)
        uv_timer_start(&connection->timer, timer_due_now, 1, 0);
    return connection->has_looked;
}

static void timer_due_now(uv_timer_t *uv)
{
    struct connection *connection = uv->data;
    uint64_t now_ms = connection_now_ms(connection);

    connection->timer_at_ms = ENGINE_NEVER;
    if (connection->broken)
        tell_end(connection, ENGINE_END_RESET);
    if (connection->gives_up_ms <= now_ms)
        connection->drive.ended = connection->drive.closed = true;
    if (drive_deadline_ms(&connection->drive) <= now_ms) {
        if (reads_first(connection))
            return;
        drive_time(&connection->drive, now_ms);
    }
    connection_settle(connection);
}

/* Deadlines move with every octet, mostly further away; the timer is moved only when it would be
 * late, and looks again when it is early. */
static void set_timer(struct connection *connection)
{
    uint64_t now_ms = connection_now_ms(connection);
    uint64_t at_ms = drive_deadline_ms(&connection->drive);

    if (connection->gives_up_ms < at_ms)
        at_ms = connection->gives_up_ms;
    if (connection->broken)
        at_ms = now_ms;
    if (at_ms >= connection->timer_at_ms)
        return;
    connection->timer_at_ms = at_ms;
    uv_timer_start(&connection->timer, timer_due_now, at_ms > now_ms ? at_ms - now_ms : 0, 0);
}

/* After every call into the drive: is it over, and when is something due? */
void connection_settle(struct connection *connection)
{
    struct drive *drive = &connection->drive;

    if (connection->state == CONNECTION_CLOSING)
        return;
    if (connection->state == CONNECTION_CONNECTING && drive->closed)
        drive->ended = true;
    if (drive_is_over(drive) && (!connection->writing || connection->broken ||
                                 connection->gives_up_ms <= connection_now_ms(connection)))
        connection_finish(connection);
    else
        set_timer(connection);
}

void connection_time_moved(struct connection *connection)
{
    if (connection->state != CONNECTION_CLOSING)
        timer_due_now(&connection->timer);
}

/* ---- life ------------------------------------------------------------------------------------ */

static void connection_drop(struct loop_part *part)
{
    connection_abort((struct connection *)part); /* its first member */
}

struct connection *connection_make(struct loop *loop, const struct connection_calls *calls,
                                   void *owner)
{
    struct connection *connection = calloc(1, sizeof(*connection));

    if (!connection)
        return NULL;
    connection->part.drop = connection_drop;
    connection->loop = loop;
    connection->calls = calls;
    connection->owner = owner;
    connection->timer_at_ms = connection->gives_up_ms = ENGINE_NEVER;
    connection->open_handles = 2;
    uv_tcp_init(loop_uv(loop), &connection->tcp);
    uv_timer_init(loop_uv(loop), &connection->timer);
    connection->tcp.data = connection->timer.data = connection;
    loop_add(loop, &connection->part);
    return connection;
}

static void notify_owner(void *self)
{
    struct connection *connection = self;

    connection->calls->events(connection->owner);
}

/* False: nobody wants it, or no longer. */
bool connection_adopt(struct connection *connection)
{
    struct engine engine = connection->calls->opened(connection->owner, connection);

    if (!engine.self) {
        connection_finish(connection);
        return false;
    }
    connection->opened = true;
    if (connection->state == CONNECTION_CLOSING)
        return false;
    drive_init(&connection->drive, engine, (struct transport){&transport_ops, connection});
    if (connection->calls->events) {
        connection->drive.events = notify_owner;
        connection->drive.owner = connection;
    }
    return true;
}

void connection_begin(struct connection *connection)
{
    connection->state = CONNECTION_OPEN;
    uv_tcp_nodelay(&connection->tcp, 1);
    want_octets(connection, true);
    drive_writable(&connection->drive, connection_now_ms(connection));
    connection_settle(connection);
}

struct connection *connection_prepare(struct connection_home *home,
                                      const struct connection_calls *calls, void *owner)
{
    struct connection *connection = connection_make(home->loop, calls, owner);

    if (!connection)
        return NULL;
    connection->home = home;
    home->alive++;
    return connection;
}

void *connection_uv(struct connection *connection)
{
    return &connection->tcp;
}

void connection_accepted(struct connection *connection)
{
    if (connection_adopt(connection))
        connection_begin(connection);
}

void connection_discard(struct connection *connection)
{
    connection_finish(connection);
}

void connection_set_owner(struct connection *connection, void *connection_owner)
{
    connection->owner = connection_owner;
}

void connection_wake(struct connection *connection)
{
    bool busy = connection->drive.busy;

    if (connection->state == CONNECTION_CLOSING)
        return;
    drive_wake(&connection->drive, connection_now_ms(connection));
    if (!busy)
        connection_settle(connection);
}

void connection_abort(struct connection *connection)
{
    connection->drive.closed = connection->drive.ended = true;
    reset(connection);
}

bool connection_set_tls(struct connection *connection, struct tls_context *context,
                        const char *server_name)
{
    char *name = server_name ? strdup(server_name) : NULL;

    if (server_name && !name)
        return false;
    connection->tls_context = context;
    connection->tls_name = name;
    return true;
}

const char *connection_trouble(const struct connection *connection)
{
    if (connection->tls && tls_trouble(connection->tls)[0] != '\0')
        return tls_trouble(connection->tls);
    return connection->failure < 0 ? uv_strerror(connection->failure) : "";
}
