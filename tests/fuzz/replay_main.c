/* SPDX-License-Identifier: MIT */
#include <dirent.h>

#include "linkpond/base/err.h"

/*
 * Replays a fuzz corpus through a fuzz target in the ordinary test run, without libFuzzer: every file of every folder
 * (or every file) named as an argument. A crash fails the test; so does an empty corpus, which would prove nothing.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define INPUT_BYTES_MAX (1024 * 1024)

static bool replay_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file) {
        return false;
    }
    uint8_t *bytes = malloc(INPUT_BYTES_MAX);
    BUG_ON(!bytes);
    size_t len = fread(bytes, 1, INPUT_BYTES_MAX, file);
    bool ok = !ferror(file);
    fclose(file);
    /* Exactly as long as the input, so that a sanitizer sees one byte too many. */
    uint8_t *exact = realloc(bytes, len ? len : 1);
    BUG_ON(!exact);
    if (ok) {
        LLVMFuzzerTestOneInput(exact, len);
    }
    free(exact);
    return ok;
}

/* Inputs replayed from that folder, or 1 for a plain file. */
static size_t replay(const char *path)
{
    DIR *folder = opendir(path);
    size_t count = 0;

    if (!folder) {
        return replay_file(path);
    }
    for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
        char *name = NULL;
        if (entry->d_name[0] == '.' || asprintf(&name, "%s/%s", path, entry->d_name) < 0) {
            continue;
        }
        count += replay_file(name);
        free(name);
    }
    closedir(folder);
    return count;
}

int main(int argc, char **argv)
{
    size_t count = 0;

    for (int i = 1; i < argc; i++) {
        count += replay(argv[i]);
    }
    printf("%zu inputs replayed\n", count);
    return count > 0 ? 0 : 1;
}
