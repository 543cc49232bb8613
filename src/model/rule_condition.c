/* SPDX-License-Identifier: MIT */
#include "rule_condition.h"

#include <stdlib.h>

#include "linkpond/base/host.h"

static enum err refuse_value(const struct build *self, const struct rule_condition *condition, size_t at,
                             const char *code, const char *en, const char *zh)
{
    char part[48];

    snprintf(part, sizeof part, ".when[%zu].%s[%zu]", self->condition, condition->negated ? "not" : "is", at);
    return build_refuse(self, part, code, en, zh);
}

static enum err refuse_member(const struct build *self, const char *member, const char *code, const char *en,
                              const char *zh)
{
    char part[48];

    snprintf(part, sizeof part, ".when[%zu].%s", self->condition, member);
    return build_refuse(self, part, code, en, zh);
}

static enum err refuse_count(const struct build *self, const struct rule_condition *condition, const char *code,
                             const char *en, const char *zh)
{
    return refuse_member(self, condition->negated ? "not" : "is", code, en, zh);
}

/* ---- words ------------------------------------------------------------------------------------------------------- */

static int by_word(const void *a, const void *b)
{
    return word_cmp(*(const str *)a, *(const str *)b);
}

static bool is_place(enum rule_fact fact)
{
    return fact == FACT_REGION || fact == FACT_CITY;
}

static enum err words_compile(struct build *self, const struct rule_condition *condition, struct condition *out)
{
    str *items = build_alloc(self, condition->values_count * sizeof *items);
    enum err err = items ? OK : ERR_NOMEM;

    for (size_t i = 0; err == OK && i < condition->values_count; i++) {
        str word = str_trim(condition->values[i]);
        err = build_str(self, is_place(condition->fact) ? place_bare(word) : word, &items[i]);
    }
    if (err == OK) {
        qsort(items, condition->values_count, sizeof *items, by_word);
        out->words = (struct words){items, condition->values_count};
    }
    return err;
}

/* In lower case with hyphens, as struct click has them. */
static enum err languages_compile(struct build *self, const struct rule_condition *condition, struct condition *out)
{
    str *items = build_alloc(self, condition->values_count * sizeof *items);
    char memory[LIMIT_RULE_VALUE];

    for (size_t i = 0; items && i < condition->values_count; i++) {
        str word = str_trim(condition->values[i]);
        for (size_t at = 0; at < word.len; at++) {
            char c = word.ptr[at];
            memory[at] = (char)(c == '_' ? '-' : c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
        }
        if (build_str(self, (str){memory, word.len}, &items[i]) != OK) {
            return ERR_NOMEM;
        }
    }
    out->words = (struct words){items, condition->values_count};
    return items ? OK : ERR_NOMEM;
}

static enum err hosts_compile(struct build *self, const struct rule_condition *condition, struct condition *out)
{
    str *items = build_alloc(self, condition->values_count * sizeof *items);
    enum err err = items ? OK : ERR_NOMEM;
    char memory[HOST_TEXT_MAX];

    for (size_t i = 0; err == OK && i < condition->values_count; i++) {
        str host = str_trim(condition->values[i]);
        if (host.len > 0 && !host_normalize(host, memory, &host)) {
            return refuse_value(self, condition, i, "bad_host", "A host name as in www.example.com.",
                                "应为域名，例如 www.example.com。");
        }
        err = build_str(self, host, &items[i]);
    }
    out->words = (struct words){items, condition->values_count};
    return err;
}

static enum err parameter_compile(struct build *self, const struct rule_condition *condition, struct condition *out)
{
    str *items = build_alloc(self, condition->values_count * sizeof *items);
    enum err err = items ? build_str(self, condition->name, &out->name) : ERR_NOMEM;

