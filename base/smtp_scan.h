/*
 * smtp_scan.h - the cursor that the strict recognisers share.
 *
 * Shape:   text[at..) is still to be read. Each smtp_scan_…() takes one production or fails.
 * Lives:   by value, inside one call of a recogniser.
 * Errors:  the first failure fills *err with its column; the caller gives up at once.
 */
#ifndef BASE_SMTP_SCAN_H
#define BASE_SMTP_SCAN_H

#include "base/smtp_grammar.h"

struct smtp_scan {
    struct bytes text;
    size_t at;
    enum smtp_charset charset;
    struct err *err;
};

struct bytes smtp_scan_rest(const struct smtp_scan *scan);
bool smtp_scan_is_at_end(const struct smtp_scan *scan);
bool smtp_scan_sees(const struct smtp_scan *scan, char octet);
/* Fails: "expected …, got …" at the cursor. */
bool smtp_scan_expected(const struct smtp_scan *scan, const char *what);
bool smtp_scan_end(const struct smtp_scan *scan);
bool smtp_scan_octet(struct smtp_scan *scan, char octet);
bool smtp_scan_word(struct smtp_scan *scan, const char *word); /* without case */
/* Octets of the given class from the cursor on, at most `most`. */
typedef bool smtp_octet_class(unsigned char octet);
size_t smtp_scan_run(struct smtp_scan *scan, smtp_octet_class *is, size_t most);

bool smtp_is_alpha(unsigned char octet);
bool smtp_is_digit(unsigned char octet);
bool smtp_is_hex(unsigned char octet);
bool smtp_is_let_dig(unsigned char octet);
bool smtp_is_atext(unsigned char octet);   /* RFC 5322 3.2.3 */
bool smtp_is_graphic(unsigned char octet); /* %d33-126 */
bool smtp_is_text(unsigned char octet);    /* %d09 / %d32-126: of a textstring */

/* One well-formed character above 127, where the charset lets it (RFC 6531 3.3); 0 = none. */
size_t smtp_scan_utf8(struct smtp_scan *scan);

bool smtp_scan_keyword(struct smtp_scan *scan, struct bytes *ret);
bool smtp_scan_domain(struct smtp_scan *scan);
bool smtp_scan_domain_or_literal(struct smtp_scan *scan);
bool smtp_scan_string(struct smtp_scan *scan);
bool smtp_scan_local_part(struct smtp_scan *scan);
bool smtp_scan_mailbox(struct smtp_scan *scan, struct smtp_mailbox *ret);
bool smtp_scan_reverse_path(struct smtp_scan *scan, struct smtp_path *ret);
bool smtp_scan_forward_path(struct smtp_scan *scan, struct smtp_path *ret);
bool smtp_scan_esmtp_param(struct smtp_scan *scan, struct smtp_argument *ret);

#endif
