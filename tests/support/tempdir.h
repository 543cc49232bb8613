/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_TESTS_SUPPORT_TEMPDIR_H
#define LINKPOND_TESTS_SUPPORT_TEMPDIR_H

#include <dirent.h>
#include <limits.h>
#include <unistd.h>

#include "linkpond/base/err.h"

/* A folder of one test, under $TMPDIR or /tmp. Flat: tempdir_done removes the files in it and then the folder. */
struct tempdir {
    char path[PATH_MAX / 4];
    char file[PATH_MAX]; /* what tempdir_file gave last */
};

static inline void tempdir_init(struct tempdir *self)
{
    const char *top = getenv("TMPDIR");

    snprintf(self->path, sizeof self->path, "%s/linkpond-test-XXXXXX", top && *top ? top : "/tmp");
    BUG_ON(!mkdtemp(self->path));
}

/* The path of a file in it; lent until the next call. */
static inline const char *tempdir_file(struct tempdir *self, const char *name)
{
    snprintf(self->file, sizeof self->file, "%s/%s", self->path, name);
    return self->file;
}

static inline void tempdir_done(struct tempdir *self)
{
    DIR *dir = opendir(self->path);

    BUG_ON(!dir);
    for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
        if (entry->d_name[0] != '.') {
            unlink(tempdir_file(self, entry->d_name));
        }
    }
    closedir(dir);
    rmdir(self->path);
}

#endif
