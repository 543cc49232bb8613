/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_TESTS_JOURNAL_FIXTURE_H
#define LINKPOND_TESTS_JOURNAL_FIXTURE_H

/* A journal in a folder of its own under /tmp, and records that carry a number. */
#include <dirent.h>
#include <unistd.h>

#include "assert_str.h"
#include "linkpond/engine/journal.h"

struct fixture {
    char dir[64];
    struct journal_opts opts;
    struct journal *journal;
};

static inline void fixture_open(struct fixture *self)
{
    struct fault fault = {0};

    if (journal_open(&self->opts, &self->journal, &fault) != OK) {
        fail_msg("%s: %s", fault.field, fault.message);
    }
}

static inline void fixture_init(struct fixture *self)
{
    *self = (struct fixture){.dir = "/tmp/linkpond-journal-XXXXXX"};
    assert_non_null(mkdtemp(self->dir));
    self->opts = (struct journal_opts){
        .dir = self->dir,
        .node = 7,
        .lanes = 1,
        .segment_bytes = 64 * 1024,
        .fsync = JOURNAL_FSYNC_OS,
        .first_segment = 1,
    };
}

/* Files in the folder whose name ends so. */
static inline size_t fixture_files(const struct fixture *self, const char *suffix)
{
    DIR *dir = opendir(self->dir);
    size_t count = 0;

    assert_non_null(dir);
    for (struct dirent *row = readdir(dir); row; row = readdir(dir)) {
        count += str_ends(str_from_c(row->d_name), str_from_c(suffix)) && row->d_name[0] != '.';
    }
    closedir(dir);
    return count;
}

static inline void fixture_done(struct fixture *self)
{
    char path[400];
    DIR *dir = opendir(self->dir);

    journal_close(self->journal);
    for (struct dirent *row = dir ? readdir(dir) : NULL; row; row = readdir(dir)) {
        snprintf(path, sizeof path, "%s/%s", self->dir, row->d_name);
        unlink(path);
    }
    if (dir) {
        closedir(dir);
    }
    rmdir(self->dir);
}

static inline struct record numbered_record(int64_t number)
{
    static const char filler[] = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 "
                                 "(KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.50 NetType/WIFI Language/zh_CN";

    return (struct record){
        .time_ms = 1700000000000 + number,
        .link_id = number,
        .outcome = OUTCOME_REDIRECT,
        .status = 302,
        .host = STR("s.example"),
        .code = STR("aB3dE9x"),
        .location = STR("https://www.example.com/products/autumn?colour=red"),
        .user_agent = {filler, (size_t)((uint64_t)number * 37 % (sizeof filler - 1))},
    };
}

static inline enum err append_number(struct fixture *self, unsigned lane, int64_t number)
{
    struct record record = numbered_record(number);
    int64_t id;

    return journal_append(self->journal, lane, &record, &id);
}

/* Reads all there is into numbers[]; returns how many. */
static inline size_t read_numbers(struct fixture *self, int64_t *numbers, size_t cap)
{
    struct record record;
    int64_t id;
    size_t count = 0;

    while (journal_next(self->journal, &record, &id)) {
        assert_true(count < cap);
        numbers[count++] = record.link_id;
    }
    return count;
}

#endif
