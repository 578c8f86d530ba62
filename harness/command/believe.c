#include "harness/command/believe.h"

#include "harness/probe/probe.h"

static bool probe_them(const struct probe_wishes *wishes, const char *path, uint64_t *ret_refuted,
                       struct err *err)
{
    struct probe probe;
    bool ok = probe_run(wishes, &probe, err);
    *ret_refuted = ok ? probe_refuted(&probe) : 0;
    for (int i = 0; i < CAPABILITY_COUNT; i++)
        if ((*ret_refuted & CAPABILITY_BIT((enum capability)i)) != 0)
            probe_tell(&probe, wishes->recipe, path, (enum capability)i, stderr);
    probe_release(&probe);
    return ok;
}

bool believe(struct program *program, const struct options *options, const struct plan *plan,
             struct run_options *run, struct err *err)
{
    const char *client = options_value(options, "client");
    struct probe_wishes wishes = {.recipe = run->recipe,
                                  .jobs = run->jobs,
                                  .clients = run->clients,
                                  .smtpsend = run->smtpsend,
                                  .arena = program->arena};
    if (client == NULL || options_value(options, "no-probe") != NULL)
        return true;
    const char *path = program_recipe_path(program, client);
    if (path == NULL)
        return err_memory(err);
    return probe_claims(run->recipe, run->suite, plan, &wishes.claims, err) &&
           (wishes.claims == 0 || probe_them(&wishes, path, &run->refuted, err));
}
