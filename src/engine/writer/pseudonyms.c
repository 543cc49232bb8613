/* SPDX-License-Identifier: MIT */
#include "pseudonyms.h"

#include <stdlib.h>
#include <string.h>

#include "linkpond/base/crypt.h"
#include "linkpond/base/idmap.h"
#include "linkpond/engine/ledger.h"
#include "linkpond/store/meta.h"
#include "linkpond/store/targets.h"
#include "linkpond/store/visitors.h"
#include "pseudonyms_hash.h"
#include "pseudonyms_salts.h"
#include "pseudonyms_targets.h"
#include "pseudonyms_undo.h"

/*
 * A day's memory is built when its first click comes: from its visitor rows and its clicks, so a restart forgets
 * nothing. A batch notes what it changed; when it is rolled back the notes are played backwards, for the batch will be
 * read again.
 *
 * New visitors of a batch are gathered and stored together, a row for each run of numbers of one day.
 */
#define DAYS          PSEUDONYMS_DAYS
#define META_NEXT     STR("visitor_next")
#define NEWCOMERS_MIN 256
#define GIVEN_TO      0 /* second words of keys in `given` */
#define RETURNED      1
#define TARGET        (UINT64_C(1) << 62) /* tells targets from links in second words of `pairs` */

struct visitor_day {
    bool used, fresh; /* fresh: made in this batch */
    int64_t day, start_ms, end_ms;
    struct pseudonyms_hash hash;
    struct idmap numbers; /* hash -> number */
    struct idmap pairs;   /* (visitor, link or target) -> last PV, ms */
    struct idmap given;   /* (hash, GIVEN_TO) -> number of a new cookie; (number, RETURNED) -> was that sent back */
};
/* Given a number in this batch and not stored yet. */
struct newcomers {
    int64_t first_number;
    int64_t day;
    int64_t *hashes;
    size_t count, cap;
};
struct pseudonyms {
    const struct zone *zone;
    int64_t repeat_window_ms;
    int64_t next, next_committed;
    struct newcomers newcomers;
    struct visitor_day days[DAYS];
    struct undo_log undo;
};

static uint64_t visitor_key(int64_t number, enum visitor_by by)
{
    return (uint64_t)number | (uint64_t)by << 48;
}

enum err pseudonyms_open(struct db *db, const struct zone *zone, int64_t repeat_window_ms, struct pseudonyms **out)
{
    int64_t next = 0, highest = 0;
    enum err err = meta_get_i64(db, META_NEXT, &next);

    if (err == OK || err == ERR_NOT_FOUND) {
        err = visitors_max_number(db, &highest);
    }
    if (err != OK) {
        return err;
    }
    struct pseudonyms *self = calloc(1, sizeof *self);
    if (!self) {
        return ERR_NOMEM;
    }
    self->zone = zone;
    self->repeat_window_ms = repeat_window_ms;
    self->next = next > highest ? next : highest + 1;
    self->next_committed = self->next;
    *out = self;
    return OK;
}

static void day_drop(struct visitor_day *day)
{
    idmap_done(&day->numbers);
    idmap_done(&day->pairs);
    idmap_done(&day->given);
    pseudonyms_hash_done(&day->hash);
    day->used = false;
}

void pseudonyms_free(struct pseudonyms *self)
{
    if (self) {
        for (size_t i = 0; i < DAYS; i++) {
            day_drop(&self->days[i]);
        }
        undo_done(&self->undo);
        free(self->newcomers.hashes);
        free(self);
    }
}

/* ---- new visitors of a batch */

/* Inside the batch's transaction. A number that is there already, after damage, must not stop the ledger: these
 * visitors are then new ones after a restart, which moves the counter on. */
static enum err newcomers_store(struct pseudonyms *self, struct db *db)
{
    struct newcomers *newcomers = &self->newcomers;

    if (newcomers->count == 0) {
        return OK;
    }
    enum err err = visitors_insert(db, newcomers->first_number, newcomers->day, newcomers->hashes, newcomers->count);
    newcomers->count = 0;
    return err == ERR_CONFLICT ? OK : err;
}

