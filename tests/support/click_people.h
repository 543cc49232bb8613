/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_TESTS_CLICK_PEOPLE_H
#define LINKPOND_TESTS_CLICK_PEOPLE_H

#include "linkpond/model/click.h"

/*
 * Who clicks: labelled User-Agents, and people who have one each. Everything about a person follows from the seed and
 * the person's number, so a million of them cost nothing.
 */
struct stream_agent {
    int class;
    str app, os, device, browser; /* "-" = not judged */
    str user_agent;
    str package; /* sent as X-Requested-With; empty = none */
};
struct people;
/*
 * own_agents: a file of the tester's, or NULL: lines "LABEL<tab>User-Agent", LABEL being bot, preview, browser (no
 * app), or an app's key such as wechat. Its User-Agents take the place of the tables' under the same label; system,
 * device and browser of them are not judged. At most PEOPLE_AGENTS_MAX of a label are used. Aborts when a file cannot
 * be read.
 */
#define PEOPLE_AGENTS_MAX 4096
struct people *people_new(uint64_t seed, uint32_t persons, const char *agents_dir, const char *own_agents);
void people_free(struct people *self);
const struct stream_agent *people_agent(const struct people *self, uint16_t agent);

/* Of bots, previews; roll: any number. */
uint16_t people_bot(const struct people *self, uint64_t roll);
uint16_t people_preview(const struct people *self, uint64_t roll);
uint16_t people_browser(const struct people *self, uint64_t roll); /* an ordinary one's */
uint16_t people_empty(const struct people *self);                  /* no User-Agent at all */
uint16_t people_stealth(const struct people *self);                /* a machine that sends what Chrome sends */
uint16_t people_wechat_like(const struct people *self, uint16_t agent, uint64_t roll); /* WeChat on the same system */

struct person {
    uint16_t agent;
    unsigned device;     /* four digits, which WeChat on Android sends */
    uint32_t home, away; /* addresses: a household's, a carrier's */
    bool keeps_cookies, opts_out;
};
void people_person(const struct people *self, uint32_t person, struct person *out);

/* Any number from three, evenly spread. */
uint64_t stream_mix(uint64_t seed, uint64_t a, uint64_t b);

#endif
