/* SPDX-License-Identifier: MIT */
/*
 * Aho and Corasick, "Efficient string matching" (CACM 18:6, 1975), as a complete automaton: every state has a row
 * with the next state for every class of bytes, so a byte of text costs two loads and never a walk along failure
 * links. Bytes that no needle contains share class 0 and a letter shares its class with its other case, which
 * keeps a row at some forty cells instead of 256 and does the folding for free.
 *
 * A cell holds the offset of the next row (state * classes), with bit 31 set when something ends there, so
 * the loop touches nothing but the class map and the table until there is a hit. A state where a needle ends and
 * none goes on has its failure state's row word for word, so it has none of its own: after the hit the run goes on in
 * that other row. A compact (double-array) form would be smaller still and slower; 2,300 needles make some 9,300
 * states, 7,200 of them with a row, and 1.6 megabytes, of which a text touches the rows near the root.
 */
#include "linkpond/base/match.h"

#define NEEDLE_BYTES_MAX 128
#define HIT_BIT          UINT32_C(0x80000000)
#define NONE             UINT32_MAX

struct match {
    uint8_t class_of[256];
    uint32_t classes;
    uint32_t states;
    uint32_t inner;         /* the first states, which needles go on from: only they have a row */
    uint32_t *table;        /* inner * classes cells */
    uint32_t *resume;       /* per state behind them: offset of the row to go on with */
    uint32_t *first_needle; /* per state: a needle that ends here, or NONE */
    uint32_t *next_needle;  /* per needle: the next one with the same folded text, or NONE */
    uint32_t *shorter;      /* per state: the longest proper suffix state where a needle ends, or NONE */
};

static uint8_t fold(char c)
{
    return (uint8_t)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

static void classes_assign(struct match *self, const str *needles, size_t count)
{
    self->classes = 1;
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < needles[i].len; j++) {
            uint8_t byte = fold(needles[i].ptr[j]);

            if (self->class_of[byte] == 0) {
                self->class_of[byte] = (uint8_t)self->classes++; /* at most 230 + 1: upper case never gets one */
            }
        }
    }
    for (unsigned c = 'A'; c <= 'Z'; c++) {
        self->class_of[c] = self->class_of[c + ('a' - 'A')];
    }
}

/* Room for the worst case, in which no two needles share a prefix; false when that is out of bounds or memory. */
static bool tables_allocate(struct match *self, const str *needles, size_t count)
{
    size_t states_max = 1;

    for (size_t i = 0; i < count; i++) {
        states_max += needles[i].len;
    }
    if (count >= NONE || states_max > MATCH_TABLE_BYTES_MAX / sizeof(uint32_t) / self->classes) {
        return false;
    }
    self->table = calloc(states_max * self->classes, sizeof *self->table);
    self->first_needle = malloc(states_max * sizeof *self->first_needle);
    self->shorter = malloc(states_max * sizeof *self->shorter);
    self->next_needle = malloc((count > 0 ? count : 1) * sizeof *self->next_needle);
    return self->table && self->first_needle && self->shorter && self->next_needle;
}

/* While the trie is built, cells hold plain state numbers and 0 (the root, nobody's child) means "none yet". */
static void trie_insert(struct match *self, str needle, uint32_t index)
{
    uint32_t state = 0;

    for (size_t i = 0; i < needle.len; i++) {
        uint32_t *cell = &self->table[(size_t)state * self->classes + self->class_of[(uint8_t)needle.ptr[i]]];

        if (*cell == 0) {
            self->first_needle[self->states] = NONE;
            *cell = self->states++;
        }
        state = *cell;
    }
    self->next_needle[index] = self->first_needle[state];
    self->first_needle[state] = index;
}

/* Breadth first, so a state's failure state is complete before the state itself: missing edges are copied from it. */
static void automaton_complete(struct match *self, uint32_t *failure, uint32_t *queue)
{
    size_t head = 0, tail = 0;

    failure[0] = 0;
    self->shorter[0] = NONE;
    queue[tail++] = 0;
    while (head < tail) {
        uint32_t state = queue[head++];
        uint32_t *row = &self->table[(size_t)state * self->classes];
        const uint32_t *failure_row = &self->table[(size_t)failure[state] * self->classes];

        for (uint32_t class = 0; class < self->classes; class ++) {
            uint32_t child = row[class];
            uint32_t other = state == 0 ? 0 : failure_row[class];

            if (child == 0) {
                row[class] = other;
                continue;
            }
            failure[child] = other;
            self->shorter[child] = self->first_needle[other] != NONE ? other : self->shorter[other];
            queue[tail++] = child;
        }
    }
}

/* Numbers the states anew before the automaton is complete: those without a child from the end, the root stays 0. */
static void states_number(struct match *self, uint32_t *number)
{
    uint32_t end = self->states;

    for (uint32_t state = 0; state < self->states; state++) {
        const uint32_t *row = &self->table[(size_t)state * self->classes];
        uint32_t class = 0;
        while (class < self->classes && row[class] == 0) {
            class ++;
        }
        number[state] = state > 0 && class == self->classes ? --end : self->inner++;
    }
}

