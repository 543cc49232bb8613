/* SPDX-License-Identifier: MIT */
/*
 * GLib reads tzdata's files, and the rules in their footers for the years past the last transition; the C library
 * could only with one zone for the whole process. GLib also takes things that are no zone names ("+08:00", POSIX
 * rules), so a name must first be the name of a tzdata file; that also bounds the cache, which never
 * forgets: GLib cannot free a zone while a thread may still ask it, and there are some 600.
 *
 * Known limit, measured against the C library over all 598 names and 1922-2061: they agree but for Europe/Dublin (and
 * its alias Eire) after 2037, where GLib 2.74 misreads the footer's negative summer time.
 *
 * Found zones stand in a row, which readers walk without a lock. A server uses one or two zones, so a hash table would
 * not be faster; and being there from the start the row cannot fail to be allocated, which would look like a zone that
 * nobody knows.
 */
#include "linkpond/base/zone.h"

#include <fcntl.h>
#include <glib.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "zone_system.h"

#define NAME_BYTES_MAX  63
#define ZONES_MAX       1024 /* tzdata has some 600 names; a folder with far more is not tzdata */
#define SECONDS_PER_DAY INT64_C(86400)
#define DEFAULT_FOLDER  "/usr/share/zoneinfo"

struct zone {
    GTimeZone *glib;
    size_t name_len;
    char name[NAME_BYTES_MAX + 1];
};

static struct zone zones[ZONES_MAX];
static atomic_size_t zone_count;
static pthread_mutex_t zones_lock = PTHREAD_MUTEX_INITIALIZER;

static bool name_char_ok(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == '+' || c == '/';
}

/* The letters tzdata's theory file allows for names; without dots there is no "..". Names begin with a capital:
 * what else lies in that folder (posix/, right/, localtime) does not. */
static bool name_ok(str name)
{
    if (name.len == 0 || name.len > NAME_BYTES_MAX || name.ptr[0] < 'A' || name.ptr[0] > 'Z' ||
        name.ptr[name.len - 1] == '/') {
        return false;
    }
    for (size_t i = 0; i < name.len; i++) {
        if (!name_char_ok(name.ptr[i]) || (name.ptr[i] == '/' && name.ptr[i - 1] == '/')) {
            return false;
        }
    }
    return true;
}

/* There is a compiled zone of that name (RFC 8536: a file that begins with "TZif"), looked for where GLib will. */
static bool tzdata_has(const char *name)
{
    const char *folder = getenv("TZDIR"); /* NOLINT(concurrency-mt-unsafe): nothing here changes the environment */
    char path[PATH_MAX], magic[4];
    int len = snprintf(path, sizeof path, "%s/%s", folder != NULL ? folder : DEFAULT_FOLDER, name);

    if (len < 0 || (size_t)len >= sizeof path) {
        return false;
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        return false;
    }
    bool found = read(fd, magic, sizeof magic) == (ssize_t)sizeof magic && memcmp(magic, "TZif", 4) == 0;
    close(fd);
    return found;
}

static const struct zone *cached(str name)
{
    size_t count = atomic_load_explicit(&zone_count, memory_order_acquire);

    for (size_t i = 0; i < count; i++) {
        if (str_eq(zone_name(&zones[i]), name)) {
            return &zones[i];
        }
    }
    return NULL;
}

/* Under the lock. */
static const struct zone *load(str name)
{
    const struct zone *known = cached(name);
    size_t count = atomic_load_explicit(&zone_count, memory_order_relaxed);

    if (known != NULL || count == ZONES_MAX) {
        return known; /* another thread was first */
    }
    struct zone *zone = &zones[count];
    memcpy(zone->name, name.ptr, name.len);
    zone->name[name.len] = '\0';
    zone->name_len = name.len;
    /* UTC needs no tzdata, so that a bare container has at least that. */
    zone->glib = str_eq(name, STR("UTC")) ? g_time_zone_new_utc()
                 : tzdata_has(zone->name) ? g_time_zone_new_identifier(zone->name)
                                          : NULL;
    if (zone->glib == NULL) {
        return NULL;
    }
    atomic_store_explicit(&zone_count, count + 1, memory_order_release);
    return zone;
}

const struct zone *zone_find(str name)
{
    if (!name_ok(name)) {
        return NULL;
    }
    const struct zone *zone = cached(name);
    if (zone == NULL) {
        pthread_mutex_lock(&zones_lock);
        zone = load(name);
        pthread_mutex_unlock(&zones_lock);
    }
    return zone;
}

str zone_name(const struct zone *self)
{
    return (str){self->name, self->name_len};
}

