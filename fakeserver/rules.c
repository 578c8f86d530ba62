/* rules.c - the table of rules (rule.h). */
#include "fakeserver/rule_checks.h"

#define MAIL_RCPT (RULE_VERB(MAIL) | RULE_VERB(RCPT))
#define HELLO (RULE_VERB(EHLO) | RULE_VERB(HELO))
#define COMMAND RULE_OF_COMMAND
#define CONTENT RULE_OF_CONTENT

/* clang-format off */
const struct rule rules[] = {
    /* ---- the form of commands ---- */
    {"crlf", "5321-2.3.8-a", FINDING_MUST, "command lines that end in CRLF and hold no other CR or LF",
     "RFC 5321 2.3.8", COMMAND | RULE_OF_RESPONSE, 0, NULL, RULE_PLAIN, line_end_is_not_crlf},
    {"known-verb", "5321-2.2.2-a", FINDING_MUST, "a registered verb, or one that begins with X",
     "RFC 5321 2.2.2", COMMAND, 0, NULL, RULE_PLAIN, verb_is_unknown},
    {"no-turn", "5321-App-F.1-a", FINDING_SHOULD, "no TURN",
     "RFC 5321 F.1", COMMAND, RULE_VERB(TURN), "TURN", RULE_PLAIN, extension_not_offered},
    {"no-send", "5321-App-F.6-a", FINDING_SHOULD, "no SEND, SOML or SAML",
     "RFC 5321 F.6", COMMAND, RULE_VERB(SEND) | RULE_VERB(SOML) | RULE_VERB(SAML), "SEND", RULE_PLAIN, extension_not_offered},
    {"ascii-commands", "5321-2.4-e", FINDING_MUST, "US-ASCII in commands, as SMTPUTF8 is not offered",
     "RFC 5321 2.4", COMMAND, 0, NULL, RULE_PLAIN, has_eight_bit_octets},
    {"no-control-characters", "5321-4.1.2-d", FINDING_MUST, "no control characters in commands",
     "RFC 5321 4.1.2", COMMAND, 0, NULL, RULE_PLAIN, has_control_characters},
    {"one-space", "5321-2.4-c", FINDING_MUST, "one space between verb and argument",
     "RFC 5321 2.4, 4.1.1", COMMAND, 0, NULL, RULE_PLAIN, has_wide_gap},
    {"no-trailing-space", "5321-4.1.1-a", FINDING_SHOULD, "nothing between the last argument and CRLF",
     "RFC 5321 4.1.1", COMMAND, 0, NULL, RULE_PLAIN, has_trailing_space},
    {"no-argument", "5321-4.1.1-c", FINDING_MUST, "DATA, RSET and QUIT without an argument",
     "RFC 5321 4.1.1", COMMAND, RULE_VERB(DATA) | RULE_VERB(RSET) | RULE_VERB(QUIT), NULL, RULE_PLAIN, has_argument},
    {"command-length", "5321-4.5.3.1.4-a", FINDING_SHOULD, "command lines within 512 octets and what extensions add",
     "RFC 5321 4.5.3.1, 4.5.3.1.4", COMMAND, 0, NULL, RULE_PLAIN, line_is_too_long},
    {"ehlo-name", "5321-2.3.5-b", FINDING_MUST, "a host name or an address literal behind EHLO",
     "RFC 5321 2.3.5, 4.1.1.1", COMMAND, HELLO, NULL, RULE_PLAIN, hello_argument_is_no_name},
    {"ehlo-domain", "5321-4.1.2-e", FINDING_MUST, "letters, digits and hyphens in the labels of the EHLO domain",
     "RFC 5321 4.1.2", COMMAND, HELLO, NULL, RULE_PLAIN, hello_domain_is_malformed},
    {"ehlo-literal", "5321-4.1.3-a", FINDING_MUST, "an address literal like [192.0.2.1] or [IPv6:2001:db8::1]",
     "RFC 5321 4.1.3", COMMAND, HELLO, NULL, RULE_PLAIN, hello_literal_is_malformed},
    {"ehlo-one-argument", "5321-4.1.1.1-b", FINDING_SHOULD, "one argument behind EHLO",
     "RFC 5321 4.1.1.1", COMMAND, HELLO, NULL, RULE_PLAIN, hello_has_more_arguments},

    /* ---- paths ---- */
    {"colon", "5321-3.3-f", FINDING_MUST, "no space on either side of the colon of FROM: and TO:",
     "RFC 5321 3.3", COMMAND, MAIL_RCPT, NULL, RULE_PLAIN, colon_has_spaces},
    {"angle-brackets", "5321-3.3-g", FINDING_MUST, "a path in angle brackets behind FROM: and TO:",
     "RFC 5321 3.3, 4.1.2", COMMAND, MAIL_RCPT, NULL, RULE_PLAIN, path_has_no_brackets},
    {"path", "5321-4.1.1-b", FINDING_MUST, "a path of the grammar",
     "RFC 5321 4.1.1, 4.1.2", COMMAND, MAIL_RCPT, NULL, RULE_PLAIN, path_is_malformed},
    {"path-domain", "5321-4.1.2-e", FINDING_SHOULD, "letters, digits and hyphens in the labels of a path's domain",
     "RFC 5321 4.1.2", COMMAND, MAIL_RCPT, NULL, RULE_PLAIN, path_domain_is_malformed},
    {"qualified", "5321-2.3.5-a", FINDING_MUST, "a domain in every path but <> and <Postmaster>",
     "RFC 5321 2.3.5", COMMAND, MAIL_RCPT, NULL, RULE_PLAIN, path_has_no_domain},
    {"no-number-domain", "5321-App-F.4-a", FINDING_MUST, "no domain of the form #number",
     "RFC 5321 F.4", COMMAND, MAIL_RCPT, NULL, RULE_PLAIN, path_has_number_domain},
    {"no-route-from", "5321-3.3-d", FINDING_SHOULD, "no source route in the reverse-path",
     "RFC 5321 3.3, C", COMMAND, RULE_VERB(MAIL), NULL, RULE_PLAIN, path_has_route},
    {"no-route-to", "5321-3.3-e", FINDING_SHOULD, "no source route in the forward-path",
     "RFC 5321 3.3, 3.6.1, 4.1.1.3", COMMAND, RULE_VERB(RCPT), NULL, RULE_PLAIN, path_has_route},
    {"local-part-length", "5321-4.5.3.1.1-a", FINDING_SHOULD, "local-parts within 64 octets",
     "RFC 5321 4.5.3.1, 4.5.3.1.1", COMMAND, MAIL_RCPT, NULL, RULE_PLAIN, local_part_is_too_long},
    {"path-length", "5321-4.5.3.1.3-a", FINDING_SHOULD, "paths within 256 octets",
     "RFC 5321 4.5.3.1, 4.5.3.1.3", COMMAND, MAIL_RCPT, NULL, RULE_PLAIN, path_is_too_long},
    {"least-quoting", "5321-4.1.2-b", FINDING_SHOULD, "no quotes around a local-part that needs none",
     "RFC 5321 4.1.2", COMMAND, MAIL_RCPT, NULL, RULE_PLAIN, local_part_is_quoted_in_vain},
    {"recipient-as-given", "5321-2.3.11-a", FINDING_MUST, "recipients as the client was given them",
     "RFC 5321 2.3.11", COMMAND, RULE_VERB(RCPT), NULL, RULE_PLAIN, recipient_is_another},
    {"recipient-case", "5321-2.4-a", FINDING_MUST, "the letters of a local-part in the case that was given",
     "RFC 5321 2.4", COMMAND, RULE_VERB(RCPT), NULL, RULE_PLAIN, recipient_case_differs},
    {"sender-as-given", "5321-2.3.11-a", FINDING_MUST, "the reverse-path as the client was given it",
     "RFC 5321 2.3.11, 2.4", COMMAND, RULE_VERB(MAIL), NULL, RULE_PLAIN, sender_is_another},
    {"real-sender", "5321-4.5.5-a", FINDING_SHOULD, "the reverse-path that was given, not <>",
     "RFC 5321 4.5.5", COMMAND, RULE_VERB(MAIL), NULL, RULE_PLAIN, sender_is_null},
    {"null-sender", "5321-4.5.5-b", FINDING_SHOULD, "<>, as it was given, and no other reverse-path",
     "RFC 5321 4.5.5", COMMAND, RULE_VERB(MAIL), NULL, RULE_PLAIN, null_sender_is_replaced},

    /* ---- parameters ---- */
    {"size-offered", "1870-6-a", FINDING_MUST, "SIZE= only where SIZE is offered",
     "RFC 1870 6; RFC 5321 4.1.1.2", COMMAND, RULE_VERB(MAIL), "SIZE", RULE_PLAIN, parameter_not_offered},
    {"size-once", "1870-6-a", FINDING_MUST, "SIZE= once",
     "RFC 1870 6", COMMAND, RULE_VERB(MAIL), "SIZE", RULE_PLAIN, parameter_twice},
    {"size-value", "1870-6-b", FINDING_MUST, "1 to 20 digits behind SIZE=",
     "RFC 1870 4, 6", COMMAND, RULE_VERB(MAIL), NULL, RULE_PLAIN, size_is_malformed},
    {"body-offered", "6152-2-a", FINDING_MUST, "BODY= only where 8BITMIME is offered",
     "RFC 6152 2, 3; RFC 5321 4.1.1.2", COMMAND, RULE_VERB(MAIL), "BODY", RULE_PLAIN, parameter_not_offered},
    {"body-once", "6152-2-a", FINDING_MUST, "BODY= once",
     "RFC 6152 3", COMMAND, RULE_VERB(MAIL), "BODY", RULE_PLAIN, parameter_twice},
    {"body-value", "6152-2-a", FINDING_MUST, "7BIT or 8BITMIME behind BODY=",
     "RFC 6152 2", COMMAND, RULE_VERB(MAIL), NULL, RULE_PLAIN, body_is_malformed},
    {"auth-parameter-offered", "4954-5-a", FINDING_MUST, "AUTH= only where AUTH is offered",
     "RFC 4954 5; RFC 5321 4.1.1.2", COMMAND, RULE_VERB(MAIL), "AUTH", RULE_PLAIN, parameter_not_offered},
    {"auth-parameter-value", "4954-5-b", FINDING_MUST, "the xtext of a mailbox, or <>, behind AUTH=",
     "RFC 4954 5", COMMAND, RULE_VERB(MAIL), NULL, RULE_PLAIN, auth_parameter_is_malformed},
    {"mail-parameters-offered", "5321-4.1.1.2-a", FINDING_MUST, "MAIL parameters of offered extensions only",
     "RFC 5321 4.1.1.2", COMMAND, RULE_VERB(MAIL), NULL, RULE_PLAIN, other_parameter_not_offered},
    {"rcpt-parameters-offered", "5321-4.1.1.3-a", FINDING_MUST, "RCPT parameters of offered extensions only",
     "RFC 5321 4.1.1.3", COMMAND, RULE_VERB(RCPT), NULL, RULE_PLAIN, other_parameter_not_offered},

    /* ---- the order of a session ---- */
    {"greeting-first", "5321-4.3.1-b", FINDING_SHOULD, "no command before the whole greeting was sent",
     "RFC 5321 3.2, 4.3.1", COMMAND, 0, NULL, RULE_PLAIN, before_greeting},
    {"lock-step", "5321-4.3.1-a", FINDING_MUST, "no command before the reply to the one before it",
     "RFC 5321 4.3.1", COMMAND | RULE_OF_RESPONSE, 0, NULL, RULE_PLAIN, did_not_wait},
    {"no-pipelining", "2920-3.1-a", FINDING_MUST, "no command group, as PIPELINING is not offered",
     "RFC 2920 3.1", COMMAND | RULE_OF_RESPONSE, 0, NULL, RULE_PLAIN, did_not_wait_after_ehlo},
    {"group-end", "2920-3.1-b", FINDING_MUST, "EHLO, DATA, VRFY, EXPN, TURN and NOOP last in their group",
     "RFC 2920 3.1", COMMAND, 0, NULL, RULE_PLAIN, group_goes_on},
    {"group-end-extension", "2920-3.1-c", FINDING_MUST, "commands of other extensions last in their group",
     "RFC 2920 3.1", COMMAND, 0, NULL, RULE_PLAIN, group_goes_on_after_extension},
    {"group-end-auth", "4954-4-p", FINDING_MUST, "AUTH last in its group",
     "RFC 4954 3; RFC 2920 3.1", COMMAND | RULE_OF_RESPONSE, 0, NULL, RULE_PLAIN, group_goes_on_after_auth},
    {"hello-before-mail", "5321-4.1.1.1-d", FINDING_MUST, "EHLO or HELO, answered 2yz, before MAIL",
     "RFC 5321 4.1.1.1, 4.1.4", COMMAND, RULE_VERB(MAIL), NULL, RULE_PLAIN, mail_before_hello},
    {"ehlo-first", "5321-4.1.1.1-c", FINDING_SHOULD, "EHLO as the first command",
     "RFC 5321 2.2.1, 3.2, 4.1.1.1", COMMAND, RULE_VERB(HELO), NULL, RULE_PLAIN, helo_first},
    {"hello-before-others", "5321-4.1.4-c", FINDING_SHOULD, "EHLO before VRFY, EXPN, NOOP, HELP and RSET",
     "RFC 5321 4.1.4", COMMAND, RULE_VERB(VRFY) | RULE_VERB(EXPN) | RULE_VERB(NOOP) | RULE_VERB(HELP) | RULE_VERB(RSET), NULL, RULE_PLAIN, command_before_hello},
    {"order", "5321-3.3-c", FINDING_MUST, "MAIL, then RCPT, then DATA",
     "RFC 5321 3.3, 4.1.4", COMMAND, RULE_VERB(RCPT) | RULE_VERB(DATA), NULL, RULE_PLAIN, out_of_order},
    {"after-refused-mail", "5321-3.3-k", FINDING_MUST, "no RCPT and no DATA after a refused MAIL",
     "RFC 5321 3.3, 4.1.4", COMMAND, RULE_VERB(RCPT) | RULE_VERB(DATA), NULL, RULE_PLAIN, after_refused_mail},
    {"data-needs-recipient", "5321-3.3-j", FINDING_SHOULD, "no DATA, as no recipient was accepted",
     "RFC 5321 3.3", COMMAND, RULE_VERB(DATA), NULL, RULE_PLAIN, data_without_recipient},
    {"one-transaction", "5321-4.1.4-d", FINDING_MUST, "no MAIL while a transaction is open",
     "RFC 5321 4.1.4", COMMAND, RULE_VERB(MAIL), NULL, RULE_PLAIN, mail_in_transaction},
    {"refused-greeting", "5321-3.1-a", FINDING_MUST, "nothing but QUIT after a 5yz greeting",
     "RFC 5321 3.1", RULE_OF_UNIT, 0, NULL, RULE_PLAIN, after_refusing_greeting},
    {"greeting-521", "7504-3-a", FINDING_MUST, "nothing but QUIT after a 521 greeting",
     "RFC 7504 3", RULE_OF_UNIT, 0, NULL, RULE_PLAIN, after_521_greeting},
    {"after-421", "5321-4.2.2-a", FINDING_SHOULD, "nothing but QUIT after 421",
     "RFC 5321 3.8, 4.2.2", RULE_OF_UNIT, 0, NULL, RULE_PLAIN, after_421},
    {"quit-last", "5321-4.1.4-f", FINDING_MUST, "nothing after QUIT",
     "RFC 5321 4.1.4", RULE_OF_UNIT, 0, NULL, RULE_PLAIN, after_quit},
    {"quit", "5321-4.1.1.10-a", FINDING_MUST, "QUIT before the connection is closed",
     "RFC 5321 4.1.1.10, 3.8", RULE_OF_END, 0, NULL, RULE_PLAIN, closed_without_quit},
    {"quit-reply", "5321-4.1.1.10-b", FINDING_SHOULD, "the reply to QUIT before the connection is closed",
     "RFC 5321 4.1.1.10", RULE_OF_END, 0, NULL, RULE_PLAIN, did_not_wait_for_quit_reply},
    {"no-repeat", "5321-4.2.1-b", FINDING_SHOULD, "no repetition of a command that was answered 5yz",
     "RFC 5321 4.2.1", COMMAND, 0, NULL, RULE_PLAIN, repeated_after_5yz},
    {"no-expn", "5321-3.5.4-a", FINDING_SHOULD, "no EXPN ahead of mail",
     "RFC 5321 3.5.4", COMMAND, RULE_VERB(MAIL), NULL, RULE_PLAIN, expn_before_mail},

    /* ---- mail data ---- */
    {"content-after-354", "5321-3.3-a", FINDING_MUST, "mail data only after the 354 reply to DATA",
     "RFC 5321 3.3", CONTENT, 0, NULL, RULE_PLAIN, content_not_asked_for},
    {"no-content-after-refusal", "5321-3.3-b", FINDING_MUST, "no mail data after DATA was refused",
     "RFC 5321 3.3", COMMAND | CONTENT, 0, NULL, RULE_ALWAYS, content_after_refusal},
    {"content-needs-recipient", "5321-3.3-j", FINDING_MUST, "no mail data, as no recipient was accepted",
     "RFC 5321 3.3; RFC 2920 3.1", CONTENT, 0, NULL, RULE_PLAIN, content_without_recipient},
    {"lone-dot", "2920-3.1-f", FINDING_SHOULD, "a lone dot, as DATA was answered 354 without a recipient",
     "RFC 2920 3.1", RULE_OF_END, 0, NULL, RULE_PLAIN, closed_instead_of_lone_dot},
    {"content-crlf", "5321-2.3.8-c", FINDING_MUST, "CR and LF only together in mail data",
     "RFC 5321 2.3.8; RFC 5322 2.3", CONTENT, 0, NULL, RULE_PLAIN, content_has_bare_line_ends},
    {"transparency", "5321-4.5.2-a", FINDING_MUST, "a dot put before each line that begins with one",
     "RFC 5321 4.5.2", CONTENT, 0, NULL, RULE_PLAIN, content_has_unstuffed_dots},
    {"no-false-end", "5321-4.1.1.4-f", FINDING_MUST, "no look-alike of the end of mail data indication",
     "RFC 5321 2.3.8, 4.1.1.4", CONTENT, 0, NULL, RULE_PLAIN, content_has_false_ends},
    {"content-control-characters", "5321-4.1.1.4-a", FINDING_SHOULD, "no control characters but HT, CR and LF in mail data",
     "RFC 5321 4.1.1.4", CONTENT, 0, NULL, RULE_PLAIN, content_has_control_characters},
    {"seven-bit-to-helo", "5321-2.4-d", FINDING_MUST, "mail data of 7 bit, as no extension was offered",
     "RFC 5321 2.4", CONTENT, 0, NULL, RULE_PLAIN, content_eight_bit_to_helo},
    {"seven-bit", "6152-3-a", FINDING_MUST, "mail data of 7 bit, as 8BITMIME is not offered",
     "RFC 6152 3", CONTENT, 0, NULL, RULE_PLAIN, content_eight_bit_not_offered},
    {"body-declared", "6152-3-b", FINDING_MUST, "BODY=8BITMIME on MAIL for mail data of 8 bit",
     "RFC 6152 3", CONTENT, 0, NULL, RULE_PLAIN, content_eight_bit_not_declared},
    {"text-line-length", "5321-4.5.3.1.6-a", FINDING_SHOULD, "text lines within 1000 octets",
     "RFC 5321 4.5.3.1, 4.5.3.1.6", CONTENT, 0, NULL, RULE_PLAIN, content_line_is_too_long},
    {"size-estimate", "1870-6-b", FINDING_SHOULD, "mail data about as large as SIZE= declared, or smaller",
     "RFC 1870 6, 6.3", CONTENT, 0, NULL, RULE_PLAIN, content_above_declared_size},
    {"size-maximum", "1870-7-a", FINDING_SHOULD, "no mail data above the size that the server announced",
     "RFC 1870 4, 7", CONTENT, 0, NULL, RULE_PLAIN, content_above_maximum},
    {"size-declared", "5321-4.5.3.1.7-a", FINDING_SHOULD, "SIZE= for a message above 64 KiB, as SIZE is offered",
     "RFC 5321 4.5.3.1.7", CONTENT, 0, NULL, RULE_PLAIN, large_content_without_size},
    {"no-return-path", "5321-4.4-a", FINDING_SHOULD, "no Return-Path field",
     "RFC 5321 4.4", CONTENT, 0, NULL, RULE_PLAIN, content_has_return_path},
    {"no-bcc", "5321-7.2-a", FINDING_SHOULD, "no Bcc field",
     "RFC 5321 7.2, B", CONTENT, 0, NULL, RULE_PLAIN, content_has_bcc},
    {"one-date-one-from", "5322-3.6-a", FINDING_MUST, "one Date and one From field",
     "RFC 5322 3.6", CONTENT, 0, NULL, RULE_PLAIN, content_has_two_dates},
    {"header-names", "5322-2.2-a", FINDING_MUST, "header fields with names of printable octets, then a colon",
     "RFC 5322 2.2", CONTENT, 0, NULL, RULE_PLAIN, content_has_bad_names},
    {"four-digit-years", "5321-App-F.5-a", FINDING_MUST, "dates with years of four digits",
     "RFC 5321 F.5; RFC 5322 3.3", CONTENT, 0, NULL, RULE_PLAIN, content_has_short_years},
    {"header-line-length", "5322-2.1.1-b", FINDING_SHOULD, "header lines of its own within 78 characters",
     "RFC 5322 2.1.1", CONTENT, 0, NULL, RULE_PLAIN, content_has_long_header_lines},
    {"eight-bit-is-mime", "5321-2.4-f", FINDING_MUST, "BODY=8BITMIME only for MIME with a fit encoding",
     "RFC 5321 2.4; RFC 2045 4, 6", CONTENT, 0, NULL, RULE_PLAIN, content_eight_bit_is_no_mime},

    /* ---- authentication ---- */
    {"auth-offered", "4954-3-a", FINDING_MUST, "AUTH only where it is offered",
     "RFC 4954 3; RFC 5321 2.2.1", COMMAND, RULE_VERB(AUTH), NULL, RULE_PLAIN, auth_not_offered},
    {"mechanism-offered", "4954-3-a", FINDING_MUST, "a mechanism that is offered",
     "RFC 4954 3", COMMAND, RULE_VERB(AUTH), NULL, RULE_PLAIN, mechanism_not_offered},
    {"auth-once", "4954-4-a", FINDING_MUST, "no AUTH after a successful one",
     "RFC 4954 4", COMMAND, RULE_VERB(AUTH), NULL, RULE_PLAIN, auth_again},
    {"auth-before-mail", "4954-4-b", FINDING_MUST, "no AUTH while a transaction is open",
     "RFC 4954 4", COMMAND, RULE_VERB(AUTH), NULL, RULE_PLAIN, auth_in_transaction},
    {"auth-base64", "4954-4-c", FINDING_MUST, "base64, `=` for an empty initial response, or `*`",
     "RFC 4954 4, 8", COMMAND | RULE_OF_RESPONSE, 0, NULL, RULE_PLAIN, response_is_not_base64},
    {"auth-length", "4954-4-d", FINDING_MUST, "no initial response that makes AUTH longer than 512 octets",
     "RFC 4954 4; RFC 5321 4.5.3.1.4", COMMAND, RULE_VERB(AUTH), NULL, RULE_PLAIN, auth_line_is_too_long},
    {"login-initial-response", "4954-4-q", FINDING_SHOULD, "AUTH LOGIN alone: the server begins",
     "RFC 4954 4; draft-murchison-sasl-login 2", COMMAND, RULE_VERB(AUTH), "LOGIN", RULE_PLAIN, initial_response_to_server_first},
    {"server-first", "4422-5-a", FINDING_MUST, "no initial response, as the server begins",
     "RFC 4422 5; RFC 4954 4", COMMAND, RULE_VERB(AUTH), NULL, RULE_PLAIN, initial_response_to_server_first},
    {"login-order", "draft-login-2.1-a", FINDING_MUST, "the user name, then the password",
     "draft-murchison-sasl-login 2.1", RULE_OF_RESPONSE, 0, NULL, RULE_PLAIN, login_out_of_order},
    {"plain-credentials", "4616-2-a", FINDING_MUST, "the credentials that the client was given",
     "RFC 4616 2", COMMAND | RULE_OF_RESPONSE, 0, "PLAIN", RULE_PLAIN, credentials_differ},
    {"plain-no-nul", "4616-2-b", FINDING_MUST, "two NULs in PLAIN, and none in the password",
     "RFC 4616 2", COMMAND | RULE_OF_RESPONSE, 0, "plain-nul", RULE_PLAIN, response_has_remark},
    {"plain-no-empty", "4616-2-c", FINDING_MUST, "a user name and a password of at least one octet in PLAIN",
     "RFC 4616 2", COMMAND | RULE_OF_RESPONSE, 0, "plain-empty", RULE_PLAIN, response_has_remark},
    {"login-credentials", "draft-login-2.1-a", FINDING_MUST, "the credentials that the client was given",
     "draft-murchison-sasl-login 2.1", RULE_OF_RESPONSE, 0, "LOGIN", RULE_PLAIN, credentials_differ},
    {"no-hammering", "4954-4-n", FINDING_SHOULD, "no fifth AUTH after four that were refused",
     "RFC 4954 4, 6; RFC 5321 4.2.1", COMMAND, RULE_VERB(AUTH), NULL, RULE_PLAIN, auth_hammers},
    {"secret", "drill-secret-a", FINDING_MUST, "the password nowhere but in responses of AUTH",
     "RFC 4954 9; RFC 4616 5", RULE_OF_UNIT, 0, NULL, RULE_ALWAYS, secret_elsewhere},

    /* ---- extensions ---- */
    {"bdat-offered", "3030-2-a", FINDING_MUST, "BDAT only where CHUNKING is offered",
     "RFC 3030 2", COMMAND, RULE_VERB(BDAT), "CHUNKING", RULE_PLAIN, verb_not_offered},
    {"no-bdat-after-refusal", "3030-2-f", FINDING_MUST, "no further chunk after one that was refused",
     "RFC 3030 2", COMMAND, RULE_VERB(BDAT), NULL, RULE_PLAIN, bdat_after_refusal},
    {"rset-after-bdat", "3030-2-g", FINDING_MUST, "RSET after a chunk that was refused",
     "RFC 3030 2", COMMAND, RULE_VERB(MAIL), NULL, RULE_PLAIN, mail_after_refused_bdat},
    {"bdat-last", "3030-2-h", FINDING_MUST, "no BDAT after BDAT LAST",
     "RFC 3030 2", COMMAND, RULE_VERB(BDAT), NULL, RULE_PLAIN, bdat_after_last},
    {"bdat-or-data", "3030-2-j", FINDING_MUST, "DATA or BDAT, not both for one message",
     "RFC 3030 2", COMMAND, RULE_VERB(BDAT) | RULE_VERB(DATA), NULL, RULE_PLAIN, bdat_with_data},
    {"binary-offered", "3030-3-a", FINDING_MUST, "BODY=BINARYMIME only where BINARYMIME and CHUNKING are offered",
     "RFC 3030 3", COMMAND, RULE_VERB(MAIL), NULL, RULE_PLAIN, binary_not_offered},
    {"binary-by-bdat", "3030-3-b", FINDING_MUST, "BDAT after BODY=BINARYMIME",
     "RFC 3030 3", COMMAND, RULE_VERB(DATA), NULL, RULE_PLAIN, data_for_binary},
    {"binary-declared", "3030-3-e", FINDING_MUST, "BODY=BINARYMIME for binary content",
     "RFC 3030 3", CONTENT, 0, NULL, RULE_PLAIN, binary_not_declared},
    {"utf8-declared", "6531-3.4-a", FINDING_MUST, "SMTPUTF8 on MAIL for addresses with octets above 127",
     "RFC 6531 3.4", COMMAND, MAIL_RCPT, NULL, RULE_PLAIN, utf8_not_declared},
    {"utf8-no-value", "6531-3.4-c", FINDING_MUST, "SMTPUTF8 without a value",
     "RFC 6531 3.4", COMMAND, RULE_VERB(MAIL), NULL, RULE_PLAIN, utf8_has_a_value},
    {"vrfy-utf8", "6531-3.7.4.2-b", FINDING_SHOULD, "SMTPUTF8 behind VRFY and EXPN only where it is offered",
     "RFC 6531 3.7.4.2", COMMAND, RULE_VERB(VRFY) | RULE_VERB(EXPN), NULL, RULE_PLAIN, vrfy_utf8_not_offered},
    {"xtext", "3461-4-b", FINDING_MUST, "xtext behind ENVID= and in ORCPT=",
     "RFC 3461 4", COMMAND, MAIL_RCPT, NULL, RULE_PLAIN, xtext_is_malformed},
    {"notify-never", "3461-4.1-a", FINDING_MUST, "NOTIFY=NEVER alone",
     "RFC 3461 4.1", COMMAND, RULE_VERB(RCPT), NULL, RULE_PLAIN, never_is_not_alone},
    {"notify-value", "3461-4.1-b", FINDING_MUST, "NEVER, or SUCCESS, FAILURE, DELAY, behind NOTIFY=",
     "RFC 3461 4.1", COMMAND, RULE_VERB(RCPT), NULL, RULE_PLAIN, notify_is_malformed},
    {"orcpt-value", "3461-4.2-a", FINDING_MUST, "an address type, \";\" and xtext behind ORCPT=",
     "RFC 3461 4.2; RFC 6533 3", COMMAND, RULE_VERB(RCPT), NULL, RULE_PLAIN, orcpt_is_malformed},
    {"orcpt-is-rcpt", "3461-4.2-b", FINDING_MUST, "the address of RCPT in ORCPT=",
     "RFC 3461 4.2", COMMAND, RULE_VERB(RCPT), NULL, RULE_PLAIN, orcpt_is_another},
    {"ret-value", "3461-4.3-a", FINDING_MUST, "FULL or HDRS behind RET=",
     "RFC 3461 4.3", COMMAND, RULE_VERB(MAIL), "RET", RULE_PLAIN, parameter_is_malformed},
    {"envid-value", "3461-4.4-a", FINDING_MUST, "printable US-ASCII, at most 100 octets, behind ENVID=",
     "RFC 3461 4.4", COMMAND, RULE_VERB(MAIL), NULL, RULE_PLAIN, envid_is_malformed},
    {"dsn-once", "3461-4.5-a", FINDING_MUST, "RET, ENVID, NOTIFY and ORCPT once each",
     "RFC 3461 4.5", COMMAND, MAIL_RCPT, NULL, RULE_PLAIN, dsn_parameter_twice},
    {"dsn-as-asked", "3461-5.2.1-a", FINDING_MUST, "RET= and NOTIFY= as they were asked for",
     "RFC 3461 5.2.1", COMMAND, MAIL_RCPT, NULL, RULE_PLAIN, dsn_is_another},
    {"by-value", "2852-4-a", FINDING_MUST, "seconds; N or R, perhaps T, behind BY=",
     "RFC 2852 4", COMMAND, RULE_VERB(MAIL), "BY", RULE_PLAIN, parameter_is_malformed},
    {"one-hold", "4865-4.1-a", FINDING_MUST, "HOLDFOR= or HOLDUNTIL=, once",
     "RFC 4865 4.1", COMMAND, RULE_VERB(MAIL), NULL, RULE_PLAIN, hold_twice},
    {"hold-within", "4865-4.1-b", FINDING_MUST, "no hold beyond what FUTURERELEASE announces",
     "RFC 4865 4.1", COMMAND, RULE_VERB(MAIL), NULL, RULE_PLAIN, hold_is_too_long},
    {"no-hold-for-dsn", "4865-5.1.1-a", FINDING_MUST, "no HOLDFOR= and HOLDUNTIL= with <>",
     "RFC 4865 5.1.1", COMMAND, RULE_VERB(MAIL), NULL, RULE_PLAIN, hold_for_null_sender},
    {"requiretls-in-tls", "8689-2-a", FINDING_MUST, "REQUIRETLS under TLS only",
     "RFC 8689 2", COMMAND, RULE_VERB(MAIL), NULL, RULE_PLAIN, requiretls_in_clear},
    {"mtrk-envid", "3885-3.2-a", FINDING_MUST, "ENVID= with MTRK=, where MTRK is offered",
     "RFC 3885 3.2", COMMAND, RULE_VERB(MAIL), NULL, RULE_PLAIN, mtrk_without_envid},
    {"burl-offered", "4468-3.1-a", FINDING_MUST, "BURL only where it is offered",
     "RFC 4468 3.1", COMMAND, RULE_VERB(BURL), "BURL", RULE_PLAIN, verb_not_offered},
    {"lhlo", "2033-4.1-a", FINDING_MUST, "LHLO, and neither EHLO nor HELO, as this is LMTP",
     "RFC 2033 4.1", COMMAND, HELLO, NULL, RULE_PLAIN, hello_is_not_lhlo},
    /* ---- TLS ---- */
    {"starttls-offered", "3207-4-a", FINDING_MUST, "STARTTLS only where it is offered",
     "RFC 3207 4; RFC 5321 2.2.1", COMMAND, RULE_VERB(STARTTLS), NULL, RULE_PLAIN, starttls_not_offered},
    {"starttls-alone", "3207-4-a", FINDING_MUST, "STARTTLS without parameters",
     "RFC 3207 4", COMMAND, RULE_VERB(STARTTLS), NULL, RULE_PLAIN, has_argument},
    {"starttls-once", "3207-4.2-d", FINDING_MUST, "no STARTTLS inside of TLS",
     "RFC 3207 4.2", COMMAND, RULE_VERB(STARTTLS), NULL, RULE_PLAIN, starttls_inside_tls},
    {"handshake-next", "3207-4-c", FINDING_MUST, "a TLS handshake after 220 to STARTTLS",
     "RFC 3207 4", COMMAND, 0, NULL, RULE_ALWAYS, command_instead_of_handshake},
    {"ehlo-inside-tls", "3207-4.2-c", FINDING_SHOULD, "EHLO as the first command after the handshake",
     "RFC 3207 4.2", COMMAND, 0, NULL, RULE_PLAIN, first_inside_tls_is_no_ehlo},
    {"quit-untrusted", "3207-4.1-b", FINDING_SHOULD, "QUIT after a handshake that does not satisfy",
     "RFC 3207 4.1", RULE_OF_END, 0, NULL, RULE_PLAIN, closed_after_handshake},
    {"no-tls-1.0", "8996-4-a", FINDING_MUST, "no TLS 1.0",
     "RFC 8996 4", RULE_OF_TLS, 0, "1.0", RULE_ALWAYS, tls_version_is_old},
    {"no-tls-1.1", "8996-5-a", FINDING_MUST, "no TLS 1.1",
     "RFC 8996 5; RFC 8997 3", RULE_OF_TLS, 0, "1.1", RULE_ALWAYS, tls_version_is_old},
    {"tls-demanded", "3207-6-a", FINDING_MUST, "no MAIL in the clear, as the client was told to use TLS",
     "RFC 3207 6; RFC 9325 3.2", COMMAND, RULE_VERB(MAIL), NULL, RULE_ALWAYS, mail_without_tls},
    {"plain-inside-tls", "4616-5-a", FINDING_SHOULD, "PLAIN inside of TLS, as the client was told to use it",
     "RFC 4616 5", COMMAND, RULE_VERB(AUTH), "PLAIN", RULE_ALWAYS, auth_without_tls},
    {"login-inside-tls", "draft-login-1-a", FINDING_MUST, "LOGIN inside of TLS, as the client was told to use it",
     "draft-murchison-sasl-login 1", COMMAND, RULE_VERB(AUTH), "LOGIN", RULE_ALWAYS, auth_without_tls},
    {"bearer-inside-tls", "7628-3-a", FINDING_MUST, "OAUTHBEARER inside of TLS, as the client was told to use it",
     "RFC 7628 3", COMMAND, RULE_VERB(AUTH), "OAUTHBEARER", RULE_ALWAYS, auth_without_tls},
    {"no-probe", "8314-5.1-a", FINDING_MUST, "no AUTH in the clear, as the client was told to use TLS",
     "RFC 8314 5.1", COMMAND, RULE_VERB(AUTH), NULL, RULE_ALWAYS, auth_without_tls},

    /* ---- SASL with proofs ---- */
    {"cram-response", "2195-2-a", FINDING_MUST, "the user name, a space and 32 lower-case digits",
     "RFC 2195 2", COMMAND | RULE_OF_RESPONSE, 0, "cram-form", RULE_PLAIN, response_has_remark},
    {"cram-proof", "2195-2-b", FINDING_MUST, "HMAC-MD5 of the challenge under the password",
     "RFC 2195 2", COMMAND | RULE_OF_RESPONSE, 0, "cram-proof", RULE_PLAIN, proof_does_not_verify},
    {"digest-challenge", "2831-2.1.1-a", FINDING_SHOULD, "no response to a challenge without one nonce",
     "RFC 2831 2.1.1", COMMAND | RULE_OF_RESPONSE, 0, "digest-nonce", RULE_PLAIN, response_has_remark},
    {"digest-qop", "2831-2.1.1-b", FINDING_MUST, "a qop that is offered and known",
     "RFC 2831 2.1.1", COMMAND | RULE_OF_RESPONSE, 0, "digest-qop", RULE_PLAIN, response_has_remark},
    {"digest-response", "2831-2.1.2-a", FINDING_MUST, "a digest-response",
     "RFC 2831 2.1.2", COMMAND | RULE_OF_RESPONSE, 0, "digest-form", RULE_PLAIN, response_has_remark},
    {"digest-count", "2831-2.1.2-a", FINDING_MUST, "nc=00000001",
     "RFC 2831 2.1.2", COMMAND | RULE_OF_RESPONSE, 0, "digest-count", RULE_PLAIN, response_has_remark},
    {"digest-uri", "2831-2.1.2-a", FINDING_MUST, "digest-uri=smtp/host",
     "RFC 2831 2.1.2", COMMAND | RULE_OF_RESPONSE, 0, "digest-uri", RULE_PLAIN, response_has_remark},
    {"digest-proof", "2831-2.1.2-a", FINDING_MUST, "a response-value that verifies",
     "RFC 2831 2.1.2.1", COMMAND | RULE_OF_RESPONSE, 0, "digest-proof", RULE_PLAIN, proof_does_not_verify},
    {"gs2-header", "5802-5-d", FINDING_MUST, "n, y or p at the start of the first message",
     "RFC 5802 5.1, 7", COMMAND | RULE_OF_RESPONSE, 0, "gs2-header", RULE_PLAIN, response_has_remark},
    {"gs2-flag", "5802-6-a", FINDING_MUST, "the flag of channel binding that belongs to the mechanism",
     "RFC 5802 6", COMMAND | RULE_OF_RESPONSE, 0, "gs2-binding", RULE_PLAIN, response_has_remark},
    {"gs2-flag-y", "5802-6-b", FINDING_MUST, "the flag y, as the client knows channel binding and no PLUS is offered",
     "RFC 5802 6", COMMAND | RULE_OF_RESPONSE, 0, "gs2-no-binding", RULE_PLAIN, binding_is_not_told},
    {"scram-user", "5802-5.1-b", FINDING_MUST, "the user name with =2C for a comma and =3D for =",
     "RFC 5802 5.1", COMMAND | RULE_OF_RESPONSE, 0, "scram-user", RULE_PLAIN, response_has_remark},
    {"scram-nonce", "5802-5-c", FINDING_MUST, "a nonce of its own, another one each time",
     "RFC 5802 5.1", COMMAND | RULE_OF_RESPONSE, 0, "scram-nonce", RULE_PLAIN, response_has_remark},
    {"scram-binding", "5802-5-d", FINDING_MUST, "c= with the header that was sent, and the channel binding",
     "RFC 5802 5.1, 6", COMMAND | RULE_OF_RESPONSE, 0, "scram-binding", RULE_PLAIN, response_has_remark},
    {"scram-server-nonce", "5802-5.1-a", FINDING_MUST, "r= as the server sent it",
     "RFC 5802 5.1", COMMAND | RULE_OF_RESPONSE, 0, "scram-other-nonce", RULE_PLAIN, response_has_remark},
    {"scram-challenge", "5802-5.1-a", FINDING_MUST, "no proof in answer to a challenge that is none",
     "RFC 5802 5.1", COMMAND | RULE_OF_RESPONSE, 0, "scram-goes-on", RULE_PLAIN, response_has_remark},
    {"scram-final", "5802-5-d", FINDING_MUST, "a client-final-message",
     "RFC 5802 7", COMMAND | RULE_OF_RESPONSE, 0, "scram-form", RULE_PLAIN, response_has_remark},
    {"scram-proof", "7677-3-a", FINDING_MUST, "a proof that verifies",
     "RFC 5802 3; RFC 7677 3", COMMAND | RULE_OF_RESPONSE, 0, "scram-proof", RULE_PLAIN, proof_does_not_verify},
    {"oauth-response", "7628-3.1-a", FINDING_MUST, "a GS2 header and auth=Bearer between %x01",
     "RFC 7628 3.1", COMMAND | RULE_OF_RESPONSE, 0, "oauth-form", RULE_PLAIN, response_has_remark},
    {"oauth-error", "7628-3.2.3-a", FINDING_MUST, "one %x01 or * after the server's error",
     "RFC 7628 3.2.3", COMMAND | RULE_OF_RESPONSE, 0, "oauth-error", RULE_PLAIN, response_has_remark},
    {"channel-binding", "5802-6-c", FINDING_MUST, "a PLUS form, as it is offered and known",
     "RFC 5802 6", COMMAND, RULE_VERB(AUTH), NULL, RULE_PLAIN, plus_is_not_used},
    {"stronger-scram", "7677-4-a", FINDING_SHOULD, "SCRAM-SHA-256 before SCRAM-SHA-1",
     "RFC 7677 4", COMMAND, RULE_VERB(AUTH), "SCRAM-SHA-1", RULE_PLAIN, weaker_mechanism_is_chosen},
    {"no-digest-md5", "6331-2-a", FINDING_SHOULD, "SCRAM-SHA-256 before DIGEST-MD5, which is historic",
     "RFC 6331 2", COMMAND, RULE_VERB(AUTH), "DIGEST-MD5", RULE_PLAIN, weaker_mechanism_is_chosen},

    /* ---- the run as a whole ---- */
    {"false-success", "5321-4.1.1.10-d", FINDING_MUST, "success reported only after 2yz to the end of mail data",
     "RFC 5321 4.1.1.10, 4.2.5", RULE_OF_RUN, 0, NULL, RULE_ALWAYS, claims_sent_falsely},
    {"false-failure", "5321-4.2.5-a", FINDING_MUST, "success reported after 2yz to the end of mail data",
     "RFC 5321 4.2.5, 4.1.1.10", RULE_OF_RUN, 0, NULL, RULE_ALWAYS, claims_failure_falsely},
    {"no-duplicate", "5321-4.2.5-a", FINDING_MUST, "no second copy after 2yz to the end of mail data",
     "RFC 5321 4.2.5", RULE_OF_RUN, 0, NULL, RULE_ALWAYS, delivered_twice},
    {"no-new-try", "5321-4.2.5-c", FINDING_SHOULD, "no new attempt by itself after 5yz to the end of mail data",
     "RFC 5321 4.2.5", RULE_OF_RUN, 0, NULL, RULE_PLAIN, content_again_after_5yz},
    {"one-copy", "5321-4.5.4.1-i", FINDING_SHOULD, "one copy of the message for all recipients",
     "RFC 5321 4.5.4.1", RULE_OF_RUN, 0, NULL, RULE_PLAIN, one_copy_a_recipient},
    {"no-loop", "5321-4.5.4.1-b", FINDING_MUST, "a delay before a destination is tried again",
     "RFC 5321 4.5.4.1", RULE_OF_RUN, 0, NULL, RULE_PLAIN, connects_in_a_loop},
};
/* clang-format on */

