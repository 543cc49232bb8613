/* SPDX-License-Identifier: MIT */
#include "linkpond/model/rule_json.h"

#include "linkpond/base/limits.h"

/*
 * Both levels are decoded by tables, whose faults name a member; where that member is, is put in front of it here.
 */
struct rule_draft {
    str id, name, choose;
    bool enabled, sticky;
    const struct json *when;
    struct str_list targets;
};
struct condition_draft {
    str fact, name, zone, holiday;
    struct str_list is, is_not;
};

#define ID_BYTES                     24
#define KEYWORD_BYTES                16
#define ZONE_BYTES                   63
#define HOLIDAY_BYTES                255
#define AT(type, field_name, member) .name = field_name, .offset = offsetof(struct type, member)

static const struct json_field RULE_FIELDS[] = {
    {AT(rule_draft, "id", id), .kind = JSON_KIND_STR, .limit_high = ID_BYTES},
    {AT(rule_draft, "name", name), .kind = JSON_KIND_STR, .limit_high = LIMIT_NAME},
    {AT(rule_draft, "choose", choose), .kind = JSON_KIND_STR, .limit_high = KEYWORD_BYTES},
    {AT(rule_draft, "enabled", enabled), .kind = JSON_KIND_BOOL},
    {AT(rule_draft, "when", when), .kind = JSON_KIND_JSON},
    {AT(rule_draft, "sticky", sticky), .kind = JSON_KIND_BOOL},
    {AT(rule_draft, "targets", targets), .kind = JSON_KIND_STRLIST, .limit_high = LIMIT_TARGETS,
     .limit_item = ID_BYTES},
};
enum { CONDITION_IS = 1, CONDITION_NOT, CONDITION_NAME, CONDITION_ZONE, CONDITION_HOLIDAY };
static const struct json_field CONDITION_FIELDS[] = {
    {AT(condition_draft, "fact", fact), .kind = JSON_KIND_STR, .flags = JSON_REQUIRED, .limit_high = KEYWORD_BYTES},
    [CONDITION_IS] = {AT(condition_draft, "is", is), .kind = JSON_KIND_STRLIST, .limit_high = LIMIT_RULE_VALUES,
                      .limit_item = LIMIT_RULE_VALUE},
    [CONDITION_NOT] = {AT(condition_draft, "not", is_not), .kind = JSON_KIND_STRLIST, .limit_high = LIMIT_RULE_VALUES,
                       .limit_item = LIMIT_RULE_VALUE},
    [CONDITION_NAME] = {AT(condition_draft, "name", name), .kind = JSON_KIND_STR, .limit_high = LIMIT_RULE_VALUE},
    [CONDITION_ZONE] = {AT(condition_draft, "zone", zone), .kind = JSON_KIND_STR, .limit_high = ZONE_BYTES},
    [CONDITION_HOLIDAY] = {AT(condition_draft, "holiday", holiday), .kind = JSON_KIND_STR, .limit_high = HOLIDAY_BYTES},
};

/* Where a reader is: "rules[2]" or "rules[2].when[0]". */
#define PATH_BYTES 128 /* a fault cuts it */
struct path {
    char text[40];
};

static enum err refuse(struct fault *fault, const struct path *path, const char *member, const char *code,
                       const char *en, const char *zh)
{
    char field[PATH_BYTES];

    snprintf(field, sizeof field, "%s%s", path->text, member);
    return fault_set(fault, ERR_INVALID, field, code, en, zh);
}

/* json_decode() with the path in front of the member that its fault names. */
static enum err decode(struct arena *arena, const struct json *object, const struct json_field *fields, size_t count,
                       void *out, struct json_presence *presence, const struct path *path, struct fault *fault)
{
    struct fault inner = {0};

    if (object->type != JSON_OBJECT) {
        return refuse(fault, path, "", "wrong_type", "This must be an object.", "应为对象。");
    }
    enum err err = json_decode(arena, object, fields, count, out, presence, &inner);
    if (err == OK || !fault) {
        return err;
    }
    char field[PATH_BYTES];
    snprintf(field, sizeof field, "%s.%s", path->text, inner.field);
    return fault_set(fault, err, field, inner.code, inner.message, inner.message_zh);
}

/* ---- reading conditions ------------------------------------------------------------------------------------------ */

/* Members that the fact has no use for say that somebody meant something else. */
static enum err check_members(int fact, uint64_t present, const struct path *path, struct fault *fault)
{
    bool timed = fact == FACT_DATE || fact == FACT_SCHEDULE;

