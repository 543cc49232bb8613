/* SPDX-License-Identifier: MIT */
/* What an answer means. Chat programs tell in the body, under a 200, why they have sent nothing. */
#include "linkpond/base/utf8.h"
#include "linkpond/model/robot.h"

#define WAIT_MS         MS_PER_MINUTE
#define RETRY_AFTER_MAX (24 * MS_PER_HOUR) /* nobody silences a robot for longer */
#define JUDGE_ARENA_MAX ((size_t)64 * 1024)
#define SHOWN_BYTES     160

struct why {
    const char *en, *zh;
};
struct code {
    int64_t code;
    enum robot_verdict verdict;
    int64_t wait_ms;
    struct why why;
};
#define TOO_MANY                                                                                                       \
    {                                                                                                                  \
        "too many messages a minute", "每分钟发送过多"                                                          \
    }
#define NO_ROBOT                                                                                                       \
    {                                                                                                                  \
        "no such robot: its address is wrong, or it was removed from the group",                                       \
            "没有该机器人：地址有误，或已被移出群"                                                   \
    }
static const struct code wecom_codes[] = {
    {45009, ROBOT_HELD, WAIT_MS, TOO_MANY},
    {93000, ROBOT_FAILED, 0, NO_ROBOT},
    {0, ROBOT_FAILED, 0, {NULL, NULL}},
};
static const struct code dingtalk_codes[] = {
    {130101,
     ROBOT_HELD,
     10 * MS_PER_MINUTE,
     {"too many messages a minute; DingTalk takes none for ten minutes", "每分钟发送过多，钉钉限制十分钟内不再接收"}},
    {300001, ROBOT_FAILED, 0, NO_ROBOT},
    {310000,
     ROBOT_FAILED,
     0,
     {"the robot's security settings refuse it: keyword, signature or address",
      "未通过机器人的安全设置：关键词、加签或 IP 地址"}},
    {0, ROBOT_FAILED, 0, {NULL, NULL}},
};
static const struct code feishu_codes[] = {
    {11232, ROBOT_HELD, WAIT_MS, TOO_MANY},
    {9499, ROBOT_HELD, WAIT_MS, TOO_MANY},
    {19001, ROBOT_FAILED, 0, NO_ROBOT},
    {19021,
     ROBOT_FAILED,
     0,
     {"the signature is not right, or this machine's clock is more than an hour off",
      "签名不正确，或本机时间相差超过一小时"}},
    {19022, ROBOT_FAILED, 0, {"the robot takes messages from other addresses only", "机器人只接收其他 IP 地址的消息"}},
    {19024, ROBOT_FAILED, 0, {"the robot demands a keyword that is not in the text", "消息中没有机器人要求的关键词"}},
    {0, ROBOT_FAILED, 0, {NULL, NULL}},
};

str robot_verdict_name(enum robot_verdict verdict)
{
    static const char *const names[] = {"sent", "failed", "held", "gone"};

    return str_from_c(names[verdict]);
}

static const struct why STATUS = {"status", "状态"}, CODE = {"code", "错误码"}, NONE = {NULL, NULL};

struct judge {
    bool chinese;
    struct robot_judgement *out;
};

static const char *word(const struct judge *self, struct why why)
{
    return self->chinese ? why.zh : why.en;
}

/* For people: what was answered, in one line of harmless characters. */
static void say(struct judge *self, struct why what, int64_t number, struct why why, str words)
{
    char repaired[SHOWN_BYTES * 3 + 1];
    struct buf text;

    buf_init_fixed(&text, repaired, sizeof repaired);
    str head = str_slice(words, 0, SHOWN_BYTES);
    for (size_t at = 0, len; at < head.len; at += len ? len : 1) {
        uint32_t point = 0;
        len = utf8_decode(head, at, &point);
        if (len > 0 && !utf8_is_control(point)) {
            buf_add(&text, str_slice(head, at, at + len));
        } else {
            buf_add_char(&text, ' ');
        }
    }
    char memory[ROBOT_ERROR_MAX * 4];
    struct buf line;
    buf_init_fixed(&line, memory, sizeof memory);
    buf_addf(&line, "%s %lld", word(self, what), (long long)number);
    if (why.en) {
        buf_addf(&line, self->chinese ? "：%s" : ": %s", word(self, why));
    }
    str shown = str_trim(buf_str(&text));
    if (shown.len > 0) {
        buf_addf(&line, " (" STR_FMT ")", STR_ARG(shown));
    }
    str cut = utf8_cut(buf_str(&line), ROBOT_ERROR_MAX - 1);
    memcpy(self->out->error, cut.ptr, cut.len);
    self->out->error[cut.len] = '\0';
}

