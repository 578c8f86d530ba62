#include "harness/run/run_facts.h"

#include "base/buf.h"
#include "base/text.h"
#include "harness/recipe/capability.h"
#include "harness/run/run_environment.h"
#include "harness/run/run_words.h"

#include <stdio.h>

/* The facts of one run while they are gathered. */
struct gathering {
    const struct run_setting *setting;
    const struct scenario *scenario;
    const struct run_folder *folder;
    struct arena *arena;
    struct recipe_facts facts;
    struct err *err;
};

#define FACT(of, name) (of)->facts.values[RECIPE_PLACEHOLDER_##name]

/* ---- facts ----------------------------------------------------------------------------------- */

static bool is_used(const struct run_setting *setting, enum recipe_placeholder placeholder)
{
    return (setting->recipe->used & RECIPE_PLACEHOLDER_BIT(placeholder)) != 0 ||
           setting->recipe->input == placeholder;
}

/* ---- files ----------------------------------------------------------------------------------- */

static const struct {
    enum recipe_placeholder placeholder;
    enum mail_form form;
    const char *name;
} mail_files[] = {
    {RECIPE_PLACEHOLDER_MESSAGE,      MAIL_FORM_AS_IS, "message"     },
    {RECIPE_PLACEHOLDER_MESSAGE_LF,   MAIL_FORM_LF,    "message-lf"  },
    {RECIPE_PLACEHOLDER_MESSAGE_CRLF, MAIL_FORM_CRLF,  "message-crlf"},
    {RECIPE_PLACEHOLDER_MESSAGE_OPEN, MAIL_FORM_OPEN,  "message-open"},
    {RECIPE_PLACEHOLDER_BODY,         MAIL_FORM_BODY,  "body"        },
};

static bool set_path(struct gathering *to, const char *name, struct bytes *ret)
{
    *ret = arena_printf(to->arena, "%s/%s", to->folder->path, name);
    return ret->data != NULL || err_memory(to->err);
}

static bool write_mails(struct gathering *to)
{
    for (size_t i = 0; i < sizeof(mail_files) / sizeof(mail_files[0]); i++) {
        enum recipe_placeholder placeholder = mail_files[i].placeholder;
        if (!is_used(to->setting, placeholder))
            continue;
        if (!run_folder_write_mail(to->folder, mail_files[i].name, &to->scenario->send.given,
                                   mail_files[i].form, to->err) ||
            !set_path(to, mail_files[i].name, &to->facts.values[placeholder]))
            return false;
    }
    return true;
}

/* All messages of the run; the first one stands there already. */
static bool write_more_mails(struct gathering *to)
{
    const struct scenario_send *send = &to->scenario->send;
    bool wanted = is_used(to->setting, RECIPE_PLACEHOLDER_MESSAGE);
    struct bytes *paths = arena_alloc_array(to->arena, send->messages, sizeof(*paths));
    if (paths == NULL)
        return err_memory(to->err);
    paths[0] = FACT(to, MESSAGE);
    to->facts.messages = paths;
    to->facts.message_count = 1;
    for (unsigned i = 2; wanted && i <= send->messages; i++) {
        struct mail_text text;
        char name[32];
        (void)snprintf(name, sizeof(name), "message-%u", i);
        if (!scenario_numbered_message(send, i, to->arena, &text))
            return err_memory(to->err);
        if (!run_folder_write_mail(to->folder, name, &text, MAIL_FORM_AS_IS, to->err) ||
            !set_path(to, name, &paths[to->facts.message_count++]))
            return false;
    }
    return true;
}

static bool write_password(struct gathering *to)
{
    const struct scenario_send *send = &to->scenario->send;
    struct buf line;
    if (send->user.size == 0 || !is_used(to->setting, RECIPE_PLACEHOLDER_PASSWORD_FILE))
        return true;
    buf_init(&line, send->password.size + 1);
    bool ok =
        (buf_append(&line, send->password) && buf_append_octet(&line, '\n')) || err_memory(to->err);
    ok = ok && run_folder_write(to->folder, BYTES_LITERAL("password"), buf_bytes(&line), to->err) &&
         set_path(to, "password", &FACT(to, PASSWORD_FILE));
    buf_release_secret(&line);
    return ok;
}

/* It says who the user is (EXTERNAL, RFC 4422 A); a client shows it to a server that asks for one.
 */
