#include "harness/run/run_tls.h"

#include <stdio.h>

bool run_tls_open(struct run_tls *tls, bool takes_name, const struct run_folder *folder,
                  struct err *err)
{
    tls->takes_name = takes_name;
    return run_tls_open_named(tls, takes_name ? RUN_TLS_NAME : "localhost", folder, err);
}

bool run_tls_open_named(struct run_tls *tls, const char *name, const struct run_folder *folder,
                        struct err *err)
{
    tls->ca = tls_ca_new(name, err);
    if (tls->ca == NULL)
        return false;
    tls->context = tls_context_new_server(tls->ca, err);
    snprintf(tls->ca_path, sizeof(tls->ca_path), "%s/ca.pem", folder->path);
    return tls->context != NULL && tls_ca_write(tls->ca, tls->ca_path, err);
}

void run_tls_close(struct run_tls *tls)
{
    tls_context_free(tls->context);
    tls_ca_free(tls->ca);
}

/* The demands of a scenario, by number; false: there are no more. NULL is an ordinary one. */
static bool demand_at(const struct scenario *scenario, size_t index, const struct tls_demand **ret)
{
    if (index > scenario->step_count)
        return false;
    *ret = index == 0 ? scenario->tls : scenario->steps[index - 1].tls;
    return true;
}

static bool prepare_all(const struct run_tls *tls, const struct scenario *scenario, struct err *err)
{
    const struct tls_demand *demand;
    for (size_t i = 0; demand_at(scenario, i, &demand); i++)
        if (demand != NULL && !tls_context_prepare(tls->context, demand, err))
            return false;
    return true;
}

bool run_tls_prepare(const struct run_tls *tls, const struct scenario *scenario,
                     const struct scenario *personality, struct err *err)
{
    return prepare_all(tls, scenario, err) &&
           (personality == NULL || prepare_all(tls, personality, err));
}

bool run_tls_asks_for(const struct scenario *scenario, enum tls_cert cert)
{
    const struct tls_demand *demand;
    for (size_t i = 0; demand_at(scenario, i, &demand); i++)
        if (demand != NULL && demand->cert == cert)
            return true;
    return false;
}

bool run_tls_is_by_address(const struct scenario *scenario)
{
    const struct tls_demand *demand;
    for (size_t i = 0; demand_at(scenario, i, &demand); i++)
        if (demand != NULL && tls_cert_is_for_address(demand->cert))
            return true;
    return false;
}
