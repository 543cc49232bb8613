/* SPDX-License-Identifier: MIT */
#include "image.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* ---- what this process may still do ---- */

static bool limit(int what, rlim_t value)
{
    return setrlimit(what, &(struct rlimit){value, value}) == 0;
}

#define ALLOW(name) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##name, 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

#if defined(__x86_64__)
#define MACHINE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define MACHINE AUDIT_ARCH_AARCH64
#else
#error "which machine's calls may be made here?"
#endif

/* Reading, writing, memory, the end: nothing that opens, connects, starts or looks. The numbers are those of one
 * machine; the same numbers mean other calls where a processor also takes those of its forebears, so these are refused.
 */
static bool close_in(void)
{
    static struct sock_filter steps[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, MACHINE, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        ALLOW(read),
        ALLOW(write),
        ALLOW(mmap),
        ALLOW(munmap),
        ALLOW(mremap),
        ALLOW(brk),
        ALLOW(madvise),
        ALLOW(futex),
        ALLOW(getrandom), /* malloc asks once */
        ALLOW(exit_group),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
    };
    struct sock_fprog program = {.len = sizeof steps / sizeof *steps, .filter = steps};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

static bool take_limits(void)
{
    return limit(RLIMIT_AS, IMAGE_MEMORY_MAX) && limit(RLIMIT_CPU, IMAGE_CPU_S) && limit(RLIMIT_CORE, 0) &&
           limit(RLIMIT_NOFILE, 3) && close_in();
}

/* ---- bytes in and out ---- */

static bool read_all(uint8_t *bytes, size_t cap, size_t *len)
{
    for (*len = 0; *len < cap;) {
        ssize_t got = read(STDIN_FILENO, bytes + *len, cap - *len);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return got == 0;
        }
        *len += (size_t)got;
    }
    return false; /* there is more */
}

static bool write_all(const uint8_t *bytes, size_t len)
{
    while (len > 0) {
        ssize_t done = write(STDOUT_FILENO, bytes, len);
        if (done < 0 && errno == EINTR) {
            continue;
        }
        if (done <= 0) {
            return false;
        }
        bytes += done;
        len -= (size_t)done;
    }
    return true;
}

static enum image_verdict work(int edge, uint8_t *out)
{
    static uint8_t bytes[IMAGE_BYTES_MAX + 1];
    struct image image;
    size_t len;
    if (!read_all(bytes, sizeof bytes, &len)) {
        return IMAGE_TOO_LARGE;
    }
    enum image_verdict verdict = image_decode(bytes, len, &image);
    if (verdict == IMAGE_GOOD) {
        image_fit(&image, edge, out);
    }
    return verdict;
}

int main(int argc, char **argv)
{
    int edge = argc == 2 ? atoi(argv[1]) : 0;
    if (edge < 1 || edge > IMAGE_OUT_MAX) {
        return 2;
    }
    static uint8_t out[1 + (size_t)IMAGE_OUT_MAX * IMAGE_OUT_MAX * 4];
    enum image_verdict verdict = take_limits() ? work(edge, out + 1) : IMAGE_NO_LIMITS;
    out[0] = (uint8_t)verdict;
    size_t len = verdict == IMAGE_GOOD ? 1 + (size_t)edge * (size_t)edge * 4 : 1;
    return write_all(out, len) && verdict == IMAGE_GOOD ? 0 : 1;
}
