/* transcript_print.c - a run as text (transcript.5). */
#include "base/text.h"
#include "fakeserver/transcript_text.h"
#include "fakeserver/transcript_words.h"

const char *const transcript_kind_words[] = {
#define X(name, word, is_unit) word,
    TRANSCRIPT_KIND_TABLE(X)
#undef X
};

const char *const transcript_source_words[] = {
#define X(name, word) word,
    TRANSCRIPT_SOURCE_TABLE(X)
#undef X
};

const char *const transcript_note_words[] = {
#define X(name, word) word,
    TRANSCRIPT_NOTE_TABLE(X)
#undef X
};

const char *const transcript_precision_words[] = {"none", "binary", "class"};

const struct transcript_fact transcript_facts[] = {
#define X(name) {#name, offsetof(struct mail_data_facts, name)},
    MAIL_DATA_FACT_TABLE(X)
#undef X
};
const size_t transcript_fact_count = sizeof(transcript_facts) / sizeof(transcript_facts[0]);

const struct transcript_tls_text transcript_tls_texts[] = {
    {"cipher",     offsetof(struct tls_facts, cipher)     },
    {"name",       offsetof(struct tls_facts, server_name)},
    {"alpn",       offsetof(struct tls_facts, alpn)       },
    {"alpn-offer", offsetof(struct tls_facts, alpn_offer) },
    {"client",     offsetof(struct tls_facts, client)     },
    {"trouble",    offsetof(struct tls_facts, trouble)    },
};

static bool put_string(struct buf *to, struct bytes octets)
{
    return buf_append_octet(to, '"') && text_escape(to, octets) && buf_append_octet(to, '"');
}

static bool put_named(struct buf *to, const char *name, struct bytes octets)
{
    return buf_printf(to, "%s ", name) && put_string(to, octets) && buf_append_octet(to, '\n');
}

/* ---- records -------------------------------------------------------------------------------- */

static bool put_notes(struct buf *to, uint32_t notes)
{
    const char *before = " notes=";

    for (size_t i = 0; i < TRANSCRIPT_NOTE_COUNT; i++) {
        if (!(notes >> i & 1))
            continue;
        if (!buf_printf(to, "%s%s", before, transcript_note_words[i]))
            return false;
        before = ",";
    }
    return true;
}

/* Only what is not 0 is written; `-` stands for nowhere. */
static bool put_facts(struct buf *to, const struct mail_data_facts *facts)
{
    if (!buf_append_string(to, facts->ended ? " facts ended" : " facts"))
        return false;
    for (size_t i = 0; i < transcript_fact_count; i++) {
        uint64_t value;
        bool ok;

        memcpy(&value, (const char *)facts + transcript_facts[i].offset, sizeof(value));
        if (value == 0)
            continue;
        if (value == MAIL_DATA_NOWHERE)
            ok = buf_printf(to, " %s=-", transcript_facts[i].name);
        else
            ok = buf_printf(to, " %s=%llu", transcript_facts[i].name, (unsigned long long)value);
        if (!ok)
            return false;
    }
    return facts->own_names[0] == '\0' ||
           (buf_append_string(to, " own_names=") && put_string(to, bytes_of(facts->own_names)));
}

/* version=any: not known. What is empty is not written. */
static bool put_tls(struct buf *to, const struct tls_facts *facts)
{
    if (!buf_printf(to, " tls version=%s%s", tls_version_word(facts->version),
                    facts->resumed ? " resumed" : ""))
        return false;
    for (size_t i = 0; i < TRANSCRIPT_TLS_TEXT_COUNT; i++) {
        struct bytes value;

        memcpy(&value, (const char *)facts + transcript_tls_texts[i].offset, sizeof(value));
        if (value.size > 0 &&
            !(buf_printf(to, " %s=", transcript_tls_texts[i].name) && put_string(to, value)))
            return false;
    }
    return true;
}

