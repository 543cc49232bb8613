/* SPDX-License-Identifier: MIT */
/* Goal: a field table decides alone what an object may hold; every refusal names the field and the reason, and a
 * refused object changes nothing. */
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "linkpond/base/json.h"

struct draft {
    str url, notes;
    int64_t limit, any;
    bool enabled;
    int64_t from_ms;
    struct str_list tags;
    const struct json *metadata;
};

static const struct json_field FIELDS[] = {
    {"url", JSON_KIND_STR, offsetof(struct draft, url), JSON_REQUIRED, 1, 20, 0},
    {"notes", JSON_KIND_STR, offsetof(struct draft, notes), JSON_NULLABLE | JSON_MULTILINE, 0, 0, 0},
    {"limit", JSON_KIND_I64, offsetof(struct draft, limit), JSON_NULLABLE, 1, 100, 0},
    {"any", JSON_KIND_I64, offsetof(struct draft, any), 0, 0, 0, 0},
    {"enabled", JSON_KIND_BOOL, offsetof(struct draft, enabled), 0, 0, 0, 0},
    {"from", JSON_KIND_TIME, offsetof(struct draft, from_ms), JSON_NULLABLE, 0, 0, 0},
    {"tags", JSON_KIND_STRLIST, offsetof(struct draft, tags), JSON_NULLABLE, 0, 3, 5},
    {"metadata", JSON_KIND_JSON, offsetof(struct draft, metadata), JSON_NULLABLE, 0, 0, 0},
};
enum { URL, NOTES, LIMIT, ANY, ENABLED, FROM, TAGS, METADATA };

#define BIT(field) (UINT64_C(1) << (field))

static struct arena arena;

static int arena_setup(void **state)
{
    (void)state;
    arena_init(&arena, 65536);
    return 0;
}

