/* SPDX-License-Identifier: MIT */
#include "linkpond/base/err.h"
#include "linkpond/model/source.h"

/* A table of referrers or channels as an operator may write it: refused with a line, or compiled and then asked. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask(const struct source_rules *rules)
{
    struct arena arena;
    struct record record = {.host = STR("s.example"),
                            .query = STR("utm_source=baidu&utm_medium=cpc&utm_campaign=shop&gclid=1&from=timeline"),
                            .referrer = STR("https://www.example.com/")};
    struct agent agent = {.app = STR("wechat")};
    struct click click = {0};

    arena_init(&arena, 64 * 1024);
    source_attribute(rules, &arena, &record, &agent, &click);
    BUG_ON(click.source.len == 0 || (click.channel.len == 0) != (click.channel_by == BY_NONE));
    arena_done(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fault fault = {0};
    struct source_rules *rules = NULL;
    str text = {(const char *)data, size};
    ssize_t half = str_find_char(text, '\f', 0);
    const struct source_table tables[] = {
        {size % 2 ? SOURCE_REFERRERS : SOURCE_CHANNELS, "own", half < 0 ? text : str_slice(text, 0, (size_t)half)},
        {SOURCE_REFERRERS, "table", half < 0 ? STR("") : str_from(text, (size_t)half + 1)},
    };

    enum err err = source_rules_compile(tables, ARRAY_LEN(tables), &rules, &fault);
    BUG_ON(err != OK && err != ERR_INVALID && err != ERR_NOMEM);
    BUG_ON(err == ERR_INVALID && fault.message[0] == '\0');
    if (err == OK) {
        ask(rules);
    }
    source_rules_free(rules);
    return 0;
}
