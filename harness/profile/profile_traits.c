#include "harness/profile/profile_traits.h"

#include "base/buf.h"
#include "base/text.h"

#define ANSWER_OCTETS_MAX 4096

static struct bytes verb_answer(enum smtp_verb verb)
{
    return verb == SMTP_VERB_OTHER ? BYTES_NONE : bytes_of(smtp_verb_word(verb));
}

/* Octets of a client, to be printed. */
static struct bytes shown(struct bytes octets, struct arena *arena)
{
    struct bytes answer = BYTES_NONE;
    struct buf text;
    buf_init(&text, ANSWER_OCTETS_MAX);
    if (text_escape(&text, octets))
        answer = arena_copy(arena, buf_bytes(&text));
    buf_release(&text);
    return answer;
}

static struct bytes counted(struct arena *arena, unsigned count, const char *one, const char *many)
{
    return count == 1 ? bytes_of(one) : arena_printf(arena, "%u %s", count, many);
}

/* ---- opening --------------------------------------------------------------------------------- */

static struct bytes hello(const struct profile_seen *seen, struct arena *arena)
{
    (void)arena;
    return verb_answer(seen->hello);
}

static struct bytes hello_fallback(const struct profile_seen *seen, struct arena *arena)
{
    (void)arena;
    if (!seen->hello_refused)
        return BYTES_NONE;
    return seen->after_refusal == SMTP_VERB_OTHER ? BYTES_LITERAL("closes")
                                                  : verb_answer(seen->after_refusal);
}

static struct bytes hello_argument(const struct profile_seen *seen, struct arena *arena)
{
    (void)arena;
    if (seen->hello == SMTP_VERB_OTHER)
        return BYTES_NONE;
    if (seen->hello_argument.size == 0)
        return BYTES_LITERAL("none");
    if (seen->hello_argument.data[0] == '[')
        return BYTES_LITERAL("an address literal");
    return bytes_find(seen->hello_argument, '.') != BYTES_NOT_FOUND
               ? BYTES_LITERAL("a domain")
               : BYTES_LITERAL("a name without a dot");
}

static struct bytes verb_case(const struct profile_seen *seen, struct arena *arena)
{
    (void)arena;
    if (!seen->upper_case && !seen->lower_case)
        return BYTES_NONE;
    return !seen->lower_case   ? BYTES_LITERAL("upper")
           : !seen->upper_case ? BYTES_LITERAL("lower")
                               : BYTES_LITERAL("mixed");
}

/* ---- a mail transaction ---------------------------------------------------------------------- */

static struct bytes pipelining(const struct profile_seen *seen, struct arena *arena)
{
    static const enum smtp_verb verbs[] = {SMTP_VERB_RCPT, SMTP_VERB_DATA, SMTP_VERB_BDAT};
    struct bytes answer = BYTES_LITERAL("no");
    if (seen->mails == 0)
        return BYTES_NONE;
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
        if ((seen->early & PROFILE_VERB_BIT(verbs[i])) != 0)
            answer = answer.size == 2 ? arena_printf(arena, "yes: %s", smtp_verb_word(verbs[i]))
                                      : arena_printf(arena, "%.*s %s", BYTES_FORMAT(answer),
                                                     smtp_verb_word(verbs[i]));
    return answer;
}

static struct bytes with_parameter(const struct profile_seen *seen, const char *name)
{
    if (seen->mails == 0)
        return BYTES_NONE;
    return command_find_parameter(&seen->mail, bytes_of(name)) != NULL ? BYTES_LITERAL("yes")
                                                                       : BYTES_LITERAL("no");
}

static struct bytes mail_size(const struct profile_seen *seen, struct arena *arena)
{
    (void)arena;
    return with_parameter(seen, "SIZE");
}

static struct bytes mail_smtputf8(const struct profile_seen *seen, struct arena *arena)
{
    (void)arena;
    return with_parameter(seen, "SMTPUTF8");
}

static struct bytes mail_body(const struct profile_seen *seen, struct arena *arena)
{
    const struct command_parameter *body = NULL;
    if (seen->mails == 0)
        return BYTES_NONE;
    body = command_find_parameter(&seen->mail, BYTES_LITERAL("BODY"));
    return body == NULL               ? BYTES_LITERAL("no")
           : body->value.data == NULL ? BYTES_LITERAL("without a value")
                                      : shown(body->value, arena);
}

/* Whether 8-bit content stays so; what nobody declares is the judge's. */
static struct bytes eight_bit(const struct profile_seen *seen, struct arena *arena)
{
    (void)arena;
    if (seen->content == NULL)
        return BYTES_NONE;
    return seen->content->eight_bit > 0 ? BYTES_LITERAL("sent as it is")
                                        : BYTES_LITERAL("encoded in 7 bits");
}

