/* POSIX sockets, a reply at a time, and one mistake: look for BUG. */
#include "notify.h"

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct dialogue {
    int socket;
    char input[2048]; /* what was received and not used yet */
    size_t octets;
    int code; /* of the last reply; 0 = none came */
};

static int dial(const char *host, unsigned port)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found = NULL;
    char service[16];
    int opened = -1;
    snprintf(service, sizeof(service), "%u", port);
    if (getaddrinfo(host, service, &hints, &found) != 0)
        return -1;
    for (struct addrinfo *at = found; at != NULL && opened < 0; at = at->ai_next) {
        opened = socket(at->ai_family, at->ai_socktype, at->ai_protocol);
        if (opened >= 0 && connect(opened, at->ai_addr, at->ai_addrlen) != 0) {
            close(opened);
            opened = -1;
        }
    }
    freeaddrinfo(found);
    return opened;
}

/* One line without its CRLF into `line`; 0 = the connection has ended, or the line is too long. */
static int read_line(struct dialogue *with, char *line, size_t room)
{
    for (;;) {
        char *end = memchr(with->input, '\n', with->octets);
        if (end != NULL) {
            size_t size = (size_t)(end - with->input) + 1;
            snprintf(line, room, "%.*s", (int)size, with->input);
            with->octets -= size;
            memmove(with->input, end + 1, with->octets);
            return 1;
        }
        ssize_t got = with->octets < sizeof(with->input)
                          ? recv(with->socket, with->input + with->octets,
                                 sizeof(with->input) - with->octets, 0)
                          : 0;
        if (got <= 0)
            return 0;
        with->octets += (size_t)got;
    }
}

/* The class of the reply: 2, 3, 4, 5; 0 = none. */
static int read_reply(struct dialogue *with)
{
    char line[1024];
    with->code = 0;
    do {
        if (!read_line(with, line, sizeof(line)) || strlen(line) < 3)
            return 0;
    } while (line[3] == '-');
    with->code = (int)strtol(line, NULL, 10);
    return with->code / 100;
}

static int say(struct dialogue *with, const char *octets, size_t size)
{
    while (size > 0) {
        ssize_t sent = send(with->socket, octets, size, MSG_NOSIGNAL);
        if (sent <= 0)
            return 0;
        octets += sent;
        size -= (size_t)sent;
    }
    return 1;
}

static int command(struct dialogue *with, const char *verb, const char *argument)
{
    char line[512];
    snprintf(line, sizeof(line), "%s%s\r\n", verb, argument);
    return say(with, line, strlen(line)) ? read_reply(with) : 0;
}

/* Each line ends in CRLF; one that begins with a dot gets a second one (RFC 5321 4.5.2). */
static int say_mail(struct dialogue *with, const char *text)
{
    char *octets = malloc(3 * strlen(text) + 6);
    size_t size = 0;
    int ok;
    if (octets == NULL)
        return 0;
    while (*text != '\0') {
        size_t line = strcspn(text, "\n");
        size_t kept = line > 0 && text[line - 1] == '\r' ? line - 1 : line;
        if (*text == '.')
            octets[size++] = '.';
        memcpy(octets + size, text, kept);
        memcpy(octets + size + kept, "\r\n", 2);
        size += kept + 2;
        text += text[line] != '\0' ? line + 1 : line;
    }
    memcpy(octets + size, ".\r\n", 3);
    ok = say(with, octets, size + 3);
    free(octets);
    return ok;
}

static int transact(struct dialogue *with, const struct notify_note *note)
{
    char path[300];
    if (read_reply(with) != 2 || command(with, "EHLO ", "client.example") != 2)
        return 0;
    snprintf(path, sizeof(path), "<%s>", note->from);
    if (command(with, "MAIL FROM:", path) != 2)
        return 0;
    snprintf(path, sizeof(path), "<%s>", note->to);
    if (command(with, "RCPT TO:", path) != 2 || command(with, "DATA", "") != 3)
        return 0;
#ifdef NOTIFY_FIXED
    return say_mail(with, note->text) && read_reply(with) == 2;
#else
    /* BUG: the reply to the end of mail data is read, and nobody looks at it. */
    return say_mail(with, note->text) && read_reply(with) != 0;
#endif
}

enum notify_outcome notify_send(const struct notify_note *note, int *ret_code)
{
    struct dialogue with = {.socket = dial(note->host, note->port)};
    *ret_code = 0;
    if (with.socket < 0)
        return NOTIFY_LATER;
    int sent = transact(&with, note);
    *ret_code = with.code;
    if (with.code > 0 && with.code != 421)
        (void)command(&with, "QUIT", "");
    close(with.socket);
    if (sent)
        return NOTIFY_SENT;
    return *ret_code >= 500 ? NOTIFY_REFUSED : NOTIFY_LATER;
}
