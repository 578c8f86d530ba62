/* connection_connect.c - connections to others: an address after the other, until one takes it. */
#include "transport/connection_private.h"

#include <stdio.h>
#include <stdlib.h>

static void try_next(struct connection *connection);

static void tell(struct connection *connection, int failure)
{
    struct route_name name = route_name(connection->connecting->route);

    if (connection->calls->tried)
        connection->calls->tried(connection->owner, name.text,
                                 failure < 0 ? uv_strerror(failure) : NULL);
}

static void attempt_closed(uv_handle_t *handle)
{
    struct connection *connection = handle->data;

    if (connection->state == CONNECTION_CLOSING) {
        connection_handle_closed(connection);
        return;
    }
    uv_tcp_init(loop_uv(connection->loop), &connection->tcp);
    connection->tcp.data = connection;
    try_next(connection);
}

static void attempt_failed(struct connection *connection, int failure)
{
    connection->failure = failure;
    tell(connection, failure);
    uv_close((uv_handle_t *)&connection->tcp, attempt_closed);
}

static void attempt_done(uv_connect_t *request, int status)
{
    struct connection *connection = request->data;

    if (connection->state == CONNECTION_CLOSING)
        return;
    if (status == UV_ECONNRESET) { /* it was there, and is gone already */
        tell(connection, 0);
        connection_lose(connection, status);
        drive_ended(&connection->drive, connection_now_ms(connection), ENGINE_END_RESET);
        connection_settle(connection);
        return;
    }
    if (status < 0) {
        attempt_failed(connection, status);
        return;
    }
    tell(connection, 0);
    free(connection->connecting);
    connection->connecting = NULL;
    connection->failure = 0;
    connection_begin(connection);
}

static void refuse(struct connection *connection)
{
    drive_ended(&connection->drive, connection_now_ms(connection), ENGINE_END_REFUSED);
    connection_settle(connection);
}

static void try_next(struct connection *connection)
{
    struct connecting *connecting = connection->connecting;
    const struct sockaddr *address = route_take(connecting->route);
    int failure;

    if (!address) {
        refuse(connection);
        return;
    }
    connecting->request.data = connection;
    failure = uv_tcp_connect(&connecting->request, &connection->tcp, address, attempt_done);
    if (failure < 0)
        attempt_failed(connection, failure);
}

static void looked_up(uv_getaddrinfo_t *request, int status, struct addrinfo *list)
{
    struct connection *connection = request->data;

    connection->connecting->looking_up = false;
    if (connection->state == CONNECTION_CLOSING) { /* the route may be gone */
        uv_freeaddrinfo(list);
        connection_handle_closed(connection);
        return;
    }
    route_set(connection->connecting->route, list);
    uv_freeaddrinfo(list);
    if (status == 0) {
        try_next(connection);
        return;
    }
    connection->failure = status;
    tell(connection, status);
    refuse(connection);
}

static int look_up(struct connection *connection)
{
    struct connecting *connecting = connection->connecting;
    const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    char service[8];
    int failure;

    (void)snprintf(service, sizeof(service), "%u", connecting->route->port % 65536);
    connecting->lookup.data = connection;
    failure = uv_getaddrinfo(loop_uv(connection->loop), &connecting->lookup, looked_up,
                             connecting->route->host, service, &hints);
    connecting->looking_up = failure == 0;
    return failure;
}

struct connection *connection_new(struct loop *loop, struct route *route,
                                  const struct connection_calls *calls, void *owner,
                                  struct err *err)
{
    struct connection *connection = connection_make(loop, calls, owner);
    int failure = 0;

    if (connection)
        connection->connecting = calloc(1, sizeof(*connection->connecting));
    if (!connection || !connection->connecting) {
        if (connection)
            connection_finish(connection);
        err_memory(err);
        return NULL;
    }
    connection->connecting->route = route;
    if (!route->known)
        failure = look_up(connection);
    if (failure < 0) {
        err_set(err, ERR_IO, "cannot look up the host: %s", uv_strerror(failure));
        connection_finish(connection);
        return NULL;
    }
    if (!connection_adopt(connection))
        return connection;
    if (route->known)
        try_next(connection);
    connection_settle(connection);
    return connection;
}
