#include "fakeserver/fakesmtpd_load.h"

#include "transport/data_path.h"

#define LOAD_OCTETS_MAX ((size_t)256 * 1024 * 1024)

/* `path:line:column: what`; line and column stay. */
static bool name_error(struct err *err, const char *path)
{
    struct err plain = *err;

    if (plain.line > 0)
        err_set_at(err, plain.kind, plain.line, plain.column, "%.110s:%u:%u: %.110s", path,
                   plain.line, plain.column, plain.what);
    else if (strncmp(plain.what, path, strlen(path)) != 0)
        err_set(err, plain.kind, "%.110s: %.120s", path, plain.what);
    return false;
}

/* ---- files ----------------------------------------------------------------------------------- */

/* Keeps what was read: a transcript carries the files that its scenario is made of. */
static bool keep_file(struct fakesmtpd_load *load, const char *path, struct bytes text,
                      struct err *err)
{
    if (load->file_count == TRANSCRIPT_TEXT_FILES_MAX)
        return err_set(err, ERR_LIMIT, "more than %d files", TRANSCRIPT_TEXT_FILES_MAX);
    load->files[load->file_count++] = (struct transcript_file){bytes_of(path), text};
    return true;
}

static bool load_table(void *owner, const char *path, struct arena *arena, struct bytes *ret,
                       struct err *err)
{
    struct fakesmtpd_load *load = owner;
    const char *whole = path;

    if (path[0] != '/' && !data_path_is_file(path))
        whole = arena_printf(arena, "%s/%s", load->folder, path).data;
    path = arena_string(arena, bytes_of(path));
    if (!whole || !path)
        return err_memory(err);
    return data_path_read(whole, SCENARIO_FILE_OCTETS_MAX, arena, ret, err) &&
           keep_file(load, path, *ret, err);
}

static bool ends_with(struct bytes name, struct bytes suffix)
{
    return name.size > suffix.size &&
           bytes_equal(bytes_after(name, name.size - suffix.size), suffix);
}

/* The path of an existing file, or NULL. */
static const char *find_file(struct fakesmtpd_load *load, struct bytes name, const char *below,
                             const char *suffix)
{
    const char *path;

    path = arena_printf(load->arena, "%s/%s%.*s%s", load->folder, below, BYTES_FORMAT(name), suffix)
               .data;
    return path && data_path_is_file(path) ? path : NULL;
}

/* ---- accounts -------------------------------------------------------------------------------- */

/* The account of the command line comes first; a scenario without credentials of its own takes it
 * for those that it sends. */
static bool add_account(struct fakesmtpd_load *load, struct err *err)
{
    struct scenario *scenario = &load->scenario;
    struct account given = {bytes_of(load->options->user ? load->options->user : ""),
                            buf_bytes(&load->options->password)};
    struct account *accounts;
    size_t index;

    if (!load->options->user)
        return true;
    accounts = arena_alloc_array(load->arena, scenario->account_count + 1, sizeof(*accounts));
    if (!accounts)
        return err_memory(err);
    accounts[0] = given;
    for (index = 0; index < scenario->account_count; index++)
        accounts[index + 1] = scenario->accounts[index];
    scenario->accounts = accounts;
    scenario->account_count++;
    if (scenario->send.user.size == 0) {
        scenario->send.user = given.user;
        scenario->send.password = given.password;
    }
    return true;
}

/* ---- what is served -------------------------------------------------------------------------- */

static bool load_personality(struct fakesmtpd_load *load, const char *path, struct err *err)
{
    struct scenario_loader loader = {load_table, load};
    struct scenario_file *file = NULL;
    struct bytes text;

    if (!data_path_read(path, SCENARIO_FILE_OCTETS_MAX, load->arena, &text, err))
        return false;
    if (!scenario_file_parse(path, text, &loader, load->arena, &file, err) ||
        !scenario_file_personality(file, &load->scenario, load->options->seed, load->arena,
                                   &load->personality, err))
        return name_error(err, path);
    load->has_personality = true;
    return true;
}

/* The instance that is named, or the only one. */
static bool find_instance(const struct scenario_file *file, struct bytes wanted, size_t *ret,
                          struct err *err)
{
    size_t count = scenario_file_instance_count(file);
    struct bytes first;

    for (*ret = 0; *ret < count; ++*ret)
        if (bytes_equal(scenario_file_instance_name(file, *ret), wanted))
            return true;
    first = count > 0 ? scenario_file_instance_name(file, 0) : BYTES_NONE;
    if (first.size == 0)
        return err_set(err, ERR_SYNTAX, "this scenario has no instances to choose from");
    return err_set(err, ERR_SYNTAX, "name one of its %zu instances, such as [%.*s]", count,
                   first.size < 80 ? (int)first.size : 80, first.data);
}

