/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_CLI_COMMANDS_H
#define LINKPOND_CLI_COMMANDS_H

#include "linkpond/cli/command.h"

/* What the table of commands is made of: src/cli/cmd_<noun>.c each. */
enum err cmd_version(struct cli *cli, struct fault *fault);
enum err cmd_help(struct cli *cli, struct fault *fault);
enum err cmd_settings(struct cli *cli, struct fault *fault);
enum err cmd_init(struct cli *cli, struct fault *fault);
enum err cmd_serve(struct cli *cli, struct fault *fault);
enum err cmd_stats(struct cli *cli, struct fault *fault);
enum err cmd_import(struct cli *cli, struct fault *fault);
enum err cmd_export(struct cli *cli, struct fault *fault);
enum err cmd_try(struct cli *cli, struct fault *fault);
enum err cmd_backup(struct cli *cli, struct fault *fault);
enum err cmd_check(struct cli *cli, struct fault *fault);
enum err cmd_reclassify(struct cli *cli, struct fault *fault);
enum err cmd_doctor(struct cli *cli, struct fault *fault);
enum err cmd_demo(struct cli *cli, struct fault *fault);

extern const struct flag cmd_settings_flags[];
extern const struct flag cmd_init_flags[];
extern const struct flag cmd_stats_flags[];
extern const struct flag cmd_import_flags[];
extern const struct flag cmd_export_flags[];
extern const struct flag cmd_try_flags[];
extern const struct flag cmd_check_flags[];
extern const struct flag cmd_reclassify_flags[];
extern const struct flag cmd_doctor_flags[];
extern const struct flag cmd_demo_flags[];

extern const struct command cmd_link_verbs[];
extern const struct command cmd_key_verbs[];
extern const struct command cmd_click_key_verbs[];
extern const struct command cmd_user_verbs[];
extern const struct command cmd_domain_verbs[];
extern const struct command cmd_destination_verbs[];
extern const struct command cmd_repoint_verbs[];
extern const struct command cmd_event_verbs[];

#endif
