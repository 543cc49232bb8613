/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_TESTS_REFUSING_MEMORY_H
#define LINKPOND_TESTS_REFUSING_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Our own allocations, refused when the test says so (the linker wraps them: CMakeLists.txt). Included by one file of a
 * program, which defines refuse(): must this one fail?
 */
static bool refuse(void);

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
char *__real_strdup(const char *text);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
char *__wrap_strdup(const char *text);

void *__wrap_malloc(size_t size)
{
    return refuse() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return refuse() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *memory, size_t size)
{
    return refuse() ? NULL : __real_realloc(memory, size);
}

char *__wrap_strdup(const char *text)
{
    return refuse() ? NULL : __real_strdup(text);
}

#endif
