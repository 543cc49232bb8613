/* SPDX-License-Identifier: MIT */
/* Goal: an export of any well-known shortener is understood without telling us where it comes from. */
#include "import_map.h"

#include "assert_str.h"

static struct arena arena;
static struct import_row got;
static struct fault fault;
static const str own_hosts[] = {STR_INIT("s.example"), STR_INIT("go.example:8080")};
static struct import_rules rules;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, 1 << 22);
    rules = (struct import_rules){.zone = zone_find(STR("Asia/Shanghai")), .hosts = own_hosts, .hosts_count = 2};
    assert_non_null(rules.zone);
    fault = (struct fault){0};
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

/* Cells separated by '~'. */
static struct csv_row row_of(const char *text)
{
    struct csv_row row = {0};
    str *cells = ARENA_ARRAY(&arena, str, CSV_COLUMNS_MAX);
    str rest = str_from_c(text);
    str piece;
    bool more = true;
    while (more) {
        more = str_cut(rest, '~', &piece, &rest);
        cells[row.count++] = piece;
    }
    row.cells = cells;
    return row;
}

static struct import_map map;
static enum err read_as(const char *header, const char *line)
{
    struct csv_row head = row_of(header);
    struct csv_row row = row_of(line);
    bool blank;
    enum err err = import_map_read(&map, &head, &fault);
    return err ? err : import_map_row(&map, &arena, &rules, &row, &got, &blank, &fault);
}
#define READ(header, line) assert_int_equal(read_as(header, line), OK)

static str tag(size_t i)
{
    return i < got.draft.tags.count ? got.draft.tags.items[i] : (str){0};
}

static void map__bitly(void **state)
{
    (void)state;
    READ("Link~Long URL~Title~Tags~Custom Back-half~Created~Total Clicks",
         "bit.ly/3xYzAb~https://a.example/x~Spring~red|blue~bit.ly-less~2024-03-01T10:00:00+0000~1,234");
    assert_str(got.draft.url, "https://a.example/x");
    assert_int_equal(got.names_count, 2);
    assert_str(got.draft.alias, "bit.ly-less");
    assert_str(got.names[1], "3xYzAb");
    assert_str(tag(1), "blue");
    assert_int_equal(got.extra.clicks, 1234);
    assert_true(got.extra.created_ms == INT64_C(1709287200000));
    assert_false(link_draft_has(&got.draft, LF_DOMAIN));
    assert_string_equal(map.tool, "Bitly");
}

static void map__yourls(void **state)
{
    (void)state;
    READ("keyword~url~title~timestamp~ip~clicks", "ozh~https://ozh.org/~Ozh~2009-11-22 10:04:51~127.0.0.1~77");
    assert_str(got.draft.alias, "ozh");
    assert_str(got.draft.title, "Ozh");
    assert_int_equal(got.extra.clicks, 77);
    assert_true(got.extra.created_ms == INT64_C(1258855491000)); /* 10:04:51 in Shanghai */
    assert_string_equal(map.tool, "YOURLS");
}

static void map__shlink(void **state)
{
    (void)state;
    READ("createdAt~domain~shortCode~shortUrl~longUrl~title~tags~visits",
         "2024-01-02T03:04:05+08:00~doma.in~abc~https://doma.in/abc~https://a.example/~T~a|b~5");
    assert_str(got.draft.alias, "abc");
    assert_int_equal(got.names_count, 1);
    assert_str(tag(0), "a");
    assert_int_equal(got.extra.clicks, 5);
    assert_false(link_draft_has(&got.draft, LF_DOMAIN));
    assert_string_equal(map.tool, "Shlink");
}

static void map__kutt(void **state)
{
    (void)state;
    READ("address~target~description~visit_count~created_at~expire_in~password",
         "kt~https://a.example/k~A note~9~2024-01-02T03:04:05.678Z~2030-01-01T00:00:00Z~false");
    assert_str(got.draft.url, "https://a.example/k");
    assert_str(got.draft.alias, "kt");
    assert_str(got.draft.title, "A note");
    assert_true(got.draft.valid_until_ms == INT64_C(1893456000000));
    assert_true(link_draft_has(&got.draft, LF_VALID_UNTIL));
    assert_string_equal(map.tool, "Kutt");
}

static void map__dub(void **state)
{
    (void)state;
    READ("Short link~Destination URL~Clicks~Created at~External ID~Tags",
         "https://dub.sh/my%2Fkey~https://a.example/d~3~2024-05-06 07:08:09~ext-1~x, y");
    assert_str(got.draft.alias, "my/key");
    assert_str(got.draft.external_id, "ext-1");
    assert_str(tag(1), "y");
    assert_string_equal(map.tool, "Dub");
}

