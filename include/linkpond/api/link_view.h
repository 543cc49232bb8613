/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_API_LINK_VIEW_H
#define LINKPOND_API_LINK_VIEW_H

#include "linkpond/http/router.h"
#include "linkpond/model/utm.h"
#include "linkpond/store/domains.h"

/* How links look from outside. Loaded once per call, so that a page of a thousand links asks for its domains once. */
struct link_view {
    struct arena *arena;
    struct db *db; /* it was loaded from; the caller's, who may have given it back */
    const char *admin_url;
    struct destination_lists *destinations;
    struct domain *domains;
    size_t domains_count;
    int64_t now_ms;
    bool chinese;
};
enum err link_view_load(struct link_view *self, struct ctx *ctx, struct request *request, struct db *db);

/* "https://s.example/spring-sale": the first alias, else the code; percent-encoded where a path needs it. */
str link_short_url(const struct link_view *self, const struct link *link);
str link_qr_url(const struct link_view *self, const struct link *link);
/* Would people out there reach this host (with or without a port)? */
bool link_host_is_public(str host_and_port);
/* What is to be said of the link, as items of an open array. */
void link_view_warn(const struct link_view *self, struct json_writer *json, const struct link *link,
                    const struct utm_notes *notes);
/* Only what an edit has to say of the UTM values it set, likewise. */
void link_view_notes(const struct link_view *self, struct json_writer *json, const struct utm_notes *notes);
/* The whole link object. notes: what an edit has to say of the UTM values it set; NULL = nothing. */
void link_view_write(const struct link_view *self, struct json_writer *json, const struct link *link,
                     const struct utm_notes *notes);

#endif
