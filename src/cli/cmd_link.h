/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_SRC_CLI_CMD_LINK_H
#define LINKPOND_SRC_CLI_CMD_LINK_H

#include "linkpond/cli/command.h"

/* linkpond link: what its two files share. */
#define LINK_WHICH_DOMAIN                                                                                              \
    {                                                                                                                  \
        "domain", FLAG_VALUE, "HOST", BODY_NONE, "where an alias is ambiguous", "后缀重名时指定域名"          \
    }
/* "/api/v1/links/REF<tail>?domain=…" with the flags named; NULL: too long. */
const char *link_ref_path(struct cli *cli, const char *tail, const char *const *params);

extern const struct flag link_targets_flags[], link_rules_flags[];
enum err link_targets(struct cli *cli, struct fault *fault);
enum err link_rules(struct cli *cli, struct fault *fault);

#endif
