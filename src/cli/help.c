/* SPDX-License-Identifier: MIT */
/* Help texts, made from the tables. */
#include "linkpond/cli/command.h"

#define NAME_COLUMN 26

static void write_row(struct buf *out, str name, const char *text)
{
    buf_add(out, STR("  "));
    buf_add(out, name);
    for (size_t at = name.len + 2; at < NAME_COLUMN; at++) {
        buf_add_char(out, ' ');
    }
    buf_addf(out, "%s%s\n", name.len + 2 < NAME_COLUMN ? "" : "  ", text);
}

static void write_commands(struct buf *out, const struct command *table, bool chinese)
{
    for (const struct command *row = table; row->name; row++) {
        write_row(out, str_from_c(row->name), chinese ? row->summary_zh : row->summary);
    }
}

static void write_flags(struct buf *out, const struct flag *table, bool chinese)
{
    for (const struct flag *row = table; row && row->name; row++) {
        char memory[64];
        struct buf name;

        buf_init_fixed(&name, memory, sizeof memory);
        buf_addf(&name, "--%s%s%s", row->name, row->value ? " " : "", row->value ? row->value : "");
        write_row(out, buf_str(&name), chinese ? row->help_zh : row->help);
    }
}

void help_write(const struct command *noun, const struct command *command, bool chinese, struct buf *out)
{
    const struct command *table = command ? command->verbs : commands_table;

    buf_add_c(out, chinese ? "用法: linkpond [--config FILE] [--data DIR] "
                           : "usage: linkpond [--config FILE] [--data DIR] ");
    if (!command) {
        buf_add_c(out, "COMMAND\n\n");
        buf_add_c(out, chinese ? "链塘：自建短链服务\n" : "Linkpond: short links on your own server\n");
    } else {
        buf_addf(out, "%s%s%s%s%s\n\n%s\n", noun->name, noun != command ? " " : "",
                 noun != command ? command->name : "",
                 command->verbs       ? " ..."
                 : *command->operands ? " "
                                      : "",
                 command->verbs ? "" : command->operands, chinese ? command->summary_zh : command->summary);
    }
    if (table) {
        buf_add_c(out, chinese ? "\n命令:\n" : "\ncommands:\n");
        write_commands(out, table, chinese);
    }
    buf_add_c(out, chinese ? "\n选项:\n" : "\nflags:\n");
    write_flags(out, command ? command->flags : NULL, chinese);
    write_flags(out, global_flags, chinese);
    if (command && command->takes_settings) {
        buf_add_c(out, chinese ? "\n设置（也可写入设置文件或环境变量 LINKPOND_…）:\n"
                               : "\nsettings (also in the settings file, or as LINKPOND_… in the environment):\n");
        settings_help(chinese, out);
    }
}
