<?php
// Sends one message with PHPMailer and says what became of it, as JSON and exit status. The facts
// are in the environment (recipe.5), the recipients are the arguments.

use PHPMailer\PHPMailer\Exception;
use PHPMailer\PHPMailer\PHPMailer;
use PHPMailer\PHPMailer\SMTP;

require '/usr/share/php/libphp-phpmailer/autoload.php';

function fact(string $name): string
{
    return (string) getenv('SMTPDRILL_' . $name);
}

function finish(int $status, array $report): void
{
    echo json_encode($report, JSON_INVALID_UTF8_SUBSTITUTE), "\n";
    exit($status);
}

function outcome_of(int $code): ?string
{
    return $code >= 400 && $code < 500 ? 'temporary' : ($code >= 500 && $code < 600 ? 'permanent' : null);
}

function set_tls(PHPMailer $mail): void
{
    $tls = fact('TLS');
    $mail->SMTPAutoTLS = $tls === 'opportunistic';
    if ($tls === '') {
        return;
    }
    if ($tls !== 'opportunistic') {
        $mail->SMTPSecure = $tls === 'implicit' ? PHPMailer::ENCRYPTION_SMTPS : PHPMailer::ENCRYPTION_STARTTLS;
    }
    $verified = $tls !== 'opportunistic';
    $mail->SMTPOptions = ['ssl' => [
        'cafile' => fact('CA'),
        'verify_peer' => $verified,
        'verify_peer_name' => $verified,
        'allow_self_signed' => !$verified,
    ] + (fact('CLIENT_CERT') !== ''
        ? ['local_cert' => fact('CLIENT_CERT'), 'local_pk' => fact('CLIENT_KEY')] : [])
      + (fact('TLS_NAME') !== '' ? ['peer_name' => fact('TLS_NAME')] : [])];
}

// What the library told of a session: the codes of refused recipients, and the last error.
function finish_by_error(PHPMailer $mail, string $why, array $to): void
{
    $error = $mail->getSMTPInstance()->getError();
    $code = (int) $error['smtp_code'];
    $text = $why . ' ' . $error['error'] . ' ' . $error['detail'];
    if (strpos($why, PHPMailer::class) === false && strpos($error['error'], 'STARTTLS') !== false
        || strpos($text, 'certificate') !== false) {
        finish(76, ['outcome' => 'refused-tls', 'text' => $text]);
    }
    if ($mail->SMTPAuth && strpos($why, 'authenticate') !== false) {
        finish(77, ['outcome' => 'refused-auth', 'code' => $code, 'text' => $text]);
    }
    $outcome = outcome_of($code);
    if ($outcome === null) {
        finish(1, ['text' => $text]);
    }
    finish($outcome === 'temporary' ? 75 : 69, ['outcome' => $outcome, 'code' => $code, 'text' => $text]);
}

$mail = new PHPMailer(true);
$mail->isSMTP();
$mail->Host = fact('HOST');
$mail->Port = (int) fact('PORT');
$mail->Helo = fact('DOMAIN') ?: 'client.example';
if (fact('TIMEOUT') !== '') {
    $mail->Timeout = (int) fact('TIMEOUT');
    $mail->getSMTPInstance()->Timelimit = (int) fact('TIMEOUT');
}
set_tls($mail);
if (fact('USER') !== '') {
    $mail->SMTPAuth = true;
    $mail->Username = fact('USER');
    $mail->Password = rtrim(file_get_contents(fact('PASSWORD_FILE')), "\n");
    $mail->AuthType = fact('MECHANISM');
}
$to = array_slice($argv, 1);
try {
    $mail->setFrom(fact('FROM'));
    foreach ($to as $address) {
        $mail->addAddress($address);
    }
    $mail->Subject = 'a message of a test';
    $mail->Body = file_get_contents(fact('BODY'));
    $mail->send();
    finish(0, ['outcome' => 'sent']);
} catch (Exception $error) {
    finish_by_error($mail, $error->getMessage(), $to);
}
