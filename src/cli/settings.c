/* SPDX-License-Identifier: MIT */
/*
 * The table of settings and its layers. Files are read by inih, fed line by line from memory, because its own reader
 * neither tells line numbers to the handler nor says when it has cut a long line.
 */
#include "linkpond/cli/settings.h"

#include <ini.h>

#include "linkpond/base/clock.h"
#include "linkpond/base/files.h"
#include "linkpond/base/limits.h"
#include "linkpond/base/utf8.h"
#include "linkpond/model/chunk.h"

#define KIB            INT64_C(1024)
#define MIB            (1024 * KIB)
#define GIB            (1024 * MIB)
#define FILE_BYTES_MAX (256 * 1024)
#define SYSTEM_FILE    "/etc/linkpond.conf"

#define AT(field) offsetof(struct settings, field)

/* clang-format off */
const struct setting settings_table[] = {
    { "listen", SETTING_LISTEN, 0, 0, NULL, "127.0.0.1:8080", AT(listen), false,
      "Where visitors' redirects are answered; nginx stands in front.", "访客跳转的监听地址，前面放 nginx。" },
    { "admin_listen", SETTING_LISTEN, 0, 0, NULL, "127.0.0.1:8081", AT(admin_listen), false,
      "Where the desk and the API are answered.", "管理页和 API 的监听地址。" },
    { "public_listen", SETTING_LISTEN, 0, 0, NULL, "127.0.0.1:8082", AT(public_listen), false,
      "Where visitors' slower pages (paths under /-/) are answered.", "访客的其他页面（/-/ 下的路径）的监听地址。" },
    { "public_url", SETTING_URL, 0, 0, NULL, "", AT(public_url), false,
      "The address visitors reach public_listen by; empty = the listener's own.", "访客访问 public_listen 的网址；留空即监听地址。" },
    { "admin_url", SETTING_URL, 0, 0, NULL, "", AT(admin_url), false,
      "The address people reach admin_listen by; empty = the listener's own.", "打开管理页的网址；留空即监听地址。" },
    { "abuse_email", SETTING_TEXT, 0, 0, NULL, "", AT(abuse_email), false,
      "Where visitors may report a bad link; shown when they ask what is behind a code (CODE+).", "接收不良链接举报的邮箱；访客查看短链去向（短码后加 +）时显示。" },
    { "public_create", SETTING_BOOL, 0, 0, NULL, "false", AT(public_create), false,
      "Let anybody make short links at /-/new of the short domain, without signing in; they carry the tag public-page.", "允许任何人不登录就在短链域名的 /-/new 页面生成短链，这些短链带有标签 public-page。" },
    { "public_create_days", SETTING_INT, 1, 3650, NULL, "30", AT(public_create_days), false,
      "How many days links made there work.", "在该页面生成的短链有效多少天。" },
    { "public_create_keep_days", SETTING_INT, 0, 3650, NULL, "30", AT(public_create_keep_days), false,
      "How many days after its end such a link goes to the bin by itself; 0 = never.", "这些短链到期多少天后自动移入回收站；0 表示不移。" },
    { "public_create_per_hour", SETTING_INT, 1, 100000, NULL, "60", AT(public_create_per_hour), false,
      "How many links all visitors together may make there in an hour; one address may make 30.", "所有访客每小时合计最多生成多少条；单个地址每小时最多 30 条。" },
    { "public_create_owner", SETTING_TEXT, 0, 0, NULL, "", AT(public_create_owner), false,
      "Login name of the user whose these links are; empty = nobody's.", "这些短链归哪个用户（填登录名）；留空即没有负责人。" },
    { "trusted_proxies", SETTING_NETS, 0, 0, NULL, "127.0.0.1, ::1", AT(trusted_proxies), false,
      "Whose X-Forwarded-For, X-Forwarded-Proto and X-Request-ID are believed.", "信任哪些代理发来的 X-Forwarded-For、X-Forwarded-Proto 和 X-Request-ID。" },
    { "cors_origins", SETTING_ORIGINS, 0, 0, NULL, "", AT(cors_origins), false,
      "Web pages that may call the API from a browser, like https://app.example.com.", "允许在浏览器中调用 API 的网页来源，如 https://app.example.com。" },
    { "timezone", SETTING_ZONE, 0, 0, NULL, "", AT(timezone), false,
      "Whose days reports count in, like Asia/Shanghai; empty = the system's.", "统计按哪个时区的日期计算，如 Asia/Shanghai；留空即系统时区。" },
    { "currency", SETTING_CURRENCY, 0, 0, NULL, "CNY", AT(currency), false,
      "Of amounts that name none, of events and of costs; what is stored keeps its own.", "未写明币种的事件金额与费用按此币种；已入库的不变。" },
    { "code_length", SETTING_INT, LIMIT_CODE_MIN, LIMIT_CODE_MAX, NULL, "7", AT(code_length), false,
      "Characters of new codes; codes that exist keep theirs.", "新短码的长度；已有短码不变。" },
    { "code_style", SETTING_CHOICE, 0, 0, "random|sequential", "random", AT(code_style), false,
      "New codes look random, or count up (and can then be walked by anyone).", "新短码看似随机，或按顺序递增（任何人都能遍历）。" },
    { "extra_schemes", SETTING_LIST, 0, 0, NULL, "", AT(extra_schemes), false,
      "Target schemes besides http and https, like weixin.", "除 http、https 外允许的目标协议，如 weixin。" },
    { "strict_dictionary", SETTING_BOOL, 0, 0, NULL, "false", AT(strict_dictionary), false,
      "Refuse campaigns, channels, tags and UTM values that were not made beforehand.", "拒绝未事先建立的活动、渠道、标签和 UTM 值。" },
    { "editors_see", SETTING_CHOICE, 0, 0, "all|own", "all", AT(editors_see), false,
      "Whose links editors see and change: everybody's, or only those they own; then their reports are of these too.", "编辑者可见可改的短链：全部，或仅自己负责的（统计也仅限这些）。" },
    { "utm_normalise", SETTING_BOOL, 0, 0, NULL, "true", AT(utm_normalise), false,
      "Write UTM values of links as the dictionary has them.", "按词典统一短链的 UTM 写法。" },
    { "allow_private_targets", SETTING_BOOL, 0, 0, NULL, "false", AT(allow_private_targets), false,
      "Allow targets on private addresses, such as an intranet's.", "允许跳转到内网地址。" },
    { "notify_allow_private", SETTING_BOOL, 0, 0, NULL, "false", AT(notify_allow_private), false,
      "Allow notification robots on private addresses, such as an intranet's.", "允许通知机器人位于内网地址。" },
    { "click_policy", SETTING_CHOICE, 0, 0, "serve|strict", "serve", AT(click_policy), false,
      "When a click cannot be recorded: redirect and count the loss, or answer 503.", "访问无法记录时：照常跳转并计数，或返回 503。" },
    { "fsync", SETTING_CHOICE, 0, 0, "interval|always|os", "interval", AT(fsync), false,
      "Clicks reach the disk every second, before each answer, or when the system likes; only a power cut can tell.", "访问记录落盘：每秒一次、每次应答前，或由系统决定；仅断电时有区别。" },
    { "journal_segment_bytes", SETTING_BYTES, 64 * KIB, 8 * MIB, NULL, "8MiB", AT(journal_segment_bytes), false,
      "Size of one journal file; a multiple of 4KiB.", "单个流水文件的大小；须为 4KiB 的倍数。" },
    { "journal_keep_bytes", SETTING_BYTES, 0, 1024 * GIB, NULL, "256MiB", AT(journal_keep_bytes), false,
      "Journal files kept after their clicks are in the database.", "访问入库后仍保留的流水文件总量。" },
    { "visitor_cookie", SETTING_CHOICE, 0, 0, "off|conversion|all", "conversion", AT(visitor_cookie), false,
      "Whose visitors keep a number in a cookie: nobody's, those of links that carry a click id, or all links'.", "哪些短链用 Cookie 识别访客：不使用、仅携带点击 ID 的短链，或全部短链。" },
    { "repeat_window", SETTING_DURATION, 0, MS_PER_DAY, NULL, "30m", AT(repeat_window_ms), false,
      "A visitor's next click on the same link within this time is marked a repeat.", "同一访客在此时间内再次打开同一短链，记为重复访问。" },
    { "fold_rows", SETTING_INT, 1, 1000000, NULL, "65536", AT(fold_rows), false,
      "Clicks gathered before they are added to the stored sums.", "积累多少条访问后并入汇总。" },
    { "chunk_rows", SETTING_INT, 16, CHUNK_ROWS_MAX, NULL, "32768", AT(chunk_rows), false,
      "Clicks sealed together once they are in the sums; more make reports faster and edits wait longer.", "已并入汇总的访问每多少条压缩存为一块；越大统计越快，修改时可能等待越久。" },
    { "click_retention", SETTING_DURATION, 0, 36500 * MS_PER_DAY, NULL, "0", AT(click_retention_ms), false,
      "Clicks older than this are removed, sums stay; 0 = kept for ever.", "超过此时间的访问明细被删除，汇总保留；0 即永久保留。" },
    { "audit_retention", SETTING_DURATION, 0, 36500 * MS_PER_DAY, NULL, "730d", AT(audit_retention_ms), false,
      "Lines of the audit log (who changed what) older than this are removed; 0 = kept for ever.", "超过此时间的操作日志被删除；0 即永久保留。" },
    { "radar_retention", SETTING_DURATION, 0, 36500 * MS_PER_DAY, NULL, "90d", AT(radar_retention_ms), false,
      "What sales were told of customers is listed for so long; 0 = for ever.", "雷达动态的保留时间，到期删除；0 即永久保留。" },
    { "bin_keep", SETTING_DURATION, 0, 3650 * MS_PER_DAY, NULL, "30d", AT(bin_keep_ms), false,
      "How long a deleted link can be restored.", "删除的短链可恢复的时间。" },
    { "recognition_dir", SETTING_TEXT, 0, 0, NULL, "", AT(recognition_dir), false,
      "Folder with rows of your own (apps.own.tsv, bots.own.tsv …) or whole tables (apps.tsv …); SIGHUP reads them again.", "自定义识别规则的目录：apps.own.tsv 等为增补，apps.tsv 等为整表替换；SIGHUP 后重新读取。" },
    { "geo_file", SETTING_PATHS, 0, 0, NULL, "", AT(geo_file), false,
      "Files that tell where an address is: MaxMind mmdb or ip2region xdb, up to 4; read again when one changes.", "IP 归属地数据文件：MaxMind mmdb 或 ip2region xdb，最多 4 个；文件更新后自动重新读取。" },
    { "geo_language", SETTING_CHOICE, 0, 0, "zh-CN|en", "zh-CN", AT(geo_language), false,
      "Language of regions and cities from mmdb files.", "mmdb 文件中省份、城市名称的语言。" },
    { "backup_dir", SETTING_TEXT, 0, 0, NULL, "", AT(backup_dir), false,
      "Where backups go; empty = backups/ in the data folder.", "备份目录；留空即数据目录下的 backups/。" },
    { "backup_every", SETTING_DURATION, 0, 366 * MS_PER_DAY, NULL, "24h", AT(backup_every_ms), false,
      "How often a backup is made; 0 = only by `linkpond backup`.", "自动备份的间隔；0 即只在运行 `linkpond backup` 时备份。" },
    { "cache_bytes", SETTING_BYTES, 16 * MIB, 1024 * GIB, NULL, "256MiB", AT(cache_bytes), false,
      "Memory for links; a million plain ones take about 160MiB.", "短链缓存的内存；一百万条普通短链约占 160MiB。" },
    { "redirect_threads", SETTING_INT, 0, LIMIT_REDIRECT_THREADS, NULL, "0", AT(redirect_threads), false,
      "Threads that answer redirects; 0 = one per core.", "处理跳转的线程数；0 即每核一个。" },
    { "idle_timeout", SETTING_DURATION, MS_PER_SECOND, MS_PER_HOUR, NULL, "75s", AT(idle_timeout_ms), false,
      "Idle connections are closed after this; longer than nginx's keepalive_timeout.", "空闲连接的关闭时间；应长于 nginx 的 keepalive_timeout。" },
    { "request_deadline", SETTING_DURATION, MS_PER_SECOND, MS_PER_HOUR, NULL, "60s", AT(request_deadline_ms), false,
      "A request must have arrived whole within this.", "一个请求须在此时间内完整到达。" },
    { "log_level", SETTING_CHOICE, 0, 0, "debug|info|warn|error", "info", AT(log_level), true,
      "The least important lines that are logged.", "日志的最低级别。" },
    { NULL, SETTING_TEXT, 0, 0, NULL, NULL, 0, false, NULL, NULL },
};
/* clang-format on */

