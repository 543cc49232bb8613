/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_HTTP_PRIVACY_H
#define LINKPOND_HTTP_PRIVACY_H

#include "linkpond/http/router.h"

/* /-/privacy: what this install keeps of a visit, in a visitor's words, and the way to say no. */
void privacy_get(struct ctx *ctx, struct request *request, struct reply *reply);
/* The visitor says no: a cookie remembers just that. */
void privacy_refuse(struct ctx *ctx, struct request *request, struct reply *reply);
/* What is stored under the visitor's cookie is forgotten, and the cookie goes. */
void privacy_forget(struct ctx *ctx, struct request *request, struct reply *reply);

#endif
