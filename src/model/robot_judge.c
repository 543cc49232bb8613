/* SPDX-License-Identifier: MIT */
/* What an answer means. Chat programs tell in the body, under a 200, why they have sent nothing. */
#include "linkpond/base/utf8.h"
#include "linkpond/model/robot.h"

#define WAIT_MS         MS_PER_MINUTE
#define RETRY_AFTER_MAX (24 * MS_PER_HOUR) /* nobody silences a robot for longer */
#define JUDGE_ARENA_MAX ((size_t)64 * 1024)
#define SHOWN_BYTES     160

struct code {
    int64_t code;
    enum robot_verdict verdict;
    int64_t wait_ms;
    const char *why;
};
static const struct code wecom_codes[] = {
    {45009, ROBOT_HELD, WAIT_MS, "too many messages a minute"},
    {93000, ROBOT_FAILED, 0, "no such robot: its address is wrong, or it was removed from the group"},
    {0, ROBOT_FAILED, 0, NULL},
};
static const struct code dingtalk_codes[] = {
    {130101, ROBOT_HELD, 10 * MS_PER_MINUTE, "too many messages a minute; DingTalk takes none for ten minutes"},
    {300001, ROBOT_FAILED, 0, "no such robot: its address is wrong, or it was removed from the group"},
    {310000, ROBOT_FAILED, 0, "the robot's security settings refuse it: keyword, signature or address"},
    {0, ROBOT_FAILED, 0, NULL},
};
static const struct code feishu_codes[] = {
    {11232, ROBOT_HELD, WAIT_MS, "too many messages at once"},
    {9499, ROBOT_HELD, WAIT_MS, "too many requests"},
    {19001, ROBOT_FAILED, 0, "no such robot: its address is wrong, or it was removed from the group"},
    {19021, ROBOT_FAILED, 0, "the signature is not right, or this machine's clock is more than an hour off"},
    {19022, ROBOT_FAILED, 0, "the robot takes messages from other addresses only"},
    {19024, ROBOT_FAILED, 0, "the robot demands a keyword that is not in the text"},
    {0, ROBOT_FAILED, 0, NULL},
};

str robot_verdict_name(enum robot_verdict verdict)
{
    static const char *const names[] = {"sent", "failed", "held", "gone"};

    return str_from_c(names[verdict]);
}

/* For people: what was answered, in one line of harmless characters. */
static void say(struct robot_judgement *out, const char *what, int64_t number, const char *why, str words)
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
    buf_addf(&line, "%s %lld", what, (long long)number);
    if (why) {
        buf_addf(&line, ": %s", why);
    }
    str shown = str_trim(buf_str(&text));
    if (shown.len > 0) {
        buf_addf(&line, " (" STR_FMT ")", STR_ARG(shown));
    }
    str cut = utf8_cut(buf_str(&line), ROBOT_ERROR_MAX - 1);
    memcpy(out->error, cut.ptr, cut.len);
    out->error[cut.len] = '\0';
}

static void judge_code(const struct code *codes, int64_t code, str words, struct robot_judgement *out)
{
    while (codes->why && codes->code != code) {
        codes++;
    }
    out->verdict = codes->verdict;
    out->wait_ms = codes->wait_ms;
    say(out, "code", code, codes->why, words);
}

/* {"errcode": 0, "errmsg": "ok"} and {"code": 0, "msg": "success"}. */
static void judge_json(const struct code *codes, const char *code_name, const char *words_name, str body,
                       struct robot_judgement *out)
{
    struct arena arena;
    struct json *json = NULL;

    arena_init(&arena, JUDGE_ARENA_MAX);
    enum err err = json_parse(&arena, str_trim(body), &json, NULL);
    const struct json *code = err ? NULL : json_get(json, str_from_c(code_name));
    const struct json *words = err ? NULL : json_get(json, str_from_c(words_name));
    if (!code || code->type != JSON_INT) {
        out->verdict = ROBOT_FAILED;
        say(out, "status", 200, "the answer is not this chat program's", body);
    } else if (code->integer != 0) {
        judge_code(codes, code->integer, words && words->type == JSON_STRING ? words->string : (str){0}, out);
    } else {
        out->verdict = ROBOT_SENT;
    }
    arena_done(&arena);
}

static void judge_slack(str body, struct robot_judgement *out)
{
    out->verdict = str_eq(str_trim(body), STR("ok")) ? ROBOT_SENT : ROBOT_FAILED;
    if (out->verdict == ROBOT_FAILED) {
        say(out, "status", 200, "the answer is not Slack's", body);
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

static void judge_status(const struct robot_answer *answer, struct robot_judgement *out)
{
    int status = answer->status;
    int64_t wait_ms = asked_wait(answer);
    const char *why = NULL;

    out->verdict = ROBOT_FAILED;
    out->wait_ms = wait_ms;
    if (status == 410) {
        out->verdict = ROBOT_GONE;
        why = "it is gone, and asks for no more";
    } else if (status == 429) {
        out->verdict = ROBOT_HELD;
        out->wait_ms = wait_ms > 0 ? wait_ms : WAIT_MS;
        why = "too many messages";
    } else if (status >= 300 && status < 400) {
        why = "redirects are not followed";
    }
    say(out, "status", status, why, answer->body);
}

void robot_judge(enum robot_kind kind, const struct robot_answer *answer, struct robot_judgement *out)
{
    *out = (struct robot_judgement){.verdict = ROBOT_FAILED};
    if (answer->status == 0) {
        str words = utf8_cut(answer->trouble, ROBOT_ERROR_MAX - 1);
        memcpy(out->error, words.ptr, words.len);
    } else if (answer->status < 200 || answer->status > 299) {
        judge_status(answer, out);
    } else if (kind == ROBOT_WECOM || kind == ROBOT_DINGTALK) {
        judge_json(kind == ROBOT_WECOM ? wecom_codes : dingtalk_codes, "errcode", "errmsg", answer->body, out);
    } else if (kind == ROBOT_FEISHU) {
        judge_json(feishu_codes, "code", "msg", answer->body, out);
    } else if (kind == ROBOT_SLACK) {
        judge_slack(answer->body, out);
    } else {
        out->verdict = ROBOT_SENT;
    }
}
