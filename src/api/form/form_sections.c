/* SPDX-License-Identifier: MIT */
/* What the form shows besides itself: the link just made, the last seven days, the latest links. */
#include "form.h"
#include "linkpond/store/utm_values.h"

#define RECENT_ROWS 20
#define PART_MAX    (512 * 1024)
#define WEEK_NS     (INT64_C(10) * 1000000000) /* a page that takes longer shows no figures rather than none at all */

/* "11-22 10:04" on the installation's clock. */
static str short_time(struct form_page *self, int64_t ms)
{
    char text[TIMESTAMP_TEXT_MAX];
    const struct zone *zone = self->ctx->engine->zone;
    str whole = timestamp_offset(ms, zone_offset_s(zone, ms), text);
    return arena_f(self->arena, "%.5s %.5s", whole.ptr + 5, whole.ptr + 11);
}

static str iso_time(struct form_page *self, int64_t ms)
{
    char text[TIMESTAMP_TEXT_MAX];
    return arena_str(self->arena, timestamp_utc(ms, text));
}

/* "s.example/spring" without the scheme, as people read it. */
static str short_name(struct form_page *self, const struct link *link)
{
    str path = link->aliases.count > 0 ? link->aliases.items[0] : link->code;
    return arena_f(self->arena, STR_FMT "/" STR_FMT, STR_ARG(link->domain), STR_ARG(path));
}

/* ---- the link just made -------------------------------------------------------------------------------------------
 */

/* What the dictionary knows of the link's values. */
static void look_up_utm(struct form_page *self, struct db *db, const struct link *link, struct utm_lint *lint)
{
    struct utm_value value;
    bool some = false;
    for (int i = 0; i < UTM_DICTIONARY_COUNT; i++) {
        bool known = link->utm[i].len > 0 &&
                     utm_values_find_spelling(db, self->arena, (enum utm)i, link->utm[i], &value) == OK &&
                     str_eq(value.value, link->utm[i]) && !value.archived;
        lint->known |= (unsigned)known << i;
    }
    if (utm_values_any(db, UTM_MEDIUM, &some, &lint->has_mediums) != OK) {
        lint->has_mediums = false;
    }
}

/* One line for each thing that is odd about its UTM values. */
static void add_utm_notes(struct form_page *self, struct db *db, const struct link *link, struct buf *out)
{
    struct utm_lint lint = {.fields = (1U << UTM_COUNT) - 1};
    struct utm_note notes[UTM_NOTES_MAX];
    size_t count = 0;
    look_up_utm(self, db, link, &lint);
    utm_lint(&lint, link->utm, notes, &count);
    for (size_t i = 0; i < count; i++) {
        buf_addf(out, "<p class=\"notice note\"><code>" STR_FMT "</code> %s</p>", STR_ARG(utm_name(notes[i].field)),
                 utm_note_text(notes[i].kind, self->chinese));
    }
}

/* What people should know of the link before they print it. */
static str made_notes(struct form_page *self, struct db *db, const struct link *link)
{
    struct buf out;
    buf_init_heap(&out, PART_MAX);
    if (!link_host_is_public(link->domain)) {
        buf_addf(&out, "<p class=\"notice note\">" STR_FMT "</p>", STR_ARG(word(WORD_not_public, self->chinese)));
    }
    add_utm_notes(self, db, link, &out);
    str html = arena_str(self->arena, buf_str(&out));
    buf_done(&out);
    return html;
}

str form_made(struct form_page *self, struct db *db, int64_t id)
{
    struct bounds bounds = call_bounds(self->request);
    struct link link;
    if (links_find(db, self->arena, &bounds, id, &link) != OK) {
        return (str){0};
    }
    form_put(self, "id", arena_f(self->arena, "lnk_%lld", (long long)id));
    form_put(self, "code", link.code);
    form_put(self, "short_url", link_short_url(&self->view, &link));
    form_put(self, "url", link.url);
    form_put_html(self, "warning", made_notes(self, db, &link));
    return form_fill(self, "form_made.html");
}

/* ---- the last seven days ------------------------------------------------------------------------------------------
 */

static enum err week_report(struct form_page *self, struct db *db, struct report *report)
{
    const struct actor *actor = self->request->actor;
    struct report_query query = {
        .zone = self->ctx->engine->zone,
        .limit = 1,
        .want_visitors = true,
        .want_scans = true,
        .owner_bound = actor->owner_bound,
        .domain_bound = actor->domain_bound,
        .owner_id = actor->owner_id,
        .domain_id = actor->domain_id,
    };
    report_period(STR("7d"), query.zone, self->request->now_ms, &query.from_ms, &query.to_ms);
    db_set_deadline(db, clock_mono_ns() + WEEK_NS);
    enum err err = report_run(db, self->ctx->engine->report_helper, self->arena, &query, report, NULL);
    db_set_deadline(db, 0);
    return err;
}

static str classes_html(struct form_page *self, const int64_t counts[CLASS_COUNT], int64_t sum)
{
    struct buf out;
    buf_init_heap(&out, PART_MAX);
    for (int i = 0; i < CLASS_COUNT; i++) {
        enum click_class class = (enum click_class)i;
        form_put(self, "kind", class == CLASS_HUMAN ? STR("real") : (counts[i] > 0 ? STR("other") : STR("zero")));
        form_put(self, "class", class_word(class, self->chinese));
        form_put(self, "count", form_number(self->arena, counts[i]));
        form_put(self, "count_raw", arena_f(self->arena, "%lld", (long long)counts[i]));
        form_put(self, "max", arena_f(self->arena, "%lld", (long long)(sum > 0 ? sum : 1)));
        form_put(self, "why", class_reason(class, self->chinese));
        form_put(self, "verdict", word(class == CLASS_HUMAN ? WORD_counted : WORD_not_counted, self->chinese));
        buf_add(&out, form_fill(self, "form_class.html"));
    }
    str html = arena_str(self->arena, buf_str(&out));
    buf_done(&out);
    return html;
}

