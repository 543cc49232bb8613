/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_STORE_REPOINTS_H
#define LINKPOND_STORE_REPOINTS_H

#include "linkpond/model/repoint.h"
#include "linkpond/store/db.h"

/* Many links led elsewhere at once, and what they were. */
#define REPOINT_STATE_TABLE(X)                                                                                         \
    X(REPOINT_RUNNING, "running")                                                                                      \
    X(REPOINT_DONE, "done")                                                                                            \
    X(REPOINT_UNDOING, "undoing")                                                                                      \
    X(REPOINT_UNDONE, "undone")
#define REPOINT_STATE_ENUM(constant, name) constant,
enum repoint_state { REPOINT_STATE_TABLE(REPOINT_STATE_ENUM) REPOINT_STATES };
#undef REPOINT_STATE_ENUM
str repoint_state_name(enum repoint_state state);

struct repoint {
    int64_t id;
    enum repoint_state state;
    enum repoint_how how;
    str target;    /* host with port, address, or short domain */
    str from_host; /* only links that lead there; empty = wherever */
    str chosen;    /* JSON: conditions of the list of links */
    str note;
    int64_t last_id, after_id, undo_after_id;
    bool force;
    int64_t changed, unchanged, refused, undone, kept;
    int64_t targets; /* of live codes, led along */
    int64_t audit_id, user_id;
    str user; /* key; read only */
    int64_t created_ms, updated_ms;
};
/* One link of it. */
struct repoint_link {
    int64_t link_id;
    str state;  /* changed, refused, undone, kept */
    str before; /* its address, or its short domain */
    int64_t revision;
    str why;
    str code; /* of the link; read only */
};

/* Running; sets id, and last_id to the newest link. */
enum err repoints_insert(struct db *db, struct repoint *repoint, int64_t now_ms);
enum err repoints_find(struct db *db, struct arena *arena, int64_t id, struct repoint *out);
/* State, positions and figures. */
enum err repoints_update(struct db *db, const struct repoint *repoint, int64_t now_ms);
/* All, the latest first; texts are lent until the next step. */
struct stmt *repoints_each(struct db *db);
bool repoints_next(struct stmt *rows, struct repoint *out);

/* A link's row: made, or its state and why changed. */
enum err repoint_links_put(struct db *db, int64_t repoint_id, const struct repoint_link *link);
/* Links after that id, with a state or (empty) any, in order of id; at most cap, into the arena. */
enum err repoint_links_list(struct db *db, struct arena *arena, int64_t repoint_id, str state, int64_t after_id,
                            struct repoint_link *out, size_t cap, size_t *count);
/* Those that are to be taken back. */
enum err repoint_links_to_undo(struct db *db, struct arena *arena, const struct repoint *repoint,
                               struct repoint_link *out, size_t cap, size_t *count);
/* A target that was led along with its link. */
struct repoint_target {
    int64_t target_id;
    str before; /* its address */
};
enum err repoint_targets_put(struct db *db, int64_t repoint_id, int64_t link_id, const struct repoint_target *target);
/* Of one link; at most cap, into the arena. */
enum err repoint_targets_list(struct db *db, struct arena *arena, int64_t repoint_id, int64_t link_id,
                              struct repoint_target *out, size_t cap, size_t *count);
/* A link is purged: what it and its targets were is not kept here either. */
enum err repoint_links_forget(struct db *db, int64_t link_id);

#endif
