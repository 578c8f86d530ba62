/*
 * nonce.h - the nonce of GNU SASL, always the same: this function stands before the library's, so
 * that proofs can be compared octet by octet, and an engine gives the same output twice.
 */
#ifndef TESTS_UNIT_CLIENT_NONCE_H
#define TESTS_UNIT_CLIENT_NONCE_H

#include <stddef.h>

#define NONCE "fyko+d2lbbFgONRv9qkxdawL" /* RFC 5802 5 */

int gsasl_nonce(char *data, size_t octets);

#endif