const struct setting *setting_find(str name)
{
    for (const struct setting *row = settings_table; row->name; row++) {
        str known = str_from_c(row->name);
        size_t i = 0;

        while (known.len == name.len && i < known.len &&
               (known.ptr[i] == name.ptr[i] || (known.ptr[i] == '_' && name.ptr[i] == '-'))) {
            i++;
        }
        if (known.len == name.len && i == known.len) {
            return row;
        }
    }
    return NULL;
}

static enum err settings_set(struct arena *arena, struct settings *settings, const struct setting *row, str value,
                             const char *place, struct fault *fault)
{
    enum err err = setting_parse(arena, row, value, (char *)settings + row->offset);

    if (!err) {
        const char *where = arena_f(arena, "%s", place).ptr;
        settings->where[row - settings_table] = where;
        return where ? OK : ERR_NOMEM;
    }
    if (err == ERR_NOMEM) {
        return err;
    }
    char memory[160];
    struct buf allowed;
    buf_init_fixed(&allowed, memory, sizeof memory);
    setting_allowed(row, false, &allowed);
    str shown = utf8_cut(value, 64);
    return fault_setf(fault, ERR_USAGE, row->name, "bad_value", "%s: %s = %.*s: %s", place, row->name, STR_ARG(shown),
                      buf_c(&allowed));
}

