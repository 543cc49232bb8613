/* SPDX-License-Identifier: MIT */
/*
 * linkpond demo: a data folder with the past months of a company that does not exist, made by the way every link and
 * every click goes, and marked, so that nobody takes it for real and one command removes it.
 */
#include <unistd.h>

#include "demo_play.h"
#include "linkpond/base/clock.h"
#include "linkpond/base/crypt.h"
#include "linkpond/base/files.h"
#include "linkpond/base/log.h"
#include "linkpond/cli/boot.h"
#include "linkpond/cli/commands.h"
#include "linkpond/cli/folder.h"
#include "linkpond/store/keys.h"
#include "linkpond/store/users.h"

#define DAYS_MAX       730
#define CLICKS_MAX     1000000
#define DATABASE       "linkpond.db"
#define DEFAULT_DAYS   "90"
#define DEFAULT_CLICKS "60000"
#define DEFAULT_SEED   "1"

/* clang-format off */
const struct flag cmd_demo_flags[] = {
    { "days", FLAG_VALUE, "N", BODY_NONE, "how many days are told, 7 to 730; else " DEFAULT_DAYS, "演示的天数，7 至 730；默认 " DEFAULT_DAYS },
    { "clicks", FLAG_VALUE, "N", BODY_NONE, "how many visits, up to 1000000; else " DEFAULT_CLICKS, "访问数，最多 1000000；默认 " DEFAULT_CLICKS },
    { "seed", FLAG_VALUE, "N", BODY_NONE, "another number tells another story; else " DEFAULT_SEED, "随机种子，相同种子得到相同数据；默认 " DEFAULT_SEED },
    { "until", FLAG_VALUE, "TIME", BODY_NONE, "when the story ends, RFC 3339; else now", "演示数据的截止时间（RFC 3339）；默认现在" },
    { "domain", FLAG_VALUE, "HOST", BODY_NONE, "host of the short links, like init; else localhost:8080", "短链域名，同 init；默认 localhost:8080" },
    { "remove", FLAG_SWITCH, NULL, BODY_NONE, "remove the demo data; folders without the mark are refused", "删除演示数据；未标记的目录不会被删除" },
    { NULL, FLAG_SWITCH, NULL, BODY_NONE, NULL, NULL },
};
/* clang-format on */

struct demo {
    struct cli *cli;
    struct settings settings;
    struct story story;
    struct plan_opts opts;
    struct plan plan;
    struct deals_plan deals;
    struct engine *engine;
    char secret[KEY_SECRET_MAX];
    struct play_result result;
};

/* ---- what is asked for ---- */

static enum err read_count(const struct cli *cli, const char *name, const char *fallback, int64_t min, int64_t max,
                           int64_t *out, struct fault *fault)
{
    const char *text = args_flag(&cli->args, name);

    if (!str_to_i64(str_from_c(text ? text : fallback), out) || *out < min || *out > max) {
        return fault_setf(fault, ERR_USAGE, name, "out_of_range", "--%s is a number from %lld to %lld", name,
                          (long long)min, (long long)max);
    }
    return OK;
}

static enum err read_flags(struct demo *self, struct fault *fault)
{
    const struct cli *cli = self->cli;
    const char *until = args_flag(&cli->args, "until");
    int64_t clicks = 0, seed = 0;
    enum err err = read_count(cli, "days", DEFAULT_DAYS, 7, DAYS_MAX, &self->opts.days, fault);

    err = err ? err : read_count(cli, "clicks", DEFAULT_CLICKS, 1, CLICKS_MAX, &clicks, fault);
    err = err ? err : read_count(cli, "seed", DEFAULT_SEED, 0, INT64_MAX, &seed, fault);
    self->opts.clicks = (uint32_t)clicks;
    self->opts.seed = (uint64_t)seed;
    self->opts.until_ms = clock_now_ms();
    if (!err && until &&
        (!timestamp_parse(str_from_c(until), &self->opts.until_ms) || self->opts.until_ms > clock_now_ms() ||
         self->opts.until_ms < 2 * DAYS_MAX * MS_PER_DAY)) {
        return fault_set(fault, ERR_USAGE, "until", "bad_time", "--until is a past time like 2026-11-22T10:00:00+08:00",
                         NULL);
    }
    return err;
}

/* ---- the folder ---- */

static enum err open_folder(struct demo *self, struct fault *fault)
{
    struct cli *cli = self->cli;

    return boot_engine(cli->arena, &self->settings, cli->data_dir, 1, &self->engine, fault);
}

/* The whole life of a new folder is the story's: its first day comes before its first link. */
static enum err make_folder(struct demo *self, struct fault *fault)
{
    const struct cli *cli = self->cli;

    clock_set_ms(self->plan.start_ms - MS_PER_DAY);
    enum err err = engine_init(
        &(struct engine_init_opts){.data_dir = cli->data_dir, .domain = args_flag(&cli->args, "domain"), .demo = true},
        self->secret, fault);
    return err ? err : open_folder(self, fault);
}