bool transcript_text_print_record(const struct transcript_record *record, struct buf *to)
{
    unsigned long long ms = record->at_ms;

    if (!buf_printf(to, "+%llu.%03llu %u %s %s", ms / 1000, ms % 1000, record->connection,
                    transcript_kind_words[record->kind], transcript_source_words[record->source]))
        return false;
    if (record->line && !buf_printf(to, " line=%u", record->line))
        return false;
    if (record->secure && !buf_append_string(to, " secure"))
        return false;
    if (!put_notes(to, record->notes))
        return false;
    if (record->variation != VARIATION_NONE &&
        !buf_printf(to, " variation=%s", variation_word(record->variation)))
        return false;
    if (record->remark != SASL_REMARK_NONE &&
        !buf_printf(to, " sasl=%s", sasl_remark_word(record->remark)))
        return false;
    if (record->wire_octets &&
        !buf_printf(to, " wire=%llu", (unsigned long long)record->wire_octets))
        return false;
    if (record->facts && !put_facts(to, record->facts))
        return false;
    if (record->tls && !put_tls(to, record->tls))
        return false;
    if (record->octets.size == 0)
        return true;
    return buf_append_octet(to, ' ') && put_string(to, record->octets);
}

/* ---- all else ------------------------------------------------------------------------------- */

static bool put_claim(struct buf *to, const char *word, const struct smtp_claim *claim)
{
    if (!buf_printf(to, "%s precision=%s whole=%s status=%d", word,
                    transcript_precision_words[claim->precision], smtp_outcome_word(claim->whole),
                    claim->status))
        return false;
    if ((claim->known && !buf_append_string(to, " known")) ||
        (claim->per_recipient && !buf_append_string(to, " per-recipient")) ||
        (claim->hung && !buf_append_string(to, " hung")) ||
        (claim->signal && !buf_printf(to, " signal=%d", claim->signal)) ||
        (claim->code && !buf_printf(to, " code=%u", claim->code)))
        return false;
    if (claim->stage.size && !(buf_append_string(to, " stage=") && put_string(to, claim->stage)))
        return false;
    return buf_append_octet(to, '\n');
}

static bool put_recipients(struct buf *to, const char *word, const struct smtp_claim *claim)
{
    for (size_t i = 0; i < claim->recipient_count; i++) {
        const struct smtp_recipient_outcome *recipient = &claim->recipients[i];

        if (!buf_printf(to, "%s %s code=%u ", word, smtp_outcome_word(recipient->outcome),
                        recipient->code) ||
            !put_string(to, recipient->address) || !buf_append_octet(to, ' ') ||
            !put_string(to, recipient->text) || !buf_append_octet(to, '\n'))
            return false;
    }
    return true;
}

/* What the run with a cut is compared with. */
static bool put_uncut(struct buf *to, const struct judge_uncut *uncut)
{
    if (!put_claim(to, "uncut", &uncut->claim) ||
        !put_recipients(to, "uncut-recipient", &uncut->claim))
        return false;
    for (size_t i = 0; i < uncut->finding_count; i++)
        if (!buf_append_string(to, "uncut-finding ") ||
            !put_string(to, bytes_of(uncut->findings[i].requirement)) ||
            !buf_append_octet(to, ' ') || !put_string(to, uncut->findings[i].expected) ||
            !buf_append_octet(to, '\n'))
            return false;
    return true;
}

static bool put_cut(struct buf *to, const struct transcript_text *text)
{
    return buf_append_string(to, "cut ") && put_string(to, bytes_of(cut_print(&text->cut).text)) &&
           (text->cut_timeout_ms == 0 ||
            buf_printf(to, " timeout=%llu", (unsigned long long)text->cut_timeout_ms)) &&
           (!text->cut_hurries || buf_append_string(to, " hurried")) &&
           buf_append_octet(to, '\n') && (!text->has_uncut || put_uncut(to, &text->uncut));
}

static bool put_claims(struct buf *to, const struct transcript_text *text)
{
    const struct smtp_claim *claim = &text->claim;

    return (!text->has_cut || put_cut(to, text)) &&
           (!text->has_claim ||
            (put_claim(to, "claim", claim) && put_recipients(to, "recipient", claim) &&
             (claim->report.size == 0 || put_named(to, "report", claim->report))));
}