/* ---- the file --------------------------------------------------------------------------------------------------- */

struct ini_file {
    struct arena *arena;
    struct settings *settings;
    const char *path;
    str rest; /* unread */
    int line;
    bool starts_blank; /* the line at hand is indented */
    uint64_t seen;     /* bit per row of the table */
    enum err err;      /* the first that was found */
    struct fault *fault;
};

static int ini_refuse(struct ini_file *self, const char *name, const char *code, const char *why)
{
    if (!self->err) {
        self->err = fault_setf(self->fault, ERR_USAGE, name, code, "%s:%d: %s", self->path, self->line, why);
    }
    return 0;
}

/* An ini_reader: like fgets, over the bytes in memory. */
static char *ini_line(char *out, int cap, void *stream)
{
    struct ini_file *self = stream;

    if (self->err || self->rest.len == 0) {
        return NULL;
    }
    self->line++;
    ssize_t end = str_find_char(self->rest, '\n', 0);
    size_t len = end < 0 ? self->rest.len : (size_t)end + 1;
    if (len + (end < 0) >= (size_t)cap) { /* no more where the last line has no end than elsewhere */
        ini_refuse(self, "", "too_long", "the line is too long; go on with a list on the next line, indented");
        return NULL;
    }
    memcpy(out, self->rest.ptr, len);
    out[len] = '\0';
    self->starts_blank = out[0] == ' ' || out[0] == '\t';
    self->rest = str_from(self->rest, len);
    return out;
}

