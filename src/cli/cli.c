/* SPDX-License-Identifier: MIT */
/* From main's arguments to a command and its exit code. */
#include "linkpond/cli/commands.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>

#include "linkpond/base/files.h"
#include "linkpond/base/utf8.h"

#define ARENA_BYTES_MAX ((size_t)256 * 1024 * 1024)
#define HELP_BYTES_MAX  (256 * 1024)
#define LOCAL_DATA_DIR  "linkpond-data"
#define SYSTEM_DATA_DIR "/var/lib/linkpond"

/* A file opened as descriptor 0, 1 or 2 would be written over by the next message; SQLite names this as a way to lose
 * a database (sqlite.org/howtocorrupt.html, 2.1). */
static void descriptors_occupy(void)
{
    int fd = open("/dev/null", O_RDWR);

    while (fd >= 0 && fd <= 2) {
        fd = open("/dev/null", O_RDWR | (fd == 2 ? O_CLOEXEC : 0));
    }
    if (fd > 2) {
        close(fd);
    }
}

/* POSIX: the first of these that is set and not empty decides. */
static bool locale_is_chinese(void)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};

    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        const char *value = getenv(names[i]);
        if (value && *value) {
            return strncmp(value, "zh", 2) == 0;
        }
    }
    return false;
}

const char *cli_default_data_dir(void)
{
    if (files_exists(LOCAL_DATA_DIR) || !files_exists(SYSTEM_DATA_DIR "/linkpond.db")) {
        return LOCAL_DATA_DIR;
    }
    return SYSTEM_DATA_DIR;
}

const char *cli_text(const struct cli *self, const char *en, const char *zh)
{
    return self->chinese ? zh : en;
}

void cli_note(const struct cli *self, const char *format, ...)
{
    if (!self->args.quiet) {
        va_list args;
        va_start(args, format);
        vfprintf(stderr, format, args);
        va_end(args);
        fputc('\n', stderr);
    }
}

void cli_write(FILE *file, str text)
{
    size_t start = 0;

    if (text.len == 0) {
        return; /* and its ptr may be NULL */
    }
    for (size_t at = 0; at < text.len;) {
        uint32_t code_point = 0;
        size_t len = utf8_decode(text, at, &code_point);
        bool plain = len > 0 && (code_point == '\n' || code_point == '\t' || !utf8_is_control(code_point));
        if (!plain) {
            fwrite(text.ptr + start, 1, at - start, file);
            fputs("\xEF\xBF\xBD", file);
            start = at + (len ? len : 1);
        }
        at += len ? len : 1;
    }
    fwrite(text.ptr + start, 1, text.len - start, file);
}

void cli_print(str text)
{
    cli_write(stdout, text);
}

enum err cli_settings(const struct cli *self, struct settings *out, struct fault *fault)
{
    struct settings_input input = {.config = self->args.config,
                                   .data_dir = self->data_dir,
                                   .env = getenv,
                                   .flags = self->args.settings,
                                   .flags_count = self->args.settings_count};

    return settings_load(self->arena, &input, out, fault);
}

static enum err help_print(const struct cli *self, const struct command *noun, const struct command *command)
{
    struct buf text;

    buf_init_heap(&text, HELP_BYTES_MAX);
    help_write(noun, command, self->chinese, &text);
    enum err err = text.overflow ? ERR_NOMEM : OK;
    cli_print(err ? STR("") : buf_str(&text));
    buf_done(&text);
    return err;
}

enum err cmd_help(struct cli *cli, struct fault *fault)
{
    const char *words[OPERANDS_MAX + 2] = {"linkpond"};
    size_t count = 1;
    struct args named;

    for (size_t i = 0; i < cli->args.operands_count; i++) {
        words[count++] = cli->args.operands[i];
    }
    words[count++] = "--help";
    enum err err = args_parse(commands_table, (int)count, (char *const *)words, &named, fault);
    return err ? err : help_print(cli, named.noun, named.command);
}

enum err cmd_version(struct cli *cli, struct fault *fault)
{
    (void)fault;
    printf(cli->args.json ? "{\"version\": \"%s\"}\n" : "linkpond %s\n", LINKPOND_VERSION);
    return OK;
}

static enum err cli_run(struct cli *self, int argc, char **argv, struct fault *fault)
{
    enum err err = args_parse(commands_table, argc, argv, &self->args, fault);
    struct args *args = &self->args;

    if (err) {
        return err;
    }
    if (args->version) {
        return cmd_version(self, fault);
    }
    if (args->help) {
        return help_print(self, args->noun, args->command);
    }
    if (!args->command) {
        help_print(self, NULL, NULL);
        return fault_set(fault, ERR_USAGE, "", "incomplete", "no command was given", "没有给出命令");
    }
    const char *from_env = getenv("LINKPOND_DATA");
    self->data_dir = args->data_dir ? args->data_dir : from_env && *from_env ? from_env : cli_default_data_dir();
    const char *config = getenv("LINKPOND_CONFIG");
    args->config = args->config ? args->config : config && *config ? config : NULL;
    return args->command->run(self, fault);
}

static void cli_report(const struct cli *self, enum err err, const struct fault *fault)
{
    const char *own = self->chinese && fault->message_zh[0] ? fault->message_zh : fault->message;

    if (!self->reported) {
        fputs("linkpond: ", stderr);
        cli_write(stderr, str_from_c(*own ? own : err_text(err, self->chinese)));
        fputc('\n', stderr);
    }
}

int cli_main(int argc, char **argv)
{
    struct arena arena;
    struct cli cli = {.arena = &arena, .chinese = locale_is_chinese()};
    struct fault fault = {0};

    descriptors_occupy();
    umask(077);
    signal(SIGPIPE, SIG_IGN);
    arena_init(&arena, ARENA_BYTES_MAX);
    enum err err = cli_run(&cli, argc, argv, &fault);
    if (err) {
        cli_report(&cli, err, &fault);
    }
    arena_done(&arena);
    if (fflush(stdout) != 0 && !err) {
        err = errno == ENOSPC ? ERR_DISK_FULL : ERR_IO;
        if (errno != EPIPE) { /* a reader that has seen enough is no news */
            fprintf(stderr, "linkpond: %s\n", err_text(err, cli.chinese));
        }
    }
    return err_exit_code(err);
}
