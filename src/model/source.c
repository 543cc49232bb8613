/* SPDX-License-Identifier: MIT */
#include "linkpond/model/source.h"

#include "linkpond/base/gbk.h"
#include "linkpond/base/host.h"
#include "linkpond/base/limits.h"
#include "linkpond/base/percent.h"
#include "linkpond/base/utf8.h"
#include "source_rules.h"

/*
 * The query is walked once; then source and channel are decided in their fixed order. The address a person typed into
 * a campaign beats what we set on the link, which beats what we can only guess from ids, app and referrer.
 */
struct seen {
    const struct source_rules *rules;
    struct arena *arena;
    struct click *click;
    str lp_src, lp_ch; /* decoded */
    const struct origin *ad;
    size_t ad_rank;
    const struct origin *from; /* the referrer's */
};

/* ---- texts ---------------------------------------------------------------------------------------------------- */

/* Control characters would break lines of exports; spaces at the ends make two sources of one. Folds A-Z when `lower`.
 * The text must be valid UTF-8. */
static str text_clean(struct arena *arena, str text, size_t bytes_max, bool lower)
{
    char *bytes = text.len > 0 ? arena_alloc(arena, text.len) : NULL; /* most have none */
    size_t len = bytes ? text.len : 0;

    for (size_t i = 0; i < len; i++) {
        char c = text.ptr[i];
        if ((unsigned char)c < 0x20 || c == 0x7f) {
            c = ' ';
        } else if (lower && c >= 'A' && c <= 'Z') {
            c = (char)(c - 'A' + 'a');
        }
        bytes[i] = c;
    }
    str clean = str_trim(utf8_cut(str_trim((str){bytes, len}), bytes_max));
    return clean.len > 0 ? clean : STR("");
}

/* Is this already what decoding would make of it? */
static bool is_plain(str raw)
{
    bool plain = true;

    for (size_t i = 0; i < raw.len; i++) {
        char c = raw.ptr[i];
        plain &= c >= 0x20 && c < 0x7f && c != '%' && c != '+';
    }
    return plain;
}

/* Decoded, and made valid UTF-8: GBK is read as such, what is neither becomes U+FFFD. The raw query keeps the bytes. */
static str decoded_text(struct arena *arena, str raw, size_t bytes_max, bool lower)
{
    char decoded_bytes[LIMIT_CLICK_QUERY], repaired_bytes[3 * LIMIT_CLICK_QUERY];
    struct buf decoded, repaired;

    buf_init_fixed(&decoded, decoded_bytes, sizeof decoded_bytes);
    buf_init_fixed(&repaired, repaired_bytes, sizeof repaired_bytes);
    percent_decode_form(&decoded, raw);
    if (utf8_valid(buf_str(&decoded)) || !gbk_to_utf8(&repaired, buf_str(&decoded))) {
        utf8_repair(&repaired, buf_str(&decoded));
    }
    return text_clean(arena, buf_str(&repaired), bytes_max, lower);
}

/* A raw query value as text. */
static str value_text(struct arena *arena, str raw, size_t bytes_max, bool lower)
{
    return is_plain(raw) ? text_clean(arena, raw, bytes_max, lower) : decoded_text(arena, raw, bytes_max, lower);
}

/* ---- the query ------------------------------------------------------------------------------------------------ */

