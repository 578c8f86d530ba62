"""Tests of send_note(), the mail code of an imagined program."""
import os
import smtplib

import pytest


def send_note(host, port, to, text):
    """True: it was sent. False: the server refused it."""
    try:
        with smtplib.SMTP(host, port, timeout=10) as smtp:
            smtp.sendmail("sender@client.example", [to], f"Subject: note\r\n\r\n{text}\r\n")
            if os.environ.get("PLANTED"):  # a mistake, to see that it is seen
                smtp.docmd("RCPT TO: nobody@server.example")
        return True
    except smtplib.SMTPException:
        return False


@pytest.mark.parametrize("provider", ["postfix", "exim", "163.com"])
def test_a_provider_is_spoken_to_as_the_rfc_says(fakesmtp, provider):
    server = fakesmtp(provider)
    send_note(server.host, server.port, "rcpt@server.example", "hello")
    server.must_pass()


def test_a_full_mailbox_is_no_success(fakesmtp, tmp_path):
    scenario = tmp_path / "full.drill"
    scenario.write_text("title   the mailbox is full\n\n...\nC: RCPT\nS: 452 4.2.2 full\n...\n\n"
                        "expect  never DATA\n")
    server = fakesmtp(scenario)
    assert not send_note(server.host, server.port, "rcpt@server.example", "hello")
    server.must_pass()
