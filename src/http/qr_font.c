/* SPDX-License-Identifier: MIT */
/*
 * Letters for captions, by FreeType. The font is the machine's: a file with all Chinese characters is larger than this
 * program, and Debian keeps one up to date. Characters stand one beside the other as they come, which is right for
 * Chinese and Latin; scripts whose letters join would need a shaper.
 */
#include <ft2build.h>
#include <stdlib.h>
#include FT_FREETYPE_H

#include "linkpond/base/utf8.h"
#include "linkpond/http/qr.h"

/* Where Debian's packages put them, the smallest first: wqy-microhei, wqy-zenhei, noto-cjk; DejaVu has no Chinese but
 * is better than nothing. */
static const char *const places[] = {
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
};

struct qr_font {
    FT_Library library;
    FT_Face face;
    int em; /* set now */
};

enum err qr_font_open(struct qr_font **out)
{
    struct qr_font *self = calloc(1, sizeof *self);
    if (!self || FT_Init_FreeType(&self->library) != 0) {
        free(self);
        return ERR_NOMEM;
    }
    for (size_t i = 0; i < ARRAY_LEN(places) && !self->face; i++) {
        if (FT_New_Face(self->library, places[i], 0, &self->face) != 0) {
            self->face = NULL;
        }
    }
    if (!self->face) {
        qr_font_close(self);
        return ERR_NOT_FOUND;
    }
    *out = self;
    return OK;
}

void qr_font_close(struct qr_font *self)
{
    if (self) {
        FT_Done_FreeType(self->library); /* its faces too */
        free(self);
    }
}

/* The glyph in the face's slot; NULL when the font has nothing to show. */
static FT_GlyphSlot load(struct qr_font *self, uint32_t c, int em, FT_Int32 flags)
{
    if (self->em != em && FT_Set_Pixel_Sizes(self->face, 0, (FT_UInt)em) != 0) {
        return NULL;
    }
    self->em = em;
    return FT_Load_Char(self->face, c, flags | FT_LOAD_NO_BITMAP) == 0 ? self->face->glyph : NULL;
}

static int advance(FT_GlyphSlot glyph)
{
    return (int)((glyph->advance.x + 32) >> 6); /* 26.6 fixed point */
}

int qr_font_width(struct qr_font *self, str text, int em)
{
    int width = 0;
    uint32_t c;
    for (size_t at = 0, len; (len = utf8_decode(text, at, &c)) > 0; at += len) {
        FT_GlyphSlot glyph = load(self, c, em, FT_LOAD_DEFAULT);
        width += glyph ? advance(glyph) : 0;
    }
    return width;
}

static void draw_glyph(const FT_Bitmap *bitmap, int left, int top, const struct qr_map *map)
{
    for (int y = 0; y < (int)bitmap->rows; y++) {
        for (int x = 0; x < (int)bitmap->width; x++) {
            int u = left + x, v = top + y;
            uint8_t ink = bitmap->buffer[y * bitmap->pitch + x];
            if (u >= 0 && v >= 0 && u < map->width && v < map->height) {
                uint8_t *at = &map->bytes[(size_t)v * (size_t)map->width + (size_t)u];
                *at = ink > *at ? ink : *at;
            }
        }
    }
}

void qr_font_draw(struct qr_font *self, str text, int em, int x, int y, const struct qr_map *map)
{
    uint32_t c;
    for (size_t at = 0, len; (len = utf8_decode(text, at, &c)) > 0; at += len) {
        FT_GlyphSlot glyph = load(self, c, em, FT_LOAD_RENDER);
        if (glyph && glyph->bitmap.pixel_mode == FT_PIXEL_MODE_GRAY) {
            draw_glyph(&glyph->bitmap, x + glyph->bitmap_left, y - glyph->bitmap_top, map);
        }
        x += glyph ? advance(glyph) : 0;
    }
}
