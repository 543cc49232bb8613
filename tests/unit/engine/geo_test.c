/* SPDX-License-Identifier: MIT */
#include "engine_fixture.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>

#include "assert_str.h"
#include "linkpond/engine/geo.h"
#include "linkpond/engine/janitor.h"
#include "xdb_file.h"

/*
 * Goal: an address is told by whatever file the operator names, of either kind; a file that is not whole never takes
 * the place of one that is, and never ends the process; a new one is in force without a restart. The mmdb files are
 * those of tests/support/geo_files.py.
 */

static const struct xdb_range ranges[] = {
    {"198.51.100.0", "198.51.100.255", "美国|加利福尼亚|洛杉矶|0|US"},
    {"203.0.113.0", "203.0.113.255", "中国|上海|上海市|电信|CN"},
    {NULL, NULL, NULL},
};
static const struct xdb_range newer[] = {
    {"203.0.113.0", "203.0.113.255", "中国|北京|北京市|联通|CN"},
    {NULL, NULL, NULL},
};

static str sample(struct arena *arena, const char *name)
{
    str bytes;

    assert_int_equal(
        files_read(arena, arena_f(arena, "%s/tests/support/geo/%s", LINKPOND_SOURCE_DIR, name).ptr, 1 << 20, &bytes),
        OK);
    return bytes;
}

static const char *sample_path(struct arena *arena, const char *name)
{
    return arena_f(arena, "%s/tests/support/geo/%s", LINKPOND_SOURCE_DIR, name).ptr;
}

static void write_xdb(const char *path, const struct xdb_range *content)
{
    struct xdb_file file = xdb_file_make(3, 4, content);

    assert_int_equal(files_write_atomic(path, xdb_file_str(&file)), OK);
    free(file.bytes);
}

struct box {
    struct tempdir dir;
    struct arena arena;
    const char *path;
};

static int setup(void **state)
{
    struct box *self = calloc(1, sizeof *self);

    tempdir_init(&self->dir);
    arena_init(&self->arena, 64 * 1024 * 1024);
    self->path = arena_str(&self->arena, str_from_c(tempdir_file(&self->dir, "geo.bin"))).ptr;
    *state = self;
    return 0;
}

static int teardown(void **state)
{
    struct box *self = *state;

    tempdir_done(&self->dir);
    arena_done(&self->arena);
    free(self);
    return 0;
}

static struct geo *open_files(const char *first, const char *second, bool english)
{
    str files[2] = {str_from_c(first), str_from_c(second)};
    struct geo *geo = geo_new(&(struct geo_opts){.files = files, .files_count = second ? 2 : 1, .english = english});
    struct geo_info info;
    struct fault fault = {0};

    assert_non_null(geo);
    for (size_t i = 0; i < geo_count(geo); i++) {
        if (geo_refresh(geo, i, false, &info, &fault) != OK) {
            fail_msg(STR_FMT ": %s", STR_ARG(geo_path(geo, i)), fault.message);
        }
        assert_true(info.bytes > 0);
    }
    return geo;
}

static struct place find(struct geo *geo, const char *ip, bool *same)
{
    struct addr addr;
    struct place place;

    assert_true(addr_parse(str_from_c(ip), &addr));
    geo_turn(geo);
    bool all = geo_find(geo, &addr, &place);
    if (same) {
        *same = all;
    }
    return place;
}

static void assert_place(struct geo *geo, const char *ip, const char *expected)
{
    char memory[512];
    struct place place = find(geo, ip, NULL);

    snprintf(memory, sizeof memory, STR_FMT "|" STR_FMT "|" STR_FMT "|" STR_FMT, STR_ARG(place.country),
             STR_ARG(place.region), STR_ARG(place.city), STR_ARG(place.carrier));
    assert_string_equal(memory, expected);
}

static void geo__reads_mmdb_files_in_either_language(void **state)
{
    struct box *box = *state;
    struct geo *geo = open_files(sample_path(&box->arena, "city.mmdb"), NULL, false);

    assert_place(geo, "203.0.113.9", "CN|浙江省|杭州|");
    assert_place(geo, "198.51.100.1", "US|加利福尼亚州|旧金山|");
    assert_place(geo, "2001:db8:1::9", "JP||Tokyo|"); /* no Chinese name: the English one */
    assert_place(geo, "2001:db8:2::9", "|||");
    assert_place(geo, "192.0.2.1", "|||"); /* fields of other types than expected */
    geo_free(geo);
    geo = open_files(sample_path(&box->arena, "city.mmdb"), NULL, true);
    assert_place(geo, "203.0.113.9", "CN|Zhejiang|Hangzhou|");
    geo_free(geo);
}

