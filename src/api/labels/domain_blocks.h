/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_API_DOMAIN_BLOCKS_H
#define LINKPOND_API_DOMAIN_BLOCKS_H

#include "linkpond/api/call.h"

/* The member "blocks" of a domain: what is known of it in apps. */
void domain_blocks_write(struct json_writer *json, struct db *db, int64_t domain_id);

#endif
