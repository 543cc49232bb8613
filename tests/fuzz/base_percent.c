/* SPDX-License-Identifier: MIT */
#include "linkpond/base/err.h"
#include "linkpond/base/percent.h"
#include "linkpond/base/utf8.h"

/*
 * What holds for any bytes of a path, a query or a form: what is encoded decodes to itself; decoding never grows and
 * gives no NUL; every parameter that query_next gives is a piece of the query, in order; repaired text is valid UTF-8,
 * repairing it again changes nothing, and a cut of it stays valid.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define INPUT_MAX 4096

static void check_encoding(str text)
{
    char encoded[3 * INPUT_MAX], decoded[INPUT_MAX + 1];
    struct buf to, back;

    buf_init_fixed(&to, encoded, sizeof encoded);
    buf_init_fixed(&back, decoded, sizeof decoded);
    percent_encode(&to, text);
    BUG_ON(to.overflow);
    bool taken = percent_decode(&back, buf_str(&to));
    BUG_ON(taken != (str_find_char(text, '\0', 0) < 0));
    BUG_ON(taken && !str_eq(buf_str(&back), text));
}

static void check_decoding(str text)
{
    char memory[INPUT_MAX + 1];
    struct buf out;

    buf_init_fixed(&out, memory, sizeof memory);
    if (percent_decode(&out, text)) {
        BUG_ON(out.len > text.len || str_find_char(buf_str(&out), '\0', 0) >= 0);
    }
    buf_reset(&out);
    percent_decode_form(&out, text);
    BUG_ON(out.overflow || out.len > text.len || str_find_char(buf_str(&out), '\0', 0) >= 0);
}

static void check_query(str query)
{
    struct query_param param;
    str rest = query;
    const char *at = query.ptr;

    while (query_next(&rest, &param)) {
        BUG_ON(param.raw.len == 0 || param.raw.ptr < at || param.raw.ptr + param.raw.len > query.ptr + query.len);
        BUG_ON(param.name.len + param.value.len + param.has_value != param.raw.len);
        BUG_ON(str_find_char(param.raw, '&', 0) >= 0 || str_find_char(param.name, '=', 0) >= 0);
        at = param.raw.ptr + param.raw.len;
    }
}

static void check_utf8(str text)
{
    char memory[3 * INPUT_MAX], twice[3 * INPUT_MAX];
    struct buf repaired, again;

    buf_init_fixed(&repaired, memory, sizeof memory);
    buf_init_fixed(&again, twice, sizeof twice);
    utf8_repair(&repaired, text);
    BUG_ON(repaired.overflow || !utf8_valid(buf_str(&repaired)));
    utf8_repair(&again, buf_str(&repaired));
    BUG_ON(!str_eq(buf_str(&again), buf_str(&repaired)));
    BUG_ON(utf8_valid(text) && str_find_char(text, '\0', 0) < 0 && !str_eq(buf_str(&repaired), text));
    for (size_t most = 0; most < 8; most++) {
        str cut = utf8_cut(buf_str(&repaired), most);
        BUG_ON(cut.len > most || !utf8_valid(cut) || (repaired.len >= most && cut.len + 3 < most));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str text = {(const char *)data, size};

    if (size > INPUT_MAX) {
        return 0;
    }
    check_encoding(text);
    check_decoding(text);
    check_query(text);
    check_utf8(text);
    (void)utf8_has_control(text);
    return 0;
}
