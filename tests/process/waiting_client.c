/*
 * A client that waits for the greeting in the way that its first argument says, for so many seconds
 * as its third one says, and then gives up; the second one is the port. It prints how long it
 * waited by its own clock. For test_warp.
 */
#define _GNU_SOURCE /* ppoll, sem_clockwait */

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define GAVE_UP 75

static int connection;
static long seconds;

static void must(bool ok, const char *what)
{
    if (ok)
        return;
    perror(what);
    exit(3);
}

static void open_connection(const char *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)strtoul(port, NULL, 10)),
                                  .sin_addr = {htonl(INADDR_LOOPBACK)}};
    connection = socket(AF_INET, SOCK_STREAM, 0);
    must(connect(connection, (const struct sockaddr *)&address, sizeof(address)) == 0, "connect");
}

static struct timespec from_now(clockid_t clock)
{
    struct timespec at;
    must(clock_gettime(clock, &at) == 0, "clock_gettime");
    at.tv_sec += seconds;
    return at;
}

/* ---- one for each way; true: there was no greeting ------------------------------------------- */

static bool by_poll(void)
{
    struct pollfd one = {.fd = connection, .events = POLLIN};
    return poll(&one, 1, (int)seconds * 1000) == 0;
}

static bool by_ppoll(void)
{
    struct pollfd one = {.fd = connection, .events = POLLIN};
    const struct timespec time = {.tv_sec = seconds};
    return ppoll(&one, 1, &time, NULL) == 0;
}

/* As a program does that shows a clock: each wait is short, a clock says when it is enough. */
static bool by_ticks(void)
{
    struct timespec at = from_now(CLOCK_MONOTONIC);
    struct timespec now;
    do {
        struct pollfd one = {.fd = connection, .events = POLLIN};
        if (poll(&one, 1, 1000) != 0)
            return false;
        must(clock_gettime(CLOCK_MONOTONIC, &now) == 0, "clock_gettime");
    } while (now.tv_sec < at.tv_sec || (now.tv_sec == at.tv_sec && now.tv_nsec < at.tv_nsec));
    return true;
}

static bool by_select(void)
{
    struct timeval time = {.tv_sec = seconds};
    fd_set in;
    FD_ZERO(&in);
    FD_SET(connection, &in);
    return select(connection + 1, &in, NULL, NULL, &time) == 0 && !FD_ISSET(connection, &in) &&
           time.tv_sec == 0;
}

static bool by_pselect(void)
{
    const struct timespec time = {.tv_sec = seconds};
    fd_set in;
    FD_ZERO(&in);
    FD_SET(connection, &in);
    return pselect(connection + 1, &in, NULL, NULL, &time, NULL) == 0;
}

static int epoll_of(int fd)
{
    struct epoll_event event = {.events = EPOLLIN};
    int epoll = epoll_create1(0);
    must(epoll >= 0 && epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0, "epoll");
    return epoll;
}

static bool by_epoll(void)
{
    struct epoll_event event;
    return epoll_wait(epoll_of(connection), &event, 1, (int)seconds * 1000) == 0;
}

static bool by_nanosleep(void)
{
    const struct timespec time = {.tv_sec = seconds};
    return nanosleep(&time, NULL) == 0;
}

static bool by_clock_nanosleep(void)
{
    const struct timespec at = from_now(CLOCK_REALTIME);
    return clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &at, NULL) == 0;
}

static volatile sig_atomic_t rang;

static void ring(int number)
{
    (void)number;
    rang = 1;
}

static void catch_alarm(void)
{
    struct sigaction action = {.sa_handler = ring};
    must(sigaction(SIGALRM, &action, NULL) == 0, "sigaction");
}

/* What reads is the C library itself: nothing of the wait is known but the alarm. */
static bool by_alarm(void)
{
    char line[128];
    FILE *in = fdopen(dup(connection), "r");
    catch_alarm();
    (void)alarm((unsigned)seconds);
    return in != NULL && fgets(line, sizeof(line), in) == NULL && rang == 1;
}

