/* SPDX-License-Identifier: MIT */
#include "pseudonyms_salts.h"

#include <string.h>

#include "linkpond/base/crypt.h"
#include "linkpond/store/meta.h"
#include "pseudonyms.h"

struct salt {
    int64_t day;
    struct siphash_key key;
};

/* The stored salts, in no order. */
static enum err salts_read(struct db *db, struct salt salts[PSEUDONYMS_DAYS], size_t *count)
{
    struct arena arena;
    str blob = {0};

    *count = 0;
    arena_init(&arena, 4096);
    enum err err = meta_get_blob(db, &arena, META_VISITOR_SALTS, &blob);
    if (err == OK && blob.len <= PSEUDONYMS_DAYS * sizeof *salts && blob.len % sizeof *salts == 0) {
        memcpy(salts, blob.ptr, blob.len);
        *count = blob.len / sizeof *salts;
    }
    if (blob.len > 0) {
        crypt_cleanse((void *)(uintptr_t)blob.ptr, blob.len);
    }
    arena_done(&arena);
    return err == ERR_NOT_FOUND ? OK : err;
}

static enum err salts_write(struct db *db, const struct salt *salts, size_t count)
{
    return meta_put_blob(db, META_VISITOR_SALTS, (str){(const char *)salts, count * sizeof *salts});
}

enum err pseudonyms_salt_for(struct db *db, int64_t day, struct siphash_key *out)
{
    struct salt salts[PSEUDONYMS_DAYS];
    size_t count = 0, oldest = 0;
    enum err err = salts_read(db, salts, &count);

    for (size_t i = 0; err == OK && i < count; i++) {
        if (salts[i].day == day) {
            *out = salts[i].key;
            return OK;
        }
        oldest = salts[i].day < salts[oldest].day ? i : oldest;
    }
    crypt_random(out, sizeof *out);
    if (err == OK && count < PSEUDONYMS_DAYS) {
        salts[count++] = (struct salt){day, *out};
        err = salts_write(db, salts, count);
    } else if (err == OK && salts[oldest].day < day) {
        salts[oldest] = (struct salt){day, *out};
        err = salts_write(db, salts, count);
    } /* else a journal read very late: this salt lives in memory only */
    crypt_cleanse(salts, sizeof salts);
    return err;
}

enum err pseudonyms_salts_expire(struct db *db, int64_t first_kept)
{
    struct salt salts[PSEUDONYMS_DAYS];
    size_t count = 0, kept = 0;
    enum err err = salts_read(db, salts, &count);

    for (size_t i = 0; i < count; i++) {
        if (salts[i].day >= first_kept) {
            salts[kept++] = salts[i];
        }
    }
    if (err == OK && kept < count) {
        err = salts_write(db, salts, kept);
    }
    crypt_cleanse(salts, sizeof salts);
    return err;
}
