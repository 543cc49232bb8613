/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "linkpond/base/limits.h"
#include "linkpond/base/utf8.h"
#include "linkpond/model/record.h"

/* Goal: a click written to the journal reads back byte for byte, and nothing else ever reads as a good record. */

#define SEED 0x1234567890abcdefULL

static void assert_same(str got, str expected)
{
    assert_int_equal(got.len, expected.len);
    if (got.len > 0) {
        assert_memory_equal(got.ptr, expected.ptr, got.len);
    }
}

static struct record sample(void)
{
    struct record record = {
        .time_ms = 1760000000123,
        .link_id = 42,
        .visitor = (INT64_C(1) << 40) - 1,
        .outcome = OUTCOME_FALLBACK,
        .signals = SIGNAL_COOKIE | SIGNAL_TEST,
        .status = 302,
        .host = STR("s.example.cn"),
        .code = STR("双11"),
        .location = STR("https://example.cn/landing?a=1&b=m%3D2#x"),
        .user_agent = STR("Mozilla/5.0 (iPhone) MicroMessenger/8.0.42"),
        .referrer = STR("https://mp.weixin.qq.com/"),
        .query = STR("from=timeline&isappinstalled=0"),
        .language = STR("zh-CN,zh;q=0.9"),
        .package = STR("com.tencent.mm"),
        .request_id = STR("0af7651916cd43dd8448eb211c80319c"),
        .link_source = STR("kol"),
        .link_channel = STR("east-3"),
        .target = STR("staff-7"),
    };
    for (size_t i = 0; i < sizeof record.ip.bytes; i++) {
        record.ip.bytes[i] = (uint8_t)(i * 17);
    }
    record.link_utm[UTM_SOURCE] = STR("wechat");
    record.link_utm[UTM_ID] = STR("618");
    return record;
}

/* Encodes and publishes; returns the size. */
static size_t write_record(const struct record *record, uint64_t seed, uint8_t *out)
{
    size_t size = record_size(record);
    uint32_t commit = record_encode(record, seed, out, size);

    memcpy(out, &commit, sizeof commit);
    return size;
}

static void assert_records_equal(const struct record *a, const struct record *b)
{
    assert_int_equal(a->time_ms, b->time_ms);
    assert_int_equal(a->link_id, b->link_id);
    assert_int_equal(a->visitor, b->visitor);
    assert_int_equal(a->outcome, b->outcome);
    assert_int_equal(a->signals, b->signals);
    assert_int_equal(a->status, b->status);
    assert_memory_equal(a->ip.bytes, b->ip.bytes, sizeof a->ip.bytes);
    assert_same(a->host, b->host);
    assert_same(a->code, b->code);
    assert_same(a->location, b->location);
    assert_same(a->user_agent, b->user_agent);
    assert_same(a->referrer, b->referrer);
    assert_same(a->query, b->query);
    assert_same(a->language, b->language);
    assert_same(a->package, b->package);
    assert_same(a->request_id, b->request_id);
    assert_same(a->link_source, b->link_source);
    assert_same(a->link_channel, b->link_channel);
    assert_same(a->target, b->target);
    for (size_t i = 0; i < UTM_COUNT; i++) {
        assert_same(a->link_utm[i], b->link_utm[i]);
    }
}

static void record__reads_back_what_was_written(void **state)
{
    (void)state;
    _Alignas(RECORD_ALIGN) uint8_t bytes[LIMIT_JOURNAL_RECORD];
    struct record in = sample(), out;
    size_t size = write_record(&in, SEED, bytes), read = 0;

    assert_int_equal(size % RECORD_ALIGN, 0);
    assert_int_equal(record_decode(bytes, sizeof bytes, SEED, &out, &read), RECORD_GOOD);
    assert_int_equal(read, size);
    assert_records_equal(&in, &out);
    assert_true((const uint8_t *)out.user_agent.ptr > bytes && (const uint8_t *)out.user_agent.ptr < bytes + size);
}

