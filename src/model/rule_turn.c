/* SPDX-License-Identifier: MIT */
#include "rule_turn.h"

#include "linkpond/base/err.h"

/*
 * Two ways, because the best one has to be laid out before. While all targets are open turns come from a round made
 * when the rules are compiled, by the algorithm of R. Tijdeman, "The chairman assignment problem" (Discrete Mathematics
 * 32, 1980): no schedule keeps all shares closer to what they should be. Which targets are open can be any of 2^200
 * sets, so for those that are left over when some are closed a turn is found by arithmetic: a tree of pairs (the two
 * lightest are joined until one is left, as Huffman did), and at each pair the turns are dealt out to both sides as
 * evenly as two sides can get them. A pair deals to within half a turn, of which a leaf below gets its part: w / v for
 * the side of weight v it stands on. In a tree made this way the sides on a leaf's way up weigh at least 1, 1, 2, 3, 5,
 * 8 … times the leaf (an uncle is no lighter than a child), so all halves together stay below
 * (1 + 1 + 1/2 + 1/3 + 1/5 + …) / 2 = 1.68.
 *
 * Rejected: stepping over the closed ones in the round (what follows a closed one would get all its turns), drawing
 * numbers until an open one comes (with few open ones many draws on a counter that all threads share), keeping a
 * running balance for each target (a lock).
 */

static unsigned gcd(unsigned a, unsigned b)
{
    while (b > 0) {
        unsigned rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

static unsigned common(const unsigned *weights, size_t count)
{
    unsigned divisor = 0;

    for (size_t i = 0; i < count; i++) {
        divisor = gcd(weights[i], divisor);
    }
    return divisor;
}

static size_t sum_of(const unsigned *weights, size_t count)
{
    size_t sum = 0;

    for (size_t i = 0; i < count; i++) {
        sum += weights[i];
    }
    return sum;
}

size_t turns_round_len(const unsigned *weights, size_t count)
{
    return count > 0 ? sum_of(weights, count) / common(weights, count) : 0;
}

/*
 * With k targets, shares w of W and d = 2k - 2, after t turns of which a target had c: it may have the next when
 * (t + 1) w / W - c >= 1 / d, and of those that may it goes to the one whose share would first be over:
 * (1 - 1/d - ((t + 1) w / W - c)) W / w is least. Multiplied by W d all is in whole numbers.
 */
static size_t chairman(const unsigned *weights, const unsigned *had, size_t count, int64_t turn, int64_t sum)
{
    int64_t d = 2 * (int64_t)count - 2, best_slack = 0;
    size_t best = SIZE_MAX;

    for (size_t i = 0; i < count; i++) {
        int64_t due = d * ((turn + 1) * weights[i] - had[i] * sum);
        int64_t slack = (d - 1) * sum - due;
        if (due >= sum && (best == SIZE_MAX || slack * weights[best] < best_slack * weights[i])) {
            best = i;
            best_slack = slack;
        }
    }
    BUG_ON(best == SIZE_MAX); /* Tijdeman's theorem */
    return best;
}

void turns_round(const unsigned *weights, size_t count, uint8_t *round)
{
    unsigned had[LIMIT_TARGETS] = {0};
    size_t len = turns_round_len(weights, count);
    int64_t sum = (int64_t)sum_of(weights, count);

    for (size_t turn = 0; turn < len; turn++) {
        size_t next = count == 1 ? 0 : chairman(weights, had, count, (int64_t)turn, sum);
        had[next]++;
        round[turn] = (uint8_t)next;
    }
}

/* ---- a tree of pairs --------------------------------------------------------------------------------------------- */

struct tree {
    unsigned weights[2 * LIMIT_TARGETS]; /* first the leaves, lightest first; then the pairs as they were made */
    uint16_t sides[2 * LIMIT_TARGETS][2];
    uint8_t who[LIMIT_TARGETS];
};

/* By counting: weights are small numbers. Equal ones stay in their order. */
static void leaves_sort(struct tree *self, const unsigned *weights, size_t count)
{
    uint8_t starts[LIMIT_WEIGHT + 2] = {0};

    for (size_t i = 0; i < count; i++) {
        starts[weights[i] + 1]++;
    }
    for (size_t weight = 1; weight <= LIMIT_WEIGHT; weight++) {
        starts[weight + 1] = (uint8_t)(starts[weight + 1] + starts[weight]);
    }
    for (size_t i = 0; i < count; i++) {
        size_t at = starts[weights[i]]++;
        self->weights[at] = weights[i];
        self->who[at] = (uint8_t)i;
    }
}

/* Pairs come out in the order of their weights too, so the lightest of all is the next leaf or the next pair. */
static size_t lightest(const struct tree *self, size_t *leaf, size_t leaves, size_t *pair, size_t end)
{
    bool is_leaf = *leaf < leaves && (*pair == end || self->weights[*leaf] <= self->weights[*pair]);

    return is_leaf ? (*leaf)++ : (*pair)++;
}

static size_t tree_build(struct tree *self, size_t leaves)
{
    size_t leaf = 0, pair = leaves, end = leaves;

    while (end < 2 * leaves - 1) {
        size_t a = lightest(self, &leaf, leaves, &pair, end);
        size_t b = lightest(self, &leaf, leaves, &pair, end);
        self->sides[end][0] = (uint16_t)a;
        self->sides[end][1] = (uint16_t)b;
        self->weights[end] = self->weights[a] + self->weights[b];
        end++;
    }
    return end - 1;
}

/* Of so many turns those of the side with `weight`: its share, rounded. */
static uint64_t dealt(uint64_t turns, unsigned weight, unsigned sum)
{
    return (2 * turns * weight + sum) / (2 * (uint64_t)sum);
}

size_t turns_pick(const unsigned *weights, size_t count, uint64_t turn)
{
    struct tree tree;

    leaves_sort(&tree, weights, count);
    size_t node = tree_build(&tree, count);
    turn %= tree.weights[node]; /* so that nothing overflows, and after a round everybody has had what is due */
    while (node >= count) {
        size_t first = tree.sides[node][0];
        uint64_t before = dealt(turn, tree.weights[first], tree.weights[node]);
        bool is_first = dealt(turn + 1, tree.weights[first], tree.weights[node]) > before;
        turn = is_first ? before : turn - before;
        node = tree.sides[node][is_first ? 0 : 1];
    }
    return tree.who[node];
}
