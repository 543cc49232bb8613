/* SPDX-License-Identifier: MIT */
#include "linkpond/base/clock.h"
#include "linkpond/base/err.h"

/*
 * Times as scripts send them. What is read lies within the years 0001-9999 and is written so that it reads back the
 * same, in UTC and at any offset that the bytes behind ask for; a date that is read is that civil date.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_instant(int64_t ms, int offset_s)
{
    char text[TIMESTAMP_TEXT_MAX];
    int64_t again = 0;

    BUG_ON(!timestamp_parse(timestamp_utc(ms, text), &again) || again != ms);
    str local = timestamp_offset(ms, offset_s, text);
    /* An offset may push the local year out of what can be written; then the nearest instant inside is. */
    if (ms > -62135596800000 + MS_PER_DAY && ms < 253402300800000 - MS_PER_DAY) {
        BUG_ON(!timestamp_parse(local, &again) || again != ms);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str text = {(const char *)data, size};
    int64_t ms = 0, days = 0, raw = 0;
    int year, month, day;

    if (timestamp_parse(text, &ms)) {
        BUG_ON(ms < -62135596800000 || ms >= 253402300800000);
        check_instant(ms, 8 * 3600);
        check_instant(ms, -(3 * 3600 + 1800));
    }
    if (date_parse(text, &days)) {
        char back[40];
        civil_from_days(days, &year, &month, &day);
        BUG_ON(days_from_civil(year, month, day) != days);
        int len = snprintf(back, sizeof back, "%04d-%02d-%02d", year, month, day);
        BUG_ON(!str_eq(text, (str){back, (size_t)len}));
    }
    if (size >= sizeof raw) {
        char out[TIMESTAMP_TEXT_MAX];
        memcpy(&raw, data, sizeof raw);
        BUG_ON(!timestamp_parse(timestamp_utc(raw, out), &ms));
        BUG_ON(!timestamp_parse(timestamp_offset(raw, data[0] * 675 - 86399, out), &ms));
    }
    return 0;
}
