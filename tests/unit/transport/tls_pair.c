#include "tls_pair.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { HEARD_MAX = 4 * 1024 * 1024 };

static void name_files(struct pair *pair)
{
    snprintf(pair->ca_path, sizeof(pair->ca_path), "%s/ca.pem", pair->folder);
    snprintf(pair->crl_path, sizeof(pair->crl_path), "%s/crl.pem", pair->folder);
    snprintf(pair->client_path, sizeof(pair->client_path), "%s/client.pem", pair->folder);
    snprintf(pair->key_path, sizeof(pair->key_path), "%s/client.key", pair->folder);
}

int pair_set_up(void **state)
{
    struct pair *pair = calloc(1, sizeof(*pair));
    struct err err = {0};

    assert_non_null(pair);
    snprintf(pair->folder, sizeof(pair->folder), "/tmp/smtpdrill-tls-XXXXXX");
    assert_non_null(mkdtemp(pair->folder));
    name_files(pair);
    pair->name = PAIR_NAME;
    pair->ca = tls_ca_new(PAIR_NAME, &err);
    assert_non_null(pair->ca);
    assert_true(tls_ca_write(pair->ca, pair->ca_path, &err));
    assert_true(tls_ca_write_crl(pair->ca, pair->crl_path, &err));
    assert_true(
        tls_ca_write_client(pair->ca, "jan@example.org", pair->client_path, pair->key_path, &err));
    pair->server_context = tls_context_new_server(pair->ca, &err);
    assert_non_null(pair->server_context);
    buf_init(&pair->client.heard, HEARD_MAX);
    buf_init(&pair->server.heard, HEARD_MAX);
    pair_use_client(pair, &(struct tls_client_options){.verify = true, .ca_file = pair->ca_path});
    *state = pair;
    return 0;
}

static void end_session(struct pair *pair)
{
    tls_free(pair->client.tls);
    tls_free(pair->server.tls);
    pair->client.tls = pair->server.tls = NULL;
}

int pair_tear_down(void **state)
{
    struct pair *pair = *state;

    end_session(pair);
    tls_context_free(pair->client_context);
    tls_context_free(pair->server_context);
    tls_ca_free(pair->ca);
    buf_release(&pair->client.heard);
    buf_release(&pair->server.heard);
    unlink(pair->ca_path);
    unlink(pair->crl_path);
    unlink(pair->client_path);
    unlink(pair->key_path);
    rmdir(pair->folder);
    free(pair);
    return 0;
}

void pair_use_client(struct pair *pair, const struct tls_client_options *options)
{
    struct err err = {0};

    end_session(pair);
    tls_context_free(pair->client_context);
    pair->client_context = tls_context_new_client(options, &err);
    if (!pair->client_context)
        fail_msg("%s", err.what);
}

static void side_begin(struct pair_side *side, struct tls *tls)
{
    struct buf heard = side->heard;

    assert_non_null(tls);
    buf_clear(&heard);
    *side = (struct pair_side){.tls = tls, .heard = heard};
}

void pair_begin(struct pair *pair)
{
    struct err err = {0};

    end_session(pair);
    side_begin(&pair->client, tls_new(pair->client_context, pair->name, NULL, &err));
    side_begin(&pair->server, tls_new(pair->server_context, NULL, &pair->demand, &err));
}

static bool take(struct pair_side *side)
{
    char room[1000]; /* less than a record: it comes in pieces */
    struct bytes octets;

    switch (tls_next(side->tls, room, sizeof(room), &octets)) {
    case TLS_EVENT_NONE:
        return false;
    case TLS_EVENT_DONE:
        assert_false(side->done);
        side->done = true;
        tls_tell(side->tls, &side->told);
        break;
    case TLS_EVENT_OCTETS:
        assert_true(side->done);
        assert_true(buf_append(&side->heard, octets));
        break;
    case TLS_EVENT_CLOSED:
        assert_false(side->closed);
        side->closed = true;
        break;
    case TLS_EVENT_FAILED:
        assert_false(side->failed);
        side->failed = true;
        if (!side->done)
            tls_tell(side->tls, &side->told);
        break;
    }
    return true;
}

void pair_give(struct pair_side *side, struct bytes octets)
{
    tls_receive(side->tls, octets);
    while (take(side))
        continue;
}

static bool carry(const struct pair *pair, struct pair_side *from, struct pair_side *to)
{
    struct bytes octets = tls_pending(from->tls);

    if (octets.size == 0)
        return false;
    if (pair->cut > 0 && pair->cut < octets.size)
        octets.size = pair->cut;
    pair_give(to, octets);
    tls_sent(from->tls, octets.size);
    return true;
}

void pair_carry(struct pair *pair)
{
    bool moved;

    do {
        moved = carry(pair, &pair->client, &pair->server);
        moved = carry(pair, &pair->server, &pair->client) || moved;
    } while (moved);
}
