#include "harness/cut/cut_shrink.h"

void cut_shrink_begin(struct cut_shrink *shrink, const struct cut *failing,
                      const struct cut_survey *survey)
{
    *shrink = (struct cut_shrink){.survey = survey, .best = *failing};
}

static const struct cut_connection *connection_of(const struct cut_shrink *shrink)
{
    return shrink->best.connection <= shrink->survey->connection_count
               ? &shrink->survey->connections[shrink->best.connection - 1]
               : NULL;
}

/* ---- endings: false, this stage has no more -------------------------------------------------- */

static bool simpler_kind(const struct cut_shrink *shrink, struct cut *ret)
{
    if (shrink->next >= shrink->best.kind)
        return false;
    *ret = shrink->best;
    ret->kind = (enum cut_kind)shrink->next;
    return true;
}

static bool earlier_line(const struct cut_shrink *shrink, struct cut *ret)
{
    size_t most = shrink->best.lines + (shrink->best.octets > 0 ? 1 : 0);
    if (shrink->next >= most)
        return false;
    *ret = shrink->best;
    ret->lines = shrink->next;
    ret->octets = 0;
    return true;
}

static bool earlier_octet(const struct cut_shrink *shrink, struct cut *ret)
{
    if (shrink->next + 1 >= shrink->best.octets)
        return false;
    *ret = shrink->best;
    ret->octets = shrink->next + 1;
    return true;
}

/* ---- splits ---------------------------------------------------------------------------------- */

static bool lines_for_octets(const struct cut_shrink *shrink, struct cut *ret)
{
    if (shrink->next > 0 || shrink->best.where != CUT_AT_OCTETS)
        return false;
    *ret = shrink->best;
    ret->where = CUT_AT_LINES;
    return true;
}

static bool border_at_line(const struct cut_shrink *shrink, struct cut *ret)
{
    const struct cut_connection *on = connection_of(shrink);
    if (shrink->best.where == CUT_AT_POINT || on == NULL || shrink->next + 1 > on->line_count)
        return false;
    *ret = shrink->best;
    ret->where = CUT_AT_POINT;
    ret->lines = shrink->next + 1;
    return true;
}

static bool border_at_octet(const struct cut_shrink *shrink, struct cut *ret)
{
    const struct cut_connection *on = connection_of(shrink);
    size_t left = shrink->next + 1;
    if (shrink->best.where != CUT_AT_OCTETS || on == NULL)
        return false;
    *ret = shrink->best;
    ret->where = CUT_AT_POINT;
    for (ret->lines = 0; ret->lines < on->line_count; ret->lines++) {
        size_t inside = on->lines[ret->lines].octets.size;
        inside -= inside > 0 ? 1 : 0;
        if (left <= inside) {
            ret->octets = left;
            return true;
        }
        left -= inside;
    }
    return false;
}

/* ---- all ------------------------------------------------------------------------------------- */

static bool propose(const struct cut_shrink *shrink, struct cut *ret)
{
    static bool (*const endings[])(const struct cut_shrink *,
                                   struct cut *) = {simpler_kind, earlier_line, earlier_octet};
    static bool (*const splits[])(const struct cut_shrink *, struct cut *) = {
        lines_for_octets, border_at_line, border_at_octet};
    if (shrink->best.kind == CUT_JOIN)
        return false;
    return cut_is_ending(&shrink->best) ? endings[shrink->stage](shrink, ret)
                                        : splits[shrink->stage](shrink, ret);
}

bool cut_shrink_next(struct cut_shrink *shrink, struct cut *ret)
{
    for (; shrink->stage < CUT_SHRINK_DONE && shrink->runs < CUT_SHRINK_RUNS_MAX; shrink->stage++) {
        if (propose(shrink, &shrink->tried)) {
            shrink->runs++;
            *ret = shrink->tried;
            return true;
        }
        shrink->next = 0;
    }
    return false;
}

void cut_shrink_told(struct cut_shrink *shrink, bool fails_so)
{
    if (!fails_so) {
        shrink->next++;
        return;
    }
    shrink->best = shrink->tried;
    shrink->next = 0;
    shrink->stage++;
}
