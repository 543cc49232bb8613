/* SPDX-License-Identifier: MIT */
/*
 * Aho and Corasick, "Efficient string matching" (CACM 18:6, 1975), as a complete automaton: every state has a row
 * with the next state for every class of bytes, so a byte of text costs two loads and never a walk along failure
 * links. Bytes that no needle contains share class 0 and a letter shares its class with its other case, which
 * keeps a row at some forty cells instead of 256 and does the folding for free.
 *
 * A cell holds the offset of the next row (state * classes), with bit 31 set when something ends there, so
 * the loop touches nothing but the class map and the table until there is a hit. A compact (double-array) form would
 * be smaller and slower; 1,800 needles make some 9,000 states and two megabytes, of which a text touches the
 * rows near the root.
 */
#include "linkpond/base/match.h"

#define NEEDLE_BYTES_MAX 128
#define HIT_BIT          UINT32_C(0x80000000)
#define NONE             UINT32_MAX

struct match {
    uint8_t class_of[256];
    uint32_t classes;
    uint32_t states;
    uint32_t *table;        /* states * classes cells */
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

/* State numbers become row offsets with the hit bit. */
static void cells_finish(struct match *self)
{
    for (size_t i = 0; i < (size_t)self->states * self->classes; i++) {
        uint32_t state = self->table[i];
        bool hit = self->first_needle[state] != NONE || self->shorter[state] != NONE;

        self->table[i] = state * self->classes | (hit ? HIT_BIT : 0);
    }
}

/* Gives back what shared prefixes left unused; a refusal to shrink is no harm. */
static void table_trim(struct match *self)
{
    uint32_t *smaller = realloc(self->table, (size_t)self->states * self->classes * sizeof *self->table);

    if (smaller != NULL) {
        self->table = smaller;
    }
}

struct match *match_new(const str *needles, size_t count)
{
    struct match *self = calloc(1, sizeof *self);
    uint32_t *scratch = NULL;

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
    scratch = malloc(2 * (size_t)self->states * sizeof *scratch);
    if (scratch == NULL) {
        match_free(self);
        return NULL;
    }
    automaton_complete(self, scratch, scratch + self->states);
    free(scratch);
    cells_finish(self);
    table_trim(self);
    return self;
}

void match_free(struct match *self)
{
    if (self != NULL) {
        free(self->table);
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
        if ((cell & HIT_BIT) != 0 && !report(self, row / self->classes, i + 1, hit, arg)) {
            return;
        }
    }
}
