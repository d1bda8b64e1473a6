/*
 * Names as file systems that fold case or normalise see them: two names with one folded form may be
 * one file on the next medium.
 *
 * Standard: Unicode 3.13, canonical caseless matching (D145): NFD, full case folding, NFD again.
 * Layer:   codec (pure; the tables are made by tools/fold-table when the program is built).
 */
#ifndef DEP_CODEC_FOLD_H
#define DEP_CODEC_FOLD_H
#include "base/base.h"

/* Append the folded form of `name`, in UTF-8. Bytes that aren't UTF-8 stay as they are. */
DEP_MUST_USE int dep_fold_name(struct dep_slice name, struct dep_buf *out);
#endif
