/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "linkpond/store/labels.h"
#include "linkpond/store/links.h"
#include "report_columns.h"
#include "report_links.h"

/*
 * From links to tags, of which a link has several: what was counted by link (report_runs.c) goes to each of them. Few
 * links are looked up, which takes some microseconds each; of many the index of tags is read once.
 */
#define LOOK_UP_OF 128 /* at most one link in so many */

struct tagging {
    struct report_tally *tally;
    struct db *db;
    uint8_t *tagged;     /* by link */
    struct idmap groups; /* by tag */
};

static void add_link(struct report_tally *tally, size_t link_id, uint32_t group)
{
    tally->groups.clicks[group] += tally->runs.clicks[link_id];
    tally->groups.counts[group].scans += tally->runs.scans[link_id];
}

/* ---- few links */

static enum err look_up(struct report_tally *tally, size_t link_id)
{
    uint64_t values[REPORT_DIM_VALUES_MAX];
    const struct match_link *link = NULL;
    uint32_t group = 0;
    enum err err = report_match_link(tally->match, (int64_t)link_id, &link);
    size_t count = err == OK ? report_links_values(link, DIM_TAG, values) : 0;

    for (size_t i = 0; err == OK && i < count; i++) {
        err = report_groups_ordinal(&tally->groups, 0, values[i], &group);
        if (err == OK) {
            add_link(tally, link_id, group);
        }
    }
    return err;
}

static enum err look_up_all(struct report_tally *tally)
{
    enum err err = OK;

    for (size_t id = 0; err == OK && id < tally->runs.count; id++) {
        err = tally->runs.clicks[id] > 0 ? look_up(tally, id) : OK;
    }
    return err;
}

/* ---- many links */

static enum err group_of(struct tagging *self, int64_t tag_id, uint32_t *group)
{
    struct report_match *match = self->tally->match;
    struct label label = {0};
    uint64_t number = 0;
    bool added = false;
    int64_t *known = idmap_put(&self->groups, (uint64_t)tag_id, 0, &added);

    if (!known) {
        return ERR_NOMEM;
    }
    if (added) {
        enum err err = labels_find_id(self->db, &match->arena, tag_id, &label);
        err = err == OK ? report_texts_intern(&match->texts, label.key, &number) : err;
        err = err == OK ? report_groups_ordinal(&self->tally->groups, 0, number, group) : err;
        *known = (int64_t)*group;
        return err;
    }
    *group = (uint32_t)*known;
    return OK;
}

static enum err read_index(struct tagging *self)
{
    struct stmt *rows = links_each_of_tag(self->db, STR(""));
    const struct run_counts *runs = &self->tally->runs;
    int64_t tag_id = 0, link_id = 0;
    enum err err = OK;

    while (err == OK && links_of_next(rows, &tag_id, &link_id)) {
        uint32_t group = 0;
        if ((uint64_t)link_id >= runs->count || runs->clicks[link_id] == 0) {
            continue;
        }
        err = group_of(self, tag_id, &group);
        if (err == OK) {
            add_link(self->tally, (size_t)link_id, group);
            self->tagged[link_id] = 1;
        }
    }
    if (err != OK) {
        stmt_reset(rows);
        return err;
    }
    return stmt_err(rows);
}

/* Links without tags are a group of their own. */
static enum err add_untagged(struct tagging *self)
{
    const struct run_counts *runs = &self->tally->runs;
    enum err err = OK;

    for (size_t id = 0; err == OK && id < runs->count; id++) {
        uint32_t group = 0;
        if (runs->clicks[id] == 0 || self->tagged[id]) {
            continue;
        }
        err = report_groups_ordinal(&self->tally->groups, 0, 0, &group);
        if (err == OK) {
            add_link(self->tally, id, group);
        }
    }
    return err;
}

static enum err read_all(struct report_tally *tally, struct db *db)
{
    struct tagging tagging = {.tally = tally, .db = db, .tagged = calloc(tally->runs.count, 1)};
    enum err err = tagging.tagged ? OK : ERR_NOMEM;

    idmap_init(&tagging.groups, REPORT_GROUPS_MAX);
    err = err == OK ? read_index(&tagging) : err;
    err = err == OK ? add_untagged(&tagging) : err;
    idmap_done(&tagging.groups);
    free(tagging.tagged);
    return err;
}

enum err report_tags_settle(struct report_tally *tally, struct db *db)
{
    size_t links = 0;

    for (size_t id = 0; id < tally->runs.count; id++) {
        links += tally->runs.clicks[id] > 0;
    }
    return report_tally_refuse(tally,
                               links > tally->runs.count / LOOK_UP_OF ? read_all(tally, db) : look_up_all(tally));
}
