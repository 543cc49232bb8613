/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_MODEL_REPLAY_H
#define LINKPOND_MODEL_REPLAY_H

#include "linkpond/model/agent.h"
#include "linkpond/model/networks.h"
#include "linkpond/model/record.h"

/*
 * Class replay: what a person opened in WeChat is asked for again by a machine of Tencent's, with a User-Agent like a
 * person's, seconds to a minute later. All of this has to be so: a person opened the same link with the same query in
 * WeChat, QQ or WeCom at most REPLAY_WINDOW_MS before; the second request comes from another network (/24, /48), tells
 * the same system, and has neither cookie nor Referer; and its address lies in a data centre of Tencent's
 * (config/networks.tsv). Without the last every group chat would look so: many people, one link, one minute, phones
 * alike.
 *
 * Remembers the last open of at most REPLAY_SLOTS combinations of link, query and system; a new one takes the place of
 * the oldest of four whose hashes meet it: with 30 opens a second some replay in a hundred is taken for a person. One
 * thread. Deterministic in what it is given, but what it remembers ends with the process, so a replay that comes right
 * after a restart is called a person.
 */
#define REPLAY_WINDOW_MS 60000
#define REPLAY_SLOTS     4096
struct replay;

struct replay *replay_new(void); /* NULL: out of memory */
void replay_free(struct replay *self);
/* One click in the order of the journal, with what agent_recognise() said: true when it is a replay. Then its class is
 * CLASS_REPLAY and its rule REPLAY_RULE. Clicks of other classes than human are never replays. */
#define REPLAY_RULE STR("replay:tencent")
bool replay_seen(struct replay *self, const struct networks *networks, const struct record *record,
                 const struct agent *agent);

#endif
