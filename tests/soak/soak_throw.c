#include "tests/soak/soak_throw.h"

#include "fakeserver/scenario.h"
#include "tests/simulate/script.h"

#define ARENA_OCTETS_MAX ((size_t)1024 * 1024)
#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

/* Options of the line `tls` (scenario.5). */
static const char *const faults[] = {"fault=refuse",  "fault=cut",      "fault=reset",
                                     "fault=stall",   "fault=plain",    "fault=garbage",
                                     "cert=expired",  "version=1.2",    "fault=truncate",
                                     "no-resumption", "cert=unknown-ca"};

bool soak_throw_script(struct chance *chance, bool with_tls, struct buf *ret)
{
    struct script_facts facts;
    bool is_faulty = with_tls && chance_percent(chance, 40);

    return (!is_faulty ||
            buf_printf(ret, "tls %s\n", faults[chance_below(chance, COUNT_OF(faults))])) &&
           script_write(chance, 0, ret, &facts);
}

struct cut soak_throw_cut(struct chance *chance)
{
    struct cut cut = {.kind = (enum cut_kind)chance_below(chance, CUT_KIND_COUNT),
                      .where = CUT_AT_POINT,
                      .connection = 1,
                      .lines = chance_below(chance, 14),
                      .octets = chance_percent(chance, 50) ? chance_below(chance, 30) : 0};

    if (cut.kind == CUT_SPLIT)
        cut.where = (enum cut_where)chance_below(chance, 3);
    return cut;
}

static bool prepare(struct tls_context *context, const char *fault, struct err *err)
{
    struct arena *arena = arena_new(ARENA_OCTETS_MAX);
    struct bytes text = arena ? arena_printf(arena, "tls %s\ntitle t\n\n...\n", fault) : BYTES_NONE;
    struct scenario_file *file;
    struct scenario scenario;
    bool ok = text.data || err_memory(err);

    ok = ok && scenario_file_parse("tls", text, NULL, arena, &file, err) &&
         scenario_file_instance(file, 0, 1, arena, &scenario, err);
    if (ok) {
        ok = tls_context_prepare(context, scenario.tls, err);
        scenario_release(&scenario);
    }
    arena_free(arena);
    return ok;
}

bool soak_prepare_tls(struct tls_context *context, struct err *err)
{
    for (size_t i = 0; i < COUNT_OF(faults); i++)
        if (!prepare(context, faults[i], err))
            return false;
    return true;
}
