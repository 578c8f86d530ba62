/* A client that behaves as its first argument says; the second one is the port. For test_smtpdrill.
 */
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int open_connection(const char *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)strtoul(port, NULL, 10)),
                                  .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int connection = socket(AF_INET, SOCK_STREAM, 0);
    if (connection < 0 ||
        connect(connection, (const struct sockaddr *)&address, sizeof(address)) != 0)
        exit(3);
    return connection;
}

/* Up to the end of a reply. */
static void read_reply(int connection)
{
    char line[1024];
    size_t size = 0;
    while (size < sizeof(line) && read(connection, line + size, 1) == 1) {
        if (line[size++] != '\n')
            continue;
        if (size >= 4 && line[3] != '-')
            return;
        size = 0;
    }
}

static void say(int connection, const char *text)
{
    if (write(connection, text, strlen(text)) < 0)
        exit(4);
    read_reply(connection);
}

static void send_mail(const char *port)
{
    int connection = open_connection(port);
    read_reply(connection);
    say(connection, "EHLO client.example\r\n");
    say(connection, "MAIL FROM:<sender@client.example>\r\n");
    say(connection, "RCPT TO:<rcpt@server.example>\r\n");
    say(connection, "DATA\r\n");
    say(connection,
        "From: <sender@client.example>\r\nDate: Mon, 23 Nov 2026 12:00:00 +0000\r\n\r\nx\r\n.\r\n");
    say(connection, "QUIT\r\n");
    (void)close(connection);
}

static void wait_for_ever(void)
{
    for (;;)
        (void)pause();
}

int main(int argc, char **argv)
{
    const char *what = argc > 2 ? argv[1] : "";
    if (strcmp(what, "hang") == 0 || strcmp(what, "hang-hard") == 0) {
        int connection = open_connection(argv[2]);
        if (strcmp(what, "hang-hard") == 0)
            (void)signal(SIGTERM, SIG_IGN);
        read_reply(connection);
        wait_for_ever();
    }
    if (strcmp(what, "crash") == 0) {
        read_reply(open_connection(argv[2]));
        abort();
    }
    if (strcmp(what, "flood") == 0) {
        for (int i = 0; i < 200000; i++)
            (void)puts("This line is printed again and again, and nobody wants to read it.");
        send_mail(argv[2]);
        return 0;
    }
    if (strcmp(what, "child") == 0 && fork() == 0)
        wait_for_ever();
    if (strcmp(what, "never") == 0) {
        (void)fprintf(stderr, "I do not like port %s\n", argv[2]);
        return 1;
    }
    if (strcmp(what, "unsupported") == 0)
        return 127;
    if (strcmp(what, "twice") == 0)
        send_mail(argv[2]);
    if (strcmp(what, "secret") == 0) {
        char line[256] = "";
        FILE *file = fopen(argc > 3 ? argv[3] : "", "r");
        if (file != NULL && fgets(line, sizeof(line), file) != NULL)
            (void)fprintf(stderr, "my password is %s", line);
        return 1;
    }
    send_mail(argv[2]);
    return strcmp(what, "gloomy") == 0 ? 69 : 0;
}
