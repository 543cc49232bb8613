/* SPDX-License-Identifier: MIT */
#include "editor_private.h"

#include "linkpond/base/clock.h"
#include "linkpond/base/utf8.h"
#include "linkpond/base/zone.h"
#include "linkpond/store/utm_values.h"

/*
 * The UTM values of a link that is about to be written: what its channel's template gives, then the dictionary, then
 * what people should know. Only values that this edit sets are touched or judged, so that changing a title never
 * rewrites what was printed long ago.
 */
#define HINTS_MAX  32 /* nearest values sought in one call: each reads the field's spellings */
#define HINT_BYTES 80 /* of a value quoted in a refusal */
#define FARTHEST   64 /* more than any distance */

_Static_assert(LF_UTM_ID - LF_UTM_SOURCE == UTM_ID, "fields of a draft stand in the order of enum utm");

struct settle {
    struct edit *edit;
    struct link *link;
    const struct link_draft *draft;
    struct fault *fault;
    struct utm_lint lint;
    struct utm_note notes[UTM_NOTES_MAX];
    size_t notes_count;
};

static bool is_named(const struct settle *self, int field)
{
    return link_draft_has(self->draft, (enum link_field)(LF_UTM_SOURCE + field));
}

/* ---- the channel's template ---- */

static enum err read_channel(struct edit *edit, int64_t channel_id, const struct label **out)
{
    struct label **kept = &edit->utm.channels[channel_id % EDIT_CHANNELS];

    if (!*kept || (*kept)->id != channel_id) {
        struct label *label = ARENA_NEW(edit->arena, struct label);
        enum err err = label ? labels_find_id(edit->db, edit->arena, channel_id, label) : ERR_NOMEM;
        if (err) {
            return err;
        }
        *kept = label;
    }
    *out = *kept;
    return OK;
}

static str date_of(const struct edit *edit, int64_t ms)
{
    const struct zone *zone = edit->editor->opts.zone ? edit->editor->opts.zone : zone_find(STR("UTC"));
    int year, month, day;

    civil_from_days(zone_civil_day(zone, ms, NULL), &year, &month, &day);
    return arena_f(edit->arena, "%04d%02d%02d", year, month, day);
}

static enum err fill_template(struct settle *self, const struct label *channel)
{
    struct link *link = self->link;
    const str slots[UTM_SLOT_COUNT] = {
        [UTM_SLOT_CHANNEL] = channel->key,
        [UTM_SLOT_CHANNEL_GROUP] = channel->channel_group,
        [UTM_SLOT_CAMPAIGN] = link->campaign,
        [UTM_SLOT_REGION] = channel->region,
        [UTM_SLOT_LOCATION] = channel->location,
        [UTM_SLOT_OWNER] = link->owner.len > 0 ? link->owner : channel->owner,
        [UTM_SLOT_CUSTOMER] = link->customer,
        [UTM_SLOT_CODE] = link->code,
        [UTM_SLOT_DATE] = date_of(self->edit, link->created_ms),
    };
    enum err err = OK;

    for (int field = 0; !err && field < UTM_COUNT; field++) {
        if (channel->utm[field].len > 0 && !is_named(self, field)) {
            err = utm_template_fill(self->edit->arena, channel->utm[field], slots, utm_name((enum utm)field).ptr,
                                    &link->utm[field], self->fault);
            self->lint.fields |= 1U << field;
        }
    }
    return err;
}

static bool has_template(const struct label *channel)
{
    for (int field = 0; field < UTM_COUNT; field++) {
        if (channel->utm[field].len > 0) {
            return true;
        }
    }
    return false;
}

static enum err apply_template(struct settle *self, bool fresh)
{
    bool asked = link_draft_has(self->draft, LF_APPLY_TEMPLATE) ? self->draft->apply_template : fresh;

    if (!asked || self->link->channel_id == 0) {
        return OK;
    }
    const struct label *channel;
    enum err err = read_channel(self->edit, self->link->channel_id, &channel);
    return err || !has_template(channel) ? err : fill_template(self, channel);
}

/* ---- the dictionary ---- */

static enum err ask_field(struct edit *edit, enum utm field)
{
    struct edit_utm *utm = &edit->utm;

    if (utm->asked >> field & 1) {
        return OK;
    }
    bool some = false, open = false;
    enum err err = utm_values_any(edit->db, field, &some, &open);
    if (!err) {
        utm->asked |= 1U << field;
        utm->some |= (unsigned)some << field;
        utm->open |= (unsigned)open << field;
    }
    return err;
}

