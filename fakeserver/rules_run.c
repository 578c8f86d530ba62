/* rules_run.c - the run as a whole: what was delivered, what the client says, how often it came. */
#include "base/smtp_code.h"
#include "base/smtp_grammar.h"
#include "base/text.h"
#include "fakeserver/rule_checks.h"

#include <stdio.h>

static bool is_2yz(unsigned code)
{
    return smtp_code_class(code) == SMTP_CODE_2YZ;
}

/* 2yz to RCPT and 2yz to the end of mail data: from then on the server is responsible (RFC 5321
 * 4.2.5). */
static bool is_delivered(const struct rule_case *of, const struct session_recipient *recipient)
{
    const struct session_end *end = session_end_of(of->view, recipient);

    return end && is_2yz(recipient->code) && is_2yz(end->code);
}

/* Codes that RFC 5321 4.2.3 gives another meaning, and those outside its grammar (the second digit
 * is 0 to 5, 4.2): what they say at the end of mail data is for the scenario to judge, as only a
 * SHOULD asks for the first digit here. */
static bool belongs_elsewhere(unsigned code)
{
    static const unsigned codes[] = {211, 214, 220, 221, 251, 252};

    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
        if (code == codes[i])
            return true;
    return code / 10 % 10 > 5;
}

/* The reply was clear, and nothing kept the client from reading it. */
static bool is_surely_known(const struct rule_case *of, const struct session_recipient *recipient)
{
    const struct session_end *end = session_end_of(of->view, recipient);

    return end && !end->unclear && !belongs_elsewhere(end->code);
}

static size_t times_delivered(const struct rule_case *of, struct bytes address, bool surely)
{
    size_t count = 0;

    for (size_t i = 0; i < of->view->recipient_count; i++) {
        const struct session_recipient *recipient = &of->view->recipients[i];

        if (smtp_mailbox_equal(recipient->path, address) && is_delivered(of, recipient) &&
            (!surely || is_surely_known(of, recipient)))
            count++;
    }
    return count;
}

/* A reply whose lines disagree can be read either way (RFC 5321 4.2.1 leaves it open). */
static bool has_unclear_end(const struct rule_case *of)
{
    for (size_t i = 0; i < of->view->transaction_count; i++)
        if (of->view->transactions[i].end.mixed)
            return true;
    return false;
}

static size_t messages_of(const struct rule_case *of)
{
    return of->scenario->send.messages > 0 ? of->scenario->send.messages : 1;
}

/* ---- several messages ----------------------------------------------------------------------- */

static uint64_t digest_of(const struct rule_case *of, const struct session_recipient *recipient)
{
    return of->view->transactions[recipient->transaction].digest;
}

static bool is_repeated(const struct rule_case *of, size_t index, struct bytes address)
{
    const struct session_recipient *all = of->view->recipients;

    for (size_t i = 0; digest_of(of, &all[index]) != 0 && i < index; i++)
        if ((!address.data || smtp_mailbox_equal(all[i].path, address)) &&
            is_delivered(of, &all[i]) && digest_of(of, &all[i]) == digest_of(of, &all[index]))
            return true;
    return false;
}

/* How many of the run's messages got there; address.data NULL: to anybody. Messages of one run
 * differ in their content. */
static size_t messages_delivered(const struct rule_case *of, struct bytes address, bool surely)
{
    const struct session_recipient *all = of->view->recipients;
    size_t count = 0;

    for (size_t i = 0; i < of->view->recipient_count; i++)
        count += (!address.data || smtp_mailbox_equal(all[i].path, address)) &&
                 is_delivered(of, &all[i]) && (!surely || is_surely_known(of, &all[i])) &&
                 !is_repeated(of, i, address);
    return count;
}

/* What the client says of one recipient: of each message, or once of all. */
static size_t claims_of(const struct rule_case *of, struct bytes address, bool sent)
{
    size_t count = 0;

    for (size_t i = 0; i < of->claim->recipient_count; i++)
        count += smtp_mailbox_equal(of->claim->recipients[i].address, address) &&
                 (!sent || of->claim->recipients[i].outcome == SMTP_OUTCOME_SENT);
    return count;
}

static size_t times_given(const struct rule_case *of, struct bytes address)
{
    size_t count = 0;

    for (size_t i = 0; i < of->scenario->send.to_count; i++)
        count += smtp_mailbox_equal(of->scenario->send.to[i], address);
    return count ? count : 1;
}

