/*
 * replay.c - a main for fuzz targets where there is no libFuzzer: each file of the corpus, once.
 *
 * Usage:   fuzz_x FILE|FOLDER…; a folder's files in the order of their names; a missing one is
 * empty. Output:  one line with the number of inputs; status 0, or the signal that an input
 * provoked.
 */
#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define REPLAY_OCTETS_MAX ((size_t)4 * 1024 * 1024)
#define REPLAY_PATH_MAX 4096

static bool replay_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    uint8_t *data = malloc(REPLAY_OCTETS_MAX);
    bool ok = file != NULL && data != NULL;
    if (ok) {
        size_t size = fread(data, 1, REPLAY_OCTETS_MAX, file);
        /* A block of exactly that size, so that reading behind it is seen by sanitizers. */
        uint8_t *exact = malloc(size + (size == 0));
        ok = exact != NULL;
        if (ok) {
            memcpy(exact, data, size);
            (void)LLVMFuzzerTestOneInput(exact, size);
        }
        free(exact);
    } else {
        fprintf(stderr, "replay: cannot read %s\n", path);
    }
    if (file != NULL)
        (void)fclose(file);
    free(data);
    return ok;
}

static int is_input(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static bool replay_folder(const char *path, unsigned *count)
{
    struct dirent **entries = NULL;
    int found = scandir(path, &entries, is_input, alphasort);
    bool ok = true;
    for (int i = 0; i < found; i++) {
        char inside[REPLAY_PATH_MAX];
        int length = snprintf(inside, sizeof inside, "%s/%s", path, entries[i]->d_name);
        ok = length > 0 && (size_t)length < sizeof inside && replay_file(inside) && ok;
        *count += 1;
        free(entries[i]);
    }
    free(entries);
    return ok;
}

int main(int argc, char **argv)
{
    unsigned count = 1;
    bool ok = true;
    (void)LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
    for (int i = 1; i < argc; i++) {
        struct stat about;
        if (stat(argv[i], &about) != 0)
            continue;
        if (S_ISDIR(about.st_mode)) {
            ok = replay_folder(argv[i], &count) && ok;
        } else {
            ok = replay_file(argv[i]) && ok;
            count += 1;
        }
    }
    printf("%u inputs replayed\n", count);
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
