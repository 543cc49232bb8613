/* SPDX-License-Identifier: MIT */
/*
 * embed_sql OUT_STEM QUERIES... -- MIGRATIONS...
 *
 * Query files hold `-- name: link_by_alias` lines, each followed by the text of one statement. `-- part: link_matches`
 * opens a piece of text that is no statement of its own; a line `-- use: link_matches` puts it into a later text of the
 * same file, so that variants of a statement cannot drift apart. Other lines that start with `--` are comments and are
 * dropped. Migration files are named NNNN_words.sql and embedded as they are.
 * Writes OUT_STEM.h (enum sql_id, struct migration and the tables' declarations) and OUT_STEM.c. Text before the first
 * name, a name twice, a name without a text and migrations out of order stop the build with file:line.
 * A host tool: it runs during the build and links nothing of the program.
 */
#include <ctype.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define QUERIES_MAX 2000
#define NAME_MAX    64
#define NAME_PREFIX "-- name:"
#define PART_PREFIX "-- part:"
#define USE_PREFIX  "-- use:"

struct query {
    char name[NAME_MAX];
    const char *path;
    int line;
    char *text;
    size_t len;
    bool part; /* not a statement: only for use by others */
};

struct migration_file {
    const char *words; /* after the number, inside the path */
    int words_len;
    int number;
    char *text;
};

static struct query queries[QUERIES_MAX];
static size_t queries_count;

__attribute__((format(printf, 3, 4), noreturn)) static void stop(const char *path, int line, const char *format, ...)
{
    va_list args;

    fprintf(stderr, "%s:%d: ", path, line);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    putc('\n', stderr);
    exit(1);
}

static void *must(void *memory)
{
    if (!memory) {
        fputs("embed_sql: out of memory\n", stderr);
        exit(1);
    }
    return memory;
}

/* The whole file, NUL-terminated; the caller frees it. */
static char *read_file(const char *path)
{
    FILE *in = fopen(path, "rb");
    char *text = NULL;
    size_t len = 0;

    if (!in) {
        perror(path);
        exit(1);
    }
    for (size_t got = 1; got > 0; len += got) {
        text = must(realloc(text, len + 4096 + 1));
        got = fread(text + len, 1, 4096, in);
    }
    if (ferror(in)) {
        perror(path);
        exit(1);
    }
    (void)fclose(in);
    if (memchr(text, '\0', len)) {
        stop(path, 1, "holds a NUL byte");
    }
    text[len] = '\0';
    return text;
}

/* The name behind a prefix, without blanks. */
static size_t read_name(const char *path, int line, const char **name, size_t len)
{
    while (len > 0 && isspace((unsigned char)**name)) {
        (*name)++;
        len--;
    }
    while (len > 0 && isspace((unsigned char)(*name)[len - 1])) {
        len--;
    }
    if (len == 0 || len >= NAME_MAX) {
        stop(path, line, "a name has 1 to %d letters", NAME_MAX - 1);
    }
    return len;
}

static struct query *find_query(const char *name, size_t len, size_t from)
{
    for (size_t i = from; i < queries_count; i++) {
        if (strlen(queries[i].name) == len && memcmp(queries[i].name, name, len) == 0) {
            return &queries[i];
        }
    }
    return NULL;
}

static void open_query(const char *path, int line, const char *name, size_t len, bool part)
{
    len = read_name(path, line, &name, len);
    for (size_t i = 0; i < len; i++) {
        if (!(islower((unsigned char)name[i]) || isdigit((unsigned char)name[i]) || name[i] == '_')) {
            stop(path, line, "a name is made of a-z, 0-9 and _: %.*s", (int)len, name);
        }
    }
    const struct query *known = find_query(name, len, 0);
    if (known) {
        stop(path, line, "%s is already in %s:%d", known->name, known->path, known->line);
    }
    if (queries_count == QUERIES_MAX) {
        stop(path, line, "more than %d queries", QUERIES_MAX);
    }
    struct query *query = &queries[queries_count++];
    memcpy(query->name, name, len);
    query->path = path;
    query->line = line;
    query->part = part;
}

