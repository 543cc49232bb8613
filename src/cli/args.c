/* SPDX-License-Identifier: MIT */
/* Command lines: words and flags by the tables of commands and settings. */
#include "linkpond/cli/command.h"

#define NAMES_MAX 128

const struct flag global_flags[] = {
    {"config", FLAG_VALUE, "FILE", BODY_NONE, "settings file, instead of DIR/linkpond.conf or /etc/linkpond.conf",
     "设置文件，代替 DIR/linkpond.conf 或 /etc/linkpond.conf"},
    {"data", FLAG_VALUE, "DIR", BODY_NONE, "data folder; else $LINKPOND_DATA, ./linkpond-data or /var/lib/linkpond",
     "数据目录；默认 $LINKPOND_DATA、./linkpond-data 或 /var/lib/linkpond"},
    {"json", FLAG_SWITCH, NULL, BODY_NONE, "answer in JSON", "以 JSON 输出"},
    {"quiet", FLAG_SWITCH, NULL, BODY_NONE, "no notes and no progress on stderr", "不在 stderr 输出提示和进度"},
    {"help", FLAG_SWITCH, NULL, BODY_NONE, "this text", "显示帮助"},
    {NULL, FLAG_SWITCH, NULL, BODY_NONE, NULL, NULL},
};

/* ---- names ------------------------------------------------------------------------------------------------------ */

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Edits that turn a into b: insert, delete, replace, swap of neighbours (optimal string alignment). */
static size_t edit_distance(str a, str b)
{
    enum { LEN_MAX = 32 };
    size_t rows[3][LEN_MAX + 1];

    if (a.len > LEN_MAX || b.len > LEN_MAX) {
        return LEN_MAX;
    }
    for (size_t j = 0; j <= b.len; j++) {
        rows[0][j] = j;
    }
    for (size_t i = 1; i <= a.len; i++) {
        size_t *row = rows[i % 3], *above = rows[(i - 1) % 3], *above2 = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            size_t cost = a.ptr[i - 1] != b.ptr[j - 1];
            row[j] = least(least(above[j] + 1, row[j - 1] + 1), above[j - 1] + cost);
            bool swapped = i > 1 && j > 1 && a.ptr[i - 1] == b.ptr[j - 2] && a.ptr[i - 2] == b.ptr[j - 1];
            row[j] = swapped ? least(row[j], above2[j - 2] + 1) : row[j];
        }
    }
    return rows[a.len % 3][b.len];
}

const char *suggest_name(str word, const char *const *names, size_t count)
{
    const char *best = NULL;
    size_t best_distance = 3;

    for (size_t i = 0; i < count; i++) {
        str name = str_from_c(names[i]);
        size_t distance = word.len >= 2 && str_starts(name, word) ? 1 : edit_distance(word, name);
        if (distance < best_distance && distance < name.len) {
            best = names[i];
            best_distance = distance;
        }
    }
    return best;
}

static enum err refuse_name(struct fault *fault, const char *what, const char *word, const char *dashes,
                            const char *best)
{
    if (best) {
        return fault_setf(fault, ERR_USAGE, "", "unknown", "unknown %s \"%s%.64s\"; did you mean \"%s%s\"?", what,
                          dashes, word, dashes, best);
    }
    return fault_setf(fault, ERR_USAGE, "", "unknown", "unknown %s \"%s%.64s\"; see linkpond help", what, dashes, word);
}

static const struct command *command_find(const struct command *table, const char *word, struct fault *fault)
{
    const char *names[NAMES_MAX];
    size_t count = 0;

    for (const struct command *row = table; row->name; row++) {
        if (strcmp(row->name, word) == 0) {
            return row;
        }
        names[count++] = row->name;
    }
    refuse_name(fault, "command", word, "", suggest_name(str_from_c(word), names, count));
    return NULL;
}

static const struct flag *flag_find(const struct flag *table, str name)
{
    for (const struct flag *row = table; row && row->name; row++) {
        if (str_eq(str_from_c(row->name), name)) {
            return row;
        }
    }
    return NULL;
}

static enum err flag_unknown(const struct args *self, str name, struct fault *fault)
{
    const struct flag *tables[] = {self->command ? self->command->flags : NULL, global_flags};
    const char *names[NAMES_MAX];
    size_t count = 0;

    for (size_t i = 0; i < ARRAY_LEN(tables); i++) {
        for (const struct flag *row = tables[i]; row && row->name && count < NAMES_MAX; row++) {
            names[count++] = row->name;
        }
    }
    bool takes_settings = self->command && self->command->takes_settings;
    for (const struct setting *row = settings_table; takes_settings && row->name && count < NAMES_MAX; row++) {
        names[count++] = row->name;
    }
    char word[65];
    snprintf(word, sizeof word, STR_FMT, STR_ARG(str_slice(name, 0, 64)));
    return refuse_name(fault, "flag", word, "--", suggest_name(name, names, count));
}

