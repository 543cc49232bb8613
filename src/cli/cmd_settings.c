/* SPDX-License-Identifier: MIT */
/* linkpond settings: what is in force, or a sample file. */
#include "linkpond/cli/commands.h"

#define TEXT_BYTES_MAX (256 * 1024)

const struct flag cmd_settings_flags[] = {
    {"sample", FLAG_SWITCH, NULL, BODY_NONE, "a settings file to start from, with every setting explained",
     "输出带说明的示例设置文件"},
    {NULL, FLAG_SWITCH, NULL, BODY_NONE, NULL, NULL},
};

static void write_json(const struct settings *settings, struct buf *out)
{
    struct json_writer json;

    json_writer_init(&json, out);
    json_object(&json);
    for (const struct setting *row = settings_table; row->name; row++) {
        char memory[8192];
        struct buf value;
        buf_init_fixed(&value, memory, sizeof memory);
        setting_write(row, settings, &value);
        json_put_str(&json, row->name, buf_str(&value));
    }
    json_object_end(&json);
    buf_add(out, STR("\n"));
}

static void write_lines(const struct settings *settings, struct buf *out)
{
    for (const struct setting *row = settings_table; row->name; row++) {
        buf_addf(out, "%s = ", row->name);
        setting_write(row, settings, out);
        buf_add(out, STR("\n"));
    }
}

enum err cmd_settings(struct cli *cli, struct fault *fault)
{
    struct settings settings;
    struct buf text;
    bool sample = args_has(&cli->args, "sample");
    enum err err = sample ? OK : cli_settings(cli, &settings, fault);

    if (err) {
        return err;
    }
    buf_init_heap(&text, TEXT_BYTES_MAX);
    if (sample) {
        settings_sample(&text);
    } else if (cli->args.json) {
        write_json(&settings, &text);
    } else {
        write_lines(&settings, &text);
    }
    err = text.overflow ? ERR_NOMEM : OK;
    cli_print(err ? STR("") : buf_str(&text));
    buf_done(&text);
    return err;
}
