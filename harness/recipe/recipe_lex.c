#include "harness/recipe/recipe_lex.h"

#include "base/buf.h"
#include "base/text.h"

static bool is_blank(char octet)
{
    return octet == ' ' || octet == '\t';
}

static unsigned column_of(size_t at)
{
    return (unsigned)at + 1;
}

static bool fail(const struct recipe_line *line, size_t at, const char *what)
{
    return err_set_at(line->err, ERR_SYNTAX, line->number, column_of(at), "%s", what);
}

/* `#` begins a comment at the start of a line or after two blanks, as in a scenario. */
static bool is_comment(const struct recipe_line *line, size_t at)
{
    if (line->lenient || line->text.data[at] != '#')
        return false;
    return at == 0 ||
           (at >= 2 && is_blank(line->text.data[at - 1]) && is_blank(line->text.data[at - 2]));
}

/* ---- pieces ---------------------------------------------------------------------------------- */

struct building {
    struct recipe_piece *pieces;
    size_t count;
    struct buf literal; /* text since the last placeholder */
};

static bool add_piece(struct building *to, const struct recipe_line *line,
                      struct recipe_piece piece)
{
    void *items = to->pieces;
    if (!arena_grow(line->arena, &items, to->count, sizeof(piece)))
        return err_memory(line->err);
    to->pieces = items;
    to->pieces[to->count++] = piece;
    return true;
}

static bool end_literal(struct building *to, const struct recipe_line *line)
{
    if (to->literal.size == 0)
        return true;
    struct recipe_piece piece = {.placeholder = RECIPE_PLACEHOLDER_NONE,
                                 .text = arena_copy(line->arena, buf_bytes(&to->literal))};
    if (piece.text.data == NULL)
        return err_memory(line->err);
    buf_clear(&to->literal);
    return add_piece(to, line, piece);
}

static bool placeholder_from_word(struct bytes word, enum recipe_placeholder *ret)
{
    for (int i = 0; i < RECIPE_PLACEHOLDER_COUNT; i++) {
        enum recipe_placeholder each = (enum recipe_placeholder)i;
        if (bytes_equal(word, bytes_of(recipe_placeholder_word(each)))) {
            *ret = each;
            return true;
        }
    }
    return false;
}

static bool unknown_placeholder(const struct recipe_line *line, size_t at, struct bytes word)
{
    const char *known[RECIPE_PLACEHOLDER_COUNT];
    for (int i = 0; i < RECIPE_PLACEHOLDER_COUNT; i++)
        known[i] = recipe_placeholder_word((enum recipe_placeholder)i);
    const char *near = text_nearest(word, known, RECIPE_PLACEHOLDER_COUNT);
    return err_set_at(line->err, ERR_SYNTAX, line->number, column_of(at),
                      "no placeholder is called that%s%s%s", near != NULL ? "; {" : "",
                      near != NULL ? near : "", near != NULL ? "} is near" : "");
}

static bool read_manner(const struct recipe_line *line, size_t at, struct bytes word,
                        enum recipe_manner *ret)
{
    *ret = RECIPE_AS_IS;
    if (word.size == 0)
        return true;
    if (bytes_equal(word, BYTES_LITERAL("quoted")))
        *ret = RECIPE_QUOTED;
    else if (bytes_equal(word, BYTES_LITERAL("url")))
        *ret = RECIPE_URL;
    else if (bytes_equal(word, BYTES_LITERAL("lower")))
        *ret = RECIPE_LOWER;
    else
        return fail(line, at, "a placeholder may be followed by `quoted`, `url` or `lower` only");
    return true;
}

/* At a `{`: reads up to its `}`. *ret_is false: it is text (lenient lines only). */
static bool read_placeholder(struct recipe_line *line, struct recipe_piece *ret, bool *ret_is)
{
    size_t from = line->at + 1;
    size_t length = bytes_find(bytes_after(line->text, from), '}');
    *ret_is = false;
    if (length == BYTES_NOT_FOUND)
        return line->lenient ||
               fail(line, line->at, "a `{` without its `}`; write `{{` for a brace");
    struct bytes inside = bytes_slice(line->text, from, from + length);
    struct bytes word = BYTES_NONE;
    struct bytes manner = BYTES_NONE;
    (void)bytes_next_word(&inside, &word);
    (void)bytes_next_word(&inside, &manner);
    *ret = (struct recipe_piece){.text = BYTES_NONE};
    if (!placeholder_from_word(word, &ret->placeholder))
        return line->lenient || unknown_placeholder(line, from, word);
    if (!read_manner(line, from, manner, &ret->manner))
        return line->lenient;
    *ret_is = true;
    line->at = from + length + 1;
    return true;
}