static void add_text(struct query *query, const char *line, size_t len)
{
    query->text = must(realloc(query->text, query->len + len + 2));
    memcpy(query->text + query->len, line, len);
    query->len += len;
    query->text[query->len++] = '\n';
    query->text[query->len] = '\0';
}

static bool only_blanks(const char *line, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (!isspace((unsigned char)line[i])) {
            return false;
        }
    }
    return true;
}

static void use_part(const char *path, int number, const char *name, size_t len, size_t first_of_file)
{
    len = read_name(path, number, &name, len);
    const struct query *part = find_query(name, len, first_of_file);
    if (!part || !part->part || part->len == 0 || part == &queries[queries_count - 1]) {
        stop(path, number, "no part %.*s above", (int)len, name);
    }
    add_text(&queries[queries_count - 1], part->text, part->len - 1);
}

static bool has_prefix(const char *line, size_t len, const char *prefix)
{
    return len >= strlen(prefix) && memcmp(line, prefix, strlen(prefix)) == 0;
}

static void read_line(const char *path, int number, const char *line, size_t len, size_t first_of_file)
{
    if (has_prefix(line, len, NAME_PREFIX)) {
        open_query(path, number, line + strlen(NAME_PREFIX), len - strlen(NAME_PREFIX), false);
        return;
    }
    if (has_prefix(line, len, PART_PREFIX)) {
        open_query(path, number, line + strlen(PART_PREFIX), len - strlen(PART_PREFIX), true);
        return;
    }
    if (has_prefix(line, len, USE_PREFIX)) {
        use_part(path, number, line + strlen(USE_PREFIX), len - strlen(USE_PREFIX), first_of_file);
        return;
    }
    if (has_prefix(line, len, "--") || only_blanks(line, len)) {
        return;
    }
    if (queries_count == first_of_file) {
        stop(path, number, "text before the first `" NAME_PREFIX "`");
    }
    add_text(&queries[queries_count - 1], line, len);
}

/* Parts have done their work once all files are read. */
static void drop_parts(void)
{
    size_t kept = 0;

    for (size_t i = 0; i < queries_count; i++) {
        if (queries[i].part) {
            free(queries[i].text);
        } else {
            queries[kept++] = queries[i];
        }
    }
    queries_count = kept;
}

static void read_queries(const char *path)
{
    size_t first = queries_count;
    char *text = read_file(path);
    int number = 0;

    for (char *line = text; *line;) {
        char *end = strchrnul(line, '\n');
        read_line(path, ++number, line, (size_t)(end - line), first);
        line = *end ? end + 1 : end;
    }
    free(text);
    for (size_t i = first; i < queries_count; i++) {
        if (queries[i].len == 0) {
            stop(path, queries[i].line, "%s has no text", queries[i].name);
        }
    }
}

static struct migration_file read_migration_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    size_t len = strlen(name);
    bool good = len > 9 && strcmp(name + len - 4, ".sql") == 0 && name[4] == '_';
    int number = 0;

    for (int i = 0; good && i < 4; i++) {
        good = isdigit((unsigned char)name[i]);
        number = number * 10 + (name[i] - '0');
    }
    if (!good) {
        stop(path, 1, "a migration is named NNNN_words.sql");
    }
    return (struct migration_file){.words = name + 5, .words_len = (int)(len - 9), .number = number};
}

static struct migration_file *read_migrations(char **paths, int count)
{
    struct migration_file *files = must(calloc((size_t)count + 1, sizeof *files));
    int last = 0;

    for (int i = 0; i < count; i++) {
        files[i] = read_migration_name(paths[i]);
        if (files[i].number <= last) {
            stop(paths[i], 1, "number %04d does not follow %04d", files[i].number, last);
        }
        last = files[i].number;
        files[i].text = read_file(paths[i]);
    }
    return files;
}

static void write_literal(FILE *out, const char *text)
{
    putc('"', out);
    for (const char *c = text; *c; c++) {
        unsigned char byte = (unsigned char)*c;
        if (byte == '\n') {
            fputs(c[1] ? "\\n\"\n        \"" : "\\n", out);
        } else if (isprint(byte) && byte != '"' && byte != '\\' && byte != '?') {
            putc(byte, out);
        } else {
            fprintf(out, "\\%03o", (unsigned)byte);
        }
    }
    putc('"', out);
}

