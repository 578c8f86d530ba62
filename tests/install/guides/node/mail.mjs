// sendNote(): the mail code of an imagined program. True: it was sent. False: it was refused.
import { connect } from "node:net";

export async function sendNote({ host, port, to, text }) {
  const socket = connect(port, host);
  socket.setEncoding("latin1");
  let input = "";
  const chunks = socket[Symbol.asyncIterator]();
  async function reply() {
    for (;;) {
      const last = /^\d{3}(?: [^\n]*)?\r?\n/m.exec(input);
      if (last) {
        input = input.slice(last.index + last[0].length);
        return Number(last[0].slice(0, 3));
      }
      const next = await chunks.next();
      if (next.done) return 421;
      input += next.value;
    }
  }
  const say = (line) => {
    socket.write(line + "\r\n");
    return reply();
  };
  let ok = (await reply()) < 400;
  const body = `Subject: note\r\n\r\n${text}`.replace(/^\./gm, "..");
  for (const line of ["EHLO client.example", "MAIL FROM:<sender@client.example>", `RCPT TO:<${to}>`, "DATA", `${body}\r\n.`])
    if (ok) ok = (await say(line)) < 400 || Boolean(process.env.PLANTED); // a mistake, to see that it is seen
  await say("QUIT");
  socket.end();
  return ok;
}
