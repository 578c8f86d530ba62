#include "transport/connection_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

static void settle(struct connection *connection);

uint64_t connection_now_ms(const struct connection *connection)
{
    return loop_now_ms(connection->loop);
}

/* ---- the end --------------------------------------------------------------------------------- */

static void handle_closed(struct connection *connection)
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
    handle_closed(handle->data);
}

static void finish(struct connection *connection)
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
    finish(connection);
}

/* Without uv_shutdown(): nothing is being written here, so there is nothing to wait for. */
static void send_fin(struct connection *connection)
{
    uv_os_fd_t fd;

    connection->fin_wanted = false;
    if (uv_fileno((uv_handle_t *)&connection->tcp, &fd) == 0)
        shutdown(fd, SHUT_WR);
    if (connection->drive.closed)
        connection->gives_up_ms = connection_now_ms(connection) + CONNECTION_LINGER_MS;
}

static void lose(struct connection *connection, int failure)
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
        bool orderly = octets == UV_EOF && !connection->broken;

        uv_read_stop(stream);
        connection->reading = false;
        if (!orderly && octets != UV_EOF)
            lose(connection, (int)octets);
        tell_end(connection, orderly ? ENGINE_END_FIN : ENGINE_END_RESET);
    }
    settle(connection);
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

/* ---- writing --------------------------------------------------------------------------------- */

static void write_done(uv_write_t *request, int status)
{
    struct writing *writing = request->data;
    struct connection *connection = writing->connection;

    free(writing);
    connection->writing = NULL;
    if (connection->state != CONNECTION_OPEN)
        return;
    if (status < 0)
        lose(connection, status);
    else if (connection->tls && !connection_tls_flush(connection))
        ; /* there is more behind it */
    else if (connection->fin_wanted)
        send_fin(connection);
    else
        drive_writable(&connection->drive, connection_now_ms(connection));
    settle(connection);
}

/* Octets kept for later; 0 = none could be. */
static size_t write_later(struct connection *connection, struct bytes octets)
{
    size_t size = octets.size < CONNECTION_WRITE_MAX ? octets.size : CONNECTION_WRITE_MAX;
    struct writing *writing = malloc(sizeof(*writing) + size);
    uv_buf_t buf;
    int failure;

    if (!writing)
        return 0;
    memcpy(writing->octets, octets.data, size);
    writing->connection = connection;
    writing->request.data = writing;
    buf = uv_buf_init(writing->octets, (unsigned)size);
    failure = uv_write(&writing->request, (uv_stream_t *)&connection->tcp, &buf, 1, write_done);
    if (failure < 0) {
        free(writing);
        lose(connection, failure);
        return 0;
    }
    connection->writing = writing;
    return size;
}

