/* SPDX-License-Identifier: MIT */
/*
 * libcurl is strict where browsers are lenient and lenient where we are strict (it decodes %31 in a host and turns
 * 0x7f.1 into 127.0.0.1); both kinds of difference show up here as a disagreement, which is all we want of it. Its
 * answer is compared and thrown away.
 */
#include <curl/curl.h>

#include "linkpond/base/host.h"
#include "linkpond/base/urlcheck.h"

/* The part as libcurl reads it, empty when the URL has none. The caller frees *memory with curl_free. */
static bool part_get(CURLU *handle, CURLUPart part, CURLUcode none, char **memory, str *value)
{
    CURLUcode code = curl_url_get(handle, part, memory, 0);
    *value = code == CURLUE_OK ? str_from_c(*memory) : (str){"", 0};
    return code == CURLUE_OK || code == none;
}

static bool scheme_agrees(CURLU *handle, str scheme)
{
    char *memory = NULL;
    str theirs;
    bool agrees = part_get(handle, CURLUPART_SCHEME, CURLUE_NO_SCHEME, &memory, &theirs) && str_ieq(theirs, scheme);
    curl_free(memory);
    return agrees;
}

/* Byte for byte, or the same once both are canonical. */
static bool same_host(str a, str b)
{
    char memory_a[HOST_TEXT_MAX], memory_b[HOST_TEXT_MAX];
    str canonical_a, canonical_b;
    if (str_eq(a, b)) {
        return true;
    }
    return host_normalize(a, memory_a, &canonical_a) && host_normalize(b, memory_b, &canonical_b) &&
           str_eq(canonical_a, canonical_b);
}

static bool host_agrees(CURLU *handle, str host)
{
    char *memory = NULL, *zone = NULL;
    str theirs, zone_id;
    /* "[fe80::1%25eth0]": libcurl hands the zone out apart, and no public link has one. */
    bool agrees = part_get(handle, CURLUPART_HOST, CURLUE_NO_HOST, &memory, &theirs) &&
                  part_get(handle, CURLUPART_ZONEID, CURLUE_NO_ZONEID, &zone, &zone_id) && !zone_id.len &&
                  same_host(theirs, host);
    curl_free(memory);
    curl_free(zone);
    return agrees;
}

static bool port_agrees(CURLU *handle, unsigned port)
{
    char *memory = NULL;
    str theirs;
    uint64_t value = 0;
    bool agrees = part_get(handle, CURLUPART_PORT, CURLUE_NO_PORT, &memory, &theirs) &&
                  (!theirs.len || str_to_u64(theirs, &value)) && value == port;
    curl_free(memory);
    return agrees;
}

bool urlcheck_agrees(str url, str scheme, str host, unsigned port)
{
    if (!url.len || str_find_char(url, '\0', 0) >= 0) {
        return false;
    }
    char *text = strndup(url.ptr, url.len);
    CURLU *handle = curl_url();
    /* Any scheme (mini programs and apps have their own), the path left alone. */
    bool agrees = text && handle &&
                  curl_url_set(handle, CURLUPART_URL, text, CURLU_NON_SUPPORT_SCHEME | CURLU_PATH_AS_IS) == CURLUE_OK &&
                  scheme_agrees(handle, scheme) && host_agrees(handle, host) && port_agrees(handle, port);
    curl_url_cleanup(handle);
    free(text);
    return agrees;
}
