// Plays a scenario, or a personality, while a test talks to it.
import assert from "node:assert";
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

// play(NAME, OPTION...): {host, port, mustPass()}; t is the test, which ends what is left.
export async function play(t, name, ...options) {
  const child = spawn("fakesmtpd", ["--json", ...options, name], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise((done) => child.on("close", done));
  t.after(() => child.kill("SIGKILL"));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const first = await lines.next(); // comes when it listens, or never
  assert(!first.done, `fakesmtpd cannot serve ${name}`);
  const { host, port } = JSON.parse(first.value).addresses[0];
  return {
    host,
    port,
    async mustPass() {
      child.kill("SIGTERM");
      const verdict = JSON.parse((await lines.next()).value);
      await ended;
      assert(["pass", "warn"].includes(verdict.verdict), JSON.stringify(verdict.findings, null, 1));
    },
  };
}
