/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_API_IMPORT_TOOL_H
#define LINKPOND_API_IMPORT_TOOL_H

#include "linkpond/api/csv_reader.h"

/* Whose export a file with this head looks like ("Bitly"), so that people see that it was understood; NULL when its
 * columns could be anybody's. Nothing else depends on it. Pure. */
const char *import_tool_find(const struct csv_row *header);

#endif
