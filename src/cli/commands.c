/* SPDX-License-Identifier: MIT */
/* The table of commands. */
#include "linkpond/cli/command.h"

/* clang-format off */
const struct command commands_table[] = {
    { "settings", "", 0, 0, true, cmd_settings_flags, NULL, cmd_settings,
      "Show the settings in force, or a sample file", "显示当前设置或示例设置文件" },
    { "version", "", 0, 0, false, NULL, NULL, cmd_version, "Show the version", "显示版本" },
    { "help", "[COMMAND]", 0, 2, false, NULL, NULL, cmd_help, "Explain a command", "命令说明" },
    { NULL, NULL, 0, 0, false, NULL, NULL, NULL, NULL, NULL },
};
/* clang-format on */
