// Sends one message with nodemailer and says what became of it, as JSON and exit status. The facts
// are in the environment (recipe.5), the recipients are the arguments.
'use strict';
const fs = require('fs');
const nodemailer = require('nodemailer');

const fact = (name) => process.env['SMTPDRILL_' + name] || undefined;
const slurp = (name) => (fact(name) ? fs.readFileSync(fact(name)) : undefined);

// The library still has its QUIT to send: the process ends by itself.
const finish = (status, report) => {
  console.log(JSON.stringify(report));
  process.exitCode = status;
};

const wordOf = (code) => (code >= 400 && code < 500 ? 'temporary' : code >= 500 && code < 600 ? 'permanent' : undefined);

const transportOptions = () => {
  const tls = fact('TLS');
  const wait = fact('TIMEOUT_MS') ? Number(fact('TIMEOUT_MS')) : undefined;
  const options = {
    host: fact('HOST'),
    port: Number(fact('PORT')),
    name: fact('DOMAIN') || 'client.example',
    secure: tls === 'implicit',
    requireTLS: tls === 'starttls',
    ignoreTLS: !tls,
    connectionTimeout: wait,
    greetingTimeout: wait,
    socketTimeout: wait,
    authMethod: fact('MECHANISM'),
  };
  if (fact('USER')) {
    options.auth = { user: fact('USER'), pass: slurp('PASSWORD_FILE').toString().replace(/\n$/, '') };
  }
  if (tls) {
    options.tls = {
      ca: slurp('CA'),
      cert: slurp('CLIENT_CERT'),
      key: slurp('CLIENT_KEY'),
      servername: fact('TLS_NAME'),
      rejectUnauthorized: tls !== 'opportunistic',
    };
  }
  return options;
};

const envelope = () => {
  const made = { from: fact('FROM') || '', to: process.argv.slice(2) };
  if (fact('NOTIFY') || fact('RET') || fact('ENVID') || fact('ORCPT')) {
    made.dsn = {
      id: fact('ENVID'),
      return: fact('RET'),
      notify: fact('NOTIFY') && fact('NOTIFY').split(','),
      recipient: fact('ORCPT'),
    };
  }
  return made;
};

const rowOf = (error) => ({
  address: error.recipient, outcome: wordOf(error.responseCode), code: error.responseCode, text: error.response,
});

const rowsOf = (accepted, errors) =>
  accepted.map((address) => ({ address, outcome: 'sent' })).concat((errors || []).map(rowOf));

const giveUp = (error) => {
  const report = { text: String(error.message), code: error.responseCode, stage: error.command };
  const word = wordOf(error.responseCode);
  if (error.code === 'EAUTH') return finish(77, { ...report, outcome: 'refused-auth' });
  if (error.code === 'ETLS' || /certificate|SSL|TLS/i.test(error.code + error.message)) {
    return finish(76, { ...report, outcome: 'refused-tls', code: undefined });
  }
  if (!word) return finish(1, { text: report.text });
  if (error.rejectedErrors) report.recipients = rowsOf([], error.rejectedErrors);
  return finish(word === 'temporary' ? 75 : 69, { ...report, outcome: word });
};

const { dsn, ...addresses } = envelope();
nodemailer
  .createTransport(transportOptions())
  .sendMail({ envelope: addresses, dsn, raw: slurp('MESSAGE') })
  .then((info) => finish(0, {
    outcome: (info.rejected || []).length ? 'partial' : 'sent',
    recipients: rowsOf(info.accepted, info.rejectedErrors),
  }))
  .catch(giveUp);
