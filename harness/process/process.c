#include "harness/process/process_private.h"

#include "harness/process/process_spawn.h"
#include "harness/process/process_stray.h"
#include "transport/clock.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ENVIRONMENT_MAX = 4096 };

static void drain(struct process *process);

/* ---- freeing --------------------------------------------------------------------------------- */

static void free_when_done(struct process *process)
{
    if (process->open_handles > 0 || !process->freed || process->pid != 0)
        return;
    process_keeper_forget(process);
    process_capture_release(&process->output.capture);
    process_capture_release(&process->errors.capture);
    free(process);
}

static void handle_closed(uv_handle_t *handle)
{
    struct process *process = handle->data;

    process->open_handles--;
    free_when_done(process);
}

static void close_handle(uv_handle_t *handle)
{
    if (!uv_is_closing(handle))
        uv_close(handle, handle_closed);
}

static void close_outlet(struct process_outlet *outlet)
{
    outlet->open = false;
    close_handle((uv_handle_t *)&outlet->pipe);
}

/* ---- the end --------------------------------------------------------------------------------- */

static void kill_strays(struct process *process)
{
    process->end.strays += process_keeper_kill_strays(process->keeper, process->mark);
}

static void finish(struct process *process)
{
    struct process_end *end = &process->end;

    process->stage = STAGE_OVER;
    close_outlet(&process->output);
    close_outlet(&process->errors);
    close_handle((uv_handle_t *)&process->timer);
    end->output_octets = process->output.capture.octets;
    end->error_octets = process->errors.capture.octets;
    end->output = process_capture_text(&process->output.capture);
    end->errors = process_capture_text(&process->errors.capture);
    if (!process->freed)
        process->over(process->owner, end);
}

static void finish_when_drained(struct process *process)
{
    bool is_draining = process->stage == STAGE_DRAINING || process->stage == STAGE_DRAINED;
    if (!is_draining || process->output.open || process->errors.open)
        return;
    kill_strays(process); /* those that became orphans by the group's end */
    finish(process);
}

static void signal_group(const struct process *process, int number)
{
    if (process->pid > 0)
        kill(-process->pid, number);
}

