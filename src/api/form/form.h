/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_API_FORM_H
#define LINKPOND_API_FORM_H

#include "form_words.h"
#include "linkpond/api/link_call.h"
#include "linkpond/engine/reporter.h"

/*
 * The form: one page without script. form.c takes what people send, form_page.c writes pages, form_sections.c the parts
 * that show links and figures.
 */

/* ---- what people fill in ----------------------------------------------------------------------------------------- */
enum form_field {
    FORM_URL,
    FORM_ALIAS,
    FORM_DOMAIN,
    FORM_CHANNEL,
    FORM_CAMPAIGN,
    FORM_UTM_SOURCE,
    FORM_UTM_MEDIUM,
    FORM_UTM_CAMPAIGN,
    FORM_UTM_CONTENT,
    FORM_UTM_TERM,
    FORM_FIELDS
};
const char *form_field_name(enum form_field field);
#define FORM_ONCE_CHARS 32 /* of the field "once": a token made with each page */
struct form {
    str values[FORM_FIELDS]; /* as entered */
    enum err err;            /* what was wrong with it */
    struct fault fault;
};

/* ---- pages ------------------------------------------------------------------------------------------------------- */
#define PAGE_SLOTS_MAX (WORD_COUNT + 64)
struct form_page {
    struct ctx *ctx;
    struct request *request;
    struct arena *arena;
    bool chinese;
    struct link_view view; /* after form_page_load */
    struct html_slot slots[PAGE_SLOTS_MAX];
    size_t slots_count;
};
void form_page_init(struct form_page *self, struct ctx *ctx, struct request *request);
/* Sets a slot of the templates; a later value replaces an earlier one. */
void form_put(struct form_page *self, const char *name, str value);
void form_put_html(struct form_page *self, const char *name, str html);
/* A template of src/web filled with what was put, in the arena. */
str form_fill(struct form_page *self, const char *template);
/* 1234567 -> "1,234,567" */
str form_number(struct arena *arena, int64_t value);

/* The whole page around `content`. */
void form_answer(struct form_page *self, struct reply *reply, int status, const char *kind, str content);
/* The box that asks for a key; what was entered before goes along hidden. */
void form_answer_sign_in(struct form_page *self, struct reply *reply, int status, enum word notice,
                         const struct form *kept);
/* The form itself, with the link just made (0 = none). */
void form_answer_desk(struct form_page *self, struct reply *reply, int status, const struct form *form,
                      int64_t made_id);

/* ---- sections (HTML in the arena; empty when the key may not see it) --------------------------------------------- */
str form_made(struct form_page *self, struct db *db, int64_t id);
str form_week(struct form_page *self, struct db *db);
str form_recent(struct form_page *self, struct db *db);

#endif
