/* SPDX-License-Identifier: MIT */
/*
 * An import map would be inline, which the content security policy forbids, so the version is part of the path: a new
 * program has new addresses for everything, and a page that is still open never mixes parts of two versions.
 *
 * A page without a session is told so: it can ask for a key at once, without a call that could only be refused.
 */
#include "linkpond/http/desk.h"

#include "linkpond/base/crypt.h"
#include "linkpond/base/err.h"
#include "linkpond/http/html.h"

#define PAGE          "index.html"
#define VERSION_BYTES 8
#define VERSION_TEXT  (2 + 2 * VERSION_BYTES + 1) /* "v-" and hex */
#define BASE_PREFIX   "/desk/"
#define PAGE_MAX      65536

static const struct {
    const char *name, *state;
} pages[DESK_READERS] = {
    [DESK_SIGNED_IN] = {PAGE, "signed-in"},
    [DESK_SIGNED_OUT] = {"signed-out.html", "signed-out"},
    [DESK_FIRST] = {"first.html", "first"},
};

struct desk {
    struct embedded *table; /* as given, but for the page, of which there is one for each reader */
    struct assets *assets;
    char version[VERSION_TEXT];
    struct buf pages[DESK_READERS];
};

static void make_version(struct desk *self, const struct embedded *table)
{
    uint8_t sum[SHA256_BYTES];
    struct buf all, out;
    size_t bytes = 1;
    for (size_t i = 0; table[i].name[0]; i++) {
        bytes += strlen(table[i].name) + table[i].len + 2;
    }
    buf_init_heap(&all, bytes);
    for (size_t i = 0; table[i].name[0]; i++) {
        buf_add_c(&all, table[i].name);
        buf_add_char(&all, '\0');
        buf_add(&all, (str){table[i].bytes, table[i].len});
        buf_add_char(&all, '\0');
    }
    BUG_ON(all.overflow);
    crypt_sha256(buf_str(&all), sum);
    buf_done(&all);
    buf_init_fixed(&out, self->version, sizeof self->version);
    buf_add_c(&out, "v-");
    buf_add_hex(&out, sum, VERSION_BYTES);
    buf_c(&out);
}

static struct embedded fill_page(const struct desk *self, struct buf *out, const char *name, str template, str state)
{
    char base[sizeof BASE_PREFIX + VERSION_TEXT];
    snprintf(base, sizeof base, "%s%s", BASE_PREFIX, self->version);
    buf_init_heap(out, PAGE_MAX);
    html_fill(out, template,
              (struct html_slot[]){{.name = "base", .value = str_from_c(base)}, {.name = "state", .value = state}}, 2);
    BUG_ON(out->overflow);
    return (struct embedded){name, out->ptr, out->len};
}

struct desk *desk_new(const struct embedded *table)
{
    struct desk *self = calloc(1, sizeof *self);
    str page = embedded_find(table, PAGE);
    size_t count = 0;
    while (table[count].name[0]) {
        count++;
    }
    BUG_ON(!self || !page.ptr);
    self->table = calloc(count + DESK_READERS, sizeof *self->table); /* one page is there, and the end */
    BUG_ON(!self->table);
    make_version(self, table);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (!str_starts(str_from_c(table[i].name), STR(PAGE))) { /* nor its compressed copy, which is not filled */
            self->table[kept++] = table[i];
        }
    }
    for (int i = 0; i < DESK_READERS; i++) {
        self->table[kept++] = fill_page(self, &self->pages[i], pages[i].name, page, str_from_c(pages[i].state));
    }
    self->table[kept] = (struct embedded){"", "", 0};
    self->assets = assets_new(self->table);
    return self;
}

void desk_free(struct desk *self)
{
    if (self) {
        assets_free(self->assets);
        for (int i = 0; i < DESK_READERS; i++) {
            buf_done(&self->pages[i]);
        }
        free(self->table);
        free(self);
    }
}

void desk_reply(const struct desk *self, const struct request *request, enum desk_reader reader, str path,
                struct reply *reply)
{
    str first, rest = {0};
    bool is_part = str_cut(path, '/', &first, &rest) && str_starts(first, STR("v-"));
    if (!is_part) {
        BUG_ON(!assets_reply(self->assets, request, str_from_c(pages[reader].name), reply));
        reply_header_set(reply, request, "Vary", STR("Accept-Encoding, Cookie"));
        return;
    }
    bool current = str_eq(first, str_from_c(self->version)) && !str_ends(rest, STR(".html"));
    if (!current || !assets_reply(self->assets, request, rest, reply)) {
        reply_problem(reply, request, ERR_NOT_FOUND, NULL);
        return;
    }
    reply_header_set(reply, request, "Cache-Control", STR("public, max-age=31536000, immutable"));
}