/* More items for a list, from an indented line. */
static void ini_append(struct ini_file *self, const struct setting *row, str more)
{
    bool is_list = row->type == SETTING_LIST || row->type == SETTING_PATHS || row->type == SETTING_NETS ||
                   row->type == SETTING_ORIGINS;
    char place[512];
    char memory[8192];
    struct buf joined;

    if (!is_list) {
        ini_refuse(self, row->name, "indented", "an indented line goes on with a list, and this is none");
        return;
    }
    buf_init_fixed(&joined, memory, sizeof memory);
    setting_write(row, self->settings, &joined);
    buf_add(&joined, STR(","));
    buf_add(&joined, more);
    snprintf(place, sizeof place, "%s:%d", self->path, self->line);
    self->err = joined.overflow
                    ? fault_setf(self->fault, ERR_USAGE, row->name, "too_long", "%s: the list is too long", place)
                    : settings_set(self->arena, self->settings, row, buf_str(&joined), place, self->fault);
}

/* An ini_handler. */
static int ini_pair(void *user, const char *section, const char *name, const char *value)
{
    struct ini_file *self = user;
    char text[512];

    if (self->err) {
        return 0;
    }
    if (*section) {
        return ini_refuse(self, "", "section", "there are no [sections] here");
    }
    const struct setting *row = setting_find(str_from_c(name));
    if (!row || strchr(name, '-')) {
        snprintf(text, sizeof text, "there is no setting \"%.64s\"; linkpond settings lists them", name);
        return ini_refuse(self, name, "unknown", text);
    }
    uint64_t bit = UINT64_C(1) << (row - settings_table);
    if (self->seen & bit) {
        if (!self->starts_blank) {
            return ini_refuse(self, name, "duplicate", "this setting was given further up already");
        }
        ini_append(self, row, str_from_c(value));
        return !self->err;
    }
    self->seen |= bit;
    snprintf(text, sizeof text, "%s:%d", self->path, self->line);
    self->err = settings_set(self->arena, self->settings, row, str_from_c(value), text, self->fault);
    return !self->err;
}

