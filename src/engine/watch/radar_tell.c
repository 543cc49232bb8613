/* SPDX-License-Identifier: MIT */
/*
 * Rules are read again here: what a task writes must hold for the rules as they are in its own transaction. Whom a rule
 * is about is the customer whose browser it was; where nobody is known, whom the link says it is for.
 */
#include "linkpond/base/clock.h"
#include "linkpond/store/meta.h"

#include "radar_look.h"

#define DUE_MAX 500 /* of one transaction */

/* ---- links that are for one person ---- */

static enum notice_kind kind_of(enum radar_news news)
{
    return news == RADAR_FIRST   ? NOTICE_LINK_OPENED
           : news == RADAR_AGAIN ? NOTICE_LINK_REOPENED
                                 : NOTICE_LINK_FORWARDED;
}

static enum err tell(struct radar_look *self, struct db *db, const struct radar_link *link,
                     const struct radar_look_visit *seen, enum notice_kind kind)
{
    struct notice notice = {
        .kind = kind, .subject = link->title.len > 0 ? link->title : link->short_url, .time_ms = clock_now_ms()};
    struct radar_item item = {.kind = kind,
                              .time_ms = seen->visit.time_ms,
                              .link_id = link->link_id,
                              .click_id = seen->click_id,
                              .customer = link->customer};
    char dedupe[64];
    int64_t put = 0;

    snprintf(dedupe, sizeof dedupe, "radar:%lld:%lld", (long long)link->link_id, (long long)seen->click_id);
    notice_put_text(&notice, NOTICE_FACT_LINK, link->short_url);
    notice_put_text(&notice, NOTICE_FACT_OWNER, link->owner);
    notice_put_text(&notice, NOTICE_FACT_CUSTOMER, link->customer);
    notice_put_time(&notice, NOTICE_FACT_OPENED_AT, seen->visit.time_ms);
    enum err err = radar_news_insert(db, &item);
    err = err ? err : outbox_put_owned(db, &notice, str_from_c(dedupe), link->owner_id, &put);
    self->put += put;
    return err;
}

static enum err judge_link(struct radar_look *self, struct db *db, const struct radar_look_visit *seen)
{
    struct radar_link link;
    enum err err = radar_link_find(db, &self->arena, seen->link_id, &link);

    if (err == ERR_NOT_FOUND || (!err && seen->visit.time_ms < link.since_ms)) {
        return OK;
    }
    enum radar_news news = err ? RADAR_NOTHING : radar_judge(&link.seen, &seen->visit);
    err = err ? err : radar_link_saw(db, &link);
    return err || news == RADAR_NOTHING ? err : tell(self, db, &link, seen, kind_of(news));
}

/* ---- key events ---- */

struct deed {
    const struct radar_rule *rule;
    int64_t time_ms, click_id, event_id; /* one of the two */
    str type;                            /* of the event */
};

static str customer_word(struct arena *arena, const struct radar_about *about)
{
    return about->name.len > 0     ? about->name
           : about->called.len > 0 ? about->called
                                   : arena_f(arena, "cus_%lld", (long long)about->customer_id);
}

static enum err tell_deed(struct radar_look *self, struct db *db, const struct deed *deed,
                          const struct radar_about *about)
{
    const struct radar_rule *rule = deed->rule;
    struct notice notice = {.kind = NOTICE_KEY_EVENT, .subject = rule->name, .time_ms = clock_now_ms()};
    struct radar_item item = {.kind = NOTICE_KEY_EVENT,
                              .time_ms = deed->time_ms,
                              .link_id = about->link_id,
                              .click_id = deed->click_id,
                              .event_id = deed->event_id,
                              .customer = about->called,
                              .customer_id = about->customer_id,
                              .rule_id = rule->id,
                              .rule = rule->name};
    char dedupe[64];
    int64_t put = 0;

    snprintf(dedupe, sizeof dedupe, "rule:%lld:%c%lld", (long long)rule->id, deed->event_id ? 'e' : 'c',
             (long long)(deed->event_id ? deed->event_id : deed->click_id));
    notice_put_text(&notice, NOTICE_FACT_LINK, about->short_url);
    notice_put_text(&notice, NOTICE_FACT_OWNER, about->owner);
    notice_put_text(&notice, NOTICE_FACT_CUSTOMER, customer_word(&self->arena, about));
    notice_put_text(&notice, NOTICE_FACT_EVENT, deed->type);
    notice_put_time(&notice, NOTICE_FACT_HAPPENED_AT, deed->time_ms);
    if (rule->condition.kind == RADAR_VISITS) {
        notice_put_number(&notice, NOTICE_FACT_COUNT, rule->condition.visits);
    }
    enum err err = radar_news_insert(db, &item);
    err = err ? err : outbox_put_owned(db, &notice, str_from_c(dedupe), about->owner_id, &put);
    self->put += put;
    return err;
}

