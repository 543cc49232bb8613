/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_MODEL_UTM_H
#define LINKPOND_MODEL_UTM_H

#include "linkpond/base/arena.h"
#include "linkpond/base/err.h"
#include "linkpond/base/limits.h"
#include "linkpond/model/click.h"

/*
 * One spelling for one thing. Reports fall apart when the same place is written three ways, so UTM values are compared
 * folded. utm_id names a campaign in somebody else's system and is never touched: the dictionary holds the first five.
 */
#define UTM_DICTIONARY_COUNT UTM_ID
/* The field of that name; -1 when there is none. */
int utm_find(str name);

/* ---- spellings (utm_fold.c) -------------------------------------------------------------------------------------- */
/* What two spellings of a value have in common: A-Z in lower case, full-width forms (U+FF01..U+FF5E) as ASCII, runs of
 * blanks (space, tab, U+00A0, U+3000) as one space, none at the ends. Nothing else is alike. Never longer than the
 * value; lent from memory; of a value longer than LIMIT_UTM the start. Folding what is folded changes nothing. */
str utm_fold(str value, char memory[LIMIT_UTM]);

/* ---- templates (utm_template.c): what a channel gives the links made with it ------------------------------------- */
#define UTM_SLOT_TABLE(X)                                                                                              \
    X(CHANNEL, "channel")                                                                                              \
    X(CHANNEL_GROUP, "channel_group")                                                                                  \
    X(CAMPAIGN, "campaign")                                                                                            \
    X(REGION, "region")                                                                                                \
    X(LOCATION, "location")                                                                                            \
    X(OWNER, "owner")                                                                                                  \
    X(CUSTOMER, "customer")                                                                                            \
    X(CODE, "code")                                                                                                    \
    X(DATE, "date") /* civil day the link was made on, YYYYMMDD */
enum utm_slot {
#define UTM_SLOT_ENUM(constant, name) UTM_SLOT_##constant,
    UTM_SLOT_TABLE(UTM_SLOT_ENUM)
#undef UTM_SLOT_ENUM
        UTM_SLOT_COUNT
};
/* A text with {names} of slots. ERR_INVALID (unknown_placeholder): a brace that is not part of one of them. */
enum err utm_template_check(str text, const char *field, struct fault *fault);
/* With the slots filled in, trimmed, in the arena; an empty slot leaves nothing. ERR_INVALID (too_long): the value
 * would be longer than LIMIT_UTM. The text has passed the check. */
enum err utm_template_fill(struct arena *arena, str text, const str slots[UTM_SLOT_COUNT], const char *field, str *out,
                           struct fault *fault);

/* ---- notes (utm_lint.c): what people should know about the values of a link, though it was made ------------------ */
/* X(constant, code, English, Chinese) */
#define UTM_NOTE_TABLE(X)                                                                                              \
    X(NORMALISED, "utm_normalised", "Written as the dictionary has it.", "已按词典统一写法。")                         \
    X(UPPER_CASE, "utm_upper_case", "Upper-case letters: reports elsewhere tell Email from email.",                    \
      "含大写字母：其他统计工具会把 Email 和 email 当作两个值。")                                                      \
    X(BLANK, "utm_blank", "Blanks inside: use - or _ instead.", "含空格：建议改用 - 或 _。")                           \
    X(MEDIUM_UNKNOWN, "utm_medium_unknown", "The dictionary has no such medium.", "词典中没有这个媒介。")              \
    X(URL, "utm_url", "An address does not belong into a UTM value.", "UTM 的值不应是网址。")                          \
    X(PERSONAL_DATA, "utm_personal_data",                                                                              \
      "This looks like a phone number or an e-mail address; UTM values are passed on to others.",                      \
      "疑似手机号或邮箱：UTM 会传给第三方，请勿包含个人信息。")                                                        \
    X(SOURCE_WITHOUT_MEDIUM, "utm_source_without_medium", "A source without a medium: set utm_medium too.",            \
      "只有来源没有媒介：请同时填写 utm_medium。")
enum utm_note_kind {
#define UTM_NOTE_ENUM(constant, code, en, zh) UTM_NOTE_##constant,
    UTM_NOTE_TABLE(UTM_NOTE_ENUM)
#undef UTM_NOTE_ENUM
        UTM_NOTE_KINDS
};
struct utm_note {
    enum utm_note_kind kind;
    enum utm field;
    str from, to; /* of UTM_NOTE_NORMALISED */
};
#define UTM_NOTES_MAX 32 /* five normalised, and at most 22 that utm_lint finds */
struct utm_notes {
    const struct utm_note *items;
    size_t count;
};
const char *utm_note_code(enum utm_note_kind kind);
const char *utm_note_text(enum utm_note_kind kind, bool chinese);

/* What is known of the values when they are judged; bits are 1 << enum utm. */
struct utm_lint {
    unsigned fields;  /* to be judged */
    unsigned known;   /* written as the dictionary has it: how is no longer a question */
    bool has_mediums; /* the dictionary has some for new links */
};
/* Adds to notes[*count], which has room for UTM_NOTES_MAX. */
void utm_lint(const struct utm_lint *lint, const str utm[UTM_COUNT], struct utm_note *notes, size_t *count);

/* ---- likeness (utm_distance.c) ----------------------------------------------------------------------------------- */
/* How many characters to insert, remove or replace, or neighbours to swap, to get from one folded text to the other, of
 * the first 48 each; `worst` when it is that many or more. */
size_t utm_distance(str a, str b, size_t worst);

#endif
