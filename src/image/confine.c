/* SPDX-License-Identifier: MIT */
/*
 * What a process may still do is said twice: by limits, and by the system calls it may make. The numbers of calls are
 * those of one machine; the same numbers mean other calls where a processor also takes those of its forebears, so these
 * are refused.
 */
#include "image.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ARRAY_LEN(array) (sizeof(array) / sizeof *(array))

static bool limit(__rlimit_resource_t what, rlim_t value)
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

#define ONLY_THIS_MACHINE                                                                                              \
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),                                           \
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, MACHINE, 1, 0), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),       \
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr))

/* Reading, writing, memory, the end. malloc asks for randomness once. */
#define MEMORY_AND_STREAMS                                                                                             \
    ALLOW(read), ALLOW(write), ALLOW(mmap), ALLOW(munmap), ALLOW(mremap), ALLOW(brk), ALLOW(madvise), ALLOW(futex),    \
        ALLOW(getrandom), ALLOW(exit_group)

static bool close_in(struct sock_filter *steps, size_t count)
{
    struct sock_fprog program = {.len = (unsigned short)count, .filter = steps};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

static bool take_limits(rlim_t files)
{
    return limit(RLIMIT_AS, IMAGE_MEMORY_MAX) && limit(RLIMIT_CPU, IMAGE_CPU_S) && limit(RLIMIT_CORE, 0) &&
           limit(RLIMIT_NOFILE, files);
}

bool image_confine(void)
{
    static struct sock_filter steps[] = {
        ONLY_THIS_MACHINE,
        MEMORY_AND_STREAMS,
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
    };
    return take_limits(3) && close_in(steps, ARRAY_LEN(steps));
}

/* A program and its libraries are found and read: files are opened for reading only, and what is asked of the machine
 * beyond that (which C libraries do without need) is answered with an error. */
void image_confine_and_become(char **argv)
{
    static struct sock_filter steps[] = {
        ONLY_THIS_MACHINE,
        MEMORY_AND_STREAMS,
        ALLOW(execve),
        ALLOW(close),
        ALLOW(fstat),
        ALLOW(newfstatat),
        ALLOW(lseek),
        ALLOW(pread64),
        ALLOW(mprotect),
        ALLOW(set_tid_address),
        ALLOW(set_robust_list),
        ALLOW(rseq),
#if defined(__x86_64__)
        ALLOW(arch_prctl),
        ALLOW(access),
#endif
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat, 0, 4),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[2])),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, O_WRONLY | O_RDWR | O_CREAT | O_TRUNC, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
    };
    static char *nothing[] = {NULL};
    if (take_limits(16) && close_in(steps, ARRAY_LEN(steps))) {
        execve(argv[0], argv, nothing);
    }
}
