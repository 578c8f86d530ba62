#include "harness/run/run_client.h"

#include "base/text.h"
#include "harness/files.h"
#include "harness/run/run_environment.h"
#include "harness/warp/warp.h"

#include <stdlib.h>

struct run_client {
    struct run_client_wishes wishes;
    struct recipe_facts facts; /* those that are the same in all runs */
    const char *const *environment;
    struct process *process; /* that is under way, or has just ended */
    struct timer *turn;
    size_t prepared;     /* lines of `prepare` that are done */
    bool version_is_out; /* … and nothing is left */
};

/* ---- the client's version -------------------------------------------------------------------- */

static bool is_digit(char octet)
{
    return octet >= '0' && octet <= '9';
}

/* The first word that looks like a version: digits with dots, or a long number. */
static struct bytes version_in(struct bytes text)
{
    struct bytes word;
    while (bytes_next_word(&text, &word)) {
        size_t from = 0;
        while (from < word.size && !is_digit(word.data[from]))
            from++;
        size_t to = from;
        while (to < word.size && (is_digit(word.data[to]) || word.data[to] == '.'))
            to++;
        while (to > from && word.data[to - 1] == '.')
            to--;
        struct bytes found = bytes_slice(word, from, to);
        if (found.size > 0 && (from == 0 || word.data[from - 1] == 'v') &&
            bytes_find(found, '.') != BYTES_NOT_FOUND)
            return found;
    }
    return BYTES_NONE;
}

static struct bytes first_line(const struct process_end *end, bool errors_first)
{
    bool errors = end->errors.size > 0 && (errors_first || end->output.size == 0);
    struct bytes rest = errors ? end->errors : end->output;
    struct bytes line = BYTES_NONE;
    (void)bytes_next(&rest, '\n', &line);
    return line;
}

static void take_version(struct run_client *client, const struct process_end *end)
{
    const char *version = arena_string(client->wishes.arena, version_in(first_line(end, false)));
    if (version != NULL)
        *client->wishes.ret_version = version;
}

/* ---- one command after the other ------------------------------------------------------------- */

static const struct recipe *recipe_of(const struct run_client *client)
{
    return client->wishes.setting->recipe;
}

static bool check_prepared(struct run_client *client, const struct process_end *end)
{
    const struct recipe_words *line = &recipe_of(client)->prepare[client->prepared];
    struct bytes words = first_line(end, true);
    if (!end->hung && end->status == 0)
        return true;
    return err_set(client->wishes.err, ERR_IO, "`prepare` of the recipe %s, line %u: %s: %s",
                   recipe_of(client)->name.data, line->line,
                   end->hung ? "it did not end" : "it failed", text_show(words).text);
}

static void process_over(void *owner, const struct process_end *end)
{
    struct run_client *client = owner;
    if (client->prepared == recipe_of(client)->prepare_count) {
        take_version(client, end);
        client->version_is_out = true;
    } else if (check_prepared(client, end)) {
        client->prepared++;
    } else {
        client->wishes.ready(client->wishes.owner, false);
        return;
    }
    timer_set(client->turn, loop_now_ms(client->wishes.setting->loop));
}

static bool start(struct run_client *client, const struct recipe_words *line, uint64_t limit_ms)
{
    const struct run_setting *setting = client->wishes.setting;
    struct process_options options = {.environment = client->environment,
                                      .folder = setting->made->path,
                                      .limit_ms = limit_ms,
                                      .grace_ms = RUN_GRACE_MS};
    if (!recipe_expand_line(line, &client->facts, client->wishes.arena, &options.argv,
                            client->wishes.err))
        return false;
    process_free(client->process);
    client->process =
        process_new(setting->keeper, &options, process_over, client, client->wishes.err);
    return client->process != NULL;
}

static bool carry_on(struct run_client *client, bool *ret_ready)
{
    const struct recipe *recipe = recipe_of(client);
    *ret_ready = false;
    if (client->prepared < recipe->prepare_count)
        return start(client, &recipe->prepare[client->prepared], RUN_PREPARE_MS);
    if (!client->version_is_out && recipe->version.count > 0)
        return start(client, &recipe->version, RUN_VERSION_MS);
    *ret_ready = true;
    return true;
}

