/* SPDX-License-Identifier: MIT */
/*
 * embed_files OUT.c SYMBOL FILES...
 * embed_files OUT.c SYMBOL --packed NAME FILE NAME FILE...
 *
 * Writes `const struct embedded SYMBOL[]` (linkpond/base/embedded.h) with each file's bytes as a string literal, ended
 * by a row with an empty name. A file goes by its name without its folder, or by the NAME before it; packed files are
 * followed by a gzip copy named NAME.gz, where that is smaller: what is compressed here costs no start any time.
 * A host tool: it runs during the build and links nothing of the program.
 */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define BYTES_PER_LINE 32
#define GZIP_WINDOW    (15 + 16) /* zlib's way to say: with a gzip head */
#define GZIP_MEMORY    9

struct bytes {
    unsigned char *ptr;
    size_t len;
};
struct row {
    const char *name, *suffix;
    size_t len;
};

static bool read_file(const char *path, struct bytes *out)
{
    FILE *in = fopen(path, "rb");
    long end = -1;
    if (in && fseek(in, 0, SEEK_END) == 0) {
        end = ftell(in);
        rewind(in);
    }
    out->len = end < 0 ? 0 : (size_t)end;
    out->ptr = end < 0 ? NULL : malloc(out->len + 1);
    bool good = out->ptr && fread(out->ptr, 1, out->len, in) == out->len;
    if (!good) {
        perror(path);
    }
    if (in) {
        (void)fclose(in);
    }
    return good;
}

/* False, too, when it would not be smaller. */
static bool pack(const struct bytes *plain, struct bytes *out)
{
    z_stream stream = {0};
    if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, GZIP_WINDOW, GZIP_MEMORY, Z_DEFAULT_STRATEGY) != Z_OK) {
        return false;
    }
    size_t cap = deflateBound(&stream, plain->len);
    out->ptr = malloc(cap);
    stream.next_in = plain->ptr;
    stream.avail_in = (uInt)plain->len;
    stream.next_out = out->ptr;
    stream.avail_out = (uInt)cap;
    bool good = out->ptr && deflate(&stream, Z_FINISH) == Z_STREAM_END && stream.total_out < plain->len;
    out->len = stream.total_out;
    deflateEnd(&stream);
    return good;
}

/* Three octal digits always: a shorter escape would swallow a digit that follows it. */
static void write_bytes(FILE *out, int index, const struct bytes *bytes)
{
    fprintf(out, "static const char bytes_%d[] =", index);
    for (size_t i = 0; i < bytes->len; i++) {
        int byte = bytes->ptr[i];
        if (i % BYTES_PER_LINE == 0) {
            fputs(i ? "\"\n    \"" : "\n    \"", out);
        }
        /* '?' is escaped because of trigraphs. */
        if (isprint(byte) && byte != '"' && byte != '\\' && byte != '?') {
            putc(byte, out);
        } else {
            fprintf(out, "\\%03o", (unsigned)byte);
        }
    }
    fputs(bytes->len ? "\";\n\n" : " \"\";\n\n", out);
}

static const char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

/* The texts of one file; its rows are added. */
static bool write_file(FILE *out, const char *name, const char *path, bool packed, struct row *rows, int *count)
{
    struct bytes plain = {0}, small = {0};
    bool good = read_file(path, &plain);
    if (good) {
        write_bytes(out, *count, &plain);
        rows[(*count)++] = (struct row){name, "", plain.len};
    }
    if (good && packed && pack(&plain, &small)) {
        write_bytes(out, *count, &small);
        rows[(*count)++] = (struct row){name, ".gz", small.len};
    }
    free(plain.ptr);
    free(small.ptr);
    return good;
}

static bool write_table(FILE *out, const char *symbol, char **args, int args_count, bool packed)
{
    int step = packed ? 2 : 1, count = 0;
    struct row *rows = calloc((size_t)args_count + 1, sizeof *rows);
    bool good = rows != NULL;

    fputs("/* Made by embed_files; do not edit. */\n#include \"linkpond/base/embedded.h\"\n\n", out);
    for (int i = 0; good && i < args_count; i += step) {
        const char *path = args[i + step - 1];
        good = write_file(out, packed ? args[i] : file_name(path), path, packed, rows, &count);
    }
    fprintf(out, "const struct embedded %s[] = {\n", symbol);
    for (int i = 0; good && i < count; i++) {
        fprintf(out, "    {\"%s%s\", bytes_%d, %zu},\n", rows[i].name, rows[i].suffix, i, rows[i].len);
    }
    fputs("    {\"\", \"\", 0},\n};\n", out);
    free(rows);
    return good;
}

int main(int argc, char **argv)
{
    bool packed = argc > 3 && strcmp(argv[3], "--packed") == 0;
    if (argc < 3 || (packed && argc % 2 != 0)) {
        fputs("usage: embed_files OUT.c SYMBOL FILES... | --packed NAME FILE NAME FILE...\n", stderr);
        return 2;
    }
    int first = packed ? 4 : 3;
    FILE *out = fopen(argv[1], "w");
    if (!out) {
        perror(argv[1]);
        return 1;
    }
    bool good = write_table(out, argv[2], argv + first, argc - first, packed);
    if (fclose(out) != 0) {
        perror(argv[1]);
        good = false;
    }
    if (!good) {
        (void)remove(argv[1]);
    }
    return good ? 0 : 1;
}
