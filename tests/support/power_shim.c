/* SPDX-License-Identifier: MIT */
/*
 * A disk that forgets (LD_PRELOAD). It keeps, in POWER_SHADOW, what a power cut would leave of the folder POWER_DATA:
 * of each file the bytes it had when it was last synced, of each folder the names it had when it was last synced.
 *
 *   files/KEY   bytes of a file; KEY is its inode and birth, so a rename changes nothing and a reused inode is new
 *   names/%PATH a folder's names, one "NAME KEY" a line; '/' in PATH (relative to POWER_DATA) is written '%'
 *
 * What stood there when the program started counts as synced (names/ of it is written by the test).
 */
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int fsync(int fd);
int fdatasync(int fd);

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void die(const char *what)
{
    perror(what);
    abort();
}

/* False for what is gone. */
static bool key_of(int dir, const char *name, int flags, char out[64])
{
    struct statx info;

    if (statx(dir, name, flags | AT_SYMLINK_NOFOLLOW, STATX_INO | STATX_BTIME, &info) != 0) {
        return false;
    }
    snprintf(out, 64, "%llu-%lld.%09u", (unsigned long long)info.stx_ino, (long long)info.stx_btime.tv_sec,
             info.stx_btime.tv_nsec);
    return true;
}

/* Whole, or not at all: the test may look at any moment. */
static void publish(const char *shadow, const char *folder, const char *name, FILE *file, const char *path_new)
{
    char path[3 * PATH_MAX];

    snprintf(path, sizeof path, "%s/%s/%s", shadow, folder, name);
    if (fclose(file) != 0 || rename(path_new, path) != 0) {
        die(path);
    }
}

static FILE *open_new(const char *shadow, char path[PATH_MAX])
{
    snprintf(path, PATH_MAX, "%s/new", shadow);
    FILE *file = fopen(path, "we");
    if (!file) {
        die(path);
    }
    return file;
}

static void keep_file(const char *shadow, int fd)
{
    static char piece[1 << 16];
    char key[64], path_new[PATH_MAX];
    off_t at = 0;
    ssize_t got;

    if (!key_of(fd, "", AT_EMPTY_PATH, key)) {
        die("statx");
    }
    FILE *file = open_new(shadow, path_new);
    while ((got = pread(fd, piece, sizeof piece, at)) > 0) {
        at += got;
        if (fwrite(piece, 1, (size_t)got, file) != (size_t)got) {
            die(path_new);
        }
    }
    if (got < 0) {
        die("pread");
    }
    publish(shadow, "files", key, file, path_new);
}

static void keep_names(const char *shadow, int fd, const char *relative)
{
    char name[PATH_MAX + 1], key[64], path_new[PATH_MAX];
    int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = copy < 0 ? NULL : fdopendir(copy);

    if (!dir) {
        die("fdopendir");
    }
    FILE *file = open_new(shadow, path_new);
    for (struct dirent *row = readdir(dir); row; row = readdir(dir)) {
        if (strcmp(row->d_name, ".") != 0 && strcmp(row->d_name, "..") != 0 && key_of(fd, row->d_name, 0, key)) {
            fprintf(file, "%s %s\n", row->d_name, key);
        }
    }
    closedir(dir);
    snprintf(name, sizeof name, "%%%s", relative);
    for (char *c = name; *c; c++) {
        *c = *c == '/' ? '%' : *c;
    }
    publish(shadow, "names", name, file, path_new);
}

static void keep(int fd)
{
    const char *data = getenv("POWER_DATA"), *shadow = getenv("POWER_SHADOW");
    char link[64], path[PATH_MAX];
    struct stat info;

    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t len = readlink(link, path, sizeof path - 1);
    if (!data || !shadow || len < 0 || fstat(fd, &info) != 0) {
        return;
    }
    path[len] = '\0';
    size_t top = strlen(data);
    if (strncmp(path, data, top) != 0 || (path[top] != '\0' && path[top] != '/')) {
        return;
    }
    pthread_mutex_lock(&lock);
    if (S_ISDIR(info.st_mode)) {
        keep_names(shadow, fd, path + top + (path[top] == '/'));
    } else {
        keep_file(shadow, fd);
    }
    pthread_mutex_unlock(&lock);
}

static int forward(const char *name, int fd)
{
    int (*real)(int) = NULL;
    void *found = dlsym(RTLD_NEXT, name);

    memcpy(&real, &found, sizeof real);
    int result = real(fd);
    if (result == 0) {
        keep(fd);
    }
    return result;
}

int fsync(int fd)
{
    return forward("fsync", fd);
}

int fdatasync(int fd)
{
    return forward("fdatasync", fd);
}
