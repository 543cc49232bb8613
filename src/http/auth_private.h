/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_SRC_HTTP_AUTH_PRIVATE_H
#define LINKPOND_SRC_HTTP_AUTH_PRIVATE_H

#include "linkpond/base/crypt.h"
#include "linkpond/base/gcra.h"
#include "linkpond/http/auth.h"
#include "linkpond/http/passwords.h"
#include "linkpond/store/audit.h"

#define AUTH_READER_WAIT_MS 5000

struct auth {
    struct engine *engine;
    struct passwords *passwords;
    struct gcra *calls, *failures, *sign_ins, *noted_uses, *failed_lines;
};

/* Seconds to wait; 0 = go on. */
int64_t auth_charge(struct gcra *limit, str key);
/* By which an address is limited: one customer has a whole IPv6 /64. */
str auth_address_key(const struct addr *client);

/* The key of that secret, if it opens the door now: else ERR_UNAUTHORIZED. */
enum err auth_find_key(struct auth *self, const struct request *request, str secret, struct api_key *out);
/* What a session stands for when no key made it: all that the user's role may. */
struct api_key auth_key_of_user(const struct user *user);
/* request->actor and ->session. ERR_NOMEM. */
enum err auth_set_actor(struct auth *self, struct request *request, const struct api_key *key,
                        const struct session *session);

/* What the browser says of who sent this: 1 = our page, -1 = another's, 0 = nothing. */
int auth_browser_says(const struct request *request);
/* The hash of the session id that came; false when none did. */
bool auth_session_hash(const struct request *request, uint8_t out[SHA256_BYTES]);
/* An empty value with 0 seconds takes the cookie away. */
void auth_set_cookie(const struct request *request, struct reply *reply, str value, int64_t seconds);

#define AUTH_FAILED "sign_in_failed"
/* A line of the audit log about a user's own account: signing in, their password. Within the transaction. key_id 0 =
 * not by a key. user NULL: nobody by that name. */
enum err auth_audit(struct db *db, const struct request *request, const char *verb, const struct user *user,
                    int64_t key_id);

/* A new session in the making: `put` is for the transaction that lets its user in. */
struct new_session {
    str id; /* what the cookie says */
    struct session session;
    bool replaces;
    uint8_t old_hash[SHA256_BYTES];
};
enum err auth_session_make(const struct request *request, int64_t user_id, int64_t api_key_id, struct new_session *out);
enum err auth_session_put(struct db *db, const struct request *request, const struct new_session *made);
/* After the commit: the cookie, and the request as its owner's. */
enum err auth_session_begun(struct auth *self, struct request *request, const struct new_session *made,
                            const struct api_key *key, struct reply *reply);

#endif
