#include "fakeserver/rule.h"

const struct rule *rule_find(struct bytes name)
{
    for (size_t i = 0; i < rule_count; i++)
        if (bytes_equal(bytes_of(rules[i].name), name))
            return &rules[i];
    return NULL;
}

unsigned rule_kind_of(const struct rule_case *of)
{
    if (!of->record)
        return RULE_OF_RUN;
    switch (of->record->kind) {
    case TRANSCRIPT_COMMAND:
        return RULE_OF_COMMAND;
    case TRANSCRIPT_RESPONSE:
        return RULE_OF_RESPONSE;
    case TRANSCRIPT_MAIL_DATA:
    case TRANSCRIPT_CHUNK:
        return RULE_OF_CONTENT;
    case TRANSCRIPT_TLS_STARTED:
        return RULE_OF_TLS;
    case TRANSCRIPT_CLIENT_CLOSED:
    case TRANSCRIPT_CLIENT_RESET:
        return RULE_OF_END;
    case TRANSCRIPT_CONNECTED:
    case TRANSCRIPT_OCTETS:
    case TRANSCRIPT_REPLY:
    case TRANSCRIPT_TLS_FAILED:
    case TRANSCRIPT_QUIET:
    case TRANSCRIPT_DEAF:
    case TRANSCRIPT_STALLED:
    case TRANSCRIPT_SERVER_HALF_CLOSED:
    case TRANSCRIPT_SERVER_CLOSED:
    case TRANSCRIPT_SERVER_RESET:
    case TRANSCRIPT_EXPIRED:
    case TRANSCRIPT_KIND_COUNT:
        return 0;
    }
    return 0;
}

bool rule_applies(const struct rule *rule, const struct rule_case *of)
{
    if (rule->verbs && !(of->command && rule->verbs >> of->command->verb & 1))
        return false;
    /* What a client sends behind content in the place of commands was judged with that content. */
    return rule->flag == RULE_ALWAYS || !of->session ||
           (!of->session->odd && !of->session->derailed);
}