static void write_header(FILE *out)
{
    fputs("/* Made by embed_sql; do not edit. */\n#ifndef LINKPOND_SQL_TEXTS_H\n#define LINKPOND_SQL_TEXTS_H\n\n"
          "#include <stddef.h>\n\nenum sql_id {\n",
          out);
    for (size_t i = 0; i < queries_count; i++) {
        fputs("    SQL_", out);
        for (const char *c = queries[i].name; *c; c++) {
            putc(toupper((unsigned char)*c), out);
        }
        fputs(",\n", out);
    }
    fputs("    SQL_COUNT\n};\n\n"
          "extern const char *const sql_text[SQL_COUNT];\n"
          "extern const char *const sql_name[SQL_COUNT];\n\n"
          "/* File 0001_links.sql: number 1, name \"links\". In ascending order, ended by a row of number 0. */\n"
          "struct migration {\n    int number;\n    const char *name;\n    const char *text;\n};\n"
          "extern const struct migration migrations[];\n"
          "extern const size_t migrations_count;\n\n#endif\n",
          out);
}

static void write_migrations(FILE *out, const struct migration_file *files, int count)
{
    fputs("const struct migration migrations[] = {\n", out);
    for (int i = 0; i < count; i++) {
        fprintf(out, "    {%d, \"%.*s\",\n        ", files[i].number, files[i].words_len, files[i].words);
        write_literal(out, files[i].text);
        fputs("},\n", out);
    }
    fprintf(out, "    {0, NULL, NULL},\n};\n\nconst size_t migrations_count = %d;\n", count);
}

static void write_source(FILE *out, const char *header, const struct migration_file *migrations, int migrations_count)
{
    fprintf(out, "/* Made by embed_sql; do not edit. */\n#include \"%s\"\n\n", header);
    fputs("const char *const sql_text[SQL_COUNT] = {\n", out);
    for (size_t i = 0; i < queries_count; i++) {
        fputs("    ", out);
        write_literal(out, queries[i].text);
        fputs(",\n", out);
    }
    fputs("};\n\nconst char *const sql_name[SQL_COUNT] = {\n", out);
    for (size_t i = 0; i < queries_count; i++) {
        fprintf(out, "    \"%s\",\n", queries[i].name);
    }
    fputs("};\n\n", out);
    write_migrations(out, migrations, migrations_count);
}

static FILE *open_out(const char *stem, const char *suffix, char **path)
{
    if (asprintf(path, "%s%s", stem, suffix) < 0) {
        must(NULL);
    }
    FILE *out = fopen(*path, "w");
    if (!out) {
        perror(*path);
        exit(1);
    }
    return out;
}

static void close_out(FILE *out, char *path)
{
    if (fclose(out) != 0) {
        perror(path);
        exit(1);
    }
    free(path);
}

int main(int argc, char **argv)
{
    int at = 2;
    char *path;

    if (argc < 3) {
        fputs("usage: embed_sql OUT_STEM QUERIES... -- MIGRATIONS...\n", stderr);
        return 2;
    }
    for (; at < argc && strcmp(argv[at], "--") != 0; at++) {
        read_queries(argv[at]);
    }
    drop_parts();
    at += at < argc;
    /* Everything is read before anything is written, so a fault leaves no output that looks fresh. */
    int count = argc - at;
    struct migration_file *migrations = read_migrations(argv + at, count);

    FILE *out = open_out(argv[1], ".h", &path);
    const char *slash = strrchr(path, '/');
    char *header = must(strdup(slash ? slash + 1 : path));
    write_header(out);
    close_out(out, path);

    out = open_out(argv[1], ".c", &path);
    write_source(out, header, migrations, count);
    close_out(out, path);

    free(header);
    for (int i = 0; i < count; i++) {
        free(migrations[i].text);
    }
    free(migrations);
    for (size_t i = 0; i < queries_count; i++) {
        free(queries[i].text);
    }
    return 0;
}
