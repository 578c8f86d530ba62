#include "transport/listener.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <uv.h>

/* What a listener shares with its connections; it outlives both. */
struct home {
    struct connection_home connections; /* its first member */
    struct listener *listener;          /* NULL: freed */
};

struct listener {
    struct loop_part part;
    struct loop *loop;
    uv_tcp_t tcp;
    uv_timer_t again; /* goes on with accepting in the loop's next round */
    struct home *home;
    const struct connection_calls *calls;
    void *owner;
    unsigned port;
    char address[INET6_ADDRSTRLEN];
    uint64_t round_ms; /* when the connections of this round were accepted */
    unsigned in_round; /* how many they are */
    bool waiting;      /* one is there that was not accepted; the system asks no more */
    bool said_why;     /* `trouble` was told, once: overload is no reason to flood */
    unsigned char open_handles;
};

static void accept_one(struct listener *listener);

/* ---- life ------------------------------------------------------------------------------------ */

static void free_home_when_empty(struct home *home)
{
    if (!home->listener && home->connections.alive == 0)
        free(home);
}

static void handle_closed(uv_handle_t *handle)
{
    struct listener *listener = handle->data;

    if (--listener->open_handles > 0)
        return;
    loop_remove(listener->loop, &listener->part);
    free(listener);
}

static void listener_drop(struct loop_part *part)
{
    struct listener *listener = (struct listener *)part; /* its first member */

    if (uv_is_closing((uv_handle_t *)&listener->tcp))
        return;
    uv_close((uv_handle_t *)&listener->tcp, handle_closed);
    uv_close((uv_handle_t *)&listener->again, handle_closed);
    listener->home->listener = NULL;
    free_home_when_empty(listener->home);
}

void listener_free(struct listener *listener)
{
    if (listener)
        listener_drop(&listener->part);
}

unsigned listener_port(const struct listener *listener)
{
    return listener->port;
}

const char *listener_address(const struct listener *listener)
{
    return listener->address;
}

/* ---- accepting ------------------------------------------------------------------------------- */

static void say(struct listener *listener, enum err_kind kind, const char *why, const char *more)
{
    struct err err = {0};

    if (listener->said_why || !listener->calls->trouble)
        return;
    listener->said_why = true;
    err_set(&err, kind, "%s:%u: %s%s", listener->address, listener->port, why, more);
    listener->calls->trouble(listener->owner, &err);
}

static void connection_gone(struct connection_home *connections)
{
    struct home *home = (struct home *)connections; /* its first member */

    if (home->listener && home->listener->waiting)
        accept_one(home->listener);
    free_home_when_empty(home);
}

static void accept_again(uv_timer_t *timer)
{
    struct listener *listener = timer->data;

    if (listener->waiting)
        accept_one(listener);
}

/* Not asking for the one that waits makes libuv stop asking the system: no spin. */
static bool may_accept(struct listener *listener)
{
    uint64_t now_ms = loop_now_ms(listener->loop);

    if (listener->home->connections.alive >= loop_files_max(listener->loop)) {
        say(listener, ERR_LIMIT, "no more open files are allowed; new connections have to wait",
            "");
        return false;
    }
    if (listener->round_ms != now_ms) {
        listener->round_ms = now_ms;
        listener->in_round = 0;
    }
    if (++listener->in_round <= LISTENER_AT_ONCE)
        return true;
    listener->in_round = 0;
    uv_timer_start(&listener->again, accept_again, 0, 0);
    return false;
}

static void accept_one(struct listener *listener)
{
    struct connection *connection;
    int failure;

    listener->waiting = true;
    if (!may_accept(listener))
        return;
    connection = connection_prepare(&listener->home->connections, listener->calls, listener->owner);
    if (!connection) {
        say(listener, ERR_MEMORY, "out of memory", "; new connections have to wait");
        return;
    }
    listener->waiting = false;
    failure = uv_accept((uv_stream_t *)&listener->tcp, connection_uv(connection));
    if (failure == 0) {
        connection_accepted(connection);
        return;
    }
    connection_discard(connection);
    say(listener, ERR_IO, "cannot accept a connection: ", uv_strerror(failure));
}

/* On EMFILE libuv has already turned away the one that came, so that it is not asked for ever. */
static void connection_came(uv_stream_t *stream, int status)
{
    struct listener *listener = stream->data;

    if (status < 0)
        say(listener, ERR_IO, "cannot accept a connection: ", uv_strerror(status));
    else
        accept_one(listener);
}

/* ---- making ---------------------------------------------------------------------------------- */

static int learn_address(struct listener *listener)
{
    struct sockaddr_storage address = {0};
    int octets = (int)sizeof(address);
    int failure = uv_tcp_getsockname(&listener->tcp, (struct sockaddr *)&address, &octets);

    if (failure < 0)
        return failure;
    if (address.ss_family == AF_INET6) {
        const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)&address;

        listener->port = ntohs(six->sin6_port);
        return uv_ip6_name(six, listener->address, sizeof(listener->address));
    }
    listener->port = ntohs(((const struct sockaddr_in *)&address)->sin_port);
    return uv_ip4_name((const struct sockaddr_in *)&address, listener->address,
                       sizeof(listener->address));
}

static int start(struct listener *listener, const char *text, unsigned port)
{
    struct sockaddr_storage address = {0};
    int failure;

    if (uv_ip4_addr(text, (int)port, (struct sockaddr_in *)&address) < 0 &&
        uv_ip6_addr(text, (int)port, (struct sockaddr_in6 *)&address) < 0)
        return UV_EINVAL;
    failure = uv_tcp_bind(&listener->tcp, (const struct sockaddr *)&address, 0);
    if (failure == 0)
        failure = uv_listen((uv_stream_t *)&listener->tcp, LISTENER_BACKLOG, connection_came);
    return failure < 0 ? failure : learn_address(listener);
}

static struct listener *make(struct loop *loop)
{
    struct listener *listener = calloc(1, sizeof(*listener));
    struct home *home = calloc(1, sizeof(*home));

    if (!listener || !home) {
        free(listener);
        free(home);
        return NULL;
    }
    home->connections.loop = listener->loop = loop;
    home->connections.gone = connection_gone;
    home->listener = listener;
    listener->home = home;
    listener->part.drop = listener_drop;
    listener->open_handles = 2;
    uv_tcp_init(loop_uv(loop), &listener->tcp);
    uv_timer_init(loop_uv(loop), &listener->again);
    listener->tcp.data = listener->again.data = listener;
    loop_add(loop, &listener->part);
    return listener;
}

/* Sockets inherit it from the one that listens, and the window is sized by it from the start. */
void listener_take_little(struct listener *listener)
{
    int octets = LISTENER_LITTLE_OCTETS;

    (void)uv_recv_buffer_size((uv_handle_t *)&listener->tcp, &octets);
}

struct listener *listener_new(struct loop *loop, const char *address, unsigned port,
                              const struct connection_calls *calls, void *owner, struct err *err)
{
    struct listener *listener = make(loop);
    int failure;

    if (!listener) {
        err_memory(err);
        return NULL;
    }
    listener->calls = calls;
    listener->owner = owner;
    failure = start(listener, address, port);
    if (failure == 0)
        return listener;
    err_set(err, ERR_IO, "cannot listen at %.100s:%u: %s", address, port, uv_strerror(failure));
    listener_free(listener);
    return NULL;
}
