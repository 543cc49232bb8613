/* SPDX-License-Identifier: MIT */
/*
 * The helper gets the picture as a file in memory and answers into a pipe, so neither side can wait for the other for
 * ever: what has not come after five seconds does not come, and the child is killed in any case, since by then it has
 * said what it had to say.
 */
#include "linkpond/engine/image.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "linkpond/base/clock.h"

#define TIMEOUT_MS 5000
#define NAME       "linkpond-image"

bool image_program(char *out, size_t cap)
{
    char self[PATH_MAX];
    ssize_t len = readlink("/proc/self/exe", self, sizeof self - 1);
    if (len <= 0) {
        return false;
    }
    self[len] = '\0';
    char *slash = strrchr(self, '/');
    int written = slash ? snprintf(out, cap, "%.*s/" NAME, (int)(slash - self), self) : -1;
    return written > 0 && (size_t)written < cap;
}

static enum err missing(struct fault *fault)
{
    return fault_set(fault, ERR_UNAVAILABLE, "image", "unavailable",
                     "Pictures cannot be read here: linkpond-image does not stand beside linkpond or could not run.",
                     "无法处理图片：linkpond-image 不在 linkpond 旁边，或未能运行。");
}

/* The picture as a file that has no name. */
static int put_in_memory(str bytes)
{
    int fd = memfd_create("linkpond-picture", MFD_CLOEXEC);
    while (fd >= 0 && bytes.len > 0) {
        ssize_t done = write(fd, bytes.ptr, bytes.len);
        if (done < 0 && errno != EINTR) {
            close(fd);
            return -1;
        }
        bytes = str_from(bytes, done > 0 ? (size_t)done : 0);
    }
    if (fd >= 0) {
        lseek(fd, 0, SEEK_SET);
    }
    return fd;
}

/* With the two ends as its input and output, and nothing else of ours: no environment, no descriptors, no signal
 * masks. */
static bool start(const char *program, unsigned edge, int in, int out, pid_t *child)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t how;
    sigset_t none, all;
    char edge_text[16], name[] = NAME;
    char *argv[] = {name, edge_text, NULL}, *environment[] = {NULL};
    snprintf(edge_text, sizeof edge_text, "%u", edge);
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&how);
    posix_spawnattr_setsigmask(&how, &none);
    posix_spawnattr_setsigdefault(&how, &all);
    posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    bool ready = posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO) == 0 &&
                 posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO) == 0 &&
                 posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0) == 0 &&
                 posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1) == 0;
    ready = ready && posix_spawn(child, program, &actions, &how, argv, environment) == 0;
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&how);
    return ready;
}

/* Up to `cap` bytes until the end or the deadline; how many. */
static size_t listen_to(int fd, uint8_t *bytes, size_t cap)
{
    int64_t deadline = clock_mono_ns() / 1000000 + TIMEOUT_MS;
    size_t len = 0;
    while (len < cap) {
        int64_t left = deadline - clock_mono_ns() / 1000000;
        struct pollfd wanted = {.fd = fd, .events = POLLIN};
        int ready = left > 0 ? poll(&wanted, 1, (int)left) : 0;
        if (ready < 0 && errno == EINTR) {
            continue;
        }
        ssize_t got = ready > 0 ? read(fd, bytes + len, cap - len) : 0;
        if (got <= 0) {
            break;
        }
        len += (size_t)got;
    }
    return len;
}

static enum err judge(const uint8_t *verdict, size_t len, size_t pixels_len, struct fault *fault)
{
    if (len > 0 && *verdict == 'G' && len - 1 == pixels_len) {
        return OK;
    }
    if (len > 0 && *verdict == 'L') {
        return fault_set(fault, ERR_INVALID, "image", "too_long", "At most 1 MiB and 4096 x 4096 pixels.",
                         "图片最大 1 MiB、4096 x 4096 像素。");
    }
    if (len > 0 && *verdict == 'U') {
        return fault_set(fault, ERR_INVALID, "image", "unreadable", "That is no PNG or JPEG that can be read.",
                         "无法识别的图片，请使用 PNG 或 JPEG。");
    }
    return missing(fault);
}

static enum err run(const char *program, int in, unsigned edge, uint8_t *pixels, struct fault *fault)
{
    size_t pixels_len = (size_t)edge * edge * 4, len = 0;
    uint8_t verdict = 0;
    int ends[2];
    pid_t child;
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return ERR_IO;
    }
    bool started = start(program, edge, in, ends[1], &child);
    close(ends[1]);
    if (started) {
        len = listen_to(ends[0], &verdict, 1);
        len += len == 1 && verdict == 'G' ? listen_to(ends[0], pixels, pixels_len) : 0;
        kill(child, SIGKILL);
        while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {
        }
    }
    close(ends[0]);
    return judge(&verdict, len, pixels_len, fault);
}

enum err image_read(const char *program, str bytes, unsigned edge, uint8_t *pixels, struct fault *fault)
{
    if (bytes.len > IMAGE_UPLOAD_MAX) {
        return judge((const uint8_t *)"L", 1, 0, fault);
    }
    int in = put_in_memory(bytes);
    if (in < 0) {
        return ERR_NOMEM;
    }
    enum err err = run(program, in, edge, pixels, fault);
    close(in);
    return err;
}