/* Rows move to their new numbers, never upwards, and cells become row offsets with the hit bit. */
static void rows_move(struct match *self, const uint32_t *number, const uint32_t *failure)
{
    for (uint32_t state = 0; state < self->states; state++) {
        uint32_t to = number[state], other = state;

        while (number[other] >= self->inner) {
            other = failure[other];
        }
        if (other != state) {
            self->resume[to - self->inner] = number[other] * self->classes;
            continue;
        }
        for (uint32_t class = 0; class < self->classes; class ++) {
            uint32_t next = self->table[(size_t)state * self->classes + class];
            bool hit = self->first_needle[next] != NONE || self->shorter[next] != NONE;
            self->table[(size_t)to * self->classes + class] = number[next] * self->classes | (hit ? HIT_BIT : 0);
        }
    }
}

/* What is known of each state under its new number, in arrays no longer than they have to be. */
static bool hits_move(struct match *self, const uint32_t *number)
{
    uint32_t *first = malloc((size_t)self->states * sizeof *first);
    uint32_t *shorter = malloc((size_t)self->states * sizeof *shorter);
    bool ok = first != NULL && shorter != NULL;

    for (uint32_t state = 0; ok && state < self->states; state++) {
        uint32_t other = self->shorter[state];
        first[number[state]] = self->first_needle[state];
        shorter[number[state]] = other == NONE ? NONE : number[other];
    }
    free(ok ? self->first_needle : first);
    free(ok ? self->shorter : shorter);
    if (ok) {
        self->first_needle = first;
        self->shorter = shorter;
    }
    return ok;
}

/* Gives back what shared prefixes and leaves left unused; a refusal to shrink is no harm. */
static void table_trim(struct match *self)
{
    uint32_t *smaller = realloc(self->table, (size_t)self->inner * self->classes * sizeof *self->table);

    if (smaller != NULL) {
        self->table = smaller;
    }
}

/* The trie is complete as an automaton and then loses the rows it does without. */
static bool automaton_build(struct match *self)
{
    uint32_t *scratch = malloc(3 * (size_t)self->states * sizeof *scratch);

    if (scratch == NULL) {
        return false;
    }
    uint32_t *failure = scratch, *queue = failure + self->states, *number = queue + self->states;
    states_number(self, number);
    self->resume = malloc((size_t)(self->states - self->inner + 1) * sizeof *self->resume);
    bool ok = self->resume != NULL;
    if (ok) {
        automaton_complete(self, failure, queue);
        rows_move(self, number, failure);
        ok = hits_move(self, number);
        table_trim(self);
    }
    free(scratch);
    return ok;
}

struct match *match_new(const str *needles, size_t count)
{
    struct match *self = calloc(1, sizeof *self);

    if (self == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        BUG_ON(needles[i].len == 0 || needles[i].len > NEEDLE_BYTES_MAX);
    }
    classes_assign(self, needles, count);
    if (!tables_allocate(self, needles, count)) {
        match_free(self);
        return NULL;
    }
    self->states = 1;
    self->first_needle[0] = NONE;
    for (size_t i = count; i > 0; i--) { /* backwards, so equal needles are listed in order */
        trie_insert(self, needles[i - 1], (uint32_t)(i - 1));
    }
    if (!automaton_build(self)) {
        match_free(self);
        return NULL;
    }
    return self;
}

void match_free(struct match *self)
{
    if (self != NULL) {
        free(self->table);
        free(self->resume);
        free(self->first_needle);
        free(self->next_needle);
        free(self->shorter);
        free(self);
    }
}

/* Everything that ends in `state`, longest first; false when the caller has seen enough. */
static bool report(const struct match *self, uint32_t state, size_t end, bool (*hit)(void *, size_t, size_t), void *arg)
{
    for (uint32_t s = state; s != NONE; s = self->shorter[s]) {
        for (uint32_t needle = self->first_needle[s]; needle != NONE; needle = self->next_needle[needle]) {
            if (!hit(arg, needle, end)) {
                return false;
            }
        }
    }
    return true;
}

void match_run(const struct match *self, str text, bool (*hit)(void *arg, size_t needle, size_t end), void *arg)
{
    const uint32_t *table = self->table;
    uint32_t row = 0;

    for (size_t i = 0; i < text.len; i++) {
        uint32_t cell = table[row + self->class_of[(uint8_t)text.ptr[i]]];

        row = cell & ~HIT_BIT;
        if ((cell & HIT_BIT) != 0) {
            uint32_t state = row / self->classes;
            if (!report(self, state, i + 1, hit, arg)) {
                return;
            }
            if (state >= self->inner) {
                row = self->resume[state - self->inner];
            }
        }
    }
}
