/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_HTTP_AUTH_H
#define LINKPOND_HTTP_AUTH_H

#include "linkpond/engine/engine.h"
#include "linkpond/http/reply.h"
#include "linkpond/store/sessions.h"
#include "linkpond/store/users.h"

/*
 * Who asks. An API key (`Authorization: Bearer lp_…`) or a session cookie made by signing in with a password or a key.
 * Only SHA-256 sums of keys, sessions and one-time links are kept; they are looked up each time, so what is revoked, or
 * belongs to a disabled user, is out at once. What came with the cookie alone may change things only when the browser
 * says that our own page sent it (auth_same_site). Nobody may more than their role, whatever their key says.
 */
struct auth;
struct auth *auth_new(struct engine *engine);
void auth_free(struct auth *self);

#define SESSION_IDLE_MS (12 * INT64_C(3600000))
#define SESSION_MAX_MS  (7 * INT64_C(86400000))
/* Per key (or signed-in user), across all its connections: room for a script that makes links one by one, and an end
 * for one that loops. The key of the local command line has no limit. Signing in is limited per address and per login
 * name, wrong credentials per address. */
#define API_BURST        2000
#define API_PER_SECOND   500
#define FAILURES_BURST   20
#define FAILURES_PER_MIN 6
#define SIGN_INS_BURST   10
#define SIGN_INS_PER_MIN 6

/* Finds the caller, charges the limits, and sets request->actor (and request->session) in the request's arena.
 * ERR_UNAUTHORIZED, ERR_CSRF (unsafe method by cookie from elsewhere), ERR_FORBIDDEN (a scope is missing; the fault
 * names it), ERR_RATE_LIMITED with *retry_after_s, ERR_UNAVAILABLE (no database handle). */
enum err auth_check(struct auth *self, struct request *request, unsigned scope, int64_t *retry_after_s,
                    struct fault *fault);
/* When the session of the request ends if nobody uses it any more. */
int64_t auth_session_expires_ms(const struct session *session);

/* A key, or a login name with its password. */
struct credentials {
    str key;
    str login, password;
};
/* Signs in: stores a new session, sets its cookie on the reply, and request->actor and ->session as auth_check would
 * when that comes back. An old session that came along ends (no fixation). Charged before anything is looked at:
 * ERR_RATE_LIMITED. Whatever is wrong with the credentials is one and the same ERR_UNAUTHORIZED after the same time.
 * ERR_UNAVAILABLE when too many passwords are being checked. */
enum err auth_sign_in(struct auth *self, struct request *request, const struct credentials *who, struct reply *reply,
                      int64_t *retry_after_s, struct fault *fault);
/* Did a session's cookie come, still good or not? After ERR_UNAUTHORIZED: that session has ended. */
bool auth_session_came(const struct request *request);
/* Ends the session the cookie names, if any, and clears the cookie. */
enum err auth_sign_out(struct auth *self, const struct request *request, struct reply *reply, struct fault *fault);
/* Ends the caller's other sessions; with an API key all of them. */
enum err auth_sign_out_others(struct auth *self, const struct request *request, struct fault *fault);

/* Whose one-time link is that? Charged like signing in. Unknown, used, expired or a disabled user's: the same
 * ERR_INVALID of the field "token". */
enum err auth_token_find(struct auth *self, const struct request *request, str token, struct user_token *out,
                         struct user *user, int64_t *retry_after_s, struct fault *fault);
/* Sets the password of the link's user, which uses the link up, ends their other sessions and signs in as auth_sign_in
 * does. ERR_INVALID also of the field "password". */
enum err auth_accept(struct auth *self, struct request *request, str token, str password, struct reply *reply,
                     int64_t *retry_after_s, struct fault *fault);
/* The caller's own password; their other sessions and one-time links end. ERR_INVALID of "current" (wrong, or there is
 * none yet) or "new". */
enum err auth_change_password(struct auth *self, const struct request *request, str current, str fresh,
                              int64_t *retry_after_s, struct fault *fault);

/* For what strangers may guess at on the public plane: charges a wrong guess of that address. 0 = go on, else the
 * seconds to wait (answer 429). */
int64_t auth_charge_failure(struct auth *self, const struct addr *client);

/* Did our own page send this? Sec-Fetch-Site: same-origin or none; without that header Origin must be this host; with
 * neither the session's token must have come (X-CSRF-Token, or the form field "csrf"). same-site is never enough: a
 * neighbour sub-domain is somebody else. Pure. */
bool auth_same_site(const struct request *request, str csrf);

#endif
