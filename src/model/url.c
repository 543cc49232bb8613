/* SPDX-License-Identifier: MIT */
#include "linkpond/model/url.h"

#include "linkpond/base/addr.h"
#include "linkpond/base/host.h"
#include "linkpond/base/limits.h"
#include "linkpond/base/urlcheck.h"
#include "linkpond/model/click_id.h"

/*
 * A target is judged once, when a person saves it, and stored as bytes that can go into a Location as they are. Only
 * what cannot travel (raw non-ASCII, blanks, an IDN host) is rewritten: signed affiliate links (`e=m%3D2%26…`) and
 * WeChat articles (`__biz=…==#wechat_redirect`) break when anything else is touched, so there is no re-encoding, no
 * dot-segment removal, no lower-casing. The verdict is about the canonical host; a second parser must read the same
 * host out of the stored bytes.
 */

/* The parts between "//" and the path (RFC 3986 3.2). */
struct authority {
    bool has_userinfo, has_port;
    str host, port;
};

/* Never targets, whatever the settings add: browsers run or open them in the context of the page before. */
static const str FORBIDDEN_SCHEMES[] = {
    STR_INIT("javascript"), STR_INIT("data"),       STR_INIT("vbscript"),    STR_INIT("file"),
    STR_INIT("blob"),       STR_INIT("filesystem"), STR_INIT("view-source"), STR_INIT("about"),
};

/* Blanks that pasting from chats and documents leaves around an address: NBSP, ideographic space, zero width space,
 * word joiner, byte order mark. */
static const str PASTED_BLANKS[] = {
    STR_INIT("\xC2\xA0"),     STR_INIT("\xE3\x80\x80"), STR_INIT("\xE2\x80\x8B"),
    STR_INIT("\xE2\x81\xA0"), STR_INIT("\xEF\xBB\xBF"),
};

static bool is_alpha(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_scheme_char(char c)
{
    return is_alpha(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
}

/* Bytes of the scheme before its ':', 0 when there is none. */
static size_t scheme_length(str text)
{
    size_t len = 0;

    while (len < text.len && is_scheme_char(text.ptr[len])) {
        len++;
    }
    return len > 0 && len < text.len && text.ptr[len] == ':' && is_alpha(text.ptr[0]) ? len : 0;
}

static struct authority authority_split(str text)
{
    struct authority out = {0};
    str rest = text;

    for (size_t i = text.len; i > 0; i--) {
        if (text.ptr[i - 1] == '@') {
            out.has_userinfo = true;
            rest = str_from(text, i);
            break;
        }
    }
    ssize_t end = str_starts(rest, STR("[")) ? str_find_char(rest, ']', 0) : 0;
    size_t host_len = rest.len;
    ssize_t colon = str_find_char(rest, ':', end > 0 ? (size_t)end : 0);
    /* after a bracketed address only ':' may follow; anything else stays in the host, which is then refused */
    if (colon >= 0 && end >= 0 && (end == 0 || colon == end + 1)) {
        host_len = (size_t)colon;
        out.has_port = true;
        out.port = str_from(rest, (size_t)colon + 1);
    }
    out.host = str_slice(rest, 0, host_len);
    return out;
}

/* The text between "//" and the path, and where the path begins; empty when there is no "//". */
static str authority_find(str text, size_t scheme_len, size_t *path_at)
{
    size_t at = scheme_len + 1;

    *path_at = at;
    if (!str_starts(str_from(text, at), STR("//"))) {
        return str_slice(text, at, at);
    }
    size_t end = at + 2;
    while (end < text.len && text.ptr[end] != '/' && text.ptr[end] != '?' && text.ptr[end] != '#') {
        end++;
    }
    *path_at = end;
    return str_slice(text, at + 2, end);
}

static bool port_parse(str text, unsigned *port)
{
    uint64_t value = 0;

    if (text.len > 5 || !str_to_u64(text, &value) || value == 0 || value > 65535) {
        return false;
    }
    *port = (unsigned)value;
    return true;
}

bool url_split(str text, struct url *out)
{
    size_t scheme_len = scheme_length(text);
    if (scheme_len == 0) {
        return false;
    }
    size_t path_at = 0;
    struct authority authority = authority_split(authority_find(text, scheme_len, &path_at));
    struct url url = {
        .scheme = str_slice(text, 0, scheme_len),
        .host = authority.host,
        .path = str_from(text, path_at),
        .before_fragment = text,
    };
    if (authority.has_port) {
        port_parse(authority.port, &url.port);
    }
    url.has_fragment = str_cut(url.path, '#', &url.path, &url.fragment);
    if (url.has_fragment) {
        url.before_fragment = str_slice(text, 0, text.len - url.fragment.len - 1);
    }
    url.has_query = str_cut(url.path, '?', &url.path, &url.query);
    *out = url;
    return true;
}

/* One pass of trimming at either end; true when something went away. */
static bool trim_once(str *text)
{
    str before = *text;

    *text = str_trim(*text);
    for (size_t i = 0; i < ARRAY_LEN(PASTED_BLANKS); i++) {
        if (str_starts(*text, PASTED_BLANKS[i])) {
            *text = str_from(*text, PASTED_BLANKS[i].len);
        }
        if (str_ends(*text, PASTED_BLANKS[i])) {
            *text = str_slice(*text, 0, text->len - PASTED_BLANKS[i].len);
        }
    }
    return text->len != before.len;
}

static bool scheme_in(str scheme, const str *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (str_ieq(scheme, list[i])) {
            return true;
        }
    }
    return false;
}

static bool scheme_is_web(str scheme)
{
    return str_ieq(scheme, STR("http")) || str_ieq(scheme, STR("https"));
}

static bool scheme_allowed(str scheme, const struct url_policy *policy)
{
    if (scheme_in(scheme, FORBIDDEN_SCHEMES, ARRAY_LEN(FORBIDDEN_SCHEMES))) {
        return false;
    }
    return scheme_is_web(scheme) || scheme_in(scheme, policy->extra_schemes, policy->extra_schemes_count);
}

static bool has_control(str text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c < 0x20 || c == 0x7F) {
            return true;
        }
    }
    return false;
}

