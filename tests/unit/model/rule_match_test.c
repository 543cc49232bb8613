/* SPDX-License-Identifier: MIT */
#include "rule_world.h"

/* Goal: each condition holds for the visits it speaks of and for no other; time above all. */

static struct world world;

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

static const struct rule_visit WECHAT = {
    .app = STR_INIT("wechat"),
    .os = STR_INIT("ios"),
    .device = STR_INIT("phone"),
    .browser = STR_INIT("wechat-webview"),
    .language = STR_INIT("zh-cn"),
    .country = STR_INIT("CN"),
    .region = STR_INIT("上海市"),
    .city = STR_INIT("上海市"),
    .channel = STR_INIT("east3"),
    .referrer_host = STR_INIT("shop.example.com.cn"),
    .scene = SCENE_GROUP,
    .query = STR_INIT("from=groupmessage&b&c=&d=1&d=%32&%65=a+b"),
    .returning = true,
};
static const struct rule_visit NOBODY = {0};

static void assert_holds(const char *condition, bool for_wechat, bool for_nobody)
{
    if (world_holds(&world, condition, &WECHAT) != for_wechat) {
        fail_msg("%s %s", condition, for_wechat ? "does not hold" : "holds");
    }
    if (world_holds(&world, condition, &NOBODY) != for_nobody) {
        fail_msg("%s %s for what is not known", condition, for_nobody ? "does not hold" : "holds");
    }
}

static void rule__words_are_compared_whole_and_in_any_case(void **state)
{
    (void)state;
    assert_holds("{'fact':'app','is':['wechat']}", true, false);
    assert_holds("{'fact':'app','is':['qq',' WeChat ']}", true, false);
    assert_holds("{'fact':'app','is':['wechat2','wecha','wecom']}", false, false);
    assert_holds("{'fact':'app','not':['wechat']}", false, true);
    assert_holds("{'fact':'app','not':['qq','wecom']}", true, true);
    assert_holds("{'fact':'os','is':['android','ios']}", true, false);
    assert_holds("{'fact':'device','is':['desktop']}", false, false);
    assert_holds("{'fact':'browser','is':['wechat-webview']}", true, false);
    assert_holds("{'fact':'country','is':['cn']}", true, false);
    assert_holds("{'fact':'channel','is':['east1','east2','east3','east4']}", true, false);
}

static void rule__the_empty_word_is_what_is_not_known(void **state)
{
    (void)state;
    assert_holds("{'fact':'app','is':['']}", false, true);
    assert_holds("{'fact':'app','is':['','wechat']}", true, true);
    assert_holds("{'fact':'country','not':['']}", true, false);
    assert_holds("{'fact':'scene','is':['']}", false, true);
    assert_holds("{'fact':'referrer','is':['']}", false, true);
    assert_holds("{'fact':'language','is':['']}", false, true);
}

static void rule__places_are_found_with_and_without_what_maps_add(void **state)
{
    (void)state;
    static const char *const SAME[][2] = {{"上海", "上海市"},           {"浙江省", "浙江"},
                                          {"广西壮族自治区", "广西"},   {"香港特别行政区", "香港"},
                                          {"新疆", "新疆维吾尔自治区"}, {"Shanghai", "shanghai"}};

    for (size_t i = 0; i < ARRAY_LEN(SAME); i++) {
        str condition = arena_f(&world.arena, "{'fact':'region','is':['%s']}", SAME[i][0]);
        struct rule_visit visit = {.region = str_from_c(SAME[i][1])};
        assert_true(world_holds(&world, condition.ptr, &visit));
        visit = (struct rule_visit){.city = str_from_c(SAME[i][1])};
        assert_false(world_holds(&world, condition.ptr, &visit));
    }
    assert_holds("{'fact':'city','is':['沙市']}", false, false);
    assert_true(world_holds(&world, "{'fact':'city','is':['沙市']}", &(struct rule_visit){.city = STR("沙市")}));
    assert_false(world_holds(&world, "{'fact':'city','is':['沙市']}", &(struct rule_visit){.city = STR("沙")}));
}

