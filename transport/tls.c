#include "transport/tls.h"

#include "base/require.h"
#include "transport/tls_private.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>

enum { RECORD_HANDSHAKE = 22, ALERT_REASON = SSL_AD_REASON_OFFSET };

/* ---- what went wrong ------------------------------------------------------------------------- */

static const char *other_side(const struct tls *tls)
{
    return tls_is_server(tls) ? "client" : "server";
}

/* The first error is the cause, those behind it are what it led to. */
static void explain(struct tls *tls)
{
    unsigned long code = ERR_peek_error();
    int reason = ERR_GET_REASON(code);
    long verified = SSL_get_verify_result(tls->ssl);
    char *to = tls->trouble;

    if (ERR_GET_LIB(code) == ERR_LIB_SSL && reason > ALERT_REASON)
        snprintf(to, TLS_TROUBLE_MAX, "the %s ended TLS with the alert \"%s\"", other_side(tls),
                 SSL_alert_desc_string_long(reason - ALERT_REASON));
    else if (ERR_GET_LIB(code) == ERR_LIB_SSL && reason == SSL_R_CERTIFICATE_VERIFY_FAILED)
        snprintf(to, TLS_TROUBLE_MAX, "the %s's certificate is not to be trusted: %s",
                 other_side(tls), X509_verify_cert_error_string(verified));
    else
        snprintf(to, TLS_TROUBLE_MAX, "TLS with the %s failed: %s", other_side(tls),
                 tls_library_trouble());
    ERR_clear_error();
}

static enum tls_event become_failed(struct tls *tls)
{
    tls->stage = STAGE_FAILED;
    tls->in = BYTES_NONE;
    return TLS_EVENT_FAILED;
}

static enum tls_event fail(struct tls *tls, const char *trouble)
{
    snprintf(tls->trouble, sizeof(tls->trouble), "%s", trouble);
    return become_failed(tls);
}

void tls_fail(struct tls *tls, const char *trouble)
{
    if (tls->stage == STAGE_HANDSHAKE || tls->stage == STAGE_MUTE || tls->stage == STAGE_OPEN)
        fail(tls, trouble);
}

const char *tls_trouble(const struct tls *tls)
{
    return tls->trouble;
}

/* ---- faults ---------------------------------------------------------------------------------- */

/* In place of the first flight, which is in tls->out. */
static enum tls_event commit_fault(struct tls *tls)
{
    static const char refusal[] = {0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x28}; /* RFC 8446 6.2 */
    const struct bytes garbage = BYTES_LITERAL("\0\xff\x01\xfe *** no TLS at all ***\x80\n");
    const struct bytes plain = BYTES_LITERAL("454 4.7.0 TLS is not available\r\n");
    size_t whole = tls->out.size;

    buf_clear(&tls->out);
    tls->stage = STAGE_MUTE;
    switch (tls->fault) {
    case TLS_FAULT_REFUSE:
        buf_append(&tls->out, (struct bytes){refusal, sizeof(refusal)});
        return fail(tls, "the handshake was refused, as it was asked for");
    case TLS_FAULT_CUT:
    case TLS_FAULT_RESET:
        tls->out.size = whole / 2;
        return fail(tls, "the handshake was broken off, as it was asked for");
    case TLS_FAULT_GARBAGE:
        buf_append(&tls->out, garbage);
        break;
    case TLS_FAULT_PLAIN:
        buf_append(&tls->out, plain);
        break;
    case TLS_FAULT_STALL:
    case TLS_FAULT_NONE:
    case TLS_FAULT_TRUNCATE:
    case TLS_FAULT_COUNT:
        break;
    }
    return TLS_EVENT_NONE;
}

static bool is_fault_of_handshake(enum tls_fault fault)
{
    return fault != TLS_FAULT_NONE && fault != TLS_FAULT_TRUNCATE;
}

/* Records of TLS are numbers from 20 to 23 in their first octet (RFC 8446 5.1), commands letters.
 */
