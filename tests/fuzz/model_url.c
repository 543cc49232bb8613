/* SPDX-License-Identifier: MIT */
#include "linkpond/base/limits.h"
#include "linkpond/base/percent.h"
#include "linkpond/model/click_id.h"
#include "linkpond/model/source.h"
#include "linkpond/model/url.h"

/*
 * Targets and visits from strangers. Input: one byte of switches, then lines: target, visitor's query, click id's
 * parameter name, the link's utm_source. What url_check takes must be safe to store and to send; whatever the visit
 * brings, url_merge must leave scheme, host, port, path and fragment alone and keep every piece of the target's query
 * that it may not replace.
 */
#define MARK '\x10' /* of the click id */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FORWARD = 1, VISITOR_WINS = 2, PRIVATE = 4, EXTRA_SCHEMES = 8, CLICK_ID = 16 };

static const str OWN[] = {STR_INIT("s.example.com"), STR_INIT("xn--fiq228c.example")};
static const str EXTRA[] = {STR_INIT("weixin"), STR_INIT("alipays")};

static bool travels(str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < 0x21 || text.ptr[i] > 0x7E) {
            return false;
        }
    }
    return true;
}

static bool scheme_is_known(str scheme, bool extra)
{
    return str_ieq(scheme, STR("http")) || str_ieq(scheme, STR("https")) ||
           (extra && (str_ieq(scheme, EXTRA[0]) || str_ieq(scheme, EXTRA[1])));
}

static void check_stored(str stored, const struct url_policy *policy)
{
    char memory[LIMIT_URL];
    struct buf again;
    struct url url;

    BUG_ON(stored.len > LIMIT_URL || !travels(stored));
    BUG_ON(!url_split(stored, &url));
    BUG_ON(!scheme_is_known(url.scheme, policy->extra_schemes_count > 0));
    bool web = str_istarts(url.scheme, STR("http"));
    BUG_ON(web && url.host.len == 0);
    str authority = str_from(stored, url.scheme.len + 1);
    authority = str_slice(authority, 0, (size_t)(url.path.ptr - authority.ptr));
    BUG_ON(str_find_char(authority, '@', 0) >= 0);
    BUG_ON(web && str_ieq(url.host, OWN[0]));
    buf_init_fixed(&again, memory, sizeof(memory));
    BUG_ON(url_check(stored, policy, "url", &again, NULL) != OK);
    BUG_ON(!str_eq(buf_str(&again), stored));
}

static str piece_name(str piece)
{
    str name, value;
    str_cut(piece, '=', &name, &value);
    return name;
}

static bool may_be_replaced(str piece, const struct url_merge *merge)
{
    char memory[3 * LIMIT_URL];
    struct buf name;

    if (merge->visitor_wins) {
        return true;
    }
    buf_init_fixed(&name, memory, sizeof(memory));
    percent_decode_form(&name, piece_name(piece));
    return source_is_campaign_param(buf_str(&name)) || str_eq(buf_str(&name), merge->click_id_param) ||
           str_find_char(merge->click_id_param, '%', 0) >= 0 || str_find_char(merge->click_id_param, '+', 0) >= 0 ||
           str_find(piece_name(piece), STR("%00"), 0) >= 0;
}

/* Every piece that stays must be found in the Location's query, in order. */
static void check_pieces(str before, str after, const struct url_merge *merge)
{
    str piece;

    while (str_next(&before, '&', &piece)) {
        if (piece.len == 0 || may_be_replaced(piece, merge)) {
            continue;
        }
        str found = {0};
        while (!str_eq(found, piece)) {
            BUG_ON(!str_next(&after, '&', &found));
        }
    }
}

static void check_merge(const struct url_merge *merge)
{
    static char memory[2 * LIMIT_LOCATION], filled[2 * LIMIT_LOCATION];
    struct buf out, sent;
    struct url target, location;

    buf_init_fixed(&out, memory, sizeof(memory));
    buf_init_fixed(&sent, filled, sizeof(filled));
    BUG_ON(!url_merge(merge, &out));
    click_id_fill(buf_str(&out), MARK, STR("1ntEKNOoMIhbnXSRAB6e9x"), &sent);
    str built = buf_str(&sent);
    BUG_ON(built.len != click_id_filled_len(buf_str(&out), MARK));
    BUG_ON(built.len > merge->target.len + LIMIT_FORWARD_QUERY || built.len > LIMIT_LOCATION);
    BUG_ON(!travels(built));
    BUG_ON(!url_split(merge->target, &target) || !url_split(built, &location));
    BUG_ON(!str_eq(target.scheme, location.scheme) || !str_eq(target.host, location.host));
    BUG_ON(target.port != location.port || !str_eq(target.path, location.path));
    BUG_ON(target.has_fragment != location.has_fragment || !str_eq(target.fragment, location.fragment));
    bool nothing = (!merge->forward_query || merge->query.len == 0) && merge->click_mark == 0 && !merge->utm;
    BUG_ON(nothing && !str_eq(built, merge->target));
    check_pieces(target.query, location.query, merge);
}

/* With marks in its places a target joins as any other, and what goes out is no longer than it may be. */
static void check_places(const struct url_merge *merge)
{
    static char memory[2 * LIMIT_LOCATION];
    char target[LIMIT_URL];
    struct url_merge marked = *merge;
    struct buf out, places;

    BUG_ON(click_id_places(merge->target) > CLICK_ID_PLACES_MAX);
    buf_init_fixed(&places, target, sizeof target);
    click_id_put_marks(merge->target, MARK, &places);
    marked.target = buf_str(&places);
    BUG_ON(places.overflow || click_id_places(marked.target) != 0);
    buf_init_fixed(&out, memory, sizeof(memory));
    BUG_ON(!url_merge(&marked, &out));
    BUG_ON(click_id_filled_len(buf_str(&out), MARK) > LIMIT_LOCATION);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char memory[LIMIT_URL];
    str utm[UTM_COUNT] = {0}, text, query, param, rest;
    struct buf stored;

    if (size < 1 || size > 8192) {
        return 0;
    }
    unsigned switches = data[0];
    str_cut((str){(const char *)data + 1, size - 1}, '\n', &text, &rest);
    str_cut(rest, '\n', &query, &rest);
    str_cut(rest, '\n', &param, &rest);
    utm[UTM_SOURCE] = rest;
    struct url_policy policy = {
        .allow_private = switches & PRIVATE,
        .own_hosts = OWN,
        .own_hosts_count = ARRAY_LEN(OWN),
        .extra_schemes = EXTRA,
        .extra_schemes_count = switches & EXTRA_SCHEMES ? ARRAY_LEN(EXTRA) : 0,
    };
    buf_init_fixed(&stored, memory, sizeof(memory));
    if (url_check(text, &policy, "url", &stored, NULL) != OK) {
        return 0;
    }
    check_stored(buf_str(&stored), &policy);
    struct url_merge merge = {
        .target = buf_str(&stored),
        .query = query,
        .forward_query = switches & FORWARD,
        .visitor_wins = switches & VISITOR_WINS,
        .utm = rest.len > 0 ? utm : NULL,
        .click_id_param = travels(param) && str_find_char(param, '#', 0) < 0 ? param : (str){0},
        .click_mark = switches & CLICK_ID ? MARK : 0,
    };
    check_merge(&merge);
    check_places(&merge);
    return 0;
}
