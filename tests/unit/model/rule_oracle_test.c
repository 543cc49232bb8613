/* SPDX-License-Identifier: MIT */
#include "rule_world.h"

#include "linkpond/base/percent.h"

/*
 * Goal: whatever rules and visits there are, the decision is the one that reading the rules aloud gives. The oracle
 * below does just that, on the rules as people write them: texts are compared letter by letter, times are printed and
 * read again, addresses are compared bit by bit. It shares nothing with the compiled rules but what a zone's clock
 * shows.
 */

static struct world world;
static uint64_t seed;

static size_t below(size_t bound)
{
    uint64_t z = seed += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return (size_t)((z ^ z >> 31) % bound);
}

/* ---- the oracle -------------------------------------------------------------------------------------------------- */

static const char *text_of(str s)
{
    return arena_str(&world.arena, s).ptr;
}

static bool oracle_word(str value, str word)
{
    return strcasecmp(text_of(value), text_of(word)) == 0;
}

/* Equal, or longer by a part that begins with the mark. */
static bool oracle_tail(str value, str word, char mark)
{
    str longer = arena_f(&world.arena, STR_FMT "%c", STR_ARG(word), mark);

    return str_eq(value, word) || (word.len > 0 && str_starts(value, longer));
}

static bool oracle_host(str value, str word)
{
    str longer = arena_f(&world.arena, "." STR_FMT, STR_ARG(word));

    return str_eq(value, word) || (word.len > 0 && str_ends(value, longer));
}

static bool oracle_network(const struct addr *ip, str text)
{
    struct cidr cidr;

    assert_true(cidr_parse(text, &cidr));
    for (unsigned bit = 0; ip && bit < cidr.bits; bit++) {
        unsigned shift = 7 - bit % 8;
        if ((ip->bytes[bit / 8] >> shift & 1) != (cidr.addr.bytes[bit / 8] >> shift & 1)) {
            return false;
        }
    }
    return ip != NULL;
}

static bool oracle_parameter(const struct rule_condition *condition, str query)
{
    struct query_param param;

    while (query_next(&query, &param)) {
        str name = percent_form_text(&world.arena, param.name);
        str value = percent_form_text(&world.arena, param.has_value ? param.value : STR(""));
        if (!str_eq(name, condition->name)) {
            continue;
        }
        for (size_t i = 0; i < condition->values_count; i++) {
            if (str_eq(value, condition->values[i])) {
                return true;
            }
        }
        if (condition->values_count == 0) {
            return true;
        }
    }
    return false;
}

static const struct zone *oracle_zone(const struct rule_condition *condition)
{
    return condition->name.len > 0 ? zone_find(condition->name) : world.set.zone;
}

/* As the zone's clock shows it: "2026-11-23 23:10". Texts of this form are in the order of time. */
static const char *shown_by_clock(const struct zone *zone, int64_t ms)
{
    time_t local = (time_t)((ms + zone_offset_s(zone, ms) * MS_PER_SECOND) / MS_PER_SECOND);
    struct tm tm;
    char *text = arena_alloc(&world.arena, 32);

    gmtime_r(&local, &tm);
    strftime(text, 32, "%Y-%m-%d %H:%M", &tm);
    return text;
}

/* Only plain dates are made here. */
static bool oracle_dates(const struct rule_condition *condition, int64_t now_ms)
{
    const char *now = shown_by_clock(oracle_zone(condition), now_ms);

    return strncmp(now, text_of(condition->values[0]), 10) >= 0 &&
           (condition->values[1].len == 0 || strncmp(now, text_of(condition->values[1]), 10) < 0);
}

static int oracle_holiday(int64_t day) /* 'o', 'w' or 0 */
{
    for (size_t i = 0; i < world.set.holidays_count; i++) {
        if (world.set.holidays[i].civil_day == day) {
            return world.set.holidays[i].kind == HOLIDAY_OFF ? 'o' : 'w';
        }
    }
    return 0;
}

/* Slots are made as "15 22:00-06:00", days as digits without ranges; does one of that day hold `minute` minutes after
 * the day began? */