static void rule__a_language_holds_for_its_kinds(void **state)
{
    (void)state;
    assert_holds("{'fact':'language','is':['zh']}", true, false);
    assert_holds("{'fact':'language','is':['zh_CN']}", true, false);
    assert_holds("{'fact':'language','is':['z','en','zh-tw','zh-c']}", false, false);
    assert_holds("{'fact':'language','not':['zh']}", false, true);
    assert_false(
        world_holds(&world, "{'fact':'language','is':['zh-cn']}", &(struct rule_visit){.language = STR("zh")}));
}

static void rule__networks_by_their_bits(void **state)
{
    (void)state;
    static const struct {
        const char *networks, *ip;
        bool holds;
    } CASES[] = {
        {"'203.0.113.7'", "203.0.113.7", true},
        {"'203.0.113.7'", "203.0.113.8", false},
        {"'203.0.113.0/29'", "203.0.113.7", true},
        {"'203.0.113.0/29'", "203.0.113.8", false},
        {"'0.0.0.0/0'", "203.0.113.7", true},
        {"'0.0.0.0/0'", "2001:db8::1", false},
        {"'::/0'", "203.0.113.7", true},
        {"'2001:db8::/33'", "2001:db8:7fff::1", true},
        {"'2001:db8::/33'", "2001:db8:8000::1", false},
        {"'2001:db8::/127'", "2001:db8::1", true},
        {"'2001:db8::/127'", "2001:db8::2", false},
        {"'10.0.0.0/8','203.0.113.0/24'", "203.0.113.255", true},
    };

    for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
        struct addr ip;
        struct rule_visit visit = {.ip = &ip};
        assert_true(addr_parse(str_from_c(CASES[i].ip), &ip));
        str condition = arena_f(&world.arena, "{'fact':'ip','is':[%s]}", CASES[i].networks);
        if (world_holds(&world, condition.ptr, &visit) != CASES[i].holds) {
            fail_msg("%s in %s", CASES[i].ip, CASES[i].networks);
        }
    }
    assert_holds("{'fact':'ip','is':['::/0']}", false, false);
    assert_holds("{'fact':'ip','not':['::/0']}", true, true);
}

static void rule__parameters_by_name_and_by_value(void **state)
{
    (void)state;
    assert_holds("{'fact':'query','name':'from','is':['groupmessage']}", true, false);
    assert_holds("{'fact':'query','name':'from','is':['group','message']}", false, false);
    assert_holds("{'fact':'query','name':'from','is':[]}", true, false);
    assert_holds("{'fact':'query','name':'from','not':[]}", false, true);
    assert_holds("{'fact':'query','name':'from','not':['x']}", true, true);
    assert_holds("{'fact':'query','name':'fro','is':[]}", false, false);
    assert_holds("{'fact':'query','name':'From','is':[]}", false, false);
    assert_holds("{'fact':'query','name':'b','is':[]}", true, false);
    assert_holds("{'fact':'query','name':'b','is':['']}", true, false);
    assert_holds("{'fact':'query','name':'c','is':['']}", true, false);
    assert_holds("{'fact':'query','name':'d','is':['2']}", true, false);
    assert_holds("{'fact':'query','name':'d','is':['12','3']}", false, false);
    assert_holds("{'fact':'query','name':'e','is':['a b']}", true, false);
    assert_holds("{'fact':'query','name':'%65','is':[]}", false, false);
}

static void rule__scenes_and_visitors(void **state)
{
    (void)state;
    assert_holds("{'fact':'scene','is':['group','moments']}", true, false);
    assert_holds("{'fact':'scene','not':['group']}", false, true);
    assert_holds("{'fact':'visitor','is':['returning']}", true, false);
    assert_holds("{'fact':'visitor','is':['new']}", false, true);
    assert_holds("{'fact':'visitor','not':['new','returning']}", false, false);
}

