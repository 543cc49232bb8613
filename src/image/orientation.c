/* SPDX-License-Identifier: MIT */
/* Exif 2.3, 4.6.4: how a camera was held is tag 0x0112 of the first directory. Everything else of it (the place, the
 * time, the device) is not looked at and goes. */
#include "image.h"

#include <string.h>

#define TAG         0x0112
#define ENTRY_BYTES 12
#define SHORT       3

struct tiff {
    const uint8_t *bytes;
    size_t len;
    bool big; /* the big end first */
};

static unsigned long number(const struct tiff *self, size_t at, size_t size)
{
    unsigned long value = 0;
    for (size_t i = 0; i < size; i++) {
        value = value << 8 | self->bytes[at + (self->big ? i : size - 1 - i)];
    }
    return value;
}

static int find_in_directory(const struct tiff *self, size_t at)
{
    if (at + 2 > self->len) {
        return 1;
    }
    size_t count = number(self, at, 2);
    for (size_t i = 0, entry = at + 2; i < count && entry + ENTRY_BYTES <= self->len; i++, entry += ENTRY_BYTES) {
        if (number(self, entry, 2) == TAG && number(self, entry + 2, 2) == SHORT) {
            unsigned long value = number(self, entry + 8, 2);
            return value >= 1 && value <= 8 ? (int)value : 1;
        }
    }
    return 1;
}

int image_orientation(const uint8_t *exif, size_t len)
{
    if (len < 14 || memcmp(exif, "Exif\0\0", 6) != 0) {
        return 1;
    }
    struct tiff tiff = {.bytes = exif + 6, .len = len - 6};
    tiff.big = memcmp(tiff.bytes, "MM", 2) == 0;
    return find_in_directory(&tiff, number(&tiff, 4, 4));
}
