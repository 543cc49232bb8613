/* SPDX-License-Identifier: MIT */
#include "linkpond/base/err.h"
#include "linkpond/base/limits.h"
#include "linkpond/base/utf8.h"
#include "linkpond/model/source.h"

/* Queries and referrers as strangers send them: the first line is the query, the second the Referer. Every text made of
 * them is valid UTF-8 and within its limit. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(str text, size_t bytes_max)
{
    BUG_ON(text.len > bytes_max || !utf8_valid(text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct source_rules *rules;
    struct arena arena;
    struct record record = {.host = STR("s.example.cn")};
    struct agent agent = {.app = size % 2 ? STR("wechat") : STR("")};
    struct click click = {0};
    str text = {(const char *)data, size};

    if (!rules) {
        rules = source_rules_builtin();
    }
    str_cut(text, '\n', &record.query, &text);
    str_cut(text, '\n', &record.referrer, &text);
    arena_init(&arena, 1024 * 1024);
    source_attribute(rules, &arena, &record, &agent, &click);
    BUG_ON(arena.overflow || click.source.len == 0 || click.source_by == BY_NONE);
    BUG_ON((click.channel.len == 0) != (click.channel_by == BY_NONE) || click.query.len > LIMIT_CLICK_QUERY);
    check(click.source, LIMIT_HOST);
    check(click.channel, LIMIT_TAG);
    for (size_t i = 0; i < UTM_COUNT; i++) {
        check(click.utm[i], LIMIT_UTM);
    }
    check(click.referrer_host, LIMIT_HOST);
    arena_done(&arena);
    return 0;
}
