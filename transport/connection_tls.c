#include "transport/connection_private.h"

/* ---- sending --------------------------------------------------------------------------------- */

bool connection_tls_flush(struct connection *connection)
{
    struct bytes octets = tls_pending(connection->tls);

    if (octets.size > 0)
        tls_sent(connection->tls, connection_send_raw(connection, octets));
    return tls_pending(connection->tls).size == 0;
}

/* Nothing more is made while the kernel takes no more: what is pending stays within its bound, and
 * the drive is told when to come again. */
size_t connection_tls_send(struct connection *connection, struct bytes octets)
{
    size_t taken = 0;

    while (taken < octets.size && !connection->writing && !connection->broken) {
        size_t now = tls_send(connection->tls, bytes_after(octets, taken));

        if (now == 0)
            break;
        taken += now;
        connection_tls_flush(connection);
    }
    return taken;
}

void connection_tls_close(struct connection *connection)
{
    tls_close(connection->tls);
    connection_tls_flush(connection);
}

/* ---- receiving ------------------------------------------------------------------------------- */

static void tell_handshake(struct connection *connection)
{
    struct tls_told told;

    tls_tell(connection->tls, &told);
    drive_tls_done(&connection->drive, connection_now_ms(connection), &told.facts);
}

/* An alert is on its way before the connection is closed. */
static void tell_failure(struct connection *connection)
{
    bool in_handshake = connection->drive.tls_started;

    connection_tls_flush(connection);
    if (in_handshake)
        tell_handshake(connection);
    else
        drive_ended(&connection->drive, connection_now_ms(connection), ENGINE_END_RESET);
}

static bool carry_on(struct connection *connection)
{
    uint64_t now_ms = connection_now_ms(connection);
    char *room = loop_plain_octets(connection->loop);
    struct bytes octets;

    if (connection->state != CONNECTION_OPEN)
        return false;
    switch (tls_next(connection->tls, room, DRIVE_RECEIVE_MAX, &octets)) {
    case TLS_EVENT_NONE:
        return false;
    case TLS_EVENT_DONE:
        tell_handshake(connection);
        return true;
    case TLS_EVENT_OCTETS:
        drive_received(&connection->drive, now_ms, octets);
        return true;
    case TLS_EVENT_CLOSED:
        drive_ended(&connection->drive, now_ms, ENGINE_END_FIN);
        return true;
    case TLS_EVENT_FAILED:
        tell_failure(connection);
        return true;
    }
    return false;
}

void connection_tls_received(struct connection *connection, struct bytes octets)
{
    tls_receive(connection->tls, octets);
    while (carry_on(connection))
        continue;
    /* Tickets, and answers of TLS itself, go out with what the engine says, if it says anything. */
    connection_tls_flush(connection);
}

/* Without close_notify before it a FIN may be an attacker's (RFC 8446 6.1). A server loses nothing
 * by it: a command or a mail ends where it says so itself. */
void connection_tls_ended(struct connection *connection, enum engine_end how)
{
    bool is_client = connection->tls_name != NULL;

    if (connection->drive.tls_started) {
        tls_fail(connection->tls, how == ENGINE_END_FIN
                                      ? "the other side closed the connection in the handshake"
                                      : "the connection was reset in the handshake");
        tell_handshake(connection);
        return;
    }
    if (how == ENGINE_END_FIN && is_client && !connection->drive.closed &&
        !connection->drive.ended) {
        tls_fail(connection->tls, "the server closed the connection without close_notify");
        how = ENGINE_END_RESET;
    }
    drive_ended(&connection->drive, connection_now_ms(connection), how);
}

/* ---- starting -------------------------------------------------------------------------------- */

bool connection_tls_start(struct connection *connection, const struct tls_demand *demand)
{
    struct err err = {0};

    if (!connection->tls_context || connection->tls)
        return false;
    connection->tls = tls_new(connection->tls_context, connection->tls_name, demand, &err);
    if (!connection->tls)
        return false;
    connection_tls_flush(connection);
    return true;
}
