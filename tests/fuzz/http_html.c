/* SPDX-License-Identifier: MIT */
#include "linkpond/base/err.h"
#include "linkpond/base/json.h"
#include "linkpond/base/utf8.h"
#include "linkpond/http/html.h"

/*
 * A stranger's bytes in a page or in an answer. HTML: no raw < > " ' comes out, every & begins one of our entities,
 * and undoing them gives the text again. JSON: what is written is valid, holds no raw < > and reads back as the text
 * with its invalid bytes repaired.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define INPUT_MAX 2048

static const struct {
    str entity;
    char c;
} ENTITIES[] = {{STR_INIT("&amp;"), '&'},
                {STR_INIT("&lt;"), '<'},
                {STR_INIT("&gt;"), '>'},
                {STR_INIT("&quot;"), '"'},
                {STR_INIT("&#39;"), '\''}};

/* The character that the entity at the start of `text` stands for; aborts when there is none. */
static char entity_at(str *text)
{
    for (size_t i = 0; i < ARRAY_LEN(ENTITIES); i++) {
        if (str_starts(*text, ENTITIES[i].entity)) {
            *text = str_from(*text, ENTITIES[i].entity.len);
            return ENTITIES[i].c;
        }
    }
    BUG_ON(true);
    return 0;
}

static void check_html(str text)
{
    static const str RAW = STR_INIT("<>\"'");
    char memory[6 * INPUT_MAX], back[INPUT_MAX + 1];
    struct buf out, undone;

    buf_init_fixed(&out, memory, sizeof memory);
    buf_init_fixed(&undone, back, sizeof back);
    struct html_slot slot = {.name = "it", .value = text};
    html_fill(&out, STR("{{it}}"), &slot, 1);
    BUG_ON(out.overflow);
    for (str rest = buf_str(&out); rest.len > 0;) {
        char c = rest.ptr[0];
        BUG_ON(str_find_char(RAW, c, 0) >= 0);
        if (c == '&') {
            c = entity_at(&rest);
        } else {
            rest = str_from(rest, 1);
        }
        buf_add_char(&undone, c);
    }
    BUG_ON(!str_eq(buf_str(&undone), text));
}

static void check_json(str text)
{
    char memory[6 * INPUT_MAX + 16], fixed[3 * INPUT_MAX];
    struct arena arena;
    struct buf out, repaired;
    struct json_writer writer;
    struct fault fault;
    struct json *root;

    arena_init(&arena, 1024 * 1024);
    buf_init_fixed(&out, memory, sizeof memory);
    buf_init_fixed(&repaired, fixed, sizeof fixed);
    json_writer_init(&writer, &out);
    json_object(&writer);
    json_put_str(&writer, "it", text);
    json_object_end(&writer);
    BUG_ON(out.overflow || str_find_char(buf_str(&out), '<', 0) >= 0 || str_find_char(buf_str(&out), '>', 0) >= 0);
    BUG_ON(json_parse(&arena, buf_str(&out), &root, &fault) != OK);
    utf8_repair(&repaired, text);
    const struct json *it = json_get(root, STR("it"));
    BUG_ON(!it || it->type != JSON_STRING);
    /* NUL is kept as U+FFFD here, while repair drops it. */
    BUG_ON(str_find_char(text, '\0', 0) < 0 && !str_eq(it->string, buf_str(&repaired)));
    arena_done(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str text = {(const char *)data, size};

    if (size <= INPUT_MAX) {
        check_html(text);
        check_json(text);
    }
    return 0;
}