static void map__rebrandly(void **state)
{
    (void)state;
    READ("Id~Title~Slashtag~Destination~ShortUrl~Domain.FullName~Clicks~CreatedAt~Description",
         "0a1b~Ti~tag~https://a.example/r~rebrand.ly/tag~rebrand.ly~8~2024-05-06T07:08:09.000Z~more words");
    assert_str(got.draft.alias, "tag");
    assert_int_equal(got.names_count, 1);
    assert_str(got.draft.title, "Ti");
    assert_str(got.draft.notes, "more words");
    assert_string_equal(map.tool, "Rebrandly");
}

static void map__short_io(void **state)
{
    (void)state;
    READ("Original URL~Path~Short URL~Title~Created At~Tags~Expires At~Expired URL",
         "https://a.example/s~p1~https://x.short.gy/p1~T~1700000000~t1~1700000000000~https://a.example/over");
    assert_str(got.draft.alias, "p1");
    assert_true(got.extra.created_ms == INT64_C(1700000000000));
    assert_true(got.draft.valid_until_ms == INT64_C(1700000000000));
    assert_str(got.draft.fallback_url, "https://a.example/over");
    assert_string_equal(map.tool, "Short.io");
}

static void map__polr_and_tinyurl(void **state)
{
    (void)state;
    READ("short_url~long_url~ip~creator~clicks~created_at", "pl~https://a.example/p~::1~admin~2~2016-01-02 03:04:05");
    assert_str(got.draft.alias, "pl");
    assert_string_equal(map.tool, "Polr");
    READ("TinyURL~Long URL~Alias~Tags~Hits~Created At", "https://tinyurl.com/y7~https://a.example/t~y7~~4~2024-01-01");
    assert_str(got.draft.alias, "y7");
    assert_string_equal(map.tool, "TinyURL");
    assert_int_equal(got.names_count, 1);
    assert_int_equal(got.extra.clicks, 4);
}

static void map__chinese_words(void **state)
{
    (void)state;
    READ("长链接~短链~标签~渠道~营销活动~备注~过期时间",
         "https://a.example/~https://s.example/cn~红;蓝~华东3群~双十一~好~2026-11-11");
    assert_str(got.draft.alias, "cn");
    assert_str(got.draft.domain, "s.example");
    assert_str(tag(1), "蓝");
    assert_str(got.draft.channel, "华东3群");
    /* through the whole of that day in Shanghai */
    assert_true(got.draft.valid_until_ms == (days_from_civil(2026, 11, 12) * 24 - 8) * MS_PER_HOUR);
}

static void map__columns_that_anybody_would_write_are_nobodys(void **state)
{
    (void)state;
    READ("url~alias~title", "https://a.example/~x~T");
    assert_null(map.tool);
    READ("short_url~long_url~clicks~created_at", "x~https://a.example/~1~2016-01-02");
    assert_null(map.tool);
}

static void map__a_lone_ambiguous_column_is_the_target(void **state)
{
    (void)state;
    READ("link~alias", "https://a.example/~x1");
    assert_str(got.draft.url, "https://a.example/");
    READ("address", "https://a.example/2");
    assert_str(got.draft.url, "https://a.example/2");
}

static void map__our_export_keeps_every_name_and_tag(void **state)
{
    (void)state;
    READ("id~code~aliases~short_url~domain~url~tags~crawlable~clicks",
         "lnk_5~aB3dE9x~spring\nold one,2019~https://s.example/spring~s.example~https://a.example/~a;b,c|d~false~12");
    assert_int_equal(got.names_count, 3);
    assert_str(got.draft.alias, "spring");
    assert_str(got.names[1], "old one,2019");
    assert_str(got.names[2], "aB3dE9x");
    assert_int_equal(got.draft.tags.count, 2);
    assert_str(tag(0), "a;b");
    assert_str(got.draft.domain, "s.example");
    assert_int_equal(got.extra.clicks, 12);
    assert_string_equal(map.tool, "Linkpond");
}

static void map__a_file_without_urls_is_refused_with_what_was_seen(void **state)
{
    (void)state;
    assert_int_equal(read_as("colour~size", "red~5"), ERR_INVALID);
    assert_string_equal(fault.field, "header");
    assert_string_equal(fault.code, "url_column_missing");
    assert_non_null(strstr(fault.message, "colour, size"));
    assert_non_null(strstr(fault.message_zh, "colour"));
}

static void map__text_that_is_not_utf8_is_refused(void **state)
{
    (void)state;
    assert_int_equal(read_as("url~title", "https://a.example/~\xb1\xea\xcc\xe2"), ERR_INVALID);
    assert_string_equal(fault.code, "invalid_utf8");
    assert_string_equal(fault.field, "title");
    assert_int_equal(read_as("url~\xb1\xea\xcc\xe2", "https://a.example/~x"), ERR_INVALID);
    assert_string_equal(fault.field, "header");
}