static void geo__tells_the_kind_by_content(void **state)
{
    struct box *box = *state;
    struct geo_info info;
    struct fault fault;

    write_xdb(box->path, ranges);
    assert_int_equal(geo_look(box->path, &info, &fault), OK);
    assert_string_equal(info.kind, "ip2region IPv4");
    assert_int_equal(info.built_ms, (int64_t)XDB_FILE_MADE * MS_PER_SECOND);
    assert_int_equal(files_write_atomic(box->path, sample(&box->arena, "city.mmdb")), OK);
    assert_int_equal(geo_look(box->path, &info, &fault), OK);
    assert_string_equal(info.kind, "GeoLite2-City");
    assert_int_equal(info.built_ms, (int64_t)XDB_FILE_MADE * MS_PER_SECOND);
    assert_int_equal(files_write_atomic(box->path, STR("neither")), OK);
    assert_int_equal(geo_look(box->path, &info, &fault), ERR_CORRUPT);
    assert_int_equal(geo_look("/nowhere/geo", &info, &fault), ERR_NOT_FOUND);
    assert_int_equal(geo_look(box->dir.path, &info, &fault), ERR_CORRUPT);
}

static void geo__a_field_is_the_first_files_that_knows_it(void **state)
{
    struct box *box = *state;
    struct geo *geo =
        open_files(sample_path(&box->arena, "city.mmdb"), sample_path(&box->arena, "carrier-v4.mmdb"), false);

    assert_place(geo, "203.0.113.9", "CN|浙江省|杭州|Example Telecom");
    assert_place(geo, "198.51.100.1", "US|加利福尼亚州|旧金山|Example Net");
    assert_place(geo, "2001:db8:1::9", "JP||Tokyo|");
    geo_free(geo);
    geo = open_files(sample_path(&box->arena, "carrier-v4.mmdb"), sample_path(&box->arena, "city.mmdb"), false);
    assert_place(geo, "198.51.100.1", "DE|Bavaria|旧金山|Example Net"); /* a flat file's country by its name */
    geo_free(geo);
    write_xdb(box->path, ranges);
    geo = open_files(box->path, NULL, false);
    assert_place(geo, "203.0.113.9", "CN|上海|上海市|电信");
    assert_place(geo, "198.51.100.1", "US|加利福尼亚|洛杉矶|");
    assert_place(geo, "2001:db8:1::9", "|||");
    geo_free(geo);
}

static void geo__private_addresses_are_nowhere(void **state)
{
    static const char *const nowhere[] = {"10.1.2.3", "127.0.0.1", "192.168.1.1", "100.64.0.1",
                                          "::1",      "::",        "fd00::1",     "fe80::1"};
    struct box *box = *state;
    struct geo *geo = open_files(sample_path(&box->arena, "city.mmdb"), NULL, false);

    for (size_t i = 0; i < ARRAY_LEN(nowhere); i++) {
        assert_place(geo, nowhere[i], "|||"); /* although the file has 10.0.0.0/8 */
    }
    geo_free(geo);
}

static void geo__says_when_an_answer_is_not_of_the_whole_block(void **state)
{
    struct box *box = *state;
    struct geo *geo = open_files(sample_path(&box->arena, "city.mmdb"), NULL, false);
    bool same;

    find(geo, "203.0.113.9", &same);
    assert_true(same);
    assert_place(geo, "198.51.100.127", "US|加利福尼亚州|旧金山|");
    assert_place(geo, "198.51.100.128", "CA|安大略|多伦多|");
    find(geo, "198.51.100.1", &same);
    assert_false(same);
    find(geo, "2001:db8:1::9", &same);
    assert_true(same);
    find(geo, "192.168.0.1", &same);
    assert_true(same);
    geo_free(geo);
}

static enum err refresh(struct geo *geo, bool *taken, struct fault *fault)
{
    struct geo_info info;
    enum err err = geo_refresh(geo, 0, false, &info, fault);

