#include "cli/cli.h"

#include <string.h>

enum { WORD_MAX = 32, SLIPS_MAX = 2 };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Slips between two words: a letter too many, too few, or another, or two that changed places. */
static size_t slips(const char *a, size_t a_len, const char *b, size_t b_len)
{
    size_t rows[WORD_MAX + 1][WORD_MAX + 1];
    for (size_t i = 0; i <= a_len; i++)
        for (size_t j = 0; j <= b_len; j++) {
            if (!i || !j) {
                rows[i][j] = i + j;
                continue;
            }
            rows[i][j] = least(least(rows[i - 1][j], rows[i][j - 1]) + 1,
                               rows[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                rows[i][j] = least(rows[i][j], rows[i - 2][j - 2] + 1);
        }
    return rows[a_len][b_len];
}

const char *dep_nearest(const char *word, size_t len, const char *const *names, size_t count)
{
    const char *nearest = NULL;
    size_t fewest = SLIPS_MAX + 1;
    for (size_t i = 0; i < count; i++) {
        size_t name_len = strlen(names[i]);
        if (len > WORD_MAX || name_len > WORD_MAX)
            continue;
        size_t found = slips(word, len, names[i], name_len);
        /* Of a short word nothing would be left. */
        if (found < fewest && found < name_len / 2) {
            fewest = found;
            nearest = names[i];
        }
    }
    return nearest;
}
