/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_HTTP_AUTH_H
#define LINKPOND_HTTP_AUTH_H

#include "linkpond/engine/engine.h"
#include "linkpond/http/reply.h"
#include "linkpond/store/sessions.h"

/*
 * Who asks. An API key (`Authorization: Bearer lp_…`) or a session cookie made by signing in with one. Only SHA-256
 * sums are kept; they are looked up each time, so a revoked key is out at once. What came with the cookie alone may
 * change things only when the browser says that our own page sent it (auth_same_site).
 */
struct auth;
struct auth *auth_new(struct engine *engine);
void auth_free(struct auth *self);

#define SESSION_IDLE_MS (12 * INT64_C(3600000))
#define SESSION_MAX_MS  (7 * INT64_C(86400000))
/* Per key, across all its connections: room for a script that makes links one by one, and an end for one that loops.
 * The key of the local command line has no limit. Sign-in and wrong credentials are limited per address. */
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

/* Signs in with an API key: stores a new session and sets its cookie on the reply. An old session that came along ends
 * (no fixation). Charged before the key is looked at: ERR_RATE_LIMITED. Wrong, revoked or expired keys are one and the
 * same ERR_UNAUTHORIZED. *csrf (in the arena) is the token pages send back. */
enum err auth_sign_in(struct auth *self, const struct request *request, str key, struct reply *reply, str *csrf,
                      int64_t *retry_after_s, struct fault *fault);
/* Did a session's cookie come, still good or not? After ERR_UNAUTHORIZED: that session has ended. */
bool auth_session_came(const struct request *request);
/* Ends the session the cookie names, if any, and clears the cookie. */
enum err auth_sign_out(struct auth *self, const struct request *request, struct reply *reply, struct fault *fault);

/* For what strangers may guess at on the public plane: charges a wrong guess of that address. 0 = go on, else the
 * seconds to wait (answer 429). */
int64_t auth_charge_failure(struct auth *self, const struct addr *client);

/* Did our own page send this? Sec-Fetch-Site: same-origin or none; without that header Origin must be this host; with
 * neither the session's token must have come (X-CSRF-Token, or the form field "csrf"). same-site is never enough: a
 * neighbour sub-domain is somebody else. Pure. */
bool auth_same_site(const struct request *request, str csrf);

#endif