static bool is_ascii(str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if ((unsigned char)text.ptr[i] > 0x7F) {
            return false;
        }
    }
    return true;
}

/* RFC 6761 6.3: localhost and every name below it is this machine. */
static bool host_is_private(str host)
{
    struct addr addr;

    if (addr_parse(host, &addr)) {
        return addr_is_private(&addr);
    }
    return host_is_within(host, STR("localhost"));
}

static enum err destination_check(str host, const struct destinations *destinations, const char *field,
                                  struct fault *fault)
{
    struct destination_verdict verdict = destinations_judge_host(destinations, host);

    if (verdict.passes) {
        return OK;
    }
    if (verdict.list == DESTINATION_DENY) {
        return fault_set(fault, ERR_INVALID, field, "destination_denied",
                         "Links to this site are denied here (the list of denied destinations).",
                         "该网站在禁止跳转名单中。");
    }
    return fault_set(fault, ERR_INVALID, field, "destination_not_allowed",
                     "Links are allowed to listed sites only, and this is none of them.", "该网站不在允许跳转名单中。");
}

/* Is this host one we may send people to? `canonical` gets its normal form. */
static enum err host_check(str host, const struct url_policy *policy, const char *field, char memory[HOST_TEXT_MAX],
                           str *canonical, struct fault *fault)
{
    if (host.len == 0) {
        return fault_set(fault, ERR_INVALID, field, "no_host", "The address has no host name.", "网址中没有域名。");
    }
    if (!host_normalize(host, memory, canonical)) {
        return fault_set(fault, ERR_INVALID, field, "bad_host", "The host name of the address is not valid.",
                         "网址中的域名不正确。");
    }
    for (size_t i = 0; i < policy->own_hosts_count; i++) {
        if (str_eq(*canonical, policy->own_hosts[i])) {
            return fault_set(fault, ERR_INVALID, field, "own_host",
                             "The address is on a short domain of this server, which would make a loop.",
                             "网址指向本系统的短链域名，会造成循环跳转。");
        }
    }
    if (!policy->allow_private && host_is_private(*canonical)) {
        return fault_set(fault, ERR_INVALID, field, "private_host",
                         "The address is on a private network or on this machine.", "网址指向内网或本机地址。");
    }
    return destination_check(*canonical, policy->destinations, field, fault);
}

