/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_MODEL_URL_H
#define LINKPOND_MODEL_URL_H

#include "linkpond/base/buf.h"
#include "linkpond/base/err.h"
#include "linkpond/model/click.h"
#include "linkpond/model/destinations.h"

/* Targets: checked on the way in, never re-encoded on the way out. Pure. */

/* The parts of a URL as slices of it (RFC 3986 3). `before_fragment` is all up to but without '#'. */
struct url {
    str scheme, host, path, query, fragment, before_fragment;
    unsigned port; /* 0 = none written */
    bool has_query, has_fragment;
};

struct url_policy {
    bool allow_private;   /* private addresses and "localhost" as hosts */
    const str *own_hosts; /* our short domains, canonical: refused as targets (loops) */
    size_t own_hosts_count;
    const str *extra_schemes; /* besides http and https, e.g. "weixin", "alipays" */
    size_t extra_schemes_count;
    const struct destinations *destinations; /* which hosts may be led to; NULL = all */
};

/* Takes what a person pasted: trims blanks (also NBSP, ideographic and zero width ones), percent-encodes raw non-ASCII
 * bytes and spaces inside (so the stored text is bytes 0x21-0x7E), converts an IDN host to punycode, leaves every other
 * byte alone: existing %XX, "==", case, order. `out` gets the stored form. Refuses (ERR_INVALID, fault field = `field`)
 * with codes: required, too_long (> LIMIT_URL), scheme_not_allowed, no_host, userinfo_not_allowed, control_character,
 * own_host, private_host, too_many_places (of the click id), destination_denied, destination_not_allowed, bad_host,
 * bad_port, parsers_disagree. javascript:, data:, file: and their like stay refused even as extra_schemes; other extra
 * schemes have no host to judge, only userinfo is refused. A host in ASCII is stored as written, judged in its normal
 * form. Idempotent. `out` is appended to, and only on OK; ERR_NOMEM when it overflows.
 */
enum err url_check(str text, const struct url_policy *policy, const char *field, struct buf *out, struct fault *fault);
/* Splits a stored URL. False only when it has no "scheme:". Schemes without "//" have an empty host. */
bool url_split(str text, struct url *out);

/* How a target and a visit make a Location. */
struct url_merge {
    str target; /* stored URL */
    str query;  /* the visitor's raw query, may be empty */
    bool forward_query;
    bool visitor_wins;  /* query_conflict = visitor */
    const str *utm;     /* the link's UTM_COUNT own values (decoded text), added when absent; NULL = none */
    str click_id_param; /* empty = none */
    char click_mark;    /* stands for the click id (click_id.h); 0 = there is none this time */
};
/* Writes the Location: target bytes untouched; additions before the fragment. The visitor's utm_* and ad click ids
 * override by name, in the place of the first of that name (the target's repetitions go, the visitor's are kept, an
 * empty value counts); any other parameter that the target has keeps the target's value (else commissions are stolen,
 * `pid=`) unless visitor_wins; the rest is added in the visitor's order and bytes; lp_* and volatile parameters are
 * never forwarded, nor is anything under click_id_param, which only we set. Where that parameter is a mini program's
 * own query ("query" of weixin://dl/business/?appid= and alipays://, "cq" of encrypted ones and of wxaurl.cn), the id
 * joins what stands in it, encoded once more: query=a%3D1%26click_id%3D<id>. Names are compared percent-decoded, case
 * matters. When nothing is added or replaced the target is answered byte for byte. Forwarded bytes outside 0x21-0x7E
 * and '#' are percent-encoded. At most LIMIT_FORWARD_QUERY bytes are added or put in place, and at most 64 of the
 * visitor's parameters are looked at: one that does not fit is left out; room goes to the click id (at its full length)
 * first, then to the link's UTMs, then to the visitor. False when out overflows. */
bool url_merge(const struct url_merge *merge, struct buf *out);

#endif
