/*
 * page.h - a matrix as one HTML page that needs nothing else.
 *
 * Shape:   page.html of the data, with the matrix where its mark stands.
 * Bounds:  PAGE_OCTETS_MAX for the page without results.
 * Errors:  ERR_IO, ERR_SYNTAX for a page without a mark, ERR_LIMIT, ERR_MEMORY.
 */
#ifndef HARNESS_REPORT_PAGE_H
#define HARNESS_REPORT_PAGE_H

#include "base/arena.h"
#include "base/buf.h"
#include "harness/report/matrix.h"
#include "harness/run/suite.h"

#define PAGE_OCTETS_MAX ((size_t)4 * 1024 * 1024)

/* The titles of a suite that has been loaded. */
bool page_titles(struct matrix *matrix, const struct suite *suite, struct err *err);
/* Paths live in the arena for the time of the call. */
bool page_make(const struct matrix *matrix, struct arena *arena, struct buf *to, struct err *err);

#endif
