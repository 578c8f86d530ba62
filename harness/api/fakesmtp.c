#include "harness/api/fakesmtp.h"

#include "fakeserver/transcript_text.h"
#include "harness/api/fakesmtp_private.h"
#include "harness/files.h"

#include <stdlib.h>

#define ARENA_OCTETS_MAX ((size_t)1024 * 1024 * 1024)

/* ---- life ------------------------------------------------------------------------------------ */

static void tell(const struct err *err, struct fakesmtp_error *error)
{
    if (error == NULL)
        return;
    error->line = err->line;
    error->column = err->column;
    memcpy(error->what, err->what, sizeof(error->what));
    error->what[sizeof(error->what) - 1] = '\0';
}

static bool know_facts(struct fakesmtp *server, struct err *err)
{
    struct run_words words = {.scenario = &server->scenario,
                              .tls = server->has_tls ? &server->tls : NULL,
                              .folder = server->folder.path,
                              .clients = "",
                              .smtpsend = "",
                              .port = listener_port(server->listener)};
    return run_words_make(&words, server->arena, &server->facts, err);
}

static bool copy_string(struct fakesmtp *server, const char **string)
{
    if (*string != NULL)
        *string = arena_string(server->arena, bytes_of(*string));
    return *string != NULL;
}

static struct fakesmtp *make(const struct fakesmtp_options *options)
{
    struct fakesmtp *server = calloc(1, sizeof(*server));
    if (server == NULL)
        return NULL;
    buf_init(&server->report, FAKESMTP_REPORT_OCTETS_MAX);
    buf_init(&server->findings, SIZE_MAX / 2);
    server->arena = arena_new(ARENA_OCTETS_MAX);
    if (options != NULL)
        server->options = *options;
    server->settle_ms =
        server->options.settle_ms > 0 ? server->options.settle_ms : FAKESMTP_SETTLE_MS;
    server->claim.whole = SMTP_OUTCOME_UNKNOWN;
    if (server->arena == NULL ||
        (server->options.data != NULL && !copy_string(server, &server->options.data)) ||
        (server->options.client != NULL && !copy_string(server, &server->options.client))) {
        fakesmtp_free(server);
        return NULL;
    }
    return server;
}

static struct fakesmtp *start(const char *name, const char *text,
                              const struct fakesmtp_options *options, struct fakesmtp_error *error)
{
    struct fakesmtp *server = make(options);
    struct err err = {.kind = ERR_NONE};
    if (server == NULL) {
        err_memory(&err);
        tell(&err, error);
        return NULL;
    }
    /* The facts come after the thread has begun: they need the port, and touch nothing of its. */
    if (fakesmtp_load(server, name, text, &err) && fakesmtp_serve(server, &err) &&
        know_facts(server, &err))
        return server;
    tell(&err, error);
    fakesmtp_free(server);
    return NULL;
}

struct fakesmtp *fakesmtp_start(const char *name, const struct fakesmtp_options *options,
                                struct fakesmtp_error *error)
{
    return start(name, NULL, options, error);
}

struct fakesmtp *fakesmtp_start_text(const char *text, const struct fakesmtp_options *options,
                                     struct fakesmtp_error *error)
{
    return start(NULL, text, options, error);
}

void fakesmtp_free(struct fakesmtp *server)
{
    if (server == NULL)
        return;
    fakesmtp_serve_end(server, false);
    loop_free(server->loop); /* of a server that never came to serve */
    if (server->has_tls)
        run_tls_close(&server->tls);
    run_folder_remove(&server->folder);
    transcript_free(server->served.transcript);
    arena_free(server->served.arena);
    if (server->has_personality)
        scenario_release(&server->personality);
    if (server->has_scenario)
        scenario_release(&server->scenario);
    suite_free(server->suite);
    buf_release(&server->report);
    buf_release(&server->findings);
    arena_free(server->arena);
    free(server);
}

/* ---- what the client is to do ---------------------------------------------------------------- */

const char *fakesmtp_host(const struct fakesmtp *server)
{
    return server->facts.values[RECIPE_PLACEHOLDER_HOST].data;
}

unsigned fakesmtp_port(const struct fakesmtp *server)
{
    unsigned long long port = 0;
    (void)bytes_to_number(server->facts.values[RECIPE_PLACEHOLDER_PORT], 65535, &port);
    return (unsigned)port;
}

/* A key for the client costs more than most sessions, and few ask for one. */
static bool make_client_cert(struct fakesmtp *server)
{
    const struct scenario_send *send = &server->scenario.send;
    const char *name =
        send->user.size > 0 ? arena_string(server->arena, send->user) : "client.example";
    struct bytes certificate = arena_printf(server->arena, "%s/client.pem", server->folder.path);
    struct bytes key = arena_printf(server->arena, "%s/client.key", server->folder.path);
    if (name == NULL || certificate.data == NULL || key.data == NULL ||
        !tls_ca_write_client(server->tls.ca, name, certificate.data, key.data, NULL))
        return false;
    server->facts.values[RECIPE_PLACEHOLDER_CLIENT_CERT] = certificate;
    server->facts.values[RECIPE_PLACEHOLDER_CLIENT_KEY] = key;
    server->has_client_cert = true;
    return true;
}