static void rule__a_referrer_is_the_host_or_one_below_it(void **state)
{
    (void)state;
    assert_holds("{'fact':'referrer','is':['example.com.cn']}", true, false);
    assert_holds("{'fact':'referrer','is':['SHOP.example.com.cn.']}", true, false);
    assert_holds("{'fact':'referrer','is':['op.example.com.cn','www.shop.example.com.cn','cn.']}", true, false);
    assert_holds("{'fact':'referrer','is':['op.example.com.cn','www.shop.example.com.cn']}", false, false);
    assert_holds("{'fact':'referrer','not':['example.com.cn']}", false, true);
    assert_true(world_holds(&world, "{'fact':'referrer','is':['微信.公司']}",
                            &(struct rule_visit){.referrer_host = STR("a.xn--vuqz89a.xn--55qx5d")}));
}

static void rule__all_conditions_must_hold(void **state)
{
    (void)state;
    world_rules(&world, "[{'when':[{'fact':'app','is':['wechat']},{'fact':'os','is':['android']}]}]");
    assert_int_equal(world_send(&world, &WECHAT), 0);
    world_rules(&world, "[{'when':[{'fact':'app','is':['wechat']},{'fact':'os','is':['ios']}]}]");
    assert_int_equal(world_send(&world, &WECHAT), 1);
}

/* ---- dates ------------------------------------------------------------------------------------------------------- */

static bool holds_at(const char *condition, int64_t ms)
{
    return world_holds(&world, condition, &(struct rule_visit){.now_ms = ms});
}

static void rule__dates_hold_from_the_first_instant_to_before_the_last(void **state)
{
    (void)state;
    static const char *const DAYS = "{'fact':'date','is':['2026-10-01','2026-10-09'],'zone':'Asia/Shanghai'}";
    static const char *const OPEN = "{'fact':'date','is':['','2026-10-09'],'zone':'Asia/Shanghai'}";
    static const char *const TIMES =
        "{'fact':'date','is':['2026-10-01T08:00:00Z','2026-10-01T18:00:00+08:00'],'zone':'UTC'}";
    int64_t from = world_at("Asia/Shanghai", "2026-10-01", 0, 0), until = world_at("Asia/Shanghai", "2026-10-09", 0, 0);

    assert_false(holds_at(DAYS, from - 1));
    assert_true(holds_at(DAYS, from));
    assert_true(holds_at(DAYS, until - 1));
    assert_false(holds_at(DAYS, until));
    assert_true(holds_at(OPEN, INT64_MIN / 2));
    assert_false(holds_at(OPEN, until));
    assert_false(holds_at(TIMES, world_at("UTC", "2026-10-01", 8, 0) - 1));
    assert_true(holds_at(TIMES, world_at("UTC", "2026-10-01", 8, 0)));
    assert_false(holds_at(TIMES, world_at("UTC", "2026-10-01", 10, 0)));
    assert_true(holds_at("{'fact':'date','is':['','']}", 0));
    assert_false(holds_at("{'fact':'date','not':['','']}", 0));
}

/* ---- schedules --------------------------------------------------------------------------------------------------- */

struct moment {
    const char *date;
    int hour, minute;
    bool holds;
};

static void assert_schedule(const char *zone, const char *members, const struct moment *moments, size_t count)
{
    str condition = arena_f(&world.arena, "{'fact':'schedule',%s,'zone':'%s'}", members, zone);
    world_rules(&world, arena_f(&world.arena, "[{'when':[%s]}]", condition.ptr).ptr);

    for (size_t i = 0; i < count; i++) {
        const struct moment *at = &moments[i];
        struct rule_visit visit = {.now_ms = world_at(zone, at->date, at->hour, at->minute)};
        if ((world_send(&world, &visit) == 1) != at->holds) {
            fail_msg("%s %s at %s %02d:%02d: %s", zone, members, at->date, at->hour, at->minute,
                     at->holds ? "does not hold" : "holds");
        }
    }
}
#define SCHEDULE(zone, members, ...)                                                                                   \
    do {                                                                                                               \
        static const struct moment MOMENTS[] = {__VA_ARGS__};                                                          \
        assert_schedule(zone, members, MOMENTS, ARRAY_LEN(MOMENTS));                                                   \
    } while (0)

