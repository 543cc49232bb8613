/* SPDX-License-Identifier: MIT */
#include <maxminddb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "geo_private.h"
#include "linkpond/base/clock.h"

/* Where the files that people have keep what we look for: GeoLite2, GeoIP2 and DB-IP (MaxMind's layout), then flat
 * files such as IPinfo's. A path ends with NULL; "*" is the language asked for. */
#define PATH_STEPS 5

static const char MARKER[] = "\xAB\xCD\xEFMaxMind.com"; /* before the metadata, in the last 128 KiB */
#define MARKER_WITHIN ((size_t)128 * 1024)
#define PROBE_NODES   65536 /* of a million and more */
#define PROBE_DEPTH   256   /* bits of an address, and one beside each */

struct geo_mmdb {
    MMDB_s db;
};

static const char *const country_paths[][PATH_STEPS] = {
    {"country", "iso_code", NULL}, {"country_code", NULL}, {"country", NULL}, {"country", "names", "en", NULL}};
static const char *const region_paths[][PATH_STEPS] = {{"subdivisions", "0", "names", "*", NULL},
                                                       {"subdivisions", "0", "names", "en", NULL},
                                                       {"region", NULL},
                                                       {"region_name", NULL}};
static const char *const city_paths[][PATH_STEPS] = {
    {"city", "names", "*", NULL}, {"city", "names", "en", NULL}, {"city", NULL}};
static const char *const carrier_paths[][PATH_STEPS] = {
    {"traits", "isp", NULL}, {"isp", NULL}, {"autonomous_system_organization", NULL}, {"as_name", NULL}};

bool geo_mmdb_is(str bytes)
{
    str tail = str_from(bytes, bytes.len > MARKER_WITHIN ? bytes.len - MARKER_WITHIN : 0);

    return str_find(tail, (str){MARKER, sizeof MARKER - 1}, 0) >= 0;
}

/* A damaged entry is an empty one: the library checks every step against the file's end. */
static str text_at(MMDB_entry_s *entry, const char *const path[PATH_STEPS], const char *language)
{
    const char *steps[PATH_STEPS] = {NULL};
    MMDB_entry_data_s data;

    for (size_t i = 0; i + 1 < PATH_STEPS && path[i]; i++) {
        steps[i] = strcmp(path[i], "*") == 0 ? language : path[i];
    }
    if (MMDB_aget_value(entry, &data, steps) != MMDB_SUCCESS || !data.has_data ||
        data.type != MMDB_DATA_TYPE_UTF8_STRING) {
        return STR("");
    }
    return place_text((str){data.utf8_string, data.data_size});
}

static str first_text(MMDB_entry_s *entry, const char *const paths[][PATH_STEPS], size_t count, const char *language)
{
    str text = {0};

    for (size_t i = 0; i < count && text.len == 0; i++) {
        text = text_at(entry, paths[i], language);
    }
    return text;
}

/* Is there an entry that tells anything of what we look for? */
static bool entry_tells(MMDB_entry_s *entry)
{
    return first_text(entry, country_paths, ARRAY_LEN(country_paths), "en").len > 0 ||
           first_text(entry, region_paths, ARRAY_LEN(region_paths), "en").len > 0 ||
           first_text(entry, city_paths, ARRAY_LEN(city_paths), "en").len > 0 ||
           first_text(entry, carrier_paths, ARRAY_LEN(carrier_paths), "en").len > 0;
}

/* The metadata stands at the end and says nothing of what is before it, where a bad disk or half a download leaves
 * noughts; and there are files about other things. So the tree is followed until an entry tells something. */
