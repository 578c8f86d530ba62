#include "client/smtp_request.h"

#include "tests/support/unit.h"

#define HUNDRED                                                                                    \
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
    "aaaa"                                                                                         \
    "aaaa"

static const struct {
    const char *name;
    bool null_reverse_path;
    struct smtp_mail_request request;
} valid_mails[] =
    {
        {"nothing",              true,  {.ret = SMTP_RET_UNSAID}                       },
        {"ENVID of 100",         false, {.envid = OCTETS(HUNDRED)}                     },
        {"BY R of 1 s",          false, {.by_mode = SMTP_BY_RETURN, .by_s = 1}         },
        {"BY N of the past",     false, {.by_mode = SMTP_BY_NOTIFY, .by_s = -999999999}},
        {"HOLDFOR",              false, {.holdfor_s = 999999999}                       },
        {"HOLDUNTIL",            false, {.holduntil = OCTETS("2030-12-31T23:59:59Z")}  },
        {"the highest priority", false, {.has_mt_priority = true, .mt_priority = 9}    },
},
  invalid_mails[] = {
      {"ENVID of 101", false, {.envid = OCTETS(HUNDRED "a")}},
      {"a control in ENVID", false, {.envid = OCTETS("a\r\nRSET")}},
      {"8 bit in ENVID", false, {.envid = OCTETS("\xc3\xa9")}},
      {"BY R of no time", false, {.by_mode = SMTP_BY_RETURN}},
      {"BY of ten digits", false, {.by_mode = SMTP_BY_NOTIFY, .by_s = 1000000000}},
      {"both forms of holding",
       false,
       {.holdfor_s = 1, .holduntil = OCTETS("2030-12-31T23:59:59Z")}},
      {"a notification held", true, {.holdfor_s = 1}},
      {"HOLDUNTIL not in UTC", false, {.holduntil = OCTETS("2030-12-31T23:59:59+01:00")}},
      {"HOLDUNTIL some day", false, {.holduntil = OCTETS("2030-12-31")}},
      {"a priority above 9", false, {.has_mt_priority = true, .mt_priority = 10}},
      {"a priority below -9", false, {.has_mt_priority = true, .mt_priority = -10}},
};

static const struct {
    const char *name;
    struct smtp_rcpt_request request;
} valid_rcpts[] =
    {
        {"nothing",    {0, OCTETS("")}                                                            },
        {"NEVER",      {SMTP_NOTIFY_NEVER, OCTETS("")}                                            },
        {"all others", {SMTP_NOTIFY_SUCCESS | SMTP_NOTIFY_FAILURE | SMTP_NOTIFY_DELAY, OCTETS("")}},
        {"ORCPT",      {0, OCTETS("rfc822;a b@c.example")}                                        },
        {"UTF-8",      {0, OCTETS("utf-8;m\xc3\xbcller@c.example")}                               },
},
  invalid_rcpts[] = {
      {"NEVER with another", {SMTP_NOTIFY_NEVER | SMTP_NOTIFY_DELAY, OCTETS("")}},
      {"no type", {0, OCTETS("a@b.example")}},
      {"an empty type", {0, OCTETS(";a@b.example")}},
      {"no address", {0, OCTETS("rfc822;")}},
      {"a type with SP", {0, OCTETS("rfc 822;a@b.example")}},
      {"8 bit in rfc822", {0, OCTETS("rfc822;m\xc3\xbcller@c.example")}},
      {"no UTF-8 in utf-8", {0, OCTETS("utf-8;\xfc@c.example")}},
      {"a line end", {0, OCTETS("rfc822;a\r\nRSET")}},
      {"too long", {0, OCTETS("rfc822;" HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED)}},
};

static void what_no_server_may_be_asked_is_refused(void **state)
{
    struct err err;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(valid_mails); i++)
        if (!smtp_request_check_mail(&valid_mails[i].request, valid_mails[i].null_reverse_path,
                                     &err))
            fail_msg("%s: %s", valid_mails[i].name, err.what);
    for (size_t i = 0; i < COUNT_OF(invalid_mails); i++)
        if (smtp_request_check_mail(&invalid_mails[i].request, invalid_mails[i].null_reverse_path,
                                    &err))
            fail_msg("%s was taken", invalid_mails[i].name);
    for (size_t i = 0; i < COUNT_OF(valid_rcpts); i++)
        if (!smtp_request_check_rcpt(&valid_rcpts[i].request, &err))
            fail_msg("%s: %s", valid_rcpts[i].name, err.what);
    for (size_t i = 0; i < COUNT_OF(invalid_rcpts); i++)
        if (smtp_request_check_rcpt(&invalid_rcpts[i].request, &err))
            fail_msg("%s was taken", invalid_rcpts[i].name);
}