    if (condition->name.len == 0) {
        return refuse_member(self, "name", "required", "The name of the parameter.", "请填写参数名。");
    }
    for (size_t i = 0; err == OK && i < condition->values_count; i++) {
        err = build_str(self, condition->values[i], &items[i]);
    }
    out->words = (struct words){items, condition->values_count};
    return err;
}

static int mask_bit(enum rule_fact fact, str word)
{
    if (fact == FACT_SCENE) {
        return click_scene_find(word);
    }
    return str_eq(word, STR("new")) ? 0 : str_eq(word, STR("returning")) ? 1 : -1;
}

static enum err mask_compile(const struct build *self, const struct rule_condition *condition, struct condition *out)
{
    for (size_t i = 0; i < condition->values_count; i++) {
        int bit = mask_bit(condition->fact, condition->values[i]);
        if (bit < 0) {
            return condition->fact == FACT_SCENE
                       ? refuse_value(self, condition, i, "not_allowed", "Use single, group, moments or nothing.",
                                      "只能是 single、group、moments 或空。")
                       : refuse_value(self, condition, i, "not_allowed", "Use new or returning.",
                                      "只能是 new 或 returning。");
        }
        out->mask |= 1U << bit;
    }
    return OK;
}

/* ---- addresses --------------------------------------------------------------------------------------------------- */

static struct network network_of(const struct cidr *cidr)
{
    struct network network;
    uint8_t mask[16] = {0};

    for (unsigned bit = 0; bit < cidr->bits; bit++) {
        mask[bit / 8] = (uint8_t)(mask[bit / 8] | 0x80 >> bit % 8);
    }
    memcpy(network.net, cidr->addr.bytes, sizeof network.net);
    memcpy(network.mask, mask, sizeof network.mask);
    return network;
}

static enum err networks_build(struct build *self, const struct rule_condition *condition, struct condition *out)
{
    struct network *items = build_alloc(self, condition->values_count * sizeof *items);
    struct cidr cidr;

    if (!items) {
        return ERR_NOMEM;
    }
    for (size_t i = 0; i < condition->values_count; i++) {
        if (!cidr_parse(str_trim(condition->values[i]), &cidr)) {
            return refuse_value(self, condition, i, "bad_network", "An address or a network as in 10.0.0.0/8.",
                                "应为 IP 地址或网段，例如 10.0.0.0/8。");
        }
        items[i] = network_of(&cidr);
    }
    out->networks.items = items;
    out->networks.count = condition->values_count;
    return OK;
}

/* ---- time -------------------------------------------------------------------------------------------------------- */

static enum err zone_compile(struct build *self, const struct rule_condition *condition, struct condition *out)
{
    const struct zone *zone = condition->name.len > 0 ? zone_find(condition->name) : self->set->zone;

    if (!zone) {
        return refuse_member(self, "zone", "unknown", "A time zone as in Asia/Shanghai.",
                             "应为时区，例如 Asia/Shanghai。");
    }
    return build_zone(self, zone, &out->zone);
}

static bool date_read(str text, const struct zone *zone, int64_t open, int64_t *out)
{
    int64_t day;

    if (text.len == 0) {
        *out = open;
        return true;
    }
    if (date_parse(text, &day)) {
        *out = zone_day_start(zone, day);
        return true;
    }
    return timestamp_parse(text, out);
}

static enum err dates_compile(struct build *self, const struct rule_condition *condition, struct condition *out)
{
    enum err err = zone_compile(self, condition, out);

    if (err != OK) {
        return err;
    }
    if (condition->values_count != 2) {
        return refuse_count(self, condition, "not_allowed", "Two dates: from and to.", "应为开始和结束两个日期。");
    }
    const struct zone *zone = self->zones[out->zone];
    bool from_ok = date_read(condition->values[0], zone, INT64_MIN, &out->dates.from_ms);
    if (!from_ok || !date_read(condition->values[1], zone, INT64_MAX, &out->dates.until_ms)) {
        return refuse_value(self, condition, from_ok, "not_a_time", "A date or a time as in 2026-11-22T10:04:51+08:00.",
                            "应为日期或时间，例如 2026-11-22T10:04:51+08:00。");
    }
    return OK;
}

static enum err holiday_compile(struct build *self, const struct rule_condition *condition, struct schedule *schedule)
{
    struct rule_slot slots[LIMIT_RULE_VALUES];
    str rest = condition->holiday, text, copy;
    size_t count = 0;