static bool oracle_slot(const char *text, int64_t day, int weekday, int minute)
{
    int from_h, from_m, to_h, to_m, read = 0;
    char days[16] = "1234567";
    const char *space = strchr(text, ' ');

    (void)day;
    if (space) {
        snprintf(days, sizeof days, "%.*s", (int)(space - text), text);
        text = space + 1;
    }
    assert_int_equal(sscanf(text, "%d:%d-%d:%d%n", &from_h, &from_m, &to_h, &to_m, &read), 4); // NOLINT
    int from = from_h * 60 + from_m, to = to_h * 60 + to_m;
    to += to <= from ? 1440 : 0;
    return strchr(days, '1' + weekday) && minute >= from && minute < to;
}

static bool oracle_day(const struct rule_condition *condition, int64_t day, int minute)
{
    int holiday = str_eq(condition->holiday, STR("weekday")) ? 0 : oracle_holiday(day);
    int weekday = holiday == 'w' ? 0 : (int)((day + 3) % 7);

    if (holiday == 'o') {
        return condition->holiday.len > 0 && oracle_slot(text_of(condition->holiday), day, weekday, minute);
    }
    for (size_t i = 0; i < condition->values_count; i++) {
        if (oracle_slot(text_of(condition->values[i]), day, weekday, minute)) {
            return true;
        }
    }
    return false;
}

static bool oracle_schedule(const struct rule_condition *condition, int64_t now_ms)
{
    const char *now = shown_by_clock(oracle_zone(condition), now_ms);
    int64_t day;
    int hour, minute;

    assert_true(date_parse((str){now, 10}, &day));
    assert_int_equal(sscanf(now + 11, "%d:%d", &hour, &minute), 2); // NOLINT
    minute += 60 * hour;
    return oracle_day(condition, day, minute) || oracle_day(condition, day - 1, minute + 1440);
}

static bool oracle_value(const struct rule_condition *condition, const struct rule_visit *visit, str word)
{
    switch (condition->fact) {
    case FACT_APP:
        return oracle_word(visit->app, word);
    case FACT_OS:
        return oracle_word(visit->os, word);
    case FACT_COUNTRY:
        return oracle_word(visit->country, word);
    case FACT_CHANNEL:
        return oracle_word(visit->channel, word);
    case FACT_LANGUAGE:
        return oracle_tail(visit->language, word, '-');
    case FACT_REFERRER:
        return oracle_host(visit->referrer_host, word);
    case FACT_IP:
        return oracle_network(visit->ip, word);
    case FACT_SCENE:
        return str_eq(click_scene_name(visit->scene), word);
    case FACT_VISITOR:
        return str_eq(visit->returning ? STR("returning") : STR("new"), word);
    default:
        fail();
        return false;
    }
}

static bool oracle_found(const struct rule_condition *condition, const struct rule_visit *visit)
{
    if (condition->fact == FACT_QUERY) {
        return oracle_parameter(condition, visit->query);
    }
    if (condition->fact == FACT_DATE) {
        return oracle_dates(condition, visit->now_ms);
    }
    if (condition->fact == FACT_SCHEDULE) {
        return oracle_schedule(condition, visit->now_ms);
    }
    for (size_t i = 0; i < condition->values_count; i++) {
        if (oracle_value(condition, visit, condition->values[i])) {
            return true;
        }
    }
    return false;
}

static bool oracle_holds(const struct rule *rule, const struct rule_visit *visit)
{
    for (size_t i = 0; i < rule->conditions_count; i++) {
        if (oracle_found(&rule->conditions[i], visit) == rule->conditions[i].negated) {
            return false;
        }
    }
    return rule->enabled;
}

/* Which of the rule's targets could be given: enabled, in their time, with a place left. In the rule's order. */
static size_t oracle_open(const struct rule *rule, int64_t now_ms, size_t open[LIMIT_TARGETS])
{
    size_t count = 0, named = rule->targets_count > 0 ? rule->targets_count : world.set.targets_count;

    for (size_t i = 0; i < named; i++) {
        size_t at = rule->targets_count > 0 ? (size_t)rule->targets[i] - 1 : i;
        const struct rule_target *target = &world.targets[at];
        bool begun = target->valid_from_ms == INT64_MIN || target->valid_from_ms <= now_ms;
        bool ended = target->valid_until_ms != INT64_MIN && target->valid_until_ms <= now_ms;
        if (target->enabled && begun && !ended && world.places[at] != 0) {
            open[count++] = at;
        }
    }
    return count;
}

