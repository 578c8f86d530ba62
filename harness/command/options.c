#include "harness/command/options.h"

#include "base/bytes.h"
#include "base/text.h"

static bool unknown_option(const struct option_row *rows, struct bytes name, struct err *err)
{
    const char *known[OPTIONS_MAX];
    size_t count = 0;
    for (const struct option_row *row = rows; row->name != NULL && count < OPTIONS_MAX; row++)
        known[count++] = row->name;
    const char *near = text_nearest(name, known, count);
    return err_set(err, ERR_SYNTAX, "no option is called --%s%s%s%s", text_show(name).text,
                   near != NULL ? "; did you mean --" : "", near != NULL ? near : "",
                   near != NULL ? "?" : "");
}

static bool add_value(struct options *to, const struct option_row *row, const char *value,
                      struct err *err)
{
    if (to->value_count == OPTIONS_MAX)
        return err_set(err, ERR_LIMIT, "more than %d options", OPTIONS_MAX);
    to->values[to->value_count++] = (struct option_value){row, value};
    return true;
}

/* --name, --name=VALUE, --name VALUE; *index moves when the value is the next argument. */
static bool read_long(const struct option_row *rows, int argc, const char **argv, int *index,
                      struct options *to, struct err *err)
{
    struct bytes argument = bytes_after(bytes_of(argv[*index]), 2);
    size_t equals = bytes_find(argument, '=');
    struct bytes name = bytes_slice(argument, 0, equals);
    const struct option_row *row = rows;
    while (row->name != NULL && !bytes_equal(name, bytes_of(row->name)))
        row++;
    if (row->name == NULL)
        return unknown_option(rows, name, err);
    if (row->value == NULL)
        return equals == BYTES_NOT_FOUND
                   ? add_value(to, row, "", err)
                   : err_set(err, ERR_SYNTAX, "--%s takes no value", row->name);
    if (equals != BYTES_NOT_FOUND)
        return add_value(to, row, argument.data + equals + 1, err);
    if (*index + 1 >= argc || strcmp(argv[*index + 1], "--") == 0)
        return err_set(err, ERR_SYNTAX, "--%s wants %s", row->name, row->value);
    return add_value(to, row, argv[++*index], err);
}

static bool read_short(const struct option_row *rows, int argc, const char **argv, int *index,
                       struct options *to, struct err *err)
{
    for (const char *at = argv[*index] + 1; *at != '\0'; at++) {
        const struct option_row *row = rows;
        while (row->name != NULL && row->letter != *at)
            row++;
        if (row->name == NULL)
            return err_set(err, ERR_SYNTAX, "no option is called -%s",
                           text_show((struct bytes){at, 1}).text);
        if (row->value == NULL) {
            if (!add_value(to, row, "", err))
                return false;
            continue;
        }
        if (at[1] != '\0')
            return add_value(to, row, at + 1, err);
        if (*index + 1 >= argc)
            return err_set(err, ERR_SYNTAX, "-%c wants %s", row->letter, row->value);
        return add_value(to, row, argv[++*index], err);
    }
    return true;
}

bool options_read(const struct option_row *rows, int argc, const char **argv, struct options *ret,
                  struct err *err)
{
    *ret = (struct options){.words = argv};
    for (int i = 0; i < argc; i++) {
        const char *argument = argv[i];
        bool ok = true;
        if (strcmp(argument, "--") == 0) {
            ret->has_command = true;
            ret->command = argv + i + 1;
            ret->command_count = (size_t)(argc - i - 1);
            return true;
        }
        if (strncmp(argument, "--", 2) == 0)
            ok = read_long(rows, argc, argv, &i, ret, err);
        else if (argument[0] == '-' && argument[1] != '\0')
            ok = read_short(rows, argc, argv, &i, ret, err);
        else
            argv[ret->word_count++] = argument;
        if (!ok)
            return false;
    }
    return true;
}

const char *options_value(const struct options *options, const char *name)
{
    for (size_t i = options->value_count; i > 0; i--)
        if (strcmp(options->values[i - 1].row->name, name) == 0)
            return options->values[i - 1].value;
    return NULL;
}

size_t options_values(const struct options *options, const char *name, const char **ret, size_t max)
{
    size_t count = 0;
    for (size_t i = 0; i < options->value_count && count < max; i++)
        if (strcmp(options->values[i].row->name, name) == 0)
            ret[count++] = options->values[i].value;
    return count;
}

bool options_number(const struct options *options, const char *name, unsigned long long most,
                    unsigned long long otherwise, unsigned long long *ret, struct err *err)
{
    const char *value = options_value(options, name);
    *ret = otherwise;
    if (value == NULL || bytes_to_number(bytes_of(value), most, ret))
        return true;
    return err_set(err, ERR_SYNTAX, "--%s wants a number, at most %llu; got %s", name, most,
                   text_show(bytes_of(value)).text);
}

void options_help(const struct option_row *rows, FILE *to)
{
    for (const struct option_row *row = rows; row->name != NULL; row++) {
        char left[64];
        char letter[8] = "    ";
        if (row->letter != '\0')
            (void)snprintf(letter, sizeof(letter), "-%c, ", row->letter);
        (void)snprintf(left, sizeof(left), "%s--%s%s%s", letter, row->name,
                       row->value != NULL ? " " : "", row->value != NULL ? row->value : "");
        (void)fprintf(to, "  %-30s %s\n", left, row->says);
    }
}
