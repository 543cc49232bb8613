/* SPDX-License-Identifier: MIT */
/*
 * A wall clock that somebody else sets (LD_PRELOAD): CLOCK_REALTIME is off by as many seconds as the file CLOCK_OFFSET
 * says, an int64 in the machine's order that may change at any moment. Waits until an instant of that clock are the
 * kernel's and know nothing of it, as with a clock that was stepped while somebody waited. The monotonic clock is left
 * alone; but with CLOCK_HURRY set, who would wait for a condition for ten seconds to an hour waits for one.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define LONG_S     10
#define ONE_HOUR_S 3600

typedef int (*timed_wait)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);

static const _Atomic int64_t *offset_s;
static timed_wait real_timed_wait;
static int hurries;

__attribute__((constructor)) static void open_offset(void)
{
    const char *path = getenv("CLOCK_OFFSET");
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    void *map = fd >= 0 ? mmap(NULL, sizeof *offset_s, PROT_READ, MAP_SHARED, fd, 0) : MAP_FAILED;

    if (map == MAP_FAILED) {
        perror("CLOCK_OFFSET");
        abort();
    }
    close(fd);
    offset_s = map;
    hurries = getenv("CLOCK_HURRY") != NULL;
}

/* Waits of the program are on the monotonic clock; an instant of another one is far from an hour away. */
int pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *lock, const struct timespec *until)
{
    struct timespec now, soon = *until;

    if (!real_timed_wait) {
        real_timed_wait = (timed_wait)(intptr_t)dlsym(RTLD_NEXT, "pthread_cond_timedwait");
    }
    syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
    time_t left = until->tv_sec - now.tv_sec;
    if (hurries && left >= LONG_S && left <= ONE_HOUR_S) {
        soon.tv_sec = now.tv_sec + 1;
    }
    return real_timed_wait(cond, lock, &soon);
}

int clock_gettime(clockid_t clock, struct timespec *out)
{
    long done = syscall(SYS_clock_gettime, clock, out);

    if (done == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE) && offset_s) {
        out->tv_sec += (time_t)atomic_load(offset_s);
    }
    return (int)done;
}