static bool parse_scenario(struct fakesmtpd_load *load, const char *name, struct bytes text,
                           struct bytes instance, struct err *err)
{
    struct scenario_loader loader = {load_table, load};
    struct scenario_file *file = NULL;
    size_t index;

    if (!keep_file(load, name, text, err) ||
        !scenario_file_parse(name, text, &loader, load->arena, &file, err) ||
        !find_instance(file, instance, &index, err) ||
        !scenario_file_instance(file, index, load->options->seed, load->arena, &load->scenario,
                                err))
        return false;
    load->has_scenario = true;
    return add_account(load, err);
}

static bool load_scenario(struct fakesmtpd_load *load, const char *path, struct bytes instance,
                          struct err *err)
{
    const char *personality;
    struct bytes text, server;

    if (!data_path_read(path, SCENARIO_FILE_OCTETS_MAX, load->arena, &text, err))
        return false;
    if (!parse_scenario(load, path, text, instance, err))
        return name_error(err, path);
    server = load->scenario.server;
    if (server.size == 0)
        return true;
    personality = find_file(load, server, "personalities/", ".personality");
    if (!personality)
        return err_set(err, ERR_IO, "%.100s: there is no personality %.*s in %.60s", path,
                       server.size < 60 ? (int)server.size : 60, server.data, load->folder);
    return load_personality(load, personality, err);
}

/* A personality by itself: the scenario in which the model serves to the end. */
static bool load_alone(struct fakesmtpd_load *load, const char *path, struct err *err)
{
    static const char text[] = "title    a server alone; only the rules are judged\n"
                               "\n"
                               "...\n";

    load->is_personality = true;
    if (!parse_scenario(load, "alone", bytes_of(text), BYTES_NONE, err))
        return false;
    return !path || load_personality(load, path, err);
}

static bool load_named(struct fakesmtpd_load *load, struct err *err)
{
    struct bytes name = bytes_of(load->options->name);
    struct bytes instance = BYTES_NONE;
    size_t bracket = bytes_find(name, '[');
    const char *plain, *path;

    if (bracket != BYTES_NOT_FOUND && name.data[name.size - 1] == ']') {
        instance = bytes_slice(name, bracket + 1, name.size - 1);
        name.size = bracket;
    }
    plain = arena_string(load->arena, name);
    if (!plain)
        return err_memory(err);
    if (bytes_equal(name, BYTES_LITERAL("model")))
        return load_alone(load, NULL, err);
    if (data_path_is_file(plain))
        return ends_with(name, BYTES_LITERAL(".personality"))
                   ? load_alone(load, plain, err)
                   : load_scenario(load, plain, instance, err);
    path = find_file(load, name, "", ".drill");
    if (path)
        return load_scenario(load, path, instance, err);
    path = find_file(load, name, "personalities/", ".personality");
    if (path)
        return load_alone(load, path, err);
    return err_set(err, ERR_IO, "there is no scenario and no personality %.80s in %.120s", plain,
                   load->folder);
}

static bool has_starttls(const struct scenario *scenario)
{
    size_t index;

    for (index = 0; index < scenario->offer_count; index++)
        if (bytes_equal_nocase(scenario->offers[index].text, BYTES_LITERAL("STARTTLS")))
            return true;
    return false;
}

/* The model offers STARTTLS where it is wanted; a list that replaces the model's own is as it is.
 */
static bool force_tls(struct fakesmtpd_load *load, struct err *err)
{
    const struct scenario *list = &load->scenario;

    if (load->options->tls == SEND_TLS_NONE)
        return true;
    load->scenario.send.tls = load->options->tls;
    if (!list->has_offer && load->has_personality)
        list = &load->personality;
    if (load->options->tls != SEND_TLS_STARTTLS || !list->has_offer || has_starttls(list))
        return true;
    return err_set(err, ERR_SYNTAX, "--tls starttls: %.100s offers no STARTTLS in its list",
                   load->options->name);
}

bool fakesmtpd_load(struct fakesmtpd_load *load, const struct fakesmtpd_options *options,
                    struct err *err)
{
    *load = (struct fakesmtpd_load){.options = options, .folder = options->scenarios};
    load->arena = arena_new(LOAD_OCTETS_MAX);
    if (!load->arena)
        return err_memory(err);
    /* A file that is named by its path may need nothing else. */
    if (!load->folder && data_path_is_file(options->name) &&
        !data_path_folder("scenarios", load->arena, &load->folder, NULL))
        load->folder = ".";
    if (!load->folder && !data_path_folder("scenarios", load->arena, &load->folder, err))
        return false;
    return load_named(load, err) && force_tls(load, err);
}

void fakesmtpd_load_release(struct fakesmtpd_load *load)
{
    if (load->has_scenario)
        scenario_release(&load->scenario);
    if (load->has_personality)
        scenario_release(&load->personality);
    arena_free(load->arena);
}
