/* SPDX-License-Identifier: MIT */
/*
 * libcurl is strict where browsers are lenient and lenient where we are strict (it decodes %31 in a host and turns
 * 0x7f.1 into 127.0.0.1); both kinds of difference show up here as a disagreement, which is all we want of it. Its
 * answer is compared and thrown away.
 */
#include <curl/curl.h>

#include "linkpond/base/host.h"
#include "linkpond/base/urlcheck.h"

static enum err err_of(CURLUcode code)
{
    return code == CURLUE_OK ? OK : code == CURLUE_OUT_OF_MEMORY ? ERR_NOMEM : ERR_INVALID;
}

/* The part as libcurl reads it, empty when the URL has none. The caller frees *memory with curl_free. */
static enum err part_get(CURLU *handle, CURLUPart part, CURLUcode none, char **memory, str *value)
{
    CURLUcode code = curl_url_get(handle, part, memory, 0);
    *value = code == CURLUE_OK ? str_from_c(*memory) : (str){"", 0};
    return code == none ? OK : err_of(code);
}

static enum err agreed(enum err err, bool agrees)
{
    return err != OK || agrees ? err : ERR_INVALID;
}

static enum err check_scheme(CURLU *handle, str scheme)
{
    char *memory = NULL;
    str theirs;
    enum err err = part_get(handle, CURLUPART_SCHEME, CURLUE_NO_SCHEME, &memory, &theirs);
    err = agreed(err, str_ieq(theirs, scheme));
    curl_free(memory);
    return err;
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

static enum err check_host(CURLU *handle, str host)
{
    char *memory = NULL, *zone = NULL;
    str theirs, zone_id = {0};
    enum err err = part_get(handle, CURLUPART_HOST, CURLUE_NO_HOST, &memory, &theirs);
    /* "[fe80::1%25eth0]": libcurl hands the zone out apart, and no public link has one. */
    err = err != OK ? err : part_get(handle, CURLUPART_ZONEID, CURLUE_NO_ZONEID, &zone, &zone_id);
    err = agreed(err, zone_id.len == 0 && same_host(theirs, host));
    curl_free(memory);
    curl_free(zone);
    return err;
}

static enum err check_port(CURLU *handle, unsigned port)
{
    char *memory = NULL;
    str theirs;
    uint64_t value = 0;
    enum err err = part_get(handle, CURLUPART_PORT, CURLUE_NO_PORT, &memory, &theirs);
    err = agreed(err, (theirs.len == 0 || str_to_u64(theirs, &value)) && value == port);
    curl_free(memory);
    return err;
}

enum err urlcheck(str url, str scheme, str host, unsigned port)
{
    if (!url.len || str_find_char(url, '\0', 0) >= 0) {
        return ERR_INVALID;
    }
    char *text = strndup(url.ptr, url.len);
    CURLU *handle = curl_url();
    enum err err = text && handle ? OK : ERR_NOMEM;
    if (err == OK) {
        /* Any scheme (mini programs and apps have their own), the path left alone. */
        err = err_of(curl_url_set(handle, CURLUPART_URL, text, CURLU_NON_SUPPORT_SCHEME | CURLU_PATH_AS_IS));
    }
    err = err != OK ? err : check_scheme(handle, scheme);
    err = err != OK ? err : check_host(handle, host);
    err = err != OK ? err : check_port(handle, port);
    curl_url_cleanup(handle);
    free(text);
    return err;
}
