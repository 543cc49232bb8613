/* SPDX-License-Identifier: MIT */
#include "linkpond/engine/robot_seal.h"

#include "linkpond/model/url.h"

static str part_name(enum robot_part part)
{
    return part == ROBOT_PART_URL ? STR("robot.url") : STR("robot.secret");
}

enum err robot_seal(const uint8_t key[SEAL_KEY_BYTES], struct arena *arena, enum robot_part part, str text, str *out)
{
    if (text.len == 0) {
        *out = (str){0};
        return OK;
    }
    uint8_t *sealed = arena_alloc(arena, text.len + SEAL_EXTRA);
    if (!sealed) {
        return ERR_NOMEM;
    }
    crypt_seal(key, part_name(part), text, sealed);
    *out = (str){(const char *)sealed, text.len + SEAL_EXTRA};
    return OK;
}

enum err robot_unseal(const uint8_t key[SEAL_KEY_BYTES], struct arena *arena, enum robot_part part, str sealed,
                      str *out)
{
    size_t len;

    if (sealed.len == 0) {
        *out = (str){0};
        return OK;
    }
    char *text = arena_alloc(arena, sealed.len);
    if (!text) {
        return ERR_NOMEM;
    }
    if (!crypt_unseal(key, part_name(part), sealed, text, &len)) {
        return ERR_CORRUPT;
    }
    *out = (str){text, len};
    return OK;
}

str robot_url_shown(str url, char out[ROBOT_URL_SHOWN_MAX])
{
    struct url parts;
    struct buf shown;

    buf_init_fixed(&shown, out, ROBOT_URL_SHOWN_MAX);
    if (!url_split(url, &parts)) {
        return (str){0};
    }
    buf_add(&shown, parts.scheme);
    buf_add_c(&shown, "://");
    buf_add(&shown, parts.host);
    if (parts.port) {
        buf_addf(&shown, ":%u", parts.port);
    }
    buf_add_c(&shown, "/…");
    size_t after = parts.path.len + parts.query.len;
    buf_add(&shown, after >= 16 ? str_from(url, url.len - 4) : (str){0});
    return buf_str(&shown);
}

enum err robot_address(const uint8_t key[SEAL_KEY_BYTES], struct arena *arena, const struct robot *robot,
                       int64_t now_ms, struct robot_letter *letter)
{
    bool rotating = robot->secret_before_ms != INT64_MIN && now_ms < robot->secret_before_ms;
    enum err err = robot_unseal(key, arena, ROBOT_PART_URL, robot->url_sealed, &letter->url);

    err = err ? err : robot_unseal(key, arena, ROBOT_PART_SECRET, robot->secret_sealed, &letter->secret);
    letter->secret_before = (str){0};
    return err || !rotating
               ? err
               : robot_unseal(key, arena, ROBOT_PART_SECRET, robot->secret_before_sealed, &letter->secret_before);
}
