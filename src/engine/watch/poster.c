/* SPDX-License-Identifier: MIT */
/*
 * libcurl's multi interface, so one thread waits for all answers and none of them holds up another; names are resolved
 * by threads of the library's own. Each post has a connection of its own: on a kept one that has died meanwhile the
 * library would post a second time by itself, and nobody could tell what has arrived.
 */
#include "linkpond/engine/poster.h"

#include <curl/curl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "linkpond/base/addr.h"
#include "linkpond/base/clock.h"

#define CONNECT_MS 5000L
#define WHOLE_MS   15000L

struct exchange {
    CURL *curl;
    struct curl_slist *headers;
    bool allow_private;
    bool refused; /* an address that we do not connect to */
    char words[CURL_ERROR_SIZE];
    char trouble[CURL_ERROR_SIZE + 64];
    size_t len;
    char answer[POSTER_ANSWER_MAX];
};
struct poster {
    struct poster_opts opts;
    CURLM *multi;
    int over[POSTER_SLOTS]; /* slots whose post is over, in that order */
    size_t over_count;
    struct robot_answer answers[POSTER_SLOTS];
    struct exchange *exchanges[POSTER_SLOTS]; /* NULL = free */
};

/* ---- one exchange ---- */

static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct exchange *self = arg;
    struct addr addr;

    (void)purpose;
    if (!addr_from_sockaddr(&address->addr, &addr) || (!self->allow_private && addr_is_private(&addr))) {
        self->refused = true;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* What is too much is not read: taking nothing ends the transfer. */
static size_t take_answer(char *bytes, size_t size, size_t count, void *arg)
{
    struct exchange *self = arg;
    size_t len = size * count;
    size_t room = sizeof self->answer - self->len;
    size_t taken = len < room ? len : room;

    memcpy(self->answer + self->len, bytes, taken);
    self->len += taken;
    return taken;
}

static bool add_header(struct curl_slist **list, const char *line)
{
    struct curl_slist *longer = curl_slist_append(*list, line);

    if (longer) {
        *list = longer;
    }
    return longer != NULL;
}

static bool set_headers(struct exchange *self, const struct robot_message *message)
{
    char line[512];
    /* Ours is a small body: no waiting for "100 Continue". */
    bool ok = add_header(&self->headers, "Expect:");

    for (size_t i = 0; ok && i < message->headers_count; i++) {
        const struct robot_header *header = &message->headers[i];
        snprintf(line, sizeof line, "%s: " STR_FMT, header->name, STR_ARG(header->value));
        ok = add_header(&self->headers, line);
    }
    return ok;
}

static void set_bounds(struct exchange *self)
{
    CURL *curl = self->curl;

    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    curl_easy_setopt(curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, WHOLE_MS);
    curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, 1L);
    curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, 1L);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, self);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_answer);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, self);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, self->words);
}

static void exchange_free(struct exchange *self)
{
    if (self) {
        curl_easy_cleanup(self->curl);
        curl_slist_free_all(self->headers);
        free(self);
    }
}

static struct exchange *exchange_new(const struct poster_opts *opts, const struct robot_message *message)
{
    struct exchange *self = calloc(1, sizeof *self);
    char *url = strndup(message->url.ptr, message->url.len);

    if (self) {
        self->allow_private = opts->allow_private;
        self->curl = curl_easy_init();
    }
    if (!self || !url || !self->curl || !set_headers(self, message)) {
        exchange_free(self);
        free(url);
        return NULL;
    }
    set_bounds(self);
    curl_easy_setopt(self->curl, CURLOPT_URL, url);
    curl_easy_setopt(self->curl, CURLOPT_USERAGENT, "Linkpond/" LINKPOND_VERSION);
    curl_easy_setopt(self->curl, CURLOPT_HTTPHEADER, self->headers);
    curl_easy_setopt(self->curl, CURLOPT_POST, 1L);
    curl_easy_setopt(self->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)message->body.len);
    CURLcode copied = curl_easy_setopt(self->curl, CURLOPT_COPYPOSTFIELDS, message->body.ptr);
    free(url);
    if (copied != CURLE_OK) {
        exchange_free(self);
        return NULL;
    }
    return self;
}

static void explain(struct exchange *self, CURLcode code, struct robot_answer *out)
{
    out->why = self->refused                      ? ROBOT_TROUBLE_PRIVATE
               : code == CURLE_OPERATION_TIMEDOUT ? ROBOT_TROUBLE_LATE
                                                  : ROBOT_TROUBLE_OTHER;
    snprintf(self->trouble, sizeof self->trouble, "%s", self->words[0] ? self->words : curl_easy_strerror(code));
    out->trouble = str_from_c(self->trouble);
}

