/* tls_bio.c - the octets of the wire as OpenSSL sees them: what came, and what is to be sent. */
#include "transport/tls_private.h"

static int bio_read(BIO *bio, char *to, size_t room, size_t *ret)
{
    struct tls *tls = BIO_get_data(bio);

    BIO_clear_retry_flags(bio);
    *ret = room < tls->in.size ? room : tls->in.size;
    if (*ret == 0) {
        BIO_set_retry_read(bio);
        return 0;
    }
    memcpy(to, tls->in.data, *ret);
    tls->in = bytes_after(tls->in, *ret);
    return 1;
}

/* The room for pending octets is borrowed from the context for as long as there are any: most
 * sessions have none at any time. */
static int bio_write(BIO *bio, const char *octets, size_t size, size_t *ret)
{
    struct tls *tls = BIO_get_data(bio);

    if (!tls->out.data) {
        tls->out = tls->context->spare;
        buf_init(&tls->context->spare, TLS_PENDING_MAX);
    }
    *ret = buf_append(&tls->out, (struct bytes){octets, size}) ? size : 0;
    return *ret == size;
}

static long bio_control(BIO *bio, int command, long number, void *pointer)
{
    (void)bio;
    (void)number;
    (void)pointer;
    return command == BIO_CTRL_FLUSH;
}

static BIO_METHOD *make_method(void)
{
    BIO_METHOD *method = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "octets in memory");

    if (method && BIO_meth_set_read_ex(method, bio_read) == 1 &&
        BIO_meth_set_write_ex(method, bio_write) == 1 &&
        BIO_meth_set_ctrl(method, bio_control) == 1)
        return method;
    BIO_meth_free(method);
    return NULL;
}

BIO *tls_bio_new(struct tls *tls)
{
    struct tls_context *context = tls->context;
    BIO *bio;

    if (!context->bio)
        context->bio = make_method();
    bio = context->bio ? BIO_new(context->bio) : NULL;
    if (!bio)
        return NULL;
    BIO_set_data(bio, tls);
    BIO_set_init(bio, 1);
    return bio;
}
