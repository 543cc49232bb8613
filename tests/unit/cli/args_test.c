/* SPDX-License-Identifier: MIT */
/* Goal: a command line means one thing, whatever the order of its flags, and a mistyped one names what was meant. */
#include "assert_str.h"

#include "linkpond/cli/command.h"

static enum err nothing(struct cli *cli, struct fault *fault)
{
    (void)cli;
    (void)fault;
    return OK;
}

static const struct flag make_flags[] = {
    {"title", FLAG_VALUE, "TEXT", BODY_TEXT, "", ""},
    {"tag", FLAG_LIST, "NAME", BODY_LIST, "", ""},
    {"force", FLAG_SWITCH, NULL, BODY_NONE, "", ""},
    {NULL, FLAG_SWITCH, NULL, BODY_NONE, NULL, NULL},
};
static const struct command pond_verbs[] = {
    {"create", "URL", 1, 1, false, make_flags, NULL, nothing, "", ""},
    {"list", "", 0, 0, false, NULL, NULL, nothing, "", ""},
    {NULL, NULL, 0, 0, false, NULL, NULL, NULL, NULL, NULL},
};
static const struct command table[] = {
    {"pond", "", 0, 0, false, NULL, pond_verbs, NULL, "", ""},
    {"serve", "", 0, 0, true, NULL, NULL, nothing, "", ""},
    {NULL, NULL, 0, 0, false, NULL, NULL, NULL, NULL, NULL},
};

static struct args args;
static struct fault fault;

#define PARSE(...) parse((const char *[]){"linkpond", __VA_ARGS__, NULL})
static enum err parse(const char *const *words)
{
    int count = 0;

    while (words[count]) {
        count++;
    }
    fault = (struct fault){0};
    return args_parse(table, count, (char *const *)words, &args, &fault);
}

static void args__global_flags_stand_anywhere(void **state)
{
    (void)state;
    assert_int_equal(PARSE("--data", "/d", "pond", "--json", "create", "--title=a=b", "https://x", "--quiet"), OK);
    assert_string_equal(args.data_dir, "/d");
    assert_true(args.json && args.quiet && !args.help);
    assert_string_equal(args.noun->name, "pond");
    assert_string_equal(args.command->name, "create");
    assert_string_equal(args_flag(&args, "title"), "a=b");
    assert_string_equal(args.operands[0], "https://x");
}

static void args__the_last_value_counts_and_lists_keep_all(void **state)
{
    (void)state;
    assert_int_equal(PARSE("pond", "create", "u", "--title", "a", "--title", "b", "--tag", "x", "--tag", "y"), OK);
    assert_string_equal(args_flag(&args, "title"), "b");
    assert_int_equal(args.flags_count, 4);
    assert_false(args_has(&args, "force"));
}

static void args__after_two_dashes_everything_is_a_word(void **state)
{
    (void)state;
    assert_int_equal(PARSE("pond", "create", "--", "--force"), OK);
    assert_string_equal(args.operands[0], "--force");
    assert_int_equal(PARSE("pond", "create", "-"), OK);
    assert_string_equal(args.operands[0], "-");
}

static void args__settings_are_flags_where_they_are_taken(void **state)
{
    (void)state;
    assert_int_equal(PARSE("serve", "--code-length", "8", "--listen=x:1"), OK);
    assert_int_equal(args.settings_count, 2);
    assert_string_equal(args.settings[0].setting->name, "code_length");
    assert_string_equal(args.settings[1].value, "x:1");
    assert_int_equal(PARSE("pond", "list", "--code-length", "8"), ERR_USAGE);
}

static void args__what_was_mistyped_is_named_with_the_nearest_name(void **state)
{
    (void)state;
    assert_int_equal(PARSE("pnod"), ERR_USAGE);
    assert_non_null(strstr(fault.message, "did you mean \"pond\""));
    assert_int_equal(PARSE("pond", "craete"), ERR_USAGE);
    assert_non_null(strstr(fault.message, "\"create\""));
    assert_int_equal(PARSE("pond", "create", "--titel", "x"), ERR_USAGE);
    assert_non_null(strstr(fault.message, "\"--title\""));
    assert_int_equal(PARSE("serve", "--admin-lisen", "x"), ERR_USAGE);
    assert_non_null(strstr(fault.message, "admin_listen"));
    assert_int_equal(PARSE("zzzzzz"), ERR_USAGE);
    assert_null(strstr(fault.message, "did you mean"));
}

static void args__too_few_and_too_many_words_are_refused(void **state)
{
    (void)state;
    assert_int_equal(PARSE("pond"), ERR_USAGE);
    assert_int_equal(PARSE("pond", "create"), ERR_USAGE);
    assert_non_null(strstr(fault.message, "URL"));
    assert_int_equal(PARSE("pond", "create", "a", "b"), ERR_USAGE);
    assert_int_equal(PARSE("pond", "create", "a", "--title"), ERR_USAGE);
    assert_int_equal(PARSE("pond", "create", "a", "--force=1"), ERR_USAGE);
    assert_int_equal(PARSE("pond", "create", "a", "-f"), ERR_USAGE);
}

static void args__help_needs_no_operands(void **state)
{
    (void)state;
    assert_int_equal(PARSE("pond", "create", "--help"), OK);
    assert_true(args.help);
    assert_int_equal(PARSE("pond", "-h"), OK);
    assert_true(args.help);
}

static void suggest__finds_swaps_and_beginnings_only_when_near(void **state)
{
    (void)state;
    const char *const names[] = {"import", "export", "backup", "check"};

    assert_string_equal(suggest_name(STR("imoprt"), names, 4), "import");
    assert_string_equal(suggest_name(STR("exp"), names, 4), "export");
    assert_string_equal(suggest_name(STR("chekc"), names, 4), "check");
    assert_null(suggest_name(STR("x"), names, 4));
    assert_null(suggest_name(STR("supercalifragilisticexpialidocious"), names, 4));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(args__global_flags_stand_anywhere),
        cmocka_unit_test(args__the_last_value_counts_and_lists_keep_all),
        cmocka_unit_test(args__after_two_dashes_everything_is_a_word),
        cmocka_unit_test(args__settings_are_flags_where_they_are_taken),
        cmocka_unit_test(args__what_was_mistyped_is_named_with_the_nearest_name),
        cmocka_unit_test(args__too_few_and_too_many_words_are_refused),
        cmocka_unit_test(args__help_needs_no_operands),
        cmocka_unit_test(suggest__finds_swaps_and_beginnings_only_when_near),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
