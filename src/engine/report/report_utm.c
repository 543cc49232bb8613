/* SPDX-License-Identifier: MIT */
#include "linkpond/engine/report_utm.h"

#include "linkpond/base/crypt.h"
#include "linkpond/store/utm_values.h"

#define SPELLINGS_MAX (LIMIT_UTM_VALUES * (LIMIT_UTM_ALIASES + 1))
#define NUMBERS_MAX   (1U << 22)

_Static_assert(DIM_UTM_CONTENT - DIM_UTM_SOURCE == UTM_CONTENT, "dimensions stand in the order of the fields");

unsigned report_utm_bit(enum dim dim)
{
    return dim >= DIM_UTM_SOURCE && dim < DIM_UTM_SOURCE + UTM_DICTIONARY_COUNT ? 1U << (dim - DIM_UTM_SOURCE) : 0;
}

static uint64_t hash_of(const struct report_utm *self, str folded)
{
    return hash_sip(&self->key, folded.ptr, folded.len) >> 1;
}

static enum err read_field(struct report_utm *self, struct db *db, struct report_texts *texts, unsigned field)
{
    struct stmt *rows = utm_spellings_each(db, (enum utm)field);
    struct utm_spelling row;
    enum err err = OK;

    while (!err && utm_spellings_next(rows, &row)) {
        uint64_t number = 0;
        int64_t *value = idmap_put(&self->spellings, hash_of(self, row.folded), field, NULL);
        err = value ? report_texts_intern(texts, row.value, &number) : ERR_NOMEM;
        if (!err) {
            *value = (int64_t)number;
            self->fields |= 1U << field;
        }
    }
    err = err ? err : stmt_err(rows);
    stmt_reset(rows);
    return err;
}

enum err report_utm_open(struct report_utm *self, struct db *db, struct report_texts *texts, unsigned fields)
{
    enum err err = OK;

    *self = (struct report_utm){0};
    idmap_init(&self->spellings, SPELLINGS_MAX);
    idmap_init(&self->numbers, NUMBERS_MAX);
    crypt_random(&self->key, sizeof self->key);
    for (unsigned field = 0; !err && field < UTM_DICTIONARY_COUNT; field++) {
        err = fields >> field & 1 ? read_field(self, db, texts, field) : OK;
    }
    return err;
}

void report_utm_done(struct report_utm *self)
{
    idmap_done(&self->spellings);
    idmap_done(&self->numbers);
}

enum err report_utm_canonical(struct report_utm *self, struct report_texts *texts, enum dim dim, uint64_t *number)
{
    char memory[LIMIT_UTM];
    bool added = false;

    if (*number == 0 || !(self->fields & report_utm_bit(dim))) {
        return OK;
    }
    unsigned field = (unsigned)(dim - DIM_UTM_SOURCE);
    int64_t *known = idmap_put(&self->numbers, *number, field, &added);
    if (!known) {
        return ERR_NOMEM;
    }
    if (added) {
        str folded = utm_fold(report_texts_text(texts, *number), memory);
        const int64_t *value = idmap_find(&self->spellings, hash_of(self, folded), field);
        *known = value ? *value : (int64_t)*number;
    }
    *number = (uint64_t)*known;
    return OK;
}
