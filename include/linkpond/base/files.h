/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_BASE_FILES_H
#define LINKPOND_BASE_FILES_H

#include "linkpond/base/arena.h"
#include "linkpond/base/err.h"

/* Files, with the durability steps nobody should have to remember. Paths are NUL-terminated. */

/* Unless said otherwise errors are ERR_NOT_FOUND (also a missing folder on the way), ERR_DISK_FULL, ERR_NOMEM,
 * ERR_INVALID (the path is too long) and ERR_IO for the rest; out arguments are untouched then. Safe in any thread. */

/* mkdir -p with 0700 for what is made; each new name is synced into its folder. OK when it is there already. */
enum err files_mkdir(const char *path);
/* Whole file, at most bytes_max (ERR_TOO_LARGE past it). NUL-terminated in the arena; pipes and /proc files work too.
 */
enum err files_read(struct arena *arena, const char *path, size_t bytes_max, str *out);
/* Temporary file in the same folder, 0600, fsync, rename, fsync of the folder. Readers see the old bytes or the new
 * ones; on an error the old file is untouched, unless it was the last fsync of the folder that failed. */
enum err files_write_atomic(const char *path, str bytes);
/* fsync of a folder, so that names in it survive a power cut. */
enum err files_sync_dir(const char *path);
bool files_exists(const char *path);
/* A file without a name in that folder, for reading and writing, gone with its descriptor; in /tmp where the file
 * system has no such files. */
enum err files_spool(const char *dir, int *fd_out);
/* dir + "/" + name into the arena (no second slash after "dir/", none for an empty dir); NULL when memory ran out. */
const char *files_join(struct arena *arena, const char *dir, const char *name);
/* Free bytes for us on the file system that holds path; -1 on error. */
int64_t files_free_bytes(const char *path);

/* An exclusive advisory lock (flock) on a file made when missing; held until closed or the process ends. ERR_BUSY
 * when someone has it (another descriptor of this process too); *holder then receives the text the holder left, cut
 * to cap and NUL-terminated, empty when the holder has only just got the lock. The file stays after unlocking. */
enum err files_lock(const char *path, str holder_text, int *fd_out, char *holder, size_t holder_cap);
void files_unlock(int fd);

#endif