static void turn_due(void *owner)
{
    struct run_client *client = owner;
    bool is_ready = false;
    if (!carry_on(client, &is_ready))
        client->wishes.ready(client->wishes.owner, false);
    else if (is_ready)
        client->wishes.ready(client->wishes.owner, true);
}

/* ---- is it there? ---------------------------------------------------------------------------- */

static bool is_in_path(const char *name, struct bytes path)
{
    struct bytes folder;
    bool found = strchr(name, '/') != NULL && files_is_program(name);
    while (!found && strchr(name, '/') == NULL && bytes_next(&path, ':', &folder)) {
        struct buf whole;
        buf_init(&whole, 8192);
        found = buf_printf(&whole, "%.*s%s%s", BYTES_FORMAT(folder), folder.size > 0 ? "/" : "./",
                           name) &&
                buf_append_octet(&whole, '\0') && files_is_program(whole.data);
        buf_release(&whole);
    }
    return found;
}

static bool find_program(const struct run_client *client, const struct recipe_words *line,
                         bool is_client)
{
    const struct run_setting *setting = client->wishes.setting;
    const struct recipe *recipe = recipe_of(client);
    const struct recipe_text *first = &line->words[0];
    const char *name = setting->smtpsend;
    if (first->count == 1 && first->pieces[0].placeholder == RECIPE_PLACEHOLDER_NONE)
        name = first->pieces[0].text.data;
    else if (first->count != 1 || first->pieces[0].placeholder != RECIPE_PLACEHOLDER_SMTPSEND)
        return true; /* only a run knows */
    if (is_in_path(name, bytes_of(setting->path)))
        return !is_client || setting->shim == NULL ||
               warp_how(name, setting->path, client->wishes.err) != WARP_NOT;
    return err_set(client->wishes.err, ERR_IO, "cannot run %s: no such program%s%.*s%s", name,
                   recipe->package.size > 0 ? " (package " : "", BYTES_FORMAT(recipe->package),
                   recipe->package.size > 0 ? ")" : "");
}

/* A client that is not there is found here, once, and not in each run. */
static bool find_programs(const struct run_client *client)
{
    const struct recipe *recipe = recipe_of(client);
    for (size_t i = 0; i < recipe->prepare_count; i++)
        if (!find_program(client, &recipe->prepare[i], false))
            return false;
    return find_program(client, &recipe->args[0], true);
}

/* ---- the whole ------------------------------------------------------------------------------- */

static bool open_client(struct run_client *client)
{
    const struct run_setting *setting = client->wishes.setting;
    client->facts.values[RECIPE_PLACEHOLDER_SMTPSEND] = bytes_of(setting->smtpsend);
    client->facts.values[RECIPE_PLACEHOLDER_CLIENTS] = bytes_of(setting->clients);
    client->facts.values[RECIPE_PLACEHOLDER_MADE] = bytes_of(setting->made->path);
    if (!find_programs(client) ||
        !run_environment_once(setting, setting->made->path, client->wishes.arena,
                              &client->environment, client->wishes.err))
        return false;
    client->turn = timer_new(setting->loop, turn_due, client);
    if (client->turn == NULL)
        return err_memory(client->wishes.err);
    timer_set(client->turn, loop_now_ms(setting->loop));
    return true;
}

struct run_client *run_client_new(const struct run_client_wishes *wishes)
{
    struct run_client *client = calloc(1, sizeof(*client));
    if (client == NULL) {
        err_memory(wishes->err);
        return NULL;
    }
    client->wishes = *wishes;
    if (open_client(client))
        return client;
    run_client_free(client);
    return NULL;
}

void run_client_free(struct run_client *client)
{
    if (client == NULL)
        return;
    process_free(client->process);
    timer_free(client->turn);
    free(client);
}