static struct bytes recipients(const struct profile_seen *seen, struct arena *arena)
{
    (void)arena;
    if (seen->rcpts < 2)
        return BYTES_NONE;
    return seen->mails == 1        ? BYTES_LITERAL("one transaction")
           : seen->connections > 1 ? BYTES_LITERAL("a connection each")
                                   : BYTES_LITERAL("a transaction each");
}

static struct bytes transfer(const struct profile_seen *seen, struct arena *arena)
{
    (void)arena;
    return verb_answer(seen->transfer);
}

/* ---- the mail data --------------------------------------------------------------------------- */

/* A line of one dot that was not doubled ends the mail data, and its rest is read as commands. */
static struct bytes dots(const struct profile_seen *seen, struct arena *arena)
{
    (void)arena;
    if (seen->content == NULL)
        return BYTES_NONE;
    return seen->content->unstuffed_dots > 0 || seen->content_as_commands
               ? BYTES_LITERAL("not doubled")
               : BYTES_LITERAL("doubled");
}

static struct bytes final_crlf(const struct profile_seen *seen, struct arena *arena)
{
    const struct mail_data_facts *facts = seen->content;
    (void)arena;
    if (facts == NULL || seen->content_as_commands || facts->octets < facts->header_octets)
        return BYTES_NONE;
    if (facts->differs_at == MAIL_DATA_NOWHERE)
        return BYTES_LITERAL("none added");
    return facts->differs_at + 2 == facts->octets - facts->header_octets
               ? BYTES_LITERAL("one added")
               : BYTES_NONE;
}

/* By name; those without a proper one are counted. */
static struct bytes header_added(const struct profile_seen *seen, struct arena *arena)
{
    const struct mail_data_facts *facts = seen->content;
    if (facts == NULL)
        return BYTES_NONE;
    if (facts->header_extra == 0)
        return BYTES_LITERAL("none");
    return facts->own_names[0] != '\0' ? shown(bytes_of(facts->own_names), arena)
                                       : BYTES_LITERAL("none with a proper name");
}

static struct bytes header_changed(const struct profile_seen *seen, struct arena *arena)
{
    (void)arena;
    if (seen->content == NULL)
        return BYTES_NONE;
    return seen->content->header_differs == 0 ? BYTES_LITERAL("no") : BYTES_LITERAL("yes");
}

/* ---- sessions -------------------------------------------------------------------------------- */

static struct bytes connections(const struct profile_seen *seen, struct arena *arena)
{
    if (seen->mails < 2)
        return BYTES_NONE;
    return counted(arena, seen->connections, "one for both", "connections");
}

static struct bytes between(const struct profile_seen *seen, struct arena *arena)
{
    (void)arena;
    if (!seen->has_between || seen->mails < 2)
        return BYTES_NONE;
    return seen->between == SMTP_VERB_MAIL ? BYTES_LITERAL("nothing") : verb_answer(seen->between);
}

static struct bytes quit(const struct profile_seen *seen, struct arena *arena)
{
    (void)arena;
    return seen->quit_sent       ? BYTES_LITERAL("QUIT")
           : seen->left_silently ? BYTES_LITERAL("closes without it")
                                 : BYTES_NONE;
}

static struct bytes quit_waits(const struct profile_seen *seen, struct arena *arena)
{
    (void)arena;
    if (!seen->quit_sent)
        return BYTES_NONE;
    return seen->quit_unwaited ? BYTES_LITERAL("no") : BYTES_LITERAL("yes");
}

/* ---- AUTH ------------------------------------------------------------------------------------ */

static struct bytes auth_mechanism(const struct profile_seen *seen, struct arena *arena)
{
    return seen->mechanism.data != NULL ? shown(seen->mechanism, arena) : BYTES_NONE;
}

static struct bytes auth_initial_response(const struct profile_seen *seen, struct arena *arena)
{
    (void)arena;
    if (seen->mechanism.data == NULL)
        return BYTES_NONE;
    return seen->has_initial_response ? BYTES_LITERAL("yes") : BYTES_LITERAL("no");
}

/* ---- TLS ------------------------------------------------------------------------------------- */

static struct bytes tls_version(const struct profile_seen *seen, struct arena *arena)
{
    (void)arena;
    if (seen->tls == NULL || seen->tls->version == TLS_VERSION_ANY)
        return BYTES_NONE;
    return bytes_of(tls_version_word(seen->tls->version));
}

static struct bytes tls_server_name(const struct profile_seen *seen, struct arena *arena)
{
    if (seen->tls == NULL)
        return BYTES_NONE;
    return seen->tls->server_name.size > 0 ? shown(seen->tls->server_name, arena)
                                           : BYTES_LITERAL("none");
}

