/* SPDX-License-Identifier: MIT */
/* What an answer of the API means to the command line, and problems (RFC 9457) as sentences. */
#include "linkpond/cli/client.h"

enum err client_json(struct cli *cli, const struct client_reply *reply, struct json **out)
{
    enum err err = json_parse(cli->arena, reply->body, out, NULL);

    return err == ERR_MALFORMED ? ERR_CORRUPT : err;
}

static str member(const struct json *object, str name)
{
    const struct json *value = json_get(object, name);

    return value && value->type == JSON_STRING ? value->string : (str){0};
}

/* By the last part of "urn:linkpond:problem:<slug>", else by the status. */
static enum err problem_err(const struct json *problem, int status)
{
    str type = member(problem, STR("type"));
    enum err by_status = status >= 500 ? ERR_INTERNAL : ERR_INVALID;

    for (int i = OK + 1; i < ERR_COUNT; i++) {
        enum err err = (enum err)i;
        if (str_ends(type, str_from_c(err_slug(err))) && str_starts(type, STR("urn:linkpond:problem:")) &&
            type.len == strlen("urn:linkpond:problem:") + strlen(err_slug(err))) {
            return err;
        }
        if (err_http_status(err) == status && by_status != err && err_http_status(by_status) != status) {
            by_status = err;
        }
    }
    return by_status;
}

/* A line on stderr. */
static void tell(const str *parts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        cli_write(stderr, parts[i]);
    }
    fputc('\n', stderr);
}

static void tell_sentences(const struct json *problem, enum err err, bool chinese)
{
    str detail = member(problem, STR("detail"));
    str title = member(problem, STR("title"));
    str words = detail.len ? detail : title.len ? title : str_from_c(err_text(err, chinese));

    const struct json *errors = json_get(problem, STR("errors"));
    str first = errors ? member(errors->child, STR("field")) : STR("");
    bool same = errors && str_eq(member(errors->child, STR("detail")), words);
    tell((str[]){STR("linkpond: "), same ? first : STR(""), same && first.len ? STR(": ") : STR(""), words}, 4);
    JSON_EACH(item, errors)
    {
        str text = member(item, STR("detail"));
        if (text.len && !str_eq(text, words)) {
            tell((str[]){STR("  "), member(item, STR("field")), STR(": "), text}, 4);
        }
    }
    str existing = member(json_get(problem, STR("existing")), STR("short_url"));
    if (existing.len) {
        tell((str[]){STR("  "), existing}, 2);
    }
}

enum err client_verdict(struct cli *cli, const struct client_reply *reply)
{
    struct json *problem = NULL;

    if (reply->status >= 200 && reply->status < 300) {
        return OK;
    }
    if (client_json(cli, reply, &problem) != OK) {
        problem = NULL;
    }
    enum err err = problem_err(problem, reply->status);
    cli->reported = true;
    if (cli->args.json && problem) {
        fprintf(stderr, STR_FMT "\n", STR_ARG(reply->body));
    } else {
        tell_sentences(problem, err, cli->chinese);
    }
    return err;
}