static enum err judge_deed(struct radar_look *self, struct db *db, const struct deed *deed,
                           const struct radar_about *about)
{
    str name = about->customer_id > 0 ? (str){0} : about->called;
    struct radar_person person;

    if (!deed->rule || !deed->rule->enabled || deed->time_ms < deed->rule->since_ms ||
        (about->customer_id == 0 && name.len == 0)) {
        return OK;
    }
    enum err err = radar_person_find(db, deed->rule->id, about->customer_id, name, &person);
    bool holds = !err && radar_holds(&deed->rule->condition, &person, deed->time_ms);
    err = err ? err : radar_person_put(db, deed->rule->id, about->customer_id, name, &person);
    return err || !holds ? err : tell_deed(self, db, deed, about);
}

struct rules_now {
    struct radar_rule *rules;
    size_t count;
};

static const struct radar_rule *rule_now(const struct rules_now *now, int64_t id)
{
    for (size_t i = 0; i < now->count; i++) {
        if (now->rules[i].id == id) {
            return &now->rules[i];
        }
    }
    return NULL;
}

static enum err judge_rules(struct radar_look *self, struct db *db, const struct rules_now *now,
                            const struct radar_look_visit *seen)
{
    struct radar_about about;
    enum err err = seen->rules ? radar_about(db, &self->arena, seen->link_id, seen->customer_id, &about) : OK;

    for (size_t i = 0; !err && i < self->rules_count; i++) {
        if (seen->rules >> i & 1) {
            const struct deed deed = {
                .rule = rule_now(now, self->rules[i].id), .time_ms = seen->visit.time_ms, .click_id = seen->click_id};
            err = judge_deed(self, db, &deed, &about);
        }
    }
    return err;
}

static enum err judge_events(struct radar_look *self, struct db *db, const struct rules_now *now)
{
    struct radar_due *due = NULL;
    size_t count = 0;
    enum err err = radar_due_list(db, &self->arena, DUE_MAX, &due, &count);

    for (size_t i = 0; !err && i < count; i++) {
        const struct deed deed = {.rule = rule_now(now, due[i].rule_id),
                                  .time_ms = due[i].time_ms,
                                  .event_id = due[i].event_id,
                                  .type = due[i].type};
        struct radar_about about;
        err = radar_about(db, &self->arena, due[i].link_id, due[i].customer_id, &about);
        err = err || about.customer_id == 0 ? err : judge_deed(self, db, &deed, &about);
        err = err ? err : radar_due_done(db, &due[i]);
    }
    self->due_left = count == DUE_MAX;
    return err;
}

enum err radar_tell(struct db *db, void *arg, struct fault *fault)
{
    struct radar_look *self = arg;
    struct rules_now now = {0};
    enum err err = radar_rules_load(db, &self->arena, &now.rules, &now.count);

    (void)fault;
    for (size_t i = 0; !err && i < self->count; i++) {
        err = self->visits[i].watched ? judge_link(self, db, &self->visits[i]) : OK;
        err = err ? err : judge_rules(self, db, &now, &self->visits[i]);
    }
    err = err || !self->due ? err : judge_events(self, db, &now);
    return err ? err : meta_put_i64(db, META_RADAR_MS, self->to_ms);
}
