/*
 * adapter.h - what adapters in C share: facts of the environment in, a report and an exit status
 * out.
 *
 * Lives:   a fact lives as long as the environment; adapter_password() until the program ends.
 * Source:  recipe.5, Adapters.
 */
#ifndef HARNESS_CLIENTS_ADAPTER_H
#define HARNESS_CLIENTS_ADAPTER_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ADAPTER_PASSWORD_OCTETS 512

/* NULL where the fact is not there. */
static inline const char *adapter_fact(const char *name)
{
    char variable[64];
    snprintf(variable, sizeof(variable), "SMTPDRILL_%s", name);
    const char *value = getenv(variable);
    return value != NULL && value[0] != '\0' ? value : NULL;
}

/* The first line of the password file; ends the program where there is none. */
static inline char *adapter_password(char password[ADAPTER_PASSWORD_OCTETS])
{
    FILE *file = fopen(adapter_fact("PASSWORD_FILE"), "r");
    if (file == NULL || fgets(password, ADAPTER_PASSWORD_OCTETS, file) == NULL)
        exit(1);
    fclose(file);
    password[strcspn(password, "\n")] = '\0';
    return password;
}

static inline void adapter_put_quoted(const char *text)
{
    putchar('"');
    for (; text != NULL && *text != '\0'; text++) {
        unsigned char octet = (unsigned char)*text;
        if (octet < 32 || octet > 126 || octet == '"' || octet == '\\')
            printf("\\u%04x", octet);
        else
            putchar(octet);
    }
    putchar('"');
}

/* What a reply code says of the message; NULL where it says nothing. */
static inline const char *adapter_outcome(long code)
{
    return code / 100 == 2   ? "sent"
           : code / 100 == 4 ? "temporary"
           : code / 100 == 5 ? "permanent"
                             : NULL;
}

static inline int adapter_status(const char *outcome)
{
    return strcmp(outcome, "sent") == 0 ? 0 : strcmp(outcome, "permanent") == 0 ? 69 : 75;
}

/* A failure that no reply explains: its status says what it was. */
static inline int adapter_fail(int status, const char *text)
{
    printf("{\"text\":");
    adapter_put_quoted(text);
    puts("}");
    return status;
}

#endif
