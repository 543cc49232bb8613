/* SPDX-License-Identifier: MIT */
/* linkpond doctor: a line for everything that is commonly wrong, with what to do. */
#include "linkpond/cli/doctor.h"

#include <stdarg.h>

#include "linkpond/cli/commands.h"
#include "linkpond/cli/table.h"

#define TEXT_BYTES_MAX 512

const struct flag cmd_doctor_flags[] = {
    {"url", FLAG_VALUE, "https://HOST", BODY_NONE, "also look at DNS, TLS and the proxy as visitors see them",
     "同时检查访客所见的域名解析、证书和代理"},
    {NULL, FLAG_SWITCH, NULL, BODY_NONE, NULL, NULL},
};

static const char *const status_names[] = {"ok", "warn", "fail"};

void doctor_find(struct doctor *self, const char *name, enum finding_status status, const char *format, ...)
{
    char text[TEXT_BYTES_MAX];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (self->count < FINDINGS_MAX) {
        self->findings[self->count++] = (struct finding){name, status, arena_str(self->cli->arena, str_from_c(text))};
    }
}

static void print_json(const struct doctor *self, bool ok)
{
    char memory[FINDINGS_MAX * TEXT_BYTES_MAX * 2];
    struct buf out;
    struct json_writer json;

    buf_init_fixed(&out, memory, sizeof memory);
    json_writer_init(&json, &out);
    json_object(&json);
    json_name(&json, "findings");
    json_array(&json);
    for (size_t i = 0; i < self->count; i++) {
        json_object(&json);
        json_put_str(&json, "name", str_from_c(self->findings[i].name));
        json_put_str(&json, "status", str_from_c(status_names[self->findings[i].status]));
        json_put_str(&json, "detail", self->findings[i].text);
        json_object_end(&json);
    }
    json_array_end(&json);
    json_put_bool(&json, "ok", ok);
    json_object_end(&json);
    printf(STR_FMT "\n", STR_ARG(buf_str(&out)));
}

static void print_lines(const struct doctor *self)
{
    struct table table;

    table_init(&table, self->cli->arena, 3, 0);
    for (size_t i = 0; i < self->count; i++) {
        const struct finding *finding = &self->findings[i];
        table_row(&table, (str[]){str_from_c(status_names[finding->status]), str_from_c(finding->name), finding->text});
    }
    table_print(&table);
}

enum err cmd_doctor(struct cli *cli, struct fault *fault)
{
    struct doctor doctor = {.cli = cli};
    struct fault opening = {0};
    const char *url = args_flag(&cli->args, "url");
    bool ok = true;

    (void)fault;
    enum err err = client_open(cli, &doctor.client, &opening);
    if (err) {
        doctor.client = NULL;
        doctor_find(&doctor, "open", FINDING_FAIL, "%s",
                    opening.message[0] ? opening.message : err_text(err, cli->chinese));
    }
    doctor_look_here(&doctor);
    if (url) {
        doctor_look_outside(&doctor, url);
    }
    client_close(doctor.client);
    for (size_t i = 0; i < doctor.count; i++) {
        ok = ok && doctor.findings[i].status != FINDING_FAIL;
    }
    if (cli->args.json) {
        print_json(&doctor, ok);
    } else {
        print_lines(&doctor);
    }
    cli->reported = !ok;
    return ok ? OK : ERR_INVALID;
}
