#define _GNU_SOURCE /* NOLINT(bugprone-reserved-identifier): syscall numbers, as the libc has them \
                     */

#include "harness/warp/warp_look.h"

#include "base/bytes.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/syscall.h>
#endif

enum { CALL_ARGUMENTS = 6, TEXT_OCTETS_MAX = 4096, FIRES_WITHIN_NS = 3000000 };

struct looking {
    const struct warp_page *page;
    uint64_t now_ns;
    struct warp_view *view;
    int processes[WARP_LOOK_PROCESSES_MAX];
    size_t process_count;
    size_t thread_count;
};

/* A call in which a thread waits, as /proc shows it. */
struct call {
    long number;
    uint64_t arguments[CALL_ARGUMENTS];
};

#ifdef __linux__
/* The calls that wait for ever, and those that do so when one argument says it. */
enum bound {
    BOUND_NONE, /* waits for another process */
    BOUND_FD,   /* the first argument is a socket or a pipe; of sockets a timeout is not known */
    BOUND_NULL, /* that argument is a pointer to the time; NULL = for ever */
    BOUND_INT   /* that argument is milliseconds; negative = for ever */
};

static const struct {
    long number;
    enum bound bound;
    unsigned argument;
} waits[] = {
    {SYS_read,            BOUND_FD,   0},
    {SYS_readv,           BOUND_FD,   0},
    {SYS_recvfrom,        BOUND_FD,   0},
    {SYS_recvmsg,         BOUND_FD,   0},
    {SYS_write,           BOUND_FD,   0},
    {SYS_writev,          BOUND_FD,   0},
    {SYS_sendto,          BOUND_FD,   0},
    {SYS_sendmsg,         BOUND_FD,   0},
    {SYS_wait4,           BOUND_NONE, 0},
    {SYS_waitid,          BOUND_NONE, 0},
    {SYS_rt_sigsuspend,   BOUND_NONE, 0},
    {SYS_futex,           BOUND_NULL, 3},
    {SYS_ppoll,           BOUND_NULL, 2},
    {SYS_pselect6,        BOUND_NULL, 4},
    {SYS_rt_sigtimedwait, BOUND_NULL, 2},
    {SYS_epoll_pwait,     BOUND_INT,  3},
#ifdef SYS_poll
    {SYS_poll,            BOUND_INT,  2},
#endif
#ifdef SYS_epoll_wait
    {SYS_epoll_wait,      BOUND_INT,  3},
#endif
#ifdef SYS_select
    {SYS_select,          BOUND_NULL, 4},
#endif
#ifdef SYS_pause
    {SYS_pause,           BOUND_NONE, 0},
#endif
};

/* The calls in which the shim waits. */
static bool is_of_shim(long number)
{
    return number == SYS_ppoll || number == SYS_pselect6 || number == SYS_epoll_pwait ||
           number == SYS_futex || number == SYS_rt_sigtimedwait;
}
#endif

/* ---- reading --------------------------------------------------------------------------------- */

static struct bytes read_text(const char *path, char into[TEXT_OCTETS_MAX])
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t octets;

    if (file < 0)
        return BYTES_NONE;
    octets = read(file, into, TEXT_OCTETS_MAX - 1);
    close(file);
    if (octets <= 0)
        return BYTES_NONE;
    into[octets] = '\0';
    return (struct bytes){into, (size_t)octets};
}

/* FNV-1a. */
static void add_to_print(struct warp_view *view, const void *octets, size_t size)
{
    const unsigned char *at = octets;

    for (size_t i = 0; i < size; i++)
        view->print = (view->print ^ at[i]) * UINT64_C(0x100000001b3);
}

/* "61 0xffffffffffffffff 0x… …"; false: it runs. */
static bool parse_call(char *text, struct call *ret)
{
    char *end = NULL;

    ret->number = strtol(text, &end, 10);
    if (end == text || ret->number < 0)
        return false;
    for (int i = 0; i < CALL_ARGUMENTS; i++) {
        char *from = end;

        ret->arguments[i] = strtoull(from, &end, 16);
        if (end == from)
            return false;
    }
    return true;
}

/* ---- judging --------------------------------------------------------------------------------- */