/* 2026-11-23 is a Monday. */
static void rule__slots_hold_on_their_days_to_the_minute(void **state)
{
    (void)state;
    SCHEDULE("Asia/Shanghai", "'is':['1-5 09:00-18:00']", {"2026-11-23", 8, 59, false}, {"2026-11-23", 9, 0, true},
             {"2026-11-23", 17, 59, true}, {"2026-11-23", 18, 0, false}, {"2026-11-27", 12, 0, true},
             {"2026-11-28", 12, 0, false}, {"2026-11-29", 12, 0, false});
    SCHEDULE("Asia/Shanghai", "'is':['6,7 10:00-12:00','3 14:00-15:00']", {"2026-11-28", 10, 0, true},
             {"2026-11-25", 10, 0, false}, {"2026-11-25", 14, 30, true}, {"2026-11-28", 14, 30, false});
    SCHEDULE("Asia/Shanghai", "'is':['6-1 00:00-24:00']", {"2026-11-27", 23, 59, false}, {"2026-11-28", 0, 0, true},
             {"2026-11-29", 12, 0, true}, {"2026-11-30", 23, 59, true}, {"2026-12-01", 0, 0, false});
    SCHEDULE("Asia/Shanghai", "'not':['09:00-18:00']", {"2026-11-23", 8, 59, true}, {"2026-11-23", 9, 0, false});
}

/* Other programs compare texts, so that 22:00-06:00 never holds. */
static void rule__a_slot_over_midnight_belongs_to_the_day_it_begins_on(void **state)
{
    (void)state;
    SCHEDULE("Asia/Shanghai", "'is':['5 22:00-06:00']", {"2026-11-27", 5, 59, false}, {"2026-11-27", 21, 59, false},
             {"2026-11-27", 22, 0, true}, {"2026-11-27", 23, 59, true}, {"2026-11-28", 0, 0, true},
             {"2026-11-28", 5, 59, true}, {"2026-11-28", 6, 0, false}, {"2026-11-28", 22, 0, false});
    SCHEDULE("Asia/Shanghai", "'is':['7 22:00-06:00']", {"2026-11-30", 3, 0, true}, {"2026-11-29", 3, 0, false});
}

static void rule__a_slot_as_long_as_a_day(void **state)
{
    (void)state;
    SCHEDULE("Asia/Shanghai", "'is':['1 00:00-24:00']", {"2026-11-22", 23, 59, false}, {"2026-11-23", 0, 0, true},
             {"2026-11-23", 23, 59, true}, {"2026-11-24", 0, 0, false});
    SCHEDULE("Asia/Shanghai", "'is':['1 00:00-00:00']", {"2026-11-23", 0, 0, true}, {"2026-11-23", 23, 59, true},
             {"2026-11-24", 0, 0, false});
    SCHEDULE("Asia/Shanghai", "'is':['1 09:00-09:00']", {"2026-11-23", 8, 59, false}, {"2026-11-23", 9, 0, true},
             {"2026-11-24", 8, 59, true}, {"2026-11-24", 9, 0, false});
    SCHEDULE("Asia/Shanghai", "'is':['1 23:00-24:00']", {"2026-11-23", 23, 59, true}, {"2026-11-24", 0, 0, false});
    SCHEDULE("Asia/Shanghai", "'is':['* 00:00-24:00']", {"2026-11-23", 0, 0, true}, {"2026-11-28", 23, 59, true});
}

