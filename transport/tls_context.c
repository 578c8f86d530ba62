#include "transport/tls_context.h"

#include "transport/tls.h"
#include "transport/tls_private.h"

#include <openssl/err.h>
#include <stdlib.h>

enum { CIPHERS_MAX = 1024 };

/* Of a server: the context of OpenSSL for one demand. */
struct tls_made {
    struct tls_made *next;
    struct tls_demand demand;
    SSL_CTX *ssl;
    char ciphers[];
};

static const int library_versions[TLS_VERSION_COUNT] = {
    [TLS_VERSION_1_0] = TLS1_VERSION,
    [TLS_VERSION_1_1] = TLS1_1_VERSION,
    [TLS_VERSION_1_2] = TLS1_2_VERSION,
    [TLS_VERSION_1_3] = TLS1_3_VERSION,
};

const char *tls_library_trouble(void)
{
    const char *reason = ERR_reason_error_string(ERR_peek_error());

    ERR_clear_error();
    return reason ? reason : "unknown";
}

static bool fail(struct err *err, enum err_kind kind, const char *what)
{
    return err_set(err, kind, "%.120s: %s", what, tls_library_trouble());
}

static void set_manner(SSL_CTX *ssl)
{
    /* Idle connections keep no buffers of 16 KiB each. */
    SSL_CTX_set_mode(ssl, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                              SSL_MODE_NO_AUTO_CHAIN);
    SSL_CTX_set_options(ssl, SSL_OP_NO_RENEGOTIATION);
}

/* ---- clients --------------------------------------------------------------------------------- */

/* A ticket came; it is the newest, and good for one more connection (RFC 8446 C.4). */
static int remember(SSL *ssl, SSL_SESSION *session)
{
    struct tls_context *context = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
    const char *server_name = SSL_get_app_data(ssl);

    if (!server_name || strlen(server_name) >= sizeof(context->last.server_name))
        return 0;
    SSL_SESSION_free(context->last.session);
    context->last.session = session;
    memcpy(context->last.server_name, server_name, strlen(server_name) + 1);
    return 1; /* ours now */
}

/* A ticket of TLS 1.3 is used once; a session of TLS 1.2 as long as there is no newer one. */
SSL_SESSION *tls_context_recall(struct tls_context *context, const char *server_name)
{
    SSL_SESSION *session = context->last.session;

    if (!session || strcmp(context->last.server_name, server_name) != 0)
        return NULL;
    if (SSL_SESSION_get_protocol_version(session) >= TLS1_3_VERSION)
        context->last.session = NULL;
    else
        SSL_SESSION_up_ref(session);
    return session;
}

static bool load_roots(SSL_CTX *ssl, const char *path, struct err *err)
{
    if (!path)
        return SSL_CTX_set_default_verify_paths(ssl) == 1 ||
               fail(err, ERR_IO, "cannot read the system's CA certificates");
    return SSL_CTX_load_verify_file(ssl, path) == 1 || fail(err, ERR_IO, path);
}

static bool load_crl(SSL_CTX *ssl, const char *path, struct err *err)
{
    X509_STORE *store = SSL_CTX_get_cert_store(ssl);
    X509_LOOKUP *lookup;

    if (!path)
        return true;
    lookup = X509_STORE_add_lookup(store, X509_LOOKUP_file());
    if (!lookup || X509_load_crl_file(lookup, path, X509_FILETYPE_PEM) < 1)
        return fail(err, ERR_IO, path);
    X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK);
    return true;
}

static bool load_own(SSL_CTX *ssl, const struct tls_client_options *options, struct err *err)
{
    if (!options->certificate_file)
        return true;
    if (SSL_CTX_use_certificate_chain_file(ssl, options->certificate_file) != 1)
        return fail(err, ERR_IO, options->certificate_file);
    return SSL_CTX_use_PrivateKey_file(ssl, options->key_file, SSL_FILETYPE_PEM) == 1 ||
           fail(err, ERR_IO, options->key_file);
}

static bool make_client(struct tls_context *context, const struct tls_client_options *options,
                        struct err *err)
{
    SSL_CTX *ssl = SSL_CTX_new(TLS_client_method());