/* Room for one more of the day; what was gathered of another day is stored. */
static enum err newcomers_reserve(struct pseudonyms *self, struct db *db, int64_t day)
{
    struct newcomers *newcomers = &self->newcomers;
    enum err err = newcomers->day != day ? newcomers_store(self, db) : OK;

    if (err != OK || newcomers->count < newcomers->cap) {
        return err;
    }
    size_t cap = newcomers->cap > 0 ? newcomers->cap * 2 : NEWCOMERS_MIN;
    int64_t *hashes = realloc(newcomers->hashes, cap * sizeof *hashes);
    if (!hashes) {
        return ERR_NOMEM;
    }
    newcomers->hashes = hashes;
    newcomers->cap = cap;
    return OK;
}

static void newcomers_add(struct newcomers *self, int64_t number, int64_t day, uint64_t hash)
{
    if (self->count == 0) {
        self->first_number = number;
        self->day = day;
    }
    self->hashes[self->count++] = (int64_t)hash;
}

/* ---- a day comes into memory */

enum err pseudonyms_expire(struct pseudonyms *self, struct db *db, int64_t now_ms)
{
    int64_t first_kept = zone_civil_day(self->zone, now_ms, NULL) - 1;
    enum err err = pseudonyms_salts_expire(db, first_kept);

    for (size_t i = 0; i < DAYS; i++) {
        if (self->days[i].used && self->days[i].day < first_kept) {
            day_drop(&self->days[i]);
        }
    }
    return err == OK ? visitors_delete_before(db, first_kept) : err;
}

struct day_reading {
    struct visitor_day *day;
    struct target_names names;
};

static enum err remember_pv(void *arg, const struct clicks_scan *scan)
{
    struct day_reading *reading = arg;
    struct visitor_day *day = reading->day;
    const struct click_facts *facts = &scan->facts;

    if (facts->visitor == 0 || facts->time_ms < day->start_ms || facts->time_ms >= day->end_ms ||
        !click_counts(facts->class, facts->outcome)) {
        return OK;
    }
    uint64_t visitor = visitor_key(facts->visitor, facts->visitor_by);
    int64_t *last = idmap_put(&day->pairs, visitor, (uint64_t)facts->link_id, NULL);
    if (last && facts->time_ms > *last) {
        *last = facts->time_ms;
    }
    const struct click_value target = clicks_scan_value(scan, CLICK_TARGET);
    int64_t target_id = target_names_find(&reading->names, &target);
    if (target_id != 0) {
        last = idmap_put(&day->pairs, visitor, TARGET | (uint64_t)target_id, NULL);
        if (last && facts->time_ms > *last) {
            *last = facts->time_ms;
        }
    }
    return OK;
}

static enum err load_pairs(struct db *db, struct visitor_day *day)
{
    const struct ledger_range range = {
        .from_ms = day->start_ms, .to_ms = day->end_ms, .columns = CLICK_BIT(CLICK_TARGET)};
    struct day_reading reading = {.day = day};

    target_names_init(&reading.names, db);
    enum err err = ledger_each(db, &range, remember_pv, &reading);
    target_names_done(&reading.names);
    return err;
}

static enum err load_numbers(struct db *db, struct visitor_day *day)
{
    int64_t number = 0, hash = 0;
    struct visitors_scan scan;

    visitors_scan(&scan, db, day->day);
    while (visitors_scan_next(&scan, &number, &hash)) {
        bool ours = hash >= 0 && number > 0 && number < PSEUDONYM_DENSE_MAX; /* else the row is damaged */
        int64_t *value = ours ? idmap_put(&day->numbers, (uint64_t)hash, 0, NULL) : NULL;
        if (value) {
            *value = number;
        }
    }
    return stmt_err(scan.rows);
}

static struct visitor_day *oldest_day(struct pseudonyms *self)
{
    struct visitor_day *oldest = &self->days[0];

