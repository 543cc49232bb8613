/* SPDX-License-Identifier: MIT */
#include "linkpond/model/utm.h"

/*
 * Habits that make reports fall apart, and things that should not leave the house. All are hints: the link is made.
 * Judged is the folded value where blanks and full-width digits would hide something.
 */

static const struct {
    const char *code, *en, *zh;
} NOTES[UTM_NOTE_KINDS] = {
#define NOTE(constant, code, en, zh) [UTM_NOTE_##constant] = {code, en, zh},
    UTM_NOTE_TABLE(NOTE)
#undef NOTE
};

const char *utm_note_code(enum utm_note_kind kind)
{
    return NOTES[kind].code;
}

const char *utm_note_text(enum utm_note_kind kind, bool chinese)
{
    return chinese ? NOTES[kind].zh : NOTES[kind].en;
}

/* ---- what looks like a person ---- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z');
}

static bool digit_at(str s, size_t at)
{
    return at < s.len && is_digit(s.ptr[at]);
}

/* A mainland mobile number: 1, then 3 to 9, then nine more; 86 or 0086 may stand before it. */
static bool is_mobile(str digits)
{
    str number = digits.len == 15 && str_starts(digits, STR("0086")) ? str_from(digits, 4)
                 : digits.len == 13 && str_starts(digits, STR("86")) ? str_from(digits, 2)
                                                                     : digits;

    return number.len == 11 && number.ptr[0] == '1' && number.ptr[1] >= '3';
}

/* Digits from `at` on; blanks and hyphens between them count as nothing. */
static size_t digits_from(str s, size_t at)
{
    size_t count = 0;

    while (at < s.len && (is_digit(s.ptr[at]) || s.ptr[at] == ' ' || s.ptr[at] == '-')) {
        count += is_digit(s.ptr[at++]);
    }
    return count;
}

/* 138-0013-8000 or 138 0013 8000: the way people group it, and nothing longer. */
static bool is_grouped_mobile(str s)
{
    bool grouped = s.len >= 13 && (s.ptr[3] == '-' || s.ptr[3] == ' ') && s.ptr[8] == s.ptr[3] && !digit_at(s, 13);

    for (size_t i = 0; grouped && i < 13; i++) {
        grouped = i == 3 || i == 8 || is_digit(s.ptr[i]);
    }
    return grouped && s.ptr[0] == '1' && s.ptr[1] >= '3';
}

static bool has_phone(str s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == '+' && (i == 0 || !is_word(s.ptr[i - 1])) && digit_at(s, i + 1) && digits_from(s, i + 1) >= 8) {
            return true;
        }
        if (!is_digit(s.ptr[i]) || (i > 0 && is_digit(s.ptr[i - 1]))) {
            continue;
        }
        size_t end = i;
        while (digit_at(s, end)) {
            end++;
        }
        if (is_mobile(str_slice(s, i, end)) || is_grouped_mobile(str_from(s, i))) {
            return true;
        }
    }
    return false;
}

/* name@host.tld: what stands right around an @. */
static bool has_mail(str s)
{
    for (ssize_t at = str_find_char(s, '@', 0); at >= 0; at = str_find_char(s, '@', (size_t)at + 1)) {
        size_t end = (size_t)at + 1;
        bool named = at > 0 && (is_word(s.ptr[at - 1]) || (unsigned char)s.ptr[at - 1] >= 0x80 ||
                                str_find_char(STR("._%+-"), s.ptr[at - 1], 0) >= 0);
        while (end < s.len && (is_word(s.ptr[end]) || s.ptr[end] == '-')) {
            end++;
        }
        bool host = end > (size_t)at + 1 && end + 2 < s.len && s.ptr[end] == '.';
        if (named && host && is_word(s.ptr[end + 1]) && is_word(s.ptr[end + 2])) {
            return true;
        }
    }
    return false;
}

/* ---- the rules ---- */

static bool has_upper(str s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] >= 'A' && s.ptr[i] <= 'Z') {
            return true;
        }
    }
    return false;
}

static bool is_address(str folded)
{
    return str_find(folded, STR("://"), 0) >= 0 || str_find(folded, STR("%3a%2f%2f"), 0) >= 0 ||
           str_starts(folded, STR("//")) || str_starts(folded, STR("www."));
}

static void note(struct utm_note *notes, size_t *count, enum utm_note_kind kind, enum utm field)
{
    if (*count < UTM_NOTES_MAX) {
        notes[(*count)++] = (struct utm_note){.kind = kind, .field = field};
    }
}

static void lint_value(const struct utm_lint *lint, enum utm field, str value, struct utm_note *notes, size_t *count)
{
    char memory[LIMIT_UTM];
    str folded = utm_fold(value, memory);
    bool known = lint->known >> field & 1;

    if (!known && (field == UTM_SOURCE || field == UTM_MEDIUM) && has_upper(value)) {
        note(notes, count, UTM_NOTE_UPPER_CASE, field);
    }
    if (!known && str_find_char(folded, ' ', 0) >= 0) {
        note(notes, count, UTM_NOTE_BLANK, field);
    }
    if (!known && field == UTM_MEDIUM && lint->has_mediums) {
        note(notes, count, UTM_NOTE_MEDIUM_UNKNOWN, field);
    }
    if (is_address(folded)) {
        note(notes, count, UTM_NOTE_URL, field);
    }
    if (has_phone(folded) || has_mail(folded)) {
        note(notes, count, UTM_NOTE_PERSONAL_DATA, field);
    }
}

void utm_lint(const struct utm_lint *lint, const str utm[UTM_COUNT], struct utm_note *notes, size_t *count)
{
    for (int field = 0; field < UTM_COUNT; field++) {
        if (lint->fields >> field & 1 && utm[field].len > 0) {
            lint_value(lint, (enum utm)field, utm[field], notes, count);
        }
    }
    if (lint->fields & (1U << UTM_SOURCE | 1U << UTM_MEDIUM) && utm[UTM_SOURCE].len > 0 && utm[UTM_MEDIUM].len == 0) {
        note(notes, count, UTM_NOTE_SOURCE_WITHOUT_MEDIUM, UTM_MEDIUM);
    }
}
