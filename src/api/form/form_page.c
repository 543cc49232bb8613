/* SPDX-License-Identifier: MIT */
/* Pages are templates filled with slots: words from the table, values from the request, sections from form_sections.c.
 * All values are escaped unless they come from a template. */
#include "form.h"

#include "linkpond/base/crypt.h"
#include "linkpond/base/embedded.h"

#define SECTION_MAX (512 * 1024)

static const struct {
    const char *name;
    enum word label, hint;
    bool has_hint;
    int max;
    const char *attributes;
} fields[FORM_FIELDS] = {
    [FORM_URL] = {"url", WORD_url, WORD_url_hint, false, LIMIT_URL, " inputmode=\"url\" required"},
    [FORM_ALIAS] = {"alias", WORD_alias, WORD_alias_hint, true, LIMIT_ALIAS, " autocapitalize=\"none\""},
    [FORM_DOMAIN] = {"domain", WORD_domain, WORD_domain, false, LIMIT_HOST, ""},
    [FORM_CHANNEL] = {"channel", WORD_channel, WORD_channel_hint, true, LIMIT_TAG, ""},
    [FORM_CAMPAIGN] = {"campaign", WORD_campaign, WORD_campaign_hint, true, LIMIT_TAG, ""},
    [FORM_UTM_SOURCE] = {"utm_source", WORD_utm_source, WORD_name, false, LIMIT_UTM, ""},
    [FORM_UTM_MEDIUM] = {"utm_medium", WORD_utm_medium, WORD_name, false, LIMIT_UTM, ""},
    [FORM_UTM_CAMPAIGN] = {"utm_campaign", WORD_utm_campaign, WORD_name, false, LIMIT_UTM, ""},
    [FORM_UTM_CONTENT] = {"utm_content", WORD_utm_content, WORD_name, false, LIMIT_UTM, ""},
    [FORM_UTM_TERM] = {"utm_term", WORD_utm_term, WORD_name, false, LIMIT_UTM, ""},
};

const char *form_field_name(enum form_field field)
{
    return fields[field].name;
}

void form_page_init(struct form_page *self, struct ctx *ctx, struct request *request)
{
    *self = (struct form_page){.ctx = ctx, .request = request, .arena = request->arena, .chinese = request->chinese};
    word_slots(self->chinese, self->slots);
    self->slots_count = WORD_COUNT;
}

static void put(struct form_page *self, struct html_slot slot)
{
    for (size_t i = WORD_COUNT; i < self->slots_count; i++) {
        if (strcmp(self->slots[i].name, slot.name) == 0) {
            self->slots[i] = slot;
            return;
        }
    }
    BUG_ON(self->slots_count == PAGE_SLOTS_MAX);
    self->slots[self->slots_count++] = slot;
}

void form_put(struct form_page *self, const char *name, str value)
{
    put(self, (struct html_slot){.name = name, .value = value});
}

void form_put_html(struct form_page *self, const char *name, str html)
{
    put(self, (struct html_slot){.name = name, .value = html, .is_html = true});
}

/* The licence line of a file is not for the page. */
static str without_comment(str text)
{
    ssize_t end = str_find(text, STR("-->\n"), 0);
    return str_starts(text, STR("<!--")) && end >= 0 ? str_from(text, (size_t)end + 4) : text;
}

str form_fill(struct form_page *self, const char *template)
{
    struct buf out;
    str text = embedded_find(web_files, template);
    BUG_ON(!text.ptr);
    buf_init_heap(&out, SECTION_MAX);
    html_fill(&out, without_comment(text), self->slots, self->slots_count);
    str filled = out.overflow ? (str){0} : arena_str(self->arena, buf_str(&out));
    buf_done(&out);
    return filled;
}

str form_number(struct arena *arena, int64_t value)
{
    char digits[24];
    struct buf out;
    char *memory = arena_alloc(arena, 2 * sizeof(digits));
    int len = snprintf(digits, sizeof(digits), "%lld", (long long)value);
    buf_init_fixed(&out, memory, memory ? 2 * sizeof(digits) : 0);
    for (int i = 0; i < len; i++) {
        if (i > 0 && digits[i - 1] != '-' && (len - i) % 3 == 0) {
            buf_add_char(&out, ',');
        }
        buf_add_char(&out, digits[i]);
    }
    return buf_str(&out);
}

/* ---- the frame ----------------------------------------------------------------------------------------------------
 */

static str account(struct form_page *self)
{
    const struct session *session = self->request->session;
    if (!session) {
        return (str){0};
    }
    form_put(self, "who", self->request->actor->name);
    form_put(self, "csrf", session->csrf);
    return form_fill(self, "form_account.html");
}