static int arena_teardown(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

static enum err decode(str text, struct draft *draft, struct json_presence *presence, struct fault *fault)
{
    struct json *tree = NULL;
    assert_int_equal(json_parse(&arena, text, &tree, NULL), OK);
    return json_decode(&arena, tree, FIELDS, sizeof FIELDS / sizeof *FIELDS, draft, presence, fault);
}

static void refused(str text, const char *field, const char *code)
{
    struct draft draft, before;
    memset(&draft, 0x5A, sizeof draft);
    memcpy(&before, &draft, sizeof draft);
    struct fault fault = {0};
    assert_int_equal(decode(text, &draft, NULL, &fault), ERR_INVALID);
    assert_string_equal(fault.field, field);
    assert_string_equal(fault.code, code);
    assert_true(fault.message[0] && fault.message_zh[0]);
    assert_memory_equal(&draft, &before, sizeof draft);
}

static void decode__fills_every_kind(void **state)
{
    (void)state;
    struct draft draft = {0};
    struct json_presence presence;
    str text = STR("{\"tags\":[\"a\",\"\xE4\xB8\xAD\"],\"url\":\"http://x\",\"notes\":\"1\\r\\n\\t2\",\"limit\":100,"
                   "\"any\":-9223372036854775808,\"enabled\":true,\"from\":\"1970-01-01T08:00:01+08:00\","
                   "\"metadata\":{\"k\":null}}");
    assert_int_equal(decode(text, &draft, &presence, NULL), OK);
    assert_true(str_eq(draft.url, STR("http://x")));
    assert_true(str_eq(draft.notes, STR("1\r\n\t2")));
    assert_int_equal(draft.limit, 100);
    assert_true(draft.any == INT64_MIN);
    assert_true(draft.enabled);
    assert_int_equal(draft.from_ms, 1000);
    assert_int_equal(draft.tags.count, 2);
    assert_true(str_eq(draft.tags.items[1], STR("\xE4\xB8\xAD")));
    assert_int_equal(draft.metadata->type, JSON_OBJECT);
    assert_int_equal(presence.present, 0xFF);
    assert_int_equal(presence.null, 0);
}

static void decode__leaves_absent_fields_as_they_were(void **state)
{
    (void)state;
    struct draft draft = {.enabled = true, .limit = 5};
    struct json_presence presence;
    assert_int_equal(decode(STR("{\"url\":\"u\"}"), &draft, &presence, NULL), OK);
    assert_true(draft.enabled);
    assert_int_equal(draft.limit, 5);
    assert_int_equal(presence.present, BIT(URL));
}

static void decode__null_clears_a_nullable_field(void **state)
{
    (void)state;
    str item = STR("x");
    struct draft draft = {.notes = STR("old"), .limit = 5, .from_ms = 7, .tags = {&item, 1}};
    draft.metadata = (const struct json *)&draft;
    struct json_presence presence;
    str text = STR("{\"url\":\"u\",\"notes\":null,\"limit\":null,\"from\":null,\"tags\":null,\"metadata\":null}");
    assert_int_equal(decode(text, &draft, &presence, NULL), OK);
    assert_int_equal(draft.notes.len, 0);
    assert_int_equal(draft.limit, 0);
    assert_int_equal(draft.from_ms, 0);
    assert_int_equal(draft.tags.count, 0);
    assert_null(draft.metadata);
    assert_int_equal(presence.null, BIT(NOTES) | BIT(LIMIT) | BIT(FROM) | BIT(TAGS) | BIT(METADATA));
    assert_int_equal(presence.present, presence.null | BIT(URL));
}

static void decode__refuses_unknown_and_missing_fields(void **state)
{
    (void)state;
    refused(STR("{\"url\":\"u\",\"URL\":1}"), "URL", "unknown_field");
    refused(STR("{\"limit\":1}"), "url", "required");
    refused(STR("[]"), "", "wrong_type");
    struct fault fault = {0};
    struct draft draft;
    assert_int_equal(json_decode(&arena, NULL, FIELDS, 1, &draft, NULL, &fault), ERR_INVALID);
}

static void decode__cuts_a_long_unknown_name_between_characters(void **state)
{
    (void)state;
    char text[256], expected[64];
    int len =
        snprintf(text, sizeof text, "{\"%s\":1}",
                 "\xE4\xB8\xAD\xE4\xB8\xAD\xE4\xB8\xAD\xE4\xB8\xAD\xE4\xB8\xAD\xE4\xB8\xAD\xE4\xB8\xAD\xE4\xB8\xAD"
                 "\xE4\xB8\xAD\xE4\xB8\xAD\xE4\xB8\xAD\xE4\xB8\xAD\xE4\xB8\xAD\xE4\xB8\xAD\xE4\xB8\xAD\xE4\xB8\xAD"
                 "\xE4\xB8\xAD\xE4\xB8\xAD\xE4\xB8\xAD\xE4\xB8\xAD"
                 "abcd\xE4\xB8\xAD");
    memcpy(expected, text + 2, 63);
    expected[63] = '\0';
    refused((str){text, (size_t)len}, expected, "unknown_field");
}

static void decode__refuses_wrong_types(void **state)
{
    (void)state;
    refused(STR("{\"url\":1}"), "url", "wrong_type");
    refused(STR("{\"url\":null}"), "url", "wrong_type");
    refused(STR("{\"url\":\"u\",\"limit\":\"1\"}"), "limit", "wrong_type");
    refused(STR("{\"url\":\"u\",\"limit\":1.0}"), "limit", "wrong_type");
    refused(STR("{\"url\":\"u\",\"enabled\":1}"), "enabled", "wrong_type");
    refused(STR("{\"url\":\"u\",\"enabled\":null}"), "enabled", "wrong_type");
    refused(STR("{\"url\":\"u\",\"from\":0}"), "from", "wrong_type");
    refused(STR("{\"url\":\"u\",\"tags\":\"a,b\"}"), "tags", "wrong_type");
    refused(STR("{\"url\":\"u\",\"tags\":[\"a\",1]}"), "tags[1]", "wrong_type");
}

static void decode__holds_limits_to_the_byte(void **state)
{
    (void)state;
    struct draft draft;
    assert_int_equal(decode(STR("{\"url\":\"01234567890123456789\"}"), &draft, NULL, NULL), OK);
    refused(STR("{\"url\":\"012345678901234567890\"}"), "url", "too_long");
    refused(STR("{\"url\":\"\"}"), "url", "too_short");
    refused(STR("{\"url\":\"u\",\"limit\":0}"), "limit", "out_of_range");
    refused(STR("{\"url\":\"u\",\"limit\":101}"), "limit", "out_of_range");
    assert_int_equal(decode(STR("{\"url\":\"u\",\"tags\":[\"a\",\"b\",\"12345\"]}"), &draft, NULL, NULL), OK);
    refused(STR("{\"url\":\"u\",\"tags\":[\"a\",\"b\",\"123456\"]}"), "tags[2]", "too_long");
    refused(STR("{\"url\":\"u\",\"tags\":[\"a\",\"b\",\"c\",\"d\"]}"), "tags", "too_many");
    refused(STR("{\"url\":\"u\",\"from\":\"tomorrow\"}"), "from", "not_a_time");
}

static void decode__refuses_control_characters(void **state)
{
    (void)state;
    refused(STR("{\"url\":\"a\\nb\"}"), "url", "control_character");
    refused(STR("{\"url\":\"a\\u202eb\"}"), "url", "control_character");
    refused(STR("{\"url\":\"u\",\"notes\":\"a\\nb\\u0001\"}"), "notes", "control_character");
    refused(STR("{\"url\":\"u\",\"notes\":\"\\u2028\"}"), "notes", "control_character");
    refused(STR("{\"url\":\"u\",\"tags\":[\"\\t\"]}"), "tags[0]", "control_character");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, arena_setup, arena_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(decode__fills_every_kind),
        TEST(decode__leaves_absent_fields_as_they_were),
        TEST(decode__null_clears_a_nullable_field),
        TEST(decode__refuses_unknown_and_missing_fields),
        TEST(decode__cuts_a_long_unknown_name_between_characters),
        TEST(decode__refuses_wrong_types),
        TEST(decode__holds_limits_to_the_byte),
        TEST(decode__refuses_control_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
