/* SPDX-License-Identifier: MIT */
#include "editor_private.h"

#include "linkpond/base/base62.h"
#include "linkpond/model/code.h"

/* Codes and aliases share one name space per host, so each is checked against the other when it is made: nothing that
 * was printed ever leads elsewhere. */

str edit_fold(struct edit *self, str alias)
{
    char memory[LIMIT_ALIAS_IMPORTED];

    return self->editor->opts.fold_case ? arena_str(self->arena, cache_fold(alias, true, memory)) : alias;
}

/* ---- codes ---- */

static bool is_reserved(const struct editor_opts *opts, str code)
{
    for (size_t i = 0; i < opts->reserved_count; i++) {
        if (str_ieq(code, opts->reserved[i])) {
            return true;
        }
    }
    return false;
}

/* Lengths grow by themselves once an id no longer fits. */
static bool encode(struct edit *self, const struct domain *domain, int64_t id, char out[LIMIT_CODE_MAX + 2], str *code)
{
    const struct editor_opts *opts = &self->editor->opts;
    enum code_style style = opts->sequential_codes ? CODE_SEQUENTIAL : CODE_RANDOM;
    size_t length = (size_t)(domain->code_length ? domain->code_length : opts->code_length);

    while (length <= LIMIT_CODE_MAX && !code_encode(opts->cipher, style, length, id, out, code)) {
        length++;
    }
    return length <= LIMIT_CODE_MAX;
}

enum err edit_next_code(struct edit *self, struct link *link)
{
    char memory[LIMIT_CODE_MAX + 2];
    bool taken = true;
    str code = {0};
    enum err err = OK;

    link->id = self->next_id;
    if (link->id == 0) {
        err = links_next_id(self->db, &link->id);
    }

    for (link->id--; !err && taken;) {
        link->id++;
        if (!encode(self, edit_domain(self, link->domain_id), link->id, memory, &code)) {
            return ERR_INTERNAL;
        }
        err = links_code_taken(self->db, code, &taken);
        taken = taken || is_reserved(&self->editor->opts, code);
    }
    if (err) {
        return err;
    }
    self->next_id = link->id + 1;
    link->code = arena_str(self->arena, code);
    return link->code.len == code.len ? OK : ERR_NOMEM;
}

/* ---- aliases against codes ---- */

static enum err is_code(struct edit *self, str text, bool *found)
{
    int64_t id;
    enum err err = links_find_code(self->db, BOUNDS_ALL, text, &id);

    *found = !err;
    return err == ERR_NOT_FOUND ? OK : err;
}

