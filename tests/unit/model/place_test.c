/* SPDX-License-Identifier: MIT */
#include "assert_str.h"

#include "linkpond/base/embedded.h"
#include "linkpond/base/limits.h"
#include "linkpond/model/place.h"

/* Goal: what a geo file says is stored as a country's code and clean names; what says that nobody knows is stored as
 * nothing; and the kinds of ip2region's texts are told apart. */

static struct countries *countries;

static int setup(void **state)
{
    struct fault fault = {0};

    (void)state;
    if (countries_compile(embedded_find(recognition_files, "countries.tsv"), &countries, &fault) != OK) {
        fail_msg("%s", fault.message);
    }
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    countries_free(countries);
    return 0;
}

static void countries__go_by_either_language(void **state)
{
    (void)state;
    assert_str(countries_code(countries, STR("中国")), "CN");
    assert_str(countries_code(countries, STR("China")), "CN");
    assert_str(countries_code(countries, STR("美国")), "US");
    assert_str(countries_code(countries, STR("United States")), "US");
    assert_str(countries_code(countries, STR("阿拉伯联合酋长国")), "AE");
    assert_str(countries_code(countries, STR("Türkiye")), "TR");
    assert_str(countries_code(countries, STR("Atlantis")), "");
    assert_str(countries_code(countries, STR("")), "");
    assert_str(place_country(countries, STR("日本")), "JP");
    assert_str(place_country(countries, STR("ZZ")), "ZZ");
    assert_str(place_country(countries, STR("亚特兰蒂斯")), "亚特兰蒂斯"); /* better than nothing */
}

static void countries__a_bad_table_is_refused_by_its_line(void **state)
{
    static const char *const bad[] = {
        "CN\t中国",
        "cn\t中国\tChina",
        "CHN\t中国\tChina",
        "CN\t中国\tChina\nTW\t中国\tTaiwan",
        "CN\t中国\tChina\t\t\tmore",
        "CN\t\tChina",
    };
    struct countries *none = NULL;
    struct fault fault;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        assert_int_equal(countries_compile(str_from_c(bad[i]), &none, &fault), ERR_INVALID);
        assert_non_null(strstr(fault.message, "countries.tsv:"));
    }
    assert_int_equal(countries_compile(STR(""), &none, &fault), OK);
    assert_str(countries_code(none, STR("China")), "");
    countries_free(none);
}

static void place__what_says_nothing_is_nothing(void **state)
{
    static const char *const nothing[] = {"",
                                          "0",
                                          " 0 ",
                                          "-",
                                          "内网IP",
                                          "保留地址",
                                          "Reserved",
                                          "bad\xFFutf8",
                                          "new\nline",
                                          ("\xE2\x80\xAE" /* a letter may not follow the escape */
                                           "backwards")};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(nothing); i++) {
        assert_str(place_text(str_from_c(nothing[i])), "");
    }
    assert_str(place_text(STR(" 杭州市 ")), "杭州市");
}

static void place__a_long_name_is_cut_at_a_character(void **state)
{
    char name[LIMIT_PLACE * 3 + 1] = "";

    (void)state;
    for (size_t i = 0; i < LIMIT_PLACE; i++) {
        memcpy(name + 3 * i, "杭", 3);
    }
    str cut = place_text((str){name, sizeof name - 1});
    assert_int_equal(cut.len, LIMIT_PLACE / 3 * 3);
}

static void assert_place(bool has_code, const char *text, const char *country, const char *region, const char *city,
                         const char *carrier)
{
    struct place place;

    place_read(countries, has_code, str_from_c(text), &place);
    assert_str_same(place.country, str_from_c(country));
    assert_str_same(place.region, str_from_c(region));
    assert_str_same(place.city, str_from_c(city));
    assert_str_same(place.carrier, str_from_c(carrier));
}

static void place__reads_all_kinds_of_ip2region_texts(void **state)
{
    (void)state;
    assert_place(false, "中国|0|上海|上海市|电信", "CN", "上海", "上海市", "电信");
    assert_place(false, "中国|华东|浙江省|杭州市|移动", "CN", "浙江省", "杭州市", "移动");
    assert_place(false, "美国|0|0|0|HP", "US", "", "", "HP");
    assert_place(false, "中国|上海|上海市|电信", "CN", "上海", "上海市", "电信");
    assert_place(true, "中国|上海|上海市|电信|CN", "CN", "上海", "上海市", "电信");
    assert_place(true, "Australia|Queensland|Brisbane|0|AU", "AU", "Queensland", "Brisbane", "");
    assert_place(true, "中国|香港|0|0|HK", "HK", "香港", "", "");
    assert_place(true, "Reserved|Reserved|Reserved|0|0", "", "", "", "");
    assert_place(false, "0|0|0|内网IP|内网IP", "", "", "", "");
    assert_place(true, "中国|上海|上海市|电信|CN|121.47|31.23", "CN", "上海", "上海市", "电信");
    assert_place(false, "中国", "CN", "", "", "");
    assert_place(false, "", "", "", "", "");
    assert_place(true, "||||", "", "", "", "");
}

static void place__tells_a_code_from_a_carrier(void **state)
{
    (void)state;
    assert_true(place_has_code(countries, STR("中国|上海|上海市|电信|CN")));
    assert_true(place_has_code(countries, STR("Australia|Queensland|Brisbane|0|AU")));
    assert_false(place_has_code(countries, STR("中国|0|上海|上海市|电信")));
    assert_false(place_has_code(countries, STR("英国|0|0|0|BT")));
    assert_false(place_has_code(countries, STR("中国|上海|上海市|电信")));
    assert_false(place_has_code(countries, STR("0|0|0|内网IP|内网IP")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(countries__go_by_either_language),
        cmocka_unit_test(countries__a_bad_table_is_refused_by_its_line),
        cmocka_unit_test(place__what_says_nothing_is_nothing),
        cmocka_unit_test(place__a_long_name_is_cut_at_a_character),
        cmocka_unit_test(place__reads_all_kinds_of_ip2region_texts),
        cmocka_unit_test(place__tells_a_code_from_a_carrier),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
