/* SPDX-License-Identifier: MIT */
#include "linkpond/base/embedded.h"
#include "linkpond/base/limits.h"
#include "linkpond/base/utf8.h"
#include "linkpond/model/place.h"

/* First line: a text of a geo file; the rest: a table of countries. Whatever they are, what comes out is clean text of
 * a bounded length that may be stored. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(str text)
{
    BUG_ON(text.len > LIMIT_PLACE || !utf8_valid(text) || utf8_has_control(text));
}

static void check_place(const struct countries *countries, str text)
{
    for (int has_code = 0; has_code < 2; has_code++) {
        struct place place;
        place_read(countries, has_code, text, &place);
        check(place.region);
        check(place.city);
        check(place.carrier);
        check(place.country);
    }
    (void)place_has_code(countries, text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct countries *builtin;
    struct countries *countries = NULL;
    struct fault fault;
    str text, table;

    if (!builtin) {
        enum err err = countries_compile(embedded_find(recognition_files, "countries.tsv"), &builtin, &fault);
        BUG_ON(err != OK);
    }
    str_cut((str){(const char *)data, size}, '\n', &text, &table);
    check_place(builtin, text);
    if (countries_compile(table, &countries, &fault) == OK) {
        (void)place_has_code(countries, text);
        countries_free(countries);
    }
    return 0;
}
