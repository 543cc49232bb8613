/* SPDX-License-Identifier: MIT */
/* Goal: flags become exactly the JSON members the API knows, and what is no number or no truth value is refused. */
#include "assert_str.h"

#include "linkpond/cli/body.h"

static const struct flag flags[] = {
    {"utm-source", FLAG_VALUE, "TEXT", BODY_TEXT, "", ""}, {"max-clicks", FLAG_VALUE, "N", BODY_INT, "", ""},
    {"enabled", FLAG_VALUE, "true", BODY_BOOL, "", ""},    {"tag", FLAG_LIST, "TAG", BODY_LIST, "", ""},
    {"add-tag", FLAG_LIST, "TAG", BODY_LIST, "", ""},      {"domain", FLAG_VALUE, "HOST", BODY_NONE, "", ""},
    {"clear", FLAG_LIST, "FIELD", BODY_NONE, "", ""},      {NULL, FLAG_SWITCH, NULL, BODY_NONE, NULL, NULL},
};
static enum err nothing(struct cli *cli, struct fault *fault)
{
    (void)cli;
    (void)fault;
    return OK;
}
static const struct command table[] = {
    {"make", "", 0, 0, false, flags, NULL, nothing, "", ""},
    {NULL, NULL, 0, 0, false, NULL, NULL, NULL, NULL, NULL},
};

static char memory[4096];
static struct buf out;
static struct fault fault;

#define BODY(...) body((const char *[]){"linkpond", "make", __VA_ARGS__, NULL})
static enum err body(const char *const *words)
{
    struct args args;
    struct json_writer json;
    int count = 0;

    while (words[count]) {
        count++;
    }
    assert_int_equal(args_parse(table, count, (char *const *)words, &args, &fault), OK);
    buf_init_fixed(&out, memory, sizeof memory);
    json_writer_init(&json, &out);
    json_object(&json);
    enum err err = body_write_flags(&args, &json, &fault);
    json_object_end(&json);
    return err;
}

static void body__flags_become_members_of_their_kind(void **state)
{
    (void)state;
    assert_int_equal(BODY("--utm-source", "a\"b", "--max-clicks", "-5", "--enabled", "false"), OK);
    assert_str(buf_str(&out), "{\"utm_source\":\"a\\\"b\",\"max_clicks\":-5,\"enabled\":false}");
}

static void body__lists_are_plural_and_keep_their_order(void **state)
{
    (void)state;
    assert_int_equal(BODY("--tag", "b", "--add-tag", "x", "--tag", "a"), OK);
    assert_str(buf_str(&out), "{\"tags\":[\"b\",\"a\"],\"add_tags\":[\"x\"]}");
}

static void body__flags_that_are_no_members_stay_out(void **state)
{
    (void)state;
    assert_int_equal(BODY("--domain", "s.example.com"), OK);
    assert_str(buf_str(&out), "{}");
}

static void body__clear_writes_null_by_either_spelling(void **state)
{
    (void)state;
    assert_int_equal(BODY("--clear", "max-clicks", "--clear", "title"), OK);
    assert_str(buf_str(&out), "{\"max_clicks\":null,\"title\":null}");
}

static void body__what_is_no_number_or_truth_value_is_refused_by_name(void **state)
{
    (void)state;
    assert_int_equal(BODY("--max-clicks", "5x"), ERR_USAGE);
    assert_non_null(strstr(fault.message, "--max-clicks"));
    assert_int_equal(BODY("--max-clicks", ""), ERR_USAGE);
    assert_int_equal(BODY("--enabled", "maybe"), ERR_USAGE);
    assert_non_null(strstr(fault.message, "true or false"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(body__flags_become_members_of_their_kind),
        cmocka_unit_test(body__lists_are_plural_and_keep_their_order),
        cmocka_unit_test(body__flags_that_are_no_members_stay_out),
        cmocka_unit_test(body__clear_writes_null_by_either_spelling),
        cmocka_unit_test(body__what_is_no_number_or_truth_value_is_refused_by_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