static bool by_setitimer(void)
{
    const struct itimerval time = {.it_value = {.tv_sec = seconds}};
    catch_alarm();
    must(setitimer(ITIMER_REAL, &time, NULL) == 0, "setitimer");
    (void)pause();
    return rang == 1;
}

static bool by_timer(void)
{
    const struct itimerspec time = {.it_value = {.tv_sec = seconds}};
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM};
    struct pollfd one = {.fd = connection, .events = POLLIN};
    timer_t timer;
    catch_alarm();
    must(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0, "timer_create");
    must(timer_settime(timer, 0, &time, NULL) == 0, "timer_settime");
    return poll(&one, 1, -1) < 0 && errno == EINTR && rang == 1;
}

static bool by_timerfd(void)
{
    const struct itimerspec time = {.it_value = from_now(CLOCK_MONOTONIC)};
    int fd = timerfd_create(CLOCK_MONOTONIC, 0);
    struct epoll_event event;
    uint64_t times = 0;
    must(timerfd_settime(fd, TFD_TIMER_ABSTIME, &time, NULL) == 0, "timerfd_settime");
    return epoll_wait(epoll_of(fd), &event, 1, -1) == 1 && read(fd, &times, sizeof(times)) == 8 &&
           times == 1;
}

static bool by_receive_timeout(void)
{
    const struct timeval time = {.tv_sec = seconds};
    char octet;
    must(setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof(time)) == 0, "setsockopt");
    return recv(connection, &octet, 1, 0) < 0 && errno == EAGAIN;
}

/* Nobody reads these octets: the server is deaf. */
static bool by_send_timeout(void)
{
    const struct timeval time = {.tv_sec = seconds};
    static char octets[65536];
    must(setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof(time)) == 0, "setsockopt");
    memset(octets, 'x', sizeof(octets));
    for (int i = 0; i < 1024; i++)
        if (send(connection, octets, sizeof(octets), MSG_NOSIGNAL) < (ssize_t)sizeof(octets))
            return true;
    return false;
}

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;

static int wait_until(const struct timespec *at)
{
    int failure = 0;
    must(pthread_mutex_lock(&mutex) == 0, "pthread_mutex_lock");
    while (failure == 0)
        failure = pthread_cond_timedwait(&condition, &mutex, at);
    must(pthread_mutex_unlock(&mutex) == 0, "pthread_mutex_unlock");
    return failure;
}

static bool by_condition(void)
{
    struct timespec at = from_now(CLOCK_REALTIME);
    return wait_until(&at) == ETIMEDOUT;
}

static bool by_monotonic_condition(void)
{
    struct timespec at = from_now(CLOCK_MONOTONIC);
    pthread_condattr_t attributes;
    must(pthread_condattr_init(&attributes) == 0 &&
             pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0 &&
             pthread_cond_init(&condition, &attributes) == 0,
         "pthread_cond_init");
    return wait_until(&at) == ETIMEDOUT;
}

static bool by_semaphore(void)
{
    struct timespec at = from_now(CLOCK_REALTIME);
    sem_t semaphore;
    must(sem_init(&semaphore, 0, 0) == 0, "sem_init");
    return sem_timedwait(&semaphore, &at) < 0 && errno == ETIMEDOUT;
}

static bool by_sigtimedwait(void)
{
    const struct timespec time = {.tv_sec = seconds};
    sigset_t none;
    must(sigemptyset(&none) == 0, "sigemptyset");
    return sigtimedwait(&none, NULL, &time) < 0 && errno == EAGAIN;
}

static void *poll_in_thread(void *ret)
{
    *(bool *)ret = by_poll();
    return NULL;
}

static bool by_thread(void)
{
    pthread_t thread;
    bool ok = false;
    must(pthread_create(&thread, NULL, poll_in_thread, &ok) == 0, "pthread_create");
    return pthread_join(thread, NULL) == 0 && ok;
}

static bool by_child(void)
{
    int status = 0;
    pid_t child = fork();
    if (child == 0)
        _exit(by_poll() ? 0 : 1);
    return waitpid(child, &status, 0) == child && status == 0;
}

static const char *port;
static const char *how_long;