/* On every page of a folder whose figures are made up. */
static str demo_banner(struct form_page *self)
{
    return self->ctx->engine->demo ? arena_f(self->arena, "<p class=\"demo\" role=\"note\">" STR_FMT "</p>",
                                             STR_ARG(word(WORD_demo, self->chinese)))
                                   : (str){0};
}

void form_answer(struct form_page *self, struct reply *reply, int status, const char *kind, str content)
{
    form_put_html(self, "account", account(self));
    form_put_html(self, "demo", demo_banner(self));
    form_put_html(self, "content", content);
    form_put(self, "kind", str_from_c(kind));
    form_put(self, "title", word(WORD_name, self->chinese));
    str page = form_fill(self, "form.html");
    reply->status = status;
    reply->secret = true; /* it carries tokens, and shows one moment: no answer for a later repeat */
    reply_html_headers(reply);
    buf_add(&reply->body, page);
}

static str notice_html(struct form_page *self, str text, const char *kind)
{
    if (text.len == 0) {
        return (str){0};
    }
    struct buf out;
    buf_init_heap(&out, SECTION_MAX);
    buf_addf(&out, "<p class=\"notice %s\" role=\"alert\">", kind);
    html_escape(&out, text);
    buf_add(&out, STR("</p>"));
    str html = arena_str(self->arena, buf_str(&out));
    buf_done(&out);
    return html;
}

void form_answer_sign_in(struct form_page *self, struct reply *reply, int status, enum word notice,
                         const struct form *kept)
{
    struct buf hidden;
    buf_init_heap(&hidden, SECTION_MAX);
    for (int i = 0; kept && i < FORM_FIELDS; i++) {
        if (kept->values[i].len > 0) {
            buf_addf(&hidden, "<input type=\"hidden\" name=\"%s\" value=\"", fields[i].name);
            html_escape(&hidden, kept->values[i]);
            buf_add(&hidden, STR("\">"));
        }
    }
    bool ended = notice == WORD_ended || notice == WORD_ended_here;
    form_put_html(self, "kept", arena_str(self->arena, buf_str(&hidden)));
    form_put_html(self, "notice",
                  notice == WORD_COUNT ? (str){0}
                                       : notice_html(self, word(notice, self->chinese), ended ? "note" : "bad"));
    buf_done(&hidden);
    form_answer(self, reply, status, "signed-out", form_fill(self, "form_sign_in.html"));
}

/* ---- the form's fields --------------------------------------------------------------------------------------------
 */

static str fault_text(const struct form_page *self, const struct form *form)
{
    const char *zh = form->fault.message_zh;
    const char *text = self->chinese && zh[0] ? zh : form->fault.message;
    return str_from_c(text[0] ? text : err_text(form->err, self->chinese));
}

static bool is_wrong(const struct form *form, enum form_field field)
{
    return form->err != OK && strcmp(form->fault.field, fields[field].name) == 0;
}

static str error_html(struct form_page *self, const struct form *form, enum form_field field)
{
    struct buf out;
    if (!is_wrong(form, field)) {
        return (str){0};
    }
    buf_init_heap(&out, SECTION_MAX);
    buf_addf(&out, "<p class=\"error\" id=\"e-%s\">", fields[field].name);
    html_escape(&out, fault_text(self, form));
    buf_add(&out, STR("</p>"));
    str html = arena_str(self->arena, buf_str(&out));
    buf_done(&out);
    return html;
}

static str field_html(struct form_page *self, const struct form *form, enum form_field field, enum form_field first)
{
    bool wrong = is_wrong(form, field);
    bool utm = field >= FORM_UTM_SOURCE;
    form_put(self, "name", str_from_c(fields[field].name));
    form_put(self, "label", word(fields[field].label, self->chinese));
    form_put(self, "extra", utm ? str_from_c(fields[field].name) : (str){0});
    form_put(self, "hint", fields[field].has_hint ? word(fields[field].hint, self->chinese) : (str){0});
    form_put(self, "value", form->values[field]);
    form_put(self, "max", arena_f(self->arena, "%d", fields[field].max));
    form_put(self, "mark", wrong ? STR("wrong") : STR("fine"));
    form_put_html(self, "attributes",
                  arena_f(self->arena, "%s%s%s%s%s", fields[field].attributes,
                          wrong ? " aria-invalid=\"true\" aria-describedby=\"e-" : "", wrong ? fields[field].name : "",
                          wrong ? "\"" : "", field == first ? " autofocus" : ""));
    form_put_html(self, "error", error_html(self, form, field));
    return form_fill(self, field == FORM_URL ? "form_url.html" : "form_field.html");
}

