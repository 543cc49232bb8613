/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_MODEL_AGENT_H
#define LINKPOND_MODEL_AGENT_H

#include "linkpond/base/arena.h"
#include "linkpond/model/click.h"

/*
 * Who asked: User-Agent and request signals to class, app, OS, device, browser, net type and language. The rules are
 * data (config/bots.tsv, config/apps.tsv; format in their first lines), compiled once into one Aho-Corasick automaton
 * and then read-only, shared by threads.
 *
 * Order: empty UA and hard tokens -> bot; HEAD -> head; prefetch headers -> prefetch; previewers -> preview; in-app
 * token or package -> human; other bot tokens -> bot; a text that names neither a system nor a browser -> bot; else
 * human. Off-the-shelf lists fail on Chinese in-app browsers (every Baidu app user is called a spider), hence the
 * in-app tokens before the soft bot tokens.
 */
struct agent_rules;

/* A table's text and the name by which faults call it. Of two tables of a kind the earlier one's rows are asked first,
 * so an operator's own rows go before the built-in ones. */
enum agent_table_kind { AGENT_BOTS, AGENT_APPS };
struct agent_table {
    enum agent_table_kind kind;
    const char *file;
    str text;
};
/* The texts are not needed afterwards. On ERR_INVALID the fault names file and line. */
enum err agent_rules_compile(const struct agent_table *tables, size_t count, struct agent_rules **out,
                             struct fault *fault);
void agent_rules_free(struct agent_rules *self);
/* Compiled from the files built into the program; aborts if they are broken (a test prevents that). */
struct agent_rules *agent_rules_builtin(void);

struct agent_request {
    str user_agent;
    str language; /* Accept-Language */
    str package;  /* X-Requested-With */
    unsigned signals;
};
/* Texts point into the rules or into static tables; language may point into the request. A User-Agent is read to
 * LIMIT_CLICK_UA bytes, as much as a click keeps, so that a later look at the ledger comes to the same answer. */
#define AGENT_VERSION_MAX 16
struct agent {
    enum click_class class;
    str rule; /* stable id such as "bot:googlebot", "app:wechat", "package:wechat", "browser:safari", "method:head",
               * "header:prefetch", "human:default", "bot:strange"; never empty */
    str app;  /* "wechat", "wecom", "qq" …; empty in an ordinary browser and for bots and previews */
    char app_version[AGENT_VERSION_MAX]; /* "8.0" of 8.0.46.2540; "" where the app does not tell it */
    str os;                              /* "ios" "android" "harmonyos" "windows" "macos" "linux" "chromeos" "other" */
    str device;                          /* "phone" "tablet" "desktop" "other" */
    str browser;                         /* "chrome" "safari" "wechat-webview"… ; empty for bots and previews */
    str net;                             /* "wifi" "5g" "4g" "3g" "2g"; empty when not told */
    str language; /* first tag, as "zh-cn", of the header or of WeChat's Language/; at most 16 bytes */
};
void agent_recognise(const struct agent_rules *rules, const struct agent_request *request, struct agent *out);
/* The appid ("wx" and 16 hexadecimal digits) of the WeChat mini program a page was opened in: what stands behind
 * "miniProgram/" in the User-Agent where recognition saw one, else in a Referer "https://servicewechat.com/APPID/…",
 * which WeChat sets and a mini program cannot. Empty: none. A slice of the one or the other. */
str agent_mini_program(const struct agent *agent, str user_agent, str referrer);
/* Why a rule gave its class, as a sentence in English or Chinese; `rule` as it stands in struct agent or in a stored
 * click. A static text or one in the arena; empty for a rule of no kind that is known. */
str agent_why(struct arena *arena, str rule, bool chinese);

#endif