    if ((present >> CONDITION_NAME & 1) && fact != FACT_QUERY) {
        return refuse(fault, path, ".name", "not_allowed", "Only a query parameter has a name.",
                      "只有网址参数有名称。");
    }
    if ((present >> CONDITION_ZONE & 1) && !timed) {
        return refuse(fault, path, ".zone", "not_allowed", "Only dates and schedules have a zone.",
                      "只有日期和时段有时区。");
    }
    if ((present >> CONDITION_HOLIDAY & 1) && fact != FACT_SCHEDULE) {
        return refuse(fault, path, ".holiday", "not_allowed", "Only schedules know holidays.", "只有时段区分节假日。");
    }
    return OK;
}

static enum err check_sides(uint64_t present, const struct path *path, struct fault *fault)
{
    bool is = present >> CONDITION_IS & 1, is_not = present >> CONDITION_NOT & 1;

    if (is && is_not) {
        return refuse(fault, path, ".not", "conflicting", "Either is or not.", "is 与 not 只能选一个。");
    }
    if (!is && !is_not) {
        return refuse(fault, path, ".is", "required", "Either is or not.", "请填写 is 或 not。");
    }
    return OK;
}

static enum err read_condition(struct arena *arena, const struct json *object, const struct path *path,
                               struct rule_condition *out, struct fault *fault)
{
    struct condition_draft draft = {0};
    struct json_presence presence = {0};
    enum err err = decode(arena, object, CONDITION_FIELDS, ARRAY_LEN(CONDITION_FIELDS), &draft, &presence, path, fault);

    if (err != OK) {
        return err;
    }
    int fact = rule_fact_find(draft.fact);
    if (fact < 0) {
        return refuse(fault, path, ".fact", "not_allowed", "There is no such fact.", "没有这种条件。");
    }
    err = check_members(fact, presence.present, path, fault);
    err = err == OK ? check_sides(presence.present, path, fault) : err;
    if (err != OK) {
        return err;
    }
    bool negated = presence.present >> CONDITION_NOT & 1;
    const struct str_list *values = negated ? &draft.is_not : &draft.is;
    if (values->count == 0 && fact != FACT_QUERY) {
        return refuse(fault, path, negated ? ".not" : ".is", "too_few", "At least one value.", "至少填写一个值。");
    }
    if (fact == FACT_QUERY && draft.name.len == 0) {
        return refuse(fault, path, ".name", "required", "The name of the parameter.", "请填写参数名。");
    }
    *out = (struct rule_condition){
        .fact = (enum rule_fact)fact,
        .negated = negated,
        .name = fact == FACT_QUERY ? draft.name : draft.zone,
        .values = values->items,
        .values_count = values->count,
        .holiday = draft.holiday,
    };
    return OK;
}

static enum err read_conditions(struct arena *arena, const struct json *list, const struct path *rule, struct rule *out,
                                struct fault *fault)
{
    if (!list) {
        return OK;
    }
    if (list->type != JSON_ARRAY) {
        return refuse(fault, rule, ".when", "wrong_type", "This must be a list.", "应为列表。");
    }
    if (list->count > LIMIT_RULE_CONDITIONS) {
        return refuse(fault, rule, ".when", "too_many", "At most 16 conditions.", "最多 16 个条件。");
    }
    struct rule_condition *conditions = ARENA_ARRAY(arena, struct rule_condition, list->count);
    enum err err = conditions ? OK : ERR_NOMEM;
    size_t i = 0;
    for (const struct json *item = list->child; err == OK && item; item = item->next, i++) {
        struct path path;
        snprintf(path.text, sizeof path.text, "%.20s.when[%u]", rule->text, (unsigned)i);
        err = read_condition(arena, item, &path, &conditions[i], fault);
    }
    out->conditions = conditions;
    out->conditions_count = i;
    return err;
}

/* ---- reading rules ----------------------------------------------------------------------------------------------- */

/* "rul_4". */
static bool id_read(str text, str prefix, int64_t *out)
{
    uint64_t number;

    if (!str_starts(text, prefix) || !str_to_u64(str_from(text, prefix.len), &number) || number == 0 ||
        number > INT64_MAX) {
        return false;
    }
    *out = (int64_t)number;
    return true;
}

/* "tgt_7", or "#1": the first of those that are made along with the rules. */
static bool target_read(str text, int64_t *out)
{
    bool by_place = str_starts(text, STR("#"));

    if (!id_read(text, by_place ? STR("#") : STR("tgt_"), out) || (by_place && *out > LIMIT_TARGETS)) {
        return false;
    }
    *out = by_place ? -*out : *out;
    return true;
}

static enum err read_targets(struct arena *arena, const struct str_list *list, const struct path *path,
                             struct rule *out, struct fault *fault)
{
    int64_t *ids = ARENA_ARRAY(arena, int64_t, list->count);

    for (size_t i = 0; ids && i < list->count; i++) {
        if (!target_read(list->items[i], &ids[i])) {
            char member[32];
            snprintf(member, sizeof member, ".targets[%zu]", i);
            return refuse(fault, path, member, "unknown", "The id of a target as in tgt_7.",
                          "应为子码的 id，例如 tgt_7。");
        }
    }
    out->targets = ids;
    out->targets_count = list->count;
    return ids ? OK : ERR_NOMEM;
}