static bool write_client(struct gathering *to)
{
    const struct scenario_send *send = &to->scenario->send;
    const char *name = send->user.size > 0 ? arena_string(to->arena, send->user) : "client.example";
    if (send->tls == SEND_TLS_NONE || send->no_certificate ||
        !is_used(to->setting, RECIPE_PLACEHOLDER_CLIENT_CERT))
        return true;
    if (name == NULL)
        return err_memory(to->err);
    return set_path(to, "client.pem", &FACT(to, CLIENT_CERT)) &&
           set_path(to, "client.key", &FACT(to, CLIENT_KEY)) &&
           tls_ca_write_client(to->setting->tls->ca, name, FACT(to, CLIENT_CERT).data,
                               FACT(to, CLIENT_KEY).data, to->err);
}

/* ---- the whole ------------------------------------------------------------------------------- */

bool run_facts_make(const struct run_given *given, struct arena *arena, struct run_command *ret,
                    struct err *err)
{
    const struct recipe *recipe = given->setting->recipe;
    struct gathering to = {.setting = given->setting,
                           .scenario = given->scenario,
                           .folder = given->folder,
                           .arena = arena,
                           .err = err};
    struct recipe_command command;
    struct run_words words = {.scenario = given->scenario,
                              .tls = given->setting->tls,
                              .folder = given->folder->path,
                              .clients = given->setting->clients,
                              .smtpsend = given->setting->smtpsend,
                              .made = given->setting->made->path,
                              .port = given->port};
    if (!run_words_make(&words, arena, &to.facts, err) || !write_mails(&to) ||
        !write_more_mails(&to) || !write_password(&to) || !write_client(&to) ||
        !recipe_expand(recipe, &to.facts, arena, &command, err))
        return false;
    for (size_t i = 0; i < command.file_count; i++)
        if (!run_folder_write(given->folder, command.files[i].name, command.files[i].octets, err))
            return false;
    ret->argv = command.argv;
    ret->input =
        recipe->input != RECIPE_PLACEHOLDER_NONE ? to.facts.values[recipe->input].data : NULL;
    return run_environment_make(given->setting, &to.facts, command.environment, arena,
                                &ret->environment, err);
}

/* ---- capabilities ---------------------------------------------------------------------------- */

static uint64_t parameter_needs(const struct scenario_send *send)
{
    static const char *const words[SEND_PARAMETER_COUNT] = {
#define X(name, word, needs) needs,
        SEND_PARAMETER_TABLE(X)
#undef X
    };
    uint64_t needs = 0;
    enum capability capability;
    for (size_t i = 0; i < SEND_PARAMETER_COUNT; i++)
        if (send->parameters[i].data != NULL &&
            capability_from_word(bytes_of(words[i]), &capability))
            needs |= CAPABILITY_BIT(capability);
    if (bytes_equal(send->parameters[SEND_PARAMETER_BODY_TYPE], BYTES_LITERAL("binarymime")))
        needs |= CAPABILITY_BIT(CAPABILITY_BINARYMIME);
    return needs;
}

/* A mechanism of which no capability is named has none but `mechanism`. */
static uint64_t mechanism_need(struct bytes mechanism)
{
    char word[64] = "auth-";
    enum capability capability;
    if (mechanism.size > sizeof(word) - 6)
        return 0;
    memcpy(word + 5, mechanism.data, mechanism.size);
    return capability_from_word((struct bytes){word, 5 + mechanism.size}, &capability)
               ? CAPABILITY_BIT(capability)
               : 0;
}

