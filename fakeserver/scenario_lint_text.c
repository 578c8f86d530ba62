#include "fakeserver/scenario_lint.h"

#include "base/base64.h"
#include "base/text.h"

/* A client response of so many octets may be a recorded password; shorter ones are words. */
enum { SECRET_OCTETS_MIN = 8 };

static bool is_domain_octet(char octet)
{
    return (octet >= 'a' && octet <= 'z') || (octet >= 'A' && octet <= 'Z') ||
           (octet >= '0' && octet <= '9') || octet == '-' || octet == '.';
}

static bool is_digit(char octet)
{
    return octet >= '0' && octet <= '9';
}

/* In this domain, or below it. */
static bool is_within(struct bytes domain, const char *zone)
{
    struct bytes end = bytes_of(zone);
    size_t from;

    if (domain.size < end.size)
        return false;
    from = domain.size - end.size;
    return bytes_equal_nocase(bytes_after(domain, from), end) &&
           (from == 0 || domain.data[from - 1] == '.');
}

/* Names that belong to nobody: RFC 2606, RFC 6761. */
static bool is_documentation_domain(struct bytes domain)
{
    static const char *const zones[] = {"example",     "test",        "invalid",    "localhost",
                                        "example.com", "example.net", "example.org"};

    for (size_t i = 0; i < sizeof(zones) / sizeof(zones[0]); i++)
        if (is_within(domain, zones[i]))
            return true;
    return false;
}

/* The domain that starts at `at`; a last dot belongs to the sentence. */
static struct bytes domain_at(struct bytes text, size_t at)
{
    size_t end = at;

    while (end < text.size && is_domain_octet(text.data[end]))
        end++;
    while (end > at && text.data[end - 1] == '.')
        end--;
    return bytes_slice(text, at, end);
}

static bool check_addresses(struct lint *lint, const struct scenario_line *line)
{
    for (size_t i = 0; i < line->body.size; i++) {
        struct bytes domain;

        if (line->body.data[i] != '@')
            continue;
        domain = domain_at(line->body, i + 1);
        if (bytes_find(domain, '.') == BYTES_NOT_FOUND || is_documentation_domain(domain) ||
            is_digit(domain.data[domain.size - 1]))
            continue;
        if (!lint_remark_at(lint, false, line->number, (unsigned)(line->body_at + i) + 2,
                            "\"%s\" may belong to somebody; write a domain in .example",
                            text_show(domain).text))
            return false;
    }
    return true;
}

/* Four numbers of at most 255 with dots between them; the octets that they take, or 0. */
static size_t ipv4_extent(struct bytes text, size_t at, unsigned *ret)
{
    size_t i = at;

    for (unsigned part = 0; part < 4; part++) {
        size_t from = i;
        unsigned value = 0;

        while (i < text.size && is_digit(text.data[i]) && i - from < 3)
            value = value * 10 + (unsigned)(text.data[i++] - '0');
        if (i == from || value > 255)
            return 0;
        ret[part] = value;
        if (part < 3 && (i >= text.size || text.data[i++] != '.'))
            return 0;
    }
    /* A longer number, or a fifth one: a version of something. */
    if (i < text.size && is_digit(text.data[i]))
        return 0;
    if (i + 1 < text.size && text.data[i] == '.' && is_digit(text.data[i + 1]))
        return 0;
    return i - at;
}

/* RFC 5737, and what no one else can be reached at: RFC 1918, RFC 1122 3.2.1.3. */
static bool is_documentation_ipv4(const unsigned *part)
{
    if (part[0] == 0 || part[0] == 10 || part[0] == 127 || part[0] >= 224)
        return true;
    if ((part[0] == 192 && part[1] == 168) || (part[0] == 172 && part[1] >= 16 && part[1] < 32))
        return true;
    return (part[0] == 192 && part[1] == 0 && part[2] == 2) ||
           (part[0] == 198 && part[1] == 51 && part[2] == 100) ||
           (part[0] == 203 && part[1] == 0 && part[2] == 113);
}

static bool check_ipv4(struct lint *lint, const struct scenario_line *line)
{
    struct bytes text = line->body;

    for (size_t i = 0; i < text.size; i++) {
        unsigned parts[4];
        size_t extent;

        if (!is_digit(text.data[i]) ||
            (i > 0 && (is_domain_octet(text.data[i - 1]) && text.data[i - 1] != '-')))
            continue;
        extent = ipv4_extent(text, i, parts);
        if (extent == 0)
            continue;
        if (!is_documentation_ipv4(parts) &&
            !lint_remark_at(lint, false, line->number, (unsigned)(line->body_at + i) + 1,
                            "%u.%u.%u.%u may belong to somebody; write one of 192.0.2.0/24",
                            parts[0], parts[1], parts[2], parts[3]))
            return false;
        i += extent - 1;
    }
    return true;
}

/* A SASL response written out, or one behind AUTH: a placeholder would show that it is made up. */
static bool check_secret(struct lint *lint, const struct scenario_line *line)
{
    struct scenario_word word = {BYTES_NONE, 0};
    struct buf octets;
    struct err err = {0};
    size_t at = 0;
    bool is_secret;

    if (bytes_find(line->body, '{') != BYTES_NOT_FOUND || line->body.size == 0 ||
        line->body.data[0] == '/')
        return true;
    while (scenario_word_next(line->body, &at, &word))
        continue;
    if (at != line->body.size || word.octets.size < SECRET_OCTETS_MIN ||
        smtp_verb_from(word.octets) != SMTP_VERB_OTHER ||
        (word.at > 0 && !bytes_starts_with_nocase(line->body, BYTES_LITERAL("AUTH "))))
        return true;
    buf_init(&octets, SCENARIO_LINE_OCTETS_MAX);
    is_secret = base64_decode(&octets, word.octets, &err);
    buf_release_secret(&octets);
    if (!is_secret && err.kind != ERR_SYNTAX)
        return err_memory(lint->err);
    return !is_secret ||
           lint_remark_at(lint, false, line->number, (unsigned)(line->body_at + word.at) + 1,
                          "this may be somebody's secret; write {base64 ...} with {user} and "
                          "{password}");
}

bool lint_texts(struct lint *lint)
{
    for (size_t i = 0; i < lint->file->line_count; i++) {
        const struct scenario_line *line = &lint->file->lines[i];
        bool is_response = line->kind == LINE_COMMAND || line->kind == LINE_OPTIONAL;

        if (line->kind == LINE_TITLE || line->kind == LINE_SOURCE || line->kind == LINE_CITES)
            continue;
        if (!check_addresses(lint, line) || !check_ipv4(lint, line) ||
            (is_response && !check_secret(lint, line)))
            return false;
    }
    return true;
}