static void record__with_nothing_known_reads_back(void **state)
{
    (void)state;
    _Alignas(RECORD_ALIGN) uint8_t bytes[LIMIT_JOURNAL_RECORD];
    struct record in = {0}, out;
    size_t size = write_record(&in, 0, bytes), read = 0;

    assert_int_equal(record_decode(bytes, size, 0, &out, &read), RECORD_GOOD);
    assert_records_equal(&in, &out);
}

static void record__without_its_commit_word_is_the_end(void **state)
{
    (void)state;
    _Alignas(RECORD_ALIGN) uint8_t bytes[LIMIT_JOURNAL_RECORD];
    struct record in = sample(), out;
    size_t read = 1;

    memset(bytes, 0xff, sizeof bytes);
    assert_int_not_equal(record_encode(&in, SEED, bytes, record_size(&in)), 0);
    assert_int_equal(record_decode(bytes, sizeof bytes, SEED, &out, &read), RECORD_END);
    assert_int_equal(read, 0);
    assert_int_equal(record_decode(bytes, 0, SEED, &out, &read), RECORD_END);
}

static void record__any_changed_byte_is_detected(void **state)
{
    (void)state;
    _Alignas(RECORD_ALIGN) uint8_t bytes[LIMIT_JOURNAL_RECORD];
    struct record in = sample(), out;
    size_t size = write_record(&in, SEED, bytes), read = 0;
    static const uint8_t masks[] = {0x01, 0x80, 0xff, 0x55};

    for (size_t i = 0; i < size; i++) {
        for (size_t m = 0; m < sizeof masks; m++) {
            bytes[i] ^= masks[m];
            assert_int_not_equal(record_decode(bytes, sizeof bytes, SEED, &out, &read), RECORD_GOOD);
            bytes[i] ^= masks[m];
        }
    }
    assert_int_equal(record_decode(bytes, size, SEED, &out, &read), RECORD_GOOD);
}

static void record__of_another_segment_is_bad(void **state)
{
    (void)state;
    _Alignas(RECORD_ALIGN) uint8_t bytes[LIMIT_JOURNAL_RECORD];
    struct record in = sample(), out;
    size_t size = write_record(&in, SEED, bytes), read = 0;

    assert_int_equal(record_decode(bytes, size, SEED + 1, &out, &read), RECORD_BAD);
    assert_int_equal(read, RECORD_ALIGN);
}

static void record__is_never_read_beyond_what_is_there(void **state)
{
    (void)state;
    _Alignas(RECORD_ALIGN) uint8_t bytes[LIMIT_JOURNAL_RECORD];
    struct record in = sample(), out;
    size_t size = write_record(&in, SEED, bytes), read = 0;

    for (size_t available = 0; available < size; available++) {
        uint8_t *exact = malloc(available ? available : 1); /* so that a sanitizer sees one byte too many */
        memcpy(exact, bytes, available);
        assert_int_not_equal(record_decode(exact, available, SEED, &out, &read), RECORD_GOOD);
        free(exact);
    }
}

static void record__huge_texts_are_cut_to_their_limits(void **state)
{
    (void)state;
    _Alignas(RECORD_ALIGN) uint8_t bytes[LIMIT_JOURNAL_RECORD];
    static char huge[8192];
    struct record in = sample(), out;
    size_t read = 0;

    for (size_t i = 0; i + 3 <= sizeof huge; i += 3) {
        memcpy(huge + i, "链", 3);
    }
    in.user_agent = in.query = in.referrer = in.language = (str){huge, 8190};
    size_t size = write_record(&in, SEED, bytes);
    assert_true(size <= LIMIT_JOURNAL_RECORD);
    assert_int_equal(record_decode(bytes, size, SEED, &out, &read), RECORD_GOOD);
    assert_int_equal(out.user_agent.len, LIMIT_CLICK_UA / 3 * 3);
    assert_int_equal(out.query.len, LIMIT_CLICK_QUERY / 3 * 3);
    assert_int_equal(out.referrer.len, LIMIT_CLICK_REFERRER / 3 * 3);
    assert_int_equal(out.language.len, LIMIT_CLICK_LANGUAGE / 3 * 3);
    assert_true(utf8_valid(out.user_agent));
    assert_same(out.location, in.location);
}

