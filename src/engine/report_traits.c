/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "report_columns.h"
#include "report_links.h"

/* Ids of links are dense: an array of a few bytes each stays in the cache where a map of all that is known does not. */
#define TRAITS_MAX ((size_t)1 << 26) /* by id; links beyond are looked up each time */

static struct link_traits *traits_of(struct report_columns *self, int64_t link_id)
{
    size_t at = (size_t)link_id;

    if (link_id < 0 || at >= TRAITS_MAX) {
        return NULL;
    }
    if (at >= self->traits_count) {
        size_t count = self->traits_count > 0 ? self->traits_count : 1024;
        while (count <= at) {
            count *= 2;
        }
        struct link_traits *traits = realloc(self->traits, count * sizeof *traits);
        if (!traits) {
            return NULL; /* it only is slower */
        }
        memset(traits + self->traits_count, 0, (count - self->traits_count) * sizeof *traits);
        self->traits = traits;
        self->traits_count = count;
    }
    return &self->traits[at];
}

enum err report_traits_passes(struct report_columns *self, int64_t link_id, bool *passes)
{
    struct link_traits *traits = traits_of(self, link_id);
    const struct match_link *link = NULL;

    if (traits && traits->passes != 0) {
        *passes = traits->passes == 2;
        return OK;
    }
    enum err err = report_match_link(self->tally->match, link_id, &link);
    *passes = err == OK && link->passes;
    if (traits && err == OK) {
        traits->passes = *passes ? 2 : 1;
    }
    return err;
}

enum err report_traits_value(struct report_columns *self, int64_t link_id, size_t dim_at, uint64_t *value, bool *single)
{
    struct link_traits *traits = traits_of(self, link_id);
    uint64_t values[REPORT_DIM_VALUES_MAX];
    const struct match_link *link = NULL;

    if (traits && traits->values[dim_at] != 0) {
        *single = traits->values[dim_at] > 1;
        *value = *single ? traits->values[dim_at] - 2 : 0;
        return OK;
    }
    enum err err = report_match_link(self->tally->match, link_id, &link);
    if (err != OK) {
        return err;
    }
    *single = report_links_values(link, self->tally->query->group_by[dim_at], values) == 1;
    *value = values[0];
    if (traits && values[0] < UINT32_MAX - 2) {
        traits->values[dim_at] = *single ? (uint32_t)values[0] + 2 : 1;
    }
    return OK;
}