/* Messages that must have got there for the client to say "sent" as often as it does. */
static size_t messages_claimed(const struct rule_case *of, struct bytes address)
{
    size_t given = times_given(of, address);

    if (given == 0 || claims_of(of, address, false) <= given)
        return messages_of(of);
    return claims_of(of, address, true) / given;
}

static bool anything_delivered(const struct rule_case *of)
{
    for (size_t i = 0; i < of->view->recipient_count; i++)
        if (is_delivered(of, &of->view->recipients[i]))
            return true;
    return false;
}

static bool has_claim(const struct rule_case *of)
{
    return of->claim && of->claim->known && of->claim->precision != SMTP_PRECISION_NONE;
}

/* ---- what the client says ------------------------------------------------------------------- */

/* An address with a line end in it is another one on the wire, if it comes there at all: that is a
 * fault of its own, and what was said of it cannot be told. */
static bool has_line_end(struct bytes address)
{
    return bytes_find(address, '\r') != BYTES_NOT_FOUND ||
           bytes_find(address, '\n') != BYTES_NOT_FOUND;
}

/* Without a word on each recipient, success is false only when nobody got the message: many clients
 * end well when some recipients were refused, and tell their user so in words. */
RULE_CHECK(claims_sent_falsely)
{
    (void)rule;
    if (!has_claim(of) || has_unclear_end(of))
        return false;
    for (size_t i = 0; of->claim->per_recipient && i < of->claim->recipient_count; i++) {
        const struct smtp_recipient_outcome *said = &of->claim->recipients[i];

        if (said->outcome != SMTP_OUTCOME_SENT ||
            messages_delivered(of, said->address, false) >= messages_claimed(of, said->address) ||
            (has_line_end(said->address) && anything_delivered(of)))
            continue;
        (void)snprintf(report->got, sizeof(report->got), "\"sent\" for %s, which was not accepted",
                       text_show(said->address).text);
        return true;
    }
    if (of->claim->whole != SMTP_OUTCOME_SENT)
        return false;
    if (anything_delivered(of) && messages_delivered(of, BYTES_NONE, false) >= messages_of(of))
        return false;
    (void)snprintf(report->got, sizeof(report->got), "\"sent\", though no message was accepted");
    return true;
}

static bool all_surely_delivered(const struct rule_case *of)
{
    const struct scenario_send *send = &of->scenario->send;

    for (size_t i = 0; i < send->to_count; i++)
        if (messages_delivered(of, send->to[i], true) < messages_of(of))
            return false;
    return send->to_count > 0;
}

/* More than the client says, or all. */
static bool is_all_delivered(const struct rule_case *of, struct bytes address)
{
    size_t delivered = messages_delivered(of, address, true);
    size_t given = times_given(of, address);

    if (claims_of(of, address, false) <= given)
        return delivered >= messages_of(of);
    return delivered > claims_of(of, address, true) / given;
}

RULE_CHECK(claims_failure_falsely)
{
    (void)rule;
    if (!has_claim(of))
        return false;
    for (size_t i = 0; of->claim->per_recipient && i < of->claim->recipient_count; i++) {
        const struct smtp_recipient_outcome *said = &of->claim->recipients[i];

        if (said->outcome == SMTP_OUTCOME_SENT || !is_all_delivered(of, said->address))
            continue;
        (void)snprintf(report->got, sizeof(report->got), "\"%s\" for %s, which was delivered",
                       smtp_outcome_word(said->outcome), text_show(said->address).text);
        return true;
    }
    if (of->claim->whole == SMTP_OUTCOME_SENT || !all_surely_delivered(of))
        return false;
    (void)snprintf(report->got, sizeof(report->got), "\"%s\", though the message was delivered",
                   smtp_outcome_word(of->claim->whole));
    return true;
}

/* ---- how often ------------------------------------------------------------------------------ */

/* One of several messages came again, in the place of another. */
static bool is_sent_again(const struct rule_case *of, size_t index)
{
    struct bytes path = of->view->recipients[index].path;

    return messages_of(of) > 1 && times_given(of, path) == 1 && is_repeated(of, index, path);
}

