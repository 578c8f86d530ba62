"""Sends one message with Python's smtplib and says what became of it, as JSON and exit status.

Nothing is added to smtplib's own behaviour: connect, login when there is a user, sendmail, quit.
"""

import argparse
import json
import smtplib
import ssl
import sys

SENT, PERMANENT, TEMPORARY, PROTOCOL, REFUSED_AUTH, UNSUPPORTED = 0, 69, 75, 76, 77, 127
REFUSED_TLS = 78


class TlsRefused(Exception):
    """There is no TLS, and it was asked for."""


def outcome_of(code):
    """The class of a reply code; None where there is none."""
    if 400 <= code <= 499:
        return "temporary", TEMPORARY
    if 500 <= code <= 599:
        return "permanent", PERMANENT
    return None, PROTOCOL


def text_of(octets):
    return octets.decode("latin-1") if isinstance(octets, bytes) else str(octets)


def recipients_of(refused, everybody):
    """One row a recipient: what the dictionary of refused ones says, the rest was sent."""
    rows = []
    for address in everybody:
        if address in refused:
            code, text = refused[address]
            word = outcome_of(code)[0]
            rows.append({"address": address, "outcome": word, "code": code, "text": text_of(text)})
        else:
            rows.append({"address": address, "outcome": "sent"})
    return rows


def whole_of(rows):
    """One outcome for all of them; None when smtplib met a code of no class that it knows."""
    words = {row["outcome"] for row in rows}
    if None in words:
        return None
    return words.pop() if len(words) == 1 else "partial"


def send(options, message):
    """Returns an exit status and, where smtplib says so much, the report."""
    client = connect(options)
    try:
        start_tls(client, options)
        if options.user is not None:
            with open(options.password_file, encoding="utf-8") as file:
                password = file.read().rstrip("\n")
            log_in(client, options, password)
        send_before(client, options)
        refused = client.sendmail(options.sender, options.to, message)
    finally:
        leave(client)
    rows = recipients_of(refused, options.to)
    return SENT, {"outcome": whole_of(rows), "recipients": rows}


def context_of(options):
    """As the manual of ssl says; opportunistic TLS takes any certificate."""
    context = ssl.create_default_context(cafile=options.ca)
    if options.client_cert:
        context.load_cert_chain(options.client_cert, options.client_key)
    if options.tls == "opportunistic":
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def connect(options):
    more = {"local_hostname": options.domain, "timeout": options.timeout}
    if options.tls == "implicit":
        return smtplib.SMTP_SSL(options.host, options.port, context=context_of(options), **more)
    return smtplib.SMTP(options.host, options.port, **more)


def start_tls(client, options):
    if options.tls not in ("starttls", "opportunistic"):
        return
    client.ehlo_or_helo_if_needed()
    if options.tls == "opportunistic" and not client.has_extn("starttls"):
        return
    try:
        client.starttls(context=context_of(options))
    except (smtplib.SMTPNotSupportedError, smtplib.SMTPResponseException) as error:
        if options.tls == "starttls":
            raise TlsRefused(str(error)) from error


def leave(client):
    """QUIT: sendmail() has told by then what became of the message, whatever the answer."""
    try:
        client.quit()
    except (smtplib.SMTPException, OSError):
        client.close()


def send_before(client, options):
    """What a caller of smtplib may send first; the replies are the caller's to read.

    A refusal of NOOP or VRFY does not touch the mail. 421, and what is no answer to such a command,
    end the session, as does anything but 2yz to RSET.
    """
    if not (options.noop or options.vrfy or options.rset):
        return
    client.ehlo_or_helo_if_needed()
    if options.noop:
        check_reply(client.noop())
    if options.vrfy:
        check_reply(client.vrfy(options.vrfy))
    if options.rset:
        check_reply(client.rset(), may_be_refused=False)


def check_reply(reply, may_be_refused=True):
    code, text = reply
    refused = 400 <= code <= 599 and code != 421
    if not (200 <= code <= 299 or (refused and may_be_refused)):
        raise smtplib.SMTPResponseException(code, text)


def log_in(client, options, password):
    if options.mechanism is None:
        client.login(options.user, password)
        return
    client.ehlo_or_helo_if_needed()
    client.user, client.password = options.user, password
    method = getattr(client, "auth_" + options.mechanism.lower().replace("-", "_"), None)
    if method is None:
        raise smtplib.SMTPNotSupportedError(options.mechanism)
    client.auth(options.mechanism, method)


def attempt(options, message):
    try:
        return send(options, message)
    except (TlsRefused, ssl.SSLError) as error:
        return REFUSED_TLS, {"outcome": "refused-tls", "text": str(error)}
    except smtplib.SMTPNotSupportedError as error:
        return PERMANENT, {"outcome": "permanent", "text": str(error)}
    except smtplib.SMTPAuthenticationError as error:
        return REFUSED_AUTH, {"outcome": "refused-auth", "code": error.smtp_code,
                              "text": text_of(error.smtp_error)}
    except smtplib.SMTPRecipientsRefused as error:
        rows = recipients_of(error.recipients, options.to)
        whole = whole_of(rows)
        if whole is None:
            return PROTOCOL, {"text": repr(error)}
        return PERMANENT if whole == "permanent" else TEMPORARY, {
            "outcome": whole, "stage": "RCPT", "code": rows[0].get("code", 0), "recipients": rows}
    except smtplib.SMTPResponseException as error:
        word, status = outcome_of(error.smtp_code)
        report = {"code": error.smtp_code, "text": text_of(error.smtp_error)}
        if word is not None:
            report["outcome"] = word
        return status, report
    except (smtplib.SMTPException, OSError, ValueError) as error:
        return PROTOCOL, {"text": repr(error)}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", required=True, type=int)
    parser.add_argument("--from", dest="sender", required=True)
    parser.add_argument("--domain")
    parser.add_argument("--timeout", type=float, default=60)
    parser.add_argument("--tls", choices=["starttls", "implicit", "opportunistic"])
    parser.add_argument("--ca")
    parser.add_argument("--client-cert")
    parser.add_argument("--client-key")
    parser.add_argument("--user")
    parser.add_argument("--password-file")
    parser.add_argument("--mechanism")
    parser.add_argument("--noop", action="store_true")
    parser.add_argument("--vrfy")
    parser.add_argument("--rset", action="store_true")
    parser.add_argument("--message", required=True)
    parser.add_argument("to", nargs="+")
    options = parser.parse_args()
    if options.sender == "<>":
        options.sender = ""
    with open(options.message, "rb") as file:
        message = file.read()
    status, report = attempt(options, message)
    json.dump(report, sys.stdout)
    print()
    return status


if __name__ == "__main__":
    sys.exit(main())