static const struct {
    struct bytes orcpt;
    bool native;
    struct bytes written;
} orcpts[] = {
    {OCTETS("rfc822;a+b=c d@e"),                                false, OCTETS("rfc822;a+2Bb+3Dc+20d@e")        },
    {OCTETS("rfc822;a+b"),                                      true,  OCTETS("rfc822;a+2Bb")                  },
    {OCTETS("utf-8;\xc3\xa9\xe4\xbe\x8b\xf0\x9f\x98\x80\\ @e"), false,
     OCTETS("utf-8;\\x{E9}\\x{4F8B}\\x{1F600}\\x{5C}\\x{20}@e")                                                },
    {OCTETS("utf-8;\xc3\xa9+=@e"),                              true,  OCTETS("utf-8;\xc3\xa9\\x{2B}\\x{3D}@e")},
};

static void orcpt_is_written_in_the_form_of_its_type(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(orcpts); i++) {
        struct buf written;

        buf_init(&written, 500);
        assert_true(smtp_request_write_orcpt(&written, orcpts[i].orcpt, orcpts[i].native));
        assert_bytes(buf_bytes(&written), orcpts[i].written);
        buf_release(&written);
    }
}

static const struct {
    const char *text;
    unsigned notify;
} notifies[] = {
    {"never",          SMTP_NOTIFY_NEVER                      },
    {"Success",        SMTP_NOTIFY_SUCCESS                    },
    {"DELAY,failure",  SMTP_NOTIFY_DELAY | SMTP_NOTIFY_FAILURE},
    {"",               0                                      },
    {"sometimes",      0                                      },
    {"never,delay",    0                                      },
    {"delay,,failure", 0                                      },
};

static const struct {
    const char *text;
    struct smtp_mail_request request; /* mode NONE: refused */
} bys[] = {
    {"120;R",        {.by_mode = SMTP_BY_RETURN, .by_s = 120}                },
    {"+5;rt",        {.by_mode = SMTP_BY_RETURN, .by_s = 5, .by_trace = true}},
    {"-5;N",         {.by_mode = SMTP_BY_NOTIFY, .by_s = -5}                 },
    {"0;NT",         {.by_mode = SMTP_BY_NOTIFY, .by_trace = true}           },
    {"0;R",          {.by_mode = SMTP_BY_NONE}                               },
    {"120",          {.by_mode = SMTP_BY_NONE}                               },
    {"120;X",        {.by_mode = SMTP_BY_NONE}                               },
    {"120;RX",       {.by_mode = SMTP_BY_NONE}                               },
    {"120;RTT",      {.by_mode = SMTP_BY_NONE}                               },
    {";R",           {.by_mode = SMTP_BY_NONE}                               },
    {"-;R",          {.by_mode = SMTP_BY_NONE}                               },
    {"1234567890;R", {.by_mode = SMTP_BY_NONE}                               },
};

static void words_are_read(void **state)
{
    enum smtp_body body = SMTP_BODY_AS_NEEDED;
    enum smtp_ret ret = SMTP_RET_UNSAID;
    struct err err;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(notifies); i++) {
        unsigned set = 0;
        bool ok = smtp_notify_parse(bytes_of(notifies[i].text), &set, &err);

        assert_int_equal(ok ? set : 0, notifies[i].notify);
    }
    for (size_t i = 0; i < COUNT_OF(bys); i++) {
        struct smtp_mail_request by = {.by_mode = SMTP_BY_NONE};

        (void)smtp_by_parse(bytes_of(bys[i].text), &by, &err);
        if (by.by_mode != bys[i].request.by_mode || by.by_s != bys[i].request.by_s ||
            by.by_trace != bys[i].request.by_trace)
            fail_msg("%s", bys[i].text);
    }
    assert_true(smtp_ret_parse(BYTES_LITERAL("Hdrs"), &ret, &err));
    assert_int_equal(ret, SMTP_RET_HDRS);
    assert_false(smtp_ret_parse(BYTES_LITERAL("half"), &ret, &err));
    assert_true(smtp_body_parse(BYTES_LITERAL("binarymime"), &body, &err));
    assert_int_equal(body, SMTP_BODY_BINARYMIME);
    assert_false(smtp_body_parse(BYTES_NONE, &body, &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_no_server_may_be_asked_is_refused),
        cmocka_unit_test(orcpt_is_written_in_the_form_of_its_type),
        cmocka_unit_test(words_are_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
