#include "fakeserver/model.h"
#include "fakeserver/model_text.h"

#include "tests/support/unit.h"

#define OK MODEL_MAIL_OK

/* In the phase READY, with these extensions offered. */
static const struct {
    const char *offered;
    const char *line;
    enum model_reply reply;
} cases[] = {
    {"SIZE 10",                               "MAIL FROM:<a@b> SIZE=10\r\n",                        OK                          },
    {"SIZE 10",                               "MAIL FROM:<a@b> SIZE=11\r\n",                        MODEL_MAIL_TOO_LARGE        },
    {"SIZE",                                  "MAIL FROM:<a@b> SIZE=99999999999\r\n",               OK                          },
    {"SIZE",                                  "MAIL FROM:<a@b> SIZE\r\n",                           MODEL_MAIL_BAD_PARAMETER    },
    {"HELP",                                  "MAIL FROM:<a@b> SIZE=1\r\n",                         MODEL_MAIL_UNKNOWN_PARAMETER},
    {"8BITMIME",                              "MAIL FROM:<a@b> BODY=8BITMIME\r\n",                  OK                          },
    {"8BITMIME",                              "MAIL FROM:<a@b> BODY=X\r\n",                         MODEL_MAIL_BAD_PARAMETER    },
    {"8BITMIME",                              "MAIL FROM:<>\r\n",                                   OK                          },
    {"8BITMIME",                              "MAIL FROM:\r\n",                                     MODEL_MAIL_ADDRESS          },
    {"8BITMIME",                              "MAIL TO:<a@b>\r\n",                                  MODEL_MAIL_BAD              },
    {"8BITMIME",                              "MAIL FROM:<a>\r\n",                                  MODEL_MAIL_ADDRESS          },
    {"8BITMIME",                              "MAIL FROM:<a b@c>\r\n",                              MODEL_MAIL_ADDRESS          },
    {"8BITMIME",                              "MAIL FROM:<\"a b\"@c>\r\n",                          OK                          },
    {"8BITMIME",                              "MAIL FROM:<\xc3\xa9@c>\r\n",                         MODEL_MAIL_8BIT             },
    {"SMTPUTF8",                              "MAIL FROM:<\xc3\xa9@c> SMTPUTF8\r\n",                OK                          },
    {"8BITMIME",                              "RCPT TO:<a@b>\r\n",                                  MODEL_RCPT_NO_MAIL          },
    {"8BITMIME",                              "DATA\r\n",                                           MODEL_DATA_NO_RCPT          },
    {"8BITMIME",                              "STARTTLS\r\n",                                       MODEL_STARTTLS_NOT_OFFERED  },
    {"STARTTLS",                              "STARTTLS\r\n",                                       MODEL_STARTTLS_OK           },
    {"STARTTLS",                              "STARTTLS now\r\n",                                   MODEL_STARTTLS_BAD          },
    {"AUTH PLAIN",                            "AUTH PLAIN\r\n",                                     MODEL_AUTH_PROMPT           },
    {"AUTH PLAIN",                            "AUTH LOGIN\r\n",                                     MODEL_AUTH_MECHANISM        },
    {"AUTH PLAIN",                            "AUTH\r\n",                                           MODEL_AUTH_BAD              },
    {"HELP",                                  "AUTH PLAIN\r\n",                                     MODEL_AUTH_NOT_OFFERED      },
    {"HELP",                                  "EXPN x\r\n",                                         MODEL_EXPN_NOT_OFFERED      },
    {"EXPN",                                  "EXPN x\r\n",                                         MODEL_EXPN_OK               },
    {"HELP",                                  "VRFY\r\n",                                           MODEL_VRFY_BAD              },
    {"HELP",                                  "HELP\r\n",                                           MODEL_HELP_OK               },
    {"HELP",                                  "QUIT now\r\n",                                       MODEL_QUIT_BAD              },
    {"HELP",                                  "RSET now\r\n",                                       MODEL_RSET_BAD              },
    {"HELP",                                  "NOOP now\r\n",                                       MODEL_NOOP_OK               },
    {"HELP",                                  "EHLO\r\n",                                           MODEL_EHLO_BAD              },
    {"HELP",                                  "TURN\r\n",                                           MODEL_UNIMPLEMENTED         },
    {"HELP",                                  "LHLO x\r\n",                                         MODEL_UNKNOWN               },
    {"HELP",                                  "\r\n",                                               MODEL_UNKNOWN               },
    {"HELP",                                  "ETRN x\r\n",                                         MODEL_UNIMPLEMENTED         },
    {"ETRN",                                  "ETRN x\r\n",                                         MODEL_ETRN_OK               },
    {"ETRN",                                  "ETRN\r\n",                                           MODEL_ETRN_BAD              },
    {"HELP",                                  "BDAT 0 LAST\r\n",                                    MODEL_BDAT_NOT_OFFERED      },
    {"HELP",                                  "MAIL FROM:<a@b> RET=FULL\r\n",                       MODEL_MAIL_UNKNOWN_PARAMETER},
    {"DSN",                                   "MAIL FROM:<a@b> RET=FULL ENVID=x+20y\r\n",           OK                          },
    {"DSN",                                   "MAIL FROM:<a@b> RET=HALF\r\n",                       MODEL_MAIL_BAD_PARAMETER    },
    {"DSN",                                   "MAIL FROM:<a@b> RET=FULL RET=HDRS\r\n",              MODEL_MAIL_BAD_PARAMETER    },
    {"DSN",                                   "MAIL FROM:<a@b> ENVID=a=b\r\n",                      MODEL_MAIL_BAD_PARAMETER    },
    {"DELIVERBY 60",                          "MAIL FROM:<a@b> BY=60;R\r\n",                        OK                          },
    {"DELIVERBY 60",                          "MAIL FROM:<a@b> BY=59;R\r\n",                        MODEL_MAIL_DELIVERBY        },
    {"DELIVERBY 60",                          "MAIL FROM:<a@b> BY=-5;N\r\n",                        OK                          },
    {"DELIVERBY",                             "MAIL FROM:<a@b> BY=0;R\r\n",                         MODEL_MAIL_BAD_PARAMETER    },
    {"FUTURERELEASE 60 2026-01-01T00:00:00Z", "MAIL FROM:<a@b> HOLDFOR=60\r\n",                     OK                          },
    {"FUTURERELEASE 60 2026-01-01T00:00:00Z", "MAIL FROM:<a@b> HOLDFOR=61\r\n",                     MODEL_MAIL_HOLD             },
    {"FUTURERELEASE 60 2026-01-01T00:00:00Z", "MAIL FROM:<a@b> HOLDUNTIL=2026-01-01T00:00:01Z\r\n",
     MODEL_MAIL_HOLD                                                                                                            },
    {"FUTURERELEASE 60 2026-01-01T00:00:00Z",
     "MAIL FROM:<a@b> HOLDFOR=6 HOLDUNTIL=2025-01-01T00:00:00Z\r\n",                                MODEL_MAIL_BAD_PARAMETER    },
    {"MT-PRIORITY",                           "MAIL FROM:<a@b> MT-PRIORITY=-9\r\n",                 OK                          },
    {"MT-PRIORITY",                           "MAIL FROM:<a@b> MT-PRIORITY=10\r\n",                 MODEL_MAIL_BAD_PARAMETER    },
    {"REQUIRETLS",                            "MAIL FROM:<a@b> REQUIRETLS\r\n",                     MODEL_MAIL_REQUIRETLS       },
    {"SMTPUTF8",                              "MAIL FROM:<a@b> SMTPUTF8=1\r\n",                     MODEL_MAIL_BAD_PARAMETER    },
    {"BINARYMIME",                            "MAIL FROM:<a@b> BODY=BINARYMIME\r\n",                OK                          },
    {"8BITMIME",                              "MAIL FROM:<a@b> BODY=BINARYMIME\r\n",                MODEL_MAIL_UNKNOWN_PARAMETER},
};

