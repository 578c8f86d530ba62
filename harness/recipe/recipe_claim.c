#define PCRE2_CODE_UNIT_WIDTH 8
#include "harness/recipe/recipe_claim.h"

#include <jansson.h>
#include <pcre2.h>
#include <stdlib.h>

#define RECIPE_RECIPIENTS_MAX 1000

struct recipe_reader {
    const struct recipe *recipe;
    pcre2_code *pattern; /* NULL = none */
    pcre2_match_data *match;
};

struct recipe_reader *recipe_reader_new(const struct recipe *recipe, struct err *err)
{
    struct recipe_reader *reader = calloc(1, sizeof(*reader));
    int number = 0;
    PCRE2_SIZE offset = 0;
    if (reader == NULL) {
        err_memory(err);
        return NULL;
    }
    reader->recipe = recipe;
    if (recipe->report != RECIPE_REPORT_CODE)
        return reader;
    reader->pattern =
        pcre2_compile((PCRE2_SPTR)recipe->report_pattern.data, recipe->report_pattern.size,
                      PCRE2_MULTILINE, &number, &offset, NULL);
    if (reader->pattern == NULL) {
        PCRE2_UCHAR why[120] = "";
        (void)pcre2_get_error_message(number, why, sizeof(why));
        err_set(err, ERR_SYNTAX, "the regular expression of `report code`: %s, at its octet %zu",
                (const char *)why, (size_t)offset + 1);
        recipe_reader_free(reader);
        return NULL;
    }
    reader->match = pcre2_match_data_create_from_pattern(reader->pattern, NULL);
    if (reader->match == NULL) {
        err_memory(err);
        recipe_reader_free(reader);
        return NULL;
    }
    return reader;
}

void recipe_reader_free(struct recipe_reader *reader)
{
    if (reader == NULL)
        return;
    pcre2_match_data_free(reader->match);
    pcre2_code_free(reader->pattern);
    free(reader);
}

/* ---- report code ----------------------------------------------------------------------------- */

static unsigned code_in(const struct recipe_reader *reader, struct bytes report)
{
    unsigned long long code = 0;
    int count = pcre2_match(reader->pattern, (PCRE2_SPTR)report.data, report.size, 0, 0,
                            reader->match, NULL);
    if (count < 2)
        return 0;
    const PCRE2_SIZE *at = pcre2_get_ovector_pointer(reader->match);
    if (at[2] == PCRE2_UNSET || !bytes_to_number(bytes_slice(report, at[2], at[3]), 999, &code))
        return 0;
    return (unsigned)code;
}

/* ---- report json ----------------------------------------------------------------------------- */

static bool json_bytes(json_t *object, const char *key, struct arena *arena, struct bytes *ret)
{
    json_t *value = json_object_get(object, key);
    *ret = BYTES_NONE;
    if (!json_is_string(value))
        return false;
    *ret = arena_copy(arena, (struct bytes){json_string_value(value), json_string_length(value)});
    return ret->data != NULL;
}

static unsigned json_code(json_t *object)
{
    json_int_t code = json_integer_value(json_object_get(object, "code"));
    return code > 0 && code <= 999 ? (unsigned)code : 0;
}

static bool json_outcome(json_t *object, enum smtp_outcome *ret)
{
    const char *word = json_string_value(json_object_get(object, "outcome"));
    return word != NULL && smtp_outcome_from_word(bytes_of(word), ret);
}

static bool read_recipients(json_t *list, struct arena *arena, struct smtp_claim *claim)
{
    size_t count = json_array_size(list);
    if (count == 0 || count > RECIPE_RECIPIENTS_MAX)
        return true;
    struct smtp_recipient_outcome *outcomes = arena_alloc_array(arena, count, sizeof(*outcomes));
    if (outcomes == NULL)
        return false;
    for (size_t i = 0; i < count; i++) {
        json_t *each = json_array_get(list, i);
        if (!json_bytes(each, "address", arena, &outcomes[i].address) ||
            !json_outcome(each, &outcomes[i].outcome))
            return true; /* not what we know: only the whole counts */
        outcomes[i].code = json_code(each);
        (void)json_bytes(each, "text", arena, &outcomes[i].text);
    }
    claim->recipients = outcomes;
    claim->recipient_count = count;
    claim->per_recipient = true;
    return true;
}

/* The client's own report decides more finely than its exit status. */
static bool read_json(struct bytes out, struct arena *arena, struct smtp_claim *claim)
{
    json_error_t where;
    json_t *root =
        json_loadb(out.data != NULL ? out.data : "", out.size, JSON_DISABLE_EOF_CHECK, &where);
    bool ok = true;
    if (json_is_object(root) && json_outcome(root, &claim->whole)) {
        claim->known = true;
        claim->precision = SMTP_PRECISION_CLASS;
        claim->code = json_code(root);
        (void)json_bytes(root, "stage", arena, &claim->stage);
        ok = read_recipients(json_object_get(root, "recipients"), arena, claim);
    }
    json_decref(root);
    return ok;
}

/* ---- the whole ------------------------------------------------------------------------------- */

bool recipe_claim(const struct recipe_reader *reader, const struct recipe_ending *ending,
                  struct arena *arena, struct smtp_claim *ret, enum recipe_meaning *ret_meaning)
{
    const struct recipe *recipe = reader->recipe;
    const struct recipe_exit *row =
        ending->status >= 0 && !ending->hung ? recipe_exit_for(recipe, ending->status) : NULL;
    struct smtp_claim claim = {.precision = recipe->precision,
                               .whole = SMTP_OUTCOME_UNKNOWN,
                               .report = ending->report,
                               .hung = ending->hung,
                               .signal = ending->signal,
                               .status = ending->status};
    *ret_meaning = row != NULL ? row->meaning : RECIPE_MEANING_OUTCOME;
    if (row != NULL) {
        claim.known = true;
        claim.whole = row->outcome;
        if (row->meaning != RECIPE_MEANING_OUTCOME && claim.precision == SMTP_PRECISION_CLASS)
            claim.precision = SMTP_PRECISION_BINARY;
    } else if (recipe->precision == SMTP_PRECISION_NONE && ending->status >= 0) {
        claim.known = true;
    }
    if (reader->pattern != NULL)
        claim.code = code_in(reader, ending->report);
    if (recipe->report == RECIPE_REPORT_JSON && ending->status >= 0 && !ending->hung &&
        !read_json(ending->out, arena, &claim))
        return false;
    *ret = claim;
    return true;
}