    *taken = info.bytes > 0;
    return err;
}

static void geo__a_changed_file_is_taken_and_a_broken_one_refused_once(void **state)
{
    struct box *box = *state;
    struct fault fault = {0};
    bool taken;

    write_xdb(box->path, ranges);
    struct geo *geo = open_files(box->path, NULL, false);
    assert_int_equal(refresh(geo, &taken, &fault), OK);
    assert_false(taken);
    assert_place(geo, "203.0.113.9", "CN|上海|上海市|电信");
    assert_int_equal(files_write_atomic(box->path, STR("\002\0half a file")), OK);
    assert_int_equal(refresh(geo, &taken, &fault), ERR_CORRUPT);
    assert_true(fault.message[0] != '\0');
    assert_int_equal(refresh(geo, &taken, &fault), OK); /* said already */
    assert_place(geo, "203.0.113.9", "CN|上海|上海市|电信");
    assert_int_equal(unlink(box->path), 0);
    assert_int_equal(refresh(geo, &taken, &fault), ERR_NOT_FOUND);
    assert_int_equal(refresh(geo, &taken, &fault), OK);
    assert_place(geo, "203.0.113.9", "CN|上海|上海市|电信");
    write_xdb(box->path, newer);
    assert_int_equal(refresh(geo, &taken, &fault), OK);
    assert_true(taken);
    assert_place(geo, "203.0.113.9", "CN|北京|北京市|联通");
    assert_place(geo, "198.51.100.1", "|||");
    geo_free(geo);
}

/* cp writes into the file itself, and it is short for a moment: a mapping of it would end the process (SIGBUS). */
static void geo__a_file_that_becomes_short_under_us_changes_nothing(void **state)
{
    struct box *box = *state;

    assert_int_equal(files_write_atomic(box->path, sample(&box->arena, "city.mmdb")), OK);
    struct geo *geo = open_files(box->path, NULL, false);
    assert_int_equal(truncate(box->path, 0), 0);
    assert_place(geo, "203.0.113.9", "CN|浙江省|杭州|");
    geo_free(geo);
    write_xdb(box->path, ranges);
    geo = open_files(box->path, NULL, false);
    assert_int_equal(truncate(box->path, 0), 0);
    assert_place(geo, "203.0.113.9", "CN|上海|上海市|电信");
    geo_free(geo);
}

static void look_at_broken(struct box *box, str bytes, size_t *refused)
{
    static const char *const ips[] = {"203.0.113.9", "198.51.100.200", "192.0.2.1", "2001:db8:1::9", "8.8.8.8"};
    str files[1] = {str_from_c(box->path)};
    struct geo_info info;
    struct fault fault = {0};
    int fd = open(box->path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes.ptr, bytes.len), (ssize_t)bytes.len);
    close(fd);
    struct geo *geo = geo_new(&(struct geo_opts){.files = files, .files_count = 1});
    if (geo_refresh(geo, 0, true, &info, &fault) != OK) {
        assert_true(fault.message[0] != '\0');
        assert_int_equal(geo_in_use(geo), 0);
        (*refused)++;
    }
    for (size_t i = 0; i < ARRAY_LEN(ips); i++) {
        find(geo, ips[i], NULL);
    }
    geo_free(geo);
}

static void geo__a_file_cut_anywhere_is_refused(void **state)
{
    struct box *box = *state;
    str whole = sample(&box->arena, "city.mmdb");
    struct xdb_file xdb = xdb_file_make(3, 4, ranges);
    size_t refused = 0, count = 0;

    for (size_t len = 0; len < whole.len - 200; len += 64, count++) { /* the last bytes are metadata of its own */
        look_at_broken(box, str_slice(whole, 0, len), &refused);
    }
    for (size_t len = XDB_FILE_HEAD - 640; len < xdb.len; len += 64, count++) {
        look_at_broken(box, str_slice(xdb_file_str(&xdb), 0, len), &refused);
    }
    assert_int_equal(refused, count);
    free(xdb.bytes);
}

