#include "harness/run_tls.h"

#include <stdio.h>

bool run_tls_open(struct run_tls *tls, bool takes_name, const struct run_folder *folder,
                  struct err *err)
{
    tls->takes_name = takes_name;
    tls->ca = tls_ca_new(takes_name ? RUN_TLS_NAME : "localhost", err);
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
