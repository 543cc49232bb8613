/* SPDX-License-Identifier: MIT */
/* Who is told what now. */
#include "linkpond/base/clock.h"
#include "linkpond/base/log.h"
#include "linkpond/engine/robot_seal.h"
#include "notifier_private.h"

#define HELD_MAX_MS                                                                                                    \
    MS_PER_DAY /* no answer holds a robot for longer: one that seems to was before the clock was set                   \
                */

static int free_slot(const struct notifier *self)
{
    int slot = 0;

    while (slot < POSTER_SLOTS && self->flights[slot].used) {
        slot++;
    }
    return slot;
}

bool notifier_is_told(const struct notifier *self, int64_t robot_id)
{
    for (int i = 0; i < POSTER_SLOTS; i++) {
        if (self->flights[i].used && self->flights[i].robot_id == robot_id) {
            return true;
        }
    }
    return false;
}

static void sooner(int64_t *next_ms, int64_t ms)
{
    *next_ms = ms < *next_ms ? ms : *next_ms;
}

/* ---- what is sent ---- */

static enum err read_members(struct notifier *self, const struct outbox_item *digest, struct notice **out,
                             size_t *count)
{
    struct outbox_item *members = NULL;
    enum err err = outbox_members(self->db, &self->arena, digest->id, &members, count);
    struct notice *notices = err ? NULL : ARENA_ARRAY(&self->arena, struct notice, *count + 1);

    if (!err && !notices) {
        err = ERR_NOMEM;
    }
    for (size_t i = 0; !err && i < *count; i++) {
        err = outbox_facts(&self->arena, &members[i]);
        notices[i] = members[i].notice;
    }
    *out = notices;
    return err;
}

static const struct zone *zone_of(const struct notifier *self, const struct robot *robot)
{
    const struct zone *zone = robot->zone.len ? zone_find(robot->zone) : NULL;

    return zone ? zone : self->opts.zone;
}

enum err notifier_letter(struct notifier *self, const struct robot *robot, struct outbox_item *item, int64_t now_ms,
                         struct robot_message *out)
{
    struct robot_letter letter = {
        .kind = robot->kind,
        .markdown = robot->markdown,
        .chinese = robot->chinese,
        .zone = zone_of(self, robot),
        .id = item->message,
        .now_ms = now_ms,
        .count = 1,
    };
    struct notice *notices = &item->notice;
    enum err err = item->notice.kind == NOTICE_DIGEST ? read_members(self, item, &notices, &letter.count)
                                                      : outbox_facts(&self->arena, item);

    err = err ? err : letter.count == 0 ? ERR_CORRUPT : OK;
    letter.notices = notices;
    err = err ? err : robot_address(self->opts.seal_key, &self->arena, robot, now_ms, &letter);
    return err ? err : robot_write(&self->arena, &letter, out);
}

/* What cannot even be written is an outcome like others: it must not stand in the way of the next. */
static enum err send(struct notifier *self, const struct robot *robot, struct outbox_item *item, int64_t now_ms)
{
    int slot = free_slot(self);
    struct robot_message message;
    enum err err = notifier_letter(self, robot, item, now_ms, &message);

    self->flights[slot] = (struct flight){
        .used = true,
        .robot_id = robot->id,
        .item_id = item->id,
        .kind = robot->kind,
        .chinese = robot->chinese,
        .attempts = item->attempts,
        .paced_ms = pace_charge(robot->paced_ms, now_ms),
    };
    atomic_fetch_add(&self->under_way, 1);
    err = err ? err : poster_start(self->poster, slot, &message);
    if (err) {
        struct robot_answer answer = {.trouble = str_from_c(err_text(err, false))};
        notifier_answered(self, slot, &answer, now_ms);
        poster_wake(self->poster);
    }
    return OK;
}

/* ---- several become one ---- */

struct gather_task {
    int64_t robot_id, now_ms, id;
    int64_t ids[OUTBOX_DIGEST_MAX];
    size_t count;
};

static enum err gather(struct db *db, void *arg, struct fault *fault)
{
    struct gather_task *self = arg;

    (void)fault;
    return outbox_gather(db, self->robot_id, self->ids, self->count, self->now_ms, &self->id);
}