    context->client = ssl;
    context->verify = options->verify;
    if (!ssl || SSL_CTX_set_min_proto_version(ssl, TLS1_2_VERSION) != 1)
        return fail(err, ERR_MEMORY, "cannot make a TLS client");
    set_manner(ssl);
    SSL_CTX_set_app_data(ssl, context);
    SSL_CTX_set_session_cache_mode(ssl, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(ssl, remember);
    SSL_CTX_set_verify(ssl, options->verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, NULL);
    if (options->verify &&
        (!load_roots(ssl, options->ca_file, err) || !load_crl(ssl, options->crl_file, err)))
        return false;
    return load_own(ssl, options, err);
}

/* ---- servers --------------------------------------------------------------------------------- */

static bool same_demand(const struct tls_demand *a, const struct tls_demand *b)
{
    return a->cert == b->cert && a->at_least == b->at_least && a->at_most == b->at_most &&
           a->no_resumption == b->no_resumption && a->ask_client == b->ask_client &&
           a->require_client == b->require_client && bytes_equal(a->ciphers, b->ciphers);
}

static bool is_before_1_2(enum tls_version version)
{
    return version == TLS_VERSION_1_0 || version == TLS_VERSION_1_1;
}

/* What OpenSSL holds for too weak by itself: a level of 0 lets it pass. */
static bool set_versions(SSL_CTX *ssl, const struct tls_demand *demand)
{
    bool old = is_before_1_2(demand->at_least) || is_before_1_2(demand->at_most);
    enum tls_version least = demand->at_least;

    if (old || demand->cert == TLS_CERT_WEAK_KEY)
        SSL_CTX_set_security_level(ssl, 0);
    if (least == TLS_VERSION_ANY)
        least = old ? TLS_VERSION_1_0 : TLS_VERSION_1_2;
    return SSL_CTX_set_min_proto_version(ssl, library_versions[least]) == 1 &&
           SSL_CTX_set_max_proto_version(ssl, library_versions[demand->at_most]) == 1;
}

/* TLS 1.3 has a list of its own in OpenSSL; its names begin with TLS_, and no others do. */
static bool split_ciphers(struct bytes all, struct buf *new, struct buf *old)
{
    struct bytes word;

    while (bytes_next(&all, ':', &word)) {
        struct buf *to = bytes_starts_with(word, BYTES_LITERAL("TLS_")) ? new : old;

        if (word.size > 0 && (!buf_append(to, word) || !buf_append_octet(to, ':')))
            return false;
    }
    return buf_append_octet(new, '\0') && buf_append_octet(old, '\0');
}

static bool set_ciphers(SSL_CTX *ssl, const struct tls_demand *demand, struct err *err)
{
    struct buf new, old;
    bool ok;

    if (demand->ciphers.size == 0)
        return true;
    buf_init(&new, CIPHERS_MAX);
    buf_init(&old, CIPHERS_MAX);
    if (!split_ciphers(demand->ciphers, &new, &old))
        ok = err_memory(err);
    else
        ok = ((new.size == 1 || SSL_CTX_set_ciphersuites(ssl, new.data) == 1) &&
              (old.size == 1 || SSL_CTX_set_cipher_list(ssl, old.data) == 1)) ||
             fail(err, ERR_SYNTAX, "ciphers");
    buf_release(&new);
    buf_release(&old);
    return ok;
}

/* A certificate that was only asked for may be any; who it names counts when it is verified. */
static int take_any(int verified, X509_STORE_CTX *store)
{
    (void)verified;
    (void)store;
    return 1;
}

static bool set_clients(SSL_CTX *ssl, struct tls_ca *ca, const struct tls_demand *demand,
                        struct err *err)
{
    if (demand->require_client)
        SSL_CTX_set_verify(ssl, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    else if (demand->ask_client)
        SSL_CTX_set_verify(ssl, SSL_VERIFY_PEER, take_any);
    else
        return true;
    return tls_ca_trust(ca, ssl, err);
}

/* Tickets alone: the server keeps nothing of its sessions. */
static void set_resumption(SSL_CTX *ssl, const struct tls_demand *demand)
{
    static const unsigned char whose[] = "smtpdrill";

    SSL_CTX_set_session_cache_mode(ssl, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_session_id_context(ssl, whose, sizeof(whose) - 1);
    SSL_CTX_set_num_tickets(ssl, demand->no_resumption ? 0 : 1);
    if (demand->no_resumption)
        SSL_CTX_set_options(ssl, SSL_OP_NO_TICKET);
}

static SSL_CTX *make_server(struct tls_ca *ca, const struct tls_demand *demand, struct err *err)
{
    SSL_CTX *ssl = SSL_CTX_new(TLS_server_method());

    if (!ssl) {
        fail(err, ERR_MEMORY, "cannot make a TLS server");
        return NULL;
    }
    set_manner(ssl);
    tls_hear_alpn(ssl);
    set_resumption(ssl, demand);
    if (!set_versions(ssl, demand))
        fail(err, ERR_SYNTAX, "these versions of TLS");
    else if (set_ciphers(ssl, demand, err) && tls_ca_certify(ca, demand->cert, ssl, err) &&
             set_clients(ssl, ca, demand, err))
        return ssl;
    SSL_CTX_free(ssl);
    return NULL;
}

static struct tls_made *add_server(struct tls_context *context, const struct tls_demand *demand,
                                   struct err *err)
{
    struct tls_made *made = calloc(1, sizeof(*made) + demand->ciphers.size);

    if (made)
        made->ssl = make_server(context->ca, demand, err);
    else
        err_memory(err);
    if (!made || !made->ssl) {
        free(made);
        return NULL;
    }
    made->demand = *demand;
    if (demand->ciphers.size > 0)
        memcpy(made->ciphers, demand->ciphers.data, demand->ciphers.size);
    made->demand.ciphers.data = made->ciphers;
    made->next = context->made;
    context->made = made;
    return made;
}

SSL_CTX *tls_context_ssl(struct tls_context *context, const struct tls_demand *demand,
                         struct err *err)
{
    static const struct tls_demand ordinary = {0};
    struct tls_made *made;
    size_t count = 0;

    if (context->client)
        return context->client;
    if (!demand)
        demand = &ordinary;
    for (made = context->made; made; made = made->next, count++)
        if (same_demand(&made->demand, demand))
            return made->ssl;
    if (count >= TLS_CONTEXT_DEMANDS_MAX) {
        err_set(err, ERR_LIMIT, "more than %d different TLS servers", TLS_CONTEXT_DEMANDS_MAX);
        return NULL;
    }
    made = add_server(context, demand, err);
    return made ? made->ssl : NULL;
}

bool tls_context_prepare(struct tls_context *context, const struct tls_demand *demand,
                         struct err *err)
{
    return tls_context_ssl(context, demand, err) != NULL;
}

/* ---- life ------------------------------------------------------------------------------------ */

static struct tls_context *make(struct err *err)
{
    struct tls_context *context = calloc(1, sizeof(*context));

    if (!context) {
        err_memory(err);
        return NULL;
    }
    buf_init(&context->spare, TLS_PENDING_MAX);
    return context;
}

struct tls_context *tls_context_new_client(const struct tls_client_options *options,
                                           struct err *err)
{
    struct tls_context *context = make(err);

    if (!context || make_client(context, options, err))
        return context;
    tls_context_free(context);
    return NULL;
}

struct tls_context *tls_context_new_server(struct tls_ca *ca, struct err *err)
{
    struct tls_context *context = make(err);

    if (context)
        context->ca = ca;
    return context;
}

void tls_context_free(struct tls_context *context)
{
    if (!context)
        return;
    while (context->made) {
        struct tls_made *made = context->made;

        context->made = made->next;
        SSL_CTX_free(made->ssl);
        free(made);
    }
    SSL_SESSION_free(context->last.session);
    SSL_CTX_free(context->client);
    BIO_meth_free(context->bio);
    buf_release(&context->spare);
    free(context);
}
