/* SPDX-License-Identifier: MIT */
#include "linkpond/http/passwords.h"

#include <stdlib.h>

#include "linkpond/base/turnstile.h"

/* 16 and 32 bytes of zero: what an unknown name's password is held against. */
#define NOBODY "$scrypt$ln=15,r=8,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

struct passwords {
    struct turnstile *places;
};

struct passwords *passwords_new(unsigned at_once, unsigned waiting_max)
{
    struct passwords *self = calloc(1, sizeof *self);
    if (self && !(self->places = turnstile_new(at_once, waiting_max))) {
        free(self);
        return NULL;
    }
    return self;
}

void passwords_free(struct passwords *self)
{
    if (self) {
        turnstile_free(self->places);
        free(self);
    }
}

enum err passwords_enter(struct passwords *self)
{
    return turnstile_enter(self->places);
}

void passwords_leave(struct passwords *self)
{
    turnstile_leave(self->places);
}

enum err passwords_check(struct passwords *self, str hash, str password, bool *right, bool *outdated)
{
    bool same = false;
    enum err err = passwords_enter(self);
    if (err != OK) {
        return err;
    }
    err = password_hash_check(hash.len > 0 ? hash : STR(NOBODY), password, &same, outdated);
    passwords_leave(self);
    *right = err == OK && same && hash.len > 0;
    return err;
}

enum err passwords_make(struct passwords *self, str password, char memory[PASSWORD_HASH_TEXT_MAX], str *out)
{
    enum err err = passwords_enter(self);
    if (err != OK) {
        return err;
    }
    err = password_hash_make(password, memory, out);
    passwords_leave(self);
    return err;
}
