/* SPDX-License-Identifier: MIT */
#include "linkpond/engine/report_match.h"

#include <stdlib.h>

/* Filters and values of rows; what follows a link is in report_links.c. */
#include "report_links.h"

#define LINKS_MAX (1U << 24)
#define ARENA_MAX (256U << 20)

static const str dim_names[DIM_COUNT] = {
#define DIM_NAME(constant, text) [DIM_##constant] = STR_INIT(text),
    DIM_TABLE(DIM_NAME)
#undef DIM_NAME
};

str dim_name(enum dim dim)
{
    return (unsigned)dim < DIM_COUNT ? dim_names[dim] : STR("");
}

int dim_find(str name)
{
    for (int i = 0; i < DIM_COUNT; i++) {
        if (str_eq(dim_names[i], name)) {
            return i;
        }
    }
    return -1;
}

enum click_column report_dim_column(enum dim dim)
{
    static const struct {
        enum dim dim;
        enum click_column column;
    } columns[] = {
        {DIM_DOMAIN, CLICK_HOST},
        {DIM_CHANNEL, CLICK_CHANNEL},
        {DIM_CHANNEL_GROUP, CLICK_CHANNEL},
        {DIM_SOURCE, CLICK_SOURCE},
        {DIM_UTM_SOURCE, CLICK_UTM_SOURCE},
        {DIM_UTM_MEDIUM, CLICK_UTM_MEDIUM},
        {DIM_UTM_CAMPAIGN, CLICK_UTM_CAMPAIGN},
        {DIM_UTM_TERM, CLICK_UTM_TERM},
        {DIM_UTM_CONTENT, CLICK_UTM_CONTENT},
        {DIM_UTM_ID, CLICK_UTM_ID},
        {DIM_APP, CLICK_APP},
        {DIM_APP_VERSION, CLICK_APP_VERSION},
        {DIM_MINI_PROGRAM, CLICK_MINI_PROGRAM},
        {DIM_OS, CLICK_OS},
        {DIM_DEVICE, CLICK_DEVICE},
        {DIM_BROWSER, CLICK_BROWSER},
        {DIM_LANGUAGE, CLICK_LANGUAGE},
        {DIM_NET, CLICK_NET},
        {DIM_COUNTRY, CLICK_COUNTRY},
        {DIM_REGION, CLICK_REGION},
        {DIM_CITY, CLICK_CITY},
        {DIM_CARRIER, CLICK_CARRIER},
        {DIM_REFERRER, CLICK_REFERRER_HOST},
        {DIM_AD_CLICK_SOURCE, CLICK_AD_CLICK_SOURCE},
        {DIM_TARGET, CLICK_TARGET},
    };

    for (size_t i = 0; i < ARRAY_LEN(columns); i++) {
        if (columns[i].dim == dim) {
            return columns[i].column;
        }
    }
    return CLICK_COLUMNS;
}

bool report_dim_of_link(enum dim dim)
{
    return dim == DIM_LINK || dim == DIM_CAMPAIGN || dim == DIM_OWNER || dim == DIM_TAG;
}

bool report_dim_in_sums(enum dim dim)
{
    return report_dim_of_link(dim) || dim == DIM_CLASS || dim == DIM_OUTCOME || dim == DIM_HOUR || dim == DIM_WEEKDAY;
}

/* ---- opening */
typedef str (*name_at)(int value);

static str class_at(int value)
{
    return click_class_name((enum click_class)value);
}

static str outcome_at(int value)
{
    return click_outcome_name((enum click_outcome)value);
}

static str scene_at(int value)
{
    return click_scene_name((enum click_scene)value);
}

static str by_at(int value)
{
    return click_by_name((enum click_by)value);
}

static str truth_at(int value)
{
    return value != 0 ? STR("true") : STR("false");
}

static str decimal_at(int value)
{
    static const char digits[] = "0 1 2 3 4 5 6 7 8 9 10111213141516171819202122232425";
    return (str){digits + (size_t)value * 2, value < 10 ? 1 : 2};
}

static enum err intern_names(struct report_match *self)
{
    const struct {
        uint64_t *numbers;
        int count;
        name_at name;
    } tables[] = {
        {self->class_names, CLASS_COUNT, class_at},
        {self->outcome_names, OUTCOME_COUNT, outcome_at},
        {self->scene_names, SCENE_COUNT, scene_at},
        {self->by_names, BY_COUNT, by_at},
        {self->truth, 2, truth_at},
        {self->hours, 24, decimal_at},
        {self->weekdays, 8, decimal_at},
    };
    enum err err = OK;

    for (size_t t = 0; t < ARRAY_LEN(tables); t++) {
        for (int i = 0; err == OK && i < tables[t].count; i++) {
            err = report_texts_intern(&self->texts, tables[t].name(i), &tables[t].numbers[i]);
        }
    }
    return err;
}

/* How people may write a value besides as reports show it. */
static str canonical(enum dim dim, str value)
{
    if (dim == DIM_QR || dim == DIM_TEST) {
        return str_eq(value, STR("1")) ? STR("true") : str_eq(value, STR("0")) ? STR("false") : value;
    }
    if (dim == DIM_HOUR && value.len == 2 && value.ptr[0] == '0') {
        return str_from(value, 1);
    }
    return value;
}

