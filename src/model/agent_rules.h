/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_MODEL_AGENT_RULES_H
#define LINKPOND_MODEL_AGENT_RULES_H

#include "linkpond/base/arena.h"
#include "linkpond/base/match.h"
#include "linkpond/model/agent.h"

/* The compiled tables behind agent_recognise(). */

enum agent_kind {
    KIND_HARD,    /* bot, whatever else the text says */
    KIND_PREVIEW, /* fetches a page to show a card */
    KIND_APP,     /* in-app browser: a person */
    KIND_BOT,
    KIND_OS,
    KIND_DEVICE,
    KIND_BROWSER,
    KIND_NET,
    KIND_PACKAGE, /* X-Requested-With, compared whole; not searched for */
    KIND_COUNT
};

enum agent_place {
    PLACE_WORD = 1,       /* at the start or after a byte that is no letter or digit */
    PLACE_DIGIT = 2,      /* a digit follows */
    PLACE_END = 4,        /* no letter or digit follows */
    PLACE_PREFIX = 8,     /* at the start */
    PLACE_WHOLE = 16,     /* nothing else */
    PLACE_OUTSIDE = 32,   /* not within the brackets that name an Android device: CUBOT, Spider and Robot are phones */
    PLACE_STRANGE = 64,   /* of no place: the text as a whole is no browser's */
    PLACE_DOMAIN = 128,   /* the end of a domain name: a letter or digit before, and no more of a name behind */
    PLACE_NAMELESS = 256, /* of no place: no browser of apps.tsv */
    PLACE_INSIDE = 512,   /* within those brackets */
    PLACE_LETTER = 1024,  /* a letter follows */
    PLACE_MODEL = 2048,   /* the needle begins with "; ", behind which Android devices are named */
    PLACE_NUMBER = 4096   /* no digit before: "43U" of TDTV43U, not of SM-G943U */
};

#define AGENT_NEEDLES_MAX 4096 /* a click keeps one bit and one offset for each on the stack */
#define AGENT_OTHERS_MAX  4

struct agent_rule {
    enum agent_kind kind;
    str key;
    str id;      /* "app:wechat" */
    str webview; /* of an app or package: the browser's name */
    str needle;
    unsigned places;
    int version; /* number of the needle that the app's version follows; -1: its own */
    struct {
        uint16_t needle;
        bool wanted;
    } others[AGENT_OTHERS_MAX]; /* with= and without= */
    size_t other_count;
};

struct agent_rules {
    struct arena arena;
    struct match *match;
    struct agent_rule rules[AGENT_NEEDLES_MAX]; /* by kind, then as in the files */
    size_t first[KIND_COUNT + 1];               /* rules of kind k: first[k] .. first[k + 1] */
    str needles[AGENT_NEEDLES_MAX];             /* the rules' (without packages), then those of their conditions */
    size_t needle_count;
};

#endif
