/*
 * actor_tls.c - STARTTLS and TLS from the first octet (RFC 3207, RFC 8314), as the scenario asks.
 */
#include "tests/mutants/actor_private.h"

#include "fakeserver/scenario.h"

#define TLS_WAIT_MS 50

bool actor_tls_wanted(const struct actor *a)
{
    return a->job->tls != SEND_TLS_NONE;
}

static bool is_required(const struct actor *a)
{
    return a->job->tls == SEND_TLS_STARTTLS && !HAS(a, TLS_OPTIONAL);
}

/* After EHLO. True: STARTTLS was sent, or the session ends for want of it. */
bool actor_tls_start(struct actor *a)
{
    bool again = HAS(a, TLS_AGAIN) && a->secure && a->offer.starttls && !a->tls_again;
    bool wanted = (actor_tls_wanted(a) && !a->secure && !a->tls_tried) || again;
    if (a->secure && HAS(a, TLS_OLD_LIST) && !a->helo) {
        a->offer = a->offer_before;
        a->offered = a->offered_before;
    }
    if (HAS(a, TLS_NEVER_USED) && a->job->tls == SEND_TLS_OPPORTUNISTIC)
        return false;
    if (!wanted)
        return false;
    if (!a->offer.starttls && !HAS(a, TLS_UNASKED)) {
        if (!is_required(a))
            return false;
        a->reply.code = 0;
        actor_fail(a, SMTP_OUTCOME_REFUSED_TLS);
        actor_quit(a);
        return true;
    }
    a->tls_again = a->secure;
    a->tls_tried = true;
    a->offer_before = a->offer;
    a->offered_before = a->offered;
    actor_put(a, HAS(a, TLS_ARGUMENT) ? "STARTTLS now" : "STARTTLS");
    actor_await(a, STAGE_STARTTLS, 0);
    if (HAS(a, TLS_IN_GROUP) && a->offer.pipelining)
        actor_put(a, "NOOP");
    return true;
}

/* Octets behind the 220 were sent in the clear: they are worth nothing (RFC 3207 6). */
static void begin_handshake(struct actor *a)
{
    if (HAS(a, TLS_CLEAR_AFTER_220)) {
        actor_put_ehlo(a, false);
        actor_await(a, STAGE_EHLO, 0);
        return;
    }
    a->tls_wish = true;
    a->tls_leftover = 0;
    a->held = HAS(a, TLS_WAITS);
    a->held_until_ms = a->now_ms + TLS_WAIT_MS;
}

void actor_tls_answered(struct actor *a, enum actor_class class)
{
    bool goes_on = class == CLASS_GO && a->reply.code == 220;
    if (goes_on) {
        begin_handshake(a);
        return;
    }
    if (is_required(a) || class == CLASS_GO || class == CLASS_MORE || class == CLASS_ODD) {
        actor_note_failure(a, STAGE_STARTTLS);
        actor_fail(a, class == CLASS_PERMANENT && !HAS(a, STARTTLS_5YZ_TEMPORARY)
                          ? SMTP_OUTCOME_REFUSED_TLS
                          : (HAS(a, STARTTLS_4YZ_PERMANENT) ? SMTP_OUTCOME_PERMANENT
                                                            : SMTP_OUTCOME_TEMPORARY));
        actor_quit(a);
        return;
    }
    actor_go_on_after_ehlo(a);
}

static void take_kept(struct actor *a)
{
    a->offer = a->job->kept->offer;
    a->offered = a->job->kept->offered;
}

/* A resumed session brings keys back, and no list (RFC 3207 4.2). */
void actor_tls_remember(struct actor *a)
{
    if (!a->secure || a->job->kept == NULL)
        return;
    if (a->tls_resumed && HAS(a, TLS_RESUMED_OLD_LIST))
        take_kept(a);
    *a->job->kept = (struct actor_kept){a->offer, a->offered};
}

void actor_tls_done(struct actor *a)
{
    a->tls_wish = false;
    a->secure = true;
    if (a->job->tls == SEND_TLS_IMPLICIT && !a->greeted)
        return;
    buf_clear(&a->line);
    a->helo = false;
    if (HAS(a, TLS_LEAVES)) {
        actor_fail(a, SMTP_OUTCOME_REFUSED_TLS);
        actor_close(a);
        return;
    }
    if (HAS(a, TLS_RESUMED_NO_EHLO) && a->tls_resumed)
        take_kept(a);
    if (HAS(a, TLS_NO_EHLO) || (HAS(a, TLS_RESUMED_NO_EHLO) && a->tls_resumed)) {
        actor_go_on_after_ehlo(a);
        return;
    }
    a->offer = (struct actor_offer){.size_max = 0};
    actor_put_ehlo(a, false);
    if (a->tls_leftover > 0 && HAS(a, TLS_LEFTOVER_KEPT)) {
        actor_go_on_after_ehlo(a);
        return;
    }
    actor_await(a, STAGE_EHLO, 0);
}
