/* model_domain.c - how many domains RCPT has named, for RCPTDOMAINMAX (RFC 9422 4.3). */
#include "fakeserver/model.h"

/* Behind the last "@"; a quoted local-part may have others. Empty: there is none. */
static struct bytes domain_of(struct bytes path)
{
    for (size_t i = path.size; i-- > 0;)
        if (path.data[i] == '@')
            return bytes_after(path, i + 1);
    return BYTES_LITERAL("");
}

/* FNV-1a, without case (RFC 5321 2.4). */
static uint32_t hash_of(struct bytes domain)
{
    uint32_t hash = UINT32_C(2166136261);

    for (size_t i = 0; i < domain.size; i++) {
        unsigned char octet = (unsigned char)domain.data[i];

        if (octet >= 'A' && octet <= 'Z')
            octet = (unsigned char)(octet - 'A' + 'a');
        hash = (hash ^ octet) * UINT32_C(16777619);
    }
    return hash;
}

static bool is_known(const struct model_domains *domains, uint32_t hash)
{
    for (unsigned i = 0; i < domains->count; i++)
        if (domains->hashes[i] == hash)
            return true;
    return false;
}

bool model_domains_exceed(const struct model_domains *domains, struct bytes path, unsigned max)
{
    struct bytes domain = domain_of(path);

    return max > 0 && domain.size > 0 && domains->count >= max &&
           domains->count < MODEL_DOMAINS_MAX && !is_known(domains, hash_of(domain));
}

void model_domains_add(struct model_domains *domains, struct bytes path)
{
    struct bytes domain = domain_of(path);

    if (domain.size > 0 && domains->count < MODEL_DOMAINS_MAX &&
        !is_known(domains, hash_of(domain)))
        domains->hashes[domains->count++] = hash_of(domain);
}
