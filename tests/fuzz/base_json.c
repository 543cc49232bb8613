/* SPDX-License-Identifier: MIT */
#include "linkpond/base/json.h"

/*
 * What holds for any input: a text that parses is written so that it parses again, to an equal tree, and the second
 * writing gives the same bytes; what is written never holds a raw '<'. Any bytes at all written as a string are JSON.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define INPUT_BYTES_MAX ((size_t)64 * 1024)
#define ARENA_BYTES_MAX ((size_t)64 * 1024 * 1024)

static bool trees_equal(const struct json *a, const struct json *b)
{
    if (!a || !b) {
        return a == b;
    }
    if (a->type != b->type || a->count != b->count || !str_eq(a->name, b->name) || !str_eq(a->string, b->string) ||
        a->boolean != b->boolean || a->integer != b->integer || a->number != b->number) {
        return false;
    }
    const struct json *other = b->child;
    JSON_EACH(item, a)
    {
        if (!trees_equal(item, other)) {
            return false;
        }
        other = other->next;
    }
    return other == NULL;
}

static void check_tree(const struct json *tree)
{
    struct arena arena;
    struct buf first, second;
    struct json_writer json;
    struct json *again = NULL;

    arena_init(&arena, ARENA_BYTES_MAX);
    buf_init_heap(&first, ARENA_BYTES_MAX);
    buf_init_heap(&second, ARENA_BYTES_MAX);
    json_writer_init(&json, &first);
    json_value(&json, tree);
    BUG_ON(first.overflow);
    BUG_ON(str_find_char(buf_str(&first), '<', 0) >= 0);
    BUG_ON(json_parse(&arena, buf_str(&first), &again, NULL) != OK);
    BUG_ON(!trees_equal(tree, again));
    json_writer_init(&json, &second);
    json_value(&json, again);
    BUG_ON(!str_eq(buf_str(&first), buf_str(&second)));
    buf_done(&second);
    buf_done(&first);
    arena_done(&arena);
}

static void check_as_string(str bytes)
{
    struct arena arena;
    struct buf out;
    struct json_writer json;
    struct json *tree = NULL;

    arena_init(&arena, ARENA_BYTES_MAX);
    buf_init_heap(&out, ARENA_BYTES_MAX);
    json_writer_init(&json, &out);
    json_object(&json);
    json_name_str(&json, bytes);
    json_str(&json, bytes);
    json_object_end(&json);
    BUG_ON(str_find_char(buf_str(&out), '<', 0) >= 0);
    BUG_ON(json_parse(&arena, buf_str(&out), &tree, NULL) != OK);
    BUG_ON(!str_eq(tree->child->name, tree->child->string));
    buf_done(&out);
    arena_done(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str text = {(const char *)data, size < INPUT_BYTES_MAX ? size : INPUT_BYTES_MAX};
    struct arena arena;
    struct json *tree = NULL;
    struct fault fault = {0};

    arena_init(&arena, ARENA_BYTES_MAX);
    enum err err = json_parse(&arena, text, &tree, &fault);
    BUG_ON(err != OK && err != ERR_MALFORMED);
    BUG_ON(err == ERR_MALFORMED && (!fault.code[0] || !fault.message[0]));
    if (err == OK) {
        check_tree(tree);
    }
    check_as_string(text);
    arena_done(&arena);
    return 0;
}
