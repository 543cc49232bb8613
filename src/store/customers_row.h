/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_SRC_STORE_CUSTOMERS_ROW_H
#define LINKPOND_SRC_STORE_CUSTOMERS_ROW_H

#include "linkpond/store/customers.h"

/* The current row as customer_row and customer_list_row give it; texts as row_str gives them. */
void customers_read(struct stmt *row, struct arena *arena, struct customer *out);
/* Who that is now. ERR_NOT_FOUND. */
enum err customers_now(struct db *db, int64_t id, int64_t *out);

#endif