/* What `send` asks for and what is expected of the message, though no `needs` says so. */
static uint64_t unwritten_needs(const struct scenario *scenario)
{
    const struct scenario_send *send = &scenario->send;
    uint64_t needs = 0;
    if (send->to_count > 1)
        needs |= CAPABILITY_BIT(CAPABILITY_MULTIPLE_RECIPIENTS);
    if (send->from.size == 0)
        needs |= CAPABILITY_BIT(CAPABILITY_NULL_SENDER);
    if (send->user.size > 0)
        needs |= CAPABILITY_BIT(CAPABILITY_AUTH);
    if (send->mechanism.size > 0)
        needs |= CAPABILITY_BIT(CAPABILITY_MECHANISM) | mechanism_need(send->mechanism);
    if (send->domain.data != NULL)
        needs |= CAPABILITY_BIT(CAPABILITY_DOMAIN);
    if (send->before & SEND_BEFORE_NOOP)
        needs |= CAPABILITY_BIT(CAPABILITY_BEFORE_NOOP);
    if (send->before & SEND_BEFORE_VRFY)
        needs |= CAPABILITY_BIT(CAPABILITY_BEFORE_VRFY);
    if (send->before & SEND_BEFORE_RSET)
        needs |= CAPABILITY_BIT(CAPABILITY_BEFORE_RSET);
    if (send->timeout_ms > 0)
        needs |= CAPABILITY_BIT(CAPABILITY_TIMEOUT);
    for (size_t i = 0; i < scenario->expectation_count; i++)
        if (scenario->expectations[i].kind == EXPECT_MESSAGE)
            needs |= CAPABILITY_BIT(CAPABILITY_MESSAGE_HEADER);
    if (send->lmtp)
        needs |= CAPABILITY_BIT(CAPABILITY_LMTP);
    if (send->messages > 1)
        needs |= CAPABILITY_BIT(CAPABILITY_MESSAGES);
    if (send->retries > 0)
        needs |= CAPABILITY_BIT(CAPABILITY_RETRY);
    if (send->tls == SEND_TLS_STARTTLS)
        needs |= CAPABILITY_BIT(CAPABILITY_STARTTLS);
    if (send->tls == SEND_TLS_OPPORTUNISTIC)
        needs |= CAPABILITY_BIT(CAPABILITY_TLS_OPPORTUNISTIC);
    if (send->tls == SEND_TLS_IMPLICIT)
        needs |= CAPABILITY_BIT(CAPABILITY_TLS);
    /* No wildcard stands for localhost, which has one label. */
    if (run_tls_asks_for(scenario, TLS_CERT_WILDCARD))
        needs |= CAPABILITY_BIT(CAPABILITY_TLS_NAME);
    if (run_tls_is_by_address(scenario))
        needs |= CAPABILITY_BIT(CAPABILITY_TLS_ADDRESS);
    return needs | parameter_needs(send);
}

/* A parameter asked for needs its extension, and a way to tell the client of it. */
static bool parameter_lacking(const struct recipe *recipe, const struct scenario_send *send,
                              struct arena *arena, struct bytes *ret, struct err *err)
{
    static const struct {
        const char *word;
        enum recipe_placeholder fact;
    } told[SEND_PARAMETER_COUNT] = {
#define X(name, word, needs) {word, RECIPE_PLACEHOLDER_##name},
        SEND_PARAMETER_TABLE(X)
#undef X
    };
    for (size_t i = 0; i < SEND_PARAMETER_COUNT; i++) {
        if (send->parameters[i].data == NULL ||
            (recipe->used & RECIPE_PLACEHOLDER_BIT(told[i].fact)) != 0)
            continue;
        *ret = arena_printf(arena, "the client cannot be asked for %s", told[i].word);
        return ret->data != NULL || err_memory(err);
    }
    return true;
}

bool run_facts_needs(const struct scenario *scenario, uint64_t *ret, struct err *err)
{
    uint64_t needs = unwritten_needs(scenario);
    for (size_t i = 0; i < scenario->need_count; i++) {
        enum capability capability;
        if (!capability_from_word(scenario->needs[i], &capability)) {
            const char *near = capability_nearest(scenario->needs[i]);
            return err_set(err, ERR_SYNTAX, "%.*s: no capability is called %s%s%s%s",
                           BYTES_FORMAT(scenario->path), text_show(scenario->needs[i]).text,
                           near != NULL ? "; did you mean " : "", near != NULL ? near : "",
                           near != NULL ? "?" : "");
        }
        needs |= CAPABILITY_BIT(capability);
    }
    *ret = needs;
    return true;
}

bool run_facts_lacking(const struct recipe *recipe, const struct scenario *scenario,
                       struct arena *arena, struct bytes *ret, struct err *err)
{
    uint64_t needs = 0;
    *ret = BYTES_NONE;
    if (!run_facts_needs(scenario, &needs, err))
        return false;
    needs &= ~recipe->can;
    for (int i = 0; i < CAPABILITY_COUNT; i++) {
        if ((needs & CAPABILITY_BIT((enum capability)i)) == 0)
            continue;
        *ret = arena_printf(arena, "the client lacks %s", capability_word((enum capability)i));
        return ret->data != NULL || err_memory(err);
    }
    return parameter_lacking(recipe, &scenario->send, arena, ret, err);
}
