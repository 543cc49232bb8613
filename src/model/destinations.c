/* SPDX-License-Identifier: MIT */
#include "linkpond/model/destinations.h"

#include <stdlib.h>
#include <string.h>

#include "linkpond/base/hash.h"
#include "linkpond/model/url.h"

/*
 * A hash table by host, one entry for each host that has a line; what a host may is asked of itself and of each host
 * above it. So a million links are judged in the time that their hosts take to read, however long the lists are.
 * Hosts come from people we know, so the hash needs no secret.
 */
#define SLOTS_MIN 16

struct entry {
    str host;
    int64_t itself[DESTINATION_LISTS]; /* line that is about the host and those below it; 0 = none */
    int64_t below[DESTINATION_LISTS];  /* about those below it alone */
};
struct destinations {
    size_t mask;
    bool allows; /* some line allows */
    size_t lines;
    struct entry *slots;
    char *texts;
};

static const str LIST_NAMES[DESTINATION_LISTS] = {
#define LIST_NAME(constant, name) [constant] = STR_INIT(name),
    DESTINATION_LIST_TABLE(LIST_NAME)
#undef LIST_NAME
};

str destination_list_name(enum destination_list list)
{
    return (unsigned)list < DESTINATION_LISTS ? LIST_NAMES[list] : (str){0};
}

int destination_list_find(str name)
{
    for (int i = 0; i < DESTINATION_LISTS; i++) {
        if (str_eq(name, LIST_NAMES[i])) {
            return i;
        }
    }
    return -1;
}

/* ---- patterns ---------------------------------------------------------------------------------------------------- */

static enum err bad_host(struct fault *fault)
{
    return fault_set(fault, ERR_INVALID, "pattern", "bad_host", "A host such as example.com, or *.example.com.",
                     "请填写 example.com 或 *.example.com 这样的域名。");
}

/* The host out of whatever was pasted. */
static str host_in(str text)
{
    struct url url;
    str host, rest;
    unsigned port;

    if (str_find(text, STR("://"), 0) > 0 && url_split(text, &url)) {
        return url.host;
    }
    str_cut(text, '/', &host, &rest);
    str bare;
    return host_split_port(host, &bare, &port) ? bare : host;
}

enum err destination_pattern(str text, char out[DESTINATION_PATTERN_MAX], str *pattern, struct fault *fault)
{
    char memory[HOST_TEXT_MAX];
    str host;

    text = str_trim(text);
    if (text.len == 0) {
        return fault_set(fault, ERR_INVALID, "pattern", "required", "A host is needed.", "请填写域名。");
    }
    bool below = str_starts(text, STR("*.")) || str_starts(text, STR("."));
    str name = below ? str_from(text, text.ptr[0] == '*' ? 2 : 1) : host_in(text);
    if (!host_normalize(name, memory, &host) || (below && host_is_ip(host))) {
        return bad_host(fault);
    }
    size_t mark = below ? 2 : 0;
    memcpy(out, "*.", mark);
    memcpy(out + mark, host.ptr, host.len);
    *pattern = (str){out, mark + host.len};
    return OK;
}

str destination_host(str pattern)
{
    return str_starts(pattern, STR("*.")) ? str_from(pattern, 2) : pattern;
}

bool destination_is_suffix(str pattern)
{
    char memory[HOST_TEXT_MAX + 2];
    str host = destination_host(pattern);

    if (host.len + 2 > sizeof memory || host_is_ip(host)) {
        return false;
    }
    memory[0] = 'x';
    memory[1] = '.';
    memcpy(memory + 2, host.ptr, host.len);
    return host_registrable((str){memory, host.len + 2}).len > host.len;
}

/* ---- the lists --------------------------------------------------------------------------------------------------- */

/* The host's slot, or the free one where it belongs. */
static struct entry *slot_of(const struct destinations *self, str host)
{
    size_t at = hash_xxh3(host.ptr, host.len, 0) & self->mask;

    while (self->slots[at].host.len > 0 && !str_eq(self->slots[at].host, host)) {
        at = (at + 1) & self->mask;
    }
    return &self->slots[at];
}

