#include "transport/memory_tls.h"

struct bytes memory_tls_hello(void)
{
    return BYTES_LITERAL("\x16\x03\x01\x00\x04\x01\x00\x00\x00");
}

struct tls_facts memory_tls_shake(const struct tls_demand *demand, bool trusts_all)
{
    struct tls_demand asked = *demand;

    if (trusts_all)
        asked.cert = TLS_CERT_GOOD;
    if (tls_demand_trust(&asked) == TLS_TRUST_NO)
        return (struct tls_facts){.trouble = BYTES_LITERAL("the handshake came to nothing")};
    return (struct tls_facts){
        .ok = true,
        .version = demand->at_most == TLS_VERSION_ANY ? TLS_VERSION_1_3 : demand->at_most,
        .cipher = BYTES_LITERAL("TLS_AES_128_GCM_SHA256"),
        .server_name = BYTES_LITERAL("server.example"),
        .tls_exporter = BYTES_LITERAL("the exporter of this one session"),
    };
}

struct tls_facts memory_tls_broken(void)
{
    return (struct tls_facts){.trouble = BYTES_LITERAL("what came is no TLS record")};
}
