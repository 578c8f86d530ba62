#include "harness/cut/cut_run.h"

static bool make_plan(const struct run_options *options, const struct cut_wishes *wishes,
                      struct cut_run *ret, struct err *err)
{
    struct cut_plan_source source = {
        .uncut = options->plan, .surveys = options->surveys, .wishes = wishes};
    for (size_t i = 0; i < options->plan->count; i++)
        ret->instances += options->surveys[i].fit;
    if (!cut_plan_make(&source, ret->arena, &ret->plan, err))
        return false;
    if (ret->uncut->interrupted)
        return err_set(err, ERR_IO, "interrupted before the first cut");
    if (ret->plan.count > 0)
        return true;
    return err_set(err, ERR_SYNTAX,
                   ret->instances == 0
                       ? "nothing can be cut: the client came to a verdict in none of these runs"
                       : "nothing is left to be cut in this way in these scenarios");
}

bool cut_run_survey(const struct run_options *options, const struct cut_wishes *wishes,
                    struct cut_run *ret, struct err *err)
{
    struct run_options uncut = *options;
    size_t count = options->plan->count;
    *ret = (struct cut_run){.arena = arena_new(CUT_ARENA_OCTETS_MAX)};
    ret->uncut = ret->arena != NULL ? results_new(count, err) : NULL;
    if (ret->uncut == NULL)
        return err_memory(err);
    uncut.surveys_arena = ret->arena;
    uncut.surveys = arena_alloc_array(ret->arena, count + 1, sizeof *uncut.surveys);
    uncut.results = ret->uncut;
    uncut.keep = NULL;
    uncut.repeat = 1;
    uncut.retry_failures = false;
    if (uncut.surveys == NULL)
        return err_memory(err);
    return run_all(&uncut, err) && make_plan(&uncut, wishes, ret, err);
}

void cut_run_release(struct cut_run *run)
{
    results_free(run->uncut);
    arena_free(run->arena);
    *run = (struct cut_run){.arena = NULL};
}
