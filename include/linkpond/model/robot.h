/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_MODEL_ROBOT_H
#define LINKPOND_MODEL_ROBOT_H

#include "linkpond/base/arena.h"
#include "linkpond/model/notice.h"

/*
 * Whom notices are posted to: the group robots of chat programs, and programs. What each of them is sent, how it is
 * signed, and what its answer means. Formats are the vendors':
 *   WeCom    developer.work.weixin.qq.com/document/path/91770
 *   DingTalk open.dingtalk.com/document/robots/custom-robot-access, …/customize-robot-security-settings
 *   Feishu   open.feishu.cn/document/client-docs/bot-v3/add-custom-bot
 *   Slack    docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
 *   webhook  standardwebhooks.com (github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md)
 */
enum robot_kind { ROBOT_WECOM, ROBOT_DINGTALK, ROBOT_FEISHU, ROBOT_SLACK, ROBOT_WEBHOOK, ROBOT_KINDS };
str robot_kind_name(enum robot_kind kind);
bool robot_kind_find(str name, enum robot_kind *out);

struct robot_traits {
    size_t text_max;     /* bytes of a text */
    size_t markdown_max; /* of the same with marks; 0 = it knows none */
    size_t body_max;     /* of the whole body */
    bool chat;           /* people read it: paced, and many notices become a digest */
    bool signs;          /* may have a secret */
    bool makes_secret;   /* the secret is ours to make; of others it is copied from the chat program */
};
const struct robot_traits *robot_traits(enum robot_kind kind);

/* A secret of that kind, as it was copied: ERR_INVALID with what it must look like. */
enum err robot_secret_check(enum robot_kind kind, str secret, struct fault *fault);
/* A new one for programs: "whsec_" and 32 random bytes in base64. */
#define ROBOT_SECRET_MAX 128
void robot_secret_make(const uint8_t entropy[32], char out[ROBOT_SECRET_MAX]);

#define ROBOT_SIGNATURE_MAX 48
/* base64 of HMAC-SHA256 under the secret of "MS\nSECRET"; not yet percent-encoded. */
str robot_sign_dingtalk(str secret, int64_t now_ms, char out[ROBOT_SIGNATURE_MAX]);
/* The key is "SECONDS\nSECRET" and the message is empty: the other way round than one expects. */
str robot_sign_feishu(str secret, int64_t now_s, char out[ROBOT_SIGNATURE_MAX]);
/* Standard Webhooks: "v1," and base64 of HMAC-SHA256 of "ID.SECONDS.BODY". Empty: the secret is none. */
str robot_sign_webhook(str secret, str id, int64_t now_s, str body, char out[ROBOT_SIGNATURE_MAX]);

/* What is to be told, and to whom. */
struct robot_letter {
    enum robot_kind kind;
    bool markdown, chinese;
    const struct zone *zone;
    str url;
    str secret, secret_before; /* the one before still signs for a while; empty = none */
    str id;                    /* the notice's own, the same on every try: receivers know a repeat by it */
    int64_t now_ms;
    const struct notice *notices; /* more than one: a digest */
    size_t count;
};
struct robot_header {
    const char *name;
    str value;
};
struct robot_message {
    str url; /* with what signs it */
    str body;
    struct robot_header headers[4];
    size_t headers_count;
};
/* In the arena. */
enum err robot_write(struct arena *arena, const struct robot_letter *letter, struct robot_message *out);
/* How many of these notices one digest for this kind of robot holds; at least one. */
size_t robot_digest_holds(enum robot_kind kind, bool markdown, bool chinese, const struct zone *zone,
                          const struct notice *notices, size_t count);

/* What came back. */
enum robot_trouble { ROBOT_TROUBLE_OTHER, ROBOT_TROUBLE_PRIVATE, ROBOT_TROUBLE_LATE };
struct robot_answer {
    int status;             /* of HTTP; 0 = there was none */
    str body;               /* its beginning */
    int64_t retry_after_s;  /* 0 = not said */
    enum robot_trouble why; /* without a status: an address of our own network, no answer in time, or else */
    str trouble;            /* else: its words */
};
enum robot_verdict {
    ROBOT_SENT,
    ROBOT_FAILED, /* try again by the schedule */
    ROBOT_HELD,   /* not now: nobody is told anything there for wait_ms */
    ROBOT_GONE,   /* 410: it will never work again */
};
str robot_verdict_name(enum robot_verdict verdict);
#define ROBOT_ERROR_MAX 256
struct robot_judgement {
    enum robot_verdict verdict;
    int64_t wait_ms;             /* HELD: how long; FAILED: at least so long, 0 = as the schedule says */
    char error[ROBOT_ERROR_MAX]; /* for people: what was answered; empty when it was sent */
};
/* Chat programs answer 200 to what they refuse: their bodies tell. `chinese`: the language of the error. */
void robot_judge(enum robot_kind kind, const struct robot_answer *answer, bool chinese, struct robot_judgement *out);

#endif
