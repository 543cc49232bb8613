/* SPDX-License-Identifier: MIT */
#include "linkpond/base/utf8.h"
#include "linkpond/model/utm.h"

/* Optimal string alignment over code points: what a slip of the finger does costs one. */
#define POINTS_MAX 48

static size_t read_points(str s, uint32_t points[POINTS_MAX])
{
    size_t count = 0;

    for (size_t at = 0; at < s.len && count < POINTS_MAX; count++) {
        points[count] = (unsigned char)s.ptr[at];
        size_t size = utf8_decode(s, at, &points[count]);
        at += size > 0 ? size : 1;
    }
    return count;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t utm_distance(str a, str b, size_t worst)
{
    uint32_t left[POINTS_MAX], right[POINTS_MAX];
    size_t rows[3][POINTS_MAX + 1];
    size_t left_count = read_points(a, left), right_count = read_points(b, right);
    size_t apart = left_count > right_count ? left_count - right_count : right_count - left_count;

    for (size_t j = 0; j <= right_count; j++) {
        rows[0][j] = j;
    }
    size_t nearest = apart;
    for (size_t i = 1; i <= left_count && nearest < worst; i++) {
        size_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];
        row[0] = nearest = i;
        for (size_t j = 1; j <= right_count; j++) {
            bool same = left[i - 1] == right[j - 1];
            row[j] = least(least(above[j], row[j - 1]) + 1, above[j - 1] + !same);
            if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1]) {
                row[j] = least(row[j], before[j - 2] + 1);
            }
            nearest = least(nearest, row[j]);
        }
    }
    return nearest < worst ? least(rows[left_count % 3][right_count], worst) : worst;
}
