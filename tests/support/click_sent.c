/* SPDX-License-Identifier: MIT */
/* What a click of the stream sends, and what is true of it. */
#include <inttypes.h>

#include "click_arrivals.h"
#include "click_people.h"
#include "linkpond/base/base62.h"
#include "linkpond/base/clock.h"
#include "linkpond/model/link.h"

#define FAMOUS 12 /* the first links are never over */

/* ---- links */

void stream_link(const struct stream *self, uint32_t link, struct stream_link *out)
{
    static const char *const shops[] = {"store-1", "store-2", "store-3"};
    const struct stream_opts *opts = stream_options(self);
    unsigned kind = (unsigned)(stream_mix(opts->seed, link, 6) % 100);

    *out = (struct stream_link){.source = "",
                                .channel = "",
                                .utm_source = "",
                                .utm_medium = "",
                                .fallback_url = "",
                                .valid_from_ms = TIME_NONE,
                                .valid_until_ms = TIME_NONE,
                                .enabled = true};
    if (kind < 8) {
        out->source = "kol-wang";
        out->channel = "poster-17";
    } else if (kind < 16) {
        out->utm_source = "wechat";
        out->utm_medium = "社群";
    } else if (kind < 20) {
        out->channel = shops[kind % ARRAY_LEN(shops)];
    } else if (link <= FAMOUS) {
        return;
    } else if (kind < 23) {
        out->valid_until_ms = opts->end_ms - opts->days * MS_PER_DAY / 2;
        out->fallback_url = kind == 22 ? "https://shop.example.com/over" : "";
    } else if (kind == 23) {
        out->valid_from_ms = opts->end_ms + 30 * MS_PER_DAY;
    } else if (kind == 24) {
        out->enabled = false;
    }
}

static enum click_outcome outcome_of(const struct stream_link *link, int64_t now_ms)
{
    if (!link->enabled) {
        return OUTCOME_DISABLED;
    }
    if (link->valid_from_ms != TIME_NONE && now_ms < link->valid_from_ms) {
        return OUTCOME_NOT_STARTED;
    }
    if (link->valid_until_ms != TIME_NONE && now_ms >= link->valid_until_ms) {
        return *link->fallback_url ? OUTCOME_FALLBACK : OUTCOME_EXPIRED;
    }
    return OUTCOME_REDIRECT;
}

str stream_link_code(uint32_t link, char out[STREAM_TEXT_MAX])
{
    return base62_encode(link * UINT64_C(2654435761) % UINT64_C(3521614606208), 7, out); /* 62^7 codes of length 7 */
}

/* ---- what is sent */

static str filled(const char *pattern, uint32_t own, char out[STREAM_TEXT_MAX])
{
    size_t len = 0;

    for (; *pattern && len + 16 < STREAM_TEXT_MAX; pattern++) {
        if (*pattern == '$') {
            len += (size_t)snprintf(out + len, STREAM_TEXT_MAX - len, "%06" PRIu32, own);
        } else {
            out[len++] = *pattern;
        }
    }
    return (str){out, len};
}

str stream_query(const struct stream_click *click, char out[STREAM_TEXT_MAX])
{
    return filled(arrival_at(click->arrival)->query, click->own, out);
}

str stream_referrer(const struct stream_click *click, char out[STREAM_TEXT_MAX])
{
    const char *referrer = arrival_at(click->arrival)->referrer;

    return referrer ? filled(referrer, click->own, out) : STR("");
}

/* WeChat on Android numbers its installations. */
str stream_user_agent(const struct stream *self, const struct stream_click *click, char out[STREAM_TEXT_MAX])
{
    static const str mark = STR_INIT("MMWEBID/");
    str text = str_slice(people_agent(stream_people(self), click->agent)->user_agent, 0, STREAM_TEXT_MAX);
    ssize_t at = str_find(text, mark, 0);
    struct person who;

    if (at < 0 || click->person == 0 || (size_t)at + mark.len + 4 > text.len) {
        return text;
    }
    people_person(stream_people(self), click->person, &who);
    memcpy(out, text.ptr, text.len);
    for (size_t i = 4; i > 0; i--, who.device /= 10) {
        out[(size_t)at + mark.len + i - 1] = (char)('0' + who.device % 10);
    }
    return (str){out, text.len};
}

str stream_package(const struct stream *self, const struct stream_click *click)
{
    return people_agent(stream_people(self), click->agent)->package;
}

str stream_code(const struct stream_click *click, char out[STREAM_TEXT_MAX])
{
    if (click->link > 0) {
        return stream_link_code(click->link, out);
    }
    return (str){out, (size_t)snprintf(out, STREAM_TEXT_MAX, "guess%06" PRIu32, click->own)};
}

str stream_request_id(const struct stream *self, const struct stream_click *click, char out[STREAM_TEXT_MAX])
{
    uint64_t seed = stream_options(self)->seed;
    uint64_t mixed = stream_mix(seed, click->number, 7), hidden = click->number ^ (mixed & UINT32_MAX);
    int len =
        snprintf(out, STREAM_TEXT_MAX, "%016" PRIx64 "%016" PRIx64, mixed, hidden | (mixed & ~(uint64_t)UINT32_MAX));

    return (str){out, (size_t)len};
}

uint32_t stream_request_number(const struct stream *self, str request_id)
{
    char text[STREAM_TEXT_MAX], half[17] = "";
    struct stream_click click = {0};

    if (request_id.len != 32) {
        return 0;
    }
    memcpy(half, request_id.ptr, 16);
    uint64_t mixed = strtoull(half, NULL, 16);
    memcpy(half, request_id.ptr + 16, 16);
    click.number = (uint32_t)(strtoull(half, NULL, 16) ^ mixed);
    return str_eq(stream_request_id(self, &click, text), request_id) ? click.number : 0;
}

bool stream_keeps_cookies(const struct stream *self, uint32_t person)
{
    struct person who;

    people_person(stream_people(self), person, &who);
    return who.keeps_cookies;
}

bool stream_opts_out(const struct stream *self, uint32_t person)
{
    struct person who;

    people_person(stream_people(self), person, &who);
    return who.opts_out;
}

/* ---- what is true */

void stream_truth(const struct stream *self, const struct stream_click *click, struct click_truth *out)
{
    const struct stream_agent *agent = people_agent(stream_people(self), click->agent);
    struct stream_link link = {0};

    *out = (struct click_truth){
        .class = click->again ? CLASS_DUPLICATE : (enum click_class)click->class,
        .outcome = OUTCOME_UNKNOWN,
        .app = agent->app,
        .os = agent->os,
        .device = agent->device,
        .browser = agent->browser,
    };
    if (click->sent == SENT_LEAKSCAN) { /* a scanner that poses as WeChat */
        out->app = STR("");
        out->os = out->device = out->browser = STR("-");
    }
    if (click->link > 0) {
        stream_link(self, click->link, &link);
        out->outcome = outcome_of(&link, click->time_ms);
    }
    arrival_truth(arrival_at(click->arrival), &link, out->app, out);
}