/* The order of slots decides nothing. */
static void rule__a_whole_day_before_or_after_an_hour_is_the_same(void **state)
{
    (void)state;
    SCHEDULE("Asia/Shanghai", "'is':['1 00:00-24:00','* 10:00-11:00']", {"2026-11-23", 3, 0, true},
             {"2026-11-24", 10, 0, true}, {"2026-11-24", 3, 0, false});
    SCHEDULE("Asia/Shanghai", "'is':['* 10:00-11:00','1 00:00-24:00']", {"2026-11-23", 3, 0, true},
             {"2026-11-24", 10, 0, true}, {"2026-11-24", 3, 0, false});
}

static void rule__slots_follow_the_clock_of_their_zone(void **state)
{
    (void)state;
    int64_t noon = world_at("UTC", "2026-11-23", 12, 0);

    assert_true(holds_at("{'fact':'schedule','is':['12:00-13:00'],'zone':'UTC'}", noon));
    assert_true(holds_at("{'fact':'schedule','is':['20:00-21:00'],'zone':'Asia/Shanghai'}", noon));
    assert_true(holds_at("{'fact':'schedule','is':['17:45-18:00'],'zone':'Asia/Kathmandu'}", noon));
    assert_true(holds_at("{'fact':'schedule','is':['20:00-21:00']}", noon)); /* the installation's: Shanghai */
    SCHEDULE("Australia/Lord_Howe", "'is':['1 09:30-10:00']", {"2026-11-23", 9, 29, false}, {"2026-11-23", 9, 30, true},
             {"2026-11-23", 10, 0, false});
}

/* Berlin, 2026-03-29: 02:00 becomes 03:00. 2026-10-25: 03:00 becomes 02:00. */
static void rule__a_gap_takes_from_a_slot_what_does_not_come(void **state)
{
    (void)state;
    SCHEDULE("Europe/Berlin", "'is':['7 02:30-04:00']", {"2026-03-29", 1, 59, false}, {"2026-03-29", 3, 0, true},
             {"2026-03-29", 3, 59, true}, {"2026-03-29", 4, 0, false});
    SCHEDULE("Europe/Berlin", "'is':['7 02:00-03:00']", {"2026-03-29", 1, 59, false}, {"2026-03-29", 3, 0, false});
    SCHEDULE("Europe/Berlin", "'is':['6 23:00-02:30']", {"2026-03-29", 1, 59, true}, {"2026-03-29", 3, 0, false});
    /* half an hour: 2026-10-04 02:00 becomes 02:30 */
    SCHEDULE("Australia/Lord_Howe", "'is':['7 02:15-02:45']", {"2026-10-04", 1, 59, false}, {"2026-10-04", 2, 30, true},
             {"2026-10-04", 2, 45, false});
}

static void rule__an_hour_that_comes_twice_holds_twice(void **state)
{
    (void)state;
    static const char *const SLOT = "{'fact':'schedule','is':['7 02:15-02:45'],'zone':'Europe/Berlin'}";
    int64_t first = world_at("Europe/Berlin", "2026-10-25", 2, 0);

    for (int minute = -60; minute < 180; minute++) {
        int of_hour = (minute + 60) % 60;
        bool in_slot = minute >= 0 && minute < 120 && of_hour >= 15 && of_hour < 45;
        assert_int_equal(holds_at(SLOT, first + minute * MS_PER_MINUTE), in_slot);
    }
    /* half an hour: 2026-04-05 02:00 becomes 01:30 */
    first = world_at("Australia/Lord_Howe", "2026-04-05", 1, 30);
    static const char *const HALF = "{'fact':'schedule','is':['7 01:40-01:50'],'zone':'Australia/Lord_Howe'}";
    for (int minute = 0; minute < 90; minute++) {
        bool in_slot = (minute >= 10 && minute < 20) || (minute >= 40 && minute < 50);
        assert_int_equal(holds_at(HALF, first + minute * MS_PER_MINUTE), in_slot);
    }
}

/* ---- holidays ---------------------------------------------------------------------------------------------------- */