static enum tls_event stay_mute(struct tls *tls)
{
    bool clear = tls->in.size > 0 && (tls->in.data[0] & 0x60) != 0 && !tls->heard;

    tls->heard = tls->heard || tls->in.size > 0;
    tls->in = BYTES_NONE;
    if (clear)
        return fail(tls, "the client went on in the clear where TLS had failed");
    return TLS_EVENT_NONE;
}

bool tls_wants_reset(const struct tls *tls)
{
    return tls->fault == TLS_FAULT_RESET && tls->stage == STAGE_FAILED;
}

/* ---- the handshake --------------------------------------------------------------------------- */

static enum tls_event shake_hands(struct tls *tls)
{
    int result;

    if (tls_is_server(tls) && tls->in.size == 0)
        return TLS_EVENT_NONE;
    if (tls_is_server(tls) && !tls->heard && tls->in.data[0] != RECORD_HANDSHAKE)
        return fail(tls, "the client sent octets that are no ClientHello");
    tls->heard = true;
    ERR_clear_error();
    result = SSL_do_handshake(tls->ssl);
    if (result == 1) {
        tls->stage = STAGE_OPEN;
        tls->was_open = true;
        return TLS_EVENT_DONE;
    }
    if (SSL_get_error(tls->ssl, result) != SSL_ERROR_WANT_READ) {
        explain(tls);
        return become_failed(tls);
    }
    if (is_fault_of_handshake(tls->fault) && tls->out.size > 0) {
        tls->heard = false; /* what comes from now on is the answer to the fault */
        return commit_fault(tls);
    }
    return TLS_EVENT_NONE;
}

/* ---- octets ---------------------------------------------------------------------------------- */

static enum tls_event stopped_reading(struct tls *tls)
{
    switch (SSL_get_error(tls->ssl, 0)) {
    case SSL_ERROR_WANT_READ:
        return TLS_EVENT_NONE;
    case SSL_ERROR_ZERO_RETURN:
        tls->stage = STAGE_CLOSED;
        tls->in = BYTES_NONE;
        return TLS_EVENT_CLOSED;
    default:
        explain(tls);
        return become_failed(tls);
    }
}

static enum tls_event read_octets(struct tls *tls, char *room, size_t room_octets,
                                  struct bytes *ret_octets)
{
    size_t size = 0;
    size_t got = 0;
    bool more = true;
    enum tls_event event = TLS_EVENT_NONE;

    ERR_clear_error();
    while (more && size < room_octets) {
        more = SSL_read_ex(tls->ssl, room + size, room_octets - size, &got) == 1;
        size += more ? got : 0;
    }
    if (!more)
        event = stopped_reading(tls);
    if (size == 0)
        return event;
    tls->next = event;
    *ret_octets = (struct bytes){room, size};
    return TLS_EVENT_OCTETS;
}

enum tls_event tls_next(struct tls *tls, char *room, size_t room_octets, struct bytes *ret_octets)
{
    enum tls_event event = tls->next;

    tls->next = TLS_EVENT_NONE;
    if (event != TLS_EVENT_NONE)
        return event;
    switch (tls->stage) {
    case STAGE_HANDSHAKE:
        return shake_hands(tls);
    case STAGE_MUTE:
        return stay_mute(tls);
    case STAGE_OPEN:
        return read_octets(tls, room, room_octets, ret_octets);
    case STAGE_CLOSED:
    case STAGE_FAILED:
        break;
    }
    tls->in = BYTES_NONE;
    return TLS_EVENT_NONE;
}

void tls_receive(struct tls *tls, struct bytes octets)
{
    REQUIRE(tls->in.size == 0);
    tls->in = octets;
}

struct bytes tls_pending(const struct tls *tls)
{
    return buf_bytes(&tls->out);
}

void tls_sent(struct tls *tls, size_t octets)
{
    buf_consume(&tls->out, octets);
    if (tls->out.size > 0)
        return;
    if (!tls->context->spare.data) {
        tls->context->spare = tls->out;
        buf_init(&tls->out, TLS_PENDING_MAX);
    }
    buf_release(&tls->out);
}