static enum err read_rule(struct arena *arena, const struct json *object, const struct path *path, struct rule *out,
                          struct fault *fault)
{
    struct rule_draft draft = {.enabled = true, .choose = STR("first")};
    enum err err = decode(arena, object, RULE_FIELDS, ARRAY_LEN(RULE_FIELDS), &draft, NULL, path, fault);

    if (err != OK) {
        return err;
    }
    int choice = rule_choice_find(draft.choose);
    if (choice < 0) {
        return refuse(fault, path, ".choose", "not_allowed", "There is no such way to choose.", "没有这种分配方式。");
    }
    *out = (struct rule){
        .name = draft.name, .enabled = draft.enabled, .sticky = draft.sticky, .choice = (enum rule_choice)choice};
    if (draft.id.len > 0 && !id_read(draft.id, STR("rul_"), &out->id)) {
        return refuse(fault, path, ".id", "unknown", "The id of a rule as in rul_4.", "应为规则的 id，例如 rul_4。");
    }
    err = read_targets(arena, &draft.targets, path, out, fault);
    return err == OK ? read_conditions(arena, draft.when, path, out, fault) : err;
}

static bool has_id(const struct rule *rules, size_t count, int64_t id)
{
    for (size_t i = 0; id != 0 && i < count; i++) {
        if (rules[i].id == id) {
            return true;
        }
    }
    return false;
}

enum err rule_json_read(struct arena *arena, const struct json *list, struct rule **rules, size_t *count,
                        struct fault *fault)
{
    if (list->type != JSON_ARRAY) {
        return fault_set(fault, ERR_INVALID, "rules", "wrong_type", "This must be a list.", "应为列表。");
    }
    if (list->count > LIMIT_RULES) {
        return fault_set(fault, ERR_INVALID, "rules", "too_many", "At most 32 rules.", "最多 32 条规则。");
    }
    struct rule *made = ARENA_ARRAY(arena, struct rule, list->count);
    enum err err = made ? OK : ERR_NOMEM;
    size_t i = 0;
    for (const struct json *item = list->child; err == OK && item; item = item->next, i++) {
        struct path path;
        snprintf(path.text, sizeof path.text, "rules[%u]", (unsigned)i);
        err = read_rule(arena, item, &path, &made[i], fault);
        if (err == OK && has_id(made, i, made[i].id)) {
            err = refuse(fault, &path, ".id", "exists", "Another rule has this id.", "规则 id 重复。");
        }
    }
    if (err == OK) {
        *rules = made;
        *count = list->count;
    }
    return err;
}

/* ---- writing ----------------------------------------------------------------------------------------------------- */

static void write_condition(struct json_writer *json, const struct rule_condition *condition)
{
    bool timed = condition->fact == FACT_DATE || condition->fact == FACT_SCHEDULE;

    json_object(json);
    json_put_str(json, "fact", rule_fact_name(condition->fact));
    if (condition->name.len > 0) {
        json_put_str(json, timed ? "zone" : "name", condition->name);
    }
    json_name(json, condition->negated ? "not" : "is");
    json_array(json);
    for (size_t i = 0; i < condition->values_count; i++) {
        json_str(json, condition->values[i]);
    }
    json_array_end(json);
    if (condition->fact == FACT_SCHEDULE) {
        json_put_str(json, "holiday", condition->holiday);
    }
    json_object_end(json);
}

static void write_id(struct json_writer *json, const char *prefix, int64_t id)
{
    char text[ID_BYTES + 1];

    snprintf(text, sizeof text, "%s%lld", prefix, (long long)id);
    json_c(json, text);
}

static void write_rule(struct json_writer *json, const struct rule *rule)
{
    json_object(json);
    if (rule->id != 0) {
        json_name(json, "id");
        write_id(json, "rul_", rule->id);
    }
    json_put_str(json, "name", rule->name);
    json_put_bool(json, "enabled", rule->enabled);
    json_name(json, "when");
    json_array(json);
    for (size_t i = 0; i < rule->conditions_count; i++) {
        write_condition(json, &rule->conditions[i]);
    }
    json_array_end(json);
    json_put_str(json, "choose", rule_choice_name(rule->choice));
    json_put_bool(json, "sticky", rule->sticky);
    json_name(json, "targets");
    json_array(json);
    for (size_t i = 0; i < rule->targets_count; i++) {
        write_id(json, "tgt_", rule->targets[i]);
    }
    json_array_end(json);
    json_object_end(json);
}

void rule_json_write(struct json_writer *json, const struct rule *rules, size_t count)
{
    json_array(json);
    for (size_t i = 0; i < count; i++) {
        write_rule(json, &rules[i]);
    }
    json_array_end(json);
}