static bool add_octet(struct building *to, const struct recipe_line *line, char octet)
{
    return buf_append_octet(&to->literal, octet) ||
           err_set_at(line->err, ERR_LIMIT, line->number, column_of(line->at),
                      "a word longer than %d octets", RECIPE_OCTETS_MAX);
}

/* A brace at line->at: a placeholder, or text. */
static bool read_brace(struct building *to, struct recipe_line *line)
{
    char brace = line->text.data[line->at];
    if (!line->lenient && line->at + 1 < line->text.size &&
        line->text.data[line->at + 1] == brace) {
        line->at += 2;
        return add_octet(to, line, brace);
    }
    if (brace == '{') {
        struct recipe_piece piece;
        bool is = false;
        if (!read_placeholder(line, &piece, &is))
            return false;
        if (is)
            return end_literal(to, line) && add_piece(to, line, piece);
    } else if (!line->lenient) {
        return fail(line, line->at, "a `}` without its `{`; write `}}` for a brace");
    }
    line->at++;
    return add_octet(to, line, brace);
}

static bool read_escape(struct building *to, struct recipe_line *line)
{
    static const char names[] = "\"\\nt";
    static const char octets[] = "\"\\\n\t";
    size_t found = line->at + 1 < line->text.size
                       ? bytes_find(bytes_of(names), line->text.data[line->at + 1])
                       : BYTES_NOT_FOUND;
    if (found == BYTES_NOT_FOUND)
        return fail(line, line->at, "in quotes a `\\` stands before `\"`, `\\`, `n` or `t`");
    line->at += 2;
    return add_octet(to, line, octets[found]);
}

/* line->at is behind the opening quote. */
static bool read_quoted(struct building *to, struct recipe_line *line)
{
    size_t from = line->at - 1;
    while (line->at < line->text.size) {
        char octet = line->text.data[line->at];
        bool ok;
        if (octet == '"') {
            line->at++;
            return true;
        }
        if (octet == '\\')
            ok = read_escape(to, line);
        else if (octet == '{' || octet == '}')
            ok = read_brace(to, line);
        else
            ok = (line->at++, add_octet(to, line, octet));
        if (!ok)
            return false;
    }
    return fail(line, from, "a quote that does not end");
}

static bool read_pieces(struct building *to, struct recipe_line *line, bool whole, bool *ret_quoted)
{
    while (line->at < line->text.size) {
        char octet = line->text.data[line->at];
        bool ok;
        if (!whole && !line->lenient && is_blank(octet))
            break;
        if (!whole && !line->lenient && octet == '"') {
            *ret_quoted = true;
            line->at++;
            ok = read_quoted(to, line);
        } else if (octet == '{' || octet == '}') {
            ok = read_brace(to, line);
        } else {
            line->at++;
            ok = add_octet(to, line, octet);
        }
        if (!ok)
            return false;
    }
    return end_literal(to, line);
}

/* ---- words ----------------------------------------------------------------------------------- */

bool recipe_lex_word(struct recipe_line *line, struct recipe_word *ret, bool *ret_end)
{
    *ret = (struct recipe_word){.plain = BYTES_NONE};
    *ret_end = false;
    while (!line->lenient && line->at < line->text.size && is_blank(line->text.data[line->at]))
        line->at++;
    if (line->at == line->text.size || is_comment(line, line->at)) {
        *ret_end = true;
        return false;
    }
    struct building building = {.pieces = NULL};
    buf_init(&building.literal, RECIPE_OCTETS_MAX);
    ret->column = column_of(line->at);
    bool ok = read_pieces(&building, line, false, &ret->quoted);
    buf_release(&building.literal);
    if (!ok)
        return false;
    ret->text = (struct recipe_text){building.pieces, building.count};
    if (building.count == 0)
        ret->plain = bytes_of("");
    else if (building.count == 1 && building.pieces[0].placeholder == RECIPE_PLACEHOLDER_NONE)
        ret->plain = building.pieces[0].text;
    return true;
}

bool recipe_lex_rest(struct recipe_line *line, struct recipe_text *ret)
{
    struct building building = {.pieces = NULL};
    bool quoted = false;
    buf_init(&building.literal, RECIPE_OCTETS_MAX);
    bool ok = read_pieces(&building, line, true, &quoted);
    buf_release(&building.literal);
    if (ok)
        *ret = (struct recipe_text){building.pieces, building.count};
    return ok;
}

struct bytes recipe_lex_plain_rest(struct recipe_line *line)
{
    size_t from = line->at;
    while (line->at < line->text.size && !is_comment(line, line->at))
        line->at++;
    struct bytes rest = bytes_slice(line->text, from, line->at);
    line->at = line->text.size;
    return bytes_trim(rest);
}