static bool tells_anything(const MMDB_s *db)
{
    uint32_t waiting[PROBE_DEPTH] = {0};
    size_t count = 1;

    for (size_t looked = 0; count > 0 && looked < PROBE_NODES; looked++) {
        MMDB_search_node_s node;
        if (MMDB_read_node(db, waiting[--count], &node) != MMDB_SUCCESS) {
            return false;
        }
        if ((node.left_record_type == MMDB_RECORD_TYPE_DATA && entry_tells(&node.left_record_entry)) ||
            (node.right_record_type == MMDB_RECORD_TYPE_DATA && entry_tells(&node.right_record_entry))) {
            return true;
        }
        if (node.right_record_type == MMDB_RECORD_TYPE_SEARCH_NODE && count < PROBE_DEPTH) {
            waiting[count++] = (uint32_t)node.right_record;
        }
        if (node.left_record_type == MMDB_RECORD_TYPE_SEARCH_NODE && count < PROBE_DEPTH) {
            waiting[count++] = (uint32_t)node.left_record;
        }
    }
    return false;
}

enum err geo_mmdb_open(const char *path, struct geo_mmdb **out, struct geo_info *info, struct fault *fault)
{
    struct geo_mmdb *self = calloc(1, sizeof *self);

    if (!self) {
        return ERR_NOMEM;
    }
    int status = MMDB_open(path, MMDB_MODE_MMAP, &self->db);
    if (status != MMDB_SUCCESS) {
        free(self);
        return status == MMDB_OUT_OF_MEMORY_ERROR ? ERR_NOMEM
                                                  : fault_setf(fault, ERR_CORRUPT, "", "damaged",
                                                               "It is a damaged mmdb file: %s.", MMDB_strerror(status));
    }
    if (!tells_anything(&self->db)) {
        geo_mmdb_close(self);
        return fault_set(fault, ERR_CORRUPT, "", "no_places",
                         "It is an mmdb file that tells no places, or a damaged one.",
                         "mmdb 文件中没有地区信息，或文件已损坏。");
    }
    const MMDB_metadata_s *metadata = &self->db.metadata;
    snprintf(info->kind, sizeof info->kind, "%s", metadata->database_type ? metadata->database_type : "mmdb");
    info->built_ms = metadata->build_epoch < INT32_MAX ? (int64_t)metadata->build_epoch * MS_PER_SECOND : 0;
    *out = self;
    return OK;
}

void geo_mmdb_close(struct geo_mmdb *self)
{
    if (self) {
        MMDB_close(&self->db);
        free(self);
    }
}

static MMDB_lookup_result_s look_up(const MMDB_s *db, const struct addr *ip, int *status)
{
    if (addr_is_v4(ip)) {
        struct sockaddr_in in = {.sin_family = AF_INET};
        memcpy(&in.sin_addr, ip->bytes + 12, sizeof in.sin_addr);
        return MMDB_lookup_sockaddr(db, (const struct sockaddr *)&in, status);
    }
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
    memcpy(&in6.sin6_addr, ip->bytes, sizeof in6.sin6_addr);
    return MMDB_lookup_sockaddr(db, (const struct sockaddr *)&in6, status);
}

uint64_t geo_mmdb_locate(const struct geo_mmdb *self, const struct addr *ip, unsigned *bits)
{
    int status = MMDB_SUCCESS;

    *bits = 0;
    if (!addr_is_v4(ip) && self->db.metadata.ip_version == 4) {
        return 0; /* none of them is in the file */
    }
    MMDB_lookup_result_s found = look_up(&self->db, ip, &status);
    if (status != MMDB_SUCCESS) {
        *bits = 128;
        return 0;
    }
    *bits = found.netmask + (self->db.metadata.ip_version == 4 ? 96U : 0U);
    return found.found_entry ? (uint64_t)found.entry.offset + 1 : 0;
}

void geo_mmdb_read(const struct geo_mmdb *self, const struct countries *countries, bool english, uint64_t entry,
                   struct place *out)
{
    const char *language = english ? "en" : "zh-CN";
    MMDB_entry_s at = {.mmdb = &self->db, .offset = (uint32_t)(entry - 1)};

    *out = (struct place){
        .country = place_country(countries, first_text(&at, country_paths, ARRAY_LEN(country_paths), language)),
        .region = first_text(&at, region_paths, ARRAY_LEN(region_paths), language),
        .city = first_text(&at, city_paths, ARRAY_LEN(city_paths), language),
        .carrier = first_text(&at, carrier_paths, ARRAY_LEN(carrier_paths), language),
    };
}
