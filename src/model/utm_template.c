/* SPDX-License-Identifier: MIT */
#include "linkpond/base/utf8.h"
#include "linkpond/model/utm.h"

static const str SLOT_NAMES[UTM_SLOT_COUNT] = {
#define SLOT_NAME(constant, name) [UTM_SLOT_##constant] = STR_INIT(name),
    UTM_SLOT_TABLE(SLOT_NAME)
#undef SLOT_NAME
};

/* The text at hand: plain up to the next slot, then that slot (UTM_SLOT_COUNT at the end). False: a stray brace. */
static bool next_piece(str *rest, str *plain, enum utm_slot *slot)
{
    size_t at = 0;

    while (at < rest->len && rest->ptr[at] != '{' && rest->ptr[at] != '}') {
        at++;
    }
    *plain = str_slice(*rest, 0, at);
    *slot = UTM_SLOT_COUNT;
    if (at == rest->len) {
        *rest = (str){0};
        return true;
    }
    ssize_t end = rest->ptr[at] == '{' ? str_find_char(*rest, '}', at) : -1;
    str name = end < 0 ? (str){0} : str_slice(*rest, at + 1, (size_t)end);
    for (int i = 0; i < UTM_SLOT_COUNT; i++) {
        if (str_eq(name, SLOT_NAMES[i])) {
            *slot = (enum utm_slot)i;
            *rest = str_from(*rest, (size_t)end + 1);
            return true;
        }
    }
    return false;
}

enum err utm_template_check(str text, const char *field, struct fault *fault)
{
    enum utm_slot slot;
    str plain;

    while (text.len > 0) {
        if (!next_piece(&text, &plain, &slot)) {
            return fault_set(
                fault, ERR_INVALID, field, "unknown_placeholder",
                "In braces only: channel channel_group campaign region location owner customer code date.",
                "花括号内只能是：channel channel_group campaign region location owner customer code date。");
        }
    }
    return OK;
}

enum err utm_template_fill(struct arena *arena, str text, const str slots[UTM_SLOT_COUNT], const char *field, str *out,
                           struct fault *fault)
{
    char memory[LIMIT_UTM];
    struct buf value;
    enum utm_slot slot;
    str plain;

    buf_init_fixed(&value, memory, sizeof memory);
    while (text.len > 0 && next_piece(&text, &plain, &slot)) {
        buf_add(&value, plain);
        if (slot < UTM_SLOT_COUNT) {
            buf_add(&value, slots[slot]);
        }
    }
    if (value.overflow) {
        return fault_set(fault, ERR_INVALID, field, "too_long",
                         "What the channel's template gives is longer than 255 bytes.",
                         "渠道模板生成的值超过 255 字节。");
    }
    str trimmed = str_trim(buf_str(&value));
    *out = trimmed.len > 0 ? arena_str(arena, trimmed) : (str){0};
    return out->len == trimmed.len ? OK : ERR_NOMEM;
}
_Static_assert(LIMIT_UTM == 255, "the refusal names the number");