static void the_model_answers_by_what_is_offered(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct model_state model;
        struct command command;
        enum model_reply reply;

        model_state_init(&model, NULL, 0);
        model_state_follow(&model, SMTP_STAGE_EHLO, 250);
        assert_true(smtp_extensions_add(&model.offered, bytes_of(cases[i].offered), NULL));
        command_read(bytes_of(cases[i].line), &command);
        reply = model_answer(&model, &command);
        if (reply != cases[i].reply)
            print_error("%s: %s", cases[i].offered, cases[i].line);
        assert_int_equal(cases[i].reply, reply);
    }
}

/* What the model answers to the last of these lines, each answered as the model would. */
static enum model_reply answer_last(struct model_state *model, const char *const *lines)
{
    enum model_reply reply = MODEL_UNKNOWN;

    for (size_t i = 0; lines[i]; i++) {
        struct command command;

        command_read(bytes_of(lines[i]), &command);
        reply = model_answer(model, &command);
        model_state_take(model, &command);
        model_state_follow(model, model_replies[reply].stage, model_replies[reply].code);
    }
    return reply;
}

static void what_came_before_counts(void **state)
{
#define MAIL "MAIL FROM:<a@b>\r\n"
#define RCPT "RCPT TO:<a@b>\r\n"
    static const struct {
        const char *offered;
        const char *lines[6];
        enum model_reply reply;
    } sequences[] = {
        {"LIMITS MAILMAX=1",       {MAIL, "RSET\r\n", MAIL},                                  MODEL_MAIL_LIMIT            },
        {"LIMITS MAILMAX=2",       {MAIL, "RSET\r\n", MAIL},                                  MODEL_MAIL_OK               },
        {"LIMITS RCPTMAX=1",       {MAIL, RCPT, RCPT},                                        MODEL_RCPT_LIMIT            },
        {"LIMITS RCPTMAX=2",       {MAIL, RCPT, RCPT},                                        MODEL_RCPT_OK               },
        {"LIMITS RCPTDOMAINMAX=1", {MAIL, RCPT, "RCPT TO:<c@d>\r\n"},                         MODEL_RCPT_DOMAIN_LIMIT     },
        {"LIMITS RCPTDOMAINMAX=1",
         {MAIL, RCPT, "RCPT TO:<c@d>\r\n", "RCPT TO:<c@d>\r\n"},
         MODEL_RCPT_DOMAIN_LIMIT                                                                                          },
        {"LIMITS RCPTDOMAINMAX=1", {MAIL, RCPT, "RCPT TO:<\"c@d\"@B>\r\n"},                   MODEL_RCPT_OK               },
        {"LIMITS RCPTDOMAINMAX=1", {MAIL, RCPT, "RCPT TO:<postmaster>\r\n"},                  MODEL_RCPT_OK               },
        {"LIMITS RCPTDOMAINMAX=1",
         {MAIL, RCPT, "RSET\r\n", MAIL, "RCPT TO:<c@d>\r\n"},
         MODEL_RCPT_DOMAIN_LIMIT                                                                                          },
        {"LIMITS RCPTDOMAINMAX=2", {MAIL, RCPT, "RCPT TO:<c@d>\r\n"},                         MODEL_RCPT_OK               },
        {"CHUNKING",               {MAIL, RCPT, "BDAT 0\r\n", "DATA\r\n"},                    MODEL_DATA_AFTER_BDAT       },
        {"CHUNKING",               {MAIL, RCPT, "BDAT x\r\n"},                                MODEL_BDAT_BAD              },
        {"BINARYMIME",
         {"MAIL FROM:<a@b> BODY=BINARYMIME\r\n", RCPT, "DATA\r\n"},
         MODEL_DATA_BINARY                                                                                                },
        {"DSN",                    {MAIL, "RCPT TO:<a@b> NOTIFY=NEVER ORCPT=rfc822;a@b\r\n"}, MODEL_RCPT_OK               },
        {"DSN",                    {MAIL, "RCPT TO:<a@b> NOTIFY=NEVER,DELAY\r\n"},            MODEL_RCPT_BAD_PARAMETER    },
        {"DSN",                    {MAIL, "RCPT TO:<a@b> ORCPT=a@b\r\n"},                     MODEL_RCPT_BAD_PARAMETER    },
        {"HELP",                   {MAIL, "RCPT TO:<a@b> NOTIFY=NEVER\r\n"},                  MODEL_RCPT_UNKNOWN_PARAMETER},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(sequences) / sizeof(sequences[0]); i++) {
        struct model_state model;
        enum model_reply reply;

        model_state_init(&model, NULL, 0);
        model_state_follow(&model, SMTP_STAGE_EHLO, 250);
        assert_true(smtp_extensions_add(&model.offered, bytes_of(sequences[i].offered), NULL));
        reply = answer_last(&model, sequences[i].lines);
        if (reply != sequences[i].reply)
            print_error("%s: sequence %zu", sequences[i].offered, i);
        assert_int_equal(sequences[i].reply, reply);
    }
}

