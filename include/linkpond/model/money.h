/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_MODEL_MONEY_H
#define LINKPOND_MODEL_MONEY_H

#include "linkpond/base/buf.h"
#include "linkpond/base/err.h"

/* Money: whole minor units of a currency. Amounts of two currencies are never added. */

/* Currencies of ISO 4217 (list one, funds and metals left out) by a number from 0, in order of their codes. */
#define MONEY_CURRENCIES_MAX 256
int money_currencies(void);
/* Upper case only; -1 = there is none. */
int money_find(str code);
str money_code(int currency);
/* How many digits of an amount stand behind the point: 2 for CNY, 0 for JPY, 3 for KWD. */
int money_digits(int currency);

/* "1234.50", "-0.05", "1200" (JPY), from the bytes lent. */
#define MONEY_TEXT_MAX 32
str money_text(int64_t amount, int currency, char text[MONEY_TEXT_MAX]);
/* The other way, as people type it: blanks around, one sign, ¥ ￥ or $ before the digits, commas between thousands, as
 * many digits behind the point as the currency has, and zeroes. False: something else, or beyond 64 bits. */
bool money_parse(str text, int currency, int64_t *amount);

/* What falls on the first `count` of the days that an amount is spread over: each day has as much, and of what is left
 * the first days have a unit each (the largest remainder). 0 <= count <= days. */
int64_t money_of_days(int64_t amount, int64_t days, int64_t count);

/* Sums refuse to leave 64 bits. */
bool money_add(int64_t *sum, int64_t amount);

#endif