static char swap_case(char c)
{
    return (char)(c ^ 0x20);
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Where aliases fold, "abcdefg" would answer for the code "AbCdEfG" too. Codes are exact and indexed so, hence every
 * spelling is asked for: at most 2^11, and none for an alias that cannot be a code. */
static enum err is_code_in_any_case(struct edit *self, str alias, bool *found)
{
    char spelling[BASE62_U64_MAX];
    size_t letters[BASE62_U64_MAX];
    size_t count = 0;
    enum err err = OK;

    *found = false;
    if (alias.len > sizeof spelling) {
        return OK;
    }
    for (size_t i = 0; i < alias.len; i++) {
        if (base62_value(alias.ptr[i]) < 0) {
            return OK;
        }
        spelling[i] = alias.ptr[i];
        if (is_letter(alias.ptr[i])) {
            letters[count++] = i;
        }
    }
    /* A Gray code: each spelling differs from the one before in one letter. */
    for (uint32_t step = 1; !err && !*found; step++) {
        err = is_code(self, (str){spelling, alias.len}, found);
        size_t letter = (size_t)__builtin_ctz(step);
        if (letter >= count) {
            break;
        }
        spelling[letters[letter]] = swap_case(spelling[letters[letter]]);
    }
    return err;
}

enum err edit_alias_hides_code(struct edit *self, str alias, bool *hides)
{
    return self->editor->opts.fold_case ? is_code_in_any_case(self, alias, hides) : is_code(self, alias, hides);
}

/* ---- a link's aliases ---- */

static enum err taken(struct link_result *out, int64_t existing_id)
{
    out->existing_id = existing_id;
    return fault_set(&out->fault, ERR_ALIAS_TAKEN, "alias", "taken", "That alias is in use.", "该自定义后缀已被使用。");
}

/* Which link has it only its owner learns. */
static enum err taken_alias(struct edit *self, int64_t domain_id, str folded, struct link_result *out)
{
    int64_t holder = 0;

    links_find_alias(self->db, &self->bounds, domain_id, folded, &holder);
    return taken(out, holder);
}

static enum err taken_code(struct edit *self, str alias, struct link_result *out)
{
    int64_t holder = 0;

    links_find_code(self->db, &self->bounds, alias, &holder);
    return taken(out, holder);
}

static enum err add_first(struct edit *self, const struct link *link, str alias, struct link_result *out)
{
    struct link_alias row = {
        .link_id = link->id, .domain_id = link->domain_id, .alias = alias, .folded = edit_fold(self, alias)};
    enum err err = links_alias_add(self->db, &row, self->now_ms);

    if (err == ERR_ALIAS_TAKEN) {
        return taken_alias(self, link->domain_id, row.folded, out);
    }
    return err ? err : links_alias_first(self->db, link->id, link->domain_id, row.folded);
}

static enum err remove_all(struct edit *self, int64_t link_id)
{
    struct link_alias *rows = NULL;
    size_t count = 0;
    enum err err = links_aliases(self->db, self->arena, link_id, &rows, &count);

    for (size_t i = 0; !err && i < count; i++) {
        err = links_alias_remove(self->db, link_id, rows[i].domain_id, rows[i].folded);
    }
    return err;
}

static enum err has_already(struct edit *self, const struct link *link, str alias, bool *has)
{
    int64_t holder = 0;
    enum err err = links_find_alias(self->db, BOUNDS_ALL, link->domain_id, edit_fold(self, alias), &holder);

    *has = !err && holder == link->id;
    return err == ERR_NOT_FOUND ? OK : err;
}

enum err edit_put_alias(struct edit *self, const struct link *link, str alias, bool imported, struct link_result *out)
{
    const struct editor_opts *opts = &self->editor->opts;
    bool has = false;
    bool hides = false;

    if (alias.len == 0) {
        return remove_all(self, link->id);
    }
    enum err err = has_already(self, link, alias, &has);
    if (!err && !has) {
        err = alias_check(alias, imported, opts->reserved, opts->reserved_count, &out->fault);
        err = err ? err : edit_alias_hides_code(self, alias, &hides);
    }
    if (err) {
        return err;
    }
    return hides ? taken_code(self, alias, out) : add_first(self, link, alias, out);
}

enum err edit_move_alias(struct edit *self, const struct link *link, struct link_result *out)
{
    return link->aliases.count > 0 ? add_first(self, link, link->aliases.items[0], out) : OK;
}

/* ---- the aliases of a link just made ---- */

struct name {
    str alias, folded;
    bool further; /* one of those brought along */
};

/* Said twice is said once: in the first place, as it was spelled last. */
static void add_name(struct edit *self, struct name *names, size_t *count, str alias, bool further)
{
    str folded = edit_fold(self, alias);
    size_t i = 0;

    while (i < *count && !str_eq(names[i].folded, folded)) {
        i++;
    }
    names[i] = (struct name){alias, folded, further};
    *count = i < *count ? *count : i + 1;
}

static enum err put_name(struct edit *self, const struct link *link, const struct name *name, size_t position,
                         bool imported, struct link_result *out)
{
    const struct editor_opts *opts = &self->editor->opts;
    struct link_alias row = {.link_id = link->id,
                             .domain_id = link->domain_id,
                             .alias = name->alias,
                             .folded = name->folded,
                             .position = (int64_t)position};
    bool hides = false;
    enum err err = alias_check(name->alias, imported, opts->reserved, opts->reserved_count, &out->fault);

    err = err ? err : edit_alias_hides_code(self, name->alias, &hides);
    if (err) {
        return err;
    }
    if (hides) {
        return taken_code(self, name->alias, out);
    }
    err = links_alias_add_at(self->db, &row, self->now_ms);
    if (err == ERR_ALIAS_TAKEN) {
        return taken_alias(self, link->domain_id, row.folded, out);
    }
    return !err && edit_alias_claimed(self, link->domain_id, row.folded) ? taken(out, EDITOR_CLAIMED) : err;
}

enum err edit_put_first_aliases(struct edit *self, struct link *link, const struct import_extra *extra,
                                struct link_result *out)
{
    size_t own = link->aliases.count;
    size_t further = extra ? extra->aliases.count : 0;
    if (own + further == 0) {
        return OK;
    }
    struct name *names = ARENA_ARRAY(self->arena, struct name, own + further);
    str *items = ARENA_ARRAY(self->arena, str, own + further);
    size_t count = 0;
    enum err err = OK;

    if (!names || !items) {
        return ERR_NOMEM;
    }
    for (size_t i = 0; i < own; i++) {
        add_name(self, names, &count, link->aliases.items[i], false);
    }
    for (size_t i = 0; i < further; i++) {
        add_name(self, names, &count, arena_str(self->arena, extra->aliases.items[i]), true);
    }
    for (size_t i = count; !err && i > 0; i--) { /* the shown one last: the importer hears first of the others */
        err = put_name(self, link, &names[i - 1], i - 1, extra && extra->imported, out);
        items[i - 1] = names[i - 1].alias;
        if (err == ERR_ALIAS_TAKEN && names[i - 1].further) {
            return fault_set(&out->fault, err, "aliases", "taken", "One of the further aliases is in use.",
                             "其他自定义后缀中有一个已被使用。");
        }
    }
    link->aliases = (struct str_list){.items = items, .count = count};
    return err ? err : self->arena->overflow ? ERR_NOMEM : OK;
}
