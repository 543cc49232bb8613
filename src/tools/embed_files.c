/* SPDX-License-Identifier: MIT */
/*
 * embed_files OUT.c SYMBOL FILES...
 * embed_files OUT.c SYMBOL --named NAME FILE NAME FILE...
 *
 * Writes `const struct embedded SYMBOL[]` (linkpond/base/embedded.h) with each file's bytes as a string literal, ended
 * by a row with an empty name. A file goes by its name without its folder, or by the NAME before it. A host tool: it
 * runs during the build and links nothing of the program.
 */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BYTES_PER_LINE 32

/* Three octal digits always: a shorter escape would swallow a digit that follows it. */
static size_t write_bytes(FILE *out, FILE *in)
{
    size_t len = 0;
    int byte;

    while ((byte = getc(in)) != EOF) {
        if (len % BYTES_PER_LINE == 0) {
            fputs(len ? "\"\n    \"" : "\n    \"", out);
        }
        /* '?' is escaped because of trigraphs. */
        if (isprint(byte) && byte != '"' && byte != '\\' && byte != '?') {
            putc(byte, out);
        } else {
            fprintf(out, "\\%03o", (unsigned)byte);
        }
        len++;
    }
    fputs(len ? "\"" : " \"\"", out);
    return len;
}

static bool write_file(FILE *out, const char *path, int index, size_t *len)
{
    FILE *in = fopen(path, "rb");

    if (!in) {
        perror(path);
        return false;
    }
    fprintf(out, "static const char bytes_%d[] =", index);
    *len = write_bytes(out, in);
    fputs(";\n\n", out);
    bool good = !ferror(in);
    if (!good) {
        perror(path);
    }
    (void)fclose(in);
    return good;
}

static const char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

/* With `step` 2 the arguments are pairs of a name and a path. */
static bool write_table(FILE *out, const char *symbol, char **args, int args_count, int step)
{
    int count = args_count / step;
    size_t *lens = calloc((size_t)count + 1, sizeof *lens);
    bool good = lens != NULL;

    fputs("/* Made by embed_files; do not edit. */\n#include \"linkpond/base/embedded.h\"\n\n", out);
    for (int i = 0; good && i < count; i++) {
        good = write_file(out, args[i * step + step - 1], i, &lens[i]);
    }
    fprintf(out, "const struct embedded %s[] = {\n", symbol);
    for (int i = 0; good && i < count; i++) {
        const char *name = step == 2 ? args[i * step] : file_name(args[i]);
        fprintf(out, "    {\"%s\", bytes_%d, %zu},\n", name, i, lens[i]);
    }
    fputs("    {\"\", \"\", 0},\n};\n", out);
    free(lens);
    return good;
}

int main(int argc, char **argv)
{
    bool named = argc > 3 && strcmp(argv[3], "--named") == 0;
    if (argc < 3 || (named && argc % 2 != 0)) {
        fputs("usage: embed_files OUT.c SYMBOL FILES... | --named NAME FILE NAME FILE...\n", stderr);
        return 2;
    }
    FILE *out = fopen(argv[1], "w");
    if (!out) {
        perror(argv[1]);
        return 1;
    }
    bool good =
        named ? write_table(out, argv[2], argv + 4, argc - 4, 2) : write_table(out, argv[2], argv + 3, argc - 3, 1);
    if (fclose(out) != 0) {
        perror(argv[1]);
        good = false;
    }
    if (!good) {
        (void)remove(argv[1]);
    }
    return good ? 0 : 1;
}