/* The group goes before its leader is reaped: until then its number cannot be given away. */
void process_reap(struct process *process)
{
    int status = 0;

    signal_group(process, SIGKILL);
    while (waitpid(process->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    process->pid = 0;
    if (process->stage == STAGE_OVER) { /* it was given up */
        free_when_done(process);
        return;
    }
    process->end.took_ms = (clock_monotonic_ns() - process->began_ns) / 1000000;
    process->end.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    process->end.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    kill_strays(process);
    drain(process);
}

/* ---- while it runs --------------------------------------------------------------------------- */

static void lend_octets(uv_handle_t *handle, size_t suggested, uv_buf_t *ret)
{
    struct process *process = handle->data;

    (void)suggested;
    *ret = uv_buf_init(loop_read_octets(process->keeper->loop), LOOP_READ_OCTETS);
}

static void read_done(uv_stream_t *stream, ssize_t octets, const uv_buf_t *from)
{
    struct process *process = stream->data;
    struct process_outlet *outlet =
        stream == (uv_stream_t *)&process->output.pipe ? &process->output : &process->errors;

    if (octets == 0)
        return;
    if (octets > 0 &&
        process_capture_add(&outlet->capture, (struct bytes){from->base, (size_t)octets}))
        return;
    close_outlet(outlet);
    finish_when_drained(process);
}

static void set_timer(struct process *process, uint64_t in_ms);

static void timer_due(uv_timer_t *timer)
{
    struct process *process = timer->data;

    switch (process->stage) {
    case STAGE_RUNNING:
        process->end.hung = true;
        process->stage = STAGE_TERMINATED;
        signal_group(process, SIGTERM);
        signal_group(process, SIGCONT); /* a stopped process hears nothing else */
        set_timer(process, process->grace_ms);
        break;
    case STAGE_TERMINATED:
        process->end.ignored_terminate = true;
        process->stage = STAGE_KILLED;
        signal_group(process, SIGKILL);
        set_timer(process, PROCESS_KILL_MS);
        break;
    case STAGE_KILLED: /* the system does not let go of it */
        process->end.status = -1;
        process->end.signal = SIGKILL;
        finish(process);
        break;
    case STAGE_DRAINING: /* on a busy machine the loop has not read yet: once more */
        process->stage = STAGE_DRAINED;
        set_timer(process, 1);
        break;
    case STAGE_DRAINED: /* somebody who is not of the group holds the pipe */
        kill_strays(process);
        finish(process);
        break;
    case STAGE_OVER:
        break;
    }
}

static void set_timer(struct process *process, uint64_t in_ms)
{
    uv_update_time(process->timer.loop);
    uv_timer_start(&process->timer, timer_due, in_ms, 0);
}

void process_expire(struct process *process)
{
    if (process->stage == STAGE_RUNNING && !process->freed)
        timer_due(&process->timer);
}

static void drain(struct process *process)
{
    process->stage = STAGE_DRAINING;
    if (process->freed) {
        finish(process);
        free_when_done(process);
        return;
    }
    set_timer(process, PROCESS_DRAIN_MS);
    finish_when_drained(process);
}

/* ---- starting -------------------------------------------------------------------------------- */

static bool open_outlet(struct process_outlet *outlet, struct process *process, int *ret_theirs)
{
    uv_loop_t *loop = loop_uv(process->keeper->loop);
    uv_file ends[2];

    outlet->process = process;
    process_capture_init(&outlet->capture);
    uv_pipe_init(loop, &outlet->pipe, 0);
    outlet->pipe.data = process;
    process->open_handles++;
    outlet->open = true;
    if (uv_pipe(ends, UV_NONBLOCK_PIPE, 0) < 0)
        return false;
    *ret_theirs = ends[1];
    return uv_pipe_open(&outlet->pipe, ends[0]) == 0 &&
           uv_read_start((uv_stream_t *)&outlet->pipe, lend_octets, read_done) == 0;
}

static bool spawn(struct process *process, const struct process_options *options, int output,
                  int errors, struct err *err)
{
    const char *environment[ENVIRONMENT_MAX + 2];
    struct process_spawn how = {options->argv,  environment, options->folder,
                                options->input, output,      errors};
    size_t count = 0;

    for (; options->environment && options->environment[count]; count++) {
        if (count == ENVIRONMENT_MAX)
            return err_set(err, ERR_LIMIT, "cannot run %.100s: more than %d variables",
                           options->argv[0], ENVIRONMENT_MAX);
        environment[count] = options->environment[count];
    }
    environment[count] = process->mark;
    environment[count + 1] = NULL;
    process->began_ns = clock_monotonic_ns();
    return process_spawn(&how, &process->pid, err);
}

static bool start(struct process *process, const struct process_options *options, struct err *err)
{
    uint64_t limit_ms =
        options->limit_ms < PROCESS_LIMIT_MS_MAX ? options->limit_ms : PROCESS_LIMIT_MS_MAX;
    int output = -1;
    int errors = -1;
    bool opened = open_outlet(&process->output, process, &output);
    bool started;

    opened = open_outlet(&process->errors, process, &errors) && opened;
    started = opened ? spawn(process, options, output, errors, err)
                     : err_set(err, ERR_IO, "cannot run %.150s: no more pipes", options->argv[0]);
    if (output >= 0)
        close(output);
    if (errors >= 0)
        close(errors);
    process->id = process->pid;
    if (started)
        set_timer(process, limit_ms);
    return started;
}

struct process *process_new(struct process_keeper *keeper, const struct process_options *options,
                            void (*over)(void *owner, const struct process_end *end), void *owner,
                            struct err *err)
{
    struct process *process = calloc(1, sizeof(*process));

    if (!process) {
        err_memory(err);
        return NULL;
    }
    process->keeper = keeper;
    process->over = over;
    process->owner = owner;
    process->grace_ms = options->grace_ms;
    process->next = keeper->first;
    keeper->first = process;
    snprintf(process->mark, sizeof(process->mark), "%s=%d-%llu", PROCESS_STRAY_VARIABLE,
             (int)getpid(), ++keeper->made);
    uv_timer_init(loop_uv(keeper->loop), &process->timer);
    process->timer.data = process;
    process->open_handles++;
    if (start(process, options, err))
        return process;
    process_free(process);
    return NULL;
}

int process_id(const struct process *process)
{
    return process->id;
}

void process_free(struct process *process)
{
    if (!process || process->freed)
        return;
    process->freed = true;
    signal_group(process, SIGKILL);
    close_outlet(&process->output);
    close_outlet(&process->errors);
    close_handle((uv_handle_t *)&process->timer);
    free_when_done(process);
}
