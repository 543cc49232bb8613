/* SPDX-License-Identifier: MIT */
#include "rule_block.h"

static const str FACT_NAMES[FACT_COUNT] = {
#define FACT_NAME(constant, name, compare) [constant] = STR_INIT(name),
    RULE_FACT_TABLE(FACT_NAME)
#undef FACT_NAME
};
static const enum rule_compare FACT_COMPARES[FACT_COUNT] = {
#define FACT_COMPARE(constant, name, compare) [constant] = (compare),
    RULE_FACT_TABLE(FACT_COMPARE)
#undef FACT_COMPARE
};
static const str CHOICE_NAMES[CHOICE_COUNT] = {
#define CHOICE_NAME(constant, name) [constant] = STR_INIT(name),
    RULE_CHOICE_TABLE(CHOICE_NAME)
#undef CHOICE_NAME
};

static int find(const str *names, int count, str name)
{
    for (int i = 0; i < count; i++) {
        if (str_eq(names[i], name)) {
            return i;
        }
    }
    return -1;
}

str rule_fact_name(enum rule_fact fact)
{
    return (unsigned)fact < FACT_COUNT ? FACT_NAMES[fact] : (str){0};
}

int rule_fact_find(str name)
{
    return find(FACT_NAMES, FACT_COUNT, name);
}

enum rule_compare rule_fact_compare(enum rule_fact fact)
{
    return FACT_COMPARES[fact];
}

str rule_choice_name(enum rule_choice choice)
{
    return (unsigned)choice < CHOICE_COUNT ? CHOICE_NAMES[choice] : (str){0};
}

int rule_choice_find(str name)
{
    return find(CHOICE_NAMES, CHOICE_COUNT, name);
}

unsigned rules_needs(const struct rules *self)
{
    return self->needs;
}

bool rules_sticky(const struct rules *self)
{
    return self->sticky;
}
