/* SPDX-License-Identifier: MIT */
#include "linkpond/engine/behind_visitors.h"

#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "linkpond/base/clock.h"

#define NICE       10
#define SLICE_NS   200000
#define HURRIED_NS 1000000

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

void give_way(void)
{
    sched_yield();
}

static void breathe(struct breather *breather)
{
    struct giving_way *self = (struct giving_way *)(void *)((char *)breather - offsetof(struct giving_way, breather));
    bool hurried = atomic_load_explicit(&self->hurried, memory_order_relaxed);

    if (clock_mono_ns() - self->since_ns >= (hurried ? HURRIED_NS : SLICE_NS)) {
        give_way();
        self->since_ns = clock_mono_ns();
    }
}

void giving_way_begin(struct giving_way *self, struct db *db)
{
    step_behind_visitors();
    self->breather.breathe = breathe;
    self->since_ns = clock_mono_ns();
    self->before = db_set_breather(db, &self->breather);
}

void giving_way_end(struct giving_way *self, struct db *db)
{
    db_set_breather(db, self->before);
}

void giving_way_hurry(struct giving_way *self, bool hurried)
{
    atomic_store_explicit(&self->hurried, hurried, memory_order_relaxed);
}
