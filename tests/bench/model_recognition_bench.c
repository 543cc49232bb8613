/* SPDX-License-Identifier: MIT */
#include "agent_corpus.h"

/*
 * How often recognition is right. With files of labelled User-Agents (tests/unit/model/data/agent_*.tsv): each miss as
 * a line on standard error, then the table of docs/recognition.md. With "-": reads User-Agents from standard input, one
 * a line, and writes class, rule, app, version, system, device, browser and the User-Agent; for your own access logs.
 */
struct tally {
    size_t right, all;
};
struct score {
    struct tally class[CLASS_COUNT], labels[LABEL_COUNT];
};

static const char *const label_names[LABEL_COUNT] = {"app", "app version", "system", "device", "browser"};

static struct agent recognise(const struct agent_rules *rules, str user_agent)
{
    struct agent_request request = {.user_agent = user_agent};
    struct agent agent;

    agent_recognise(rules, &request, &agent);
    return agent;
}

static void score_add(struct tally *tally, bool right, const char *what, str expected, str got, str user_agent)
{
    tally->right += right;
    tally->all++;
    if (!right) {
        fprintf(stderr, "%s: '" STR_FMT "', expected '" STR_FMT "': " STR_FMT "\n", what, STR_ARG(got),
                STR_ARG(expected), STR_ARG(user_agent));
    }
}

static void score_row(struct score *self, const struct agent_rules *rules, const struct corpus_row *row)
{
    struct agent agent = recognise(rules, row->user_agent);
    const str got[LABEL_COUNT] = {agent.app, str_from_c(agent.app_version), agent.os, agent.device, agent.browser};

    score_add(&self->class[row->class], agent.class == (enum click_class)row->class, "class",
              click_class_name((enum click_class)row->class), agent.rule, row->user_agent);
    for (int i = 0; i < LABEL_COUNT; i++) {
        if (!str_eq(row->labels[i], STR("-"))) {
            score_add(&self->labels[i], str_eq(got[i], row->labels[i]), label_names[i], row->labels[i], got[i],
                      row->user_agent);
        }
    }
}

static int score_file(const struct agent_rules *rules, const char *path)
{
    struct corpus corpus;
    struct corpus_row row;
    struct score score = {0};

    if (!corpus_open(&corpus, path)) {
        fprintf(stderr, "%s cannot be read.\n", path);
        return 1;
    }
    while (corpus_next(&corpus, &row)) {
        if (row.class < 0 || row.user_agent.len == 0) {
            fprintf(stderr, "%s: a row that is none at '" STR_FMT "'\n", path, STR_ARG(row.note));
            return 1;
        }
        score_row(&score, rules, &row);
    }
    printf("%s\n", path);
    for (int i = 0; i < CLASS_COUNT; i++) {
        if (score.class[i].all > 0) {
            printf("  class %-8s %5zu of %5zu  %6.2f %%\n", click_class_name((enum click_class)i).ptr,
                   score.class[i].right, score.class[i].all,
                   100.0 * (double)score.class[i].right / (double)score.class[i].all);
        }
    }
    for (int i = 0; i < LABEL_COUNT; i++) {
        if (score.labels[i].all > 0) {
            printf("  %-14s %5zu of %5zu  %6.2f %%\n", label_names[i], score.labels[i].right, score.labels[i].all,
                   100.0 * (double)score.labels[i].right / (double)score.labels[i].all);
        }
    }
    corpus_close(&corpus);
    return 0;
}

static void label_stdin(const struct agent_rules *rules)
{
    char line[16384];

    while (fgets(line, sizeof line, stdin)) {
        str user_agent = str_trim(str_from_c(line));
        struct agent agent = recognise(rules, user_agent);
        printf("%s\t" STR_FMT "\t" STR_FMT "\t%s\t" STR_FMT "\t" STR_FMT "\t" STR_FMT "\t" STR_FMT "\n",
               click_class_name(agent.class).ptr, STR_ARG(agent.rule), STR_ARG(agent.app), agent.app_version,
               STR_ARG(agent.os), STR_ARG(agent.device), STR_ARG(agent.browser), STR_ARG(user_agent));
    }
}

int main(int count, char **args)
{
    struct agent_rules *rules = agent_rules_builtin();
    int status = count < 2;

    for (int i = 1; i < count && status == 0; i++) {
        if (strcmp(args[i], "-") == 0) {
            label_stdin(rules);
        } else {
            status = score_file(rules, args[i]);
        }
    }
    agent_rules_free(rules);
    return status;
}
