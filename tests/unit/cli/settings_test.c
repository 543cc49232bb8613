/* SPDX-License-Identifier: MIT */
/* Goal: an operator's choice is taken as written, from the layer that should win, or refused by name and place. */
#include "assert_str.h"

#include "linkpond/base/files.h"
#include "linkpond/cli/settings.h"
#include "tempdir.h"

static struct arena arena;
static struct tempdir folder;
static struct fault fault;

static int set_up(void **state)
{
    (void)state;
    arena_init(&arena, 16 << 20);
    tempdir_init(&folder);
    fault = (struct fault){0};
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_done(&arena);
    tempdir_done(&folder);
    return 0;
}

/* Loads with DIR/linkpond.conf holding these bytes. */
static enum err load_file(const char *text, struct settings *out)
{
    assert_int_equal(files_write_atomic(tempdir_file(&folder, "linkpond.conf"), str_from_c(text)), OK);
    return settings_load(&arena, &(struct settings_input){.data_dir = folder.path}, out, &fault);
}

static void refused(const char *text, const char *place, const char *part)
{
    struct settings settings;

    assert_int_equal(load_file(text, &settings), ERR_USAGE);
    if (!strstr(fault.message, place) || !strstr(fault.message, part)) {
        fail_msg("%s: \"%s\" lacks \"%s\" or \"%s\"", text, fault.message, place, part);
    }
}

static char *some_env(const char *name)
{
    static char length[] = "9", listen[] = "127.0.0.1:1111";

    return strcmp(name, "LINKPOND_CODE_LENGTH") == 0 ? length : strcmp(name, "LINKPOND_LISTEN") == 0 ? listen : NULL;
}

static void settings__built_in_values_hold_without_a_file(void **state)
{
    (void)state;
    struct settings settings;

    assert_int_equal(settings_load(&arena, &(struct settings_input){.data_dir = folder.path}, &settings, &fault), OK);
    assert_string_equal(settings.listen, "127.0.0.1:8080");
    assert_int_equal(settings.code_length, 7);
    assert_int_equal(settings.repeat_window_ms, 30 * 60 * 1000);
    assert_int_equal(settings.cache_bytes, INT64_C(256) << 20);
    assert_int_equal(settings.trusted_proxies.count, 2);
    assert_str(settings.trusted_proxies.items[1], "::1");
    assert_int_equal(settings.click_retention_ms, 0);
}

static void settings__later_layers_win(void **state)
{
    (void)state;
    struct settings settings;
    struct setting_flag flag = {setting_find(STR("listen")), "[::1]:2222"};
    struct settings_input input = {.data_dir = folder.path, .env = some_env, .flags = &flag, .flags_count = 1};

    files_write_atomic(tempdir_file(&folder, "linkpond.conf"),
                       STR("listen = 127.0.0.1:3333\ncode_length = 8\nclick_policy = strict\n"));
    assert_int_equal(settings_load(&arena, &input, &settings, &fault), OK);
    assert_string_equal(settings.listen, "[::1]:2222");
    assert_int_equal(settings.code_length, 9);
    assert_int_equal(settings.click_policy, CLICK_POLICY_STRICT);
}

static void settings__a_file_named_by_config_must_exist(void **state)
{
    (void)state;
    struct settings settings;
    struct settings_input input = {.config = tempdir_file(&folder, "missing.conf")};

    assert_int_equal(settings_load(&arena, &input, &settings, &fault), ERR_NOT_FOUND);
    assert_non_null(strstr(fault.message, "missing.conf"));
}

static void settings__values_carry_their_units(void **state)
{
    (void)state;
    struct settings settings;

    assert_int_equal(load_file("cache_bytes=2GiB\nbin_keep = 7d\nidle_timeout = 1500ms\nbackup_every = 0\n"
                               "journal_segment_bytes = 65536\nstrict_dictionary = on\n",
                               &settings),
                     OK);
    assert_int_equal(settings.cache_bytes, INT64_C(2) << 30);
    assert_int_equal(settings.bin_keep_ms, INT64_C(7) * 86400000);
    assert_int_equal(settings.idle_timeout_ms, 1500);
    assert_int_equal(settings.backup_every_ms, 0);
    assert_int_equal(settings.journal_segment_bytes, 65536);
    assert_true(settings.strict_dictionary);
}