static void put_line(struct destinations *self, const struct destination_line *line, char *text)
{
    str host = destination_host(line->pattern);
    struct entry *entry = slot_of(self, host);

    if (entry->host.len == 0) {
        memcpy(text, host.ptr, host.len);
        entry->host = (str){text, host.len};
    }
    int64_t *lines = host.len < line->pattern.len ? entry->below : entry->itself;
    lines[line->list] = line->id;
    self->allows = self->allows || line->list == DESTINATION_ALLOW;
}

struct destinations *destinations_new(const struct destination_line *lines, size_t count)
{
    struct destinations *self = calloc(1, sizeof *self);
    size_t slots = SLOTS_MIN, bytes = 1;

    while (slots < count * 2) {
        slots *= 2;
    }
    for (size_t i = 0; i < count; i++) {
        bytes += lines[i].pattern.len;
    }
    if (self) {
        self->mask = slots - 1;
        self->lines = count;
        self->slots = calloc(slots, sizeof *self->slots);
        self->texts = malloc(bytes);
    }
    if (!self || !self->slots || !self->texts) {
        destinations_free(self);
        return NULL;
    }
    char *text = self->texts;
    for (size_t i = 0; i < count; i++) {
        put_line(self, &lines[i], text);
        text += lines[i].pattern.len;
    }
    return self;
}

void destinations_free(struct destinations *self)
{
    if (self) {
        free(self->slots);
        free(self->texts);
        free(self);
    }
}

bool destinations_is_empty(const struct destinations *self)
{
    return !self || self->lines == 0;
}

/* The nearest line of that list about the host; 0 = none. */
static int64_t line_about(const struct destinations *self, str host, enum destination_list list)
{
    bool above = false;
    bool ip = host_is_ip(host);

    for (str zone = host; zone.len > 0;) {
        const struct entry *entry = slot_of(self, zone);
        int64_t line = entry->host.len == 0 ? 0 : entry->itself[list];
        line = line == 0 && above && entry->host.len > 0 ? entry->below[list] : line;
        ssize_t dot = line != 0 || ip ? -1 : str_find_char(zone, '.', 0);
        if (dot < 0) {
            return line;
        }
        zone = str_from(zone, (size_t)dot + 1);
        above = true;
    }
    return 0;
}

struct destination_verdict destinations_judge_host(const struct destinations *self, str host)
{
    struct destination_verdict verdict = {.passes = true};

    if (destinations_is_empty(self)) {
        return verdict;
    }
    verdict.line_id = line_about(self, host, DESTINATION_DENY);
    if (verdict.line_id != 0) {
        verdict.passes = false;
        return verdict;
    }
    if (self->allows) {
        verdict.list = DESTINATION_ALLOW;
        verdict.line_id = line_about(self, host, DESTINATION_ALLOW);
        verdict.passes = verdict.line_id != 0;
    }
    return verdict;
}

/* Lower-case letters, digits, dots and hyphens, with a letter in the last label: canonical as it is. A stored address
 * keeps the case people wrote, so the rest is made canonical first. */
static bool is_canonical(str host)
{
    bool letter = false;

    for (size_t i = 0; i < host.len; i++) {
        char c = host.ptr[i];
        bool lower = c >= 'a' && c <= 'z';
        if (!lower && c != '.' && c != '-' && !(c >= '0' && c <= '9')) {
            return false;
        }
        letter = c != '.' && (letter || lower);
    }
    return letter;
}

struct destination_verdict destinations_judge(const struct destinations *self, str text)
{
    const struct destination_verdict fine = {.passes = true};
    char memory[HOST_TEXT_MAX];
    struct url url;
    str host;

    if (destinations_is_empty(self) || !url_split(text, &url) || url.host.len == 0 ||
        (!str_ieq(url.scheme, STR("https")) && !str_ieq(url.scheme, STR("http")))) {
        return fine;
    }
    host = url.host;
    if (!is_canonical(host) && !host_normalize(url.host, memory, &host)) {
        return fine; /* no checked address has such a host */
    }
    return destinations_judge_host(self, host);
}
