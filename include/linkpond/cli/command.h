/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_CLI_COMMAND_H
#define LINKPOND_CLI_COMMAND_H

#include "linkpond/cli/settings.h"

/*
 * Commands are rows of a table; a noun such as `link` has verbs, which are rows of a table of its own. A row says what
 * may follow it, so that parsing, --help and completion of mistyped names need no code per command.
 */
struct cli;

enum flag_kind {
    FLAG_SWITCH, /* --name */
    FLAG_VALUE,  /* --name VALUE or --name=VALUE; the last one counts */
    FLAG_LIST,   /* may be given several times */
};
/* How a flag becomes a member of a JSON body (the name with underscores). */
enum flag_body { BODY_NONE, BODY_TEXT, BODY_INT, BODY_BOOL, BODY_LIST };
struct flag {
    const char *name;
    enum flag_kind kind;
    const char *value; /* what help calls it: FILE, N; NULL for a switch */
    enum flag_body body;
    const char *help, *help_zh;
};
struct command {
    const char *name;
    const char *operands; /* "REF", "[FILE]"; "" = none */
    unsigned operands_min, operands_max;
    bool takes_settings; /* every setting is a flag of it too */
    const struct flag *flags;
    const struct command *verbs; /* then run is NULL */
    enum err (*run)(struct cli *cli, struct fault *fault);
    const char *summary, *summary_zh;
};
/* Both kinds of table end with a row whose name is NULL. */
extern const struct command commands_table[];
/* --config, --data, --json, --quiet, --help: may stand anywhere. */
extern const struct flag global_flags[];

#define OPERANDS_MAX 16
#define FLAGS_MAX    128
struct given_flag {
    const struct flag *flag;
    const char *value;
};
/* A command line taken apart. All texts are lent from argv. */
struct args {
    const struct command *noun, *command; /* command is the verb, or the noun itself; NULL when none was given */
    const char *operands[OPERANDS_MAX];
    size_t operands_count;
    struct given_flag flags[FLAGS_MAX];
    size_t flags_count;
    struct setting_flag settings[FLAGS_MAX];
    size_t settings_count;
    const char *config, *data_dir;
    bool json, quiet, help, version;
};
/* ERR_USAGE with the name nearest to what was mistyped in the fault. Too few operands are no fault when help is asked
 * for. On an error *out holds what was read until then. */
enum err args_parse(const struct command *table, int argc, char *const *argv, struct args *out, struct fault *fault);
/* The last value of a flag; NULL when it was not given. A switch gives "". */
const char *args_flag(const struct args *self, const char *name);
bool args_has(const struct args *self, const char *name);

/* The name of at most `count` that a person most likely meant by `word`; NULL when none is near. */
const char *suggest_name(str word, const char *const *names, size_t count);

/* Help of a command (NULL = of the program) as text. */
void help_write(const struct command *noun, const struct command *command, bool chinese, struct buf *out);

/* ---- what a command has at hand --------------------------------------------------------------------------------- */
struct cli {
    struct args args;
    struct arena *arena; /* lives as long as the command */
    const char *data_dir;
    bool chinese;
    bool reported; /* the failure has been told already */
};
/* main(): parses, runs, tells failures on stderr. Returns the exit code. */
int cli_main(int argc, char **argv);
/* The text in the person's language. */
const char *cli_text(const struct cli *self, const char *en, const char *zh);
/* A line on stderr for people, left out with --quiet. */
void cli_note(const struct cli *self, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Settings of all layers for this command line. */
enum err cli_settings(const struct cli *self, struct settings *out, struct fault *fault);
/* Text as people may see it: control characters, which a terminal would obey, become U+FFFD. Tabs and line
 * ends stay. */
void cli_write(FILE *file, str text);
void cli_print(str text); /* on stdout */
/* The folder meant when neither --data nor LINKPOND_DATA says: ./linkpond-data when it exists, else
 * /var/lib/linkpond when that is a data folder, else ./linkpond-data. */
const char *cli_default_data_dir(void);

#endif
