/* SPDX-License-Identifier: MIT */
#include "behind_visitors.h"

#include <stdint.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NICE     10
#define SLICE_NS 200000

void step_behind_visitors(void)
{
    struct {
        uint32_t size, policy;
        uint64_t flags;
        int32_t nice;
        uint32_t priority;
        uint64_t runtime_ns, deadline_ns, period_ns;
    } const attributes = {.size = sizeof attributes, .nice = NICE, .runtime_ns = SLICE_NS};

    setpriority(PRIO_PROCESS, (id_t)gettid(), NICE);
    syscall(SYS_sched_setattr, 0, &attributes, 0U);
}