static bool oracle_may_choose(const struct rule *rule, const size_t *open, size_t count, size_t target)
{
    size_t least = 0;

    switch (rule->choice) {
    case CHOOSE_FIRST:
    case CHOOSE_SEQUENTIAL:
        return target == open[0];
    case CHOOSE_ROUND_ROBIN:
        return target == open[world.turns[rule - world.set.rules] % count];
    case CHOOSE_LEAST_SHOWN:
        for (size_t i = 1; i < count; i++) {
            least = world.shown[open[i]] < world.shown[open[least]] ? i : least;
        }
        return target == open[least];
    default: /* shares are proved elsewhere */
        for (size_t i = 0; i < count; i++) {
            least += open[i] == target;
        }
        return least == 1;
    }
}

static bool is_among(const size_t *open, size_t count, size_t target)
{
    for (size_t i = 0; i < count; i++) {
        if (open[i] == target) {
            return true;
        }
    }
    return false;
}

/* Is `verdict`, which was given in the state the world is in, the right one? */
static bool oracle_agrees(const struct rule_visit *visit, const struct rule_verdict *verdict)
{
    size_t first_held = SIZE_MAX;

    for (size_t i = 0; i < world.set.rules_count; i++) {
        const struct rule *rule = &world.set.rules[i];
        size_t open[LIMIT_TARGETS];
        size_t count = oracle_open(rule, visit->now_ms, open);
        if (!oracle_holds(rule, visit)) {
            continue;
        }
        first_held = first_held == SIZE_MAX ? i : first_held;
        if (count == 0) {
            continue;
        }
        bool stuck = rule->sticky && is_among(open, count, world.sticky_index);
        return verdict->end == RULE_CHOSE && verdict->rule == i && verdict->stuck == stuck &&
               (stuck ? verdict->target == world.sticky_index : oracle_may_choose(rule, open, count, verdict->target));
    }
    return first_held == SIZE_MAX ? verdict->end == RULE_NONE_HELD
                                  : verdict->end == RULE_RAN_DRY && verdict->rule == first_held;
}

/* ---- what is asked ----------------------------------------------------------------------------------------------- */

#define PICK(list) (list)[below(ARRAY_LEN(list))]

static const str APPS[] = {STR_INIT(""), STR_INIT("wechat"), STR_INIT("qq"), STR_INIT("wecom")};
static const str SYSTEMS[] = {STR_INIT("ios"), STR_INIT("android"), STR_INIT("")};
static const str LANGUAGES[] = {STR_INIT("zh"), STR_INIT("zh-cn"), STR_INIT("en"), STR_INIT("")};
static const str COUNTRIES[] = {STR_INIT("CN"), STR_INIT("DE"), STR_INIT("")};
static const str CHANNELS[] = {STR_INIT("east"), STR_INIT("west"), STR_INIT("")};
static const str HOSTS[] = {STR_INIT("example.com"), STR_INIT("a.example.com"), STR_INIT("ple.com"), STR_INIT("")};
static const str NETWORKS[] = {STR_INIT("10.0.0.0/8"), STR_INIT("10.1.2.3"), STR_INIT("10.1.2.0/30"),
                               STR_INIT("2001:db8::/33"), STR_INIT("::/0")};
static const str ADDRESSES[] = {STR_INIT("10.1.2.3"), STR_INIT("10.1.2.4"), STR_INIT("11.0.0.1"),
                                STR_INIT("2001:db8:4000::1"), STR_INIT("2001:db8:8000::1")};
static const str SCENES[] = {STR_INIT(""), STR_INIT("single"), STR_INIT("group"), STR_INIT("moments")};
static const str VISITORS[] = {STR_INIT("new"), STR_INIT("returning")};
static const str QUERIES[] = {STR_INIT(""),      STR_INIT("a"),           STR_INIT("a=1"),   STR_INIT("a=1&a=2"),
                              STR_INIT("b=%31"), STR_INIT("x=1&%61=%32"), STR_INIT("a=+&b"), STR_INIT("&&a==")};
static const str NAMES[] = {STR_INIT("a"), STR_INIT("b")};
static const str VALUES[] = {STR_INIT(""), STR_INIT("1"), STR_INIT("2"), STR_INIT(" "), STR_INIT("=")};
static const str ZONES[] = {STR_INIT(""), STR_INIT("Europe/Berlin"), STR_INIT("Australia/Lord_Howe"), STR_INIT("UTC")};
static const str DATES[] = {STR_INIT(""), STR_INIT("2026-03-28"), STR_INIT("2026-03-29"), STR_INIT("2026-10-25"),
                            STR_INIT("2026-10-26")};
