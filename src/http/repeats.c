/* SPDX-License-Identifier: MIT */
/*
 * While the first of two equal requests still runs the second is told so, or waits for it: what runs is kept in a list
 * in memory, what is answered in the database. The answer to work that was done is written in the work's transaction
 * (repeat_keep), so a crash leaves both or neither. Refusals changed nothing and are written afterwards.
 */
#include "linkpond/http/repeats.h"

#include <pthread.h>
#include <sys/mman.h>

#include "linkpond/base/clock.h"
#include "linkpond/base/crypt.h"
#include "linkpond/store/idempotency.h"

#define KEPT_MS        MS_PER_DAY
#define READER_WAIT_MS 5000
#define FIRST_WAIT_S   30 /* for the first of two to be done: longer than its own waits for handles and the writer */

struct repeat_running {
    struct repeat_running *next;
    int64_t caller;
    size_t key_len;
    char key[LIMIT_IDEMPOTENCY_KEY];
};

struct repeats {
    struct engine *engine;
    pthread_mutex_t lock;
    pthread_cond_t ended;
    struct repeat_running *running; /* at most one per connection */
};

struct repeats *repeats_new(struct engine *engine)
{
    struct repeats *self = calloc(1, sizeof *self);
    BUG_ON(!self);
    self->engine = engine;
    pthread_mutex_init(&self->lock, NULL);
    clock_cond_init(&self->ended);
    return self;
}

void repeats_free(struct repeats *self)
{
    if (self) {
        BUG_ON(self->running);
        pthread_cond_destroy(&self->ended);
        pthread_mutex_destroy(&self->lock);
        free(self);
    }
}

static bool is_running(const struct repeats *self, int64_t caller, str key)
{
    for (const struct repeat_running *one = self->running; one; one = one->next) {
        if (one->caller == caller && str_eq((str){one->key, one->key_len}, key)) {
            return true;
        }
    }
    return false;
}

/* False: it runs already, and went on doing so for as long as we were to wait. NULL in *out: no memory. */
static bool start(struct repeats *self, int64_t caller, str key, int wait_s, struct repeat_running **out)
{
    struct timespec until = clock_mono_after_ms(wait_s * MS_PER_SECOND);
    int rc = 0;
    pthread_mutex_lock(&self->lock);
    bool runs = is_running(self, caller, key);
    while (runs && wait_s > 0 && rc == 0) {
        rc = pthread_cond_timedwait(&self->ended, &self->lock, &until);
        runs = is_running(self, caller, key);
    }
    struct repeat_running *mine = runs ? NULL : calloc(1, sizeof *mine);
    if (mine) {
        mine->caller = caller;
        mine->key_len = key.len;
        memcpy(mine->key, key.ptr, key.len);
        mine->next = self->running;
        self->running = mine;
    }
    pthread_mutex_unlock(&self->lock);
    *out = mine;
    return !runs;
}

static void stop(struct repeats *self, struct repeat_running *mine)
{
    pthread_mutex_lock(&self->lock);
    struct repeat_running **at = &self->running;
    while (*at && *at != mine) {
        at = &(*at)->next;
    }
    if (*at) {
        *at = mine->next;
    }
    pthread_cond_broadcast(&self->ended);
    pthread_mutex_unlock(&self->lock);
    free(mine);
}

/* SHA-256 over the sums of method, target and body, so that no two requests share their bytes by shifting them. */
static enum err hash_request(const struct request *request, uint8_t out[SHA256_BYTES])
{
    uint8_t sums[4][SHA256_BYTES];
    void *mapped = NULL;
    str body = request->body;
    if (request->body_fd >= 0 && request->body_bytes > 0) {
        mapped = mmap(NULL, (size_t)request->body_bytes, PROT_READ, MAP_PRIVATE, request->body_fd, 0);
        if (mapped == MAP_FAILED) {
            return ERR_NOMEM;
        }
        body = (str){mapped, (size_t)request->body_bytes};
    }
    crypt_sha256(str_from_c(method_name(request->method)), sums[0]);
    crypt_sha256(request->path, sums[1]);
    crypt_sha256(request->query, sums[2]);
    crypt_sha256(body, sums[3]);
    if (mapped) {
        munmap(mapped, (size_t)request->body_bytes);
    }
    crypt_sha256((str){(const char *)sums, sizeof sums}, out);
    return OK;
}

static enum err check_repeat_key(str key, struct fault *fault)
{
    if (key.len > LIMIT_IDEMPOTENCY_KEY) {
        fault_setf(fault, ERR_INVALID, "Idempotency-Key", "too_long", "At most %d bytes.", LIMIT_IDEMPOTENCY_KEY);
        fault_chinesef(fault, "最多 %d 字节。", LIMIT_IDEMPOTENCY_KEY);
        return ERR_INVALID;
    }
    for (size_t i = 0; i < key.len; i++) {
        if (key.ptr[i] < 0x20 || key.ptr[i] > 0x7e) {
            return fault_set(fault, ERR_INVALID, "Idempotency-Key", "bad_character", "Printable ASCII characters only.",
                             "只能使用可打印的 ASCII 字符。");
        }
    }
    return OK;
}

