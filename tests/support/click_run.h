/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_TESTS_CLICK_RUN_H
#define LINKPOND_TESTS_CLICK_RUN_H

#include "click_stream.h"
#include "linkpond/engine/engine.h"
#include "linkpond/http/redirect.h"

/*
 * A data folder that lives through a click stream: links in the database, then every click through the redirect
 * handler as a browser would send it, cookies included, into the journal, and from there the writer takes it. Aborts on
 * whatever goes wrong.
 *
 * A folder that has links already (at least as many as the stream) is played on as it is: the links visited are its
 * own, so the stream's truth about sources and outcomes does not hold there.
 */
#define CLICK_RUN_CODE 16
struct click_code {
    char text[CLICK_RUN_CODE]; /* ends with NUL */
};
struct cookie_jar {
    char value[33]; /* "" = has none */
};
struct click_run {
    struct stream *stream;
    const char *dir;
    struct engine_opts opts;
    struct engine *engine;
    struct redirect *redirect;
    struct redirect_lane lane;
    struct cookie_jar *jars;  /* of each person */
    struct click_code *codes; /* of each link, where the folder had its own; else NULL */
    uint64_t fed, by_class[CLASS_COUNT];
};
/* Makes the folder and its links, unless there are some. */
void click_run_init(struct click_run *self, struct stream *stream, const char *dir);
void click_run_done(struct click_run *self); /* the folder stays */
void click_run_open(struct click_run *self);
void click_run_close(struct click_run *self); /* after this all is in the ledger */
void click_run_feed(struct click_run *self, const struct stream_click *clicks, size_t count);
void click_run_drain(struct click_run *self);

#endif