static enum err value_number(struct report_match *self, enum dim dim, str value, uint64_t *number)
{
    if (dim != DIM_LINK) {
        enum err err = report_texts_intern(&self->texts, canonical(dim, value), number);
        return err == OK ? report_utm_canonical(&self->utm, &self->texts, dim, number) : err;
    }
    if (!str_to_u64(value, number) || *number > INT64_MAX) {
        *number = INT64_MAX; /* no such link */
    }
    return OK;
}

static bool has_value(const struct match_filter *filter, uint64_t value)
{
    for (size_t i = 0; i < filter->count; i++) {
        if (filter->values[i] == value) {
            return true;
        }
    }
    return false;
}

static void note_dim(struct report_match *self, enum dim dim)
{
    enum click_column column = report_dim_column(dim);

    self->columns |= column < CLICK_COLUMNS ? CLICK_BIT(column) : 0;
    self->needs_tags = self->needs_tags || dim == DIM_TAG;
    self->needs_links = self->needs_links || report_dim_of_link(dim);
}

static enum err add_filter(struct report_match *self, const struct report_filter *asked)
{
    struct match_filter *filter = &self->filters[self->filters_count++];

    *filter = (struct match_filter){.dim = asked->dim, .exclude = asked->exclude};
    for (size_t i = 0; i < asked->values.count && filter->count < REPORT_FILTER_VALUES_MAX; i++) {
        uint64_t number = 0;
        enum err err = value_number(self, asked->dim, asked->values.items[i], &number);
        if (err != OK) {
            return err;
        }
        if (!has_value(filter, number)) {
            filter->values[filter->count++] = number;
        }
    }
    note_dim(self, asked->dim);
    self->class_filter = self->class_filter || asked->dim == DIM_CLASS;
    self->outcome_filter = self->outcome_filter || asked->dim == DIM_OUTCOME;
    return OK;
}

/* The UTM fields whose values the dictionary settles. */
static unsigned utm_fields(const struct report_query *query, const enum dim *groups, size_t groups_count)
{
    unsigned fields = 0;

    for (size_t i = 0; i < query->filters_count; i++) {
        fields |= report_utm_bit(query->filters[i].dim);
    }
    for (size_t i = 0; i < groups_count; i++) {
        fields |= report_utm_bit(groups[i]);
    }
    return query->raw_utm ? 0 : fields;
}

enum err report_match_open(struct report_match *self, struct db *db, const struct report_query *query,
                           const enum dim *groups, size_t groups_count)
{
    *self = (struct report_match){.db = db, .query = query, .offset_quarter = INT64_MIN};
    report_texts_init(&self->texts, db);
    arena_init(&self->arena, ARENA_MAX);
    idmap_init(&self->links, LINKS_MAX);
    idmap_init(&self->campaigns, LINKS_MAX);
    idmap_init(&self->owners, LINKS_MAX);
    idmap_init(&self->tags, LINKS_MAX);
    idmap_init(&self->channel_groups, LINKS_MAX);
    self->needs_links = query->owner_bound || query->domain_bound;
    enum err err = report_utm_open(&self->utm, db, &self->texts, utm_fields(query, groups, groups_count));
    err = err == OK ? intern_names(self) : err;
    for (size_t i = 0; err == OK && i < query->filters_count && i < REPORT_FILTERS_MAX; i++) {
        err = add_filter(self, &query->filters[i]);
    }
    for (size_t i = 0; i < groups_count; i++) {
        note_dim(self, groups[i]);
    }
    return err == OK ? report_links_load(self) : err;
}

void report_match_done(struct report_match *self)
{
    report_texts_done(&self->texts);
    report_utm_done(&self->utm);
    arena_done(&self->arena);
    idmap_done(&self->links);
    idmap_done(&self->campaigns);
    idmap_done(&self->owners);
    idmap_done(&self->tags);
    idmap_done(&self->channel_groups);
    free(self->list);
}

/* ---- values */

/* Milliseconds of local time since 1970, so that hours and weekdays can be cut from it. */
static int64_t local_ms(struct report_match *self, int64_t time_ms)
{
    const int64_t quarter_ms = 15 * MS_PER_MINUTE;

    if (time_ms / quarter_ms != self->offset_quarter) {
        self->offset_quarter = time_ms / quarter_ms;
        self->offset_ms = zone_offset_s(self->query->zone, time_ms) * MS_PER_SECOND;
    }
    return time_ms + self->offset_ms;
}

static uint64_t weekday_of(struct report_match *self, int64_t time_ms)
{
    int64_t local = local_ms(self, time_ms), day = local / MS_PER_DAY - (local % MS_PER_DAY < 0);

    return self->weekdays[1 + ((day + 3) % 7 + 7) % 7]; /* 1970-01-01 was a Thursday; Monday is 1 */
}

static uint64_t hour_of(struct report_match *self, int64_t time_ms)
{
    int64_t in_day = local_ms(self, time_ms) % MS_PER_DAY;

    return self->hours[(in_day < 0 ? in_day + MS_PER_DAY : in_day) / MS_PER_HOUR];
}

