#include "fakeserver/mail_header.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- what is expected ----------------------------------------------------------------------- */

static bool make_expected(struct mail_header *header, struct bytes head)
{
    struct bytes rest = head;
    struct bytes octets;

    while (mail_field_next(&rest, &octets))
        header->expected_count++;
    header->expected = calloc(header->expected_count + 1, sizeof(*header->expected));
    if (!header->expected)
        return false;
    rest = head;
    for (size_t i = 0; mail_field_next(&rest, &octets); i++) {
        header->expected[i] = mail_field_none;
        mail_field_add(&header->expected[i], octets);
    }
    header->expected_octets = head.size - rest.size + (rest.size > 0 ? 2 : 0);
    return true;
}

/* The same field, not yet seen; or, next best, one of that name. */
static struct mail_field *find_expected(struct mail_header *header, bool by_name)
{
    for (size_t i = 0; i < header->expected_count; i++) {
        struct mail_field *field = &header->expected[i];

        if (!field->arrived && field->name == header->field.name &&
            (by_name || field->hash == header->field.hash))
            return field;
    }
    return NULL;
}

/* ---- what a field says ---------------------------------------------------------------------- */

/* Printable octets but the colon (RFC 5322 2.2); a blank before it is an old form that nobody may
 * write any more (4.5). */
static bool has_bad_name(const struct mail_header *header)
{
    struct bytes kept = {header->kept, header->kept_octets};
    struct bytes name = bytes_slice(kept, 0, bytes_find(kept, ':'));

    for (size_t i = 0; i < name.size; i++)
        if ((unsigned char)name.data[i] <= ' ' || (unsigned char)name.data[i] > '~')
            return true;
    return name.size == 0 || !header->field.name_ended;
}

/* What stands behind the colon, as far as it was kept. */
static struct bytes value_of(const struct mail_header *header)
{
    struct bytes kept = {header->kept, header->kept_octets};
    size_t colon = bytes_find(kept, ':');

    return colon == BYTES_NOT_FOUND ? BYTES_NONE : bytes_trim(bytes_after(kept, colon + 1));
}

/* The next word of a value that may be folded. */
static bool next_word(struct bytes *rest, struct bytes *ret)
{
    do {
        if (!bytes_next_word(rest, ret))
            return false;
        *ret = bytes_trim(*ret);
    } while (ret->size == 0);
    return true;
}

static bool is_number(struct bytes word)
{
    unsigned long long number;

    return bytes_to_number(word, UINT64_MAX, &number);
}

/* date = day month year, after a day of the week and a comma; year = 4*DIGIT (RFC 5322 3.3). What
 * is no date at all says nothing about years. */
static bool has_short_year(const struct mail_header *header)
{
    struct bytes rest = value_of(header);
    size_t comma = bytes_find(rest, ',');
    struct bytes day;
    struct bytes month;
    struct bytes year;

    if (comma != BYTES_NOT_FOUND)
        rest = bytes_after(rest, comma + 1);
    return next_word(&rest, &day) && is_number(day) && next_word(&rest, &month) &&
           month.size == 3 && next_word(&rest, &year) && is_number(year) && year.size < 4;
}

/* Encodings that promise seven bits (RFC 2045 6.2). */
static bool is_seven_bit_encoding(const struct mail_header *header)
{
    static const char *const encodings[] = {"7bit", "quoted-printable", "base64"};
    struct bytes rest = value_of(header);
    struct bytes word;

    if (!next_word(&rest, &word))
        return false;
    for (size_t i = 0; i < sizeof(encodings) / sizeof(encodings[0]); i++)
        if (bytes_equal_nocase(word, bytes_of(encodings[i])))
            return true;
    return false;
}

static bool is_told(const struct mail_data_facts *facts, struct bytes name)
{
    struct bytes rest = bytes_of(facts->own_names);
    struct bytes told;

    while (bytes_next(&rest, ',', &told))
        if (bytes_equal_nocase(bytes_trim(told), name))
            return true;
    return false;
}

/* "..." has its room kept, so that it always fits behind a name. */
static void tell_name(const struct mail_header *header, struct mail_data_facts *facts)
{
    struct bytes kept = {header->kept, header->kept_octets};
    struct bytes name = bytes_slice(kept, 0, bytes_find(kept, ':'));
    size_t used = strlen(facts->own_names);
    size_t room = sizeof(facts->own_names) - used - sizeof(", ...");

    if (has_bad_name(header) || is_told(facts, name) || is_told(facts, BYTES_LITERAL("...")))
        return;
    if (name.size + strlen(", ") > room)
        name = BYTES_LITERAL("...");
    (void)snprintf(facts->own_names + used, sizeof(facts->own_names) - used, "%s%.*s",
                   used > 0 ? ", " : "", BYTES_FORMAT(name));
}

