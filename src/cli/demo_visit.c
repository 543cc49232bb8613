/* SPDX-License-Identifier: MIT */
#include "demo_visit.h"

#include "linkpond/base/hash.h"

/*
 * A visitor's device and address follow from its number, a visit's parameters from its salt: what comes again looks the
 * same without anything being remembered.
 */
enum stream { STREAM_DEVICE = 1, STREAM_PLACE, STREAM_VISIT, STREAM_MACHINE };

struct making {
    const struct story *story;
    const struct story_link *link;
    const struct step *step;
    uint64_t seed;
    struct visit_request *out;
};

static const struct story_list *list(const struct making *self, const char *name)
{
    return story_list(self->story, str_from_c(name));
}

/* By the visitor of the crowd, not of the link: the same people stand in several groups. */
static struct dice dice_for(const struct making *self, enum stream stream)
{
    bool visit = stream == STREAM_VISIT || stream == STREAM_MACHINE;
    str crowd = self->step->customer > 0 && !visit ? STR("customers") : self->link->crowd;
    uint64_t people = hash_xxh3(crowd.ptr, crowd.len, (uint64_t)stream);
    uint64_t one = visit                      ? (uint64_t)self->step->link << 32 | self->step->salt
                   : self->step->customer > 0 ? self->step->customer
                                              : self->step->visitor;

    return dice_of(self->seed, people, one);
}

static void put_header(struct making *self, const char *name, str value)
{
    struct request *request = &self->out->request;

    BUG_ON(request->headers_count == VISIT_HEADERS_MAX);
    self->out->headers[request->headers_count++] = (struct header){str_from_c(name), value};
}

/* Host bits at random; of IPv6 the customer's network too, and not 0 or 255 at the end. */
static void draw_address(const struct story_list *places, struct dice *dice, struct addr *out)
{
    struct cidr place;
    bool read = cidr_parse(story_pick(places, dice), &place);

    BUG_ON(!read); /* the table is ours, and a test reads all of it */
    *out = place.addr;
    for (unsigned bit = place.bits; bit < 128; bit++) {
        out->bytes[bit / 8] |= (uint8_t)(dice_below(dice, 2) << (7 - bit % 8));
    }
    out->bytes[15] = out->bytes[15] == 0 || out->bytes[15] == 255 ? 77 : out->bytes[15];
}

/* ---- people ---- */

static void put_person(struct making *self)
{
    struct dice device = dice_for(self, STREAM_DEVICE), place = dice_for(self, STREAM_PLACE);
    str kind = story_pick(self->link->who, &device);
    kind = self->step->customer > 0 && self->link->wechat ? STR("wechat") : kind; /* the same browser each time */
    str agent = story_pick(story_list(self->story, kind), &device);
    bool in_app = !str_eq(kind, STR("phone")) && !str_eq(kind, STR("desktop"));
    const struct story_list *places = list(self, self->step->kind == STEP_REPLAY ? "platform" : "places");

    draw_address(places, &place, &self->out->request.client);
    put_header(self, "User-Agent", agent);
    put_header(self, "Accept", STR("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"));
    put_header(self, "Accept-Language", dice_below(&device, 20) > 0 ? STR("zh-CN,zh;q=0.9") : STR("en-US,en;q=0.9"));
    if (str_eq(kind, STR("wechat")) && str_find(agent, STR("; wv)"), 0) >= 0) {
        put_header(self, "X-Requested-With", STR("com.tencent.mm"));
    } else if (!in_app) {
        put_header(self, "Sec-Fetch-Mode", STR("navigate"));
    }
}

/* An x after an = sign stands for any hexadecimal digit. */
static str fill_in(str pattern, struct dice *dice, char out[VISIT_TEXT_MAX])
{
    bool value = false;

    BUG_ON(pattern.len >= VISIT_TEXT_MAX);
    for (size_t i = 0; i < pattern.len; i++) {
        char c = pattern.ptr[i];
        value = c == '=' || (value && c == 'x');
        out[i] = value && c == 'x' ? "0123456789abcdef"[dice_below(dice, 16)] : c;
    }
    return (str){out, pattern.len};
}

static void put_visit(struct making *self)
{
    struct dice dice = dice_for(self, STREAM_VISIT);

    self->out->request.query = fill_in(story_pick(self->link->query, &dice), &dice, self->out->query);
    str referrer = self->link->referrer ? story_pick(self->link->referrer, &dice) : (str){0};
    if (referrer.len > 0 && self->step->kind != STEP_REPLAY) {
        put_header(self, "Referer", referrer);
    }
    if (self->step->kind == STEP_PREFETCH) {
        put_header(self, "Sec-Purpose", STR("prefetch"));
    }
}

/* ---- machines ---- */

static void put_machine(struct making *self)
{
    static const char *const names[STEP_KINDS] = {
        [STEP_BOT] = "bot", [STEP_PREVIEW] = "preview", [STEP_HEAD] = "monitor"};
    struct dice dice = dice_for(self, STREAM_MACHINE);
    bool own = self->step->kind == STEP_HEAD; /* the company checks its links from its office */

    draw_address(list(self, own ? "office" : "machines"), &dice, &self->out->request.client);
    put_header(self, "User-Agent", story_pick(list(self, names[self->step->kind]), &dice));
    put_header(self, "Accept", STR("*/*"));
    self->out->request.method = own ? METHOD_HEAD : METHOD_GET;
}

/* ---- all ---- */

uint64_t visit_browser(const struct story *story, const struct step *step)
{
    const struct story_link *link = &story->links[step->link];
    str app = link->wechat && step->customer > 0 ? STR("wechat") : link->crowd;
    uint64_t who = step->customer > 0 ? (uint64_t)step->customer << 32 : step->visitor + UINT64_C(1);
    bool browses = step->kind == STEP_PERSON || step->kind == STEP_AGAIN || step->kind == STEP_LOST;

    return browses ? hash_xxh3(app.ptr, app.len, who) | 1 : 0;
}

void visit_make(const struct story *story, uint64_t seed, const struct step *step, str host, str cookie,
                struct visit_request *out)
{
    struct making making = {story, &story->links[step->link], step, seed, out};
    str alias = making.link->fields[STORY_ALIAS];
    struct dice id = dice_of(seed, (uint64_t)step->link << 32 | step->visitor, step->salt);
    /* What nginx sends again has the number it had. */
    bool own = step->kind == STEP_AGAIN || step->kind == STEP_REPLAY;
    id.state ^= own ? step->kind : 0;

    unsigned long long high = dice_next(&id), low = dice_next(&id);
    snprintf(out->request_id, sizeof out->request_id, "%016llx%016llx", high, low);
    int len =
        snprintf(out->path, sizeof out->path, "/" STR_FMT "%s", STR_ARG(alias), step->kind == STEP_LOST ? "。" : "");
    out->request = (struct request){.method = METHOD_GET,
                                    .path = {out->path, (size_t)len},
                                    .headers = out->headers,
                                    .body_fd = -1,
                                    .trusted = true,
                                    .https = true,
                                    .host = host,
                                    .request_id = {out->request_id, 32},
                                    .now_ms = step->time_ms};
    put_header(&making, "Host", host);
    if (step_is_person((enum step_kind)step->kind)) {
        put_person(&making);
        put_visit(&making);
        if (cookie.len > 0) {
            put_header(&making, "Cookie", cookie);
        }
    } else {
        put_machine(&making);
    }
}
