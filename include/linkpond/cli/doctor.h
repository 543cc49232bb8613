/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_CLI_DOCTOR_H
#define LINKPOND_CLI_DOCTOR_H

#include "linkpond/cli/client.h"

/* What the doctor looks at, a line each. */
enum finding_status { FINDING_OK, FINDING_WARN, FINDING_FAIL };
#define FINDINGS_MAX 32
struct finding {
    const char *name; /* stable, snake_case */
    enum finding_status status;
    str text; /* what was seen and, unless ok, what to do */
};
struct doctor {
    struct cli *cli;
    struct client *client; /* NULL when the folder could not be opened */
    struct finding findings[FINDINGS_MAX];
    size_t count;
};
void doctor_find(struct doctor *self, const char *name, enum finding_status status, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The data folder, its disk, backups and the ledger's figures. */
void doctor_look_here(struct doctor *self);
/* What visitors pass: names, certificate, proxy. url is http(s)://HOST[:PORT]. */
void doctor_look_outside(struct doctor *self, const char *url);

#endif
