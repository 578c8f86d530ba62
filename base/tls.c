#include "base/tls.h"

struct cert_row {
    const char *word;
    enum tls_trust trust;
    const char *says;
};

static const struct cert_row certs[] = {
#define X(id, word, trust, says, source) {word, TLS_TRUST_##trust, says},
    TLS_CERT_TABLE(X)
#undef X
};

static const char *const faults[] = {
#define X(id, word, says) word,
    TLS_FAULT_TABLE(X)
#undef X
};

static const char *const bindings[] = {
#define X(id, word, source) word,
    TLS_BINDING_TABLE(X)
#undef X
};

static const char *const versions[] = {"any", "1.0", "1.1", "1.2", "1.3"};

static bool word_index(const char *const *words, size_t count, struct bytes word, size_t *ret)
{
    for (size_t i = 0; i < count; i++) {
        if (!bytes_equal(word, bytes_of(words[i])))
            continue;
        *ret = i;
        return true;
    }
    return false;
}

const char *tls_cert_word(enum tls_cert cert)
{
    return certs[cert].word;
}

const char *tls_cert_says(enum tls_cert cert)
{
    return certs[cert].says;
}

enum tls_trust tls_cert_trust(enum tls_cert cert)
{
    return certs[cert].trust;
}

bool tls_cert_from_word(struct bytes word, enum tls_cert *ret)
{
    for (size_t i = 0; i < TLS_CERT_COUNT; i++) {
        if (!bytes_equal(word, bytes_of(certs[i].word)))
            continue;
        *ret = (enum tls_cert)i;
        return true;
    }
    return false;
}

bool tls_cert_is_for_address(enum tls_cert cert)
{
    return cert == TLS_CERT_IP_SAN || cert == TLS_CERT_ADDRESS_AS_NAME;
}

const char *tls_fault_word(enum tls_fault fault)
{
    return faults[fault];
}

bool tls_fault_from_word(struct bytes word, enum tls_fault *ret)
{
    size_t index;

    if (!word_index(faults, TLS_FAULT_COUNT, word, &index))
        return false;
    *ret = (enum tls_fault)index;
    return true;
}

const char *tls_binding_word(enum tls_binding binding)
{
    return bindings[binding];
}

bool tls_binding_from_word(struct bytes word, enum tls_binding *ret)
{
    size_t index;

    if (!word_index(bindings, TLS_BINDING_COUNT, word, &index))
        return false;
    *ret = (enum tls_binding)index;
    return true;
}

struct bytes tls_facts_binding(const struct tls_facts *facts, enum tls_binding binding)
{
    switch (binding) {
    case TLS_BINDING_UNIQUE:
        return facts->tls_unique;
    case TLS_BINDING_EXPORTER:
        return facts->tls_exporter;
    case TLS_BINDING_SERVER_END_POINT:
        return facts->tls_server_end_point;
    case TLS_BINDING_COUNT:
        break;
    }
    return BYTES_NONE;
}

const char *tls_version_word(enum tls_version version)
{
    return versions[version];
}

bool tls_version_from_word(struct bytes word, enum tls_version *ret)
{
    for (size_t i = TLS_VERSION_1_0; i < TLS_VERSION_COUNT; i++) {
        if (!bytes_equal(word, bytes_of(versions[i])))
            continue;
        *ret = (enum tls_version)i;
        return true;
    }
    return false;
}

/* RFC 9325 4.1. What begins with "@" is no suite, but a word to OpenSSL. */
static bool is_weak(struct bytes suite)
{
    return bytes_find_bytes(suite, BYTES_LITERAL("NULL")) != BYTES_NOT_FOUND ||
           bytes_find_bytes(suite, BYTES_LITERAL("RC4")) != BYTES_NOT_FOUND ||
           bytes_starts_with(suite, BYTES_LITERAL("EXP"));
}

static bool are_all_weak(struct bytes suites)
{
    struct bytes suite;

    if (suites.size == 0)
        return false;
    while (bytes_next(&suites, ':', &suite))
        if (!bytes_starts_with(suite, BYTES_LITERAL("@")) && !is_weak(suite))
            return false;
    return true;
}

enum tls_trust tls_demand_trust(const struct tls_demand *demand)
{
    bool old = demand->at_most == TLS_VERSION_1_0 || demand->at_most == TLS_VERSION_1_1;

    if (old || are_all_weak(demand->ciphers) ||
        (demand->fault != TLS_FAULT_NONE && demand->fault != TLS_FAULT_TRUNCATE))
        return TLS_TRUST_NO;
    return certs[demand->cert].trust;
}