static const str HOLIDAYS[] = {STR_INIT(""), STR_INIT("weekday"), STR_INIT("20:00-04:00"),
                               STR_INIT("2,4,6 02:00-03:00")};
static const str HOURS[] = {STR_INIT("09:00-18:00"), STR_INIT("22:00-06:00"), STR_INIT("00:00-24:00"),
                            STR_INIT("02:30-02:30"), STR_INIT("23:59-00:01"), STR_INIT("02:00-03:00")};

static const str *vocabulary(enum rule_fact fact, size_t *count)
{
    static const struct {
        enum rule_fact fact;
        const str *words;
        size_t count;
    } LISTS[] = {
#define LIST(fact, list) {fact, list, ARRAY_LEN(list)}
        LIST(FACT_APP, APPS),          LIST(FACT_OS, SYSTEMS),       LIST(FACT_LANGUAGE, LANGUAGES),
        LIST(FACT_COUNTRY, COUNTRIES), LIST(FACT_CHANNEL, CHANNELS), LIST(FACT_REFERRER, HOSTS),
        LIST(FACT_IP, NETWORKS),       LIST(FACT_SCENE, SCENES),     LIST(FACT_VISITOR, VISITORS),
        LIST(FACT_QUERY, VALUES),
    };
    for (size_t i = 0; i < ARRAY_LEN(LISTS); i++) {
        if (LISTS[i].fact == fact) {
            *count = LISTS[i].count;
            return LISTS[i].words;
        }
    }
    fail();
    return NULL;
}

static const str *some_words(enum rule_fact fact, size_t count)
{
    size_t size = 0;
    const str *words = vocabulary(fact, &size);
    str *out = ARENA_ARRAY(&world.arena, str, count);

    for (size_t i = 0; i < count; i++) {
        out[i] = words[below(size)];
    }
    return out;
}

static const str *some_slots(size_t count)
{
    str *out = ARENA_ARRAY(&world.arena, str, count);

    for (size_t i = 0; i < count; i++) {
        unsigned mask = 1 + (unsigned)below(127);
        char days[16] = "";
        size_t len = 0;
        for (unsigned day = 0; day < 7; day++) {
            if (mask >> day & 1) {
                len += (size_t)snprintf(days + len, sizeof days - len, "%s%u", len > 0 ? "," : "", day + 1);
            }
        }
        out[i] = arena_f(&world.arena, "%s " STR_FMT, days, STR_ARG(PICK(HOURS)));
    }
    return out;
}

static struct rule_condition some_condition(void)
{
    static const enum rule_fact FACTS[] = {FACT_APP,  FACT_OS,       FACT_LANGUAGE, FACT_COUNTRY, FACT_CHANNEL,
                                           FACT_IP,   FACT_SCENE,    FACT_VISITOR,  FACT_QUERY,   FACT_REFERRER,
                                           FACT_DATE, FACT_SCHEDULE, FACT_SCHEDULE};
    struct rule_condition condition = {.fact = PICK(FACTS), .negated = below(3) == 0, .values_count = 1 + below(3)};

    if (condition.fact == FACT_DATE) {
        str *range = ARENA_ARRAY(&world.arena, str, 2);
        range[0] = PICK(DATES);
        range[1] = PICK(DATES);
        condition.values = range;
        condition.values_count = 2;
        condition.name = PICK(ZONES);
        return condition;
    }
    if (condition.fact == FACT_SCHEDULE) {
        condition.values = some_slots(condition.values_count);
        condition.name = PICK(ZONES);
        condition.holiday = PICK(HOLIDAYS);
        return condition;
    }
    if (condition.fact == FACT_QUERY) {
        condition.name = PICK(NAMES);
        condition.values_count = below(3);
    }
    condition.values = some_words(condition.fact, condition.values_count);
    return condition;
}

static struct rule some_rule(size_t targets)
{
    struct rule rule = {.enabled = below(8) > 0,
                        .sticky = below(3) == 0,
                        .choice = (enum rule_choice)below(CHOICE_COUNT),
                        .conditions_count = below(4),
                        .targets_count = below(targets + 1)};
    struct rule_condition *conditions = ARENA_ARRAY(&world.arena, struct rule_condition, rule.conditions_count);
    int64_t *ids = ARENA_ARRAY(&world.arena, int64_t, targets);

