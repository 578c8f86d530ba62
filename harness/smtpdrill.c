/* smtpdrill.c - the command smtpdrill(1): its commands and nothing else. */
#include "base/text.h"
#include "harness/command/program.h"

#ifndef SMTPDRILL_VERSION
#define SMTPDRILL_VERSION "unknown"
#endif

static const struct command {
    const char *word;
    enum program_status (*run)(int argc, const char **argv);
    const char *says;
} commands[] = {
    {"run",     command_run,     "run a client through scenarios"                       },
    {"check",   command_check,   "say what is wrong, or odd, in scenarios and recipes"  },
    {"fmt",     command_fmt,     "print scenarios in their canonical layout"            },
    {"list",    command_list,    "list scenarios, clients, tags or requirements"        },
    {"explain", command_explain, "say what a requirement, a rule or a scenario is about"},
    {"judge",   command_judge,   "judge a stored transcript again"                      },
    {"import",  command_import,  "make a scenario of a pasted debug log"                },
    {"record",  command_record,  "relay sessions with a real server into scenarios"     },
    {"probe",   command_probe,   "say whether a client can do what its recipe claims"   },
    {"profile", command_profile, "say how a client behaves where it may choose"         },
    {"report",  command_report,  "make one page of many clients' results"               },
};
#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

static void usage(FILE *to)
{
    (void)fputs("usage: smtpdrill COMMAND [OPTION...] [WORD...]\n"
                "smtpdrill tests SMTP clients with scripted dialogues.\n\n",
                to);
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        (void)fprintf(to, "  %-9s %s\n", commands[i].word, commands[i].says);
    (void)fputs("\n`smtpdrill COMMAND --help` tells its options; smtpdrill(1) tells all.\n", to);
}

static int unknown_command(const char *word)
{
    const char *known[COMMAND_COUNT];
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        known[i] = commands[i].word;
    const char *near = text_nearest(bytes_of(word), known, COMMAND_COUNT);
    (void)fprintf(stderr, "smtpdrill: no command is called %s%s%s%s\n",
                  text_show(bytes_of(word)).text, near != NULL ? "; did you mean " : "",
                  near != NULL ? near : "", near != NULL ? "?" : "");
    return PROGRAM_TROUBLE;
}

int main(int argc, char **argv)
{
    const char **words = (const char **)(void *)argv;
    if (argc < 2) {
        usage(stderr);
        return PROGRAM_TROUBLE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0) {
        usage(stdout);
        return PROGRAM_OK;
    }
    if (strcmp(argv[1], "--version") == 0) {
        (void)puts("smtpdrill " SMTPDRILL_VERSION);
        return PROGRAM_OK;
    }
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (strcmp(argv[1], commands[i].word) == 0)
            return (int)commands[i].run(argc - 2, words + 2);
    return unknown_command(argv[1]);
}
