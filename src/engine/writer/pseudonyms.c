/* SPDX-License-Identifier: MIT */
#include "pseudonyms.h"

#include <stdlib.h>
#include <string.h>

#include "day_reader.h"
#include "linkpond/base/crypt.h"
#include "linkpond/store/meta.h"
#include "linkpond/store/targets.h"
#include "linkpond/store/visitors.h"
#include "pseudonyms_hash.h"
#include "pseudonyms_salts.h"
#include "pseudonyms_undo.h"

/*
 * A day's memory is read from its visitor rows and its clicks, so a restart forgets nothing. A batch notes what it
 * changed; when it is rolled back the notes are played backwards, for the batch will be read again.
 *
 * New visitors of a batch are gathered and stored together, a row for each run of numbers of one day.
 */
#define DAYS          PSEUDONYMS_DAYS
#define META_NEXT     STR("visitor_next")
#define NEWCOMERS_MIN 256
#define GIVEN_TO      0 /* second words of keys in `given` */
#define RETURNED      1

struct visitor_day {
    bool used;
    bool fresh;              /* read in this batch, which may take back some of it */
    bool salted, fresh_salt; /* the hash is ready, perhaps since this batch */
    struct day_memory memory;
    struct pseudonyms_hash hash;
    struct idmap_parts given; /* (hash, GIVEN_TO) -> number of a new cookie; (number, RETURNED) -> was that sent back */
};
/* Given a number in this batch and not stored yet. */
struct newcomers {
    int64_t first_number;
    int64_t day;
    int64_t *hashes;
    size_t count, cap;
};
struct pseudonyms {
    struct pseudonyms_opts opts;
    struct day_reader *reader; /* NULL = every day is read here */
    int64_t next, next_committed;
    struct newcomers newcomers;
    struct visitor_day days[DAYS];
    struct undo_log undo;
};

static void day_drop(struct visitor_day *day)
{
    day_memory_done(&day->memory);
    idmap_parts_done(&day->given);
    pseudonyms_hash_done(&day->hash);
    *day = (struct visitor_day){0};
}

void pseudonyms_end(struct pseudonyms *self)
{
    day_reader_free(self->reader);
    self->reader = NULL;
}

void pseudonyms_free(struct pseudonyms *self)
{
    if (self) {
        pseudonyms_end(self);
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
    int64_t first_kept = zone_civil_day(self->opts.zone, now_ms, NULL) - 1;
    enum err err = pseudonyms_salts_expire(db, first_kept);

    for (size_t i = 0; i < DAYS; i++) {
        if (self->days[i].used && self->days[i].memory.day < first_kept) {
            day_drop(&self->days[i]);
        }
    }
    return err == OK ? visitors_delete_before(db, first_kept) : err;
}

/* A free one where there is one. */
static struct visitor_day *oldest_day(struct pseudonyms *self)
{
    struct visitor_day *oldest = &self->days[0];

    for (size_t i = 0; i < DAYS && oldest->used; i++) {
        if (!self->days[i].used || self->days[i].memory.day < oldest->memory.day) {
            oldest = &self->days[i];
        }
    }
    return oldest;
}

static struct visitor_day *day_put(struct pseudonyms *self, struct visitor_day *day, const struct day_memory *memory)
{
    undo_forget(&self->undo, &day->memory.numbers);
    undo_forget(&self->undo, &day->memory.pairs);
    undo_forget(&self->undo, &day->given);
    day_drop(day);
    day->memory = *memory;
    idmap_parts_init(&day->given, PSEUDONYMS_PER_DAY);
    day->used = true;
    return day;
}

/* ERR_UNAVAILABLE: the reader has it now. OK: it is little, or the reader cannot take it. */
static enum err leave_to_reader(struct pseudonyms *self, struct db *db, const struct day_memory *memory)
{
    int64_t clicks = 0;
    enum err err = self->reader ? day_memory_work(memory, db, &clicks) : OK;

    if (err != OK || clicks <= self->opts.clicks_here) {
        return err;
    }
    return day_reader_begin(self->reader, memory) == OK ? ERR_UNAVAILABLE : OK;
}

/* Left to the reader only where a place is free: were another day to go for it, a batch of many days could drop one for
 * the other at each new beginning, for ever. */
static enum err day_load(struct pseudonyms *self, struct db *db, int64_t civil_day, struct visitor_day **out)
{
    struct visitor_day *day = oldest_day(self);
    struct day_memory memory;

    day_memory_init(&memory, self->opts.zone, civil_day, PSEUDONYMS_PER_DAY);
    enum err err = day->used ? OK : leave_to_reader(self, db, &memory);
    if (err == OK) {
        err = newcomers_store(self, db); /* some may be of this day */
    }
    if (err != OK) {
        return err;
    }
    err = day_memory_read(&memory, db, NULL);
    if (err != OK) {
        day_memory_done(&memory);
        return err;
    }
    *out = day_put(self, day, &memory);
    day->fresh = true;
    return OK;
}

static enum err day_salt(struct visitor_day *day, struct db *db)
{
    struct siphash_key salt;
    enum err err = pseudonyms_salt_for(db, day->memory.day, &salt);

    if (err == OK) {
        pseudonyms_hash_init(&day->hash, &salt);
        day->salted = day->fresh_salt = true;
    }
    crypt_cleanse(&salt, sizeof salt);
    return err;
}

static enum err day_of(struct pseudonyms *self, struct db *db, int64_t time_ms, struct visitor_day **out)
{
    struct visitor_day *day = NULL;
    enum err err = OK;

    for (size_t i = 0; i < DAYS && !day; i++) {
        const struct day_memory *memory = &self->days[i].memory;
        day = self->days[i].used && time_ms >= memory->start_ms && time_ms < memory->end_ms ? &self->days[i] : NULL;
    }
    if (!day) {
        err = day_load(self, db, zone_civil_day(self->opts.zone, time_ms, NULL), &day);
    }
    *out = day;
    return err == OK && !day->salted ? day_salt(day, db) : err;
}

enum err pseudonyms_ready(struct pseudonyms *self)
{
    struct day_memory memory;
    enum err err = self->reader ? day_reader_take(self->reader, &memory) : ERR_NOT_FOUND;

    if (err == OK) {
        day_put(self, oldest_day(self), &memory);
    }
    return err == ERR_NOT_FOUND ? OK : err;
}

static enum err expect_today(struct pseudonyms *self, struct db *db)
{
    struct day_memory today;

    day_memory_init(&today, self->opts.zone, zone_civil_day(self->opts.zone, self->opts.now_ms, NULL),
                    PSEUDONYMS_PER_DAY);
    enum err err = leave_to_reader(self, db, &today);
    return err == ERR_UNAVAILABLE ? OK : err;
}

enum err pseudonyms_open(struct db *db, const struct pseudonyms_opts *opts, struct pseudonyms **out)
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
    self->opts = *opts;
    self->next = next > highest ? next : highest + 1;
    self->next_committed = self->next;
    self->reader = opts->path ? day_reader_new(opts->path) : NULL;
    err = opts->path && !self->reader ? ERR_NOMEM : expect_today(self, db);
    if (err != OK) {
        pseudonyms_free(self);
        return err;
    }
    *out = self;
    return OK;
}