/* The value of the next password= of a line, behind `from`; BYTES_NONE: there is none. */
static struct bytes written_password(struct bytes line, size_t from)
{
    static const struct bytes key = {"password=", 9};
    struct bytes value = bytes_after(line, from);
    size_t found = bytes_find_bytes(value, key);
    bool quoted;

    if (found == BYTES_NOT_FOUND)
        return BYTES_NONE;
    value = bytes_after(value, found + key.size);
    quoted = value.size > 0 && value.data[0] == '"';
    value = bytes_after(value, quoted ? 1 : 0);
    return bytes_slice(value, 0, bytes_find(value, quoted ? '"' : ' '));
}

/* No transcript holds a credential, and none is needed to judge again: what stands behind password=
 * on a send or account line is masked. A placeholder is no password. */
static bool put_masked(struct buf *to, struct bytes line)
{
    size_t from = 0;
    struct bytes password;

    if (!bytes_starts_with(line, BYTES_LITERAL("send")) &&
        !bytes_starts_with(line, BYTES_LITERAL("account")))
        return buf_append(to, line);
    while ((password = written_password(line, from)).data) {
        size_t at = (size_t)(password.data - line.data);
        bool kept = bytes_find(password, '{') != BYTES_NOT_FOUND;

        if (!buf_append(to, bytes_slice(line, from, at)) || (kept && !buf_append(to, password)))
            return false;
        for (size_t i = 0; !kept && i < password.size; i++)
            if (!buf_append_octet(to, '*'))
                return false;
        from = at + password.size;
    }
    return buf_append(to, bytes_after(line, from));
}

/* Lines as they are, behind `| `; the last one behind `\ ` when no line end follows it. */
static bool put_file(struct buf *to, const struct transcript_file *file)
{
    struct bytes rest = file->text;

    if (!put_named(to, "file", file->path))
        return false;
    while (rest.size) {
        size_t end = bytes_find(rest, '\n');
        bool last = end == BYTES_NOT_FOUND;

        const char *before = last ? "\\ " : end == 0 ? "|" : "| ";

        if (!buf_append_string(to, before) || !put_masked(to, bytes_slice(rest, 0, end)) ||
            !buf_append_octet(to, '\n'))
            return false;
        rest = last ? BYTES_NONE : bytes_after(rest, end + 1);
    }
    return true;
}

static bool put_all(const struct transcript_text *text, const struct transcript *transcript,
                    struct buf *to)
{
    if (!buf_append_string(to, TRANSCRIPT_TEXT_MAGIC "\n") ||
        !put_named(to, "scenario", text->scenario) || !put_named(to, "instance", text->instance) ||
        !buf_printf(to, "seed %llu\n", (unsigned long long)text->seed) ||
        !put_named(to, "client", text->client) || !put_named(to, "version", text->version))
        return false;
    if (!put_claims(to, text))
        return false;
    for (size_t i = 0; i < text->file_count; i++)
        if (!put_file(to, &text->files[i]))
            return false;
    if (!buf_append_string(to, "records\n"))
        return false;
    for (size_t i = 0; i < transcript_count(transcript); i++)
        if (!transcript_text_print_record(transcript_at(transcript, i), to) ||
            !buf_append_octet(to, '\n'))
            return false;
    return buf_append_string(to, "end\n");
}

/* No more than this is appended at once. */
static size_t longest_piece(const struct transcript_text *text, const struct transcript *transcript)
{
    size_t longest = text->claim.report.size;

    for (size_t i = 0; i < text->file_count; i++)
        if (text->files[i].text.size > longest)
            longest = text->files[i].text.size;
    for (size_t i = 0; i < transcript_count(transcript); i++)
        if (transcript_at(transcript, i)->octets.size > longest)
            longest = transcript_at(transcript, i)->octets.size;
    return 4 * longest + 2048;
}

/* A buffer does not say why it took no more: with that much room it was memory. */
bool transcript_text_print(const struct transcript_text *text, const struct transcript *transcript,
                           struct buf *to, struct err *err)
{
    if (put_all(text, transcript, to))
        return true;
    if (buf_room(to) < longest_piece(text, transcript))
        return err_set(err, ERR_LIMIT, "the transcript takes more than %zu octets", to->max);
    return err_memory(err);
}