static void settings__lists_go_on_in_indented_lines(void **state)
{
    (void)state;
    struct settings settings;

    assert_int_equal(
        load_file("trusted_proxies = 10.0.0.0/8,\n    192.168.1.1\n  ,fd00::/8\nlisten = a.example:1\n", &settings),
        OK);
    assert_int_equal(settings.trusted_proxies.count, 3);
    assert_str(settings.trusted_proxies.items[0], "10.0.0.0/8");
    assert_str(settings.trusted_proxies.items[2], "fd00::/8");
    assert_string_equal(settings.listen, "a.example:1");
}

static void settings__unknown_names_are_refused_with_their_line(void **state)
{
    (void)state;
    refused("# first\n\nlisten_on = x:1\n", "linkpond.conf:3:", "listen_on");
    refused("code-length = 7\n", "linkpond.conf:1:", "code-length");
    refused("[server]\nlisten = x:1\n", "linkpond.conf:2:", "section");
    refused("listen = x:1\nlisten = y:1\n", "linkpond.conf:2:", "already");
    refused("code_length = 7\n  8\n", "linkpond.conf:2:", "list");
    refused("listen\n", "linkpond.conf:1:", "NAME = VALUE");
}

static void settings__long_lines_and_bytes_that_are_no_text_are_refused(void **state)
{
    (void)state;
    char text[600];

    snprintf(text, sizeof text, "listen = x:1\npublic_url = https://%0300d.example\n", 7);
    refused(text, "linkpond.conf:2:", "too long");
    refused("listen = \xff:1\n", "linkpond.conf", "UTF-8");
}

static void settings__bad_values_name_what_is_allowed(void **state)
{
    (void)state;
    refused("code_length = 4\n", "code_length = 4", "from 5 to 10");
    refused("code_length = 7 # long\n", "code_length", "whole number");
    refused("code_style = pretty\n", "code_style = pretty", "random, sequential");
    refused("bin_keep = 30\n", "bin_keep = 30", "duration");
    refused("bin_keep = 99999999999999999999d\n", "bin_keep", "duration");
    refused("cache_bytes = 9223372036854775807GiB\n", "cache_bytes", "size");
    refused("cache_bytes = 20000001\n", "cache_bytes", "multiple of 4KiB");
    refused("journal_segment_bytes = 16MiB\n", "journal_segment_bytes", "8MiB");
    refused("strict_dictionary = maybe\n", "strict_dictionary", "true or false");
    refused("currency = RMB\n", "currency = RMB", "CNY");
    refused("currency = cny\n", "currency = cny", "CNY");
    refused("timezone = Mars/Olympus\n", "timezone = Mars/Olympus", "Asia/Shanghai");
    refused("trusted_proxies = 10.0.0.0/8, localhost\n", "trusted_proxies", "10.0.0.0/8");
    refused("cors_origins = https://a.example/app\n", "cors_origins", "origins");
    refused("public_url = https://s.example/\n", "public_url", "without a slash");
    refused("public_url = s.example\n", "public_url", "http");
    refused("public_url = https://s.example?x\n", "public_url", "http");
}

static void settings__listen_needs_a_host_and_a_port(void **state)
{
    (void)state;
    refused("listen = 8080\n", "listen = 8080", "HOST:PORT");
    refused("listen = localhost\n", "listen", "HOST:PORT");
    refused("listen = :8080\n", "listen", "HOST:PORT");
    refused("listen = localhost:\n", "listen", "HOST:PORT");
    refused("listen = ::1\n", "listen", "HOST:PORT");
    refused("listen = [::1]\n", "listen", "HOST:PORT");
    refused("listen = localhost:70000\n", "listen", "HOST:PORT");
    refused("listen =\n", "listen", "HOST:PORT");
}