/* ---- one click */

static enum err number_by_hash(struct pseudonyms *self, struct db *db, struct visitor_day *day,
                               const struct record *record, const struct visit_agent *agent, struct pseudonym *out)
{
    uint64_t hash = pseudonyms_hash(&day->hash, &record->ip, agent);
    const int64_t *known = idmap_parts_find(&day->memory.numbers, hash, 0);

    out->by = VISITOR_BY_HASH;
    if (known) {
        out->number = *known;
        return OK;
    }
    enum err err = newcomers_reserve(self, db, day->memory.day);
    if (err != OK && err != ERR_NOMEM) {
        return err;
    }
    if (err != OK || self->next >= PSEUDONYM_DENSE_MAX ||
        !undo_set(&self->undo, &day->memory.numbers, hash, 0, self->next)) {
        out->number = PSEUDONYM_DENSE_MAX | (int64_t)(hash % (uint64_t)PSEUDONYM_DENSE_MAX);
        return OK;
    }
    out->number = self->next++;
    out->new_visitor = true;
    newcomers_add(&self->newcomers, out->number, day->memory.day, hash);
    return OK;
}

/* Cookies outlive the day, so their pairs of the day before count too when it is in memory. */
static const int64_t *last_pv(const struct pseudonyms *self, const struct visitor_day *day, uint64_t visitor,
                              uint64_t place, enum visitor_by by)
{
    const int64_t *last = idmap_parts_find(&day->memory.pairs, visitor, place);

    for (size_t i = 0; !last && by == VISITOR_BY_COOKIE && i < DAYS; i++) {
        if (self->days[i].used && self->days[i].memory.day < day->memory.day) {
            last = idmap_parts_find(&self->days[i].memory.pairs, visitor, place);
        }
    }
    return last;
}

/* The same of the target that a live code chose. */
static void note_target(struct pseudonyms *self, struct visitor_day *day, const struct record *record,
                        struct pseudonym *out)
{
    int64_t target_id = record->target.len > 0 ? target_name_read(record->target) : 0;
    uint64_t visitor = day_memory_visitor(out->number, out->by), place = day_memory_target(target_id);

    if (target_id != 0) {
        bool known = last_pv(self, day, visitor, place, out->by) != NULL;
        bool remembered = undo_set(&self->undo, &day->memory.pairs, visitor, place, record->time_ms);
        out->first_there = !known && (remembered || out->new_visitor);
    }
}

static void note_pv(struct pseudonyms *self, struct visitor_day *day, const struct record *record,
                    struct pseudonym *out)
{
    uint64_t visitor = day_memory_visitor(out->number, out->by);
    const int64_t *last = last_pv(self, day, visitor, (uint64_t)record->link_id, out->by);
    int64_t latest = record->time_ms;

    if (last) {
        int64_t distance = record->time_ms > *last ? record->time_ms - *last : *last - record->time_ms;
        out->repeat = distance <= self->opts.repeat_window_ms;
        latest = *last > latest ? *last : latest;
    }
    bool remembered = undo_set(&self->undo, &day->memory.pairs, visitor, (uint64_t)record->link_id, latest);
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
        const int64_t *returned = idmap_parts_find(&day->given, given, RETURNED);
        if (returned && !*returned) {
            undo_set(&self->undo, &day->given, given, RETURNED, true);
        }
        return;
    }
    uint64_t hash = pseudonyms_hash(&day->hash, &record->ip, agent);
    const int64_t *before = idmap_parts_find(&day->given, hash, GIVEN_TO);
    const int64_t *returned = before ? idmap_parts_find(&day->given, (uint64_t)*before, RETURNED) : NULL;
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
        self->days[i].fresh = self->days[i].fresh_salt = false;
    }
}

void pseudonyms_rolled_back(struct pseudonyms *self)
{
    undo_roll_back(&self->undo);
    self->newcomers.count = 0;
    self->next = self->next_committed;
    for (size_t i = 0; i < DAYS; i++) {
        struct visitor_day *day = &self->days[i];
        if (day->fresh) {
            day_drop(day);
        } else if (day->fresh_salt) { /* which was never stored */
            pseudonyms_hash_done(&day->hash);
            day->salted = day->fresh_salt = false;
        }
    }
}
