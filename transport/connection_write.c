/* connection_write.c - octets on their way out: what the kernel did not take at once is kept. */
#include "transport/connection_private.h"

#include <stdlib.h>

static void write_done(uv_write_t *request, int status)
{
    struct writing *writing = request->data;
    struct connection *connection = writing->connection;

    free(writing);
    connection->writing = NULL;
    if (connection->state != CONNECTION_OPEN)
        return;
    if (status < 0)
        connection_lose(connection, status);
    else if (connection->tls && !connection_tls_flush(connection))
        ; /* there is more behind it */
    else if (connection->fin_wanted)
        connection_send_fin(connection);
    else
        drive_writable(&connection->drive, connection_now_ms(connection));
    connection_settle(connection);
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
        connection_lose(connection, failure);
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
        connection_lose(connection, taken);
        return 0;
    }
    if ((size_t)taken == octets.size)
        return octets.size;
    return (size_t)taken + write_later(connection, bytes_after(octets, (size_t)taken));
}
