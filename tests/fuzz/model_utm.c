/* SPDX-License-Identifier: MIT */
#include "linkpond/base/err.h"
#include "linkpond/base/utf8.h"
#include "linkpond/model/utm.h"

/* UTM values and templates as strangers send them, one a line. Folding is idempotent and never grows; what passes the
 * check of templates can be filled in; notes fit their room; distances are symmetric, and nought for what folds alike.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_fold(str text)
{
    char first[LIMIT_UTM], second[LIMIT_UTM];
    str once = utm_fold(text, first);

    BUG_ON(once.len > text.len || once.len > LIMIT_UTM || !str_eq(utm_fold(once, second), once));
    BUG_ON(utf8_valid(text) && !utf8_valid(once));
    BUG_ON(utm_distance(once, utm_fold(text, second), 64) != 0);
}

static void check_template(struct arena *arena, str text)
{
    const str slots[UTM_SLOT_COUNT] = {[UTM_SLOT_CHANNEL] = STR_INIT("{code}"), [UTM_SLOT_REGION] = STR_INIT(" x ")};
    str out = {0};

    if (utm_template_check(text, "f", NULL) != OK) {
        return;
    }
    enum err err = utm_template_fill(arena, text, slots, "f", &out, NULL);
    BUG_ON(err != OK && err != ERR_INVALID);
    BUG_ON(err == OK && out.len > LIMIT_UTM);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct utm_note notes[UTM_NOTES_MAX];
    str text = {(const char *)data, size};
    str utm[UTM_COUNT];
    size_t count = UTM_DICTIONARY_COUNT;

    arena_init(&arena, 1024 * 1024);
    for (int i = 0; i < UTM_COUNT; i++) {
        str_cut(text, '\n', &utm[i], &text);
        check_fold(utm[i]);
        check_template(&arena, utm[i]);
    }
    utm_lint(&(struct utm_lint){.fields = 63, .known = size & 63, .has_mediums = size & 1}, utm, notes, &count);
    BUG_ON(count >= UTM_NOTES_MAX);
    BUG_ON(utm_distance(utm[0], utm[1], 64) != utm_distance(utm[1], utm[0], 64));
    arena_done(&arena);
    return 0;
}