static void settings__a_refused_file_leaves_the_old_values(void **state)
{
    (void)state;
    struct settings settings;

    assert_int_equal(load_file("code_length = 8\n", &settings), OK);
    assert_int_equal(load_file("code_length = 9\nfsync = never\n", &settings), ERR_USAGE);
    assert_int_equal(settings.code_length, 8);
}

static void settings__every_value_written_reads_back_the_same(void **state)
{
    (void)state;
    struct settings settings, again;
    char memory[16384];
    struct buf text;

    assert_int_equal(load_file("bin_keep = 90m\ncache_bytes = 20004864\ntrusted_proxies = 10.0.0.1, fd00::/8\n"
                               "fsync = os\nallow_private_targets = yes\npublic_url = https://s.example/lp\n",
                               &settings),
                     OK);
    buf_init_fixed(&text, memory, sizeof memory);
    for (const struct setting *row = settings_table; row->name; row++) {
        buf_addf(&text, "%s = ", row->name);
        setting_write(row, &settings, &text);
        buf_add(&text, STR("\n"));
    }
    assert_int_equal(load_file(buf_c(&text), &again), OK);
    for (const struct setting *row = settings_table; row->name; row++) {
        assert_true(setting_equal(row, &settings, &again));
    }
    assert_string_equal(again.public_url, "https://s.example/lp");
    assert_int_equal(again.bin_keep_ms, 90 * 60 * 1000);
}

static void settings__the_sample_file_shows_the_built_in_values(void **state)
{
    (void)state;
    struct settings built_in, from_sample;
    struct buf sample, active;
    str shipped, rest, line;

    buf_init_heap(&sample, 1 << 20);
    buf_init_heap(&active, 1 << 20);
    settings_sample(&sample);
    assert_int_equal(files_read(&arena, LINKPOND_SOURCE_DIR "/config/linkpond.conf", 1 << 20, &shipped), OK);
    assert_str_same(shipped, buf_str(&sample)); /* linkpond settings --sample > config/linkpond.conf */
    for (rest = buf_str(&sample); str_next(&rest, '\n', &line);) {
        buf_add(&active, line.len > 1 && line.ptr[0] == '#' && line.ptr[1] != ' ' ? str_from(line, 1) : STR(""));
        buf_add(&active, STR("\n"));
    }
    assert_int_equal(load_file("", &built_in), OK);
    assert_int_equal(load_file(buf_c(&active), &from_sample), OK);
    for (const struct setting *row = settings_table; row->name; row++) {
        assert_true(setting_equal(row, &built_in, &from_sample));
    }
    buf_done(&sample);
    buf_done(&active);
}

static void settings__a_flag_name_may_have_dashes(void **state)
{
    (void)state;
    assert_ptr_equal(setting_find(STR("code-length")), setting_find(STR("code_length")));
    assert_non_null(setting_find(STR("code_length")));
    assert_null(setting_find(STR("code")));
    assert_null(setting_find(STR("")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(settings__built_in_values_hold_without_a_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(settings__later_layers_win, set_up, tear_down),
        cmocka_unit_test_setup_teardown(settings__a_file_named_by_config_must_exist, set_up, tear_down),
        cmocka_unit_test_setup_teardown(settings__values_carry_their_units, set_up, tear_down),
        cmocka_unit_test_setup_teardown(settings__lists_go_on_in_indented_lines, set_up, tear_down),
        cmocka_unit_test_setup_teardown(settings__unknown_names_are_refused_with_their_line, set_up, tear_down),
        cmocka_unit_test_setup_teardown(settings__long_lines_and_bytes_that_are_no_text_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(settings__bad_values_name_what_is_allowed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(settings__listen_needs_a_host_and_a_port, set_up, tear_down),
        cmocka_unit_test_setup_teardown(settings__a_refused_file_leaves_the_old_values, set_up, tear_down),
        cmocka_unit_test_setup_teardown(settings__every_value_written_reads_back_the_same, set_up, tear_down),
        cmocka_unit_test_setup_teardown(settings__the_sample_file_shows_the_built_in_values, set_up, tear_down),
        cmocka_unit_test_setup_teardown(settings__a_flag_name_may_have_dashes, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