static struct bytes tls_alpn(const struct profile_seen *seen, struct arena *arena)
{
    if (seen->tls == NULL)
        return BYTES_NONE;
    return seen->tls->alpn_offer.size > 0 ? shown(seen->tls->alpn_offer, arena)
                                          : BYTES_LITERAL("none");
}

static struct bytes tls_resumption(const struct profile_seen *seen, struct arena *arena)
{
    (void)arena;
    if (seen->handshakes < 2)
        return BYTES_NONE;
    return seen->resumed > 0 ? BYTES_LITERAL("yes") : BYTES_LITERAL("no");
}

static struct bytes tls_ehlo_again(const struct profile_seen *seen, struct arena *arena)
{
    if (!seen->has_first_secure)
        return BYTES_NONE;
    if (seen->first_secure == SMTP_VERB_EHLO)
        return BYTES_LITERAL("yes");
    return arena_printf(arena, "no: %s", smtp_verb_word(seen->first_secure));
}

/* clang-format off */
const struct profile_trait profile_traits[] = {
    {"hello", "EHLO or HELO first?", "plain", "RFC 5321 4.1.1.1", hello},
    {"hello-fallback", "what follows a refused EHLO?", "helo", "RFC 5321 3.2", hello_fallback},
    {"hello-argument", "by what does it name itself?", "plain", "RFC 5321 4.1.3, 4.1.4", hello_argument},
    {"verb-case", "the case of its verbs?", "plain", "RFC 5321 2.4", verb_case},
    {"pipelining", "does it send ahead of replies?", "plain", "RFC 2920 3.1", pipelining},
    {"mail-size", "SIZE with MAIL?", "plain", "RFC 1870 6", mail_size},
    {"mail-body", "BODY with MAIL, for ASCII?", "plain", "RFC 6152 2", mail_body},
    {"mail-body-8bit", "BODY with MAIL, for 8-bit content?", "eight-bit", "RFC 6152 3", mail_body},
    {"mail-smtputf8", "SMTPUTF8 with MAIL, for ASCII?", "plain", "RFC 6531 3.4", mail_smtputf8},
    {"8bit-content", "8-bit content, where it may?", "eight-bit", "RFC 6152 3", eight_bit},
    {"recipients", "two recipients of a mail?", "data", "RFC 5321 4.5.4.1", recipients},
    {"transfer", "DATA or BDAT, where it may?", "plain", "RFC 3030 2", transfer},
    {"dots", "dots at the beginning of lines?", "data", "RFC 5321 4.5.2", dots},
    {"final-crlf", "a line end behind the last one?", "data", "RFC 5321 4.1.1.4", final_crlf},
    {"header-added", "header fields of its own?", "data", "RFC 5322 3.6", header_added},
    {"header-changed", "are header fields changed?", "data", "RFC 5322 3.6", header_changed},
    {"quit", "how does it end?", "plain", "RFC 5321 4.1.1.10", quit},
    {"quit-waits", "does it wait for 221?", "plain", "RFC 5321 4.1.1.10", quit_waits},
    {"connections", "connections for two mails?", "two-mails", "RFC 5321 3.3", connections},
    {"between-mails", "what stands between two mails?", "two-mails", "RFC 5321 4.1.4", between},
    {"auth-mechanism", "the first AUTH mechanism?", "auth", "RFC 4954 4", auth_mechanism},
    {"auth-initial-response", "PLAIN with an initial response?", "auth-plain", "RFC 4954 4", auth_initial_response},
    {"tls-version", "the version of TLS?", "starttls", "RFC 9325 3.1.1", tls_version},
    {"tls-server-name", "the name in SNI?", "starttls", "RFC 6066 3", tls_server_name},
    {"tls-alpn", "the protocols it offers by ALPN?", "starttls", "RFC 7301 3.1", tls_alpn},
    {"tls-ehlo-again", "EHLO again under TLS?", "starttls", "RFC 3207 4.2", tls_ehlo_again},
    {"tls-resumption", "are TLS sessions resumed?", "two-mails-tls", "RFC 8446 2.2", tls_resumption},
};
/* clang-format on */
const size_t profile_trait_count = sizeof(profile_traits) / sizeof(profile_traits[0]);
_Static_assert(sizeof(profile_traits) / sizeof(profile_traits[0]) <= PROFILE_TRAITS_MAX,
               "more traits than a profile holds");

const struct profile_trait *profile_trait_find(struct bytes name)
{
    for (size_t i = 0; i < profile_trait_count; i++)
        if (bytes_equal(name, bytes_of(profile_traits[i].name)))
            return &profile_traits[i];
    return NULL;
}