static void add_term(struct form_page *self, struct buf *out, bool first, str name, int64_t value)
{
    buf_add(out, first ? STR(" = ") : STR(" + "));
    buf_add(out, STR("<span>"));
    html_escape(out, name);
    buf_add(out, STR(" <b>"));
    buf_add(out, form_number(self->arena, value));
    buf_add(out, STR("</b></span>"));
}

/* What came in is all there: every request is in exactly one class. Only the program itself knows what it lost, so a
 * key that sees a part of the links is not shown this. */
static str balance_html(struct form_page *self, const int64_t counts[CLASS_COUNT], int64_t sum)
{
    const struct actor *actor = self->request->actor;
    struct engine_balance balance;
    struct buf out;
    if (actor->owner_bound || actor->domain_bound) {
        return (str){0};
    }
    engine_balance(self->ctx->engine, &balance);
    buf_init_heap(&out, PART_MAX);
    bool even = balance.dropped == 0;
    buf_addf(&out, "<p class=\"balance %s\"><strong>" STR_FMT "</strong> ", even ? "even" : "odd",
             STR_ARG(word(WORD_balance, self->chinese)));
    buf_addf(&out, "<span>" STR_FMT " <b>" STR_FMT "</b></span>", STR_ARG(word(WORD_received, self->chinese)),
             STR_ARG(form_number(self->arena, sum + (int64_t)balance.lag_records)));
    for (int i = 0; i < CLASS_COUNT; i++) {
        if (i <= CLASS_BOT || counts[i] > 0) {
            add_term(self, &out, i == 0, class_word((enum click_class)i, self->chinese), counts[i]);
        }
    }
    if (balance.lag_records > 0) {
        add_term(self, &out, false, word(WORD_pending, self->chinese), (int64_t)balance.lag_records);
    }
    buf_addf(&out, " · <span>" STR_FMT " <b>" STR_FMT "</b> <i>" STR_FMT "</i></span></p>",
             STR_ARG(word(WORD_lost, self->chinese)), STR_ARG(form_number(self->arena, (int64_t)balance.dropped)),
             STR_ARG(word(WORD_since_start, self->chinese)));
    str html = arena_str(self->arena, buf_str(&out));
    buf_done(&out);
    return html;
}

str form_week(struct form_page *self, struct db *db)
{
    struct report report;
    if (!(self->request->actor->scopes & SCOPE_STATS_READ) || week_report(self, db, &report) != OK) {
        return (str){0};
    }
    const int64_t *counts = report.totals.by_class;
    int64_t sum = 0;
    for (int i = 0; i < CLASS_COUNT; i++) {
        sum += counts[i];
    }
    form_put(self, "clicks", form_number(self->arena, report.totals.clicks));
    form_put(self, "visitors", form_number(self->arena, report.totals.visitors));
    form_put(self, "scans", form_number(self->arena, report.totals.scans));
    form_put_html(self, "classes", classes_html(self, counts, sum));
    form_put_html(self, "balance", balance_html(self, counts, sum));
    return form_fill(self, "form_week.html");
}

/* ---- the latest links ---------------------------------------------------------------------------------------------
 */

/* The title, else where it leads without the part everybody knows. */
static str about(const struct link *link)
{
    str url = link->url;
    ssize_t scheme = str_find(url, STR("://"), 0);
    return link->title.len > 0 ? link->title : (scheme >= 0 ? str_from(url, (size_t)scheme + 3) : url);
}

static str row_html(struct form_page *self, const struct link *link)
{
    enum link_state state = link_state_at(link, self->request->now_ms);
    form_put(self, "id", arena_f(self->arena, "lnk_%lld", (long long)link->id));
    form_put(self, "short_name", short_name(self, link));
    form_put(self, "url", link->url);
    form_put(self, "about", about(link));
    form_put(self, "clicks", form_number(self->arena, link->counts.clicks));
    form_put(self, "visitors", form_number(self->arena, link->counts.visitors));
    form_put(self, "scans", form_number(self->arena, link->counts.scans));
    form_put(self, "state", link_state_name(state));
    form_put(self, "state_word", state_word(state, self->chinese));
    form_put(self, "created", short_time(self, link->created_ms));
    form_put(self, "created_iso", iso_time(self, link->created_ms));
    return form_fill(self, "form_row.html");
}

str form_recent(struct form_page *self, struct db *db)
{
    struct bounds bounds = call_bounds(self->request);
    struct links_filter filter = {
        .bounds = &bounds, .state = -1, .now_ms = self->request->now_ms, .limit = RECENT_ROWS};
    struct links_page page;
    struct buf rows;
    if (!(self->request->actor->scopes & SCOPE_LINKS_READ) || links_list(db, self->arena, &filter, &page, NULL) != OK) {
        return (str){0};
    }
    buf_init_heap(&rows, PART_MAX);
    for (size_t i = 0; i < page.count; i++) {
        buf_add(&rows, row_html(self, &page.links[i]));
    }
    form_put_html(self, "rows", arena_str(self->arena, buf_str(&rows)));
    buf_done(&rows);
    str empty = arena_f(self->arena, "<p class=\"empty\">" STR_FMT "</p>", STR_ARG(word(WORD_none_yet, self->chinese)));
    form_put_html(self, "table", page.count > 0 ? form_fill(self, "form_table.html") : empty);
    return form_fill(self, "form_recent.html");
}