bool tls_is_open(const struct tls *tls)
{
    return (tls->stage == STAGE_OPEN || tls->stage == STAGE_CLOSED) && !tls->said_close;
}

size_t tls_send(struct tls *tls, struct bytes octets)
{
    size_t size = octets.size < TLS_SEND_MAX ? octets.size : TLS_SEND_MAX;
    size_t taken = 0;

    REQUIRE(tls->out.size < TLS_PENDING_MAX / 2);
    if (size == 0 || !tls_is_open(tls))
        return 0;
    ERR_clear_error();
    if (SSL_write_ex(tls->ssl, octets.data, size, &taken) == 1)
        return taken;
    explain(tls);
    become_failed(tls);
    return 0;
}

void tls_close(struct tls *tls)
{
    if (!tls_is_open(tls) || tls->fault == TLS_FAULT_TRUNCATE)
        return;
    tls->said_close = true;
    ERR_clear_error();
    SSL_shutdown(tls->ssl);
    ERR_clear_error();
}

/* ---- life ------------------------------------------------------------------------------------ */

/* RFC 9525 6: nothing but the subjectAltName, and a wildcard for one whole label only. */
static bool expect_identity(SSL *ssl, const char *server_name, bool is_address)
{
    X509_VERIFY_PARAM *wanted = SSL_get0_param(ssl);

    X509_VERIFY_PARAM_set_hostflags(wanted, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT |
                                                X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return is_address ? X509_VERIFY_PARAM_set1_ip_asc(wanted, server_name) == 1
                      : X509_VERIFY_PARAM_set1_host(wanted, server_name, 0) == 1;
}

static bool be_client(struct tls *tls)
{
    unsigned char address[16];
    bool is_address = inet_pton(AF_INET, tls->server_name, address) == 1 ||
                      inet_pton(AF_INET6, tls->server_name, address) == 1;
    SSL_SESSION *session = tls_context_recall(tls->context, tls->server_name);

    if (session)
        SSL_set_session(tls->ssl, session);
    SSL_SESSION_free(session);
    SSL_set_app_data(tls->ssl, (void *)tls->server_name);
    SSL_set_connect_state(tls->ssl);
    if (tls->context->verify && !expect_identity(tls->ssl, tls->server_name, is_address))
        return false;
    if (!is_address && SSL_set_tlsext_host_name(tls->ssl, tls->server_name) != 1)
        return false;
    return shake_hands(tls) == TLS_EVENT_NONE;
}

static bool begin(struct tls *tls, SSL_CTX *ssl)
{
    BIO *bio = tls_bio_new(tls);

    tls->ssl = SSL_new(ssl);
    if (!tls->ssl || !bio) {
        BIO_free(bio);
        return false;
    }
    SSL_set_bio(tls->ssl, bio, bio);
    if (!tls_is_server(tls))
        return be_client(tls);
    SSL_set_app_data(tls->ssl, tls);
    SSL_set_accept_state(tls->ssl);
    return true;
}

struct tls *tls_new(struct tls_context *context, const char *server_name,
                    const struct tls_demand *demand, struct err *err)
{
    SSL_CTX *ssl = tls_context_ssl(context, demand, err);
    struct tls *tls;

    if (!ssl)
        return NULL;
    tls = calloc(1, sizeof(*tls));
    if (!tls) {
        err_memory(err);
        return NULL;
    }
    tls->context = context;
    tls->server_name = server_name;
    tls->fault = demand && !context->client ? demand->fault : TLS_FAULT_NONE;
    buf_init(&tls->out, TLS_PENDING_MAX);
    if (begin(tls, ssl))
        return tls;
    err_set(err, ERR_MEMORY, "cannot begin TLS: %s",
            tls->trouble[0] ? tls->trouble : tls_library_trouble());
    tls_free(tls);
    return NULL;
}

void tls_free(struct tls *tls)
{
    if (!tls)
        return;
    SSL_free(tls->ssl);
    buf_release(&tls->out);
    free(tls);
}
