/* SPDX-License-Identifier: MIT */
#include "linkpond/base/err.h"
#include "linkpond/model/agent.h"

/*
 * Two inputs at once: as a User-Agent (with language and package cut from its lines) against the rules built in, and as
 * a rule table of its own. Every answer must hold its promises.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct agent_rules *rules, str text, unsigned signals)
{
    struct agent_request request = {.signals = signals};
    struct agent agent;

    str_cut(text, '\n', &request.user_agent, &text);
    str_cut(text, '\n', &request.language, &request.package);
    agent_recognise(rules, &request, &agent);
    BUG_ON((unsigned)agent.class >= CLASS_COUNT || agent.rule.len == 0 || agent.os.len == 0 || agent.device.len == 0);
    BUG_ON(agent.language.len > 16);
    BUG_ON((agent.class == CLASS_BOT || agent.class == CLASS_PREVIEW) && (agent.app.len > 0 || agent.browser.len > 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct agent_rules *rules;
    struct agent_rules *own = NULL;
    str text = {(const char *)data, size};

    if (!rules) {
        rules = agent_rules_builtin();
    }
    check(rules, text, size > 0 ? data[0] & (SIGNAL_HEAD | SIGNAL_PREFETCH) : 0);
    for (int file = 0; size < 512 && file < 2; file++) {
        own = NULL;
        const struct agent_table table = {file ? AGENT_APPS : AGENT_BOTS, "own.tsv", text};
        if (agent_rules_compile(&table, 1, &own, NULL) == OK) {
            check(own, text, 0);
        }
        agent_rules_free(own);
    }
    return 0;
}
