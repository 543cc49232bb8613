/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_BASE_FILES_H
#define LINKPOND_BASE_FILES_H

#include "linkpond/base/arena.h"
#include "linkpond/base/err.h"

/* Files, with the durability steps nobody should have to remember. Paths are NUL-terminated. */

/* mkdir -p with 0700 for what is made. */
enum err files_mkdir(const char *path);
/* Whole file, at most bytes_max (ERR_TOO_LARGE past it); ERR_NOT_FOUND, ERR_IO. NUL-terminated in the arena. */
enum err files_read(struct arena *arena, const char *path, size_t bytes_max, str *out);
/* Temporary file in the same folder, 0600, fsync, rename, fsync of the folder. */
enum err files_write_atomic(const char *path, str bytes);
/* fsync of a folder, so that names in it survive a power cut. */
enum err files_sync_dir(const char *path);
bool files_exists(const char *path);
/* dir + "/" + name into the arena. */
const char *files_join(struct arena *arena, const char *dir, const char *name);
/* Free bytes for us on the file system that holds path; -1 on error. */
int64_t files_free_bytes(const char *path);

/* An exclusive advisory lock (flock) on a file made when missing; held until closed or the process ends. ERR_BUSY
 * when someone has it; *holder then receives the text the holder left (cut to cap). */
enum err files_lock(const char *path, str holder_text, int *fd_out, char *holder, size_t holder_cap);
void files_unlock(int fd);

#endif
