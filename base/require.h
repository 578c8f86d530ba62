/*
 * require.h - a programmer's mistake ends the process, in every build.
 *
 * REQUIRE takes one condition without side effects. It is for mistakes of this program's own
 * authors, never for input.
 */
#ifndef BASE_REQUIRE_H
#define BASE_REQUIRE_H

_Noreturn void require_failed(const char *condition, const char *file, int line);

#define REQUIRE(condition) ((condition) ? (void)0 : require_failed(#condition, __FILE__, __LINE__))

#endif
