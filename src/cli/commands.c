/* SPDX-License-Identifier: MIT */
/* The table of commands. */
#include "linkpond/cli/commands.h"

/* clang-format off */
const struct command commands_table[] = {
    { "init", "", 0, 0, false, cmd_init_flags, NULL, cmd_init, "Make a data folder and its first key", "新建数据目录和第一个密钥" },
    { "serve", "", 0, 0, true, NULL, NULL, cmd_serve, "Run the server", "运行服务" },
    { "link", "", 0, 0, false, NULL, cmd_link_verbs, NULL, "Make, find and change links", "管理短链" },
    { "key", "", 0, 0, false, NULL, cmd_key_verbs, NULL, "Make, list and revoke API keys", "管理 API 密钥" },
    { "click-key", "", 0, 0, false, NULL, cmd_click_key_verbs, NULL, "Turn the key that click ids are made by", "轮换点击 ID 的密钥" },
    { "user", "", 0, 0, false, NULL, cmd_user_verbs, NULL, "Add, list, let out people; reset their passwords", "管理用户" },
    { "domain", "", 0, 0, false, NULL, cmd_domain_verbs, NULL, "Add, close, judge and report on short domains", "管理短链域名" },
    { "destination", "", 0, 0, false, NULL, cmd_destination_verbs, NULL, "Say where links may not, or may alone, lead", "管理跳转目标名单" },
    { "event", "", 0, 0, false, NULL, cmd_event_verbs, NULL, "Tell of what happened after clicks, one by one or from a file, and list it", "上报、导入和查看事件" },
    { "repoint", "", 0, 0, false, NULL, cmd_repoint_verbs, NULL, "Lead many links elsewhere, and back", "批量修改短链去向，可撤销" },
    { "stats", "[REF]", 0, 1, false, cmd_stats_flags, NULL, cmd_stats, "Show clicks and visitors", "查看统计" },
    { "import", "FILE", 1, 1, false, cmd_import_flags, NULL, cmd_import, "Bring links in from a CSV file (- = stdin)", "从 CSV 文件导入短链（- 即 stdin）" },
    { "export", "[FILE]", 0, 1, false, cmd_export_flags, NULL, cmd_export, "Write all links to a file or stdout", "导出全部短链" },
    { "try", "REF", 1, 1, false, cmd_try_flags, NULL, cmd_try, "Open a link as somebody else would, and say what was recorded", "模拟他人打开短链，并显示记录" },
    { "backup", "[FILE]", 0, 1, false, NULL, NULL, cmd_backup, "Copy the database, checked, into the backup folder or FILE", "备份数据库到备份目录或文件" },
    { "check", "", 0, 0, false, cmd_check_flags, NULL, cmd_check, "Check that what is stored agrees with itself", "检查数据是否一致" },
    { "reclassify", "", 0, 0, false, cmd_reclassify_flags, NULL, cmd_reclassify, "Recognise stored clicks by the rules of now", "按当前识别规则重新识别已存访问" },
    { "doctor", "", 0, 0, false, cmd_doctor_flags, NULL, cmd_doctor, "Look for what is wrong with the installation", "检查安装和运行情况" },
    { "demo", "", 0, 0, false, cmd_demo_flags, NULL, cmd_demo, "Fill a data folder with a company's made-up links and visits", "用虚构公司的短链和访问填充数据目录" },
    { "settings", "", 0, 0, true, cmd_settings_flags, NULL, cmd_settings,
      "Show the settings in force, or a sample file", "显示当前设置或示例设置文件" },
    { "version", "", 0, 0, false, NULL, NULL, cmd_version, "Show the version", "显示版本" },
    { "help", "[COMMAND]", 0, 2, false, NULL, NULL, cmd_help, "Explain a command", "命令说明" },
    { NULL, NULL, 0, 0, false, NULL, NULL, NULL, NULL, NULL },
};
/* clang-format on */