/* The last copy is the one too many. */
RULE_CHECK(delivered_twice)
{
    (void)rule;
    for (size_t i = of->view->recipient_count; i-- > 0;) {
        const struct session_recipient *recipient = &of->view->recipients[i];
        size_t copies;

        if (!is_delivered(of, recipient) || !is_surely_known(of, recipient))
            continue;
        copies = times_delivered(of, recipient->path, true);
        if (copies <= times_given(of, recipient->path) * messages_of(of) && !is_sent_again(of, i))
            continue;
        report->record = of->view->transactions[recipient->transaction].content;
        (void)snprintf(report->got, sizeof(report->got), "%zu copies for %s", copies,
                       text_show(recipient->path).text);
        return true;
    }
    return false;
}

static bool share_a_recipient(const struct rule_case *of, size_t a, size_t b)
{
    for (size_t i = 0; i < of->view->recipient_count; i++)
        for (size_t j = 0;
             of->view->recipients[i].transaction == a && j < of->view->recipient_count; j++)
            if (of->view->recipients[j].transaction == b &&
                smtp_mailbox_equal(of->view->recipients[i].path, of->view->recipients[j].path))
                return true;
    return false;
}

/* The content was refused for this recipient, and the client must know it. */
static bool is_refused_at_end(const struct rule_case *of, const struct session_recipient *recipient)
{
    const struct session_end *end = session_end_of(of->view, recipient);

    return end && is_2yz(recipient->code) && smtp_code_class(end->code) == SMTP_CODE_5YZ &&
           !end->unclear;
}

/* Several messages for a recipient are as many attempts, each of them a first one. */
RULE_CHECK(content_again_after_5yz)
{
    const struct session_recipient *all = of->view->recipients;

    (void)rule;
    for (size_t i = 0; i < of->view->recipient_count; i++) {
        size_t attempts = 0;

        for (size_t j = i + 1; is_refused_at_end(of, &all[i]) && j < of->view->recipient_count;
             j++) {
            size_t later = all[j].transaction;

            if (later == all[i].transaction || later == SESSION_NOWHERE ||
                of->view->transactions[later].content == SESSION_NOWHERE ||
                !smtp_mailbox_equal(all[i].path, all[j].path) || ++attempts < messages_of(of))
                continue;
            report->record = of->view->transactions[later].content;
            (void)snprintf(report->got, sizeof(report->got), "the mail data again after %u",
                           session_end_of(of->view, &all[i])->code);
            return true;
        }
    }
    return false;
}

/* A second transaction after refused recipients, or for more than a server must take, is right
 * (RFC 5321 4.5.3.1.8, 4.5.3.1.10). */
static bool is_whole_delivery(const struct session_transaction *transaction)
{
    return transaction->ended && is_2yz(transaction->end.code) && transaction->rcpt_sent > 0 &&
           transaction->rcpt_sent == transaction->rcpt_accepted && transaction->rcpt_sent < 100 &&
           !transaction->limited;
}

RULE_CHECK(one_copy_a_recipient)
{
    const struct session_transaction *all = of->view->transactions;

    (void)rule;
    if (!of->claim || of->scenario->send.to_count < 2 || messages_of(of) > 1)
        return false;
    for (size_t i = 0; i < of->view->transaction_count; i++)
        for (size_t j = i + 1; is_whole_delivery(&all[i]) && j < of->view->transaction_count; j++) {
            if (!is_whole_delivery(&all[j]) || share_a_recipient(of, i, j))
                continue;
            report->record = all[j].mail;
            (void)snprintf(report->got, sizeof(report->got), "a second copy for other recipients");
            return true;
        }
    return false;
}

/* More attempts within a minute than recipients and a few tries explain. */
RULE_CHECK(connects_in_a_loop)
{
    enum { FEW = 5, MINUTE_MS = 60000 };
    size_t most = FEW + 2 * of->scenario->send.to_count * messages_of(of);

    (void)rule;
    for (size_t i = 0; i + most < of->view->session_count; i++) {
        uint64_t from = transcript_at(of->transcript, of->view->sessions[i].opened)->at_ms;
        size_t last = of->view->sessions[i + most].opened;

        if (transcript_at(of->transcript, last)->at_ms - from >= MINUTE_MS)
            continue;
        report->record = last;
        (void)snprintf(report->got, sizeof(report->got), "more than %zu connections in a minute",
                       most);
        return true;
    }
    return false;
}
