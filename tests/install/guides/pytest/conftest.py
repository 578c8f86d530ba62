"""A fixture that plays a scenario, or a personality, while a test talks to it."""
import json
import shutil
import signal
import subprocess

import pytest

FAKESMTPD = shutil.which("fakesmtpd")


class FakeSMTP:
    def __init__(self, name, *options):
        self.process = subprocess.Popen([FAKESMTPD, "--json", *options, str(name)],
                                        stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()  # comes when it listens, or never
        if not line:
            raise RuntimeError(f"fakesmtpd cannot serve {name}")
        address = json.loads(line)["addresses"][0]
        self.host, self.port = address["host"], address["port"]

    def verdict(self):
        """Ends the server; what it saw, as a dict, and nothing else judged."""
        self.process.send_signal(signal.SIGTERM)
        out, _ = self.process.communicate(timeout=30)
        return json.loads(out)

    def must_pass(self):
        verdict = self.verdict()
        assert verdict["verdict"] in ("pass", "warn"), json.dumps(verdict["findings"], indent=1)


@pytest.fixture
def fakesmtp():
    """fakesmtp(NAME, OPTION...) starts one; whatever is left is ended with the test."""
    started = []

    def start(name, *options):
        started.append(FakeSMTP(name, *options))
        return started[-1]

    yield start
    for server in started:
        if server.process.poll() is None:
            server.process.kill()
        server.process.communicate()
