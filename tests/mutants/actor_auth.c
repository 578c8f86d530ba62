/*
 * actor_auth.c - AUTH PLAIN and LOGIN (RFC 4954, RFC 4616, draft-murchison-sasl-login).
 */
#include "tests/mutants/actor_private.h"

#include "fakeserver/scenario.h"

#include <stdio.h>

#define AUTH_OCTETS_MAX 2048
#define AUTH_LINE_OCTETS_MAX 512 /* RFC 5321 4.5.3.1.4, with CRLF */

static void encode(struct bytes in, char *to, size_t room)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t size = 0;
    for (size_t i = 0; i < in.size && size + 5 < room; i += 3) {
        size_t left = in.size - i;
        unsigned one = (unsigned char)in.data[i];
        unsigned two = left > 1 ? (unsigned char)in.data[i + 1] : 0;
        unsigned three = left > 2 ? (unsigned char)in.data[i + 2] : 0;
        to[size++] = letters[one >> 2];
        to[size++] = letters[(one & 3) << 4 | two >> 4];
        to[size++] = '=';
        to[size++] = '=';
        if (left > 1)
            to[size - 2] = letters[(two & 15) << 2 | three >> 6];
        if (left > 2)
            to[size - 1] = letters[three & 63];
    }
    to[size] = '\0';
}

static bool is_base64(struct bytes text)
{
    size_t pad = 0;
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                      c == '+' || c == '/';
        pad += c == '=';
        if ((c != '=' && !letter) || (pad > 0 && c != '='))
            return false;
    }
    return text.size % 4 == 0 && pad <= 2;
}

/* [authzid] NUL authcid NUL passwd (RFC 4616 2) */
static void plain_message(const struct actor *a, char *to, size_t room)
{
    char raw[AUTH_OCTETS_MAX];
    struct bytes user = a->job->user;
    struct bytes password = a->job->password;
    struct bytes identity = BYTES_LITERAL("");
    if (HAS(a, AUTH_WRONG_IDENTITY))
        identity = BYTES_LITERAL("somebody@else.example");
    if (HAS(a, AUTH_PLAIN_EMPTY)) {
        identity = user;
        user = BYTES_LITERAL("");
    }
    int size = snprintf(raw, sizeof raw, "%.*s%c%.*s%c%.*s", BYTES_FORMAT(identity), 0,
                        BYTES_FORMAT(HAS(a, AUTH_SWAPPED) ? password : user), 0,
                        BYTES_FORMAT(HAS(a, AUTH_SWAPPED) ? user : password));
    size_t skip = HAS(a, AUTH_NO_IDENTITY) ? 1 : 0;
    if (HAS(a, AUTH_PLAIN_NUL))
        size++; /* snprintf() ended it by one */
    encode((struct bytes){raw + skip, (size_t)size - skip}, to, room);
}

static void send_response(struct actor *a, const char *text)
{
    char line[AUTH_OCTETS_MAX];
    (void)snprintf(line, sizeof line, "%s%s%s", HAS(a, AUTH_EQUALS_LATER) ? "=" : "", text,
                   HAS(a, AUTH_BAD_BASE64) ? "!!" : "");
    if (HAS(a, AUTH_LINE_BROKEN) && line[0] != '*')
        (void)snprintf(line, sizeof line, "%.8s\r\n%s", text, text + 8);
    /* A response is no command: its octets are as they are. */
    (void)buf_append_string(&a->out, line);
    (void)buf_append_string(&a->out, "\r\n");
    actor_await(a, STAGE_AUTH, 0);
}

static void send_login_part(struct actor *a, bool password)
{
    char text[AUTH_OCTETS_MAX];
    encode(password != HAS(a, AUTH_SWAPPED) ? a->job->password : a->job->user, text, sizeof text);
    send_response(a, text);
}

static void start_login(struct actor *a)
{
    char user[AUTH_OCTETS_MAX];
    char line[AUTH_OCTETS_MAX + 32];
    encode(a->job->user, user, sizeof user);
    bool initial = HAS(a, LOGIN_INITIAL_RESPONSE);
    (void)snprintf(line, sizeof line, "AUTH LOGIN%s%s", initial ? " " : "", initial ? user : "");
    a->auth_login = true;
    a->tried_login = true;
    a->auth_step = initial ? 1 : 0;
    actor_put(a, line);
    if (HAS(a, AUTH_WITH_NOOP) && a->offer.pipelining)
        actor_put(a, "NOOP");
    actor_await(a, STAGE_AUTH, 0);
}

static void start_plain(struct actor *a)
{
    char message[AUTH_OCTETS_MAX];
    char line[AUTH_OCTETS_MAX + 32];
    plain_message(a, message, sizeof message);
    if (HAS(a, AUTH_BARE_INITIAL))
        (void)snprintf(message, sizeof message, "%.*s", BYTES_FORMAT(a->job->user));
    (void)snprintf(line, sizeof line, "%s %s%s",
                   HAS(a, AUTH_LOWER_CASE) ? "AUTH plain" : "AUTH PLAIN", message,
                   HAS(a, AUTH_BAD_BASE64) ? "!!" : "");
    a->auth_login = false;
    a->tried_plain = true;
    a->auth_step = 1;
    bool fits = bytes_of(line).size + 2 <= AUTH_LINE_OCTETS_MAX || HAS(a, AUTH_LONG_LINE);
    if (!fits || HAS(a, NO_INITIAL_RESPONSE)) {
        (void)snprintf(line, sizeof line, "AUTH PLAIN");
        a->auth_step = 0;
    }
    actor_put(a, line);
    actor_await(a, STAGE_AUTH, 0);
}