    for (size_t i = 0; i < DAYS && oldest->used; i++) {
        if (!self->days[i].used || self->days[i].day < oldest->day) {
            oldest = &self->days[i];
        }
    }
    return oldest;
}

static enum err day_load(struct pseudonyms *self, struct db *db, int64_t civil_day, struct visitor_day **out)
{
    struct visitor_day *day = oldest_day(self);
    struct siphash_key salt;
    enum err err = newcomers_store(self, db); /* some may be of this day */

    if (err != OK) {
        return err;
    }
    undo_forget(&self->undo, &day->numbers);
    undo_forget(&self->undo, &day->pairs);
    undo_forget(&self->undo, &day->given);
    day_drop(day);
    day->day = civil_day;
    day->start_ms = zone_day_start(self->zone, civil_day);
    day->end_ms = zone_day_start(self->zone, civil_day + 1);
    idmap_init(&day->numbers, PSEUDONYMS_PER_DAY);
    idmap_init(&day->pairs, PSEUDONYMS_PER_DAY);
    idmap_init(&day->given, PSEUDONYMS_PER_DAY);
    err = pseudonyms_salt_for(db, civil_day, &salt);
    if (err == OK) {
        pseudonyms_hash_init(&day->hash, &salt);
        crypt_cleanse(&salt, sizeof salt);
        err = load_numbers(db, day);
    }
    if (err == OK) {
        err = load_pairs(db, day);
    }
    if (err != OK) {
        day_drop(day);
        return err;
    }
    day->used = day->fresh = true;
    *out = day;
    return OK;
}

static enum err day_of(struct pseudonyms *self, struct db *db, int64_t time_ms, struct visitor_day **out)
{
    for (size_t i = 0; i < DAYS; i++) {
        struct visitor_day *day = &self->days[i];
        if (day->used && time_ms >= day->start_ms && time_ms < day->end_ms) {
            *out = day;
            return OK;
        }
    }
    return day_load(self, db, zone_civil_day(self->zone, time_ms, NULL), out);
}

/* ---- one click */

static enum err number_by_hash(struct pseudonyms *self, struct db *db, struct visitor_day *day,
                               const struct record *record, const struct visit_agent *agent, struct pseudonym *out)
{
    uint64_t hash = pseudonyms_hash(&day->hash, &record->ip, agent);
    const int64_t *known = idmap_find(&day->numbers, hash, 0);

    out->by = VISITOR_BY_HASH;
    if (known) {
        out->number = *known;
        return OK;
    }
    enum err err = newcomers_reserve(self, db, day->day);
    if (err != OK && err != ERR_NOMEM) {
        return err;
    }
    if (err != OK || self->next >= PSEUDONYM_DENSE_MAX || !undo_set(&self->undo, &day->numbers, hash, 0, self->next)) {
        out->number = PSEUDONYM_DENSE_MAX | (int64_t)(hash % (uint64_t)PSEUDONYM_DENSE_MAX);
        return OK;
    }
    out->number = self->next++;
    out->new_visitor = true;
    newcomers_add(&self->newcomers, out->number, day->day, hash);
    return OK;
}

/* Cookies outlive the day, so their pairs of the day before count too when it is in memory. */
static const int64_t *last_pv(const struct pseudonyms *self, const struct visitor_day *day, uint64_t visitor,
                              uint64_t place, enum visitor_by by)
{
    const int64_t *last = idmap_find(&day->pairs, visitor, place);

    for (size_t i = 0; !last && by == VISITOR_BY_COOKIE && i < DAYS; i++) {
        if (self->days[i].used && self->days[i].day < day->day) {
            last = idmap_find(&self->days[i].pairs, visitor, place);
        }
    }
    return last;
}

/* The same of the target that a live code chose. */
static void note_target(struct pseudonyms *self, struct visitor_day *day, const struct record *record,
                        struct pseudonym *out)
{
    int64_t target_id = record->target.len > 0 ? target_name_read(record->target) : 0;
    uint64_t visitor = visitor_key(out->number, out->by), place = TARGET | (uint64_t)target_id;

