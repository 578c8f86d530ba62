/*
 * smtp_client_actions.h - what a row of the table of transitions may do; not installed.
 *
 * Each is called in the state that the row is of, before the next one is entered. news->reply is
 * there where a reply came.
 */
#ifndef CLIENT_SMTP_CLIENT_ACTIONS_H
#define CLIENT_SMTP_CLIENT_ACTIONS_H

#include "client/smtp_client_private.h"

/* smtp_client_actions.c */
void smtp_client_accept_delivery(struct smtp_client *client, const struct client_news *news);
void smtp_client_accept_mail(struct smtp_client *client, const struct client_news *news);
void smtp_client_accept_message(struct smtp_client *client, const struct client_news *news);
void smtp_client_accept_recipient(struct smtp_client *client, const struct client_news *news);
void smtp_client_fail_chunks(struct smtp_client *client, const struct client_news *news);
void smtp_client_fail_early(struct smtp_client *client, const struct client_news *news);
void smtp_client_fail_permanent(struct smtp_client *client, const struct client_news *news);
void smtp_client_fail_temporary(struct smtp_client *client, const struct client_news *news);
void smtp_client_fail_unknown(struct smtp_client *client, const struct client_news *news);
void smtp_client_forget_transaction(struct smtp_client *client, const struct client_news *news);
void smtp_client_greet(struct smtp_client *client, const struct client_news *news);
void smtp_client_learn_extensions(struct smtp_client *client, const struct client_news *news);
void smtp_client_note_end(struct smtp_client *client, const struct client_news *news);
void smtp_client_note_taken(struct smtp_client *client, const struct client_news *news);
void smtp_client_note_noop(struct smtp_client *client, const struct client_news *news);
void smtp_client_note_verified(struct smtp_client *client, const struct client_news *news);
void smtp_client_nothing(struct smtp_client *client, const struct client_news *news);
void smtp_client_refuse_chunk_permanent(struct smtp_client *client, const struct client_news *news);
void smtp_client_refuse_chunk_temporary(struct smtp_client *client, const struct client_news *news);
void smtp_client_refuse_delivery_permanent(struct smtp_client *client,
                                           const struct client_news *news);
void smtp_client_refuse_delivery_temporary(struct smtp_client *client,
                                           const struct client_news *news);
void smtp_client_refuse_recipient_permanent(struct smtp_client *client,
                                            const struct client_news *news);
void smtp_client_refuse_recipient_temporary(struct smtp_client *client,
                                            const struct client_news *news);
void smtp_client_refuse_transaction_permanent(struct smtp_client *client,
                                              const struct client_news *news);
void smtp_client_refuse_transaction_temporary(struct smtp_client *client,
                                              const struct client_news *news);

/* smtp_client_tls.c */
void smtp_client_accept_tls(struct smtp_client *client, const struct client_news *news);
void smtp_client_refuse_tls(struct smtp_client *client, const struct client_news *news);
void smtp_client_fail_tls(struct smtp_client *client, const struct client_news *news);
void smtp_client_secure(struct smtp_client *client, const struct client_news *news);

/* smtp_client_auth.c */
void smtp_client_finish_auth(struct smtp_client *client, const struct client_news *news);
void smtp_client_answer_challenge(struct smtp_client *client, const struct client_news *news);
void smtp_client_refuse_mechanism(struct smtp_client *client, const struct client_news *news);
void smtp_client_give_up_mechanism(struct smtp_client *client, const struct client_news *news);

#endif