/* As a bad disk or a download that was given its whole length first leaves them: the end with the metadata is good. */
static void geo__an_mmdb_file_that_tells_nothing_is_refused(void **state)
{
    struct box *box = *state;
    str whole = sample(&box->arena, "city.mmdb");
    size_t data = (size_t)str_find(whole, STR("country"), 0) - 1,
           end = (size_t)str_find(whole, STR("MaxMind.com"), 0) - 3;
    const size_t gone[][2] = {{0, data}, {data, end}, {0, end}}; /* the tree, what it leads to, both */
    size_t refused = 0;

    for (size_t i = 0; i < ARRAY_LEN(gone); i++) {
        char *bytes = arena_alloc(&box->arena, whole.len);
        memcpy(bytes, whole.ptr, whole.len);
        memset(bytes + gone[i][0], 0, gone[i][1] - gone[i][0]);
        look_at_broken(box, (str){bytes, whole.len}, &refused);
        assert_int_equal(refused, i + 1);
    }
}

/* libmaxminddb 1.7.1 forgets a list of 5 KB when it finds a file's metadata damaged, which a sanitizer would tell. */
void __lsan_disable(void) __attribute__((weak));
void __lsan_enable(void) __attribute__((weak));

#define METADATA_BYTES 260

/* The same bytes each time: xorshift64. */
static void damage(struct box *box, str whole, size_t from, size_t to, size_t rounds)
{
    uint64_t seed = 88172645463325252U;
    char *bytes = malloc(whole.len);
    size_t refused = 0;

    for (size_t round = 0; round < rounds; round++) {
        memcpy(bytes, whole.ptr, whole.len);
        for (size_t i = 0; i < 1 + round % 8; i++) {
            seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
            bytes[from + seed % (to - from)] = (char)(seed >> 32);
        }
        look_at_broken(box, (str){bytes, whole.len}, &refused);
    }
    free(bytes);
}

static void geo__any_bytes_are_survived(void **state)
{
    struct box *box = *state;
    str whole = sample(&box->arena, "city.mmdb");
    struct xdb_file xdb = xdb_file_make(3, 4, ranges);

    damage(box, whole, 0, whole.len - METADATA_BYTES, 500);
    if (__lsan_disable) {
        __lsan_disable();
    }
    damage(box, whole, whole.len - METADATA_BYTES, whole.len, 500);
    if (__lsan_enable) {
        __lsan_enable();
    }
    damage(box, xdb_file_str(&xdb), xdb.first - 32, xdb.len, 100);
    damage(box, xdb_file_str(&xdb), 0, 20, 100);
    free(xdb.bytes);
}

/* ---- in an engine */

static void visit_from(struct pond *pond, const char *ip)
{
    struct record record = {.time_ms = clock_now_ms(),
                            .link_id = 1,
                            .outcome = OUTCOME_REDIRECT,
                            .status = 302,
                            .host = STR("s.example.com"),
                            .code = STR("x"),
                            .user_agent = STR(POND_UA_PHONE)};
    int64_t id;

    assert_true(addr_parse(str_from_c(ip), &record.ip));
    assert_int_equal(journal_append(pond->engine->journal, 0, &record, &id), OK);
    assert_int_equal(writer_drain(pond->engine->writer, 60000), OK);
}

static bool newest(void *arg, const struct click *click)
{
    char *text = arg;
    char ip[ADDR_TEXT_MAX];
    str address = addr_format(&click->ip, ip);

    snprintf(text, 256, STR_FMT " " STR_FMT "|" STR_FMT "|" STR_FMT "|" STR_FMT, STR_ARG(address),
             STR_ARG(click->country), STR_ARG(click->region), STR_ARG(click->city), STR_ARG(click->carrier));
    return false;
}

static void assert_newest(struct pond *pond, const char *expected)
{
    char text[256] = "";
    struct click_query query = {
        .filter = {.to_ms = INT64_MAX, .zone = pond->engine->zone}, .descending = true, .limit = 1};
    struct db *db = readers_take(pond->engine->readers, 5000);

    assert_int_equal(clicks_run(db, &pond->arena, &query, newest, text), OK);
    readers_give(pond->engine->readers, db);
    assert_string_equal(text, expected);
}