/* ---- parsing ---------------------------------------------------------------------------------------------------- */

static void set_global(struct args *self, const struct flag *flag, const char *value)
{
    if (strcmp(flag->name, "config") == 0) {
        self->config = value;
    } else if (strcmp(flag->name, "data") == 0) {
        self->data_dir = value;
    } else if (strcmp(flag->name, "json") == 0) {
        self->json = true;
    } else if (strcmp(flag->name, "quiet") == 0) {
        self->quiet = true;
    } else {
        self->help = true;
    }
}

/* Reads the flag at argv[*at] (without its dashes) and its value, moving *at past it. */
static enum err parse_flag(struct args *self, int argc, char *const *argv, int *at, struct fault *fault)
{
    str name, inline_value;
    bool has_inline = str_cut(str_from_c(argv[*at] + 2), '=', &name, &inline_value);
    const struct flag *global = flag_find(global_flags, name);
    const struct flag *flag = self->command ? flag_find(self->command->flags, name) : NULL;
    const struct setting *setting = self->command && self->command->takes_settings ? setting_find(name) : NULL;

    if (!global && !flag && !setting) {
        return flag_unknown(self, name, fault);
    }
    const struct flag *row = flag ? flag : global;
    bool is_switch = row && row->kind == FLAG_SWITCH;
    if (is_switch && has_inline) {
        return fault_setf(fault, ERR_USAGE, row->name, "takes_no_value", "--%s takes no value", row->name);
    }
    const char *value = is_switch ? "" : has_inline ? inline_value.ptr : *at + 1 < argc ? argv[++*at] : NULL;
    if (!value) {
        return fault_setf(fault, ERR_USAGE, "", "needs_value", "--%.64s needs a value", argv[*at] + 2);
    }
    if (self->flags_count == FLAGS_MAX || self->settings_count == FLAGS_MAX) {
        return fault_set(fault, ERR_USAGE, "", "too_many", "there are too many flags", NULL);
    }
    if (flag) {
        self->flags[self->flags_count++] = (struct given_flag){flag, value};
    } else if (global) {
        set_global(self, global, value);
    } else {
        self->settings[self->settings_count++] = (struct setting_flag){setting, value};
    }
    return OK;
}

static enum err parse_word(struct args *self, const struct command *table, const char *word, struct fault *fault)
{
    if (!self->noun) {
        self->noun = self->command = command_find(table, word, fault);
        return self->noun ? OK : ERR_USAGE;
    }
    if (self->command->verbs) {
        const struct command *verb = command_find(self->command->verbs, word, fault);
        self->command = verb ? verb : self->command;
        return verb ? OK : ERR_USAGE;
    }
    if (self->operands_count >= self->command->operands_max) {
        return fault_setf(fault, ERR_USAGE, "", "too_many", "\"%.64s\" is one word too many; see --help", word);
    }
    self->operands[self->operands_count++] = word;
    return OK;
}

enum err args_parse(const struct command *table, int argc, char *const *argv, struct args *out, struct fault *fault)
{
    bool words_only = false;

    *out = (struct args){0};
    for (int i = 1; i < argc; i++) {
        const char *word = argv[i];
        enum err err = OK;

        if (words_only || word[0] != '-' || word[1] == '\0') {
            err = parse_word(out, table, word, fault);
        } else if (strcmp(word, "--") == 0) {
            words_only = true;
        } else if (strcmp(word, "-h") == 0) {
            out->help = true;
        } else if (strcmp(word, "--version") == 0) {
            out->version = true;
        } else if (word[1] != '-') {
            err = fault_setf(fault, ERR_USAGE, "", "unknown", "unknown flag \"%.64s\"; flags are --name", word);
        } else {
            err = parse_flag(out, argc, argv, &i, fault);
        }
        if (err) {
            return err;
        }
    }
    if (out->help || !out->command) {
        return OK;
    }
    if (out->command->verbs) {
        return fault_setf(fault, ERR_USAGE, "", "incomplete", "say what to do; linkpond %s --help lists it",
                          out->command->name);
    }
    if (out->operands_count < out->command->operands_min) {
        return fault_setf(fault, ERR_USAGE, "", "incomplete", "%s is missing; see --help", out->command->operands);
    }
    return OK;
}

const char *args_flag(const struct args *self, const char *name)
{
    for (size_t i = self->flags_count; i-- > 0;) {
        if (strcmp(self->flags[i].flag->name, name) == 0) {
            return self->flags[i].value;
        }
    }
    return NULL;
}

bool args_has(const struct args *self, const char *name)
{
    return args_flag(self, name) != NULL;
}