static void map__bad_values_name_their_field(void **state)
{
    static const struct {
        const char *header, *line, *field, *code;
    } cases[] = {
        {"url~created", "https://a.example/~yesterday", "created", "not_a_time"},
        {"url~expires at", "https://a.example/~2026-02-30", "valid_until", "not_a_time"},
        {"url~clicks", "https://a.example/~many", "clicks", "wrong_type"},
        {"url~clicks", "https://a.example/~-4", "clicks", "wrong_type"},
        {"url~password", "https://a.example/~secret", "password", "not_available_yet"},
        {"url~enabled", "https://a.example/~perhaps", "enabled", "wrong_type"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_int_equal(read_as(cases[i].header, cases[i].line), ERR_INVALID);
        assert_string_equal(fault.field, cases[i].field);
        assert_string_equal(fault.code, cases[i].code);
    }
}

static void map__rows_that_name_none_of_our_domains_go_where_asked(void **state)
{
    (void)state;
    rules.domain = STR("go.example:8080");
    READ("url~domain", "https://a.example/~s.example");
    assert_str(got.draft.domain, "s.example");
    READ("url~domain~short url", "https://a.example/~bit.ly~https://bit.ly/x");
    assert_str(got.draft.domain, "go.example:8080");
    assert_str(got.draft.alias, "x");
    READ("code~aliases~domain~url~crawlable", "abcdefg~~elsewhere.example~https://a.example/~no");
    assert_str(got.draft.domain, "go.example:8080");
    rules.domain = (str){0};
    READ("code~aliases~domain~url~crawlable", "abcdefg~~elsewhere.example~https://a.example/~no");
    assert_str(got.draft.domain, "elsewhere.example"); /* which the editor refuses */
}

static void map__times_are_read_as_people_write_them(void **state)
{
    static const struct {
        const char *text;
        int64_t ms;
    } cases[] = {
        {"2026-11-22T02:04:51Z", 1795313091000},
        {"2026-11-22 10:04:51", 1795313091000},
        {"2026/11/22 10:04:51", 1795313091000},
        {"2026-11-22T10:04:51", 1795313091000},
        {"2026-11-22 10:04:51.500", 1795313091500},
        {"2026-11-22 02:04:51 UTC", 1795313091000},
        {"2026-11-22 02:04:51+0000", 1795313091000},
        {"2026-11-21 18:04:51 -08:00", 1795313091000},
        {"2026-11-22 10:04", 1795313040000},
        {"2026-11-22", 1795276800000},
        {"1795313091", 1795313091000},
        {"1795313091500", 1795313091500},
    };
    static const char *const bad[] = {"",
                                      "now",
                                      "22/11/2026",
                                      "2026-13-01",
                                      "2026-11-31",
                                      "2026-1",
                                      "2026-11-22 25:00",
                                      "12",
                                      "2026-11-22 10:04 x",
                                      "-1795313091"};
    int64_t ms;
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        ms = 0;
        if (!import_time(str_from_c(cases[i].text), rules.zone, false, &ms) || ms != cases[i].ms) {
            fail_msg("%s gives %lld", cases[i].text, (long long)ms);
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        if (import_time(str_from_c(bad[i]), rules.zone, false, &ms)) {
            fail_msg("\"%s\" is taken as %lld", bad[i], (long long)ms);
        }
    }
}

static void map__blank_rows_are_told_apart(void **state)
{
    struct csv_row head = row_of("url~title");
    struct csv_row row = row_of(" ~");
    bool blank = false;
    (void)state;
    assert_int_equal(import_map_read(&map, &head, &fault), OK);
    assert_int_equal(import_map_row(&map, &arena, &rules, &row, &got, &blank, &fault), OK);
    assert_true(blank);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(map__bitly),
        TEST(map__yourls),
        TEST(map__shlink),
        TEST(map__kutt),
        TEST(map__dub),
        TEST(map__rebrandly),
        TEST(map__short_io),
        TEST(map__polr_and_tinyurl),
        TEST(map__chinese_words),
        TEST(map__columns_that_anybody_would_write_are_nobodys),
        TEST(map__a_lone_ambiguous_column_is_the_target),
        TEST(map__our_export_keeps_every_name_and_tag),
        TEST(map__a_file_without_urls_is_refused_with_what_was_seen),
        TEST(map__text_that_is_not_utf8_is_refused),
        TEST(map__bad_values_name_their_field),
        TEST(map__rows_that_name_none_of_our_domains_go_where_asked),
        TEST(map__times_are_read_as_people_write_them),
        TEST(map__blank_rows_are_told_apart),
    };
    return cmocka_run_group_tests_name("api/import_map", tests, NULL, NULL);
}