static void lmtp_has_a_hello_and_replies_of_its_own(void **state)
{
    static const char *const mail[] = {"LHLO x\r\n", MAIL, RCPT, RCPT, NULL};
    static const char *const ehlo[] = {"EHLO x\r\n", NULL};
    struct model_state model;

    (void)state;
    model_state_init(&model, NULL, 0);
    model.lmtp = true;
    assert_int_equal(MODEL_UNKNOWN, answer_last(&model, ehlo));
    assert_int_equal(MODEL_RCPT_OK, answer_last(&model, mail));
    assert_int_equal(2, model_replies_due(&model, false));
    model_state_follow(&model, SMTP_STAGE_END_OF_DATA, 250);
    assert_int_equal(0, model_replies_due(&model, true));
    assert_int_equal(1, model_replies_due(&model, false));
}

static void the_state_follows_the_replies(void **state)
{
    static const struct {
        enum smtp_stage stage;
        unsigned code;
        enum model_phase phase;
    } steps[] = {
        {SMTP_STAGE_GREETING,    220, MODEL_PHASE_START},
        {SMTP_STAGE_EHLO,        502, MODEL_PHASE_START},
        {SMTP_STAGE_MAIL,        503, MODEL_PHASE_START},
        {SMTP_STAGE_HELO,        250, MODEL_PHASE_READY},
        {SMTP_STAGE_MAIL,        550, MODEL_PHASE_READY},
        {SMTP_STAGE_MAIL,        250, MODEL_PHASE_MAIL },
        {SMTP_STAGE_RCPT,        550, MODEL_PHASE_MAIL },
        {SMTP_STAGE_RCPT,        251, MODEL_PHASE_RCPT },
        {SMTP_STAGE_MAIL,        503, MODEL_PHASE_RCPT },
        {SMTP_STAGE_NOOP,        250, MODEL_PHASE_RCPT },
        {SMTP_STAGE_DATA,        354, MODEL_PHASE_RCPT },
        {SMTP_STAGE_END_OF_DATA, 554, MODEL_PHASE_READY},
        {SMTP_STAGE_MAIL,        250, MODEL_PHASE_MAIL },
        {SMTP_STAGE_RSET,        250, MODEL_PHASE_READY},
        {SMTP_STAGE_MAIL,        250, MODEL_PHASE_MAIL },
        {SMTP_STAGE_EHLO,        250, MODEL_PHASE_READY},
    };
    struct model_state model;

    (void)state;
    model_state_init(&model, NULL, 0);
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        model_state_follow(&model, steps[i].stage, steps[i].code);
        assert_int_equal(steps[i].phase, model.phase);
    }
    model_state_follow(&model, SMTP_STAGE_AUTH, 235);
    assert_true(model.authenticated);
    model_state_secured(&model);
    assert_int_equal(MODEL_PHASE_START, model.phase);
    assert_false(model.authenticated);
}

static void every_text_is_one_line_of_its_code(void **state)
{
    (void)state;
    for (size_t i = 0; i < MODEL_REPLY_COUNT; i++) {
        struct bytes plain = model_replies[i].plain;
        struct bytes enhanced = model_replies[i].enhanced;

        assert_true(plain.size > 5 && plain.data[3] == ' ');
        assert_int_equal(plain.size - 1, bytes_find(plain, '\n'));
        assert_int_equal(enhanced.size - 1, bytes_find(enhanced, '\n'));
        assert_true(plain.size == enhanced.size || enhanced.data[4] == enhanced.data[0]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_model_answers_by_what_is_offered),
        cmocka_unit_test(what_came_before_counts),
        cmocka_unit_test(lmtp_has_a_hello_and_replies_of_its_own),
        cmocka_unit_test(the_state_follows_the_replies),
        cmocka_unit_test(every_text_is_one_line_of_its_code),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
