/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_STORE_IMAGES_H
#define LINKPOND_STORE_IMAGES_H

#include "linkpond/base/arena.h"
#include "linkpond/base/crypt.h"
#include "linkpond/store/bounds.h"

/* Pictures that live-code pages show. A row never changes: another picture is another row with another address, so what
 * a browser keeps is never out of date. */

enum image_kind { IMAGE_PNG, IMAGE_JPEG };
const char *image_kind_type(enum image_kind kind); /* image/png, image/jpeg */

#define IMAGE_NAME_LEN 22 /* of 62 digits: 131 bits */
struct image_row {
    int64_t id;
    str name; /* of its public address: /-/image/NAME */
    uint8_t sha256[SHA256_BYTES];
    enum image_kind kind;
    int64_t width, height, bytes;
    str qr_text;
    int64_t owner_id; /* 0 = nobody */
    int64_t created_ms;
};
/* As the API names it: "img_12". */
#define IMAGE_REF_MAX 24
str image_ref(int64_t id, char memory[IMAGE_REF_MAX]);
int64_t image_ref_read(str text); /* the id; 0 = this is none */

/* With its bytes. A picture that this owner has already is not stored again: it is then as young as a new one. Fills in
 * id, name (in the arena), sha256 and bytes. */
enum err images_put(struct db *db, struct arena *arena, struct image_row *row, str data);
/* Texts in the arena. */
enum err images_find(struct db *db, struct arena *arena, int64_t id, struct image_row *out);
/* May these bounds see it? It is theirs, or a target of a link of theirs shows it. */
enum err images_is_seen(struct db *db, const struct bounds *bounds, const struct image_row *row, bool *seen);
/* The file itself, in the arena. */
enum err images_data(struct db *db, struct arena *arena, int64_t id, enum image_kind *kind, str *data);
enum err images_data_named(struct db *db, struct arena *arena, str name, enum image_kind *kind, str *data);
/* What no target has named for so long goes: from when that was first noticed, and from when it was uploaded, since
 * whoever uploads a picture names it a little later and a visitor's page may still ask for the one before. */
#define IMAGES_KEEP_MS (INT64_C(24) * 3600 * 1000)
enum err images_sweep(struct db *db, int64_t now_ms, int64_t *deleted);

#endif
