/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_REPORT_MATCH_H
#define LINKPOND_ENGINE_REPORT_MATCH_H

#include "linkpond/engine/report_texts.h"
#include "linkpond/engine/report_utm.h"
#include "linkpond/engine/reporter.h"
#include "linkpond/store/links.h"

/*
 * Which clicks a question is about, and what each dimension says of a click. Values are numbers: for link the id, for
 * others the number of the text. What follows the link as it is now (campaign, owner, tag) is looked up once a
 * link; the rest is the click's own.
 */
#define REPORT_DIM_VALUES_MAX (LIMIT_TAGS + 1)

struct match_filter {
    enum dim dim;
    bool exclude;
    uint64_t values[REPORT_FILTER_VALUES_MAX];
    size_t count;
};
struct match_link {
    int64_t id;
    struct link_ids ids;
    uint64_t campaign, owner;
    const uint64_t *tags;
    size_t tags_count;
    bool passes; /* bounds and all filters that follow the link */
};
struct report_match {
    struct db *db;
    const struct report_query *query;
    struct report_texts texts;
    struct report_utm utm;
    struct arena arena;
    struct match_filter filters[REPORT_FILTERS_MAX];
    size_t filters_count;
    uint64_t columns; /* of the click rows that filters and groups read */
    bool needs_tags, needs_links;
    bool class_filter, outcome_filter;
    struct idmap campaigns, owners; /* id -> text number */
    struct idmap tags;              /* likewise, where needs_tags */
    struct idmap channel_groups;    /* text number of a channel's key -> of its group */
    struct idmap links;             /* link id -> index */
    struct match_link *list;
    size_t list_count, list_cap;
    int64_t offset_quarter; /* the zone's offset, kept for the quarter asked last */
    int64_t offset_ms;
    uint64_t class_names[CLASS_COUNT], outcome_names[OUTCOME_COUNT], scene_names[SCENE_COUNT], by_names[BY_COUNT];
    uint64_t truth[2], hours[24], weekdays[8];
};

/* Dimensions in groups[0..groups_count) will be asked for too. */
enum err report_match_open(struct report_match *self, struct db *db, const struct report_query *query,
                           const enum dim *groups, size_t groups_count);
void report_match_done(struct report_match *self);

/* Lent until the next link is looked up. */
enum err report_match_link(struct report_match *self, int64_t link_id, const struct match_link **out);
/* The filters on what the click itself holds, but class and outcome. */
enum err report_match_click(struct report_match *self, const struct clicks_scan *scan, bool *passes);
bool report_match_class(const struct report_match *self, enum click_class class);
bool report_match_outcome(const struct report_match *self, enum click_outcome outcome);

/* What a dimension says: of a click of that link at that time. scan NULL: only dimensions that stored sums know
 * (report_dim_in_sums). At least one value. */
struct match_subject {
    int64_t time_ms, link_id;
    enum click_class class;
    enum click_outcome outcome;
    const struct clicks_scan *scan;
};
enum err report_match_values(struct report_match *self, const struct match_subject *subject, enum dim dim,
                             uint64_t values[REPORT_DIM_VALUES_MAX], size_t *count);
/* What a stored value says to a dimension that reads its column (class, outcome, scene, source_by, qr:
 * term is the number). */
enum err report_match_value(struct report_match *self, enum dim dim, const struct click_value *value, uint64_t *number);
/* The same of a text by its number, for dimensions that read texts. */
enum err report_match_text(struct report_match *self, enum dim dim, uint64_t *number);
/* Does the filter pass what has these values? */
bool report_filter_passes(const struct match_filter *filter, const uint64_t *values, size_t count);

/* The column of values a dimension reads; CLICK_COLUMNS = none. */
enum click_column report_dim_column(enum dim dim);
/* Follows the link as it is now. */
bool report_dim_of_link(enum dim dim);
bool report_dim_in_sums(enum dim dim);

#endif
