/* SPDX-License-Identifier: MIT */
/* Goal: a line is about whole labels of a host however it was written, denied beats allowed, and an allow list shuts
 * out everything else. */
#include "assert_str.h"
#include "linkpond/model/destinations.h"

static struct destinations *lists(const char *const *deny, const char *const *allow)
{
    struct destination_line lines[16];
    size_t count = 0;

    for (size_t i = 0; deny && deny[i]; i++) {
        lines[count] = (struct destination_line){(int64_t)count + 1, DESTINATION_DENY, str_from_c(deny[i])};
        count++;
    }
    for (size_t i = 0; allow && allow[i]; i++) {
        lines[count] = (struct destination_line){(int64_t)count + 1, DESTINATION_ALLOW, str_from_c(allow[i])};
        count++;
    }
    struct destinations *made = destinations_new(lines, count);
    assert_non_null(made);
    return made;
}

#define LIST(...) ((const char *const[]){__VA_ARGS__, NULL})

static bool passes(const struct destinations *self, const char *url)
{
    return destinations_judge(self, str_from_c(url)).passes;
}

static void destinations__a_host_is_about_itself_and_all_below_it(void **state)
{
    (void)state;
    struct destinations *self = lists(LIST("bad.example", "192.0.2.7", "[2001:db8::1]"), NULL);
    static const char *const denied[] = {
        "https://bad.example/",  "http://bad.example:8080/a?b#c", "https://BAD.Example/x",
        "https://bad.example./", "https://www.bad.example/",      "https://a.b.c.bad.example",
        "https://192.0.2.7/x",   "https://[2001:DB8:0::1]:443/",
    };
    static const char *const fine[] = {
        "https://notbad.example/",
        "https://bad.example.org/",
        "https://example/",
        "https://192.0.2.70/",
        "https://1.192.0.2/",
        "https://good.example/?u=https://bad.example/",
        "https://good.example/#bad.example",
        "weixin://dl/business/?t=bad.example",
    };
    for (size_t i = 0; i < sizeof denied / sizeof *denied; i++) {
        assert_false(passes(self, denied[i]));
    }
    for (size_t i = 0; i < sizeof fine / sizeof *fine; i++) {
        assert_true(passes(self, fine[i]));
    }
    destinations_free(self);
}

static void destinations__a_star_is_about_those_below_and_not_the_host(void **state)
{
    (void)state;
    struct destinations *self = lists(LIST("*.bad.example"), NULL);
    assert_true(passes(self, "https://bad.example/"));
    assert_false(passes(self, "https://a.bad.example/"));
    assert_false(passes(self, "https://a.b.bad.example/"));
    assert_true(passes(self, "https://abad.example/"));
    destinations_free(self);
}

static void destinations__denied_beats_allowed_and_says_which_line(void **state)
{
    (void)state;
    struct destinations *self = lists(LIST("shop.good.example"), LIST("good.example", "*.only.example"));
    struct destination_verdict verdict = destinations_judge_host(self, STR("a.shop.good.example"));
    assert_false(verdict.passes);
    assert_int_equal(verdict.list, DESTINATION_DENY);
    assert_int_equal(verdict.line_id, 1);
    verdict = destinations_judge_host(self, STR("www.good.example"));
    assert_true(verdict.passes);
    assert_int_equal(verdict.list, DESTINATION_ALLOW);
    assert_int_equal(verdict.line_id, 2);
    verdict = destinations_judge_host(self, STR("elsewhere.example"));
    assert_false(verdict.passes);
    assert_int_equal(verdict.list, DESTINATION_ALLOW);
    assert_int_equal(verdict.line_id, 0);
    assert_false(passes(self, "https://only.example/"));
    assert_true(passes(self, "https://a.only.example/"));
    assert_true(passes(self, "weixin://dl/business/"));
    destinations_free(self);
}

static void destinations__without_lines_everything_passes(void **state)
{
    (void)state;
    struct destinations *self = lists(NULL, NULL);
    assert_true(destinations_is_empty(self));
    assert_true(destinations_is_empty(NULL));
    assert_true(passes(self, "https://any.example/"));
    assert_true(passes(NULL, "https://any.example/"));
    destinations_free(self);
    destinations_free(NULL);
}

static void destinations__both_lines_of_one_host_hold(void **state)
{
    (void)state;
    struct destinations *self = lists(LIST("a.example", "*.a.example"), LIST("b.example", "*.a.example"));
    assert_false(passes(self, "https://a.example/"));
    assert_false(passes(self, "https://x.a.example/"));
    assert_true(passes(self, "https://x.b.example/"));
    destinations_free(self);
}

