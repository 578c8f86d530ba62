/*
 * actor_tls.c - STARTTLS (RFC 3207) and implicit TLS (RFC 8314 3.3). The handshake is the
 * transport's.
 */
#include "tests/mutants/actor_private.h"

static void give_up(struct actor *a)
{
    actor_fail(a, SMTP_OUTCOME_REFUSED_TLS);
    actor_quit(a);
}

/* Without TLS there is no password, and no message where TLS was demanded (RFC 3207 6). */
static bool may_go_on_in_the_clear(const struct actor *a)
{
    bool opportunistic = a->job->tls == SEND_TLS_OPPORTUNISTIC && a->job->user.size == 0;
    return opportunistic || HAS(a, TLS_DOWNGRADES);
}

static void put_starttls(struct actor *a)
{
    actor_put(a, "STARTTLS");
    actor_await(a, STAGE_STARTTLS, 0);
}

bool actor_tls_start(struct actor *a)
{
    bool asked = a->job->tls == SEND_TLS_STARTTLS || a->job->tls == SEND_TLS_OPPORTUNISTIC;
    bool twice = HAS(a, TLS_TWICE) && a->secure && a->offer.starttls && !a->tls_again;
    if (HAS(a, TLS_OLD_LIST) && a->secure && asked)
        a->offer = a->offer_before_tls;
    if (twice) {
        a->tls_again = true;
        put_starttls(a);
        return true;
    }
    if (!asked || a->secure || a->tls_tried || HAS(a, TLS_NOT_USED))
        return false;
    a->tls_tried = true;
    if (a->offer.starttls) {
        put_starttls(a);
        return true;
    }
    if (may_go_on_in_the_clear(a))
        return false;
    give_up(a);
    return true;
}

void actor_tls_answered(struct actor *a)
{
    bool ready = a->reply.code == 220;
    if (a->secure)
        actor_after_tls(a, false);
    else if (ready && !a->reply.broken)
        a->tls_wanted = true;
    else if (may_go_on_in_the_clear(a))
        actor_after_tls(a, false);
    else
        give_up(a);
}

void actor_tls_done(struct actor *a)
{
    a->tls_wanted = false;
    a->secure = true;
    actor_wait_as_usual(a);
    if (a->job->tls == SEND_TLS_IMPLICIT)
        return;
    a->offer_before_tls = a->offer;
    if (!HAS(a, TLS_NO_EHLO))
        a->offer = (struct actor_offer){.size_max = 0};
    actor_after_tls(a, !HAS(a, TLS_NO_EHLO));
}
