#include "transport/memory_tls.h"

struct bytes memory_tls_hello(void)
{
    return BYTES_LITERAL("\x16\x03\x01\x00\x04\x01\x00\x00\x00");
}

static bool have_version(const struct tls_demand *demand, const struct memory_tls *client)
{
    enum tls_version oldest =
        client->at_least == TLS_VERSION_ANY ? TLS_VERSION_1_2 : client->at_least;

    return demand->at_most == TLS_VERSION_ANY || demand->at_most >= oldest;
}

struct tls_facts memory_tls_shake(const struct tls_demand *demand, const struct memory_tls *client)
{
    struct tls_demand asked = *demand;
    bool asks = demand->ask_client || demand->require_client;
    bool lacks_certificate =
        client->subject.size == 0 && (demand->require_client || (asks && client->fails_if_asked));

    asked.at_most = TLS_VERSION_ANY; /* that is for the client to say */
    if (client->trusts_all)
        asked.cert = TLS_CERT_GOOD;
    if (client->takes_names && asked.cert == TLS_CERT_ADDRESS_AS_NAME)
        asked.cert = TLS_CERT_GOOD;
    if (client->heeds_case && asked.cert == TLS_CERT_UPPER_CASE)
        asked.cert = TLS_CERT_WRONG_HOST;
    if (client->takes_weak_ciphers)
        asked.ciphers = BYTES_NONE;
    /* RFC 9525 2: no common name; older texts leave it to the client. */
    if (tls_demand_trust(&asked) == TLS_TRUST_NO || asked.cert == TLS_CERT_CN_ONLY ||
        !have_version(demand, client) || lacks_certificate)
        return (struct tls_facts){.trouble = BYTES_LITERAL("the handshake came to nothing")};
    return (struct tls_facts){
        .ok = true,
        .resumed = client->has_session && !demand->no_resumption,
        .version = demand->at_most == TLS_VERSION_ANY ? TLS_VERSION_1_3 : demand->at_most,
        .cipher = BYTES_LITERAL("TLS_AES_128_GCM_SHA256"),
        .server_name = client->server_name,
        .client = asks ? client->subject : BYTES_NONE,
        .tls_exporter = BYTES_LITERAL("the exporter of this one session"),
    };
}

struct tls_facts memory_tls_broken(void)
{
    return (struct tls_facts){.trouble = BYTES_LITERAL("what came is no TLS record")};
}
