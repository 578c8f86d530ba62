/* dialogue_words.h - what most dialogues of the client's tests are made of (dialogue.h). */
#ifndef TESTS_UNIT_CLIENT_DIALOGUE_WORDS_H
#define TESTS_UNIT_CLIENT_DIALOGUE_WORDS_H

#define HELLO "S: 220 mail.example\nC: EHLO client.example\nS: 250 mail.example\n"
#define PIPELINED                                                                                  \
    "S: 220 mail.example\nC: EHLO client.example\nS: 250-mail.example\nS: 250 PIPELINING\n"
#define MAIL "C: MAIL FROM:<from@a.example>\n"
#define TO_B "C: RCPT TO:<b@b.example>\n"
#define TO_C "C: RCPT TO:<c@b.example>\n"
#define DATA "C: DATA\n"
#define GO "S: 354 go\n"
#define CONTENT "C: Subject: x\nC: \nC: hello\nC: .\n"
#define BYE "C: QUIT\nC.\nS: 221 bye\n!wish-close\n!over\n"
#define CLOSES "!wish-close\n!over\n"

#define MESSAGE "Subject: x\n\nhello\n"

/* What is told of one message to b@b.example alone. */
#define TOLD(what) "b@b.example " what "\nmessage " what

#endif
