#include "harness/run/progress.h"

#include <inttypes.h>

void progress_clear(struct progress *progress)
{
    if (progress->to == NULL || !progress->drawn)
        return;
    (void)fputs("\r\033[K", progress->to);
    (void)fflush(progress->to);
    progress->drawn = false;
}

void progress_draw(struct progress *progress, const struct results *results, uint64_t now_ms)
{
    if (progress->to == NULL ||
        (progress->drawn && now_ms < progress->drawn_at_ms + PROGRESS_EVERY_MS))
        return;
    (void)fprintf(progress->to,
                  "\r%zu/%zu  %zu passed, %zu failed, %zu rules broken  %" PRIu64 " s\033[K",
                  results->done, results->count, results->verdicts[VERDICT_PASS],
                  results->verdicts[VERDICT_FAIL], results->rule_count, now_ms / 1000);
    (void)fflush(progress->to);
    progress->drawn = true;
    progress->drawn_at_ms = now_ms;
}
