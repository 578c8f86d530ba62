import assert from "node:assert";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { play } from "./fakesmtp.mjs";
import { sendNote } from "./mail.mjs";

for (const provider of ["postfix", "exim"])
  test(`${provider} takes a note`, async (t) => {
    const server = await play(t, provider);
    assert(await sendNote({ ...server, to: "rcpt@server.example", text: ".hello" }));
    await server.mustPass();
  });

test("a full mailbox is no success", async (t) => {
  const file = join(mkdtempSync(join(tmpdir(), "mail-")), "full.drill");
  writeFileSync(file, "title   the mailbox is full\n\n...\nC: RCPT\nS: 452 4.2.2 full\n...\n\nexpect  never DATA\n");
  const server = await play(t, file);
  assert(!(await sendNote({ ...server, to: "rcpt@server.example", text: "hello" })));
  await server.mustPass();
});
