/* SPDX-License-Identifier: MIT */
/* Values of cells as other programs and people write them. */
#include "import_map.h"
#include "linkpond/base/percent.h"

#define UNIX_MS_FROM INT64_C(100000000000) /* as seconds this would be the year 5138 */

static bool read_digits(str *rest, size_t low, size_t high, int *out)
{
    size_t len = 0;
    int value = 0;
    while (len < rest->len && len < high && rest->ptr[len] >= '0' && rest->ptr[len] <= '9') {
        value = value * 10 + (rest->ptr[len++] - '0');
    }
    *rest = str_from(*rest, len);
    *out = value;
    return len >= low;
}

static bool skip(str *rest, char c)
{
    bool there = rest->len > 0 && rest->ptr[0] == c;
    *rest = str_from(*rest, there ? 1 : 0);
    return there;
}

/* Year, month, day, with '-' or '/', of a date that exists. */
static bool read_date(str *rest, int64_t *days)
{
    int year, month, day, year_back, month_back, day_back;
    if (!read_digits(rest, 4, 4, &year) || rest->len == 0) {
        return false;
    }
    char separator = rest->ptr[0];
    if ((separator != '-' && separator != '/') || !skip(rest, separator) || !read_digits(rest, 1, 2, &month) ||
        !skip(rest, separator) || !read_digits(rest, 1, 2, &day) || year < 1970) {
        return false;
    }
    if (month < 1 || month > 12 || day < 1 || day > 31) {
        return false;
    }
    *days = days_from_civil(year, month, day);
    civil_from_days(*days, &year_back, &month_back, &day_back);
    return month_back == month && day_back == day;
}

/* "10:04", "10:04:51", "10:04:51.123" as milliseconds of the day. */
static bool read_clock(str *rest, int64_t *ms)
{
    int hour, minute, second = 0;
    if (!read_digits(rest, 1, 2, &hour) || !skip(rest, ':') || !read_digits(rest, 2, 2, &minute)) {
        return false;
    }
    if (skip(rest, ':') && !read_digits(rest, 2, 2, &second)) {
        return false;
    }
    *ms = (hour * 3600 + minute * 60 + second) * MS_PER_SECOND;
    if (skip(rest, '.')) {
        int64_t unit = 100;
        for (; rest->len > 0 && rest->ptr[0] >= '0' && rest->ptr[0] <= '9'; unit /= 10) {
            *ms += (rest->ptr[0] - '0') * unit;
            *rest = str_from(*rest, 1);
        }
    }
    return hour < 24 && minute < 60 && second < 60;
}

/* "+08:00", "+0800", "+08", behind a blank or not. */
static bool read_offset(str rest, int *seconds)
{
    int hours, minutes = 0;
    bool east = skip(&rest, '+');
    if (!east && !skip(&rest, '-')) {
        return false;
    }
    bool ok = read_digits(&rest, 2, 2, &hours);
    skip(&rest, ':');
    ok = ok && (rest.len == 0 || read_digits(&rest, 2, 2, &minutes)) && rest.len == 0;
    *seconds = (hours * 3600 + minutes * 60) * (east ? 1 : -1);
    return ok && hours < 24 && minutes < 60;
}

/* Wall clock of a zone to an instant. A time that is skipped when clocks go forward is taken as if they had not. */
static int64_t local_ms(const struct zone *zone, int64_t wall_ms)
{
    int64_t ms = wall_ms - zone_offset_s(zone, wall_ms) * MS_PER_SECOND;
    return wall_ms - zone_offset_s(zone, ms) * MS_PER_SECOND;
}

static bool unix_time(str text, int64_t *ms)
{
    int64_t value;
    if (text.len < 9 || !str_to_i64(text, &value) || value < 0 || value > UNIX_MS_FROM * 1000) {
        return false;
    }
    *ms = value >= UNIX_MS_FROM ? value : value * MS_PER_SECOND;
    return true;
}

bool import_time(str text, const struct zone *zone, bool end_of_day, int64_t *ms)
{
    int64_t days, clock;
    int offset;
    text = str_trim(text);
    if (timestamp_parse(text, ms) || unix_time(text, ms)) {
        return true;
    }
    str rest = text;
    if (!read_date(&rest, &days)) {
        return false;
    }
    if (rest.len == 0) {
        *ms = zone_day_start(zone, days + (end_of_day ? 1 : 0));
        return true;
    }
    if ((!skip(&rest, 'T') && !skip(&rest, ' ')) || !read_clock(&rest, &clock)) {
        return false;
    }
    int64_t wall_ms = days * MS_PER_DAY + clock;
    rest = str_trim(rest);
    if (rest.len == 0) {
        *ms = local_ms(zone, wall_ms);
        return true;
    }
    if (str_ieq(rest, STR("UTC")) || str_ieq(rest, STR("GMT")) || str_ieq(rest, STR("Z"))) {
        *ms = wall_ms;
        return true;
    }
    if (!read_offset(rest, &offset)) {
        return false;
    }
    *ms = wall_ms - offset * MS_PER_SECOND;
    return true;
}

/* ---- short names ------------------------------------------------------------------------------------------------
 */

/* Without scheme; true when `text` was a URL, then *host is set and *path is what follows the first slash. */
static bool split_short_url(str text, bool bare_host, str *host, str *path)
{
    ssize_t scheme = str_find(text, STR("://"), 0);
    if (scheme < 0 && !bare_host) {
        return false;
    }
    str rest = scheme >= 0 ? str_from(text, (size_t)scheme + 3) : text;
    str_cut(rest, '/', host, path);
    return scheme >= 0 || (path->len > 0 && str_find_char(*host, '.', 0) > 0);
}

static str cut_at(str text, char c)
{
    ssize_t at = str_find_char(text, c, 0);
    return at < 0 ? text : str_slice(text, 0, (size_t)at);
}

str import_name(struct arena *arena, str text, bool bare_host, str *host)
{
    str path;
    text = str_trim(text);
    *host = (str){0};
    if (!split_short_url(text, bare_host, host, &path)) {
        *host = (str){0};
        while (text.len > 0 && text.ptr[0] == '/') {
            text = str_from(text, 1);
        }
        return arena_str(arena, text);
    }
    path = cut_at(cut_at(path, '#'), '?');
    while (path.len > 0 && path.ptr[path.len - 1] == '/') {
        path.len--;
    }
    *host = arena_str(arena, *host);
    char *memory = arena_alloc(arena, path.len + 1);
    if (!memory) {
        return (str){0};
    }
    struct buf out;
    buf_init_fixed(&out, memory, path.len + 1);
    return percent_decode(&out, path) ? buf_str(&out) : arena_str(arena, path);
}
