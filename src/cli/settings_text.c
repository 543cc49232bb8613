/* SPDX-License-Identifier: MIT */
/* The settings table as a file to start from and as help. */
#include "linkpond/cli/settings.h"

void settings_sample(struct buf *out)
{
    buf_add_c(out,
              "# SPDX-License-Identifier: MIT\n"
              "# Linkpond's settings, each at its built-in value. Copy this to DIR/linkpond.conf or /etc/linkpond.conf "
              "and take\n"
              "# the # away from what you change. Environment variables (LINKPOND_LISTEN=…) and flags (--listen …) "
              "win over it.\n"
              "# A list may go on in indented lines.\n"
              "# 所有设置及其默认值。复制为 数据目录/linkpond.conf 或 /etc/linkpond.conf，去掉要修改项前的 # "
              "即可；环境变量和命令行参数优先。\n");
    for (const struct setting *row = settings_table; row->name; row++) {
        bool says_more = row->max > 0 || row->choices;

        buf_addf(out, "\n# %s\n# %s\n", row->help, row->help_zh);
        if (says_more) {
            buf_add_c(out, "# ");
            setting_allowed(row, false, out);
            buf_add_c(out, "\n");
        }
        buf_addf(out, "#%s =%s%s\n", row->name, *row->fallback ? " " : "", row->fallback);
    }
}

void settings_help(bool chinese, struct buf *out)
{
    for (const struct setting *row = settings_table; row->name; row++) {
        char memory[256];
        struct buf allowed;

        buf_add_c(out, "  --");
        for (const char *c = row->name; *c; c++) {
            buf_add_char(out, *c == '_' ? '-' : *c);
        }
        buf_init_fixed(&allowed, memory, sizeof memory);
        setting_allowed(row, chinese, &allowed);
        buf_addf(out, " (%s)\n      %s\n      %s\n",
                 *row->fallback ? row->fallback
                 : chinese      ? "空"
                                : "empty",
                 chinese ? row->help_zh : row->help, buf_c(&allowed));
    }
}

#define SHOWN_BYTES_MAX 8192

const struct setting_shown *settings_shown(struct arena *arena, const struct settings *settings)
{
    struct setting_shown *shown = ARENA_ARRAY(arena, struct setting_shown, SETTINGS_MAX + 1);
    char memory[SHOWN_BYTES_MAX];
    size_t i = 0;

    for (; shown && settings_table[i].name; i++) {
        const struct setting *row = &settings_table[i];
        struct buf value;
        buf_init_fixed(&value, memory, sizeof memory);
        setting_write(row, settings, &value);
        str text = arena_str(arena, buf_str(&value));
        if (!text.ptr) {
            return NULL;
        }
        shown[i] = (struct setting_shown){row->name,     row->help, row->help_zh, settings->where[i],
                                          row->fallback, text,      row->reloads};
    }
    if (shown) {
        shown[i] = (struct setting_shown){0};
    }
    return shown;
}
