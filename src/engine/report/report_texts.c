/* SPDX-License-Identifier: MIT */
#include "linkpond/engine/report_texts.h"

#include <stdlib.h>
#include <string.h>

#include "linkpond/base/crypt.h"
#include "linkpond/store/terms.h"

#define TEXTS_MAX (1U << 22)
#define BYTES_MAX (256U << 20)
#define AT_ONCE   16
#define TERMS_MAX (INT64_C(1) << 26) /* 256 MiB; later ones are looked up each time */

static void start(struct report_texts *self, struct db *db)
{
    *self = (struct report_texts){.db = db};
    arena_init(&self->arena, BYTES_MAX);
    idmap_init(&self->numbers, TEXTS_MAX);
    crypt_random(&self->key, sizeof self->key);
}

void report_texts_init(struct report_texts *self, struct db *db)
{
    start(self, db);
}

void report_texts_done(struct report_texts *self)
{
    arena_done(&self->arena);
    idmap_done(&self->numbers);
    free(self->terms);
    free(self->texts);
}

void report_texts_trim(struct report_texts *self, size_t bytes_max)
{
    struct db *db = self->db;

    if (self->arena.used > bytes_max) {
        report_texts_done(self);
        start(self, db);
    }
}

static enum err add(struct report_texts *self, str text, int64_t *number)
{
    if (self->count == self->cap) {
        size_t cap = self->cap > 0 ? self->cap * 2 : 256;
        str *texts = realloc(self->texts, cap * sizeof *texts);
        if (!texts) {
            return ERR_NOMEM;
        }
        self->texts = texts;
        self->cap = cap;
    }
    self->texts[self->count++] = arena_str(&self->arena, text);
    *number = (int64_t)self->count;
    return self->arena.overflow ? ERR_NOMEM : OK;
}

static uint64_t hash_of(const struct report_texts *self, str text)
{
    return hash_sip(&self->key, text.ptr, text.len) >> 1;
}

static enum err intern(struct report_texts *self, str text, uint64_t hash, uint64_t *number)
{
    bool added = false;
    int64_t *known = idmap_put(&self->numbers, hash, text.len, &added);
    enum err err = !known ? ERR_NOMEM : added ? add(self, text, known) : OK;

    *number = err == OK ? (uint64_t)*known : 0;
    return err;
}

enum err report_texts_intern(struct report_texts *self, str text, uint64_t *number)
{
    *number = 0;
    return text.len > 0 ? intern(self, text, hash_of(self, text), number) : OK;
}

/* ---- many */

static size_t ask(const struct report_texts *self, const str *texts, size_t count, uint64_t hashes[AT_ONCE])
{
    count = count < AT_ONCE ? count : AT_ONCE;
    for (size_t i = 0; i < count; i++) {
        hashes[i] = hash_of(self, texts[i]);
        idmap_ask(&self->numbers, hashes[i], texts[i].len);
    }
    return count;
}

enum err report_texts_intern_many(struct report_texts *self, const str *texts, size_t count, uint64_t *numbers)
{
    uint64_t hashes[AT_ONCE];
    enum err err = OK;

    for (size_t from = 0, asked = 0; err == OK && from < count; from += asked) {
        asked = ask(self, texts + from, count - from, hashes);
        for (size_t i = 0; err == OK && i < asked; i++) {
            numbers[from + i] = 0;
            err = texts[from + i].len > 0 ? intern(self, texts[from + i], hashes[i], &numbers[from + i]) : OK;
        }
    }
    return err;
}

void report_texts_find_many(const struct report_texts *self, const str *texts, size_t count, uint64_t *numbers)
{
    uint64_t hashes[AT_ONCE];

    for (size_t from = 0, asked = 0; from < count; from += asked) {
        asked = ask(self, texts + from, count - from, hashes);
        for (size_t i = 0; i < asked; i++) {
            const int64_t *known = idmap_find(&self->numbers, hashes[i], texts[from + i].len);
            numbers[from + i] = texts[from + i].len == 0 ? 0 : known ? (uint64_t)*known : REPORT_NO_TEXT;
        }
    }
}

/* ---- terms */

static enum err intern_term(struct report_texts *self, int64_t term, uint64_t *number)
{
    str text = {0};
    struct arena scratch;

    arena_init(&scratch, 64 * 1024);
    enum err err = terms_text(self->db, &scratch, term, &text);
    if (err == OK) {
        err = report_texts_intern(self, text, number);
    }
    arena_done(&scratch);
    return err == ERR_NOT_FOUND ? ERR_CORRUPT : err; /* a row names a term that is not there */
}

/* Room for that term; false when it is none that is given, or memory ran out. */
static bool widen(struct report_texts *self, int64_t term)
{
    size_t cap = self->terms_cap > 0 ? self->terms_cap : 1024;

    if (term < 0 || term >= TERMS_MAX) {
        return false;
    }
    while (cap <= (size_t)term) {
        cap *= 2;
    }
    uint32_t *terms = realloc(self->terms, cap * sizeof *terms);
    if (!terms) {
        return false;
    }
    memset(terms + self->terms_cap, 0, (cap - self->terms_cap) * sizeof *terms);
    self->terms = terms;
    self->terms_cap = cap;
    return true;
}

enum err report_texts_value(struct report_texts *self, const struct click_value *value, uint64_t *number)
{
    size_t term = (size_t)value->term;

    if (term == 0) {
        return report_texts_intern(self, value->text, number);
    }
    if (term < self->terms_cap && self->terms[term] != 0) {
        *number = self->terms[term] - 1;
        return OK;
    }
    enum err err = intern_term(self, value->term, number);
    if (err == OK && (term < self->terms_cap || widen(self, value->term))) {
        self->terms[term] = (uint32_t)*number + 1;
    }
    return err;
}

str report_texts_text(const struct report_texts *self, uint64_t number)
{
    return number == 0 ? STR("") : self->texts[number - 1];
}