/* --- the system's zone ----------------------------------------------------------------------------- */

/* What follows the last "zoneinfo/" of a path. */
static str after_zoneinfo(str path)
{
    static const str folder = STR_INIT("zoneinfo/");
    ssize_t at = str_find(path, folder, 0);

    return at < 0 ? (str){"", 0} : str_from(path, (size_t)at + folder.len);
}

static bool name_take(str name, char out[64], str *taken)
{
    if (zone_find(name) == NULL) {
        return false;
    }
    memcpy(out, name.ptr, name.len);
    out[name.len] = '\0';
    *taken = (str){out, name.len};
    return true;
}

static str first_line(const char *path, char *memory, size_t cap)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? -1 : read(fd, memory, cap);
    str line = {memory, 0}, rest;

    if (fd >= 0) {
        close(fd);
    }
    str_cut((str){memory, got > 0 ? (size_t)got : 0}, '\n', &line, &rest);
    return str_trim(line);
}

str zone_name_tell(const char *tz, const char *timezone_path, const char *localtime_path, char out[64])
{
    char memory[PATH_MAX];
    str name = {"", 0};

    if (tz != NULL) {
        str value = str_from_c(tz);

        if (str_starts(value, STR(":"))) { /* POSIX: implementation-defined; everywhere it means "a file" */
            value = str_from(value, 1);
        }
        if (value.len == 0) {
            name_take(STR("UTC"), out, &name);
            return name;
        }
        if (name_take(str_starts(value, STR("/")) ? after_zoneinfo(value) : value, out, &name)) {
            return name;
        }
    }
    if (name_take(first_line(timezone_path, memory, sizeof memory), out, &name)) {
        return name;
    }
    ssize_t got = readlink(localtime_path, memory, sizeof memory);
    if (got > 0 && name_take(after_zoneinfo((str){memory, (size_t)got}), out, &name)) {
        return name;
    }
    name_take(STR("UTC"), out, &name);
    return name;
}

str zone_system_name(char out[64])
{
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): as above */
    return zone_name_tell(getenv("TZ"), "/etc/timezone", "/etc/localtime", out);
}

/* --- instants and local days ----------------------------------------------------------------------- */

static int64_t floor_div(int64_t value, int64_t divisor)
{
    return value / divisor - (value % divisor < 0);
}

/* GLib's number of the stretch of time around `second` in which nothing changes; it grows with time. */
static int stretch_at(const struct zone *self, int64_t second)
{
    return g_time_zone_find_interval(self->glib, G_TIME_TYPE_UNIVERSAL, second);
}

int zone_offset_s(const struct zone *self, int64_t ms)
{
    return g_time_zone_get_offset(self->glib, stretch_at(self, floor_div(ms, MS_PER_SECOND)));
}

/* The first second after `from`, and not after `to`, that lies in another stretch than `from`; `to` does. */
static int64_t stretch_end(const struct zone *self, int64_t from, int64_t to)
{
    int stretch = stretch_at(self, from);

    while (to - from > 1) {
        int64_t middle = from + (to - from) / 2;

        if (stretch_at(self, middle) == stretch) {
            from = middle;
        } else {
            to = middle;
        }
    }
    return to;
}

/*
 * Within a stretch local time runs evenly, so the first instant that reads `midnight` or later is known at once unless
 * the stretch ends before it; then the search goes on in the next one. Where clocks jump over midnight that gives
 * the instant of the jump, where they go back over it the earlier of the two midnights, and for a day that was
 * left out altogether (Apia's 2011-12-30) the beginning of the next.
 */
int64_t zone_day_start(const struct zone *self, int64_t civil_days)
{
    int64_t midnight = civil_days * SECONDS_PER_DAY;
    int64_t second = midnight - SECONDS_PER_DAY; /* no offset ever was as large as a day */

    for (;;) {
        int stretch = stretch_at(self, second);
        int64_t wanted = midnight - g_time_zone_get_offset(self->glib, stretch);

        if (wanted <= second) {
            return second * MS_PER_SECOND;
        }
        if (stretch_at(self, wanted) == stretch) {
            return wanted * MS_PER_SECOND;
        }
        second = stretch_end(self, second, wanted);
    }
}

int64_t zone_civil_day(const struct zone *self, int64_t ms, int *second_of_day)
{
    int64_t local = floor_div(ms, MS_PER_SECOND) + zone_offset_s(self, ms);
    int64_t day = floor_div(local, SECONDS_PER_DAY);

    if (second_of_day != NULL) {
        *second_of_day = (int)(local - day * SECONDS_PER_DAY);
    }
    return day;
}
