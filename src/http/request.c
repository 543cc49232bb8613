/* SPDX-License-Identifier: MIT */
/*
 * Reading a complete request. Nothing here talks to the wire library, so every handler is tested with a request built
 * by hand.
 */
#include "linkpond/http/request.h"

#include "linkpond/base/json.h"
#include "linkpond/base/percent.h"

static const struct {
    const char *name;
    enum method method;
} methods[] = {
    {"GET", METHOD_GET},     {"HEAD", METHOD_HEAD},     {"POST", METHOD_POST},       {"PUT", METHOD_PUT},
    {"PATCH", METHOD_PATCH}, {"DELETE", METHOD_DELETE}, {"OPTIONS", METHOD_OPTIONS},
};

bool method_parse(str text, enum method *out)
{
    for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
        if (str_eq(text, str_from_c(methods[i].name))) {
            *out = methods[i].method;
            return true;
        }
    }
    return false;
}

const char *method_name(enum method method)
{
    for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
        if (methods[i].method == method) {
            return methods[i].name;
        }
    }
    return "OTHER";
}

str request_header(const struct request *self, const char *name)
{
    str wanted = str_from_c(name);
    for (size_t i = 0; i < self->headers_count; i++) {
        if (str_ieq(self->headers[i].name, wanted)) {
            return self->headers[i].value;
        }
    }
    return (str){0};
}

static bool find_decoded(const struct request *self, str encoded, const char *name, str *value)
{
    str wanted = str_from_c(name);
    struct query_param param;
    while (query_next(&encoded, &param)) {
        if (str_eq(percent_form_text(self->arena, param.name), wanted)) {
            *value = percent_form_text(self->arena, param.value);
            return true;
        }
    }
    return false;
}

bool request_query(const struct request *self, const char *name, str *value)
{
    return find_decoded(self, self->query, name, value);
}

bool request_form(const struct request *self, const char *name, str *value)
{
    return find_decoded(self, self->body, name, value);
}

bool request_cookie(const struct request *self, const char *name, str *value)
{
    str wanted = str_from_c(name);
    for (size_t i = 0; i < self->headers_count; i++) {
        if (!str_ieq(self->headers[i].name, STR("Cookie"))) {
            continue;
        }
        str rest = self->headers[i].value;
        str piece;
        while (str_next(&rest, ';', &piece)) {
            str key, text;
            if (str_cut(str_trim(piece), '=', &key, &text) && str_eq(str_trim(key), wanted)) {
                *value = str_trim(text);
                return true;
            }
        }
    }
    return false;
}

/* "0.8" in thousandths; 1000 when absent or unreadable (RFC 9110 12.4.2). */
static int quality_of(str params)
{
    str piece;
    while (str_next(&params, ';', &piece)) {
        piece = str_trim(piece);
        if (!str_istarts(piece, STR("q="))) {
            continue;
        }
        str whole, fraction;
        str_cut(str_from(piece, 2), '.', &whole, &fraction);
        int value = str_eq(whole, STR("1")) ? 1000 : 0;
        int weight = 100;
        for (size_t i = 0; i < fraction.len && i < 3 && value < 1000; i++, weight /= 10) {
            value += (fraction.ptr[i] >= '0' && fraction.ptr[i] <= '9') ? (fraction.ptr[i] - '0') * weight : 0;
        }
        return value;
    }
    return 1000;
}

bool request_accepts(const struct request *self, const char *type)
{
    str wanted = str_from_c(type);
    int wanted_quality = 0;
    int best_other = 0;
    str rest = request_header(self, "Accept");
    str item;
    while (str_next(&rest, ',', &item)) {
        str name, params;
        str_cut(str_trim(item), ';', &name, &params);
        name = str_trim(name);
        int quality = quality_of(params);
        if (str_ieq(name, wanted)) {
            wanted_quality = quality > wanted_quality ? quality : wanted_quality;
        } else if (!str_eq(name, STR("*/*")) && quality > best_other) {
            best_other = quality;
        }
    }
    return wanted_quality > 0 && wanted_quality >= best_other;
}

bool request_is_form(const struct request *self)
{
    str type, params;
    str_cut(request_header(self, "Content-Type"), ';', &type, &params);
    return str_ieq(str_trim(type), STR("application/x-www-form-urlencoded"));
}

bool language_is_chinese(str accept_language)
{
    int chinese = 0;
    int other = 0;
    str item;
    /* The first of equals wins, so Chinese must beat what stands before it and match what stands after it. */
    while (str_next(&accept_language, ',', &item)) {
        str tag, params;
        str_cut(str_trim(item), ';', &tag, &params);
        int quality = quality_of(params);
        bool zh = str_istarts(tag, STR("zh")) && (tag.len == 2 || tag.ptr[2] == '-');
        if (zh && quality > other) {
            chinese = quality > chinese ? quality : chinese;
        } else if (!zh && !str_eq(tag, STR("*")) && quality > other) {
            other = quality;
        }
    }
    return chinese > 0 && chinese >= other;
}

str etag_format(int64_t revision, char out[ETAG_TEXT_MAX])
{
    int len = snprintf(out, ETAG_TEXT_MAX, "\"r%lld\"", (long long)revision);
    return (str){out, (size_t)len};
}

enum err request_if_match(const struct request *self, int64_t *revision)
{
    str rest = str_trim(request_header(self, "If-Match"));
    if (rest.len == 0 || str_eq(rest, STR("*"))) {
        *revision = 0;
        return OK;
    }
    int64_t highest = 0;
    str tag;
    while (str_next(&rest, ',', &tag)) {
        int64_t value;
        tag = str_trim(tag);
        bool ours = str_starts(tag, STR("\"r")) && str_ends(tag, STR("\"")) && tag.len > 3 &&
                    str_to_i64(str_slice(tag, 2, tag.len - 1), &value);
        if (ours && value > highest) {
            highest = value;
        }
    }
    if (highest == 0) {
        return ERR_PRECONDITION;
    }
    *revision = highest;
    return OK;
}

bool request_if_none_match(const struct request *self, str etag)
{
    str rest = str_trim(request_header(self, "If-None-Match"));
    str tag;
    while (str_next(&rest, ',', &tag)) {
        tag = str_trim(tag);
        if (str_starts(tag, STR("W/"))) {
            tag = str_from(tag, 2);
        }
        if (str_eq(tag, etag) || str_eq(tag, STR("*"))) {
            return true;
        }
    }
    return false;
}
