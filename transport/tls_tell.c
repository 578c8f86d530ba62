#include "transport/tls.h"
#include "transport/tls_private.h"

#include <openssl/err.h>
#include <openssl/x509.h>
#include <stdio.h>

bool tls_is_server(const struct tls *tls)
{
    return tls->context->client == NULL;
}

static enum tls_version version_of(const SSL *ssl)
{
    switch (SSL_version(ssl)) {
    case TLS1_VERSION:
        return TLS_VERSION_1_0;
    case TLS1_1_VERSION:
        return TLS_VERSION_1_1;
    case TLS1_2_VERSION:
        return TLS_VERSION_1_2;
    case TLS1_3_VERSION:
        return TLS_VERSION_1_3;
    default:
        return TLS_VERSION_ANY;
    }
}

/* The first Finished of the handshake (RFC 5929 3.1): the client's, or the server's where a session
 * was resumed. TLS 1.3 has none (RFC 8446 C.5). */
static void bind_unique(const struct tls *tls, struct tls_told *told)
{
    bool mine = tls_is_server(tls) == (SSL_session_reused(tls->ssl) == 1);
    size_t octets;

    if (told->facts.version == TLS_VERSION_1_3)
        return;
    octets = mine ? SSL_get_finished(tls->ssl, told->unique, sizeof(told->unique))
                  : SSL_get_peer_finished(tls->ssl, told->unique, sizeof(told->unique));
    told->facts.tls_unique = (struct bytes){told->unique, octets};
}

/* The hash of the server's certificate, by the hash of its signature; SHA-256 in place of MD5 and
 * SHA-1 (RFC 5929 4.1). */
static void bind_end_point(const struct tls *tls, struct tls_told *told)
{
    X509 *certificate =
        tls_is_server(tls) ? SSL_get_certificate(tls->ssl) : SSL_get0_peer_certificate(tls->ssl);
    unsigned octets = sizeof(told->end_point);
    int hash = NID_undef;
    const EVP_MD *digest;

    if (!certificate || X509_get_signature_info(certificate, &hash, NULL, NULL, NULL) != 1)
        return;
    if (hash == NID_md5 || hash == NID_sha1)
        hash = NID_sha256;
    digest = EVP_get_digestbynid(hash);
    if (digest && X509_digest(certificate, digest, (unsigned char *)told->end_point, &octets) == 1)
        told->facts.tls_server_end_point = (struct bytes){told->end_point, octets};
}

/* RFC 9266 2: 32 octets, an empty context, which before TLS 1.3 is not the same as none. */
static void bind_exporter(const struct tls *tls, struct tls_told *told)
{
    static const char label[] = "EXPORTER-Channel-Binding";
    static const unsigned char context[1];

    if (SSL_export_keying_material(tls->ssl, (unsigned char *)told->exporter,
                                   sizeof(told->exporter), label, sizeof(label) - 1, context, 0,
                                   1) == 1)
        told->facts.tls_exporter = (struct bytes){told->exporter, sizeof(told->exporter)};
}

/* ProtocolName<1..2^8-1>, a length before each (RFC 7301 3.1). The list is well-formed: OpenSSL has
 * looked. */
static void note_alpn(struct tls *tls, struct bytes list)
{
    tls->alpn_offer_octets = 0;
    while (list.size > 0) {
        struct bytes name = bytes_slice(list, 1, 1 + (size_t)(unsigned char)list.data[0]);
        size_t used = tls->alpn_offer_octets;

        list = bytes_after(list, 1 + name.size);
        if (name.size + 1 > sizeof(tls->alpn_offer) - used)
            return;
        if (used > 0)
            tls->alpn_offer[used++] = ',';
        memcpy(tls->alpn_offer + used, name.data, name.size);
        tls->alpn_offer_octets = used + name.size;
    }
}

static int hear_alpn(SSL *ssl, const unsigned char **ret, unsigned char *ret_octets,
                     const unsigned char *list, unsigned octets, void *unused)
{
    (void)ret;
    (void)ret_octets;
    (void)unused;
    note_alpn(SSL_get_app_data(ssl), (struct bytes){(const char *)list, octets});
    return SSL_TLSEXT_ERR_NOACK;
}

void tls_hear_alpn(SSL_CTX *ssl)
{
    SSL_CTX_set_alpn_select_cb(ssl, hear_alpn, NULL);
}

static void tell_client(const struct tls *tls, struct tls_told *told)
{
    X509 *certificate =
        tls_is_server(tls) ? SSL_get0_peer_certificate(tls->ssl) : SSL_get_certificate(tls->ssl);
    BIO *text;
    int octets;

    if (!certificate || (tls_is_server(tls) && SSL_get_verify_result(tls->ssl) != X509_V_OK))
        return;
    text = BIO_new(BIO_s_mem());
    if (!text)
        return;
    X509_NAME_print_ex(text, X509_get_subject_name(certificate), 0, XN_FLAG_RFC2253);
    octets = BIO_read(text, told->client, sizeof(told->client));
    if (octets > 0)
        told->facts.client = (struct bytes){told->client, (size_t)octets};
    BIO_free(text);
}

static void tell_open(const struct tls *tls, struct tls_told *told)
{
    struct tls_facts *facts = &told->facts;
    const unsigned char *alpn = NULL;
    unsigned alpn_octets = 0;

    facts->resumed = SSL_session_reused(tls->ssl) == 1;
    facts->version = version_of(tls->ssl);
    facts->cipher = bytes_of(SSL_get_cipher_name(tls->ssl));
    SSL_get0_alpn_selected(tls->ssl, &alpn, &alpn_octets);
    facts->alpn = (struct bytes){(const char *)alpn, alpn_octets};
    bind_unique(tls, told);
    bind_end_point(tls, told);
    bind_exporter(tls, told);
    tell_client(tls, told);
}

void tls_tell(const struct tls *tls, struct tls_told *ret)
{
    const char *server_name = SSL_get_servername(tls->ssl, TLSEXT_NAMETYPE_host_name);

    ret->facts = (struct tls_facts){.ok = tls->was_open && tls->stage != STAGE_FAILED};
    if (server_name)
        ret->facts.server_name = bytes_of(server_name);
    ret->facts.alpn_offer = (struct bytes){tls->alpn_offer, tls->alpn_offer_octets};
    if (tls->was_open)
        tell_open(tls, ret);
    snprintf(ret->trouble, sizeof(ret->trouble), "%s", tls->trouble);
    ret->facts.trouble = bytes_of(ret->trouble);
    ERR_clear_error();
}