static enum err settings_read(struct arena *arena, const char *path, struct settings *settings, struct fault *fault)
{
    struct ini_file file = {.arena = arena, .settings = settings, .path = path, .fault = fault};
    enum err err = files_read(arena, path, FILE_BYTES_MAX, &file.rest);

    if (err) {
        return fault_setf(fault, err, "config", "unreadable", "%s cannot be read: %s", path, err_text(err, false));
    }
    if (str_find_char(file.rest, '\0', 0) >= 0 || !utf8_valid(file.rest)) {
        return fault_setf(fault, ERR_USAGE, "config", "not_text", "%s is not a text file in UTF-8", path);
    }
    int line = ini_parse_stream(ini_line, &file, ini_pair, &file);
    if (!file.err && line) {
        file.line = line;
        ini_refuse(&file, "", "syntax", "a line is NAME = VALUE, or a comment that starts with #");
    }
    return file.err;
}

const char *settings_file(struct arena *arena, const struct settings_input *input)
{
    if (input->config) {
        return input->config;
    }
    const char *local = input->data_dir ? files_join(arena, input->data_dir, "linkpond.conf") : NULL;
    if (local && files_exists(local)) {
        return local;
    }
    return files_exists(SYSTEM_FILE) ? SYSTEM_FILE : NULL;
}

/* ---- the layers ------------------------------------------------------------------------------------------------- */

static enum err settings_from_env(struct arena *arena, const struct settings_input *input, struct settings *settings,
                                  struct fault *fault)
{
    for (const struct setting *row = settings_table; input->env && row->name; row++) {
        char name[64] = "LINKPOND_";
        size_t len = strlen(name);
        for (const char *c = row->name; *c && len < sizeof name - 1; c++) {
            name[len++] = (char)(*c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c);
        }
        const char *value = input->env(name);
        enum err err = value ? settings_set(arena, settings, row, str_from_c(value), name, fault) : OK;
        if (err) {
            return err;
        }
    }
    return OK;
}

static enum err settings_from_flags(struct arena *arena, const struct settings_input *input, struct settings *settings,
                                    struct fault *fault)
{
    for (size_t i = 0; i < input->flags_count; i++) {
        const struct setting_flag *flag = &input->flags[i];
        enum err err = settings_set(arena, settings, flag->setting, str_from_c(flag->value), "command line", fault);
        if (err) {
            return err;
        }
    }
    return OK;
}

enum err settings_load(struct arena *arena, const struct settings_input *input, struct settings *out,
                       struct fault *fault)
{
    struct settings settings = {0};

    for (const struct setting *row = settings_table; row->name; row++) {
        enum err err = setting_parse(arena, row, str_from_c(row->fallback), (char *)&settings + row->offset);
        BUG_ON(err && err != ERR_NOMEM);
        if (err) {
            return err;
        }
    }
    const char *path = settings_file(arena, input);
    enum err err = path ? settings_read(arena, path, &settings, fault) : OK;
    err = err ? err : settings_from_env(arena, input, &settings, fault);
    err = err ? err : settings_from_flags(arena, input, &settings, fault);
    if (!err) {
        *out = settings;
    }
    return err;
}
