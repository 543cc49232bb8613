/* SPDX-License-Identifier: MIT */
#include "linkpond/store/images.h"

#include "row.h"

static const str prefix = STR_INIT("img_");

const char *image_kind_type(enum image_kind kind)
{
    return kind == IMAGE_PNG ? "image/png" : "image/jpeg";
}

str image_ref(int64_t id, char memory[IMAGE_REF_MAX])
{
    int len = snprintf(memory, IMAGE_REF_MAX, "img_%lld", (long long)id);

    return (str){memory, (size_t)len};
}

int64_t image_ref_read(str text)
{
    int64_t id;

    return str_starts(text, prefix) && str_to_i64(str_from(text, prefix.len), &id) && id > 0 ? id : 0;
}

static enum image_kind kind_of(str text)
{
    return str_eq(text, STR("png")) ? IMAGE_PNG : IMAGE_JPEG;
}

static enum err find(struct stmt *row, struct arena *arena, struct image_row *out)
{
    if (!stmt_next(row)) {
        return row_missing(row);
    }
    struct image_row image = {
        .id = stmt_i64(row, 0),
        .name = row_str(row, 1, arena),
        .kind = kind_of(stmt_str(row, 3)),
        .width = stmt_i64(row, 4),
        .height = stmt_i64(row, 5),
        .bytes = stmt_i64(row, 6),
        .qr_text = row_str(row, 7, arena),
        .owner_id = stmt_i64(row, 8),
        .created_ms = stmt_i64(row, 9),
    };
    row_bytes(row, 2, image.sha256, sizeof image.sha256);
    enum err err = row_done(row, arena);
    if (!err) {
        *out = image;
    }
    return err;
}

enum err images_find(struct db *db, struct arena *arena, int64_t id, struct image_row *out)
{
    struct stmt *row = db_stmt(db, SQL_IMAGE_FIND);

    stmt_bind_i64(row, "id", id);
    return find(row, arena, out);
}

enum err images_is_seen(struct db *db, const struct bounds *bounds, const struct image_row *row, bool *seen)
{
    struct stmt *stmt = db_stmt(db, SQL_IMAGE_IS_SHOWN);
    int64_t shown = 0;

    *seen = (!bounds->by_owner && !bounds->by_domain) ||
            (bounds->by_owner && bounds->owner_id > 0 && row->owner_id == bounds->owner_id);
    if (*seen) {
        return OK;
    }
    stmt_bind_i64(stmt, "id", row->id);
    bounds_bind(stmt, bounds);
    enum err err = row_i64(stmt, &shown);
    *seen = shown != 0;
    return err;
}

static enum err find_same(struct db *db, struct arena *arena, const struct image_row *wanted, struct image_row *out)
{
    struct stmt *row = db_stmt(db, SQL_IMAGE_FIND_SAME);

    stmt_bind_blob(row, "sha256", (str){(const char *)wanted->sha256, sizeof wanted->sha256});
    stmt_bind_id_opt(row, "owner_id", wanted->owner_id);
    return find(row, arena, out);
}

static enum err touch(struct db *db, int64_t id, int64_t now_ms)
{
    struct stmt *stmt = db_stmt(db, SQL_IMAGE_AGAIN);

    stmt_bind_i64(stmt, "now_ms", now_ms);
    stmt_bind_i64(stmt, "id", id);
    return stmt_run(stmt);
}

/* Digits without preference: what a byte has beyond 4 x 62 is thrown again. */
static void make_name(char out[IMAGE_NAME_LEN])
{
    static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    for (int i = 0; i < IMAGE_NAME_LEN;) {
        uint8_t byte;
        crypt_random(&byte, 1);
        if (byte < 4 * 62) {
            out[i++] = digits[byte % 62];
        }
    }
}

static enum err insert(struct db *db, const struct image_row *row, str data)
{
    struct stmt *stmt = db_stmt(db, SQL_IMAGE_INSERT);

    stmt_bind_str(stmt, "name", row->name);
    stmt_bind_blob(stmt, "sha256", (str){(const char *)row->sha256, sizeof row->sha256});
    stmt_bind_str(stmt, "kind", row->kind == IMAGE_PNG ? STR("png") : STR("jpeg"));
    stmt_bind_i64(stmt, "width", row->width);
    stmt_bind_i64(stmt, "height", row->height);
    stmt_bind_i64(stmt, "bytes", row->bytes);
    stmt_bind_str(stmt, "qr_text", row->qr_text);
    stmt_bind_id_opt(stmt, "owner_id", row->owner_id);
    stmt_bind_i64(stmt, "created_ms", row->created_ms);
    stmt_bind_blob(stmt, "data", data);
    return stmt_run(stmt);
}

enum err images_put(struct db *db, struct arena *arena, struct image_row *row, str data)
{
    struct image_row there = {0};
    char name[IMAGE_NAME_LEN];

    crypt_sha256(data, row->sha256);
    row->bytes = (int64_t)data.len;
    enum err err = find_same(db, arena, row, &there);
    if (err == OK) {
        there.created_ms = row->created_ms;
        *row = there;
        return touch(db, there.id, there.created_ms);
    }
    if (err != ERR_NOT_FOUND) {
        return err;
    }
    make_name(name);
    row->name = arena_str(arena, (str){name, sizeof name});
    if (row->name.len == 0) {
        return ERR_NOMEM;
    }
    err = insert(db, row, data);
    row->id = err ? 0 : db_last_id(db);
    return err;
}

static enum err read_data(struct stmt *row, struct arena *arena, enum image_kind *kind, str *data)
{
    if (!stmt_next(row)) {
        return row_missing(row);
    }
    *kind = kind_of(stmt_str(row, 0));
    *data = row_blob(row, 1, arena);
    return row_done(row, arena);
}

enum err images_data(struct db *db, struct arena *arena, int64_t id, enum image_kind *kind, str *data)
{
    struct stmt *row = db_stmt(db, SQL_IMAGE_DATA);

    stmt_bind_i64(row, "id", id);
    return read_data(row, arena, kind, data);
}

enum err images_data_named(struct db *db, struct arena *arena, str name, enum image_kind *kind, str *data)
{
    struct stmt *row = db_stmt(db, SQL_IMAGE_DATA_NAMED);

    stmt_bind_str(row, "name", name);
    return read_data(row, arena, kind, data);
}

static enum err note(struct db *db, int64_t now_ms)
{
    struct stmt *unused = db_stmt(db, SQL_IMAGE_NOTE_UNUSED);

    stmt_bind_i64(unused, "now_ms", now_ms);
    stmt_bind_i64(unused, "before_ms", now_ms - IMAGES_KEEP_MS);
    enum err err = stmt_run(unused);
    return err ? err : stmt_run(db_stmt(db, SQL_IMAGE_NOTE_USED));
}

enum err images_sweep(struct db *db, int64_t now_ms, int64_t *deleted)
{
    enum err err = note(db, now_ms);

    if (err) {
        return err;
    }
    struct stmt *stmt = db_stmt(db, SQL_IMAGE_DELETE_UNUSED);
    stmt_bind_i64(stmt, "before_ms", now_ms - IMAGES_KEEP_MS);
    err = stmt_run(stmt);
    *deleted = err ? 0 : db_changes(db);
    return err;
}