static void judge_code(struct judge *self, const struct code *codes, int64_t code, str words)
{
    while (codes->why.en && codes->code != code) {
        codes++;
    }
    self->out->verdict = codes->verdict;
    self->out->wait_ms = codes->wait_ms;
    say(self, CODE, code, codes->why, words);
}

static const struct why FOREIGN = {"the answer is not this chat program's", "不是该聊天软件的回答"};

/* {"errcode": 0, "errmsg": "ok"} and {"code": 0, "msg": "success"}. */
static void judge_json(struct judge *self, const struct code *codes, const char *code_name, const char *words_name,
                       str body)
{
    struct arena arena;
    struct json *json = NULL;

    arena_init(&arena, JUDGE_ARENA_MAX);
    enum err err = json_parse(&arena, str_trim(body), &json, NULL);
    const struct json *code = err ? NULL : json_get(json, str_from_c(code_name));
    const struct json *words = err ? NULL : json_get(json, str_from_c(words_name));
    if (!code || code->type != JSON_INT) {
        self->out->verdict = ROBOT_FAILED;
        say(self, STATUS, 200, FOREIGN, body);
    } else if (code->integer != 0) {
        judge_code(self, codes, code->integer, words && words->type == JSON_STRING ? words->string : (str){0});
    } else {
        self->out->verdict = ROBOT_SENT;
    }
    arena_done(&arena);
}

static void judge_slack(struct judge *self, str body)
{
    self->out->verdict = str_eq(str_trim(body), STR("ok")) ? ROBOT_SENT : ROBOT_FAILED;
    if (self->out->verdict == ROBOT_FAILED) {
        say(self, STATUS, 200, FOREIGN, body);
    }
}

static int64_t asked_wait(const struct robot_answer *answer)
{
    if (answer->retry_after_s <= 0) {
        return 0;
    }
    return answer->retry_after_s > RETRY_AFTER_MAX / MS_PER_SECOND ? RETRY_AFTER_MAX
                                                                   : answer->retry_after_s * MS_PER_SECOND;
}

static void judge_status(struct judge *self, const struct robot_answer *answer)
{
    static const struct why gone = {"it is gone, and asks for no more", "已失效，对方要求不再发送"};
    static const struct why many = TOO_MANY;
    static const struct why moved = {"redirects are not followed", "不跟随重定向"};
    int status = answer->status;
    int64_t wait_ms = asked_wait(answer);
    struct why why = NONE;

    self->out->verdict = ROBOT_FAILED;
    self->out->wait_ms = wait_ms;
    if (status == 410) {
        self->out->verdict = ROBOT_GONE;
        why = gone;
    } else if (status == 429) {
        self->out->verdict = ROBOT_HELD;
        self->out->wait_ms = wait_ms > 0 ? wait_ms : WAIT_MS;
        why = many;
    } else if (status >= 300 && status < 400) {
        why = moved;
    }
    say(self, STATUS, status, why, answer->body);
}

static void judge_silence(struct judge *self, const struct robot_answer *answer)
{
    static const struct why own = {"the address belongs to a private network", "该地址属于内网"};
    static const struct why late = {"no answer in time", "对方没有及时回答"};
    static const struct why none = {"no answer", "对方没有回答"};
    const struct why *why = answer->why == ROBOT_TROUBLE_PRIVATE ? &own
                            : answer->why == ROBOT_TROUBLE_LATE  ? &late
                                                                 : &none;
    bool told = answer->why == ROBOT_TROUBLE_OTHER && answer->trouble.len > 0;
    str words = told ? utf8_cut(answer->trouble, ROBOT_ERROR_MAX - 1) : str_from_c(word(self, *why));

    memcpy(self->out->error, words.ptr, words.len);
}

void robot_judge(enum robot_kind kind, const struct robot_answer *answer, bool chinese, struct robot_judgement *out)
{
    struct judge self = {chinese, out};

    *out = (struct robot_judgement){.verdict = ROBOT_FAILED};
    if (answer->status == 0) {
        judge_silence(&self, answer);
    } else if (answer->status < 200 || answer->status > 299) {
        judge_status(&self, answer);
    } else if (kind == ROBOT_WECOM || kind == ROBOT_DINGTALK) {
        judge_json(&self, kind == ROBOT_WECOM ? wecom_codes : dingtalk_codes, "errcode", "errmsg", answer->body);
    } else if (kind == ROBOT_FEISHU) {
        judge_json(&self, feishu_codes, "code", "msg", answer->body);
    } else if (kind == ROBOT_SLACK) {
        judge_slack(&self, answer->body);
    } else {
        out->verdict = ROBOT_SENT;
    }
}