const char *fakesmtp_fact(struct fakesmtp *server, const char *word)
{
    unsigned i = 0;
    while (i < RECIPE_PLACEHOLDER_COUNT &&
           strcmp(recipe_placeholder_word((enum recipe_placeholder)i), word) != 0)
        i++;
    if (i == RECIPE_PLACEHOLDER_COUNT)
        return NULL;
    bool is_client_cert = i == RECIPE_PLACEHOLDER_CLIENT_CERT || i == RECIPE_PLACEHOLDER_CLIENT_KEY;
    if (is_client_cert && server->has_tls && !server->has_client_cert && !make_client_cert(server))
        return NULL;
    return arena_string(server->arena, server->facts.values[i]);
}

const char *fakesmtp_message(struct fakesmtp *server, unsigned number, size_t *ret_octets)
{
    const struct scenario_send *send = &server->scenario.send;
    struct mail_text text = send->given;
    unsigned count = send->messages > 0 ? send->messages : 1;
    if (number < 1 || number > count ||
        (number > 1 && !scenario_numbered_message(send, number, server->arena, &text)))
        return NULL;
    char *octets = arena_alloc(server->arena, (size_t)text.octets + 1);
    if (octets == NULL)
        return NULL;
    size_t read = mail_text_read(&text, 0, octets, (size_t)text.octets);
    if (ret_octets != NULL)
        *ret_octets = read;
    return octets;
}

/* ---- what it says ---------------------------------------------------------------------------- */

static bool read_outcome(const char *word, enum smtp_outcome *ret, enum smtp_precision *ret_how)
{
    if (smtp_outcome_from_word(bytes_of(word), ret)) {
        *ret_how = SMTP_PRECISION_CLASS;
        return true;
    }
    *ret = SMTP_OUTCOME_PERMANENT;
    *ret_how = SMTP_PRECISION_BINARY;
    return strcmp(word, "failed") == 0;
}

static bool claim_recipient(struct fakesmtp *server, const char *recipient,
                            enum smtp_outcome outcome, unsigned code)
{
    struct smtp_claim *claim = &server->claim;
    void *items = (void *)claim->recipients;
    struct bytes address = arena_copy(server->arena, bytes_of(recipient));
    if (claim->recipient_count == FAKESMTP_RECIPIENTS_MAX || address.data == NULL ||
        !arena_grow(server->arena, &items, claim->recipient_count, sizeof(*claim->recipients)))
        return false;
    struct smtp_recipient_outcome *recipients = items;
    recipients[claim->recipient_count++] =
        (struct smtp_recipient_outcome){.address = address, .outcome = outcome, .code = code};
    claim->recipients = recipients;
    return true;
}

bool fakesmtp_claim(struct fakesmtp *server, const char *recipient, const char *outcome,
                    unsigned code)
{
    struct smtp_claim *claim = &server->claim;
    enum smtp_outcome said;
    enum smtp_precision precision;
    if (server->is_finished || !read_outcome(outcome, &said, &precision))
        return false;
    /* The coarsest word that it has used says how finely it speaks. */
    if (claim->precision == SMTP_PRECISION_NONE || precision < claim->precision)
        claim->precision = precision;
    if (recipient != NULL)
        return claim_recipient(server, recipient, said, code);
    claim->known = server->has_whole = true;
    claim->whole = said;
    claim->code = code;
    return true;
}

bool fakesmtp_told(struct fakesmtp *server, const char *text)
{
    return !server->is_finished && buf_append_string(&server->report, text) &&
           buf_append_octet(&server->report, '\n');
}

/* ---- what came of it ------------------------------------------------------------------------- */

enum fakesmtp_verdict fakesmtp_finish(struct fakesmtp *server)
{
    if (server->is_finished)
        return server->verdict;
    fakesmtp_serve_end(server, true);
    server->is_finished = true;
    server->verdict = fakesmtp_judge(server);
    return server->verdict;
}

const char *fakesmtp_findings(const struct fakesmtp *server)
{
    return server->is_finished && server->findings.size > 0 ? server->findings.data : "";
}

const char *fakesmtp_mail(const struct fakesmtp *server, unsigned number, size_t *ret_octets)
{
    if (!server->is_finished || number < 1 || number > server->served.mail_count)
        return NULL;
    struct bytes mail = server->served.mails[number - 1];
    if (ret_octets != NULL)
        *ret_octets = mail.size;
    return mail.data;
}

static bool keep(const struct fakesmtp *server, const char *path, struct err *err)
{
    struct transcript_text text = {
        .scenario = server->scenario.path,
        .instance = server->scenario.instance,
        .seed = server->options.seed,
        .client = bytes_of(server->options.client != NULL ? server->options.client : "client"),
        .has_claim = true,
        .claim = server->claim,
        .files = server->source->files,
        .file_count = server->source->file_count};
    struct buf printed;
    if (!server->is_finished)
        return err_set(err, ERR_IO, "%.160s: the scenario is not finished yet", path);
    buf_init(&printed, SIZE_MAX / 2);
    bool ok = transcript_text_print(&text, server->served.transcript, &printed, err) &&
              files_replace(path, buf_bytes(&printed), err);
    buf_release(&printed);
    return ok;
}

bool fakesmtp_keep(const struct fakesmtp *server, const char *path, struct fakesmtp_error *error)
{
    struct err err = {.kind = ERR_NONE};
    if (keep(server, path, &err))
        return true;
    tell(&err, error);
    return false;
}
