/* SPDX-License-Identifier: MIT */
/* linkpond init: a data folder and its first key. */
#include "linkpond/base/crypt.h"
#include "linkpond/cli/commands.h"
#include "linkpond/cli/folder.h"
#include "linkpond/engine/engine.h"

const struct flag cmd_init_flags[] = {
    {"domain", FLAG_VALUE, "HOST", BODY_NONE, "host of your short links, like go.example.com; else localhost:8080",
     "短链域名，如 go.example.com；默认 localhost:8080"},
    {"scheme", FLAG_VALUE, "https", BODY_NONE, "http or https; else https, but http for this computer's own names",
     "http 或 https；默认 https，本机名则为 http"},
    {"fold-case", FLAG_SWITCH, NULL, BODY_NONE, "aliases in any case mean the same link; cannot be changed later",
     "自定义后缀不分大小写；以后不能更改"},
    {NULL, FLAG_SWITCH, NULL, BODY_NONE, NULL, NULL},
};

enum err cmd_init(struct cli *cli, struct fault *fault)
{
    char secret[KEY_SECRET_MAX] = "";
    struct engine_init_opts opts = {.data_dir = cli->data_dir,
                                    .domain = args_flag(&cli->args, "domain"),
                                    .scheme = args_flag(&cli->args, "scheme"),
                                    .fold_case = args_has(&cli->args, "fold-case")};
    enum err err = folder_check_owner(cli->data_dir, fault);

    err = err ? err : engine_init(&opts, secret, fault);
    if (err) {
        return err;
    }
    if (cli->args.json) {
        printf("{\"key\": \"%s\"}\n", secret);
    } else {
        if (!cli->args.quiet && cli->chinese) {
            printf("数据目录 %s 已建好。\n管理密钥，只显示这一次：\n", cli->data_dir);
        } else if (!cli->args.quiet) {
            printf("Made the data folder %s.\nYour admin key, shown this once:\n", cli->data_dir);
        }
        printf("%s\n", secret);
        cli_note(cli, "%s",
                 cli_text(cli, "The first start prints a link to sign in with a browser.",
                          "首次启动时会显示浏览器登录链接。"));
    }
    crypt_cleanse(secret, sizeof secret);
    return OK;
}