/* A whole answer, or its head and as much of its body as was wanted. One that breaks off in the middle is none: a chat
 * program's half of a body says nothing. */
static struct robot_answer exchange_answer(struct exchange *self, CURLcode code)
{
    struct robot_answer answer = {.body = {self->answer, self->len}};
    long status = 0;
    curl_off_t retry_after = 0;
    bool hung_up = code == CURLE_WRITE_ERROR && self->len == sizeof self->answer;

    if (code == CURLE_OK || hung_up) {
        curl_easy_getinfo(self->curl, CURLINFO_RESPONSE_CODE, &status);
        curl_easy_getinfo(self->curl, CURLINFO_RETRY_AFTER, &retry_after);
        answer.status = (int)status;
        answer.retry_after_s = (int64_t)retry_after;
    }
    if (answer.status == 0) {
        explain(self, code, &answer);
    }
    return answer;
}

/* ---- many at a time ---- */

struct poster *poster_new(const struct poster_opts *opts)
{
    struct poster *self = calloc(1, sizeof *self);

    if (!self) {
        return NULL;
    }
    self->opts = *opts;
    self->multi = curl_multi_init();
    if (!self->multi) {
        free(self);
        return NULL;
    }
    return self;
}

static void drop(struct poster *self, int slot)
{
    if (self->exchanges[slot]) {
        curl_multi_remove_handle(self->multi, self->exchanges[slot]->curl);
        exchange_free(self->exchanges[slot]);
        self->exchanges[slot] = NULL;
    }
}

void poster_free(struct poster *self)
{
    if (!self) {
        return;
    }
    for (int i = 0; i < POSTER_SLOTS; i++) {
        drop(self, i);
    }
    curl_multi_cleanup(self->multi);
    free(self);
}

enum err poster_start(struct poster *self, int slot, const struct robot_message *message)
{
    BUG_ON(slot < 0 || slot >= POSTER_SLOTS);
    drop(self, slot); /* one that is over, whose answer was lent */
    struct exchange *exchange = exchange_new(&self->opts, message);
    if (!exchange) {
        return ERR_NOMEM;
    }
    if (curl_multi_add_handle(self->multi, exchange->curl) != CURLM_OK) {
        exchange_free(exchange);
        return ERR_NOMEM;
    }
    self->exchanges[slot] = exchange;
    return OK;
}

static int slot_of(const struct poster *self, const CURL *curl)
{
    int slot = 0;

    while (slot < POSTER_SLOTS && !(self->exchanges[slot] && self->exchanges[slot]->curl == curl)) {
        slot++;
    }
    BUG_ON(slot == POSTER_SLOTS);
    return slot;
}

static void take_over(struct poster *self)
{
    int left;

    for (CURLMsg *message = curl_multi_info_read(self->multi, &left); message;
         message = curl_multi_info_read(self->multi, &left)) {
        if (message->msg == CURLMSG_DONE) {
            int slot = slot_of(self, message->easy_handle);
            self->answers[slot] = exchange_answer(self->exchanges[slot], message->data.result);
            self->over[self->over_count++] = slot;
        }
    }
}

bool poster_next(struct poster *self, int *slot, struct robot_answer *out)
{
    if (self->over_count == 0) {
        return false;
    }
    *slot = self->over[0];
    *out = self->answers[*slot];
    self->over_count--;
    memmove(self->over, self->over + 1, self->over_count * sizeof self->over[0]);
    return true;
}

void poster_wait(struct poster *self, int64_t ms)
{
    int running;

    curl_multi_perform(self->multi, &running);
    take_over(self);
    if (self->over_count == 0 && ms > 0) {
        curl_multi_poll(self->multi, NULL, 0, ms > MS_PER_HOUR ? (int)MS_PER_HOUR : (int)ms, NULL);
        curl_multi_perform(self->multi, &running);
        take_over(self);
    }
}

void poster_wake(struct poster *self)
{
    curl_multi_wakeup(self->multi);
}

/* ---- one alone ---- */

enum err poster_once(const struct poster_opts *opts, struct arena *arena, const struct robot_message *message,
                     struct robot_answer *out)
{
    struct exchange *exchange = exchange_new(opts, message);

    if (!exchange) {
        return ERR_NOMEM;
    }
    struct robot_answer answer = exchange_answer(exchange, curl_easy_perform(exchange->curl));
    answer.body = arena_str(arena, answer.body);
    answer.trouble = arena_str(arena, answer.trouble);
    exchange_free(exchange);
    if (!arena->overflow) {
        *out = answer;
    }
    return arena->overflow ? ERR_NOMEM : OK;
}