static void replay(const struct request *request, struct reply *reply, const struct idempotent *row)
{
    str rest = row->headers;
    str line;
    reply->status = row->status;
    while (str_next(&rest, '\n', &line) && reply->headers_count + 1 < REPLY_HEADERS_MAX) {
        str name, value;
        if (str_cut(line, ':', &name, &value)) {
            reply_header(reply, request, arena_str(request->arena, name).ptr, str_trim(value));
        }
    }
    reply_header_static(reply, "Idempotency-Replayed", "true");
    buf_add(&reply->body, row->body);
}

/* Each caller has keys of their own. */
static int64_t caller(const struct request *request)
{
    return request->session ? -request->actor->user_id : request->actor->key_id;
}

/* The answer kept for that key, if there is one. */
static enum err look_up(struct repeats *self, const struct request *request, struct reply *reply, struct repeat *repeat)
{
    struct db *db = readers_take(self->engine->readers, READER_WAIT_MS);
    if (!db) {
        return ERR_UNAVAILABLE;
    }
    struct idempotent row;
    enum err err = idempotency_find(db, request->arena, caller(request), repeat->key, &row);
    readers_give(self->engine->readers, db);
    if (err == ERR_NOT_FOUND || (err == OK && request->now_ms - row.created_ms >= KEPT_MS)) {
        return OK;
    }
    if (err != OK) {
        return err;
    }
    if (memcmp(row.request_hash, repeat->hash, KEY_HASH_BYTES) != 0) {
        return ERR_KEY_REUSED;
    }
    repeat->answered = true;
    replay(request, reply, &row);
    return OK;
}

enum err repeat_begin(struct repeats *self, const struct request *request, const struct repeat_opts *opts,
                      struct reply *reply, struct repeat *out, struct fault *fault)
{
    *out = (struct repeat){.key = opts->key};
    if (out->key.len == 0) {
        return OK;
    }
    enum err err = check_repeat_key(out->key, fault);
    if (err != OK) {
        return err;
    }
    if (!start(self, caller(request), out->key, opts->wait ? FIRST_WAIT_S : 0, &out->running)) {
        return ERR_IN_PROGRESS;
    }
    if (!out->running) {
        return ERR_NOMEM;
    }
    err = hash_request(request, out->hash);
    err = err == OK ? look_up(self, request, reply, out) : err;
    if (err != OK) {
        stop(self, out->running);
        return err;
    }
    out->active = true;
    return OK;
}

struct keep {
    struct idempotent row;
};

static enum err keep_row(struct db *db, const struct idempotent *row)
{
    enum err err = idempotency_purge(db, row->created_ms - KEPT_MS, NULL);
    return err == OK ? idempotency_insert(db, row) : err;
}

static enum err keep_run(struct db *db, void *arg, struct fault *fault)
{
    const struct keep *keep = arg;
    (void)fault;
    return keep_row(db, &keep->row);
}

static str format_headers(const struct request *request, const struct reply *reply)
{
    str text = {0};
    for (size_t i = 0; i < reply->headers_count; i++) {
        const struct header *header = &reply->headers[i];
        text = arena_f(request->arena, STR_FMT STR_FMT ": " STR_FMT "\n", STR_ARG(text), STR_ARG(header->name),
                       STR_ARG(header->value));
    }
    return text;
}

/* False when a repeat had better try again, or when there is nothing that could be kept. */
static bool worth_keeping(const struct request *request, const struct reply *reply)
{
    return reply->status < 500 && reply->status != 429 && !reply->pull && !reply->secret && !reply->body.overflow &&
           !request->arena->overflow;
}

static void make_row(const struct request *request, const struct reply *reply, const struct repeat *repeat,
                     struct idempotent *out)
{
    *out = (struct idempotent){.caller = caller(request),
                               .key = repeat->key,
                               .status = reply->status,
                               .headers = format_headers(request, reply),
                               .body = reply->body.len > 0 ? buf_str(&reply->body) : reply->body_static,
                               .created_ms = request->now_ms};
    memcpy(out->request_hash, repeat->hash, KEY_HASH_BYTES);
}

enum err repeat_keep(struct db *db, const struct request *request, const struct reply *reply)
{
    struct repeat *repeat = request->repeat;
    struct idempotent row;
    if (!repeat) {
        return OK;
    }
    if (!worth_keeping(request, reply)) {
        return ERR_NOMEM; /* nobody could be told twice what this did */
    }
    make_row(request, reply, repeat, &row);
    enum err err = request->arena->overflow ? ERR_NOMEM : keep_row(db, &row);
    repeat->kept = err == OK;
    return err;
}

void repeat_end(struct repeats *self, const struct request *request, const struct reply *reply, struct repeat *repeat)
{
    if (!repeat->active) {
        return;
    }
    /* What was kept is not there when the transaction failed after all; the answer then says so. */
    bool kept = repeat->kept && reply->status < 400;
    if (!repeat->answered && !kept && worth_keeping(request, reply)) {
        struct keep keep;
        make_row(request, reply, repeat, &keep.row);
        /* The work is done; failing to keep its answer must not make it look undone. */
        (void)editor_run(self->engine->editor, &(struct writer_task){.run = keep_run, .arg = &keep}, NULL);
    }
    stop(self, repeat->running);
    repeat->active = false;
}
