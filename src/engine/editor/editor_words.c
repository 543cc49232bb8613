/* SPDX-License-Identifier: MIT */
#include "editor_private.h"

#include "linkpond/base/hash.h"

/* Rows of an import name the same few campaigns, channels, tags and owners. Chains, newest first, so that what a
 * refused item noted (its labels are rolled back) comes off in the order it went on. */
#define BUCKETS 1024

static struct edit_word **bucket_of(const struct edit *self, int kind, str key)
{
    return &self->words[hash_xxh3(key.ptr, key.len, (uint64_t)kind) % BUCKETS];
}

bool edit_word_find(const struct edit *self, int kind, str key, int64_t *id)
{
    const struct edit_word *word = self->words ? *bucket_of(self, kind, key) : NULL;

    while (word && !(word->kind == kind && str_eq(word->key, key))) {
        word = word->next;
    }
    if (word) {
        *id = word->id;
    }
    return word != NULL;
}

void edit_word_note(struct edit *self, int kind, str key, int64_t id)
{
    if (self->touched_cap == 1) { /* a call for one link asks once anyway */
        return;
    }
    if (!self->words) {
        self->words = ARENA_ARRAY(self->arena, struct edit_word *, BUCKETS);
    }
    struct edit_word *word = self->words ? ARENA_NEW(self->arena, struct edit_word) : NULL;
    if (!word) {
        return;
    }
    struct edit_word **bucket = bucket_of(self, kind, key);
    *word = (struct edit_word){.next = *bucket, .older = self->latest, .kind = kind, .key = key, .id = id};
    *bucket = word;
    self->latest = word;
}

void edit_words_back_to(struct edit *self, struct edit_word *latest)
{
    while (self->latest != latest) {
        *bucket_of(self, self->latest->kind, self->latest->key) = self->latest->next;
        self->latest = self->latest->older;
    }
}
