/*
 * Any octets before the strict recognisers: a refusal says where and why, what is handed out lies
 * in the input, and xtext decodes to what it was made of.
 *
 * The first octet chooses the charset.
 */
#include "base/require.h"
#include "base/smtp_grammar.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void hold_answer(bool ok, const struct err *err)
{
    if (ok)
        return;
    REQUIRE(err->kind == ERR_SYNTAX || err->kind == ERR_LIMIT || err->kind == ERR_PROTOCOL);
    REQUIRE(err->what[0] != '\0');
}

static void hold_inside(struct bytes part, struct bytes text)
{
    if (part.size == 0)
        return;
    REQUIRE(part.data >= text.data);
    REQUIRE(part.data + part.size <= text.data + text.size);
}

static void hold_path(const struct smtp_path *path, struct bytes text)
{
    hold_inside(path->route, text);
    hold_inside(path->mailbox.local_part, text);
    hold_inside(path->mailbox.domain, text);
}

static void try_words(struct bytes text, enum smtp_charset charset)
{
    struct err err = {.kind = ERR_NONE};
    struct smtp_argument argument;

    hold_answer(smtp_grammar_domain(text, charset, &err), &err);
    hold_answer(smtp_grammar_address_literal(text, &err), &err);
    hold_answer(smtp_grammar_local_part(text, charset, &err), &err);
    hold_answer(smtp_grammar_string(text, charset, &err), &err);
    hold_answer(smtp_grammar_keyword(text, &err), &err);
    if (smtp_grammar_esmtp_param(text, charset, &argument, &err)) {
        hold_inside(argument.keyword, text);
        hold_inside(argument.value, text);
    } else {
        hold_answer(false, &err);
    }
}

static void try_paths(struct bytes text, enum smtp_charset charset)
{
    struct err err = {.kind = ERR_NONE};
    struct smtp_mailbox mailbox;
    struct smtp_path path;

    if (smtp_grammar_mailbox(text, charset, &mailbox, &err)) {
        hold_inside(mailbox.local_part, text);
        hold_inside(mailbox.domain, text);
    }
    if (smtp_grammar_reverse_path(text, charset, &path, &err))
        hold_path(&path, text);
    if (smtp_grammar_forward_path(text, charset, &path, &err))
        hold_path(&path, text);
    REQUIRE(smtp_mailbox_equal(text, text));
    REQUIRE(smtp_path_equal(text, text));
}

static void try_lines(struct bytes text, enum smtp_charset charset)
{
    struct err err = {.kind = ERR_NONE};
    struct smtp_command_line command;

    if (smtp_grammar_command(text, charset, &command, &err)) {
        REQUIRE(command.parameter_count <= SMTP_PARAMETERS_MAX);
        hold_inside(command.argument, text);
        for (size_t i = 0; i < command.parameter_count; i++)
            hold_inside(command.parameters[i].value, text);
    } else {
        hold_answer(false, &err);
    }
    hold_answer(smtp_grammar_auth_response(text, &err), &err);
    hold_answer(smtp_grammar_reply_line(text, &err), &err);
    hold_answer(smtp_grammar_reply(text, &err), &err);
    hold_answer(smtp_grammar_greeting(text, &err), &err);
    hold_answer(smtp_grammar_ehlo_response(text, &err), &err);
    hold_answer(smtp_grammar_ehlo_line(text, &err), &err);
}

static void try_xtext(struct bytes text)
{
    struct err err = {.kind = ERR_NONE};
    struct buf made;
    struct buf back;

    buf_init(&made, 4 * text.size + 16);
    buf_init(&back, 4 * text.size + 16);
    hold_answer(smtp_grammar_xtext(text, &err), &err);
    REQUIRE(smtp_xtext_encode(&made, text));
    REQUIRE(smtp_grammar_xtext(buf_bytes(&made), &err));
    REQUIRE(smtp_xtext_decode(&back, buf_bytes(&made), &err));
    REQUIRE(bytes_equal(buf_bytes(&back), text));
    buf_release(&made);
    buf_release(&back);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    if (size < 1)
        return 0;
    struct bytes text = {(const char *)data + 1, size - 1};
    enum smtp_charset charset = (data[0] & 1) != 0 ? SMTP_CHARSET_UTF8 : SMTP_CHARSET_ASCII;

    try_words(text, charset);
    try_paths(text, charset);
    try_lines(text, charset);
    try_xtext(text);
    return 0;
}