static const struct warp_wait *wait_of(const struct warp_page *page, int tid)
{
    for (unsigned i = 0; i < WARP_WAITS_MAX; i++)
        if (atomic_load(&page->waits[i].tid) == (uint32_t)tid)
            return &page->waits[i];
    return NULL;
}

static bool has_timeouts(const struct warp_page *page, int pid)
{
    for (unsigned i = 0; i < WARP_PROCESSES_MAX; i++)
        if (atomic_load(&page->processes[i].pid) == (uint32_t)pid)
            return atomic_load(&page->processes[i].has_timeouts) != 0;
    return false;
}

/* A file is read as fast as the system can; only at a socket or a pipe somebody else is waited for.
 */
static bool waits_for_peer(const struct warp_page *page, int pid, uint64_t fd)
{
    char path[64];
    char what[16] = "";

    snprintf(path, sizeof(path), "/proc/%d/fd/%llu", pid, (unsigned long long)fd);
    if (readlink(path, what, sizeof(what) - 1) < 0)
        return false;
    return strncmp(what, "pipe:", 5) == 0 ||
           (strncmp(what, "socket:", 7) == 0 && !has_timeouts(page, pid));
}

static bool waits_for_ever(const struct warp_page *page, int pid, const struct call *call)
{
#ifdef __linux__
    for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
        uint64_t argument = call->arguments[waits[i].argument];

        if (waits[i].number != call->number)
            continue;
        switch (waits[i].bound) {
        case BOUND_NONE:
            return true;
        case BOUND_FD:
            return waits_for_peer(page, pid, call->arguments[0]);
        case BOUND_NULL:
            return argument == 0;
        case BOUND_INT:
            return (int32_t)(uint32_t)argument < 0;
        }
    }
#else
    (void)page, (void)pid, (void)call;
#endif
    return false;
}

static void take_wait(struct looking *looking, struct warp_thread thread,
                      const struct warp_wait *wait)
{
    struct warp_view *view = looking->view;
    uint64_t deadline_ns = atomic_load(&wait->deadline_ns);
    uint32_t turn = atomic_load(&wait->turn);

    add_to_print(view, &deadline_ns, sizeof(deadline_ns));
    add_to_print(view, &turn, sizeof(turn));
    if (deadline_ns <= looking->now_ns) {
        view->due[view->due_count++] = thread;
        view->busy = true;
    } else if (atomic_load(&wait->foreign) != 0) {
        view->busy = true;
    } else if (deadline_ns < view->deadline_ns) {
        view->deadline_ns = deadline_ns;
    }
}

static void look_at_thread(struct looking *looking, struct warp_thread thread)
{
    const struct warp_wait *wait = wait_of(looking->page, thread.tid);
    char path[64];
    char text[TEXT_OCTETS_MAX];
    struct bytes octets;
    struct call call;

    snprintf(path, sizeof(path), "/proc/%d/task/%d/syscall", thread.pid, thread.tid);
    octets = read_text(path, text);
    if (octets.size == 0 && access(path, F_OK) != 0)
        return; /* it has ended meanwhile */
    add_to_print(looking->view, &thread, sizeof(thread));
    if (octets.size > 0)
        add_to_print(looking->view, octets.data, octets.size);
    if (octets.size > 0 && parse_call(text, &call)) {
#ifdef __linux__
        if (wait && is_of_shim(call.number)) {
            take_wait(looking, thread, wait);
            return;
        }
#else
        (void)wait;
#endif
        if (waits_for_ever(looking->page, thread.pid, &call))
            return;
    }
    looking->view->busy = true;
}

/* ---- who there is ---------------------------------------------------------------------------- */

static void add_process(struct looking *looking, int pid)
{
    for (size_t i = 0; i < looking->process_count; i++)
        if (looking->processes[i] == pid)
            return;
    if (looking->process_count == WARP_LOOK_PROCESSES_MAX)
        looking->view->busy = true;
    else
        looking->processes[looking->process_count++] = pid;
}

static void add_children(struct looking *looking, struct warp_thread thread)
{
    char path[64];
    char text[TEXT_OCTETS_MAX];
    struct bytes rest;
    struct bytes word;

    snprintf(path, sizeof(path), "/proc/%d/task/%d/children", thread.pid, thread.tid);
    rest = read_text(path, text);
    while (bytes_next_word(&rest, &word)) {
        unsigned long long pid;

        if (bytes_to_number(word, INT32_MAX, &pid))
            add_process(looking, (int)pid);
    }
}

