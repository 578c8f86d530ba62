#include "harness/cut/cut_shrink.h"

void cut_shrink_begin(struct cut_shrink *shrink, const struct cut *failing,
                      const struct cut_survey *survey)
{
    *shrink = (struct cut_shrink){.survey = survey, .best = *failing};
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

/* So many borders may lie inside a line. */
static size_t borders_inside(const struct cut_line *line)
{
    return line->octets.size > 0 ? line->octets.size - 1 : 0;
}

/* Behind each line, connection after connection. */
static bool border_at_line(const struct cut_shrink *shrink, struct cut *ret)
{
    size_t before = shrink->next;
    if (shrink->best.where == CUT_AT_POINT)
        return false;
    *ret = (struct cut){.kind = CUT_SPLIT, .where = CUT_AT_POINT};
    for (size_t i = 0; i < shrink->survey->connection_count; i++) {
        size_t lines = shrink->survey->connections[i].line_count;
        if (before < lines) {
            ret->connection = (unsigned)i + 1;
            ret->lines = before + 1;
            return true;
        }
        before -= lines;
    }
    return false;
}

static bool border_in(const struct cut_connection *on, size_t *before, struct cut *ret)
{
    for (ret->lines = 0; ret->lines < on->line_count; ret->lines++) {
        size_t inside = borders_inside(&on->lines[ret->lines]);
        if (*before < inside) {
            ret->octets = *before + 1;
            return true;
        }
        *before -= inside;
    }
    return false;
}

static bool border_at_octet(const struct cut_shrink *shrink, struct cut *ret)
{
    size_t before = shrink->next;
    if (shrink->best.where != CUT_AT_OCTETS)
        return false;
    *ret = (struct cut){.kind = CUT_SPLIT, .where = CUT_AT_POINT};
    for (size_t i = 0; i < shrink->survey->connection_count; i++) {
        ret->connection = (unsigned)i + 1;
        if (border_in(&shrink->survey->connections[i], &before, ret))
            return true;
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
