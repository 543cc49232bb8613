/* SPDX-License-Identifier: MIT */
#include "linkpond/base/err.h"
#include "linkpond/base/utf8.h"
#include "linkpond/model/paste.h"

/*
 * Any text that somebody pastes. What is found has a scheme and something behind it, no blank and no control character;
 * looked for once more it is found whole and unchanged, unless it ends in what a sentence ends in.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char first_memory[4 * PASTE_TEXT_MAX], again_memory[4 * PASTE_TEXT_MAX];

static bool is_clean(str url)
{
    for (size_t i = 0; i < url.len; i++) {
        if ((unsigned char)url.ptr[i] <= 0x20 || url.ptr[i] == 0x7f || strchr("\"<>`", url.ptr[i])) {
            return false;
        }
    }
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf first, again;
    struct paste found, twice;
    str text = {(const char *)data, size};

    if (size > 2 * PASTE_TEXT_MAX) {
        return 0;
    }
    buf_init_fixed(&first, first_memory, sizeof first_memory);
    if (!paste_find_url(text, &first, &found)) {
        BUG_ON(first.len != 0);
        return 0;
    }
    str url = buf_str(&first);
    BUG_ON(found.changes >> PASTE_CHANGES || found.notes >> PASTE_NOTES || first.overflow);
    BUG_ON(str_find(url, STR("://"), 0) < 2 || !is_clean(url) || !utf8_valid(url));
    buf_init_fixed(&again, again_memory, sizeof again_memory);
    BUG_ON(paste_find_url(url, &again, &twice) && !str_starts(url, buf_str(&again)) && !(twice.changes));
    return 0;
}
