/*
 * A register of records of mixed types, signed, encrypted, in the log: incidents, statements,
 * commitments, evidence, flows, cases, consents, releases and what became of them.
 */
#ifndef BENCH_MANY_H
#define BENCH_MANY_H
#include "node/node.h"

enum { BLOCK = 2000 };

/* Ends the program with the problem on stderr, unless `err` is 0. */
void must(int err, const struct dep_problem *problem);
/* A line of JSON on stdout. */
void say(const char *name, double value, const char *unit);
struct dep_node *open_as(const char *dir, const char *officer, bool write);
/* A new register in `dir`, of so many records and few more, in blocks of BLOCK; officer "K". */
void make_many(const char *dir, uint64_t records);
/* The item whose first record is the `serial`-th. */
void item_id(uint64_t serial, char out[DEP_UUID_LEN + 1]);
#endif