/* As many of them, from the first, as one digest holds. *item becomes the digest. */
static enum err make_digest(struct notifier *self, const struct robot *robot, struct outbox_item *items, size_t count,
                            int64_t now_ms, struct outbox_item *item)
{
    struct gather_task task = {.robot_id = robot->id, .now_ms = now_ms};
    struct notice *notices = ARENA_ARRAY(&self->arena, struct notice, count);
    enum err err = notices ? OK : ERR_NOMEM;

    for (size_t i = 0; !err && i < count; i++) {
        err = outbox_facts(&self->arena, &items[i]);
        notices[i] = items[i].notice;
        task.ids[i] = items[i].id;
    }
    if (err) {
        return err;
    }
    task.count = robot_digest_holds(robot->kind, robot->markdown, robot->chinese, zone_of(self, robot), notices, count);
    err = writer_submit(self->opts.writer, &(struct writer_task){.run = gather, .arg = &task}, NULL);
    return err ? err : outbox_find(self->db, &self->arena, task.id, item);
}

static size_t before_digest(const struct outbox_item *items, size_t count)
{
    size_t plain = 0;

    while (plain < count && items[plain].notice.kind != NOTICE_DIGEST) {
        plain++;
    }
    return plain;
}

/* More wait than may go now: then they go together. */
static enum err send_due(struct notifier *self, const struct robot *robot, int64_t now_ms, bool urgent_only)
{
    bool chat = robot_traits(robot->kind)->chat;
    struct outbox_item *items = NULL, digest;
    size_t count = 0;
    enum err err = outbox_due(self->db, &self->arena, robot->id, now_ms, urgent_only, chat ? OUTBOX_DIGEST_MAX : 1,
                              &items, &count);

    if (err || count == 0) {
        return err;
    }
    size_t plain = before_digest(items, count);
    if (!chat || plain < 2 || plain <= pace_allows(robot->paced_ms, now_ms)) {
        return send(self, robot, &items[0], now_ms);
    }
    err = make_digest(self, robot, items, plain, now_ms, &digest);
    if (err == ERR_CORRUPT) {
        return send(self, robot, &items[0], now_ms); /* one cannot be read: one by one, until it is that one's turn */
    }
    return err ? err : send(self, robot, &digest, now_ms);
}

/* ---- whose turn it is ---- */

static enum err look_at(struct notifier *self, const struct robot *robot, int64_t now_ms, int64_t *next_ms)
{
    struct quiet_hours hours = {robot->quiet_from_min, robot->quiet_to_min, zone_of(self, robot)};
    bool quiet = quiet_at(&hours, now_ms);
    int64_t held_ms = robot->held_ms > now_ms + HELD_MAX_MS ? 0 : robot->held_ms;
    int64_t at_ms = robot_traits(robot->kind)->chat ? pace_next_ms(robot->paced_ms, now_ms) : now_ms;
    int64_t due_ms;
    enum err err = outbox_next(self->db, robot->id, quiet, &due_ms);

    at_ms = held_ms > at_ms ? held_ms : at_ms;
    if (err || (due_ms == INT64_MIN && !quiet)) {
        return err;
    }
    if (quiet) {
        sooner(next_ms, quiet_until_ms(&hours, now_ms));
    }
    if (due_ms == INT64_MIN) {
        return OK;
    }
    at_ms = due_ms > at_ms ? due_ms : at_ms;
    if (at_ms > now_ms) {
        sooner(next_ms, at_ms);
        return OK;
    }
    return send_due(self, robot, now_ms, quiet);
}

static enum err read_robots(struct notifier *self, struct robot **out, size_t *count)
{
    struct robot *robots = ARENA_ARRAY(&self->arena, struct robot, LIMIT_ROBOTS);
    struct stmt *rows = robots_each(self->db);
    size_t done = 0;

    if (!robots) {
        return ERR_NOMEM;
    }
    while (done < LIMIT_ROBOTS && robots_next(rows, &self->arena, &robots[done])) {
        done++;
    }
    enum err err = stmt_err(rows);
    stmt_reset(rows);
    *out = robots;
    *count = done;
    return err ? err : self->arena.overflow ? ERR_NOMEM : OK;
}

/* What goes wrong with one robot is told, and the others have their turn. */
enum err notifier_look(struct notifier *self, int64_t now_ms, int64_t *next_ms)
{
    struct robot *robots = NULL;
    size_t count = 0;

    arena_reset(&self->arena);
    *next_ms = now_ms + MS_PER_HOUR;
    enum err err = read_robots(self, &robots, &count);
    if (err) {
        return err;
    }
    size_t first = count ? self->first++ % count : 0;
    for (size_t i = 0; i < count && free_slot(self) < POSTER_SLOTS; i++) {
        const struct robot *robot = &robots[(first + i) % count];
        enum err one = OK;
        if (robot->enabled && !notifier_is_told(self, robot->id)) {
            one = look_at(self, robot, now_ms, next_ms);
        }
        err = err ? err : one;
    }
    return err;
}
