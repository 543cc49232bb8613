/* SPDX-License-Identifier: MIT */
/* Goal: what WeCom signs and enciphers is read as its documents say (developer.work.weixin.qq.com/document/path/90968
 * and the sample that goes with them), and nothing else is. */
#include "assert_str.h"

#include "linkpond/model/wecom.h"

#define TOKEN    "QDG6eK"
#define AES_KEY  "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
#define RECEIVER "wx5823bf96d3bd56c7"
#define ECHO     "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ=="
#define MESSAGE                                                                                                        \
    "RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/"                                             \
    "0lWfrf0QADHHhGd3QczcdCUpj911L3vg3W/sYYvuJTs3TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4X" \
    "gpue06DOdnLxAUHzM6+kDZ+HMZfJYuR+"                                                                                 \
    "LtwGc2hgf5gsijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+3IQH03v+"                                         \
    "BCA9nMELNqbSf6tiWSrXJB3LAVGUcallcrw8V2t9EL4EhzJWrQUax5wLVMNS0+rUPA3k22Ncx4XXZS9o0MBH27Bo6BpNelZpS+/"              \
    "uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDYA5Pl/"                                                                           \
    "T8Z1ptDAVe0lXdQ2YoyyH2uyPIGHBZZIs2pDBS8R07+qN+E7Q=="

static void assert_opens(const char *encrypted, const char *timestamp, const char *nonce, const char *signature,
                         str *text, uint8_t *memory)
{
    const struct wecom_envelope envelope = {STR(TOKEN), str_from_c(timestamp), str_from_c(nonce),
                                            str_from_c(encrypted)};
    uint8_t key[WECOM_KEY_BYTES];
    str receiver;

    assert_true(wecom_key_read(STR(AES_KEY), key));
    assert_true(wecom_signed(&envelope, str_from_c(signature)));
    assert_true(wecom_open(key, envelope.encrypted, memory, text, &receiver));
    assert_str(receiver, RECEIVER);
}

static void wecom__the_address_is_verified_as_in_the_sample(void **state)
{
    uint8_t memory[WECOM_TEXT_MAX];
    str text;

    (void)state;
    assert_opens(ECHO, "1409659589", "263014780", "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3", &text, memory);
    assert_str(text, "1616140317555161061");
}

static void wecom__a_message_is_opened_as_in_the_document(void **state)
{
    uint8_t memory[WECOM_TEXT_MAX];
    str text;

    (void)state;
    assert_opens(MESSAGE, "1409659813", "1372623149", "477715d11cdb4164915debcba66cb864d751f3e6", &text, memory);
    assert_true(str_find(text, STR("<Content><![CDATA[hello]]></Content>"), 0) > 0);
    assert_true(str_find(text, STR("<MsgId>4561255354251345929</MsgId>"), 0) > 0);
}

static void wecom__what_was_changed_is_not_signed(void **state)
{
    struct wecom_envelope envelope = {STR(TOKEN), STR("1409659589"), STR("263014780"), STR(ECHO)};
    const str signature = STR("5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3");

    (void)state;
    assert_true(wecom_signed(&envelope, signature));
    assert_false(wecom_signed(&envelope, STR("5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd4")));
    assert_false(wecom_signed(&envelope, STR("")));
    assert_false(wecom_signed(&envelope, str_slice(signature, 0, 39)));
    envelope.timestamp = STR("1409659590");
    assert_false(wecom_signed(&envelope, signature));
    envelope.timestamp = STR("1409659589");
    envelope.token = STR("QDG6eL");
    assert_false(wecom_signed(&envelope, signature));
}

static void wecom__what_is_no_message_is_not_opened(void **state)
{
    uint8_t key[WECOM_KEY_BYTES], memory[WECOM_TEXT_MAX];
    char changed[] = ECHO;
    str text, receiver;

    (void)state;
    assert_true(wecom_key_read(STR(AES_KEY), key));
    assert_false(wecom_open(key, STR(""), memory, &text, &receiver));
    assert_false(wecom_open(key, STR("AAAA"), memory, &text, &receiver));
    assert_false(wecom_open(key, STR("not base64"), memory, &text, &receiver));
    assert_false(wecom_open(key, STR("AAAAAAAAAAAAAAAAAAAAAA=="), memory, &text, &receiver));
    /* Each byte of the last block changes the padding or what stands before it; nothing is read past the end. */
    for (size_t i = 0; i + 2 < sizeof changed - 1; i++) {
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        if (wecom_open(key, str_from_c(changed), memory, &text, &receiver)) {
            assert_true(text.len + receiver.len <= sizeof changed);
        }
        changed[i] = ECHO[i];
    }
    key[0] ^= 1;
    assert_false(wecom_open(key, STR(ECHO), memory, &text, &receiver) && str_eq(text, STR("1616140317555161061")));
}

static void wecom__a_key_is_43_characters(void **state)
{
    uint8_t key[WECOM_KEY_BYTES], other[WECOM_KEY_BYTES];

    (void)state;
    assert_false(wecom_key_read(STR(""), key));
    assert_false(wecom_key_read(STR(AES_KEY "="), key));
    assert_false(wecom_key_read(STR("jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2*"), key));
    assert_false(wecom_key_read(STR("*WmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"), key));
    assert_true(wecom_key_read(STR("jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"), key));
    assert_true(wecom_key_read(STR("jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2A"), other));
    assert_memory_equal(key, other, sizeof key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wecom__the_address_is_verified_as_in_the_sample),
        cmocka_unit_test(wecom__a_message_is_opened_as_in_the_document),
        cmocka_unit_test(wecom__what_was_changed_is_not_signed),
        cmocka_unit_test(wecom__what_is_no_message_is_not_opened),
        cmocka_unit_test(wecom__a_key_is_43_characters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