/* The value for new links that the text is likest to, in memory; empty when none was sought. */
static enum err nearest(struct edit *edit, enum utm field, str text, char memory[HINT_BYTES], str *out)
{
    char folded[LIMIT_UTM];
    str sought = utm_fold(text, folded);
    size_t worst = FARTHEST;
    struct utm_spelling row;

    *out = (str){0};
    if (edit->utm.hints++ >= HINTS_MAX) {
        return OK;
    }
    struct stmt *rows = utm_spellings_each(edit->db, field);
    while (utm_spellings_next(rows, &row)) {
        size_t distance = row.archived ? worst : utm_distance(sought, row.folded, worst);
        if (distance < worst) {
            worst = distance;
            str shown = utf8_cut(row.value, HINT_BYTES);
            memcpy(memory, shown.ptr, shown.len);
            *out = (str){memory, shown.len};
        }
    }
    enum err err = stmt_err(rows);
    stmt_reset(rows);
    return err;
}

static enum err refuse_unknown(struct settle *self, enum utm field)
{
    const char *name = utm_name(field).ptr;
    char memory[HINT_BYTES];
    str hint;
    enum err err = nearest(self->edit, field, self->link->utm[field], memory, &hint);

    if (err || hint.len == 0) {
        return err ? err
                   : fault_set(self->fault, ERR_INVALID, name, "not_in_dictionary",
                               "The dictionary of UTM values does not have it.", "UTM 词典中没有该值。");
    }
    err = fault_setf(self->fault, ERR_INVALID, name, "not_in_dictionary",
                     "The dictionary of UTM values does not have it; the nearest is " STR_FMT ".", STR_ARG(hint));
    fault_chinesef(self->fault, "UTM 词典中没有该值，最接近的是 " STR_FMT "。", STR_ARG(hint));
    return err;
}

static enum err look_up(struct settle *self, enum utm field)
{
    const struct editor_opts *opts = &self->edit->editor->opts;
    bool strict = opts->strict_dictionary && self->edit->utm.open >> field & 1;
    str *value = &self->link->utm[field];
    struct utm_value found;
    enum err err = utm_values_find_spelling(self->edit->db, self->edit->arena, field, *value, &found);

    if (err == ERR_NOT_FOUND || (!err && found.archived && strict)) {
        return strict ? refuse_unknown(self, field) : OK;
    }
    if (err) {
        return err;
    }
    if (opts->normalise_utm && !str_eq(*value, found.value)) {
        self->notes[self->notes_count++] =
            (struct utm_note){.kind = UTM_NOTE_NORMALISED, .field = field, .from = *value, .to = found.value};
        *value = found.value;
    }
    self->lint.known |= (unsigned)(str_eq(*value, found.value) && !found.archived) << field;
    return OK;
}

static enum err consult(struct settle *self)
{
    enum err err = OK;

    for (int field = 0; !err && field < UTM_DICTIONARY_COUNT; field++) {
        if (!(self->lint.fields >> field & 1) || self->link->utm[field].len == 0) {
            continue;
        }
        err = ask_field(self->edit, (enum utm)field);
        if (!err && self->edit->utm.some >> field & 1) {
            err = look_up(self, (enum utm)field);
        }
    }
    self->lint.has_mediums = self->edit->utm.open >> UTM_MEDIUM & 1;
    return err;
}

static enum err keep_notes(struct settle *self, struct utm_notes *out)
{
    struct utm_note *notes = ARENA_ARRAY(self->edit->arena, struct utm_note, self->notes_count);

    if (!notes) {
        return ERR_NOMEM;
    }
    memcpy(notes, self->notes, sizeof *notes * self->notes_count);
    *out = (struct utm_notes){.items = notes, .count = self->notes_count};
    return OK;
}

enum err edit_settle_utm(struct edit *self, struct link *link, const struct link_draft *draft, bool fresh,
                         struct link_result *out)
{
    struct settle settle = {.edit = self, .link = link, .draft = draft, .fault = &out->fault};
    enum err err = apply_template(&settle, fresh);

    for (int field = 0; field < UTM_COUNT; field++) {
        settle.lint.fields |= (unsigned)is_named(&settle, field) << field;
    }
    if (err || settle.lint.fields == 0) {
        return err;
    }
    err = consult(&settle);
    if (err) {
        return err;
    }
    utm_lint(&settle.lint, link->utm, settle.notes, &settle.notes_count);
    return settle.notes_count > 0 ? keep_notes(&settle, &out->notes) : OK;
}