size_t connection_send_raw(struct connection *connection, struct bytes octets)
{
    uv_buf_t buf = uv_buf_init((char *)octets.data, (unsigned)octets.size);
    int taken;

    if (connection->state != CONNECTION_OPEN || connection->writing || connection->broken)
        return 0;
    if (octets.size > INT32_MAX)
        buf.len = INT32_MAX;
    taken = uv_try_write((uv_stream_t *)&connection->tcp, &buf, 1);
    if (taken == UV_EAGAIN)
        taken = 0;
    if (taken < 0) {
        lose(connection, taken);
        return 0;
    }
    if ((size_t)taken == octets.size)
        return octets.size;
    return (size_t)taken + write_later(connection, bytes_after(octets, (size_t)taken));
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
        send_fin(connection);
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

static void timer_due_now(uv_timer_t *uv)
{
    struct connection *connection = uv->data;
    uint64_t now_ms = connection_now_ms(connection);

    connection->timer_at_ms = ENGINE_NEVER;
    if (connection->broken)
        tell_end(connection, ENGINE_END_RESET);
    if (connection->gives_up_ms <= now_ms)
        connection->drive.ended = connection->drive.closed = true;
    if (drive_deadline_ms(&connection->drive) <= now_ms)
        drive_time(&connection->drive, now_ms);
    settle(connection);
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
static void settle(struct connection *connection)
{
    struct drive *drive = &connection->drive;

    if (connection->state == CONNECTION_CLOSING)
        return;
    if (connection->state == CONNECTION_CONNECTING && drive->closed)
        drive->ended = true;
    if (drive_is_over(drive) && (!connection->writing || connection->broken ||
                                 connection->gives_up_ms <= connection_now_ms(connection)))
        finish(connection);
    else
        set_timer(connection);
}

/* ---- life ------------------------------------------------------------------------------------ */

static void connection_drop(struct loop_part *part)
{
    connection_abort((struct connection *)part); /* its first member */
}

static struct connection *make(struct loop *loop, const struct connection_calls *calls, void *owner)
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
static bool adopt(struct connection *connection)
{
    struct engine engine = connection->calls->opened(connection->owner, connection);

    if (!engine.self) {
        finish(connection);
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

static void begin(struct connection *connection)
{
    connection->state = CONNECTION_OPEN;
    uv_tcp_nodelay(&connection->tcp, 1);
    want_octets(connection, true);
    drive_writable(&connection->drive, connection_now_ms(connection));
    settle(connection);
}

struct connection *connection_prepare(struct connection_home *home,
                                      const struct connection_calls *calls, void *owner)
{
    struct connection *connection = make(home->loop, calls, owner);

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
    if (adopt(connection))
        begin(connection);
}

void connection_discard(struct connection *connection)
{
    finish(connection);
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
        settle(connection);
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

/* ---- connecting ------------------------------------------------------------------------------ */

static void try_next(struct connection *connection);

static void attempt_closed(uv_handle_t *handle)
{
    struct connection *connection = handle->data;

    if (connection->state == CONNECTION_CLOSING) {
        handle_closed(connection);
        return;
    }
    uv_tcp_init(loop_uv(connection->loop), &connection->tcp);
    connection->tcp.data = connection;
    try_next(connection);
}

static void attempt_failed(struct connection *connection, int failure)
{
    connection->failure = failure;
    uv_close((uv_handle_t *)&connection->tcp, attempt_closed);
}

static void attempt_done(uv_connect_t *request, int status)
{
    struct connection *connection = request->data;

    if (connection->state == CONNECTION_CLOSING)
        return;
    if (status == UV_ECONNRESET) { /* it was there, and is gone already */
        lose(connection, status);
        drive_ended(&connection->drive, connection_now_ms(connection), ENGINE_END_RESET);
        settle(connection);
        return;
    }
    if (status < 0) {
        attempt_failed(connection, status);
        return;
    }
    free(connection->connecting);
    connection->connecting = NULL;
    connection->failure = 0;
    begin(connection);
}

static void refuse(struct connection *connection, int failure)
{
    if (failure < 0)
        connection->failure = failure;
    drive_ended(&connection->drive, connection_now_ms(connection), ENGINE_END_REFUSED);
    settle(connection);
}

static void try_next(struct connection *connection)
{
    struct connecting *connecting = connection->connecting;
    const struct sockaddr *address;
    int failure;

    if (connecting->next == connecting->count) {
        refuse(connection, 0);
        return;
    }
    address = (const struct sockaddr *)&connecting->addresses[connecting->next++];
    connecting->request.data = connection;
    failure = uv_tcp_connect(&connecting->request, &connection->tcp, address, attempt_done);
    if (failure < 0)
        attempt_failed(connection, failure);
}

static void looked_up(uv_getaddrinfo_t *request, int status, struct addrinfo *list)
{
    struct connection *connection = request->data;
    struct connecting *connecting = connection->connecting;
    const struct addrinfo *each;

    connecting->looking_up = false;
    for (each = list; each && connecting->count < CONNECTION_ADDRESSES_MAX; each = each->ai_next)
        memcpy(&connecting->addresses[connecting->count++], each->ai_addr, each->ai_addrlen);
    uv_freeaddrinfo(list);
    if (connection->state == CONNECTION_CLOSING)
        handle_closed(connection);
    else if (status < 0)
        refuse(connection, status);
    else
        try_next(connection);
}

static bool is_numeric(const char *host, unsigned port, struct sockaddr_storage *ret)
{
    return uv_ip4_addr(host, (int)port, (struct sockaddr_in *)ret) == 0 ||
           uv_ip6_addr(host, (int)port, (struct sockaddr_in6 *)ret) == 0;
}

static int look_up(struct connection *connection, const char *host, unsigned port)
{
    struct connecting *connecting = connection->connecting;
    const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    char service[8];
    int failure;

    snprintf(service, sizeof(service), "%u", port % 65536);
    connecting->lookup.data = connection;
    failure = uv_getaddrinfo(loop_uv(connection->loop), &connecting->lookup, looked_up, host,
                             service, &hints);
    connecting->looking_up = failure == 0;
    return failure;
}

struct connection *connection_new(struct loop *loop, const char *host, unsigned port,
                                  const struct connection_calls *calls, void *owner,
                                  struct err *err)
{
    struct connection *connection = make(loop, calls, owner);
    int failure = 0;

    if (connection)
        connection->connecting = calloc(1, sizeof(*connection->connecting));
    if (!connection || !connection->connecting) {
        if (connection)
            finish(connection);
        err_memory(err);
        return NULL;
    }
    if (is_numeric(host, port, &connection->connecting->addresses[0]))
        connection->connecting->count = 1;
    else
        failure = look_up(connection, host, port);
    if (failure < 0) {
        err_set(err, ERR_IO, "cannot look up the host: %s", uv_strerror(failure));
        finish(connection);
        return NULL;
    }
    if (!adopt(connection))
        return connection;
    if (connection->connecting->count > 0)
        try_next(connection);
    settle(connection);
    return connection;
}