    for (size_t i = 0; i < rule.conditions_count; i++) {
        conditions[i] = some_condition();
    }
    for (size_t i = 0; i < targets; i++) { /* shuffled */
        size_t at = below(i + 1);
        ids[i] = ids[at];
        ids[at] = (int64_t)i + 1;
    }
    rule.conditions = conditions;
    rule.targets = ids;
    return rule;
}

#define RULES_MAX   5
#define TARGETS_MAX 6

static void some_world(void)
{
    static struct rule rules[RULES_MAX];
    size_t targets = 1 + below(TARGETS_MAX);

    world_done(&world);
    world_init(&world, targets);
    for (size_t i = 0; i < targets; i++) {
        world.targets[i].weight = 1 + (int)below(5);
        world.targets[i].enabled = below(8) > 0;
    }
    world.set.rules_count = below(RULES_MAX + 1);
    for (size_t i = 0; i < world.set.rules_count; i++) {
        rules[i] = some_rule(targets);
    }
    world.set.rules = rules;
}

static void some_holidays(void)
{
    static struct rule_holiday holidays[60];
    static const char *const BEGINNINGS[] = {"2026-03-25", "2026-10-20"};
    int64_t day;

    assert_true(date_parse(str_from_c(PICK(BEGINNINGS)), &day));
    for (size_t i = 0; i < 10; i++) {
        day += 1 + (int64_t)below(2);
        holidays[i] = (struct rule_holiday){(int32_t)day, below(2) ? HOLIDAY_OFF : HOLIDAY_WORK};
    }
    world.set.holidays = holidays;
    world.set.holidays_count = below(11);
}

static struct rule_visit some_visit(struct addr *ip)
{
    static const char *const DAYS[] = {"2026-03-27", "2026-10-23"}; /* before the clocks change */
    int64_t day;

    assert_true(date_parse(str_from_c(PICK(DAYS)), &day));
    assert_true(addr_parse(PICK(ADDRESSES), ip));
    return (struct rule_visit){.now_ms = day * MS_PER_DAY + (int64_t)below(5 * 24 * 60) * MS_PER_MINUTE,
                               .app = PICK(APPS),
                               .os = PICK(SYSTEMS),
                               .language = PICK(LANGUAGES),
                               .country = PICK(COUNTRIES),
                               .channel = PICK(CHANNELS),
                               .referrer_host = PICK(HOSTS),
                               .ip = below(5) ? ip : NULL,
                               .scene = (enum click_scene)below(SCENE_COUNT),
                               .query = PICK(QUERIES),
                               .returning = below(2)};
}

static void some_state(int64_t now_ms)
{
    for (size_t i = 0; i < world.set.targets_count; i++) {
        world.places[i] = (int64_t)below(4) - 1;
        world.shown[i] = (int64_t)below(3);
        world.targets[i].valid_from_ms = below(4) ? INT64_MIN : now_ms - 1 + (int64_t)below(3);
        world.targets[i].valid_until_ms = below(4) ? INT64_MIN : now_ms - 1 + (int64_t)below(3);
    }
    for (size_t i = 0; i < RULES_MAX; i++) {
        world.turns[i] = below(1000);
    }
    world.random = below(SIZE_MAX);
    world.sticky_index = below(3) ? SIZE_MAX : below(world.set.targets_count + 1);
}

/* The oracle looks at the state before the decision changed it. */
static void assert_agreed(const struct rule_visit *visit)
{
    int64_t places[TARGETS_MAX], shown[TARGETS_MAX];
    uint64_t turns[RULES_MAX];

    memcpy(places, world.places, sizeof places);
    memcpy(shown, world.shown, sizeof shown);
    memcpy(turns, world.turns, sizeof turns);
    struct rule_verdict verdict = world_visit(&world, visit);
    memcpy(world.places, places, sizeof places);
    memcpy(world.shown, shown, sizeof shown);
    memcpy(world.turns, turns, sizeof turns);
    assert_true(oracle_agrees(visit, &verdict));
}