/* A Thursday and a Friday off, the Saturday after made up for one of them; a Sunday and a Monday off. */
static void holidays_set(void)
{
    static struct rule_holiday holidays[5];
    static const struct {
        const char *date;
        enum rule_holiday_kind kind;
    } DAYS[] = {{"2026-10-01", HOLIDAY_OFF},
                {"2026-10-02", HOLIDAY_OFF},
                {"2026-10-10", HOLIDAY_WORK},
                {"2026-11-01", HOLIDAY_OFF},
                {"2026-11-02", HOLIDAY_OFF}};

    for (size_t i = 0; i < ARRAY_LEN(DAYS); i++) {
        int64_t day;
        assert_true(date_parse(str_from_c(DAYS[i].date), &day));
        holidays[i] = (struct rule_holiday){(int32_t)day, DAYS[i].kind};
    }
    world.set.holidays = holidays;
    world.set.holidays_count = ARRAY_LEN(DAYS);
}

static void rule__days_off_have_no_slots(void **state)
{
    (void)state;
    holidays_set();
    SCHEDULE("Asia/Shanghai", "'is':['1-5 09:00-18:00']", {"2026-09-30", 10, 0, true}, {"2026-10-01", 10, 0, false},
             {"2026-10-02", 10, 0, false}, {"2026-10-05", 10, 0, true}, {"2026-11-02", 10, 0, false});
    SCHEDULE("Asia/Shanghai", "'not':['1-5 09:00-18:00']", {"2026-10-01", 10, 0, true});
}

static void rule__days_off_have_their_own_slots(void **state)
{
    (void)state;
    holidays_set();
    SCHEDULE("Asia/Shanghai", "'is':['1-5 09:00-18:00'],'holiday':'10:00-12:00;4 20:00-21:00'",
             {"2026-10-01", 9, 30, false}, {"2026-10-01", 10, 0, true}, {"2026-10-01", 12, 0, false},
             {"2026-10-01", 20, 0, true}, {"2026-10-02", 20, 0, false}, {"2026-10-02", 11, 0, true},
             {"2026-10-05", 9, 30, true}, {"2026-10-03", 11, 0, false});
}

static void rule__a_day_that_makes_up_is_a_monday(void **state)
{
    (void)state;
    holidays_set();
    SCHEDULE("Asia/Shanghai", "'is':['1-5 09:00-18:00']", {"2026-10-10", 10, 0, true}, {"2026-10-17", 10, 0, false});
    SCHEDULE("Asia/Shanghai", "'is':['6 09:00-18:00']", {"2026-10-10", 10, 0, false}, {"2026-10-17", 10, 0, true});
    SCHEDULE("Asia/Shanghai", "'is':['2-5 09:00-18:00']", {"2026-10-10", 10, 0, false});
    SCHEDULE("Asia/Shanghai", "'is':['1 22:00-06:00']", {"2026-10-10", 23, 0, true}, {"2026-10-11", 5, 0, true},
             {"2026-10-11", 6, 0, false});
}

static void rule__a_night_counts_as_the_day_it_began_on_also_at_holidays(void **state)
{
    (void)state;
    holidays_set();
    /* Wednesday's night runs into the day off; the night of a day off does not begin. */
    SCHEDULE("Asia/Shanghai", "'is':['1-5 22:00-06:00']", {"2026-10-01", 3, 0, true}, {"2026-10-01", 23, 0, false},
             {"2026-10-03", 3, 0, false}, {"2026-11-02", 23, 0, false}, {"2026-11-03", 3, 0, false},
             {"2026-11-03", 23, 0, true});
    SCHEDULE("Asia/Shanghai", "'is':['1-5 09:00-10:00'],'holiday':'22:00-02:00'", {"2026-10-02", 1, 0, true},
             {"2026-10-03", 1, 0, true}, {"2026-10-01", 1, 0, false}, {"2026-10-03", 22, 0, false});
}

static void rule__holidays_do_not_matter_where_somebody_says_so(void **state)
{
    (void)state;
    holidays_set();
    SCHEDULE("Asia/Shanghai", "'is':['1-5 09:00-18:00'],'holiday':'weekday'", {"2026-10-01", 10, 0, true},
             {"2026-10-10", 10, 0, false});
}

