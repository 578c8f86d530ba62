/*
 * smtp_enhanced.h - the enhanced status code at the start of a reply text.
 *
 * Shape:   class "." subject "." detail; class 2, 4 or 5; the others 1 to 3 digits without leading
 *          zeros.
 * Lives:   by value.
 * Source:  RFC 3463 2; RFC 2034 3 (4): followed by one or more spaces.
 */
#ifndef BASE_SMTP_ENHANCED_H
#define BASE_SMTP_ENHANCED_H

#include "base/bytes.h"

struct smtp_enhanced {
    unsigned class; /* 0 = there is none */
    unsigned subject;
    unsigned detail;
};

/* *ret_used: octets of the code with the spaces behind it. False: the text begins otherwise. A code
 * that ends the text is taken too: some servers send no words. */
bool smtp_enhanced_parse(struct bytes text, struct smtp_enhanced *ret, size_t *ret_used);
/* The class is that of the first digit of the reply code (RFC 2034 4). */
bool smtp_enhanced_agrees(const struct smtp_enhanced *enhanced, unsigned code);

#endif
