/* SPDX-License-Identifier: MIT */
/* Goal: amounts are whole minor units of a currency that exists, read and written with its digits, exactly. */
#include "assert_str.h"

#include "linkpond/model/money.h"

static void money__knows_currencies_by_their_codes(void **state)
{
    (void)state;
    for (int i = 0; i < money_currencies(); i++) {
        assert_int_equal(money_find(money_code(i)), i); /* hence the table is in order, and no code stands twice */
    }
    assert_int_equal(money_digits(money_find(STR("CNY"))), 2);
    assert_int_equal(money_digits(money_find(STR("JPY"))), 0);
    assert_int_equal(money_digits(money_find(STR("KWD"))), 3);
    assert_int_equal(money_find(STR("cny")), -1);
    assert_int_equal(money_find(STR("RMB")), -1);
    assert_int_equal(money_find(STR("")), -1);
    assert_int_equal(money_find(STR("CNYX")), -1);
}

static void assert_written(int64_t amount, const char *code, const char *expected)
{
    char text[MONEY_TEXT_MAX];
    int currency = money_find(str_from_c(code));
    int64_t back = 1;

    assert_str_same(money_text(amount, currency, text), str_from_c(expected));
    assert_true(money_parse(str_from_c(expected), currency, &back) || amount == INT64_MIN);
    assert_true(back == amount || amount == INT64_MIN);
}

static void money__is_written_with_the_currencys_digits(void **state)
{
    (void)state;
    assert_written(123450, "CNY", "1234.50");
    assert_written(-5, "CNY", "-0.05");
    assert_written(1200, "JPY", "1200");
    assert_written(1200, "KWD", "1.200");
    assert_written(INT64_MAX, "CNY", "92233720368547758.07");
    assert_written(INT64_MIN, "CNY", "-92233720368547758.08");
}

static void assert_read(const char *text, const char *code, int64_t expected)
{
    int64_t amount = 0;

    assert_true(money_parse(str_from_c(text), money_find(str_from_c(code)), &amount));
    assert_int_equal(amount, expected);
}

static void money__is_read_as_people_type_it(void **state)
{
    (void)state;
    assert_read(" ¥1,234.5 ", "CNY", 123450);
    assert_read("￥-12", "CNY", -1200);
    assert_read("-$0.07", "USD", -7);
    assert_read("+3.10000", "USD", 310);
    assert_read("1,234,567", "JPY", 1234567);
    assert_read("7.", "CNY", 700);
}

static void money__refuses_what_is_no_amount(void **state)
{
    static const char *const bad[] = {"",          "-",       "1.234",  "1,23",   "1,2345",
                                      "12,34,567", ",123",    "1.2.3",  "1e3",    "0x10",
                                      "--1",       "1 000",   "1,",     "１２",   "¥",
                                      ".",         "1.2,345", "1,234,", "1,,234", "+-1",
                                      "-+1",       "¥¥1",     "¥-¥1",   "¥$1",    "92233720368547758.08"};
    int64_t amount = 42;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        if (money_parse(str_from_c(bad[i]), money_find(STR("CNY")), &amount)) {
            fail_msg("%s was read as %lld", bad[i], (long long)amount);
        }
    }
    assert_false(money_parse(STR("1.5"), money_find(STR("JPY")), &amount));
    assert_int_equal(amount, 42);
}

static void money__sums_stay_in_64_bits(void **state)
{
    int64_t sum = INT64_MAX - 1;

    (void)state;
    assert_true(money_add(&sum, 1));
    assert_false(money_add(&sum, 1));
}

/* Goal: a cost over days is whole on any of them, and no unit is lost or doubled wherever a report begins and ends. */
static void money__spread_over_days_sums_to_the_whole(void **state)
{
    (void)state;
    assert_int_equal(money_of_days(10, 4, 1), 3);
    assert_int_equal(money_of_days(10, 4, 2), 6);
    assert_int_equal(money_of_days(10, 4, 3), 8);
    assert_int_equal(money_of_days(2, 3, 2), 2);
    assert_int_equal(money_of_days(0, 31, 30), 0);
    for (int64_t days = 1; days < 40; days++) {
        for (int64_t amount = 0; amount < 100; amount++) {
            int64_t last = 0, least = INT64_MAX, most = 0;
            for (int64_t count = 1; count <= days; count++) {
                int64_t day = money_of_days(amount, days, count) - last;
                least = day < least ? day : least;
                most = day > most ? day : most;
                last += day;
            }
            assert_true(last == amount && most - least <= 1);
        }
    }
    assert_int_equal(money_of_days(INT64_C(1000000000000000), 1096, 1096), INT64_C(1000000000000000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(money__knows_currencies_by_their_codes),
        cmocka_unit_test(money__is_written_with_the_currencys_digits),
        cmocka_unit_test(money__is_read_as_people_type_it),
        cmocka_unit_test(money__refuses_what_is_no_amount),
        cmocka_unit_test(money__spread_over_days_sums_to_the_whole),
        cmocka_unit_test(money__sums_stay_in_64_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