/* One that is there is used when nobody has used it yet; else real figures and made-up ones would lie in one heap. */
static enum err take_folder(struct demo *self, struct fault *fault)
{
    static const struct actor admin = {.user_id = USER_ADMIN, .name = STR_INIT("admin"), .scopes = SCOPE_ALL};
    const char *dir = self->cli->data_dir;
    struct api_key key = {.name = STR("demo"), .scopes = SCOPE_ALL};
    struct cache_stats cache;
    enum err err = open_folder(self, fault);

    if (err) {
        return err;
    }
    cache_stats(self->engine->cache, &cache);
    if (cache.links > 0 && self->engine->demo) {
        return fault_setf(fault, ERR_CONFLICT, "data", "exists",
                          "%.200s holds demo data already; linkpond demo --remove removes it", dir);
    }
    if (cache.links > 0) {
        return fault_setf(fault, ERR_CONFLICT, "data", "not_empty",
                          "%.200s has links of its own; demo data goes into a folder of its own: --data DIR", dir);
    }
    err = engine_mark_demo(self->engine, fault);
    return err ? err : editor_key_create(self->engine->editor, &admin, &key, self->secret, fault);
}

static enum err fill_folder(struct demo *self, struct fault *fault)
{
    struct cli *cli = self->cli;
    const char *database = files_join(cli->arena, cli->data_dir, DATABASE);
    enum err err = database ? folder_check_owner(cli->data_dir, fault) : ERR_NOMEM;

    if (!err) {
        err = files_exists(database) ? take_folder(self, fault) : make_folder(self, fault);
    }
    if (!err) {
        err = play(&(struct play_opts){.cli = cli,
                                       .settings = &self->settings,
                                       .story = &self->story,
                                       .plan_opts = &self->opts,
                                       .plan = &self->plan,
                                       .deals = &self->deals,
                                       .engine = &self->engine,
                                       .progress = !cli->args.quiet && isatty(STDERR_FILENO)},
                   &self->result, fault);
    }
    clock_set_ms(0);
    engine_close(self->engine);
    return err;
}

/* ---- what is told ---- */

static void print_result(const struct demo *self)
{
    const struct cli *cli = self->cli;
    unsigned long long visits = self->result.stored, people = self->result.by_class[CLASS_HUMAN];
    unsigned long long leads = self->result.leads, deals = self->result.sales;

    if (cli->args.json) {
        printf("{\"key\": \"%s\", \"links\": %zu, \"clicks\": %llu, \"human\": %llu, \"days\": %lld, "
               "\"events\": %llu, \"leads\": %llu, \"deals\": %llu}\n",
               self->secret, self->result.links, visits, people, (long long)self->opts.days,
               (unsigned long long)self->result.events, leads, deals);
        return;
    }
    if (!cli->args.quiet && cli->chinese) {
        printf("演示数据已写入 %s：%lld 天，%zu 条短链，%llu 次访问，其中 %llu 次真实访问，带来 %llu 条线索、%llu "
               "笔成交。\n"
               "启动：linkpond --data %s serve    删除：linkpond --data %s demo --remove\n管理密钥，只显示这一次：\n",
               cli->data_dir, (long long)self->opts.days, self->result.links, visits, people, leads, deals,
               cli->data_dir, cli->data_dir);
    } else if (!cli->args.quiet) {
        printf(
            "Demo data is in %s: %lld days, %zu links, %llu visits, %llu of them by people, %llu leads, %llu deals.\n"
            "Serve it: linkpond --data %s serve    Remove it: linkpond --data %s demo --remove\n"
            "Your admin key, shown this once:\n",
            cli->data_dir, (long long)self->opts.days, self->result.links, visits, people, leads, deals, cli->data_dir,
            cli->data_dir);
    }
    printf("%s\n", self->secret);
}

static enum err demo_remove(struct cli *cli, struct fault *fault)
{
    enum err err = folder_check_owner(cli->data_dir, fault);

    err = err ? err : engine_remove_demo(cli->data_dir, fault);
    if (!err && cli->args.json) {
        printf("{\"removed\": true}\n");
    } else if (!err) {
        cli_note(cli, "%s: %s", cli->data_dir, cli_text(cli, "the demo data is removed", "演示数据已删除"));
    }
    return err;
}

enum err cmd_demo(struct cli *cli, struct fault *fault)
{
    struct demo demo = {.cli = cli};

    if (args_has(&cli->args, "remove")) {
        return demo_remove(cli, fault);
    }
    log_set_level(LOG_WARN);
    enum err err = read_flags(&demo, fault);
    err = err ? err : cli_settings(cli, &demo.settings, fault);
    err = err ? err : story_read(cli->arena, embedded_find(demo_files, "demo.tsv"), &demo.story, fault);
    err = err ? err : plan_draw(&demo.story, &demo.opts, &demo.plan, fault);
    err = err ? err : deals_draw(&demo.story, &demo.opts, &demo.plan, &demo.deals);
    err = err ? err : fill_folder(&demo, fault);
    if (!err) {
        print_result(&demo);
    }
    deals_done(&demo.deals);
    plan_done(&demo.plan);
    crypt_cleanse(demo.secret, sizeof demo.secret);
    return err;
}