static void rules__decide_as_reading_them_aloud_does(void **state)
{
    (void)state;
    size_t ends[3] = {0};

    seed = 5;
    for (int round = 0; round < 1500; round++) {
        struct addr ip;
        some_world();
        some_holidays();
        for (int i = 0; i < 4; i++) {
            struct rule_visit visit = some_visit(&ip);
            some_state(visit.now_ms);
            rules_free(world.rules);
            world.rules = NULL;
            assert_int_equal(rules_compile(&world.set, &world.rules, &world.fault), OK);
            assert_agreed(&visit);
            ends[world_visit(&world, &visit).end]++;
        }
    }
    /* Every end was looked at often. */
    assert_true(ends[RULE_CHOSE] > 500 && ends[RULE_NONE_HELD] > 500 && ends[RULE_RAN_DRY] > 100);
}

static void rules__each_condition_holds_when_reading_it_aloud_says_so(void **state)
{
    (void)state;
    size_t held = 0;

    seed = 6;
    for (int round = 0; round < 3000; round++) {
        struct rule_condition condition;
        struct addr ip;
        world_done(&world);
        world_init(&world, 1);
        some_holidays();
        condition = some_condition();
        struct rule rule = {.enabled = true, .conditions = &condition, .conditions_count = 1};
        world.set.rules = &rule;
        world.set.rules_count = 1;
        assert_int_equal(rules_compile(&world.set, &world.rules, &world.fault), OK);
        for (int i = 0; i < 10; i++) {
            struct rule_visit visit = some_visit(&ip);
            bool holds = oracle_found(&condition, &visit) != condition.negated;
            assert_int_equal(world_send(&world, &visit), holds);
            held += holds;
        }
    }
    assert_true(held > 5000 && held < 25000);
}

/* A doubt is a promise: what is said never to be reached never is, and what is said never to hold never does. */
static void doubts__are_never_wrong(void **state)
{
    (void)state;
    size_t doubted[4] = {0};

    seed = 7;
    for (int round = 0; round < 1500; round++) {
        struct rule_doubt doubts[2 * RULES_MAX];
        struct addr ip;
        int64_t now_ms;
        some_world();
        some_holidays();
        assert_int_equal(rules_compile(&world.set, &world.rules, &world.fault), OK);
        assert_true(date_parse(STR("2026-03-20"), &now_ms));
        size_t count = rules_doubts(world.rules, now_ms * MS_PER_DAY, doubts, ARRAY_LEN(doubts));
        for (size_t at = 0; at < count; at++) {
            doubted[doubts[at].kind]++;
        }
        for (int i = 0; i < 20 && count > 0; i++) {
            struct rule_visit visit = some_visit(&ip);
            struct rule_verdict verdict = world_visit(&world, &visit);
            for (size_t at = 0; at < count; at++) {
                bool never = doubts[at].kind == DOUBT_NEVER;
                bool held = oracle_holds(&world.set.rules[doubts[at].rule], &visit);
                assert_false(never && held);
                assert_false(verdict.end == RULE_CHOSE && verdict.rule == doubts[at].rule);
            }
        }
    }
    assert_true(doubted[DOUBT_UNREACHABLE] > 100 && doubted[DOUBT_NEVER] > 20 && doubted[DOUBT_NO_TARGETS] > 20);
}

static void rules_explain__names_the_condition_that_reading_aloud_finds(void **state)
{
    (void)state;
    seed = 8;
    for (int round = 0; round < 500; round++) {
        struct rule_step steps[RULES_MAX];
        struct addr ip;
        some_world();
        some_holidays();
        assert_int_equal(rules_compile(&world.set, &world.rules, &world.fault), OK);
        struct rule_visit visit = some_visit(&ip);
        struct rule_verdict verdict = world_visit(&world, &visit);
        size_t count = rules_explain(world.rules, &world.arena, &visit, &verdict, round % 2, steps, RULES_MAX);
        for (size_t i = 0; i < count; i++) {
            const struct rule *rule = &world.set.rules[steps[i].rule];
            size_t first = 0;
            while (first < rule->conditions_count &&
                   oracle_found(&rule->conditions[first], &visit) != rule->conditions[first].negated) {
                first++;
            }
            assert_int_equal(steps[i].condition, first < rule->conditions_count ? first : SIZE_MAX);
            assert_true(steps[i].why.len > 0);
        }
    }
}

static int set_up(void **state)
{
    (void)state;
    world_init(&world, 1);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    world_done(&world);
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(rules__decide_as_reading_them_aloud_does),
        TEST(rules__each_condition_holds_when_reading_it_aloud_says_so),
        TEST(doubts__are_never_wrong),
        TEST(rules_explain__names_the_condition_that_reading_aloud_finds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