static bool is_dead(int pid)
{
    char path[64];
    char text[TEXT_OCTETS_MAX];
    struct bytes octets;
    const char *name_end;

    snprintf(path, sizeof(path), "/proc/%d/stat", pid);
    octets = read_text(path, text);
    name_end = octets.size > 0 ? strrchr(text, ')') : NULL;
    return !name_end || name_end[1] == '\0' || name_end[2] == 'Z' || name_end[2] == 'X';
}

static void look_at_process(struct looking *looking, int pid)
{
    char path[64];
    struct dirent *entry;
    DIR *folder;

    snprintf(path, sizeof(path), "/proc/%d/task", pid);
    folder = is_dead(pid) ? NULL : opendir(path);
    if (!folder)
        return;
    while ((entry = readdir(folder))) {
        unsigned long long tid;
        struct warp_thread thread = {.pid = pid};

        if (!bytes_to_number(bytes_of(entry->d_name), INT32_MAX, &tid))
            continue;
        thread.tid = (int)tid;
        if (looking->thread_count++ >= WARP_LOOK_THREADS_MAX) {
            looking->view->busy = true;
            break;
        }
        look_at_thread(looking, thread);
        add_children(looking, thread);
    }
    closedir(folder);
}

/* When it is due for the first time after now. */
static uint64_t next_ns(const struct warp_timer *timer, uint64_t now_ns)
{
    uint64_t deadline_ns = atomic_load(&timer->deadline_ns);
    uint64_t interval_ns = atomic_load(&timer->interval_ns);

    if (deadline_ns > now_ns)
        return deadline_ns;
    if (interval_ns == 0)
        return WARP_NEVER;
    return deadline_ns + ((now_ns - deadline_ns) / interval_ns + 1) * interval_ns;
}

/* Its process has not set it anew yet, or the kernel is about to fire it. */
static bool is_moving(const struct looking *looking, const struct warp_timer *timer)
{
    const struct warp_page *page = looking->page;
    uint64_t real_ns = looking->now_ns - atomic_load(&page->ahead_ns);

    if (atomic_load(&timer->jumps) != atomic_load(&page->jumps))
        return true;
    return atomic_load(&timer->deadline_ns) <= looking->now_ns &&
           atomic_load(&timer->fires_ns) + FIRES_WITHIN_NS > real_ns;
}

static void look_at_timers(struct looking *looking, int pid)
{
    struct warp_view *view = looking->view;
    bool any = false;

    for (unsigned i = 0; i < WARP_TIMERS_MAX; i++) {
        const struct warp_timer *timer = &looking->page->timers[i];
        uint64_t at_ns = next_ns(timer, looking->now_ns);

        if (atomic_load(&timer->pid) != (uint32_t)pid ||
            atomic_load(&timer->deadline_ns) == WARP_NEVER)
            continue;
        any = true;
        view->busy = view->busy || is_moving(looking, timer);
        if (at_ns < view->deadline_ns)
            view->deadline_ns = at_ns;
    }
    if (any)
        view->timed[view->timed_count++] = pid;
}

void warp_look(const struct warp_page *page, int pid, uint64_t now_ns, struct warp_view *ret)
{
    struct looking looking = {.page = page, .now_ns = now_ns, .view = ret};

    ret->busy = false;
    ret->deadline_ns = WARP_NEVER;
    ret->print = UINT64_C(0xcbf29ce484222325);
    ret->due_count = ret->timed_count = 0;
    add_process(&looking, pid);
    for (unsigned i = 0; i < WARP_PROCESSES_MAX; i++)
        if (atomic_load(&page->processes[i].pid) != 0)
            add_process(&looking, (int)atomic_load(&page->processes[i].pid));
    for (size_t i = 0; i < looking.process_count; i++) {
        look_at_process(&looking, looking.processes[i]);
        look_at_timers(&looking, looking.processes[i]);
    }
    ret->busy = ret->busy || looking.thread_count == 0; /* it has ended, which is told elsewhere */
}
