/* SPDX-License-Identifier: MIT */
/*
 * Weights are whole numbers, so that shares are exact and the same on every machine. Doubles were rejected: parts that
 * are rounded one by one do not sum to the deal.
 */
#include "linkpond/model/credit.h"

#include <math.h>
#include <string.h>

#include "linkpond/base/err.h"

#define DECAY_ONE 1073741824.0 /* 2^30: a year of touches still sums to less than 2^53 */

__extension__ typedef unsigned __int128 u128;

static const struct {
    str name, zh;
} models[CREDIT_MODELS] = {
#define CREDIT_ROW(constant, text, zh_text) [constant] = {STR_INIT(text), STR_INIT(zh_text)},
    CREDIT_MODEL_TABLE(CREDIT_ROW)
#undef CREDIT_ROW
};

str credit_model_name(enum credit_model model)
{
    return (unsigned)model < CREDIT_MODELS ? models[model].name : STR("");
}

str credit_model_zh(enum credit_model model)
{
    return (unsigned)model < CREDIT_MODELS ? models[model].zh : STR("");
}

int credit_model_find(str name)
{
    for (int i = 0; i < CREDIT_MODELS; i++) {
        if (str_eq(models[i].name, name)) {
            return i;
        }
    }
    return -1;
}

int credit_compare(const struct credit_touch *a, const struct credit_touch *b)
{
    if (a->time_ms != b->time_ms) {
        return a->time_ms < b->time_ms ? -1 : 1;
    }
    return a->click_id < b->click_id ? -1 : a->click_id > b->click_id;
}

/* How many touches are before that instant. */
static size_t touches_before(const struct credit_touch *touches, size_t count, int64_t time_ms)
{
    size_t low = 0, high = count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (touches[middle].time_ms < time_ms) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

size_t credit_window(const struct credit_touch *touches, size_t count, int64_t event_ms, int64_t window_ms,
                     size_t *first)
{
    *first = touches_before(touches, count, event_ms - window_ms);
    return touches_before(touches + *first, count - *first, event_ms + 1);
}

bool credit_is_single(enum credit_model model)
{
    return model == CREDIT_FIRST || model == CREDIT_LAST || model == CREDIT_LAST_NON_DIRECT;
}

size_t credit_single(enum credit_model model, const struct credit_touch *touches, size_t count)
{
    if (model == CREDIT_FIRST) {
        return 0;
    }
    for (size_t i = count; model == CREDIT_LAST_NON_DIRECT && i > 0; i--) {
        if (!touches[i - 1].direct) {
            return i - 1;
        }
    }
    return count - 1;
}

static int64_t position_weight(size_t place, size_t count)
{
    if (count <= 2) {
        return 1;
    }
    return place == 0 || place == count - 1 ? 2 * (int64_t)(count - 2) : 1;
}

void credit_weights(enum credit_model model, const struct credit_touch *touches, size_t count, int64_t half_life_ms,
                    int64_t *weights)
{
    if (credit_is_single(model)) {
        memset(weights, 0, count * sizeof *weights);
        weights[credit_single(model, touches, count)] = 1;
        return;
    }
    for (size_t i = 0; i < count; i++) {
        if (model == CREDIT_TIME_DECAY) {
            double age = (double)(touches[count - 1].time_ms - touches[i].time_ms) / (double)half_life_ms;
            weights[i] = (int64_t)nearbyint(exp2(-age) * DECAY_ONE);
        } else {
            weights[i] = model == CREDIT_POSITION ? position_weight(i, count) : 1;
        }
    }
}

static void swap(uint64_t *a, uint64_t *b)
{
    uint64_t held = *a;

    *a = *b;
    *b = held;
}

/* The value that `rank` others stand before in falling order. Quickselect: the order of values is lost. */
static uint64_t nth_largest(uint64_t *values, size_t count, size_t rank)
{
    ptrdiff_t low = 0, high = (ptrdiff_t)count - 1, wanted = (ptrdiff_t)rank;

    while (low < high) {
        uint64_t pivot = values[low + (high - low) / 2];
        ptrdiff_t i = low, j = high;
        while (i <= j) {
            for (; values[i] > pivot; i++) {
            }
            for (; values[j] < pivot; j--) {
            }
            if (i <= j) {
                swap(&values[i++], &values[j--]);
            }
        }
        if (wanted > j && wanted < i) {
            break;
        }
        low = wanted >= i ? i : low;
        high = wanted <= j ? j : high;
    }
    return values[rank];
}

/* One more for each of the `left` largest remainders. */
static void hand_out(const uint64_t *rests, size_t count, uint64_t *spare, size_t left, int64_t *parts)
{
    memcpy(spare, rests, count * sizeof *spare);
    uint64_t least = nth_largest(spare, count, left - 1);
    for (size_t i = 0; i < count; i++) {
        if (rests[i] > least) {
            parts[i]++;
            left--;
        }
    }
    for (size_t i = 0; i < count && left > 0; i++) {
        if (rests[i] == least) {
            parts[i]++;
            left--;
        }
    }
}

void credit_split(int64_t amount, const int64_t *weights, size_t count, uint64_t *spare, int64_t *parts)
{
    uint64_t whole = amount < 0 ? 0 - (uint64_t)amount : (uint64_t)amount, sum = 0, heaviest = 0, left = whole;

    for (size_t i = 0; i < count; i++) {
        sum += (uint64_t)weights[i];
        heaviest = (uint64_t)weights[i] > heaviest ? (uint64_t)weights[i] : heaviest;
    }
    BUG_ON(count > 0 && sum == 0);
    bool wide = heaviest != 0 && whole > UINT64_MAX / heaviest;
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && weights[i] == weights[i - 1]) { /* as most models have it; dividing is what this costs */
            parts[i] = parts[i - 1];
            spare[i] = spare[i - 1];
        } else if (wide) {
            u128 product = (u128)whole * (uint64_t)weights[i];
            parts[i] = (int64_t)(uint64_t)(product / sum);
            spare[i] = (uint64_t)(product % sum);
        } else {
            uint64_t product = whole * (uint64_t)weights[i];
            parts[i] = (int64_t)(product / sum);
            spare[i] = product % sum;
        }
        left -= (uint64_t)parts[i];
    }
    if (left > 0) {
        hand_out(spare, count, spare + count, (size_t)left, parts);
    }
    for (size_t i = 0; amount < 0 && i < count; i++) {
        parts[i] = -parts[i];
    }
}