enum err report_match_value(struct report_match *self, enum dim dim, const struct click_value *value, uint64_t *number)
{
    switch (dim) {
    case DIM_CLASS:
        *number = self->class_names[value->term];
        return OK;
    case DIM_OUTCOME:
        *number = self->outcome_names[value->term];
        return OK;
    case DIM_SCENE:
        *number = self->scene_names[value->term];
        return OK;
    case DIM_SOURCE_BY:
        *number = self->by_names[value->term];
        return OK;
    case DIM_QR:
        *number = self->truth[(value->term & CLICK_FLAG_QR) != 0];
        return OK;
    case DIM_TEST:
        *number = self->truth[(value->term & SIGNAL_TEST) != 0];
        return OK;
    default:
        break;
    }
    enum err err = report_texts_value(&self->texts, value, number);
    return err == OK ? report_match_text(self, dim, number) : err;
}

enum err report_match_text(struct report_match *self, enum dim dim, uint64_t *number)
{
    enum err err = report_utm_canonical(&self->utm, &self->texts, dim, number);

    if (err == OK && dim == DIM_CHANNEL_GROUP) {
        const int64_t *group = idmap_find(&self->channel_groups, *number, 0);
        *number = group ? (uint64_t)*group : 0;
    }
    return err;
}

static enum err single_value(struct report_match *self, const struct match_subject *subject, enum dim dim,
                             uint64_t *number)
{
    const struct click_facts *facts = subject->scan ? &subject->scan->facts : NULL;
    struct click_value value = {0};

    switch (dim) {
    case DIM_CLASS:
        value.term = subject->class;
        break;
    case DIM_OUTCOME:
        value.term = subject->outcome;
        break;
    case DIM_HOUR:
        *number = hour_of(self, subject->time_ms);
        return OK;
    case DIM_WEEKDAY:
        *number = weekday_of(self, subject->time_ms);
        return OK;
    case DIM_SCENE:
        value.term = facts->scene;
        break;
    case DIM_SOURCE_BY:
        value.term = facts->source_by;
        break;
    case DIM_QR:
        value.term = facts->flags;
        break;
    case DIM_TEST:
        value.term = facts->signals;
        break;
    default:
        value = clicks_scan_value(subject->scan, report_dim_column(dim));
        break;
    }
    return report_match_value(self, dim, &value, number);
}

enum err report_match_values(struct report_match *self, const struct match_subject *subject, enum dim dim,
                             uint64_t values[REPORT_DIM_VALUES_MAX], size_t *count)
{
    const struct match_link *link = NULL;

    *count = 1;
    if (!report_dim_of_link(dim)) {
        return single_value(self, subject, dim, values);
    }
    if (dim == DIM_LINK) {
        values[0] = (uint64_t)subject->link_id;
        return OK;
    }
    enum err err = report_match_link(self, subject->link_id, &link);
    if (err == OK) {
        *count = report_links_values(link, dim, values);
    }
    return err;
}

/* ---- filters */
bool report_filter_passes(const struct match_filter *filter, const uint64_t *values, size_t count)
{
    bool found = false;

    for (size_t i = 0; i < count && !found; i++) {
        found = has_value(filter, values[i]);
    }
    return found != filter->exclude;
}

enum err report_match_click(struct report_match *self, const struct clicks_scan *scan, bool *passes)
{
    const struct click_facts *facts = &scan->facts;
    const struct match_subject subject = {facts->time_ms, facts->link_id, facts->class, facts->outcome, scan};

    *passes = true;
    for (size_t i = 0; *passes && i < self->filters_count; i++) {
        const struct match_filter *filter = &self->filters[i];
        uint64_t value = 0;
        if (report_dim_of_link(filter->dim) || filter->dim == DIM_CLASS || filter->dim == DIM_OUTCOME) {
            continue;
        }
        enum err err = single_value(self, &subject, filter->dim, &value);
        if (err != OK) {
            return err;
        }
        *passes = report_filter_passes(filter, &value, 1);
    }
    return OK;
}

bool report_links_pass(const struct report_match *self, const struct match_link *link)
{
    uint64_t values[REPORT_DIM_VALUES_MAX];

    for (size_t i = 0; i < self->filters_count; i++) {
        const struct match_filter *filter = &self->filters[i];
        if (report_dim_of_link(filter->dim) &&
            !report_filter_passes(filter, values, report_links_values(link, filter->dim, values))) {
            return false;
        }
    }
    return true;
}

static bool name_passes(const struct report_match *self, enum dim dim, uint64_t name)
{
    for (size_t i = 0; i < self->filters_count; i++) {
        if (self->filters[i].dim == dim && !report_filter_passes(&self->filters[i], &name, 1)) {
            return false;
        }
    }
    return true;
}

bool report_match_class(const struct report_match *self, enum click_class class)
{
    return name_passes(self, DIM_CLASS, self->class_names[class]);
}

bool report_match_outcome(const struct report_match *self, enum click_outcome outcome)
{
    return name_passes(self, DIM_OUTCOME, self->outcome_names[outcome]);
}
