/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_TESTS_SUPPORT_SANITIZED_H
#define LINKPOND_TESTS_SUPPORT_SANITIZED_H

/* SANITIZED: the build brings its own malloc, so that a test cannot. gcc says it by macros, clang by features. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED
#endif
#endif

#endif
