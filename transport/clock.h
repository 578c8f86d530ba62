/*
 * clock.h - the only file that reads a clock. (A loop has its own time, kept by libuv.)
 */
#ifndef TRANSPORT_CLOCK_H
#define TRANSPORT_CLOCK_H

#include <stdint.h>

#define CLOCK_DATE_OCTETS 40

uint64_t clock_monotonic_ns(void);
uint64_t clock_monotonic_ms(void);
int64_t clock_wall_s(void);           /* since 1970 */
uint64_t clock_own_cpu_us(void);      /* user and system, of this process */
uint64_t clock_children_cpu_us(void); /* … of its child processes that have ended */
/* RFC 5322 3.3, in UTC: "Mon, 23 Nov 2026 11:05:00 +0000". It is given, not read. */
void clock_date(int64_t wall_s, char ret[CLOCK_DATE_OCTETS]);

#endif
