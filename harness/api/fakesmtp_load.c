/* fakesmtp_load.c - what is served: an installed scenario, a personality, a file, a text. */
#include "harness/api/fakesmtp_private.h"
#include "transport/data_path.h"

#include <stdio.h>
#include <stdlib.h>

#ifndef SMTPDRILL_DATADIR
#define SMTPDRILL_DATADIR ""
#endif

/* ---- where the data is ----------------------------------------------------------------------- */

static const char *scenarios_below(struct fakesmtp *server, const char *data)
{
    const char *folder = arena_printf(server->arena, "%s/scenarios", data).data;
    return folder != NULL && data_path_is_folder(folder) ? folder : NULL;
}

/* As given; then as the programs look for it; then where it is installed. */
static bool find_data(struct fakesmtp *server, const char **ret, struct err *err)
{
    if (server->options.data != NULL) {
        *ret = scenarios_below(server, server->options.data);
        return *ret != NULL ||
               err_set(err, ERR_IO, "%.200s: no folder `scenarios` is in it", server->options.data);
    }
    if (data_path_folder("scenarios", server->arena, ret, err))
        return true;
    *ret = scenarios_below(server, SMTPDRILL_DATADIR);
    return *ret != NULL;
}

/* ---- names ----------------------------------------------------------------------------------- */

static bool is_there(struct fakesmtp *server, const char *folder, const char *below,
                     struct bytes name, const char *suffix)
{
    const char *path =
        arena_printf(server->arena, "%s/%s%.*s%s", folder, below, BYTES_FORMAT(name), suffix).data;
    return path != NULL && data_path_is_file(path);
}

/* The model serves to the end, dressed as the personality; only the rules are judged. */
static bool load_alone(struct fakesmtp *server, struct bytes personality, struct err *err)
{
    const char *name = "model";
    struct bytes text = BYTES_LITERAL("title  a server alone; only the rules are judged\n\n...\n");
    if (personality.size > 0) {
        name = arena_string(server->arena, personality);
        text = arena_printf(server->arena,
                            "title   a server alone; only the rules are judged\n"
                            "server  %.*s\n\n...\n",
                            BYTES_FORMAT(personality));
    }
    if (name == NULL || text.data == NULL)
        return err_memory(err);
    return suite_load_text(server->suite, name, text, err);
}

static bool load_named(struct fakesmtp *server, const char *name, struct bytes plain,
                       struct err *err)
{
    const char *folder = server->suite->folder;
    const char *path = arena_string(server->arena, plain);
    if (path == NULL)
        return err_memory(err);
    if (bytes_equal(plain, BYTES_LITERAL("model")))
        return load_alone(server, BYTES_NONE, err);
    if (data_path_is_file(path))
        return suite_load_file(server->suite, path, err);
    if (is_there(server, folder, "", plain, ".drill"))
        return suite_load_named(server->suite, path, err);
    if (is_there(server, folder, "personalities/", plain, ".personality"))
        return load_alone(server, plain, err);
    return err_set(err, ERR_IO, "there is no scenario and no personality %.80s in %.120s", name,
                   folder);
}

/* name[code=421] is the name and the instance. */
static void split_name(const char *name, struct bytes *ret_plain, struct bytes *ret_instance)
{
    struct bytes whole = bytes_of(name);
    size_t bracket = bytes_find(whole, '[');
    *ret_plain = whole;
    *ret_instance = BYTES_NONE;
    if (bracket == BYTES_NOT_FOUND || whole.data[whole.size - 1] != ']')
        return;
    *ret_plain = bytes_slice(whole, 0, bracket);
    *ret_instance = bytes_slice(whole, bracket + 1, whole.size - 1);
}

static bool find_instance(const struct suite_scenario *source, struct bytes wanted, size_t *ret,
                          struct err *err)
{
    size_t count = scenario_file_instance_count(source->file);
    for (*ret = 0; *ret < count; ++*ret)
        if (bytes_equal(scenario_file_instance_name(source->file, *ret), wanted))
            return true;
    struct bytes first = count > 0 ? scenario_file_instance_name(source->file, 0) : BYTES_NONE;
    if (first.size == 0)
        return err_set(err, ERR_SYNTAX, "%.80s has no instances to choose from", source->name);
    return err_set(err, ERR_SYNTAX, "name one of the %zu instances of %.60s, such as [%.*s]", count,
                   source->name, first.size < 80 ? (int)first.size : 80, first.data);
}

/* ---- TLS ------------------------------------------------------------------------------------- */

static bool has_word(struct bytes text, struct bytes word)
{
    for (size_t at = 0; at + word.size <= text.size; at++)
        if (bytes_equal_nocase(bytes_slice(text, at, at + word.size), word))
            return true;
    return false;
}

/* No CA is made where nobody can ask for TLS: that costs more than a whole session in the clear. */
static bool may_need_tls(const struct fakesmtp *server)
{
    if (server->has_personality || server->scenario.send.tls != SEND_TLS_NONE)
        return true;
    for (size_t i = 0; i < server->source->file_count; i++)
        if (has_word(server->source->files[i].text, BYTES_LITERAL("tls")))
            return true;
    return false;
}

static bool open_tls(struct fakesmtp *server, struct err *err)
{
    const char *temporary = getenv("TMPDIR");
    if (!may_need_tls(server))
        return true;
    if (!run_folder_make_parent(temporary != NULL ? temporary : "/tmp", &server->folder, err)) {
        server->folder.path[0] = '\0';
        return false;
    }
    server->has_tls = true;
    return run_tls_open(&server->tls, server->options.takes_name, &server->folder, err) &&
           run_tls_prepare(&server->tls, &server->scenario,
                           server->has_personality ? &server->personality : NULL, err);
}

/* ---- the whole ------------------------------------------------------------------------------- */

static bool load_suite(struct fakesmtp *server, const char *name, const char *text,
                       struct bytes *ret_instance, struct err *err)
{
    const char *folder = NULL;
    struct bytes plain;
    split_name(name != NULL ? name : "scenario", &plain, ret_instance);
    if (!find_data(server, &folder, err)) {
        /* What is given whole may need nothing else. */
        if (server->options.data != NULL || (name != NULL && !data_path_is_file(name)))
            return false;
        *err = (struct err){.kind = ERR_NONE};
        folder = ".";
    }
    server->suite = suite_new(folder, server->options.seed, err);
    if (server->suite == NULL)
        return false;
    return text != NULL ? suite_load_text(server->suite, "scenario", bytes_of(text), err)
                        : load_named(server, name, plain, err);
}

bool fakesmtp_load(struct fakesmtp *server, const char *name, const char *text, struct err *err)
{
    struct bytes instance;
    size_t index = 0;
    if (!load_suite(server, name, text, &instance, err))
        return false;
    server->source = &server->suite->scenarios[0];
    if (!find_instance(server->source, instance, &index, err) ||
        !suite_instance(server->suite, server->source, index, server->arena, &server->scenario,
                        err))
        return false;
    server->has_scenario = true;
    server->limit_ms = server->options.limit_ms > 0    ? server->options.limit_ms
                       : server->scenario.limit_ms > 0 ? server->scenario.limit_ms
                                                       : FAKESMTP_LIMIT_MS;
    return suite_personality(server->suite, &server->scenario, server->arena, &server->personality,
                             &server->has_personality, err) &&
           open_tls(server, err);
}
