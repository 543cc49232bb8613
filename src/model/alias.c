/* SPDX-License-Identifier: MIT */
#include "linkpond/model/alias.h"

#include "linkpond/base/buf.h"
#include "linkpond/base/hash.h"

#define MARK_LEN   6 /* 30 bits: of a thousand texts, two alike once in two thousand calls */
#define PLAIN_MAX  (ALIAS_SLUG_MAX - MARK_LEN - 1) /* of the slug before its mark */
#define DIGIT_BITS 5

static bool is_plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* Letters and digits that are not taken for each other when read aloud. */
static void add_mark(struct buf *out, str text)
{
    static const char digits[] = "23456789abcdefghjkmnpqrstuvwxyz0";
    uint64_t hash = hash_xxh3(text.ptr, text.len, 0);
    if (out->len > 0) {
        buf_add_char(out, '-');
    }
    for (int i = 0; i < MARK_LEN; i++) {
        buf_add_char(out, digits[hash >> (DIGIT_BITS * i) & 31]);
    }
}

str alias_slug(str text, char memory[ALIAS_SLUG_MAX])
{
    struct buf out;
    bool lost = false, gap = false;

    buf_init_fixed(&out, memory, ALIAS_SLUG_MAX);
    text = str_trim(text);
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        c = c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
        lost = lost || (c & 0x80) != 0;
        if (!is_plain(c)) {
            gap = true;
            continue;
        }
        if (out.len + (gap && out.len > 0) >= PLAIN_MAX) {
            lost = true;
            break;
        }
        if (gap && out.len > 0) {
            buf_add_char(&out, '-');
        }
        gap = false;
        buf_add_char(&out, c);
    }
    if (text.len > 0 && (lost || out.len == 0)) {
        add_mark(&out, text);
    }
    return buf_str(&out);
}

static bool may_stand(char c)
{
    return is_plain(c) || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
}

enum err alias_pattern_check(str pattern, struct fault *fault)
{
    enum err err = utm_template_check(pattern, "alias_pattern", fault);
    bool inside = false;

    if (err != OK) {
        return err;
    }
    if (str_find(pattern, STR("{code}"), 0) >= 0) {
        return fault_set(fault, ERR_INVALID, "alias_pattern", "unknown_placeholder",
                         "A link has no code before it is made.", "短链创建前还没有短码，不能使用 {code}。");
    }
    for (size_t i = 0; i < pattern.len; i++) {
        char c = pattern.ptr[i];
        if (!inside && c != '{' && !may_stand(c)) {
            return fault_set(fault, ERR_INVALID, "alias_pattern", "bad_character",
                             "Letters, digits, - and _ only, and names in braces.",
                             "只能使用字母、数字、- 和 _，以及花括号占位符。");
        }
        inside = c == '{' || (inside && c != '}');
    }
    if (str_find(pattern, STR("{channel}"), 0) < 0 && str_find(pattern, STR("{customer}"), 0) < 0 &&
        str_find(pattern, STR("{location}"), 0) < 0 && str_find(pattern, STR("{owner}"), 0) < 0) {
        return fault_set(fault, ERR_INVALID, "alias_pattern", "required",
                         "Something must differ from link to link: {channel}, {location}, {owner} or {customer}.",
                         "每条短链须有区别：请包含 {channel}、{location}、{owner} 或 {customer}。");
    }
    return OK;
}

enum err alias_pattern_fill(struct arena *arena, str pattern, const str slots[UTM_SLOT_COUNT], str *out,
                            struct fault *fault)
{
    char memory[UTM_SLOT_COUNT][ALIAS_SLUG_MAX];
    str slugs[UTM_SLOT_COUNT];

    for (int i = 0; i < UTM_SLOT_COUNT; i++) {
        slugs[i] = alias_slug(slots[i], memory[i]);
    }
    return utm_template_fill(arena, pattern, slugs, "alias_pattern", out, fault);
}
