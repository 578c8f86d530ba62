#include "fakeserver/fakesmtpd_print.h"

#include "base/text.h"
#include "fakeserver/transcript_text.h"

#include <errno.h>
#include <stdio.h>

#define TRANSCRIPT_PRINTED_MAX ((size_t)1024 * 1024 * 1024)

static void print_lines(size_t connection, const char *who, struct bytes octets, struct buf *line)
{
    struct bytes each;

    while (bytes_next(&octets, '\n', &each)) {
        if (each.size > 0 && each.data[each.size - 1] == '\r')
            each.size--;
        else if (octets.size == 0 && each.size == 0)
            break;
        buf_clear(line);
        if (buf_printf(line, "[%zu] %s ", connection, who) && text_escape(line, each))
            fprintf(stderr, "%.*s\n", BYTES_FORMAT(buf_bytes(line)));
    }
}

void fakesmtpd_print_record(size_t connection, const struct transcript_record *record,
                            struct buf *line)
{
    if (record->kind == TRANSCRIPT_REPLY) {
        print_lines(connection, "S:", record->octets, line);
        return;
    }
    if (record->kind == TRANSCRIPT_COMMAND || record->kind == TRANSCRIPT_RESPONSE) {
        print_lines(connection, "C:", record->octets, line);
        return;
    }
    buf_clear(line);
    if (transcript_text_print_record(record, line))
        fprintf(stderr, "[%zu] %.*s\n", connection, BYTES_FORMAT(buf_bytes(line)));
}

bool fakesmtpd_print_transcript(const struct fakesmtpd_load *load,
                                const struct transcript *transcript, const char *path,
                                struct err *err)
{
    const struct transcript_text text = {
        .scenario = load->scenario.path,
        .instance = load->scenario.instance,
        .seed = load->options->seed,
        .files = load->files,
        .file_count = load->file_count,
    };
    FILE *file = fopen(path, "wbx");
    struct buf whole;
    bool ok;

    if (!file)
        return err_set(err, ERR_IO, "%.150s: %s", path, strerror(errno));
    buf_init(&whole, TRANSCRIPT_PRINTED_MAX);
    ok = transcript_text_print(&text, transcript, &whole, err);
    if (ok && fwrite(whole.data, 1, whole.size, file) != whole.size)
        ok = err_set(err, ERR_IO, "%.150s: %s", path, strerror(errno));
    if (fclose(file) != 0 && ok)
        ok = err_set(err, ERR_IO, "%.150s: %s", path, strerror(errno));
    buf_release(&whole);
    return ok;
}
