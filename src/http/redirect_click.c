/* SPDX-License-Identifier: MIT */
#include "redirect_click.h"

/* Without memory for it the keys before go on: what was dropped is refused where it comes back. */
static void renew(struct redirect_lane *lane, struct click_keyring *keys)
{
    unsigned turn = 0;
    struct click_ids *ids = click_keyring_ids(keys, &turn);

    if (ids) {
        click_ids_free(lane->click_ids);
        lane->click_ids = ids;
        lane->click_turn = turn;
    }
}

char redirect_click_mark(struct redirect_lane *lane, struct click_keyring *keys)
{
    if (!lane->click_ids) {
        return 0;
    }
    if (click_keyring_turned(keys, lane->click_turn)) {
        renew(lane, keys);
    }
    return click_ids_mark(lane->click_ids);
}

bool redirect_click_fits(const struct request *request, const struct verdict *verdict)
{
    str location = verdict->location;
    size_t len = verdict->click_mark != 0 ? click_id_filled_len(location, verdict->click_mark) : location.len;

    return request->location_max == 0 || len <= request->location_max;
}

void redirect_click_name(struct redirect_lane *lane, const struct request *request, int64_t click,
                         struct verdict *verdict)
{
    char text[CLICK_ID_LEN];
    struct buf out;
    bool named = click_ids_write(lane->click_ids, verdict->click_mark, click, request->now_ms, text);

    buf_init_fixed(&out, lane->location, sizeof lane->location);
    click_id_fill(verdict->location, verdict->click_mark, (str){text, named ? sizeof text : 0}, &out);
    BUG_ON(out.overflow);
    verdict->location = buf_str(&out);
}
