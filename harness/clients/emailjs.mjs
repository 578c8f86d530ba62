// Sends one message with emailjs and says what became of it, as JSON and exit status. The facts are
// in the environment (recipe.5), the recipients are the arguments.
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const fact = (name) => process.env['SMTPDRILL_' + name] || undefined;
const slurp = (name) => (fact(name) ? fs.readFileSync(fact(name)) : undefined);

// `import` does not look into NODE_PATH.
const folder = path.join(process.env.NODE_PATH || '', 'emailjs');
const { main } = JSON.parse(fs.readFileSync(path.join(folder, 'package.json')));
const { SMTPClient, SMTPErrorStates } = await import(pathToFileURL(path.join(folder, main)).href);

// The library still has its QUIT to send: the process ends by itself.
const finish = (status, report) => {
  console.log(JSON.stringify(report));
  process.exitCode = status;
};

const wordOf = (code) => (code >= 400 && code < 500 ? 'temporary' : code >= 500 && code < 600 ? 'permanent' : undefined);

const secured = () => {
  const tls = fact('TLS');
  const options = tls && { ca: slurp('CA'), cert: slurp('CLIENT_CERT'), key: slurp('CLIENT_KEY') };
  return { tls: tls === 'starttls' && options, ssl: tls === 'implicit' && options };
};

const options = () => ({
  host: fact('HOST'),
  port: Number(fact('PORT')),
  domain: fact('DOMAIN') || 'client.example',
  timeout: fact('TIMEOUT_MS') ? Number(fact('TIMEOUT_MS')) : undefined,
  authentication: fact('MECHANISM') && [fact('MECHANISM')],
  user: fact('USER'),
  password: fact('USER') && slurp('PASSWORD_FILE').toString().replace(/\n$/, ''),
  ...secured(),
});

const giveUp = (error) => {
  const code = parseInt(error.smtp, 10) || undefined;
  const report = { code, text: String(error.message) };
  if (error.code === SMTPErrorStates.AUTHFAILED || error.code === SMTPErrorStates.AUTHNOTSUPPORTED) {
    return finish(77, { ...report, outcome: 'refused-auth' });
  }
  if (/certificate|SSL|TLS/i.test(error.message + (error.previous || ''))) {
    return finish(76, { ...report, outcome: 'refused-tls', code: undefined });
  }
  if (!wordOf(code)) return finish(1, { text: report.text });
  return finish(wordOf(code) === 'temporary' ? 75 : 69, { ...report, outcome: wordOf(code) });
};

try {
  await new SMTPClient(options()).sendAsync({
    from: fact('FROM'),
    to: process.argv.slice(2).join(', '),
    subject: 'a message of a test',
    text: slurp('BODY').toString(),
  });
  finish(0, { outcome: 'sent' });
} catch (error) {
  giveUp(error);
}
