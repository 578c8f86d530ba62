#define _GNU_SOURCE /* NOLINT(bugprone-reserved-identifier): syscall numbers, as the libc has them \
                     */

#include "harness/warp/warp_look.h"

#include "base/bytes.h"
#include "harness/warp/warp_place.h"
#include "harness/warp/warp_proc.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/syscall.h>
#endif

enum { FIRES_WITHIN_NS = 3000000 };

struct looking {
    const struct warp_page *page;
    uint64_t now_ns;
    struct warp_view *view;
    int processes[WARP_LOOK_PROCESSES_MAX];
    size_t process_count;
    size_t thread_count;
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
    {SYS_epoll_pwait2,    BOUND_NULL, 3},
    {SYS_nanosleep,       BOUND_NULL, 0}, /* which is never so */
    {SYS_clock_nanosleep, BOUND_NULL, 2},
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

static bool is_wait_of_tracer(long number)
{
    return number == SYS_rt_sigtimedwait;
}
#else
static bool is_of_shim(long number)
{
    (void)number;
    return false;
}

static bool is_wait_of_tracer(long number)
{
    (void)number;
    return false;
}
#endif

/* ---- judging --------------------------------------------------------------------------------- */

/* FNV-1a. */
static void add_to_print(struct warp_view *view, const void *octets, size_t size)
{
    const unsigned char *at = octets;

    for (size_t i = 0; i < size; i++)
        view->print = (view->print ^ at[i]) * UINT64_C(0x100000001b3);
}

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

/* Is that descriptor a "pipe:" or a "socket:"? */
static bool is_at(int pid, uint64_t fd, const char *kind)
{
    char path[64];
    char what[16] = "";

    snprintf(path, sizeof(path), "/proc/%d/fd/%llu", pid, (unsigned long long)fd);
    return readlink(path, what, sizeof(what) - 1) >= 0 && strncmp(what, kind, strlen(kind)) == 0;
}

/* A file is read as fast as the system can; only at a socket or a pipe somebody else is waited for.
 */
static bool waits_for_peer(const struct warp_page *page, int pid, uint64_t fd)
{
    return is_at(pid, fd, "pipe:") || (is_at(pid, fd, "socket:") && !has_timeouts(page, pid));
}

static bool waits_for_ever(const struct warp_page *page, int pid, const struct warp_proc_call *call)
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

/* What waits for another process, at a pipe, or for another thread, has no time of its own. */
static bool is_suspect(const struct looking *looking, int pid, const struct warp_proc_call *call)
{
#ifdef __linux__
    for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
        if (waits[i].number != call->number)
            continue;
        if (waits[i].bound == BOUND_FD)
            return is_at(pid, call->arguments[0], "socket:");
        return call->number != SYS_wait4 && call->number != SYS_waitid &&
               (call->number != SYS_futex || !waits_for_ever(looking->page, pid, call));
    }
#else
    (void)looking, (void)pid, (void)call;
#endif
    return false;
}

static void note_suspect(struct looking *looking, int pid)
{
    struct warp_view *view = looking->view;

    if (view->suspect_count == 0 || view->suspects[view->suspect_count - 1] != pid)
        view->suspects[view->suspect_count++] = pid;
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

/* It goes on when its tracer has looked at it. */
static bool is_held(struct warp_thread thread)
{
    return warp_proc_state(thread.pid, thread.tid) == 't';
}

static void look_at_thread(struct looking *looking, struct warp_thread thread)
{
    const struct warp_wait *wait = wait_of(looking->page, thread.tid);
    bool is_traced = warp_place_tracer(looking->page, (uint32_t)thread.pid) != 0;
    char text[WARP_PROC_OCTETS_MAX];
    struct bytes octets;
    struct warp_proc_call call;

    octets = warp_proc_read(thread.pid, thread.tid, "syscall", text);
    if (octets.size == 0 && warp_proc_state(thread.pid, thread.tid) == '\0')
        return; /* it has ended meanwhile */
    add_to_print(looking->view, &thread, sizeof(thread));
    if (octets.size > 0)
        add_to_print(looking->view, octets.data, octets.size);
    if (octets.size == 0 || !warp_proc_call(text, &call) || (is_traced && is_held(thread))) {
        looking->view->busy = true;
        return;
    }
    if (!is_traced && is_suspect(looking, thread.pid, &call))
        note_suspect(looking, thread.pid);
    if (wait && (is_traced || is_of_shim(call.number)))
        take_wait(looking, thread, wait);
    else if (!waits_for_ever(looking->page, thread.pid, &call))
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
    char text[WARP_PROC_OCTETS_MAX];
    struct bytes rest;
    struct bytes word;

    rest = warp_proc_read(thread.pid, thread.tid, "children", text);
    while (bytes_next_word(&rest, &word)) {
        unsigned long long pid;

        if (bytes_to_number(word, INT32_MAX, &pid))
            add_process(looking, (int)pid);
    }
}

static bool is_dead(int pid)
{
    char state = warp_proc_state(pid, pid);

    return state == '\0' || state == 'Z' || state == 'X';
}

/* It is at rest when it waits for what it traces, or for its next timer, which is written down. */
static void look_at_tracer(struct looking *looking, int pid)
{
    char text[WARP_PROC_OCTETS_MAX];
    struct warp_proc_call call;

    if (warp_proc_read(pid, pid, "syscall", text).size == 0 || !warp_proc_call(text, &call) ||
        !is_wait_of_tracer(call.number))
        looking->view->busy = true;
    add_children(looking, (struct warp_thread){pid, pid});
}

static void look_at_process(struct looking *looking, int pid)
{
    char path[64];
    struct dirent *entry;
    DIR *folder;

    if (warp_place_tracer(looking->page, (uint32_t)pid) == (uint32_t)pid) {
        look_at_tracer(looking, pid);
        return;
    }
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
        uint64_t at_ns = warp_place_next_ns(timer, looking->now_ns);

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
    ret->due_count = ret->timed_count = ret->suspect_count = 0;
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

int warp_look_stranger(const struct warp_view *view, const char *path)
{
    for (size_t i = 0; i < view->suspect_count; i++)
        if (!warp_proc_maps(view->suspects[i], path) && !is_dead(view->suspects[i]))
            return view->suspects[i];
    return 0;
}