    if (str_eq(rest, STR("weekday"))) {
        schedule->mode = HOLIDAYS_IGNORED;
        return OK;
    }
    self->asks_holidays = true;
    while (str_next(&rest, ';', &text)) {
        if (count == LIMIT_RULE_VALUES || rule_slot_parse(str_trim(text), &slots[count], NULL) != OK) {
            return refuse_member(self, "holiday", "bad_slot", "Empty, weekday, or slots as in 10:00-16:00.",
                                 "可为空、weekday 或时段，例如 10:00-16:00。");
        }
        count++;
    }
    enum err err = build_str(self, (str){(const char *)slots, count * sizeof *slots}, &copy);
    schedule->mode = count > 0 ? HOLIDAYS_SLOTS : HOLIDAYS_CLOSED;
    schedule->off = (struct slots){(const void *)copy.ptr, count};
    return err;
}

static enum err schedule_compile(struct build *self, const struct rule_condition *condition, struct condition *out)
{
    struct rule_slot *slots = build_alloc(self, condition->values_count * sizeof *slots);
    enum err err = slots ? zone_compile(self, condition, out) : ERR_NOMEM;

    for (size_t i = 0; err == OK && i < condition->values_count; i++) {
        if (rule_slot_parse(str_trim(condition->values[i]), &slots[i], NULL) != OK) {
            return refuse_value(self, condition, i, "bad_slot", "Days and hours as in 1-5 09:00-18:00.",
                                "应为星期和时段，例如 1-5 09:00-18:00。");
        }
    }
    out->schedule.usual = (struct slots){slots, condition->values_count};
    return err == OK ? holiday_compile(self, condition, &out->schedule) : err;
}

/* ------------------------------------------------------------------------------------------------------------------ */

static enum err values_check(const struct build *self, const struct rule_condition *condition)
{
    if (condition->values_count > LIMIT_RULE_VALUES) {
        return refuse_count(self, condition, "too_many", "At most 64 values.", "最多 64 个值。");
    }
    if (condition->values_count == 0 && condition->fact != FACT_QUERY) {
        return refuse_count(self, condition, "too_few", "At least one value.", "至少填写一个值。");
    }
    for (size_t i = 0; i < condition->values_count; i++) {
        if (condition->values[i].len > LIMIT_RULE_VALUE) {
            return refuse_value(self, condition, i, "too_long", "At most 255 bytes.", "最多 255 字节。");
        }
    }
    return OK;
}

enum err condition_compile(struct build *self, const struct rule_condition *condition, struct condition *out)
{
    *out = (struct condition){.fact = condition->fact, .negated = condition->negated};
    if ((unsigned)condition->fact >= FACT_COUNT) {
        return refuse_member(self, "fact", "not_allowed", "There is no such fact.", "没有这种条件。");
    }
    enum err err = values_check(self, condition);
    if (err != OK) {
        return err;
    }
    switch (rule_fact_compare(condition->fact)) {
    case RULE_LANGUAGE:
        return languages_compile(self, condition, out);
    case RULE_NETWORK:
        return networks_build(self, condition, out);
    case RULE_PARAMETER:
        return parameter_compile(self, condition, out);
    case RULE_DATES:
        return dates_compile(self, condition, out);
    case RULE_SLOTS:
        return schedule_compile(self, condition, out);
    case RULE_HOST:
        return hosts_compile(self, condition, out);
    case RULE_WORD:
        break;
    }
    return condition->fact == FACT_SCENE || condition->fact == FACT_VISITOR ? mask_compile(self, condition, out)
                                                                            : words_compile(self, condition, out);
}
