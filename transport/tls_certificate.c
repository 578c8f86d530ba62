#include "transport/tls_certificate.h"

#include <openssl/x509v3.h>

enum { DAY_S = 24 * 60 * 60, SERIAL_BITS = 127 };

void tls_pair_release(struct tls_pair *pair)
{
    X509_free(pair->certificate);
    EVP_PKEY_free(pair->key);
    *pair = (struct tls_pair){0};
}

bool tls_set_time(ASN1_TIME *time, int64_t now_s, int days)
{
    return ASN1_TIME_set(time, (time_t)(now_s + (int64_t)days * DAY_S)) != NULL;
}

static bool set_serial(X509 *certificate)
{
    BIGNUM *number = BN_new();
    bool ok = number && BN_rand(number, SERIAL_BITS, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
              BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate));

    BN_free(number);
    return ok;
}

static bool set_subject(X509 *certificate, const char *common_name)
{
    X509_NAME *name = X509_get_subject_name(certificate);

    return X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8, (const unsigned char *)"smtpdrill",
                                      -1, -1, 0) == 1 &&
           X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)common_name,
                                      -1, -1, 0) == 1;
}

static bool add_extension(X509 *certificate, X509V3_CTX *context, int which, const char *value)
{
    X509_EXTENSION *extension = NULL;
    bool ok = true;

    if (value && value[0] != '\0') {
        extension = X509V3_EXT_conf_nid(NULL, context, which, value);
        ok = extension && X509_add_ext(certificate, extension, -1) == 1;
    }
    X509_EXTENSION_free(extension);
    return ok;
}

static bool add_extensions(X509 *certificate, X509 *issuer, const struct tls_contents *contents)
{
    X509V3_CTX context;

    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    return add_extension(certificate, &context, NID_basic_constraints,
                         contents->basic_constraints) &&
           add_extension(certificate, &context, NID_key_usage, contents->key_usage) &&
           add_extension(certificate, &context, NID_ext_key_usage, contents->purpose) &&
           add_extension(certificate, &context, NID_subject_alt_name, contents->alt_names) &&
           add_extension(certificate, &context, NID_subject_key_identifier, "hash") &&
           add_extension(certificate, &context, NID_authority_key_identifier, "keyid");
}

bool tls_issue(const struct tls_contents *contents, const struct tls_pair *issuer, int64_t now_s,
               struct tls_pair *ret)
{
    X509 *certificate = X509_new();

    ret->certificate = certificate;
    if (!issuer)
        issuer = ret;
    return certificate && ret->key && X509_set_version(certificate, X509_VERSION_3) == 1 &&
           set_serial(certificate) &&
           tls_set_time(X509_getm_notBefore(certificate), now_s, contents->from_days) &&
           tls_set_time(X509_getm_notAfter(certificate), now_s, contents->to_days) &&
           set_subject(certificate, contents->common_name) &&
           X509_set_issuer_name(certificate, X509_get_subject_name(issuer->certificate)) == 1 &&
           X509_set_pubkey(certificate, ret->key) == 1 &&
           add_extensions(certificate, issuer->certificate, contents) &&
           X509_sign(certificate, issuer->key, EVP_sha256()) > 0;
}
