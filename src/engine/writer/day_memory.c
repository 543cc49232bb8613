/* SPDX-License-Identifier: MIT */
#include "day_memory.h"

#include "linkpond/engine/ledger.h"
#include "linkpond/store/visitors.h"
#include "pseudonyms_targets.h"

#define TARGET          (UINT64_C(1) << 62) /* tells targets from links in second words of `pairs` */
#define CLICKS_A_BREATH 64

void day_memory_init(struct day_memory *self, const struct zone *zone, int64_t day, size_t pairs_max)
{
    *self =
        (struct day_memory){.day = day, .start_ms = zone_day_start(zone, day), .end_ms = zone_day_start(zone, day + 1)};
    idmap_parts_init(&self->numbers, pairs_max);
    idmap_parts_init(&self->pairs, pairs_max);
}

void day_memory_done(struct day_memory *self)
{
    idmap_parts_done(&self->numbers);
    idmap_parts_done(&self->pairs);
}

uint64_t day_memory_visitor(int64_t number, enum visitor_by by)
{
    return (uint64_t)number | (uint64_t)by << 48;
}

uint64_t day_memory_target(int64_t target_id)
{
    return TARGET | (uint64_t)target_id;
}

/* ---- read back */

struct day_reading {
    struct day_memory *memory;
    struct db *db;
    const atomic_bool *give_up;
    struct target_names names;
    size_t seen;
};

static enum err go_on(struct day_reading *self)
{
    if (++self->seen % CLICKS_A_BREATH == 0) {
        db_breathe(self->db);
        return self->give_up && atomic_load_explicit(self->give_up, memory_order_relaxed) ? ERR_UNAVAILABLE : OK;
    }
    return OK;
}

static void remember_last(struct idmap_parts *pairs, uint64_t visitor, uint64_t place, int64_t time_ms)
{
    int64_t *last = idmap_put(idmap_part(pairs, visitor, place), visitor, place, NULL);

    if (last && time_ms > *last) {
        *last = time_ms;
    }
}

static enum err remember_pv(void *arg, const struct clicks_scan *scan)
{
    struct day_reading *self = arg;
    struct day_memory *memory = self->memory;
    const struct click_facts *facts = &scan->facts;

    if (facts->visitor == 0 || facts->time_ms < memory->start_ms || facts->time_ms >= memory->end_ms ||
        !click_counts(facts->class, facts->outcome)) {
        return go_on(self);
    }
    uint64_t visitor = day_memory_visitor(facts->visitor, facts->visitor_by);
    remember_last(&memory->pairs, visitor, (uint64_t)facts->link_id, facts->time_ms);
    const struct click_value target = clicks_scan_value(scan, CLICK_TARGET);
    int64_t target_id = target_names_find(&self->names, &target);
    if (target_id != 0) {
        remember_last(&memory->pairs, visitor, day_memory_target(target_id), facts->time_ms);
    }
    return go_on(self);
}

static enum err read_pairs(struct day_reading *self)
{
    const struct ledger_range range = {
        .from_ms = self->memory->start_ms, .to_ms = self->memory->end_ms, .columns = CLICK_BIT(CLICK_TARGET)};

    target_names_init(&self->names, self->db);
    enum err err = ledger_each(self->db, &range, remember_pv, self);
    target_names_done(&self->names);
    return err;
}

static enum err read_numbers(struct day_reading *self)
{
    int64_t number = 0, hash = 0;
    struct visitors_scan scan;
    enum err err = OK;

    visitors_scan(&scan, self->db, self->memory->day);
    while (err == OK && visitors_scan_next(&scan, &number, &hash)) {
        bool ours = hash >= 0 && number > 0 && number < PSEUDONYM_DENSE_MAX; /* else the row is damaged */
        struct idmap *part = idmap_part(&self->memory->numbers, (uint64_t)hash, 0);
        int64_t *value = ours ? idmap_put(part, (uint64_t)hash, 0, NULL) : NULL;
        if (value) {
            *value = number;
        }
        err = go_on(self);
    }
    if (err != OK) {
        stmt_reset(scan.rows);
        return err;
    }
    return stmt_err(scan.rows);
}

enum err day_memory_work(const struct day_memory *self, struct db *db, int64_t *clicks)
{
    return ledger_rows_in(db, self->start_ms, self->end_ms, clicks);
}

enum err day_memory_read(struct day_memory *self, struct db *db, const atomic_bool *give_up)
{
    struct day_reading reading = {.memory = self, .db = db, .give_up = give_up};
    enum err err = read_numbers(&reading);

    return err == OK ? read_pairs(&reading) : err;
}
