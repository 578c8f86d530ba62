#include "harness/report/report.h"

#include "fakeserver/transcript.h"

bool report_sentence(struct buf *to, const struct finding *finding)
{
    bool ok = true;
    if (finding->expected.size > 0)
        ok = buf_append_string(to, "expected ") && buf_append(to, finding->expected);
    if (finding->line > 0)
        ok = ok && buf_printf(to, " (line %u)", finding->line);
    if (finding->got.size > 0)
        ok = ok && buf_append_string(to, to->size > 0 ? "; got " : "got ") &&
             buf_append(to, finding->got);
    return ok;
}

bool report_over(struct buf *to, const struct results *results, const struct known_failure *known)
{
    return buf_printf(to, "known until %.*s, which is over (%s:%u): ", BYTES_FORMAT(known->until),
                      results->known->path, known->line) &&
           buf_append(to, known->reason);
}

bool report_variations(struct buf *to, uint64_t variations)
{
    for (int i = VARIATION_NONE + 1; i < VARIATION_COUNT; i++) {
        enum variation each = (enum variation)i;
        if ((variations & VARIATION_BIT(each)) == 0)
            continue;
        if (!buf_append_string(to, to->size > 0 ? " " : "") ||
            !buf_append_string(to, variation_word(each)))
            return false;
    }
    return true;
}

const char *report_level(enum finding_level level)
{
    static const char *const words[] = {"MAY", "SHOULD", "MUST"};
    return words[level];
}
