/*
 * rule_checks.h - the checks that the rows of rules.c name; for rules*.c only.
 *
 * RULE_CHECK(name) is one check, of the shape of struct rule's `broken`.
 */
#ifndef FAKESERVER_RULE_CHECKS_H
#define FAKESERVER_RULE_CHECKS_H

#include "fakeserver/rule.h"

#define RULE_CHECK(name)                                                                           \
    bool name(const struct rule_case *of, const struct rule *rule, struct rule_report *report)

/* rules_command.c: the form of one command */
RULE_CHECK(line_end_is_not_crlf);
RULE_CHECK(verb_is_unknown);
RULE_CHECK(extension_not_offered);
RULE_CHECK(has_eight_bit_octets);
RULE_CHECK(has_control_characters);
RULE_CHECK(has_wide_gap);
RULE_CHECK(has_trailing_space);
RULE_CHECK(has_argument);
RULE_CHECK(line_is_too_long);
RULE_CHECK(hello_argument_is_no_name);
RULE_CHECK(hello_domain_is_malformed);
RULE_CHECK(hello_literal_is_malformed);
RULE_CHECK(hello_has_more_arguments);

/* rules_path.c: paths and parameters of MAIL and RCPT */
RULE_CHECK(colon_has_spaces);
RULE_CHECK(path_has_no_brackets);
RULE_CHECK(path_is_malformed);
RULE_CHECK(path_has_no_domain);
RULE_CHECK(path_domain_is_malformed);
RULE_CHECK(path_has_number_domain);
RULE_CHECK(path_has_route);
RULE_CHECK(local_part_is_too_long);
RULE_CHECK(path_is_too_long);
RULE_CHECK(local_part_is_quoted_in_vain);
RULE_CHECK(recipient_is_another);
RULE_CHECK(recipient_case_differs);
RULE_CHECK(sender_is_another);
RULE_CHECK(sender_is_null);
RULE_CHECK(null_sender_is_replaced);
RULE_CHECK(parameter_not_offered);
RULE_CHECK(other_parameter_not_offered);
RULE_CHECK(parameter_twice);
RULE_CHECK(size_is_malformed);
RULE_CHECK(body_is_malformed);
RULE_CHECK(auth_parameter_is_malformed);

/* rules_session.c: the order of things */
RULE_CHECK(before_greeting);
RULE_CHECK(did_not_wait);
RULE_CHECK(did_not_wait_after_ehlo);
RULE_CHECK(group_goes_on);
RULE_CHECK(group_goes_on_after_extension);
RULE_CHECK(group_goes_on_after_auth);
RULE_CHECK(mail_before_hello);
RULE_CHECK(helo_first);
RULE_CHECK(command_before_hello);
RULE_CHECK(out_of_order);
RULE_CHECK(after_refused_mail);
RULE_CHECK(data_without_recipient);
RULE_CHECK(mail_in_transaction);
RULE_CHECK(after_refusing_greeting);
RULE_CHECK(after_521_greeting);
RULE_CHECK(after_421);
RULE_CHECK(after_quit);
RULE_CHECK(closed_without_quit);
RULE_CHECK(did_not_wait_for_quit_reply);
RULE_CHECK(repeated_after_5yz);
RULE_CHECK(expn_before_mail);

/* rules_data.c: mail data */
RULE_CHECK(content_not_asked_for);
RULE_CHECK(content_after_refusal);
RULE_CHECK(content_without_recipient);
RULE_CHECK(closed_instead_of_lone_dot);
RULE_CHECK(content_has_bare_line_ends);
RULE_CHECK(content_has_unstuffed_dots);
RULE_CHECK(content_has_false_ends);
RULE_CHECK(content_has_control_characters);
RULE_CHECK(content_eight_bit_to_helo);
RULE_CHECK(content_eight_bit_not_offered);
RULE_CHECK(content_eight_bit_not_declared);
RULE_CHECK(content_line_is_too_long);
RULE_CHECK(content_above_declared_size);
RULE_CHECK(content_above_maximum);
RULE_CHECK(large_content_without_size);
RULE_CHECK(content_has_return_path);
RULE_CHECK(content_has_bcc);
RULE_CHECK(content_has_two_dates);
RULE_CHECK(content_has_bad_names);
RULE_CHECK(content_has_short_years);
RULE_CHECK(content_has_long_header_lines);
RULE_CHECK(content_eight_bit_is_no_mime);

/* rules_auth.c */
RULE_CHECK(auth_not_offered);
RULE_CHECK(mechanism_not_offered);
RULE_CHECK(auth_again);
RULE_CHECK(auth_in_transaction);
RULE_CHECK(response_is_not_base64);
RULE_CHECK(auth_line_is_too_long);
RULE_CHECK(initial_response_to_server_first);
RULE_CHECK(login_out_of_order);
RULE_CHECK(credentials_differ);
RULE_CHECK(auth_hammers);
RULE_CHECK(secret_elsewhere);

/* rules_extension.c */
RULE_CHECK(verb_not_offered);
RULE_CHECK(bdat_after_refusal);
RULE_CHECK(mail_after_refused_bdat);
RULE_CHECK(bdat_after_last);
RULE_CHECK(bdat_with_data);
RULE_CHECK(binary_not_offered);
RULE_CHECK(data_for_binary);
RULE_CHECK(binary_not_declared);
RULE_CHECK(utf8_not_declared);
RULE_CHECK(utf8_has_a_value);
RULE_CHECK(vrfy_utf8_not_offered);
RULE_CHECK(parameter_is_malformed);
RULE_CHECK(xtext_is_malformed);
RULE_CHECK(envid_is_malformed);
RULE_CHECK(orcpt_is_malformed);
RULE_CHECK(never_is_not_alone);
RULE_CHECK(notify_is_malformed);
RULE_CHECK(orcpt_is_another);
RULE_CHECK(dsn_parameter_twice);
RULE_CHECK(dsn_is_another);
RULE_CHECK(hold_twice);
RULE_CHECK(hold_is_too_long);
RULE_CHECK(hold_for_null_sender);
RULE_CHECK(requiretls_in_clear);
RULE_CHECK(mtrk_without_envid);
RULE_CHECK(hello_is_not_lhlo);
/* rules_tls.c */
RULE_CHECK(starttls_not_offered);
RULE_CHECK(starttls_inside_tls);
RULE_CHECK(command_instead_of_handshake);
RULE_CHECK(first_inside_tls_is_no_ehlo);
RULE_CHECK(closed_after_handshake);
RULE_CHECK(tls_version_is_old);
RULE_CHECK(mail_without_tls);
RULE_CHECK(auth_without_tls);

/* rules_sasl.c */
RULE_CHECK(response_has_remark);
RULE_CHECK(proof_does_not_verify);
RULE_CHECK(binding_is_not_told);
RULE_CHECK(plus_is_not_used);
RULE_CHECK(weaker_mechanism_is_chosen);

/* rules_run.c: the run as a whole */
RULE_CHECK(claims_sent_falsely);
RULE_CHECK(claims_failure_falsely);
RULE_CHECK(delivered_twice);
RULE_CHECK(content_again_after_5yz);
RULE_CHECK(one_copy_a_recipient);
RULE_CHECK(connects_in_a_loop);

#endif
