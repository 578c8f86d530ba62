#include "client/smtp_message.h"

#include "tests/support/unit.h"

/* RFC 1870 5: with CRLF, without the dots of transparency, without the end indication. */
static void size_counts_what_arrives(void **state)
{
    struct smtp_message message = {.octets = BYTES_LITERAL("a\n.b\r\nc")};
    struct err err;

    (void)state;
    assert_true(smtp_message_measure(&message, &err));
    assert_int_equal(message.size_octets, 3 + 4 + 3);
    assert_false(smtp_message_has_eight_bit(&message));
    message.octets = BYTES_LITERAL("\xe9\n");
    assert_true(smtp_message_measure(&message, &err));
    assert_true(smtp_message_has_eight_bit(&message));
}

static void what_cannot_be_sent_is_not_measured(void **state)
{
    struct smtp_message message = {.octets = BYTES_LITERAL("a\n\0\n")};
    struct err err;

    (void)state;
    assert_false(smtp_message_measure(&message, &err));
    assert_int_equal(err.line, 2);
}

static const struct {
    const char *name;
    struct bytes octets;
    bool header_eight_bit, ill_formed, body_eight_bit, mime, fits;
} headers[] = {
    {"ASCII alone says nothing",           OCTETS("MIME-Version: 1.0\n\nx\n"),                                       false, false, false, false,
     false                                                                                                                                            },
    {"8 bit in the body",                  OCTETS("Subject: x\n\n\xe9\n"),                                           false, false, true,  false, false},
    {"MIME, 8bit",                         OCTETS("MIME-Version: 1.0\ncontent-transfer-encoding: 8BIT\n\n\xe9\n"),   false,
     false,                                                                                                                        true,  true,  true },
    {"MIME, folded, CRLF",
     OCTETS("Mime-version: 1.0\r\nContent-Transfer-Encoding:\r\n 8bit\r\n\r\n\xe9\r\n"),                             false,
     false,                                                                                                                        true,  true,  true },
    {"8bit without MIME",                  OCTETS("Content-Transfer-Encoding: 8bit\n\n\xe9\n"),                      false, false, true,
     false,                                                                                                                                      false},
    {"MIME, 7bit unsaid",                  OCTETS("MIME-Version: 1.0\n\n\xe9\n"),                                    false, false, true,  true,  false},
    {"MIME, base64",                       OCTETS("MIME-Version: 1.0\nContent-Transfer-Encoding: base64\n\n\xe9\n"),
     false,                                                                                                                 false, true,  true,  false},
    {"MIME, parts say it",
     OCTETS("MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n\xe9\n"),                               false, false,
     true,                                                                                                                                true,  true },
    {"UTF-8 in the header",                OCTETS("Subject: \xc3\xa9\xf0\x9f\x98\x80\n\nx\n"),                       true,  false, false,
     false,                                                                                                                                      false},
    {"octets in the header",               OCTETS("Subject: \xe9\n\nx\n"),                                           true,  true,  false, false, false},
    {"half a character",                   OCTETS("Subject: \xf0\x9f\x98 x\n\nx\n"),                                 true,  true,  false, false, false},
    {"no body at all",                     OCTETS("Subject: \xc3\xa9\nMIME-Version: 1.0"),                           true,  false, false, true,
     false                                                                                                                                            },
    {"in the body MIME-Version is a text", OCTETS("Subject: x\n\nMIME-Version: 1.0\n\xe9\n"),                        false,
     false,                                                                                                                        true,  false, false},
};

static void check_header(const struct smtp_message *message, size_t i)
{
    if (message->header_eight_bit != headers[i].header_eight_bit ||
        message->header_ill_formed != headers[i].ill_formed ||
        message->body_eight_bit != headers[i].body_eight_bit ||
        message->is_mime != headers[i].mime || message->eight_bit_is_mime != headers[i].fits)
        fail_msg("%s", headers[i].name);
}

/* Octet by octet the same as at once, but that a plain message is not looked at for MIME. */
static void the_header_says_how_a_message_may_travel(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(headers); i++) {
        struct smtp_message message = {.octets = headers[i].octets};
        struct smtp_measure measure;
        struct err err;

        assert_true(smtp_message_measure(&message, &err));
        check_header(&message, i);
        smtp_measure_init(&measure, &message);
        for (size_t at = 0; at < headers[i].octets.size; at++)
            assert_true(
                smtp_measure_take(&measure, bytes_slice(headers[i].octets, at, at + 1), &err));
        assert_true(smtp_measure_end(&measure, &message, &err));
        if (smtp_message_has_eight_bit(&message))
            check_header(&message, i);
    }
}

static const struct {
    const char *name;
    struct bytes octets;
    bool taken, verbatim;
    uint64_t size_octets;
} binaries[] = {
    {"CRLF lines, binary octets", OCTETS("Content-Type: image/png\r\n\r\n\0\r\n\n\xff"), true,  true,
     32                                                                                                  },
    {"LF lines, but all is text", OCTETS("Subject: x\n\nx\n"),                           true,  false, 17},
    {"LF lines, and no text",     OCTETS("Content-Type: image/png\n\nx\n"),              false, false, 0 },
    {"LF lines, text with a NUL", OCTETS("Subject: x\n\n\0\n"),                          false, false, 0 },
};

static void a_binary_message_is_sent_as_it_is(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(binaries); i++) {
        struct smtp_message message = {.octets = binaries[i].octets,
                                       .request = {.body = SMTP_BODY_BINARYMIME}};
        struct err err = {0};

        assert_int_equal(smtp_message_measure(&message, &err), binaries[i].taken);
        if (!binaries[i].taken) {
            assert_true(err.what[0] != '\0');
            continue;
        }
        assert_int_equal(message.verbatim, binaries[i].verbatim);
        assert_int_equal(message.size_octets, binaries[i].size_octets);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(size_counts_what_arrives),
        cmocka_unit_test(what_cannot_be_sent_is_not_measured),
        cmocka_unit_test(the_header_says_how_a_message_may_travel),
        cmocka_unit_test(a_binary_message_is_sent_as_it_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
