/*
 * difference.h - what a server says otherwise than in an older recording, in words.
 *
 * Exchanges are compared one by one: a command, the reply code and the enhanced status code, the
 * extensions of an EHLO reply by keyword, the text of the greeting, what follows (TLS, the end).
 * From the first command on that is another one nothing can be compared. What is bound to the
 * moment counts for nothing (moment.h); the wording of other replies, the order of extensions and
 * the server's name in the EHLO reply are told as harmless.
 *
 * Shape:   one line for each; *ret_count: those that are not harmless.
 * Bounds:  that of the buffer given.
 * Errors:  ERR_SYNTAX when one of them is no scenario, with its line; ERR_MEMORY.
 */
#ifndef HARNESS_RECORD_DIFFERENCE_H
#define HARNESS_RECORD_DIFFERENCE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

bool difference_find(struct bytes before, struct bytes now, struct arena *arena, struct buf *ret,
                     size_t *ret_count, struct err *err);

#endif
