/*
 * import_redact.h - what of a pasted log must not get through, and what takes its place.
 *
 * Shape:   the user name and the password come from the responses to AUTH, mailboxes from MAIL and
 *          RCPT, the client's own name from EHLO; any other mailbox or address of a host gets a
 *          made-up one when it is met.
 * Bounds:  IMPORT_MAILBOXES_MAX mailboxes; later ones are all the same. IMPORT_SECRETS_MAX
 *          of each kind are known again where a server repeats them.
 * Lives:   borrows the dialogue and the arena.
 * Source:  RFC 2606 3, RFC 3849, RFC 5737 3: names and addresses for documents.
 */
#ifndef HARNESS_IMPORT_IMPORT_REDACT_H
#define HARNESS_IMPORT_IMPORT_REDACT_H

#include "harness/import/import_dialogue.h"

#define IMPORT_SECRETS_MAX 512     /* of each kind */
#define IMPORT_SECRET_OCTETS_MIN 4 /* shorter ones are replaced as whole words only */

struct import_names {
    struct arena *arena;
    /* Of every AUTH: users, passwords, and responses as they were sent. */
    struct bytes users[IMPORT_SECRETS_MAX], passwords[IMPORT_SECRETS_MAX];
    struct bytes responses[IMPORT_SECRETS_MAX];
    size_t user_count, password_count, response_count;
    struct bytes host; /* of EHLO; empty when the server calls itself so */
    bool user_is_from; /* the first one */
    struct bytes from;
    bool has_from; /* MAIL was sent; from may be the null reverse-path */
    struct bytes mailboxes[IMPORT_MAILBOXES_MAX]; /* first those of RCPT, in order */
    size_t mailbox_count;
    size_t recipient_count;
    bool auth, starttls, in_clear; /* in_clear: a MAIL command though STARTTLS was refused */
};

/* A user, a password and what is made of them for PLAIN, which no log shows; borrowed. False: no
 * memory. */
bool import_names_add_account(struct import_names *names, struct bytes user, struct bytes password);
void import_names_init(struct import_names *names, struct arena *arena);
/* Adds the secrets of the dialogue, and no name: of other connections than the one at hand. */
void import_names_read_secrets(struct import_names *names, const struct import_dialogue *dialogue);
/* Adds what the dialogue tells. */
void import_names_read(struct import_names *names, const struct import_dialogue *dialogue);
/* BDAT … LAST (RFC 3030 2). */
bool import_is_last_chunk(const struct import_unit *unit);
/* Its index; mailbox_count: it is none of them. */
size_t import_find_mailbox(const struct import_names *names, struct bytes mailbox);
/* The mailbox of the index-th recipient as it stands in a scenario. */
bool import_put_recipient(struct buf *to, size_t index);
/* The mailbox between "<" and ">", or the word behind ":". */
struct bytes import_path_of(struct bytes command);
/* A text of the server as it may stand in a scenario: names replaced, braces doubled. */
bool import_put_text(struct buf *to, struct import_names *names, struct bytes text);
/* The same, and what is bound to the moment becomes {date} and {token}. */
bool import_put_moment(struct buf *to, struct import_names *names, struct bytes text);

#endif
