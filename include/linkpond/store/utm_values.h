/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_STORE_UTM_VALUES_H
#define LINKPOND_STORE_UTM_VALUES_H

#include "linkpond/base/json.h"
#include "linkpond/model/utm.h"
#include "linkpond/store/db.h"

/*
 * The dictionary of UTM values: how each is to be written, and how else people write it. Within a field a spelling
 * (compared by utm_fold) belongs to one value only, be it that value itself or an alias of it. So looking up what a
 * look-up gave gives the same again.
 */
struct utm_value {
    int64_t id;
    enum utm field; /* below UTM_DICTIONARY_COUNT */
    str value;
    struct str_list aliases; /* as they were entered; none folds like the value or like another */
    str name_zh, name_en;
    bool archived; /* its spellings are still understood; not for new links */
    int64_t created_ms, updated_ms;
};

/* Sets value->id. ERR_CONFLICT: another value has one of the spellings; the caller rolls back. */
enum err utm_values_insert(struct db *db, struct utm_value *value);
/* All but id, field and created_ms, which are the stored ones. ERR_NOT_FOUND; ERR_CONFLICT as above. */
enum err utm_values_update(struct db *db, const struct utm_value *value);
enum err utm_values_delete(struct db *db, int64_t id);
enum err utm_values_find(struct db *db, struct arena *arena, int64_t id, struct utm_value *out);
/* What a value of that field is a spelling of, however it is written. Aliases are not read. */
enum err utm_values_find_spelling(struct db *db, struct arena *arena, enum utm field, str spelling,
                                  struct utm_value *out);
enum err utm_values_size(struct db *db, int64_t *count);
/* *some: the field has values; *open: some of them are for new links. */
enum err utm_values_any(struct db *db, enum utm field, bool *some, bool *open);

struct utm_values_filter {
    int field;        /* enum utm; -1 = any */
    str q;            /* part of a spelling or a name, any ASCII case; empty = all */
    int archived;     /* 0 = no, 1 = only, -1 = both */
    int64_t after_id; /* keyset cursor; 0 = from the start */
    size_t limit;     /* 1..LIMIT_PAGE */
};
struct utm_values_page {
    struct utm_value *values;
    size_t count;
    bool more; /* there is at least one behind the last */
};
/* By id, with aliases, in the arena. *total: matches without cursor and limit. */
enum err utm_values_list(struct db *db, struct arena *arena, const struct utm_values_filter *filter,
                         struct utm_values_page *out, int64_t *total);

/* All spellings of a field, folded, with the value each stands for; lent until the next step. */
struct utm_spelling {
    str folded, value;
    bool archived;
};
struct stmt *utm_spellings_each(struct db *db, enum utm field);
bool utm_spellings_next(struct stmt *rows, struct utm_spelling *out);

#endif
