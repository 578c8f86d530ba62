/* process_keeper.c - who waits for all children, and for those that they leave behind. */
#include "harness/process/process_private.h"
#include "harness/process/process_stray.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

enum { SWEEPS_MAX = 50 };

void process_keeper_forget(const struct process *process)
{
    struct process **link = &process->keeper->first;

    while (*link && *link != process)
        link = &(*link)->next;
    if (*link)
        *link = process->next;
}

/* ---- strays ---------------------------------------------------------------------------------- */

static bool is_known(void *owner, int pid)
{
    const struct process_keeper *keeper = owner;
    const struct process *process;

    for (process = keeper->first; process; process = process->next)
        if (process->pid == pid)
            return true;
    return false;
}

size_t process_keeper_kill_strays(struct process_keeper *keeper, const char *mark)
{
    return process_stray_kill(mark, is_known, keeper);
}

/* ---- children that ended --------------------------------------------------------------------- */

static struct process *find(struct process_keeper *keeper, int pid)
{
    struct process *process = keeper->first;

    while (process && process->pid != pid)
        process = process->next;
    return process;
}

/* False: no child has ended that was not reaped. */
static bool reap_one(struct process_keeper *keeper, int flags)
{
    struct process *process;
    siginfo_t info = {0};

    if (waitid(P_ALL, 0, &info, WEXITED | WNOWAIT | flags) < 0 || info.si_pid == 0)
        return false;
    process = find(keeper, info.si_pid);
    if (process)
        process_reap(process);
    else
        waitpid(info.si_pid, NULL, 0); /* an orphan that came to us */
    return true;
}

static void children_ended(void *owner)
{
    while (reap_one(owner, WNOHANG))
        continue;
}

/* ---- the keeper ------------------------------------------------------------------------------ */

struct process_keeper *process_keeper_new(struct loop *loop, struct err *err)
{
    struct process_keeper *keeper = calloc(1, sizeof(*keeper));

    if (!keeper) {
        err_memory(err);
        return NULL;
    }
    keeper->loop = loop;
    keeper->children = signal_watch_new(loop, SIGCHLD, children_ended, keeper, err);
    if (!keeper->children) {
        free(keeper);
        return NULL;
    }
    process_stray_adopt();
    return keeper;
}

void process_keeper_free(struct process_keeper *keeper)
{
    struct process *process;
    struct process *next;
    unsigned sweeps = 0;

    if (!keeper)
        return;
    for (process = keeper->first; process; process = next) {
        next = process->next;
        process_free(process);
    }
    /* Killed processes end at once; those that they leave behind come to us and are next. */
    do {
        process_keeper_kill_strays(keeper, NULL);
    } while (reap_one(keeper, 0) && ++sweeps < SWEEPS_MAX * (keeper->made + 1));
    signal_watch_free(keeper->children);
    /* Let the handles of the processes close; they point to the keeper. */
    while (keeper->first && uv_run(loop_uv(keeper->loop), UV_RUN_NOWAIT) != 0)
        continue;
    free(keeper);
}
