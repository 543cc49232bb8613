/* SPDX-License-Identifier: MIT */
/* Each tool has columns that together are its own. The more telling rows stand first; what several tools, or anybody,
 * would write (url, short_url, clicks) tells nothing. */
#include "import_tool.h"

#include "linkpond/api/import_columns.h"

#define WORDS_MAX 3
static const struct {
    const char *tool;
    const char *words[WORDS_MAX]; /* as column_word writes them; all must be there */
} tools[] = {
    {"Rebrandly", {"slashtag", NULL}},     {"TinyURL", {"tinyurl", "longurl"}},
    {"Bitly", {"bitlink", NULL}},          {"Bitly", {"link", "longurl"}},
    {"YOURLS", {"keyword", "url", NULL}},  {"Shlink", {"shortcode", "longurl"}},
    {"Kutt", {"address", "target"}},       {"Dub", {"shortlink", "destinationurl"}},
    {"Short.io", {"originalurl", "path"}}, {"Polr", {"longurl", "creator", "clicks"}},
};

static bool has_word(const struct csv_row *header, const char *word)
{
    char memory[COLUMN_WORD_MAX];
    for (size_t i = 0; i < header->count; i++) {
        if (str_eq(column_word(header->cells[i], memory), str_from_c(word))) {
            return true;
        }
    }
    return false;
}

const char *import_tool_find(const struct csv_row *header)
{
    for (size_t i = 0; i < ARRAY_LEN(tools); i++) {
        bool all = true;
        for (size_t k = 0; all && k < WORDS_MAX && tools[i].words[k]; k++) {
            all = has_word(header, tools[i].words[k]);
        }
        if (all) {
            return tools[i].tool;
        }
    }
    return NULL;
}