/* ---- a field has ended ---------------------------------------------------------------------- */

static bool is_named(const struct mail_header *header, enum mail_header_name name)
{
    return header->field.name == header->names[name];
}

static void count_names(const struct mail_header *header, struct mail_data_facts *facts)
{
    facts->return_path += is_named(header, MAIL_HEADER_RETURN_PATH);
    facts->bcc += is_named(header, MAIL_HEADER_BCC);
    facts->date_fields += is_named(header, MAIL_HEADER_DATE);
    facts->from_fields += is_named(header, MAIL_HEADER_FROM);
    facts->mime_version += is_named(header, MAIL_HEADER_MIME_VERSION);
    if (is_named(header, MAIL_HEADER_ENCODING))
        facts->seven_bit_encoding += is_seven_bit_encoding(header);
}

static void look_at_own(const struct mail_header *header, struct mail_data_facts *facts)
{
    if (header->longest_line > facts->own_longest_line)
        facts->own_longest_line = header->longest_line;
    facts->own_bad_names += has_bad_name(header);
    if (is_named(header, MAIL_HEADER_DATE) || is_named(header, MAIL_HEADER_RESENT_DATE))
        facts->own_short_years += has_short_year(header);
}

static void end_field(struct mail_header *header, struct mail_data_facts *facts)
{
    struct mail_field *same;

    if (!header->in_field)
        return;
    header->in_field = false;
    count_names(header, facts);
    if (!header->expected)
        return;
    same = find_expected(header, false);
    if (same) {
        same->arrived = true;
        return;
    }
    if (!find_expected(header, true)) {
        facts->header_extra++;
        tell_name(header, facts);
    }
    look_at_own(header, facts);
}

/* ---- octets --------------------------------------------------------------------------------- */

static void keep(struct mail_header *header, struct bytes octets)
{
    size_t room = MAIL_HEADER_KEPT_OCTETS - header->kept_octets;
    size_t size = octets.size < room ? octets.size : room;

    memcpy(header->kept + header->kept_octets, octets.data, size);
    header->kept_octets += size;
}

void mail_header_octets(struct mail_header *header, struct bytes octets, bool at_start,
                        struct mail_data_facts *facts)
{
    facts->header_octets += octets.size;
    if (at_start && !mail_field_is_blank(octets.data[0])) {
        end_field(header, facts);
        header->field = mail_field_none;
        header->in_field = true;
        header->longest_line = 0;
        header->kept_octets = 0;
    }
    keep(header, octets);
    if (header->expected)
        mail_field_add(&header->field, octets);
    else
        mail_field_add_name(&header->field, octets);
}

void mail_header_line_ended(struct mail_header *header, uint64_t line_octets)
{
    if (line_octets > header->longest_line)
        header->longest_line = line_octets;
}

void mail_header_end(struct mail_header *header, bool empty_line, struct mail_data_facts *facts)
{
    if (empty_line)
        header->in_field = false; /* it was none */
    end_field(header, facts);
    facts->header_differs = 0;
    for (size_t i = 0; i < header->expected_count; i++)
        facts->header_differs += !header->expected[i].arrived;
}

/* ---- life ----------------------------------------------------------------------------------- */

bool mail_header_init(struct mail_header *header, const struct mail_text *expected)
{
    static const char *const words[MAIL_HEADER_NAME_COUNT] = {
#define X(name, word) word,
        MAIL_HEADER_NAME_TABLE(X)
#undef X
    };

    *header = (struct mail_header){.expected = NULL};
    for (unsigned i = 0; i < MAIL_HEADER_NAME_COUNT; i++) {
        struct mail_field field = mail_field_none;

        mail_field_add_name(&field, bytes_of(words[i]));
        header->names[i] = field.name;
    }
    return !expected || make_expected(header, expected->head);
}

void mail_header_release(struct mail_header *header)
{
    free(header->expected);
}

void mail_header_start(struct mail_header *header)
{
    for (size_t i = 0; i < header->expected_count; i++)
        header->expected[i].arrived = false;
    header->in_field = false;
    header->longest_line = 0;
    header->kept_octets = 0;
}
