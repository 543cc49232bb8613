/* SPDX-License-Identifier: MIT */
#include "wecom_xml.h"

#include <expat.h>

#define DEPTH_MAX 8

struct reading {
    XML_Parser parser;
    struct arena *arena;
    struct wecom_xml *out;
    struct buf text;
    str name;
    unsigned depth;
    bool refused;
};

static void refuse(struct reading *self)
{
    self->refused = true;
    XML_StopParser(self->parser, XML_FALSE);
}

static void XMLCALL doctype(void *arg, const char *name, const char *system, const char *public, int internal)
{
    (void)name;
    (void)system;
    (void)public;
    (void)internal;
    refuse(arg);
}

static void XMLCALL opened(void *arg, const char *name, const char **attributes)
{
    struct reading *self = arg;
    (void)attributes;

    if (++self->depth > DEPTH_MAX) {
        refuse(self);
        return;
    }
    if (self->depth == 2) {
        self->name = arena_str(self->arena, str_from_c(name));
        buf_reset(&self->text);
    }
}

static void XMLCALL said(void *arg, const char *text, int len)
{
    struct reading *self = arg;

    if (self->depth == 2) {
        buf_add(&self->text, (str){text, (size_t)len});
    }
}

static void XMLCALL closed(void *arg, const char *name)
{
    struct reading *self = arg;
    struct wecom_xml *out = self->out;
    (void)name;

    if (self->depth-- == 2 && out->count < WECOM_ELEMENTS_MAX) {
        out->elements[out->count].name = self->name;
        out->elements[out->count++].text = arena_str(self->arena, buf_str(&self->text));
    }
}

enum err wecom_xml_read(struct arena *arena, str text, struct wecom_xml *out)
{
    if (text.len > WECOM_XML_MAX) {
        return ERR_TOO_LARGE;
    }
    struct reading self = {.parser = XML_ParserCreate(NULL), .arena = arena, .out = out};
    if (!self.parser) {
        return ERR_NOMEM;
    }
    *out = (struct wecom_xml){0};
    buf_init_heap(&self.text, WECOM_XML_MAX);
    XML_SetUserData(self.parser, &self);
    XML_SetElementHandler(self.parser, opened, closed);
    XML_SetCharacterDataHandler(self.parser, said);
    XML_SetStartDoctypeDeclHandler(self.parser, doctype);
    enum XML_Status status = XML_Parse(self.parser, text.ptr, (int)text.len, 1);
    bool bad = status != XML_STATUS_OK || self.refused || self.text.overflow;
    XML_ParserFree(self.parser);
    buf_done(&self.text);
    return arena->overflow ? ERR_NOMEM : bad ? ERR_MALFORMED : OK;
}

str wecom_xml_get(const struct wecom_xml *self, const char *name)
{
    for (size_t i = 0; i < self->count; i++) {
        if (str_eq(self->elements[i].name, str_from_c(name))) {
            return self->elements[i].text;
        }
    }
    return (str){0};
}