    if (target_id != 0) {
        bool known = last_pv(self, day, visitor, place, out->by) != NULL;
        bool remembered = undo_set(&self->undo, &day->pairs, visitor, place, record->time_ms);
        out->first_there = !known && (remembered || out->new_visitor);
    }
}

static void note_pv(struct pseudonyms *self, struct visitor_day *day, const struct record *record,
                    struct pseudonym *out)
{
    uint64_t visitor = visitor_key(out->number, out->by);
    const int64_t *last = last_pv(self, day, visitor, (uint64_t)record->link_id, out->by);
    int64_t latest = record->time_ms;

    if (last) {
        int64_t distance = record->time_ms > *last ? record->time_ms - *last : *last - record->time_ms;
        out->repeat = distance <= self->repeat_window_ms;
        latest = *last > latest ? *last : latest;
    }
    bool remembered = undo_set(&self->undo, &day->pairs, visitor, (uint64_t)record->link_id, latest);
    out->first_here = !last && (remembered || out->new_visitor);
    note_target(self, day, record, out);
}

/* A number that was given just now stands for a browser that brought no cookie. If the same hash was given one before
 * today and never sent it back, that is one that drops cookies, else it would be somebody new at each visit; if it was
 * sent back, whoever comes without is somebody else. */
static void number_by_cookie(struct pseudonyms *self, struct visitor_day *day, const struct record *record,
                             const struct visit_agent *agent, struct pseudonym *out)
{
    uint64_t given = (uint64_t)record->visitor;

    out->by = VISITOR_BY_COOKIE;
    out->number = record->visitor;
    if (record->signals & SIGNAL_COOKIE) {
        const int64_t *returned = idmap_find(&day->given, given, RETURNED);
        if (returned && !*returned) {
            undo_set(&self->undo, &day->given, given, RETURNED, true);
        }
        return;
    }
    uint64_t hash = pseudonyms_hash(&day->hash, &record->ip, agent);
    const int64_t *before = idmap_find(&day->given, hash, GIVEN_TO);
    const int64_t *returned = before ? idmap_find(&day->given, (uint64_t)*before, RETURNED) : NULL;
    if (returned && !*returned) {
        out->number = *before;
        return;
    }
    out->new_visitor = true;
    if (undo_set(&self->undo, &day->given, given, RETURNED, false)) {
        undo_set(&self->undo, &day->given, hash, GIVEN_TO, record->visitor);
    }
}

enum err pseudonyms_find(struct pseudonyms *self, struct db *db, const struct record *record,
                         const struct visit_agent *agent, bool pv, struct pseudonym *out)
{
    struct visitor_day *day = NULL;
    enum err err = day_of(self, db, record->time_ms, &day);

    *out = (struct pseudonym){0};
    if (err != OK) {
        return err;
    }
    if (record->visitor != 0) {
        number_by_cookie(self, day, record, agent, out);
    } else {
        err = number_by_hash(self, db, day, record, agent, out);
    }
    if (err == OK && pv) {
        note_pv(self, day, record, out);
    }
    return err;
}

/* ---- the batch's end */
enum err pseudonyms_save(struct pseudonyms *self, struct db *db)
{
    enum err err = newcomers_store(self, db);

    if (err != OK || self->next == self->next_committed) {
        return err;
    }
    return meta_put_i64(db, META_NEXT, self->next);
}

void pseudonyms_committed(struct pseudonyms *self)
{
    self->next_committed = self->next;
    undo_committed(&self->undo);
    for (size_t i = 0; i < DAYS; i++) {
        self->days[i].fresh = false;
    }
}

void pseudonyms_rolled_back(struct pseudonyms *self)
{
    undo_roll_back(&self->undo);
    self->newcomers.count = 0;
    self->next = self->next_committed;
    for (size_t i = 0; i < DAYS; i++) {
        if (self->days[i].fresh) {
            day_drop(&self->days[i]); /* its salt was never stored */
        }
    }
}