/* Adds bytes as they may travel in a header: 0x21-0x7E as they are, the rest percent-encoded. */
static void add_travelling(struct buf *out, str text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c >= 0x21 && c <= 0x7E) {
            buf_add_char(out, (char)c);
        } else {
            static const char HEX[] = "0123456789ABCDEF";
            buf_add(out, (str){(char[]){'%', HEX[c >> 4], HEX[c & 15]}, 3});
        }
    }
}

static enum err too_long(const char *field, struct fault *fault)
{
    fault_setf(fault, ERR_INVALID, field, "too_long", "The address is longer than %d bytes.", LIMIT_URL);
    fault_chinesef(fault, "网址超过 %d 字节。", LIMIT_URL);
    return ERR_INVALID;
}

/* Builds the stored form of a web address in `stored`. */
static enum err build_web(str text, size_t scheme_len, const struct url_policy *policy, const char *field,
                          struct buf *stored, struct fault *fault)
{
    char memory[HOST_TEXT_MAX];
    size_t path_at = 0;
    unsigned port = 0;
    str canonical = {0};
    struct authority authority = authority_split(authority_find(text, scheme_len, &path_at));

    if (authority.has_userinfo) {
        return fault_set(fault, ERR_INVALID, field, "userinfo_not_allowed",
                         "The address has a user name before its host.", "网址的域名前不能带用户名或密码。");
    }
    enum err err = host_check(authority.host, policy, field, memory, &canonical, fault);
    if (err != OK) {
        return err;
    }
    if (authority.has_port && !port_parse(authority.port, &port)) {
        return fault_set(fault, ERR_INVALID, field, "bad_port", "The port of the address is not 1 to 65535.",
                         "网址中的端口不正确。");
    }
    str host = is_ascii(authority.host) ? authority.host : canonical;
    buf_add(stored, str_slice(text, 0, scheme_len));
    buf_add(stored, STR("://"));
    buf_add(stored, host);
    if (authority.has_port) {
        buf_add_char(stored, ':');
        buf_add(stored, authority.port);
    }
    add_travelling(stored, str_from(text, path_at));
    err = stored->overflow ? OK : urlcheck(buf_str(stored), str_slice(text, 0, scheme_len), host, port);
    if (err == ERR_INVALID) {
        return fault_set(fault, err, field, "parsers_disagree", "The address can be read in more than one way.",
                         "网址存在歧义，无法确定目标。");
    }
    return err;
}

_Static_assert(CLICK_ID_PLACES_MAX == 4, "the refusal names the number");

enum err url_check(str text, const struct url_policy *policy, const char *field, struct buf *out, struct fault *fault)
{
    char memory[LIMIT_URL];
    struct buf stored;
    enum err err = OK;

    while (trim_once(&text)) {
    }
    if (text.len == 0) {
        return fault_set(fault, ERR_INVALID, field, "required", "An address is needed.", "请填写网址。");
    }
    if (text.len > LIMIT_URL) {
        return too_long(field, fault);
    }
    if (has_control(text)) {
        return fault_set(fault, ERR_INVALID, field, "control_character", "The address has a control character in it.",
                         "网址中含有控制字符。");
    }
    size_t scheme_len = scheme_length(text);
    str scheme = str_slice(text, 0, scheme_len);
    if (scheme_len == 0 || !scheme_allowed(scheme, policy)) {
        return fault_set(fault, ERR_INVALID, field, "scheme_not_allowed",
                         "The address must begin with http:// or https://.", "网址必须以 http:// 或 https:// 开头。");
    }
    buf_init_fixed(&stored, memory, sizeof(memory));
    if (scheme_is_web(scheme)) {
        err = build_web(text, scheme_len, policy, field, &stored, fault);
    } else {
        size_t path_at = 0;
        if (authority_split(authority_find(text, scheme_len, &path_at)).has_userinfo) {
            return fault_set(fault, ERR_INVALID, field, "userinfo_not_allowed",
                             "The address has a user name before its host.", "网址的域名前不能带用户名或密码。");
        }
        add_travelling(&stored, text);
    }
    if (err != OK) {
        return err;
    }
    if (stored.overflow) {
        return too_long(field, fault);
    }
    if (click_id_places(buf_str(&stored)) > CLICK_ID_PLACES_MAX) {
        return fault_set(fault, ERR_INVALID, field, "too_many_places", "{click_id} may stand in an address 4 times.",
                         "网址中的 {click_id} 最多出现 4 次。");
    }
    buf_add(out, buf_str(&stored));
    return out->overflow ? ERR_NOMEM : OK;
}
