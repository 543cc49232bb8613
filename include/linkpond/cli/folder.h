/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_CLI_FOLDER_H
#define LINKPOND_CLI_FOLDER_H

#include "linkpond/http/server.h"

/* What a daemon leaves in the data folder for those who look for it: listen.json while it is ready to answer, and the
 * lock it holds as long as it lives. */
struct listening {
    const char *redirect, *admin, *public; /* "http://127.0.0.1:8080" */
    int64_t pid;
};
/* Replaces DIR/listen.json at once. */
enum err listening_write(struct arena *arena, const char *data_dir, const struct server_addresses *addresses,
                         int64_t pid);
/* On a clean end. */
void listening_remove(struct arena *arena, const char *data_dir);
/* Of a daemon that lives: ERR_NOT_FOUND when the file is missing, or was left by one that died: nobody holds the lock,
 * or another process does. ERR_CORRUPT: it cannot be understood. */
enum err listening_read(struct arena *arena, const char *data_dir, struct listening *out);
/* The key a living daemon has left for the folder's owner. */
enum err local_key_read(struct arena *arena, const char *data_dir, str *out);

/* Refuses to let root open a folder that belongs to somebody else: what root wrote there its owner could not open
 * again. ERR_FORBIDDEN names who to run as. A folder that does not exist is nobody's. */
enum err folder_check_owner(const char *data_dir, struct fault *fault);

#endif