/* A mechanism in which the server begins gets an initial response all the same. */
static bool start_cram(struct actor *a)
{
    if (!HAS(a, SERVER_FIRST_INITIAL) || !a->offer.cram || a->tried_cram)
        return false;
    a->tried_cram = true;
    a->auth_step = 9;
    actor_put(a, "AUTH CRAM-MD5 dTpw");
    actor_await(a, STAGE_AUTH, 0);
    return true;
}

bool actor_auth_start(struct actor *a)
{
    bool unoffered = HAS(a, AUTH_UNOFFERED) && !a->offer.auth && !a->tried_plain;
    bool other = HAS(a, AUTH_OTHER_MECHANISM) && a->offer.auth && !a->tried_plain;
    struct bytes only = a->job->mechanism;
    bool may_plain = only.size == 0 || bytes_equal_nocase(only, BYTES_LITERAL("PLAIN"));
    bool may_login = only.size == 0 || bytes_equal_nocase(only, BYTES_LITERAL("LOGIN"));
    bool plain = (a->offer.plain && !a->tried_plain && may_plain) || unoffered || other;
    bool login = a->offer.login && !a->tried_login && may_login;
    if (a->job->user.size == 0 || a->auth_tries > 4 || HAS(a, AUTH_NEVER_USED))
        return false;
    a->auth_tries++;
    if (start_cram(a))
        return true;
    a->sasl_active = false;
    if (!unoffered && !other && actor_sasl_start(a, true))
        return true;
    /* Who was told to use TLS sends no password outside of it (RFC 4616 5; RFC 8314 5.1). */
    if (actor_tls_wanted(a) && a->job->tls != SEND_TLS_OPPORTUNISTIC && !a->secure &&
        !HAS(a, TLS_AUTH_IN_CLEAR))
        plain = login = false;
    if (!plain && !login)
        return actor_sasl_start(a, false);
    if (login && (!plain || HAS(a, LOGIN_FIRST)))
        start_login(a);
    else if (plain)
        start_plain(a);
    else
        return false;
    return true;
}

static bool prompt_is(const struct actor *a, const char *prompt)
{
    return bytes_equal((struct bytes){a->reply.text, a->reply.size}, bytes_of(prompt));
}

/* 334: a server challenge. */
static void answer_challenge(struct actor *a)
{
    struct bytes challenge = {a->reply.text, a->reply.size};
    char message[AUTH_OCTETS_MAX];
    bool anything = HAS(a, AUTH_ANSWERS_ANYTHING);
    bool parses = HAS(a, AUTH_PARSES_PROMPTS) && a->auth_login &&
                  !prompt_is(a, a->auth_step == 0 ? "VXNlcm5hbWU6" : "UGFzc3dvcmQ6");
    bool empty_cancelled = HAS(a, AUTH_CANCELS_EMPTY) && challenge.size == 0;
    unsigned steps = a->auth_login ? 2 : 1;
    /* An empty 334 to PLAIN with its response asks for it once more (RFC 4954 4). */
    if (!a->auth_login && a->auth_step == 1 && challenge.size == 0)
        a->auth_step = 0;
    if ((!is_base64(challenge) && !anything) || a->auth_step >= steps + (anything ? 2 : 0) ||
        parses || empty_cancelled) {
        a->auth_step = 9;
        send_response(a, "*");
        return;
    }
    a->auth_step++;
    if (a->auth_login) {
        send_login_part(a, a->auth_step >= 2);
        return;
    }
    plain_message(a, message, sizeof message);
    send_response(a, message);
}

void actor_auth_answered(struct actor *a)
{
    enum actor_class class = actor_class_of(a, STAGE_AUTH);
    bool cancelled = (a->auth_step == 9 && !a->tried_cram) || a->sasl_step == 9;
    /* What was given up did not succeed, whatever the server says (RFC 4954 4: 501). */
    if (class == CLASS_GO && cancelled && !HAS(a, AUTH_CANCEL_IS_SUCCESS)) {
        a->reply.code = 0;
        actor_after_auth(a, false, CLASS_PERMANENT);
        return;
    }
    if (class == CLASS_GO && !actor_sasl_may_end(a)) {
        a->reply.code = 0;
        actor_after_auth(a, false, CLASS_TEMPORARY);
        return;
    }
    if (class == CLASS_MORE && a->reply.code == 334 && a->sasl_active) {
        actor_sasl_challenge(a);
        return;
    }
    if (class == CLASS_MORE && a->reply.code == 334) {
        answer_challenge(a);
        return;
    }
    if (class == CLASS_GO) {
        a->authenticated = true;
        if (HAS(a, AUTH_TWICE) && !a->auth_again) {
            a->auth_again = true;
            start_plain(a);
            return;
        }
        actor_after_auth(a, true, class);
        return;
    }
    bool hammers = HAS(a, AUTH_HAMMERS) && a->reply.code == 535;
    bool same = HAS(a, AUTH_SAME_AFTER_504) && a->reply.code == 504;
    if (hammers || same) {
        a->tried_plain = false;
        a->tried_login = false;
    }
    /* Another mechanism is worth a try where this one was refused (RFC 4954 4, 6). */
    bool mechanism =
        a->reply.code == 504 || a->reply.code == 534 || a->auth_step == 9 || a->sasl_step == 9;
    if ((mechanism || hammers) && !HAS(a, NO_AUTH_RETRY) && actor_auth_start(a))
        return;
    actor_after_auth(a, false, class);
}
