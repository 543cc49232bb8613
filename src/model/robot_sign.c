/* SPDX-License-Identifier: MIT */
/* How each kind of robot wants to be shown that it is us. */
#include "linkpond/base/base64.h"
#include "linkpond/base/crypt.h"
#include "linkpond/base/utf8.h"
#include "linkpond/model/robot.h"

#define WEBHOOK_PREFIX  STR("whsec_")
#define WEBHOOK_KEY_MIN 24
#define WEBHOOK_KEY_MAX 64
#define SIGNED_MAX      (24 * 1024)

static str as_base64(const uint8_t mac[SHA256_BYTES], const char *prefix, char out[ROBOT_SIGNATURE_MAX])
{
    struct buf text;

    buf_init_fixed(&text, out, ROBOT_SIGNATURE_MAX);
    buf_add_c(&text, prefix);
    buf_add_base64(&text, mac, SHA256_BYTES);
    return buf_str(&text);
}

str robot_sign_dingtalk(str secret, int64_t now_ms, char out[ROBOT_SIGNATURE_MAX])
{
    char memory[ROBOT_SECRET_MAX + 32];
    uint8_t mac[SHA256_BYTES];
    struct buf message;

    buf_init_fixed(&message, memory, sizeof memory);
    buf_add_i64(&message, now_ms);
    buf_add_char(&message, '\n');
    buf_add(&message, secret);
    crypt_hmac_sha256(secret, buf_str(&message), mac);
    crypt_cleanse(memory, sizeof memory);
    return as_base64(mac, "", out);
}

str robot_sign_feishu(str secret, int64_t now_s, char out[ROBOT_SIGNATURE_MAX])
{
    char memory[ROBOT_SECRET_MAX + 32];
    uint8_t mac[SHA256_BYTES];
    struct buf key;

    buf_init_fixed(&key, memory, sizeof memory);
    buf_add_i64(&key, now_s);
    buf_add_char(&key, '\n');
    buf_add(&key, secret);
    crypt_hmac_sha256(buf_str(&key), STR(""), mac);
    crypt_cleanse(memory, sizeof memory);
    return as_base64(mac, "", out);
}

static bool webhook_key(str secret, uint8_t key[WEBHOOK_KEY_MAX], size_t *len)
{
    return str_starts(secret, WEBHOOK_PREFIX) &&
           base64_decode(str_from(secret, WEBHOOK_PREFIX.len), key, WEBHOOK_KEY_MAX, len) && *len >= WEBHOOK_KEY_MIN;
}

str robot_sign_webhook(str secret, str id, int64_t now_s, str body, char out[ROBOT_SIGNATURE_MAX])
{
    uint8_t key[WEBHOOK_KEY_MAX], mac[SHA256_BYTES];
    size_t key_len;
    struct buf message;

    if (!webhook_key(secret, key, &key_len)) {
        return (str){0};
    }
    buf_init_heap(&message, SIGNED_MAX);
    buf_add(&message, id);
    buf_addf(&message, ".%lld.", (long long)now_s);
    buf_add(&message, body);
    bool overflow = message.overflow;
    crypt_hmac_sha256((str){(const char *)key, key_len}, buf_str(&message), mac);
    crypt_cleanse(key, sizeof key);
    buf_done(&message);
    return overflow ? (str){0} : as_base64(mac, "v1,", out);
}

enum err robot_secret_check(enum robot_kind kind, str secret, struct fault *fault)
{
    uint8_t key[WEBHOOK_KEY_MAX];
    size_t key_len;

    if (!robot_traits(kind)->signs) {
        return fault_set(fault, ERR_INVALID, "secret", "not_allowed", "Robots of this kind have no secret.",
                         "此类机器人没有签名密钥。");
    }
    if (secret.len >= ROBOT_SECRET_MAX || utf8_has_control(secret)) {
        return fault_set(fault, ERR_INVALID, "secret", "too_long", "At most 127 bytes without control characters.",
                         "最多 127 字节，不含控制字符。");
    }
    if (kind == ROBOT_DINGTALK && !str_starts(secret, STR("SEC"))) {
        return fault_set(fault, ERR_INVALID, "secret", "bad_secret", "DingTalk's secret begins with SEC.",
                         "钉钉的加签密钥以 SEC 开头。");
    }
    if (kind == ROBOT_WEBHOOK && !webhook_key(secret, key, &key_len)) {
        return fault_set(fault, ERR_INVALID, "secret", "bad_secret", "whsec_ and 24 to 64 bytes in base64.",
                         "应为 whsec_ 加 24 到 64 字节的 base64。");
    }
    crypt_cleanse(key, sizeof key);
    return OK;
}

void robot_secret_make(const uint8_t entropy[32], char out[ROBOT_SECRET_MAX])
{
    struct buf text;

    buf_init_fixed(&text, out, ROBOT_SECRET_MAX);
    buf_add(&text, WEBHOOK_PREFIX);
    buf_add_base64(&text, entropy, 32);
    buf_c(&text);
}