static void geo__clicks_keep_their_place_and_lose_their_address(void **state)
{
    struct pond *pond = *state;
    const char *path = arena_str(&pond->arena, str_from_c(tempdir_file(&pond->dir, "geo.xdb"))).ptr;
    str files[1] = {str_from_c(path)};

    visit_from(pond, "203.0.113.9");
    assert_newest(pond, "203.0.113.0 |||");
    write_xdb(path, ranges);
    pond->opts.geo_files = files;
    pond->opts.geo_files_count = 1;
    pond_reopen(pond);
    visit_from(pond, "203.0.113.9");
    assert_newest(pond, "203.0.113.0 CN|上海|上海市|电信");
    visit_from(pond, "203.0.113.77"); /* by what is kept of the block */
    assert_newest(pond, "203.0.113.0 CN|上海|上海市|电信");
    visit_from(pond, "127.0.0.1");
    assert_newest(pond, "127.0.0.0 |||");
    visit_from(pond, "198.51.100.9");
    assert_newest(pond, "198.51.100.0 US|加利福尼亚|洛杉矶|");
    write_xdb(path, newer);
    janitor_run(pond->engine->janitor, clock_now_ms());
    visit_from(pond, "203.0.113.9");
    assert_newest(pond, "203.0.113.0 CN|北京|北京市|联通");
    visit_from(pond, "198.51.100.9"); /* nothing of the file before is left */
    assert_newest(pond, "198.51.100.0 |||");
}

static void geo__a_broken_file_does_not_stop_the_start(void **state)
{
    struct pond *pond = *state;
    const char *path = arena_str(&pond->arena, str_from_c(tempdir_file(&pond->dir, "geo.xdb"))).ptr;
    str files[1] = {str_from_c(path)};

    assert_int_equal(files_write_atomic(path, STR("broken")), OK);
    pond->opts.geo_files = files;
    pond->opts.geo_files_count = 1;
    pond_reopen(pond);
    assert_int_equal(geo_in_use(pond->engine->geo), 0);
    visit_from(pond, "203.0.113.9");
    assert_newest(pond, "203.0.113.0 |||");
    write_xdb(path, ranges);
    engine_refresh_geo(pond->engine, true);
    assert_int_equal(geo_in_use(pond->engine->geo), 1);
    visit_from(pond, "203.0.113.9");
    assert_newest(pond, "203.0.113.0 CN|上海|上海市|电信");
}

struct swapper {
    struct geo *geo;
    _Atomic bool stop;
};

static void *swap(void *arg)
{
    struct swapper *self = arg;
    struct geo_info info;

    while (!atomic_load(&self->stop)) {
        geo_refresh(self->geo, 0, true, &info, NULL);
    }
    return NULL;
}

/* For a sanitizer of threads or addresses to look at: texts stay while they are lent. */
static void geo__is_replaced_under_load(void **state)
{
    struct box *box = *state;
    struct addr ip;
    struct place place;
    pthread_t thread;
    size_t turns = 0;

    write_xdb(box->path, ranges);
    struct geo *geo = open_files(box->path, NULL, false);
    struct swapper swapper = {.geo = geo};
    assert_true(addr_parse(STR("203.0.113.9"), &ip));
    geo_turn(geo);
    assert_int_equal(pthread_create(&thread, NULL, swap, &swapper), 0);
    while (turns < 20) {
        turns += geo_turn(geo);
        geo_find(geo, &ip, &place);
        assert_str(place.city, "上海市");
    }
    atomic_store(&swapper.stop, true);
    pthread_join(thread, NULL);
    geo_free(geo);
}

#define GEO_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        GEO_TEST(geo__reads_mmdb_files_in_either_language),
        GEO_TEST(geo__tells_the_kind_by_content),
        GEO_TEST(geo__a_field_is_the_first_files_that_knows_it),
        GEO_TEST(geo__private_addresses_are_nowhere),
        GEO_TEST(geo__says_when_an_answer_is_not_of_the_whole_block),
        GEO_TEST(geo__a_changed_file_is_taken_and_a_broken_one_refused_once),
        GEO_TEST(geo__a_file_that_becomes_short_under_us_changes_nothing),
        GEO_TEST(geo__a_file_cut_anywhere_is_refused),
        GEO_TEST(geo__an_mmdb_file_that_tells_nothing_is_refused),
        GEO_TEST(geo__any_bytes_are_survived),
        GEO_TEST(geo__is_replaced_under_load),
        POND_TEST(geo__clicks_keep_their_place_and_lose_their_address),
        POND_TEST(geo__a_broken_file_does_not_stop_the_start),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
