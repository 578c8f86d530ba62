#include "client/smtpsend_servers.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>

/* ------------------------------------------------------------------------------ command line ---
 */

static bool parse_port(struct bytes text, unsigned *ret, struct err *err)
{
    unsigned long long port;

    if (!bytes_to_number(text, 65535, &port) || port == 0)
        return err_set(err, ERR_SYNTAX, "expected a port of 1 to 65535 after the host; got \"%s\"",
                       text_show(text).text);
    *ret = (unsigned)port;
    return true;
}

bool smtpsend_server_parse(struct bytes text, struct smtpsend_server *ret, struct err *err)
{
    struct bytes host = text;
    struct bytes port = BYTES_NONE;
    size_t colon = bytes_find(text, ':');
    size_t bracket = bytes_find(text, ']');

    if (text.size > 0 && text.data[0] == '[' && bracket != BYTES_NOT_FOUND) {
        host = bytes_slice(text, 1, bracket);
        port = bytes_after(text, bracket + 1);
        if (port.size > 0 && port.data[0] != ':')
            return err_set(err, ERR_SYNTAX, "expected \":PORT\" after \"]\" in --server");
        port = bytes_after(port, 1);
    } else if (colon != BYTES_NOT_FOUND &&
               bytes_find(bytes_after(text, colon + 1), ':') == BYTES_NOT_FOUND) {
        host = bytes_slice(text, 0, colon);
        port = bytes_after(text, colon + 1);
        if (port.size == 0)
            return err_set(err, ERR_SYNTAX, "expected a port after \":\" in --server");
    }
    if (host.size == 0 || host.size >= sizeof ret->host || host.data[0] == '[')
        return err_set(err, ERR_SYNTAX, "expected --server HOST[:PORT]; got \"%s\"",
                       text_show(text).text);
    *ret = (struct smtpsend_server){.port = SMTPSEND_PORT_DEFAULT, .has_port = port.size > 0};
    memcpy(ret->host, host.data, host.size);
    return port.size == 0 || parse_port(port, &ret->port, err);
}

/* -------------------------------------------------------------------------------- what is next --
 */

/* A host whose name is not found counts as one try. */
bool smtpsend_servers_init(struct smtpsend_servers *servers, const struct smtpsend_server *list,
                           size_t count)
{
    *servers = (struct smtpsend_servers){.list = list, .count = count};
    servers->tries = calloc(count, ROUTE_ADDRESSES_MAX * sizeof servers->tries[0]);
    if (!servers->tries)
        return false;
    smtpsend_servers_begin(servers);
    return true;
}

void smtpsend_servers_release(struct smtpsend_servers *servers)
{
    free(servers->tries);
    servers->tries = NULL;
}

static void go_to(struct smtpsend_servers *servers, size_t index)
{
    servers->index = index;
    (void)route_init(&servers->route, servers->list[index].host, servers->list[index].port);
}

void smtpsend_servers_begin(struct smtpsend_servers *servers)
{
    servers->try_count = 0;
    servers->answered = false;
    go_to(servers, 0);
}

const struct smtpsend_server *smtpsend_servers_current(const struct smtpsend_servers *servers)
{
    return &servers->list[servers->index];
}

/* A name that was not found in time is not looked up again. */
static bool has_address(const struct smtpsend_servers *servers)
{
    return servers->route.known && route_has_next(&servers->route);
}

bool smtpsend_servers_has_next(const struct smtpsend_servers *servers)
{
    return has_address(servers) || servers->index + 1 < servers->count;
}

void smtpsend_servers_next(struct smtpsend_servers *servers)
{
    if (!has_address(servers))
        go_to(servers, servers->index + 1);
}

/* --------------------------------------------------------------------------------- how it went --
 */

void smtpsend_servers_note(struct smtpsend_servers *servers, const char *address,
                           const char *trouble)
{
    struct smtpsend_try *one = &servers->tries[servers->try_count];

    if (servers->try_count == servers->count * ROUTE_ADDRESSES_MAX)
        return;
    servers->try_count++;
    (void)snprintf(one->server.text, sizeof one->server.text, "%s", address);
    (void)snprintf(one->why, sizeof one->why, "%s", trouble ? trouble : "");
}

/* The address that is being connected to, when time is up, has not been told. */
static struct smtpsend_try *last_try(struct smtpsend_servers *servers)
{
    struct route_name now = route_name(&servers->route);

    if (servers->try_count == 0 ||
        strcmp(servers->tries[servers->try_count - 1].server.text, now.text) != 0)
        smtpsend_servers_note(servers, now.text, NULL);
    return &servers->tries[servers->try_count - 1];
}

void smtpsend_servers_turned_away(struct smtpsend_servers *servers,
                                  const struct smtp_client_event *event)
{
    struct smtpsend_try *last = last_try(servers);

    servers->answered |= event->recipient.code > 0;
    if (last->why[0] != '\0')
        return;
    if (event->recipient.code > 0)
        (void)snprintf(last->why, sizeof last->why, "%03u %s", event->recipient.code,
                       text_show(event->recipient.text).text);
    else
        (void)snprintf(last->why, sizeof last->why, "%s", event->why);
}