/* ---- slots as text ----------------------------------------------------------------------------------------------- */

static void rule_slot__what_is_a_slot(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned days;
        int from, to;
    } GOOD[] = {
        {"1-5 09:00-18:00", 0x1f, 540, 1080}, {"* 00:00-24:00", 0x7f, 0, 1440},      {"7 22:00-06:00", 0x40, 1320, 360},
        {"1,3,5-7 00:01-00:02", 0x75, 1, 2},  {"6-1 23:59-24:00", 0x61, 1439, 1440}, {"10:00-10:00", 0x7f, 600, 600},
        {"2-2 00:00-00:00", 0x02, 0, 0},      {"5-4 01:00-02:00", 0x7f, 60, 120},
    };
    static const char *const BAD[] = {"",
                                      " ",
                                      "1-5",
                                      "09:00",
                                      "9:00-18:00",
                                      "0-5 09:00-18:00",
                                      "1-8 09:00-18:00",
                                      "1-5, 09:00-18:00",
                                      ",1 09:00-18:00",
                                      "1-5 09:00-18:00 ",
                                      "1-5  09:00-18:00",
                                      "1-5 24:00-02:00",
                                      "1-5 09:00-24:01",
                                      "1-5 09:60-18:00",
                                      "1-5 25:00-18:00",
                                      "1-5 +9:00-18:00",
                                      "1--5 09:00-18:00",
                                      "** 09:00-18:00",
                                      "1-5 09:00-18:00-19:00",
                                      "12 09:00-18:00"};

    for (size_t i = 0; i < ARRAY_LEN(GOOD); i++) {
        struct rule_slot slot = {0};
        assert_int_equal(rule_slot_parse(str_from_c(GOOD[i].text), &slot, NULL), OK);
        assert_int_equal(slot.days, GOOD[i].days);
        assert_int_equal(slot.from_minute, GOOD[i].from);
        assert_int_equal(slot.to_minute, GOOD[i].to);
    }
    for (size_t i = 0; i < ARRAY_LEN(BAD); i++) {
        struct rule_slot slot = {.days = 99};
        struct fault fault = {0};
        if (rule_slot_parse(str_from_c(BAD[i]), &slot, &fault) != ERR_INVALID) {
            fail_msg("\"%s\" is taken", BAD[i]);
        }
        assert_string_equal(fault.code, "bad_slot");
        assert_int_equal(slot.days, 99);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(rule__words_are_compared_whole_and_in_any_case),
        TEST(rule__the_empty_word_is_what_is_not_known),
        TEST(rule__places_are_found_with_and_without_what_maps_add),
        TEST(rule__a_language_holds_for_its_kinds),
        TEST(rule__networks_by_their_bits),
        TEST(rule__parameters_by_name_and_by_value),
        TEST(rule__scenes_and_visitors),
        TEST(rule__a_referrer_is_the_host_or_one_below_it),
        TEST(rule__all_conditions_must_hold),
        TEST(rule__dates_hold_from_the_first_instant_to_before_the_last),
        TEST(rule__slots_hold_on_their_days_to_the_minute),
        TEST(rule__a_slot_over_midnight_belongs_to_the_day_it_begins_on),
        TEST(rule__a_slot_as_long_as_a_day),
        TEST(rule__a_whole_day_before_or_after_an_hour_is_the_same),
        TEST(rule__slots_follow_the_clock_of_their_zone),
        TEST(rule__a_gap_takes_from_a_slot_what_does_not_come),
        TEST(rule__an_hour_that_comes_twice_holds_twice),
        TEST(rule__days_off_have_no_slots),
        TEST(rule__days_off_have_their_own_slots),
        TEST(rule__a_day_that_makes_up_is_a_monday),
        TEST(rule__a_night_counts_as_the_day_it_began_on_also_at_holidays),
        TEST(rule__holidays_do_not_matter_where_somebody_says_so),
        cmocka_unit_test(rule_slot__what_is_a_slot),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
