/*
 * smtp_date_time.h - a date and time as FUTURERELEASE writes it.
 *
 * Shape:   date-time of RFC 3339 5.6, as seconds since 1970-01-01T00:00:00Z; a fraction of a second
 *          is read and dropped. RFC 4865 3 wants UTC, "Z".
 * Lives:   by value.
 * Errors:  false: no date-time, or a day that no calendar has.
 * Source:  RFC 3339 5.6, 5.7; RFC 4865 3.
 */
#ifndef BASE_SMTP_DATE_TIME_H
#define BASE_SMTP_DATE_TIME_H

#include "base/bytes.h"

#include <stdint.h>

/* *ret_utc: it ends in "Z". */
bool smtp_date_time_parse(struct bytes text, int64_t *ret_s, bool *ret_utc);

#endif
