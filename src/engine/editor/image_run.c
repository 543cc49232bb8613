/* SPDX-License-Identifier: MIT */
/*
 * The helper gets the picture as a file in memory and answers into a pipe, so neither side can wait for the other for
 * ever: what has not come after five seconds does not come, and the child is killed in any case, since by then it has
 * said what it had to say.
 */
#include "image_run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "linkpond/base/clock.h"

#define TIMEOUT_MS 5000

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

/* With the two ends as its input and output. */
static bool start(const char *program, char *const *argv, int in, int out, pid_t *child)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t how;
    sigset_t none, all;
    char *environment[] = {NULL};
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

static bool run(const char *program, char *const *argv, int in, uint8_t *out, size_t cap, size_t *len)
{
    int ends[2];
    pid_t child;
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return false;
    }
    bool started = start(program, argv, in, ends[1], &child);
    close(ends[1]);
    if (started) {
        *len = listen_to(ends[0], out, cap);
        kill(child, SIGKILL);
        while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {
        }
    }
    close(ends[0]);
    return started;
}

bool image_run(const char *program, char *const *argv, str input, uint8_t *out, size_t cap, size_t *len)
{
    int in = put_in_memory(input);
    bool started = in >= 0 && run(program, argv, in, out, cap, len);
    if (in >= 0) {
        close(in);
    }
    return started;
}
