"""Sends one message with aiosmtplib.send() and says what became of it, as JSON and exit status.

The facts are in the environment (recipe.5), the recipients are the arguments.
"""

import asyncio
import json
import os
import ssl
import sys

import aiosmtplib

SENT, FAILED, PERMANENT, TEMPORARY, REFUSED_TLS, REFUSED_AUTH = 0, 1, 69, 75, 76, 77


def fact(name):
    return os.environ.get("SMTPDRILL_" + name) or None


def slurp(name):
    with open(fact(name), "rb") as file:
        return file.read()


def context_of():
    if fact("TLS") is None:
        return None
    context = ssl.create_default_context(cafile=fact("CA"))
    if fact("CLIENT_CERT"):
        context.load_cert_chain(fact("CLIENT_CERT"), fact("CLIENT_KEY"))
    if fact("TLS") == "opportunistic":
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def how_to_connect():
    how = {"hostname": fact("HOST"), "port": int(fact("PORT")), "timeout": float(fact("TIMEOUT") or 60),
           "source_address": None, "use_tls": fact("TLS") == "implicit", "tls_context": context_of(),
           # None is its own way: STARTTLS where it is offered.
           "start_tls": {"starttls": True, "opportunistic": None}.get(fact("TLS"), False)}
    if fact("USER"):
        how["username"] = fact("USER")
        how["password"] = slurp("PASSWORD_FILE").decode().rstrip("\n")
    return how


def word_of(code):
    return "temporary" if 400 <= code <= 499 else "permanent" if 500 <= code <= 599 else None


def report_of(error, outcome=None):
    """A refusal with a code; None where there is no code of a class."""
    word = outcome or word_of(error.code)
    report = {"code": error.code, "text": error.message}
    if word is not None:
        report["outcome"] = word
    status = {"temporary": TEMPORARY, "permanent": PERMANENT, "refused-auth": REFUSED_AUTH,
              "refused-tls": REFUSED_TLS}.get(word, FAILED)
    return status, report


def rows_of(everybody, refused):
    rows = []
    for address in everybody:
        code, text = refused.get(address, (0, ""))
        if address not in refused:
            rows.append({"address": address, "outcome": "sent"})
        elif word_of(code) is not None:
            rows.append({"address": address, "outcome": word_of(code), "code": code, "text": text})
    return rows


async def send(recipients):
    how = how_to_connect()
    refused, _ = await aiosmtplib.send(
        slurp("MESSAGE_CRLF"), sender=fact("FROM") or "", recipients=recipients,
        local_hostname=fact("DOMAIN") or "client.example",
        **{key: value for key, value in how.items() if value is not None or key == "start_tls"})
    rows = rows_of(recipients, {who: (said.code, said.message) for who, said in refused.items()})
    words = {row["outcome"] for row in rows}
    return SENT, {"outcome": words.pop() if len(words) == 1 else "partial", "recipients": rows}


def attempt(recipients):
    try:
        return asyncio.run(send(recipients))
    except aiosmtplib.SMTPRecipientsRefused as error:
        rows = rows_of(recipients, {one.recipient: (one.code, one.message)
                                    for one in error.recipients})
        words = {row["outcome"] for row in rows}
        if not rows:
            return FAILED, {"text": repr(error)}
        whole = words.pop() if len(words) == 1 else "partial"
        return PERMANENT if whole == "permanent" else TEMPORARY, {
            "outcome": whole, "stage": "RCPT", "code": rows[0].get("code", 0), "recipients": rows}
    except aiosmtplib.SMTPAuthenticationError as error:
        return report_of(error, "refused-auth")
    except aiosmtplib.SMTPResponseException as error:
        return report_of(error)
    except (aiosmtplib.SMTPException, ssl.SSLError, OSError, ValueError) as error:
        cause = error.__cause__ or error.__context__
        if isinstance(error, ssl.SSLError) or isinstance(cause, ssl.SSLError) \
                or "STARTTLS" in str(error):
            return REFUSED_TLS, {"outcome": "refused-tls", "text": repr(error)}
        return FAILED, {"text": repr(error)}


def main():
    status, report = attempt(sys.argv[1:])
    json.dump(report, sys.stdout)
    print()
    return status


if __name__ == "__main__":
    sys.exit(main())
