/*
 * What tools/fold-table writes and src/codec/fold.c reads: one row a character, ascending.
 */
#ifndef DEP_CODEC_FOLD_TABLE_H
#define DEP_CODEC_FOLD_TABLE_H
#include <stddef.h>
#include <stdint.h>

struct dep_fold_row {
    uint32_t code;
    uint16_t apart_at, folded_at;      /* places in the pool */
    uint8_t apart_count, folded_count; /* 0: the character itself */
    uint8_t order;                     /* canonical combining class */
};
extern const struct dep_fold_row dep_fold_rows[];
extern const size_t dep_fold_row_count;
extern const uint32_t dep_fold_pool[];
#endif