/* Another image, with another connection. */
static bool by_exec(void)
{
    char *const words[] = {"waiting", "poll", (char *)(uintptr_t)port, (char *)(uintptr_t)how_long,
                           NULL};
    (void)execv("/proc/self/exe", words);
    return false;
}

static bool by_signal(void)
{
    return by_poll() && raise(SIGUSR1) == 0;
}

static void hear_and_say(const char *command)
{
    char reply[512];
    must(read(connection, reply, sizeof(reply)) > 0, "read");
    must(write(connection, command, strlen(command)) == (ssize_t)strlen(command), "write");
}

/* Waits for the reply to MAIL, says goodbye while nothing of MAIL was acknowledged, waits again. */
static bool by_farewell(void)
{
    hear_and_say("EHLO client.example\r\n");
    hear_and_say("MAIL FROM:<sender@client.example>\r\n");
    bool first = by_poll();
    must(write(connection, "QUIT\r\n", 6) == 6, "write");
    return by_poll() && first;
}

/* Sends mail data for as long as somebody takes it. */
static bool by_block(void)
{
    hear_and_say("EHLO client.example\r\n");
    hear_and_say("MAIL FROM:<sender@client.example>\r\n");
    hear_and_say("RCPT TO:<rcpt@server.example>\r\n");
    hear_and_say("DATA\r\n");
    hear_and_say("Subject: a block\r\n\r\n");
    return by_send_timeout();
}

static const struct {
    const char *name;
    bool (*wait)(void);
} ways[] = {
    {"poll",                by_poll               },
    {"ppoll",               by_ppoll              },
    {"ticks",               by_ticks              },
    {"select",              by_select             },
    {"pselect",             by_pselect            },
    {"epoll",               by_epoll              },
    {"nanosleep",           by_nanosleep          },
    {"clock-nanosleep",     by_clock_nanosleep    },
    {"alarm",               by_alarm              },
    {"setitimer",           by_setitimer          },
    {"timer",               by_timer              },
    {"timerfd",             by_timerfd            },
    {"receive-timeout",     by_receive_timeout    },
    {"send-timeout",        by_send_timeout       },
    {"condition",           by_condition          },
    {"monotonic-condition", by_monotonic_condition},
    {"semaphore",           by_semaphore          },
    {"sigtimedwait",        by_sigtimedwait       },
    {"thread",              by_thread             },
    {"child",               by_child              },
    {"farewell",            by_farewell           },
    {"block",               by_block              },
    {"exec",                by_exec               },
    {"signal",              by_signal             },
};

/* To the nearest second. */
static long between(struct timespec from, struct timespec to)
{
    long ms = (to.tv_sec - from.tv_sec) * 1000 + (to.tv_nsec - from.tv_nsec) / 1000000;
    return (ms + 500) / 1000;
}

static struct timespec wall(void)
{
    struct timeval now;
    must(gettimeofday(&now, NULL) == 0, "gettimeofday");
    return (struct timespec){.tv_sec = now.tv_sec, .tv_nsec = now.tv_usec * 1000};
}

int main(int argc, char **argv)
{
    struct timespec from;
    struct timespec to;
    must(argc == 4, "arguments: WAY PORT SECONDS");
    port = argv[2];
    how_long = argv[3];
    seconds = strtol(how_long, NULL, 10);
    if (strcmp(argv[2], "-") != 0)
        open_connection(argv[2]);
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        size_t length = strlen(ways[i].name);
        if (strncmp(ways[i].name, argv[1], length) != 0 ||
            (argv[1][length] != '\0' && argv[1][length] != '@'))
            continue;
        struct timespec wall_from = wall();
        must(clock_gettime(CLOCK_MONOTONIC, &from) == 0, "clock_gettime");
        bool gave_up = ways[i].wait();
        must(clock_gettime(CLOCK_MONOTONIC, &to) == 0, "clock_gettime");
        printf("waited %ld s, by the wall clock %ld s\n", between(from, to),
               between(wall_from, wall()));
        return gave_up ? GAVE_UP : 1;
    }
    (void)fprintf(stderr, "no way to wait is called %s\n", argv[1]);
    return 3;
}
