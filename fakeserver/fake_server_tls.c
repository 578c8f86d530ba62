/* fake_server_tls.c - TLS as the engine wishes for it, and what became of it. */
#include "fakeserver/fake_server_private.h"

/* The step's own demand, else the scenario's, else the personality's. */
const struct tls_demand *server_tls_demand(const struct fake_server *server,
                                           const struct step *step)
{
    if (step && step->tls)
        return step->tls;
    if (server->scenario->tls)
        return server->scenario->tls;
    return server->personality ? server->personality->tls : NULL;
}

static struct bytes keep(struct server_tls *tls, struct bytes octets)
{
    size_t room = sizeof(tls->octets) - tls->used;
    struct bytes kept = {tls->octets + tls->used, octets.size < room ? octets.size : room};

    if (kept.size > 0)
        memcpy(tls->octets + tls->used, octets.data, kept.size);
    tls->used += kept.size;
    return kept;
}

/* Channel bindings come first: they have to be whole. */
void server_keep_tls(struct fake_server *server, const struct tls_facts *facts)
{
    struct server_tls *tls = server->tls;

    tls->used = 0;
    tls->facts = *facts;
    tls->facts.tls_exporter = keep(tls, facts->tls_exporter);
    tls->facts.tls_server_end_point = keep(tls, facts->tls_server_end_point);
    tls->facts.tls_unique = keep(tls, facts->tls_unique);
    tls->facts.cipher = keep(tls, facts->cipher);
    tls->facts.alpn = keep(tls, facts->alpn);
    tls->facts.alpn_offer = keep(tls, facts->alpn_offer);
    tls->facts.server_name = keep(tls, facts->server_name);
    tls->facts.client = keep(tls, facts->client);
    tls->facts.trouble = keep(tls, facts->trouble);
    server->tls_known = true;
}

void server_record_tls(struct fake_server *server, enum transcript_kind kind)
{
    server_record(
        server, &(struct transcript_record){.kind = kind,
                                            .source = server->wish_source,
                                            .line = server->wish_line,
                                            .tls = server->tls_known ? &server->tls->facts : NULL});
}

/* A new session: what was known is forgotten (RFC 3207 4.2), and what was half said, too. */
void server_secure(struct fake_server *server)
{
    model_state_secured(&server->state);
    server->ehlo_seen = false;
    server->ehlo_reply = BYTES_NONE;
    server->last_verb = SMTP_VERB_QUIT;
    server->surplus = false;
    server->owed = 0;
    server->replies.stage = SMTP_STAGE_OTHER;
    server->replies.lines = 0;
    server->replies.carry_size = 0;
    server->input.seen = false;
    server->input.line_octets = 0;
    server->block.final = 0;
}
