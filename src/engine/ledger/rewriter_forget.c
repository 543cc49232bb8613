/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "linkpond/base/idmap.h"
#include "linkpond/base/limits.h"
#include "linkpond/store/customers.h"
#include "linkpond/store/radar.h"
#include "linkpond/store/targets.h"
#include "rewriter_private.h"

/*
 * What tells of a person leaves the person's clicks; that somebody clicked, when, on which link, with which kind of
 * browser and from which campaign stays, or sums would no longer be those of the clicks. All visitors who wait are
 * forgotten in one pass.
 */
#define VISITORS_MAX 4096 /* of one pass */
#define BY_BITS      2

static const uint64_t personal = CLICK_BIT(CLICK_LOCATION) | CLICK_BIT(CLICK_REFERRER) | CLICK_BIT(CLICK_QUERY) |
                                 CLICK_BIT(CLICK_AD_CLICK_ID) | CLICK_BIT(CLICK_REQUEST_ID) |
                                 CLICK_BIT(CLICK_USER_AGENT) | CLICK_BIT(CLICK_PACKAGE) |
                                 CLICK_BIT(CLICK_LOCATION_FORM);

struct forgetter {
    struct idmap visitors; /* number, visitor_by */
};

static int64_t subject_of(int64_t number, enum visitor_by by)
{
    return number << BY_BITS | by;
}

/* Whoever is known by that browser is nobody in particular from now on. */
static enum err forget_customer(struct db *db, int64_t number, int64_t now_ms)
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%" PRId64, number);
    const struct identity browser = {IDENTITY_VISITOR, {digits, (size_t)len}};
    int64_t customer_id = 0;
    enum err err = identities_find(db, &browser, &customer_id);

    return err == ERR_NOT_FOUND ? OK : err ? err : customers_forget(db, customer_id, now_ms);
}

enum err rewriter_ask_forget(struct db *db, int64_t number, enum visitor_by by, int64_t now_ms, int64_t *id)
{
    struct rewrite forget = {.kind = REWRITE_FORGET, .from_ms = INT64_MIN, .to_ms = INT64_MAX, .created_ms = now_ms};
    int64_t visitors = 0;
    enum err err = rewrites_waiting(db, REWRITE_FORGET, &forget.id, &visitors);

    if (err == ERR_NOT_FOUND || (err == OK && visitors >= VISITORS_MAX)) {
        err = rewriter_may_ask(db);
        err = err == OK ? rewrites_insert(db, &forget) : err;
    }
    *id = forget.id;
    if (err == OK && by == VISITOR_BY_COOKIE) {
        err = target_visitors_forget(db, number);
        err = err ? err : forget_customer(db, number, now_ms);
    }
    err = err ? err : radar_forget(db, number, by);
    return err == OK ? rewrites_subject_insert(db, forget.id, subject_of(number, by), 0) : err;
}

static enum err load(struct rewrite_run *run)
{
    struct rewrite_subject subjects[256];
    size_t count = ARRAY_LEN(subjects);
    int64_t after = INT64_MIN;
    enum err err = OK;

    while (err == OK && count == ARRAY_LEN(subjects)) {
        err = rewrites_subjects(run->db, run->now.id, after, subjects, &count);
        for (size_t i = 0; err == OK && i < count; i++) {
            after = subjects[i].subject;
            uint64_t by = (uint64_t)after & ((1U << BY_BITS) - 1);
            err = idmap_put(&run->forgetter->visitors, (uint64_t)after >> BY_BITS, by, NULL) ? OK : ERR_NOMEM;
        }
    }
    return err;
}

static enum err open(struct rewrite_run *run, bool *again, struct fault *fault)
{
    (void)again;
    (void)fault;
    run->forgetter = calloc(1, sizeof *run->forgetter);
    if (!run->forgetter) {
        return ERR_NOMEM;
    }
    idmap_init(&run->forgetter->visitors, 2 * VISITORS_MAX);
    return load(run);
}

static void close(struct rewrite_run *run)
{
    if (run->forgetter) {
        idmap_done(&run->forgetter->visitors);
        free(run->forgetter);
    }
    run->forgetter = NULL;
}

static bool is_asked_for(const struct rewrite_run *run, int64_t number, enum visitor_by by)
{
    return number != 0 && idmap_find(&run->forgetter->visitors, (uint64_t)number, by) != NULL;
}

static bool concerns(const struct rewrite_run *run, const struct chunk_info *info, const struct chunk *chunk)
{
    bool holds = false;

    (void)info;
    for (size_t i = 0; i < chunk->rows && !holds; i++) {
        holds = is_asked_for(run, chunk_number(&chunk->numbers[CHUNK_VISITOR], i),
                             (enum visitor_by)chunk_column_number(chunk, CHUNK_VISITOR_BY, i));
    }
    return holds;
}

static enum err row(struct rewrite_run *run, struct click_row *row, enum rewrite_say *say)
{
    struct click_facts *facts = &row->facts;

    if (!is_asked_for(run, facts->visitor, facts->visitor_by)) {
        return OK;
    }
    facts->visitor = 0;
    facts->visitor_by = VISITOR_BY_NONE;
    facts->flags &= ~(unsigned)(CLICK_FLAG_NEW_VISITOR | CLICK_FLAG_FIRST_HERE);
    facts->flags |= CLICK_FLAG_FORGOTTEN;
    row->ip = STR("");
    for (uint64_t left = personal; left; left &= left - 1) {
        row->values[__builtin_ctzll(left)] = (struct click_value){0};
    }
    *say = REWRITE_CHANGES;
    return OK;
}

const struct rewrite_ops rewrite_forget = {
    .name = "forget",
    .open = open,
    .close = close,
    .columns = CHUNK_BIT(CHUNK_VISITOR) | CHUNK_BIT(CHUNK_VISITOR_BY),
    .concerns = concerns,
    .row = row,
    .tail = TAIL_WHOLE,
    .sums_follow = true,
};