const size_t rule_count = sizeof(rules) / sizeof(rules[0]);

const struct rule *rule_find(struct bytes name)
{
    for (size_t i = 0; i < rule_count; i++)
        if (bytes_equal(bytes_of(rules[i].name), name))
            return &rules[i];
    return NULL;
}

unsigned rule_kind_of(const struct rule_case *of)
{
    if (!of->record)
        return RULE_OF_RUN;
    switch (of->record->kind) {
    case TRANSCRIPT_COMMAND:
        return RULE_OF_COMMAND;
    case TRANSCRIPT_RESPONSE:
        return RULE_OF_RESPONSE;
    case TRANSCRIPT_MAIL_DATA:
    case TRANSCRIPT_CHUNK:
        return RULE_OF_CONTENT;
    case TRANSCRIPT_TLS_STARTED:
        return RULE_OF_TLS;
    case TRANSCRIPT_CLIENT_CLOSED:
    case TRANSCRIPT_CLIENT_RESET:
        return RULE_OF_END;
    case TRANSCRIPT_CONNECTED:
    case TRANSCRIPT_OCTETS:
    case TRANSCRIPT_REPLY:
    case TRANSCRIPT_TLS_FAILED:
    case TRANSCRIPT_QUIET:
    case TRANSCRIPT_DEAF:
    case TRANSCRIPT_STALLED:
    case TRANSCRIPT_SERVER_HALF_CLOSED:
    case TRANSCRIPT_SERVER_CLOSED:
    case TRANSCRIPT_SERVER_RESET:
    case TRANSCRIPT_EXPIRED:
    case TRANSCRIPT_KIND_COUNT:
        return 0;
    }
    return 0;
}

bool rule_applies(const struct rule *rule, const struct rule_case *of)
{
    if (rule->verbs && !(of->command && rule->verbs >> of->command->verb & 1))
        return false;
    /* What a client sends behind content in the place of commands was judged with that content. */
    return rule->flag == RULE_ALWAYS || !of->session ||
           (!of->session->odd && !of->session->derailed);
}