/* Where new links can be made; nothing to choose with one domain. */
static str domain_html(struct form_page *self, const struct form *form)
{
    struct buf out;
    size_t choices = 0;
    buf_init_heap(&out, SECTION_MAX);
    buf_addf(&out,
             "<div class=\"field\"><label for=\"f-domain\">" STR_FMT "</label><select id=\"f-domain\" name=\"domain\">",
             STR_ARG(word(WORD_domain, self->chinese)));
    for (size_t i = 0; i < self->view.domains_count; i++) {
        const struct domain *domain = &self->view.domains[i];
        const struct actor *actor = self->request->actor;
        if (!domain->enabled || !domain->shareable || (actor->domain_bound && actor->domain_id != domain->id)) {
            continue;
        }
        str chosen = form->values[FORM_DOMAIN];
        bool selected = chosen.len > 0 ? str_eq(chosen, domain->host) : domain->is_default;
        buf_add(&out, selected ? STR("<option selected>") : STR("<option>"));
        html_escape(&out, domain->host);
        buf_add(&out, STR("</option>"));
        choices++;
    }
    buf_add(&out, STR("</select>"));
    buf_add(&out, error_html(self, form, FORM_DOMAIN));
    buf_add(&out, STR("</div>"));
    str html = choices > 1 ? arena_str(self->arena, buf_str(&out)) : (str){0};
    buf_done(&out);
    return html;
}

/* What is wrong but with no field of the form. */
static str general_notice(struct form_page *self, const struct form *form)
{
    if (form->err == OK && !(self->request->actor->scopes & SCOPE_LINKS_WRITE)) {
        return notice_html(self, word(WORD_no_scope, self->chinese), "note");
    }
    for (int i = 0; i < FORM_FIELDS; i++) {
        if (form->err == OK || is_wrong(form, (enum form_field)i)) {
            return (str){0};
        }
    }
    return notice_html(self, fault_text(self, form), "bad");
}

static void put_fields(struct form_page *self, const struct form *form)
{
    struct buf utm;
    enum form_field first = FORM_URL; /* where the typing begins: at what is wrong */
    for (int i = 0; i < FORM_FIELDS; i++) {
        first = is_wrong(form, (enum form_field)i) ? (enum form_field)i : first;
    }
    buf_init_heap(&utm, SECTION_MAX);
    for (int i = FORM_UTM_SOURCE; i < FORM_FIELDS; i++) {
        buf_add(&utm, field_html(self, form, (enum form_field)i, first));
    }
    form_put_html(self, "fields_utm", arena_str(self->arena, buf_str(&utm)));
    buf_done(&utm);
    form_put_html(self, "field_url", field_html(self, form, FORM_URL, first));
    form_put_html(self, "field_alias", field_html(self, form, FORM_ALIAS, first));
    form_put_html(self, "field_domain", domain_html(self, form));
    form_put_html(self, "field_channel", field_html(self, form, FORM_CHANNEL, first));
    form_put_html(self, "field_campaign", field_html(self, form, FORM_CAMPAIGN, first));
}

/* The token of one filling-in: whatever is sent with it, unchanged, is one request. */
static str make_once(struct arena *arena)
{
    uint8_t bytes[FORM_ONCE_CHARS / 2];
    char text[FORM_ONCE_CHARS + 1];
    struct buf out;
    crypt_random(bytes, sizeof(bytes));
    buf_init_fixed(&out, text, sizeof(text));
    buf_add_hex(&out, bytes, sizeof(bytes));
    return arena_str(arena, buf_str(&out));
}

void form_answer_desk(struct form_page *self, struct reply *reply, int status, const struct form *form, int64_t made_id)
{
    struct db *db = call_reader(self->ctx, self->request, reply);
    if (!db) {
        return;
    }
    enum err err = link_view_load(&self->view, self->ctx, self->request, db);
    if (err == OK) {
        form_put_html(self, "made", made_id > 0 ? form_made(self, db, made_id) : (str){0});
        form_put_html(self, "week", form_week(self, db));
        form_put_html(self, "recent", form_recent(self, db));
    }
    readers_give(self->ctx->engine->readers, db);
    if (err != OK) {
        reply_problem(reply, self->request, err, NULL);
        return;
    }
    form_put(self, "csrf", self->request->session ? self->request->session->csrf : (str){0});
    form_put(self, "once", make_once(self->arena));
    put_fields(self, form);
    form_put_html(self, "notice", general_notice(self, form));
    form_answer(self, reply, status, "signed-in", form_fill(self, "form_new.html"));
}
