#include "harness/command/again.h"

static bool append_word(struct buf *to, const char *word)
{
    bool quote = word[0] == '\0' || strpbrk(word, " \t\n*?[]{}'\"$\\&|;<>()#~`!") != NULL;
    bool ok = buf_append_string(to, quote ? " '" : " ");
    for (; ok && *word != '\0'; word++)
        ok = *word == '\'' ? buf_append_string(to, "'\\''") : buf_append_octet(to, *word);
    return ok && buf_append_string(to, quote ? "'" : "");
}

/* With %s where the scenario goes, since a COMMAND stands behind it. */
bool again_make(const struct options *options, struct results *results, struct err *err)
{
    const char *client = options_value(options, "client");
    const char *scenarios = options_value(options, "scenarios");
    struct buf head;
    struct buf tail;
    buf_init(&head, 64 * 1024);
    buf_init(&tail, 64 * 1024);
    bool ok = buf_append_string(&head, "smtpdrill run");
    if (client != NULL)
        ok = ok && buf_append_string(&head, " --client") && append_word(&head, client);
    if (options_value(options, "no-probe") != NULL)
        ok = ok && buf_append_string(&head, " --no-probe");
    if (results->warp)
        ok = ok && buf_append_string(&head, " --warp");
    if (scenarios != NULL)
        ok = ok && buf_append_string(&head, " --scenarios") && append_word(&head, scenarios);
    if (options->has_command)
        ok = ok && buf_append_string(&tail, " --");
    for (size_t i = 0; ok && i < options->command_count; i++)
        ok = append_word(&tail, options->command[i]);
    results->again = ok ? arena_string(results->arena, buf_bytes(&head)) : NULL;
    results->again_tail = ok ? arena_string(results->arena, buf_bytes(&tail)) : NULL;
    buf_release(&head);
    buf_release(&tail);
    return (results->again != NULL && results->again_tail != NULL) || err_memory(err);
}