static void record__location_gives_way_first_and_names_last(void **state)
{
    (void)state;
    _Alignas(RECORD_ALIGN) uint8_t bytes[LIMIT_JOURNAL_RECORD];
    static char huge[8192];
    struct record in = sample(), out;
    size_t read = 0;

    memset(huge, 'x', sizeof huge);
    in.user_agent = in.query = in.referrer = in.location = (str){huge, sizeof huge};
    size_t size = write_record(&in, SEED, bytes);
    assert_int_equal(size, LIMIT_JOURNAL_RECORD);
    assert_int_equal(record_decode(bytes, size, SEED, &out, &read), RECORD_GOOD);
    assert_int_equal(out.query.len, LIMIT_CLICK_QUERY);
    assert_true(out.location.len > 0 && out.location.len < LIMIT_LOCATION);

    /* Everything at once: still one record, and what names the click is whole. */
    for (size_t i = 0; i < UTM_COUNT; i++) {
        in.link_utm[i] = (str){huge, sizeof huge};
    }
    in.host = in.code = in.language = in.package = in.request_id = (str){huge, sizeof huge};
    in.link_source = in.link_channel = in.target = (str){huge, sizeof huge};
    size = write_record(&in, SEED, bytes);
    assert_int_equal(size, LIMIT_JOURNAL_RECORD);
    assert_int_equal(record_decode(bytes, size, SEED, &out, &read), RECORD_GOOD);
    assert_int_equal(out.location.len, 0);
    assert_int_equal(out.user_agent.len, LIMIT_CLICK_UA);
    assert_int_equal(out.link_utm[UTM_ID].len, LIMIT_UTM);
    assert_int_equal(out.target.len, LIMIT_TAG);
    assert_int_equal(out.request_id.len, LIMIT_REQUEST_ID);
}

static void record__numbers_keep_their_whole_range(void **state)
{
    (void)state;
    _Alignas(RECORD_ALIGN) uint8_t bytes[LIMIT_JOURNAL_RECORD];
    struct record in = {.time_ms = INT64_MIN, .link_id = INT64_MAX, .visitor = -1, .signals = 0xffff, .status = 599},
                  out;
    size_t size = write_record(&in, UINT64_MAX, bytes), read = 0;

    in.outcome = (enum click_outcome)(OUTCOME_COUNT - 1);
    size = write_record(&in, UINT64_MAX, bytes);
    assert_int_equal(record_decode(bytes, size, UINT64_MAX, &out, &read), RECORD_GOOD);
    assert_records_equal(&in, &out);
}

static void click_id__holds_node_segment_and_offset(void **state)
{
    (void)state;
    uint64_t offset_max = 8 * 1024 * 1024 - RECORD_ALIGN;
    int64_t id = click_id_make(255, (uint64_t)CLICK_ID_SEGMENT_MAX, offset_max);

    assert_true(id > 0);
    assert_int_equal(click_id_node(id), 255);
    assert_int_equal(click_id_segment(id), CLICK_ID_SEGMENT_MAX);
    assert_int_equal(click_id_offset(id), offset_max);
    id = click_id_make(0, 3, 4096);
    assert_int_equal(click_id_node(id), 0);
    assert_int_equal(click_id_segment(id), 3);
    assert_int_equal(click_id_offset(id), 4096);
    /* Ledger order: later in a segment, later segments. */
    assert_true(click_id_make(0, 3, 64) > click_id_make(0, 3, 0));
    assert_true(click_id_make(0, 4, 0) > click_id_make(0, 3, offset_max));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(record__reads_back_what_was_written),
        cmocka_unit_test(record__with_nothing_known_reads_back),
        cmocka_unit_test(record__without_its_commit_word_is_the_end),
        cmocka_unit_test(record__any_changed_byte_is_detected),
        cmocka_unit_test(record__of_another_segment_is_bad),
        cmocka_unit_test(record__is_never_read_beyond_what_is_there),
        cmocka_unit_test(record__huge_texts_are_cut_to_their_limits),
        cmocka_unit_test(record__location_gives_way_first_and_names_last),
        cmocka_unit_test(record__numbers_keep_their_whole_range),
        cmocka_unit_test(click_id__holds_node_segment_and_offset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
