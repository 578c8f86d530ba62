#include "base/require.h"

#include "tests/support/unit.h"

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static int signal_of_requiring(bool condition)
{
    int status = 0;
    pid_t child = fork();

    if (child == 0) {
        signal(SIGABRT, SIG_DFL);
        if (!freopen("/dev/null", "w", stderr))
            _exit(2);
        REQUIRE(condition);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void a_broken_requirement_ends_the_process(void **state)
{
    (void)state;
    assert_int_equal(signal_of_requiring(true), 0);
    assert_int_equal(signal_of_requiring(false), SIGABRT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_broken_requirement_ends_the_process),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
