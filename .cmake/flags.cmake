# Warnings and sanitizers, private to this build: installing leaks neither.
add_library(build_flags INTERFACE)
target_compile_options(build_flags INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes
    -Wvla -Wswitch-enum -Wundef)
target_compile_definitions(build_flags INTERFACE _POSIX_C_SOURCE=200809L)
option(SMTPDRILL_WERROR "Warnings are errors" ON)
if(SMTPDRILL_WERROR)
    target_compile_options(build_flags INTERFACE -Werror)
endif()