static bool is_macro_name(str name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        if (!((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_')) {
            return false;
        }
    }
    return name.len > 0;
}

/* __CLICKID__ (Ocean Engine, Kuaishou), {gclid}, {{campaign.id}}: the ad platform did not put the value in, so somebody
 * tries the link out. */
static bool is_macro(str raw)
{
    if (raw.len > 4 && str_starts(raw, STR("__")) && str_ends(raw, STR("__"))) {
        return is_macro_name(str_slice(raw, 2, raw.len - 2));
    }
    return (raw.len > 2 && str_starts(raw, STR("{")) && str_ends(raw, STR("}"))) ||
           (raw.len > 6 && str_istarts(raw, STR("%7B")) && str_iends(raw, STR("%7D")));
}

static enum click_scene scene_of(str value)
{
    static const struct {
        str sent;
        enum click_scene scene;
    } scenes[] = {
        {STR_INIT("singlemessage"), SCENE_SINGLE},
        {STR_INIT("groupmessage"), SCENE_GROUP},
        {STR_INIT("timeline"), SCENE_MOMENTS},
    };

    for (size_t i = 0; i < ARRAY_LEN(scenes); i++) {
        if (str_eq(value, scenes[i].sent)) {
            return scenes[i].scene;
        }
    }
    return SCENE_UNKNOWN;
}

enum click_scene source_scene(str query)
{
    enum click_scene scene = SCENE_UNKNOWN;
    struct query_param param;

    while (scene == SCENE_UNKNOWN && query_next(&query, &param)) {
        scene = str_eq(param.name, STR("from")) ? scene_of(param.value) : SCENE_UNKNOWN;
    }
    return scene;
}

str source_channel_param(str query)
{
    struct query_param param;

    while (query_next(&query, &param)) {
        if (str_eq(param.name, STR("lp_ch")) && param.value.len > 0) {
            return param.value;
        }
    }
    return STR("");
}

static void see_utm(struct seen *seen, const struct query_param *param)
{
    for (unsigned i = 0; i < UTM_COUNT; i++) {
        str *text = &seen->click->utm[i];
        if (text->len == 0 && str_ieq(param->name, utm_name((enum utm)i))) {
            *text = value_text(seen->arena, param->value, LIMIT_UTM, false);
        }
    }
}

static void see_ad(struct seen *seen, const struct query_param *param)
{
    ssize_t rank = param->value.len > 0 ? origin_ad_rank(seen->rules, param->name) : -1;

    if (rank < 0 || (seen->ad && (size_t)rank >= seen->ad_rank)) {
        return;
    }
    seen->ad = origin_ad(seen->rules, (size_t)rank);
    seen->ad_rank = (size_t)rank;
    seen->click->ad_click_id = param->value;
    seen->click->ad_click_source = seen->ad->source.len > 0 ? seen->ad->source : seen->ad->value;
}

/* Of a name given twice the first value counts. */
static void see_param(struct seen *seen, const struct query_param *param)
{
    struct click *click = seen->click;

    if (is_macro(param->value)) {
        click->signals |= SIGNAL_TEST;
    }
    if (str_eq(param->name, STR("from"))) {
        click->scene = click->scene == SCENE_UNKNOWN ? scene_of(param->value) : click->scene;
    } else if (str_eq(param->name, STR("lp_qr"))) {
        click->qr = !str_eq(param->value, STR("0"));
    } else if (str_eq(param->name, STR("lp_src")) && seen->lp_src.len == 0) {
        seen->lp_src = value_text(seen->arena, param->value, LIMIT_SOURCE, true);
    } else if (str_eq(param->name, STR("lp_ch")) && seen->lp_ch.len == 0) {
        seen->lp_ch = value_text(seen->arena, param->value, LIMIT_TAG, false);
    } else if (str_istarts(param->name, STR("utm_"))) {
        see_utm(seen, param);
    } else {
        see_ad(seen, param);
    }
}

static str without_volatile(struct arena *arena, str query)
{
    str rest = query;
    struct query_param param;
    char *out = NULL;
    size_t len = 0, copied = 0;

    while (query_next(&rest, &param)) {
        if (param.value.len == 0 || !source_is_volatile_param(param.name)) {
            continue;
        }
        if (!out && !(out = arena_alloc(arena, query.len))) {
            return STR("");
        }
        size_t upto = (size_t)(param.value.ptr - query.ptr);
        memcpy(out + len, query.ptr + copied, upto - copied);
        len += upto - copied;
        copied = upto + param.value.len;
    }
    if (!out) {
        return query;
    }
    memcpy(out + len, query.ptr + copied, query.len - copied);
    return (str){out, len + query.len - copied};
}

str source_query_kept(struct arena *arena, str query)
{
    return without_volatile(arena, utf8_cut(query, LIMIT_CLICK_QUERY));
}

static void see_query(struct seen *seen, const struct record *record)
{
    str query = utf8_cut(record->query, LIMIT_CLICK_QUERY);
    str rest = query;
    struct query_param param;

    while (query_next(&rest, &param)) {
        see_param(seen, &param);
    }
    seen->click->query = without_volatile(seen->arena, query);
}

/* ---- the referrer --------------------------------------------------------------------------------------------- */

/* Host of an http(s) URL or package of an android-app:// one, canonical; empty when there is none to read. */
static str referrer_host(str url, char text[SOURCE_HOST_MAX], bool *package)
{
    static const str separator = STR_INIT("://");
    ssize_t scheme_end = str_find(url, separator, 0);
    str scheme = scheme_end < 0 ? STR("") : str_slice(url, 0, (size_t)scheme_end), host;
    unsigned port;

    *package = str_ieq(scheme, STR("android-app"));
    if (!*package && !str_ieq(scheme, STR("http")) && !str_ieq(scheme, STR("https"))) {
        return STR("");
    }
    str authority = str_from(url, (size_t)scheme_end + separator.len);
    for (size_t i = 0; i < authority.len; i++) {
        if (memchr("/?#\\", authority.ptr[i], 4)) { /* NOLINT: a NUL among the bytes ends no authority */
            authority = str_slice(authority, 0, i);
        }
    }
    for (ssize_t at = str_find_char(authority, '@', 0); at >= 0; at = str_find_char(authority, '@', 0)) {
        authority = str_from(authority, (size_t)at + 1);
    }
    if (!host_split_port(authority, &host, &port) || !host_normalize(host, text, &host)) {
        return STR("");
    }
    return host;
}

str source_referrer_host(str referrer, char memory[SOURCE_HOST_MAX])
{
    bool package;

    return referrer_host(referrer, memory, &package);
}

/* Who sent the visitor by the Referer; empty for none and for our own pages. */
static str see_referrer(struct seen *seen, const struct record *record)
{
    bool package;
    char text[SOURCE_HOST_MAX];
    str found = referrer_host(record->referrer, text, &package);
    str host = found.len > 0 ? arena_str(seen->arena, found) : STR("");

    seen->click->referrer_host = host;
    if (host.len == 0 || str_eq(host, record->host)) {
        return STR("");
    }
    seen->from = package ? origin_find(seen->rules, ORIGIN_PACKAGE, host) : origin_find_host(seen->rules, host);
    if (seen->from && str_eq(seen->from->category, STR("mail-gateway"))) {
        seen->click->signals |= SIGNAL_FROM_MAIL_GATEWAY;
    }
    if (seen->from) {
        return seen->from->source;
    }
    return package || host_is_ip(host) ? host : host_registrable(host);
}

/* ---- deciding ------------------------------------------------------------------------------------------------- */

static bool decide(str *text, enum click_by *by, str candidate, enum click_by candidate_by)
{
    if (candidate.len == 0) {
        return false;
    }
    *text = candidate;
    *by = candidate_by;
    return true;
}

static void decide_source(struct seen *seen, const struct record *record, str app_source, str referrer_source,
                          str request_source)
{
    struct click *click = seen->click;
    const struct {
        str text;
        enum click_by by;
    } order[] = {
        {request_source, BY_REQUEST},
        {seen->lp_src, BY_REQUEST},
        {text_clean(seen->arena, record->link_source, LIMIT_SOURCE, true), BY_LINK},
        {text_clean(seen->arena, record->link_utm[UTM_SOURCE], LIMIT_SOURCE, true), BY_LINK},
        {seen->ad ? seen->ad->source : STR(""), BY_AD_CLICK},
        {app_source, BY_APP},
        {referrer_source, BY_REFERRER},
        {STR("direct"), BY_DIRECT},
    };

    for (size_t i = 0; i < ARRAY_LEN(order); i++) {
        if (decide(&click->source, &click->source_by, order[i].text, order[i].by)) {
            return;
        }
    }
}

static void decide_channel(struct seen *seen, const struct record *record, const struct origin *app, str app_name)
{
    struct click *click = seen->click;
    const struct origin *from = app && app->category.len > 0 ? app : seen->from;
    bool named = click->source_by == BY_REQUEST || click->source_by == BY_LINK || click->source_by == BY_AD_CLICK;
    str kind = named ? source_category(seen->rules, click->source) : STR("");
    const str facts[FACT_COUNT] = {
        [FACT_SCENE] = click_scene_name(click->scene),
        [FACT_MEDIUM] = text_clean(seen->arena, click->utm[UTM_MEDIUM], LIMIT_UTM, true),
        [FACT_SOURCE] = click->source,
        [FACT_CAMPAIGN] = text_clean(seen->arena, click->utm[UTM_CAMPAIGN], LIMIT_UTM, true),
        [FACT_HOST] = click->referrer_host,
        [FACT_AD] = seen->ad ? seen->ad->category : STR(""),
        [FACT_APP] = app_name,
        [FACT_CATEGORY] = kind.len > 0 ? kind
                          : from       ? from->category
                                       : STR(""),
    };

    click->channel = STR("");
    click->channel_by = BY_NONE;
    if (!decide(&click->channel, &click->channel_by, seen->lp_ch, BY_REQUEST) &&
        !decide(&click->channel, &click->channel_by, record->link_channel, BY_LINK)) {
        decide(&click->channel, &click->channel_by, channel_infer(seen->rules, facts), BY_INFERRED);
    }
}

void source_attribute(const struct source_rules *rules, struct arena *arena, const struct record *record,
                      const struct agent *agent, struct click *click)
{
    struct seen seen = {.rules = rules, .arena = arena, .click = click};

    for (unsigned i = 0; i < UTM_COUNT; i++) {
        click->utm[i] = STR("");
    }
    click->ad_click_source = click->ad_click_id = STR("");
    click->scene = SCENE_UNKNOWN;
    click->qr = false;
    see_query(&seen, record);
    str request_source = text_clean(arena, click->utm[UTM_SOURCE], LIMIT_SOURCE, true);
    for (unsigned i = 0; i < UTM_COUNT; i++) {
        if (click->utm[i].len == 0) {
            click->utm[i] = record->link_utm[i];
        }
    }
    const struct origin *app = origin_find(rules, ORIGIN_APP, agent->app);
    str referrer_source = see_referrer(&seen, record);
    decide_source(&seen, record, app ? app->source : agent->app, referrer_source, request_source);
    decide_channel(&seen, record, app, agent->app);
}
