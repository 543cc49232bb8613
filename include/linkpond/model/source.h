/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_MODEL_SOURCE_H
#define LINKPOND_MODEL_SOURCE_H

#include "linkpond/base/arena.h"
#include "linkpond/base/host.h"
#include "linkpond/model/agent.h"
#include "linkpond/model/click.h"
#include "linkpond/model/record.h"

/*
 * Where a visitor came from. One order everywhere. Source: (1) the request's utm_source or lp_src; (2) the link's own
 * source or utm_source; (3) ad click id; (4) app; (5) referrer; (6) direct. Channel: the request's lp_ch, the link's,
 * inferred (from scene, app and medium), none. Tables config/referrers.tsv and config/channels.tsv, compiled once,
 * read-only.
 */
struct source_rules;
/* A table's text and the name by which faults call it. Of two tables of a kind the earlier one's rows are asked first;
 * a host, package or app listed in both is the earlier one's. */
enum source_table_kind { SOURCE_REFERRERS, SOURCE_CHANNELS };
struct source_table {
    enum source_table_kind kind;
    const char *file;
    str text;
};
enum err source_rules_compile(const struct source_table *tables, size_t count, struct source_rules **out,
                              struct fault *fault);
void source_rules_free(struct source_rules *self);
struct source_rules *source_rules_builtin(void);

/* Fills the click's scene, utm, source, channel, referrer_host, ad click, qr and query (volatile values cut) from the
 * record and what the agent recognition said. New texts live in the arena; the rest borrows from the record or the
 * rules. UTM values are the request's, else the link's; percent-decoded, read as GBK where they are that, repaired to
 * UTF-8, control characters made blanks, trimmed and cut to LIMIT_UTM, in the case they were given; `source` is
 * lower-cased besides. Ad click ids stay byte-exact; one whose network cannot be told (clickid) has its parameter's
 * name as ad_click_source. Adds to click->signals: SIGNAL_TEST for an unexpanded macro, SIGNAL_FROM_MAIL_GATEWAY. A
 * Referer of the short domain itself is nobody. When the arena runs out texts are missing: check its overflow flag. */
void source_attribute(const struct source_rules *rules, struct arena *arena, const struct record *record,
                      const struct agent *agent, struct click *click);

/* A channel that may be inferred, and what it is called; a name no row has is empty. */
struct source_channel {
    str key, zh, en;
};
/* Each once, in the order of the tables, as the first row with a name says. Lent by the rules. */
const struct source_channel *source_channels(const struct source_rules *rules, size_t *count);

/* A record's query as its click keeps it: cut, and without the values of volatile parameters; their names stay. Borrows
 * from it or lives in the arena; empty when that runs out. */
str source_query_kept(struct arena *arena, str query);

/* The same of a visit that has to be answered before it is read whole; without memory of their own. The scene of from=;
 * the raw value of lp_ch; the host of a Referer, in canonical spelling. Empty: none. */
enum click_scene source_scene(str query);
str source_channel_param(str query);
#define SOURCE_HOST_MAX HOST_TEXT_MAX
str source_referrer_host(str referrer, char memory[SOURCE_HOST_MAX]);

/* Parameters we read and never forward: lp_qr lp_ch lp_src, and WeChat's volatile exportkey pass_ticket nsukey
 * abtest_cookie. Compared byte-exact. */
bool source_is_own_param(str name);
bool source_is_volatile_param(str name);
/* utm_* and ad click ids (gclid, bd_vid, …, case-insensitive): the visitor's value wins over the target's. */
bool source_is_campaign_param(str name);

#endif
