/*
 * What asking shares: one question on one line (ask_line.c), and what is made of several (ask.c).
 * Layer: cli, private to ask*.c.
 */
#ifndef DEP_CLI_ASK_IMPL_H
#define DEP_CLI_ASK_IMPL_H
#include "cli/answer.h"
#include "cli/called.h"
#include "record/schema.h"

enum { LABEL_MAX = 512 };

/* ABSENT: it is unknown, or refused, and `reason` says why. */
enum got { GOT_END = -1, GOT_NOTHING, GOT_VALUE, GOT_ABSENT };

struct asking {
    const struct dep_schema *schema;
    const char *lang;
    bool whole;
    bool unknown_ok; /* of the field at hand */
    bool again;      /* one more of a list, whose choices were shown */
    enum names { NAMES_NOTHING, NAMES_ITEM, NAMES_CASE, NAMES_RECORD } names; /* the id at hand */
    struct dep_called *called;
    const char *officer; /* at work; or NULL */
    enum signer {
        SIGNER_OTHER,  /* somebody whose code is asked for */
        SIGNER_SELF,   /* the officer at work, and nobody else */
        SIGNER_NOBODY, /* has no key here: acts on paper, or by a record of its own */
    } signer;          /* of a side, in the field at hand */
    bool found;        /* something to be asked for */
    bool refused;
    char reason[DEP_ANSWER_MAX];
};

/* Before a question, in brackets. */
void ask_hint(const char *words);
/* Of these one line is asked, and the rest only where that was answered. */
bool ask_is_short(const struct asking *asking, const json_t *form);
/* What is asked on one line, whatever it is made of. */
bool ask_is_one_line(const struct asking *asking, const json_t *form);
/* Asks until an answer will do, or there is none to be had; the value is the caller's. */
enum got ask_one(struct asking *asking, const json_t *form, const char *label, bool needed,
                 json_t **out);
#endif
