#include "client/smtpsend_password.h"

#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <termios.h>
#include <unistd.h>

/* An octet at a time: what stands behind the line in a shared descriptor is left there. */
bool smtpsend_password_descriptor(int descriptor, struct buf *ret, struct err *err)
{
    char octet = '\0';
    ssize_t got;

    while ((got = read(descriptor, &octet, 1)) != 0 && octet != '\n') {
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return err_set(err, ERR_IO, "reading the password: %s", strerror(errno));
        if (!buf_append_octet(ret, octet))
            return err_set(err, ERR_LIMIT, "a password of more than %d octets",
                           SMTPSEND_PASSWORD_OCTETS_MAX);
    }
    if (ret->size > 0 && ret->data[ret->size - 1] == '\r')
        ret->size--;
    return ret->size > 0 || err_set(err, ERR_SYNTAX, "the password is empty");
}

bool smtpsend_password_file(const char *path, struct buf *ret, struct err *err)
{
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    bool ok;

    if (descriptor < 0)
        return err_set(err, ERR_IO, "%s: %s", path, strerror(errno));
    ok = smtpsend_password_descriptor(descriptor, ret, err);
    (void)close(descriptor);
    return ok;
}

bool smtpsend_password_ask(struct bytes user, const char *host, struct buf *ret, struct err *err)
{
    int terminal = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
    struct termios before;
    struct termios quiet;
    bool ok;

    if (terminal < 0 || tcgetattr(terminal, &before) != 0) {
        if (terminal >= 0)
            (void)close(terminal);
        return err_set(err, ERR_IO,
                       "no terminal to ask for the password; give --password-file or "
                       "--password-fd");
    }
    (void)dprintf(terminal, "Password of %s at %s: ", text_show(user).text,
                  text_show(bytes_of(host)).text);
    quiet = before;
    quiet.c_lflag &= ~(tcflag_t)ECHO;
    (void)tcsetattr(terminal, TCSAFLUSH, &quiet);
    ok = smtpsend_password_descriptor(terminal, ret, err);
    (void)tcsetattr(terminal, TCSAFLUSH, &before);
    (void)dprintf(terminal, "\n");
    (void)close(terminal);
    return ok;
}