/* Lists of any size against the words of the contract. */
static bool brute(const struct destination_line *lines, size_t count, enum destination_list list, str host)
{
    for (size_t i = 0; i < count; i++) {
        str zone = destination_host(lines[i].pattern);
        bool below = zone.len < lines[i].pattern.len;
        if (lines[i].list == list && host_is_within(host, zone) && !(below && str_eq(host, zone))) {
            return true;
        }
    }
    return false;
}

static void destinations__agree_with_every_line_asked_in_turn(void **state)
{
    (void)state;
    static const char *const labels[] = {"a", "b", "c"};
    char texts[64][32], memory[32];
    struct destination_line lines[64];
    uint64_t seed = 7;
    for (int round = 0; round < 300; round++) {
        size_t count = (size_t)(seed >> 33) % 12;
        for (size_t i = 0; i < count; i++) {
            seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
            unsigned pick = (unsigned)(seed >> 40);
            int len = snprintf(texts[i], sizeof texts[i], "%s%s.%s.x", pick & 1 ? "*." : "", labels[pick / 2 % 3],
                               labels[pick / 8 % 3]);
            lines[i] = (struct destination_line){
                (int64_t)i + 1, pick & 4096 ? DESTINATION_ALLOW : DESTINATION_DENY, {texts[i], (size_t)len}};
        }
        struct destinations *self = destinations_new(lines, count);
        bool allows = false;
        for (size_t i = 0; i < count; i++) {
            allows = allows || lines[i].list == DESTINATION_ALLOW;
        }
        for (int i = 0; i < 27; i++) {
            int len = snprintf(memory, sizeof memory, "%s.%s.%s.x", labels[i / 9], labels[i / 3 % 3], labels[i % 3]);
            for (str host = {memory, (size_t)len}; host.len > 1; host = str_from(host, 2)) {
                bool expected = !brute(lines, count, DESTINATION_DENY, host) &&
                                (!allows || brute(lines, count, DESTINATION_ALLOW, host));
                assert_int_equal(destinations_judge_host(self, host).passes, expected);
            }
        }
        destinations_free(self);
        seed = seed * UINT64_C(6364136223846793005) + 1;
    }
}

static str pattern(const char *text)
{
    static char memory[DESTINATION_PATTERN_MAX];
    str out = STR("refused");
    destination_pattern(str_from_c(text), memory, &out, NULL);
    return out;
}

static void destination_pattern__takes_what_was_pasted(void **state)
{
    (void)state;
    assert_str(pattern(" Bad.Example. "), "bad.example");
    assert_str(pattern("https://www.Bad.example:8443/a?b=https://x.example/"), "www.bad.example");
    assert_str(pattern("bad.example/path"), "bad.example");
    assert_str(pattern("bad.example:8080"), "bad.example");
    assert_str(pattern("*.bad.example"), "*.bad.example");
    assert_str(pattern(".bad.example"), "*.bad.example");
    assert_str(pattern("例子.测试"), "xn--fsqu00a.xn--0zwm56d");
    assert_str(pattern("192.0.2.7"), "192.0.2.7");
    assert_str(pattern("[2001:DB8::1]"), "[2001:db8::1]");
    static const char *const refused[] = {"",    " ",           "*",          "*.",   "*.*.x",
                                          "a b", "*.192.0.2.7", "2130706433", "a..b", "https://"};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        assert_str(pattern(refused[i]), "refused");
    }
}

static void destination_is_suffix__knows_what_belongs_to_many(void **state)
{
    (void)state;
    assert_true(destination_is_suffix(STR("com.cn")));
    assert_true(destination_is_suffix(STR("*.github.io")));
    assert_false(destination_is_suffix(STR("example.com.cn")));
    assert_false(destination_is_suffix(STR("*.example.com")));
    assert_false(destination_is_suffix(STR("a.www.example.com.cn")));
    assert_false(destination_is_suffix(STR("192.0.2.7")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(destinations__a_host_is_about_itself_and_all_below_it),
        cmocka_unit_test(destinations__a_star_is_about_those_below_and_not_the_host),
        cmocka_unit_test(destinations__denied_beats_allowed_and_says_which_line),
        cmocka_unit_test(destinations__without_lines_everything_passes),
        cmocka_unit_test(destinations__both_lines_of_one_host_hold),
        cmocka_unit_test(destinations__agree_with_every_line_asked_in_turn),
        cmocka_unit_test(destination_pattern__takes_what_was_pasted),
        cmocka_unit_test(destination_is_suffix__knows_what_belongs_to_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
