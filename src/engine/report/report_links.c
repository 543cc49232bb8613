/* SPDX-License-Identifier: MIT */
#include "report_links.h"

#include <stdlib.h>

#include "linkpond/store/labels.h"
#include "linkpond/store/users.h"

/* ---- names by id */

static enum err put_name(struct report_match *self, struct idmap *map, uint64_t key, str name)
{
    uint64_t number = 0;
    enum err err = report_texts_intern(&self->texts, name, &number);
    int64_t *slot = err == OK ? idmap_put(map, key, 0, NULL) : NULL;

    if (slot) {
        *slot = (int64_t)number;
    }
    return err != OK ? err : slot ? OK : ERR_NOMEM;
}

static enum err put_label(struct report_match *self, const struct label *label)
{
    uint64_t key = 0;

    if (label->kind == LABEL_CAMPAIGN) {
        return put_name(self, &self->campaigns, (uint64_t)label->id, label->key);
    }
    if (label->kind == LABEL_TAG && self->needs_tags) {
        return put_name(self, &self->tags, (uint64_t)label->id, label->key);
    }
    if (label->kind != LABEL_CHANNEL || label->channel_group.len == 0) {
        return OK;
    }
    enum err err = report_texts_intern(&self->texts, label->key, &key);
    return err == OK ? put_name(self, &self->channel_groups, key, label->channel_group) : err;
}

static enum err load_labels(struct report_match *self)
{
    struct stmt *rows = labels_each(self->db);
    struct label label;
    enum err err = OK;

    while (err == OK && labels_next(rows, &label)) {
        err = put_label(self, &label);
    }
    if (err != OK) {
        stmt_reset(rows);
    }
    return err == OK ? stmt_err(rows) : err;
}

static enum err load_users(struct report_match *self)
{
    struct stmt *rows = users_each(self->db);
    struct user user;
    enum err err = OK;

    while (err == OK && users_next(rows, &user)) {
        err = put_name(self, &self->owners, (uint64_t)user.id, user.key);
    }
    if (err != OK) {
        stmt_reset(rows);
    }
    return err == OK ? stmt_err(rows) : err;
}

enum err report_links_load(struct report_match *self)
{
    enum err err = OK;

    if (!self->needs_links && !(self->columns & CLICK_BIT(CLICK_CHANNEL))) {
        return OK;
    }
    err = load_labels(self);
    return err == OK ? load_users(self) : err;
}

/* ---- one link */

static uint64_t name_of(const struct idmap *map, int64_t id)
{
    const int64_t *number = id != 0 ? idmap_find(map, (uint64_t)id, 0) : NULL;

    return number ? (uint64_t)*number : 0;
}

bool report_links_in_bounds(const struct report_query *query, const struct link_ids *ids)
{
    return (!query->owner_bound || (ids->owner_id != 0 && ids->owner_id == query->owner_id)) &&
           (!query->domain_bound || (ids->domain_id != 0 && ids->domain_id == query->domain_id));
}

static enum err load_tags(struct report_match *self, struct match_link *link)
{
    struct str_list tags = {0};
    enum err err = links_tags(self->db, &self->arena, link->id, &tags);
    uint64_t *numbers = ARENA_ARRAY(&self->arena, uint64_t, tags.count + 1);

    for (size_t i = 0; err == OK && numbers && i < tags.count && i < REPORT_DIM_VALUES_MAX; i++) {
        err = report_texts_intern(&self->texts, tags.items[i], &numbers[i]);
    }
    link->tags = numbers;
    link->tags_count = tags.count < REPORT_DIM_VALUES_MAX ? tags.count : REPORT_DIM_VALUES_MAX;
    return self->arena.overflow ? ERR_NOMEM : err;
}

static enum err load_link(struct report_match *self, struct match_link *link)
{
    enum err err = link->id != 0 ? links_ids(self->db, link->id, &link->ids) : OK;

    if (err != OK && err != ERR_NOT_FOUND) {
        return err;
    }
    link->campaign = name_of(&self->campaigns, link->ids.campaign_id);
    link->owner = name_of(&self->owners, link->ids.owner_id);
    err = self->needs_tags && link->id != 0 ? load_tags(self, link) : OK;
    link->passes = report_links_in_bounds(self->query, &link->ids) && report_links_pass(self, link);
    return err;
}

static enum err new_link(struct report_match *self, int64_t link_id)
{
    if (self->list_count == self->list_cap) {
        size_t cap = self->list_cap > 0 ? self->list_cap * 2 : 256;
        struct match_link *list = realloc(self->list, cap * sizeof *list);
        if (!list) {
            return ERR_NOMEM;
        }
        self->list = list;
        self->list_cap = cap;
    }
    struct match_link *link = &self->list[self->list_count];
    *link = (struct match_link){.id = link_id};
    enum err err = load_link(self, link);
    self->list_count += err == OK;
    return err;
}

enum err report_match_link(struct report_match *self, int64_t link_id, const struct match_link **out)
{
    const int64_t *known = idmap_find(&self->links, (uint64_t)link_id, 0);

    if (known) {
        *out = &self->list[*known];
        return OK;
    }
    enum err err = new_link(self, link_id);
    int64_t *slot = err == OK ? idmap_put(&self->links, (uint64_t)link_id, 0, NULL) : NULL;
    if (!slot) {
        return err != OK ? err : ERR_NOMEM;
    }
    *slot = (int64_t)self->list_count - 1;
    *out = &self->list[*slot];
    return OK;
}

size_t report_links_values(const struct match_link *link, enum dim dim, uint64_t values[REPORT_DIM_VALUES_MAX])
{
    values[0] = dim == DIM_LINK       ? (uint64_t)link->id
                : dim == DIM_CAMPAIGN ? link->campaign
                : dim == DIM_OWNER    ? link->owner
                                      : 0;
    if (dim != DIM_TAG || link->tags_count == 0) {
        return 1;
    }
    for (size_t i = 0; i < link->tags_count; i++) {
        values[i] = link->tags[i];
    }
    return link->tags_count;
}
