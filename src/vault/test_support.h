/*
 * What tests of the vault share: repeatable randomness and how a finding is asserted.
 */
#ifndef DEP_VAULT_TEST_SUPPORT_H
#define DEP_VAULT_TEST_SUPPORT_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "vault/age.h"

static inline void counter_random(void *out, size_t len)
{
    static uint8_t next;
    uint8_t *bytes = out;
    for (size_t i = 0; i < len; i++)
        bytes[i] = (uint8_t)(++next * 37 + 11);
}

/* DEP_OK for an empty id, else DEP_FOUND with exactly that id. */
static inline void expect_finding(const char *row, int err, const struct dep_finding *why,
                                  const char *id)
{
    if (*id == 0 ? err != DEP_OK : err != DEP_FOUND || strcmp(why->id, id) != 0)
        fail_msg("%s: expected '%s', got %d %s", row, id, err, err == DEP_FOUND ? why->id : "");
}
static inline void make_recipients(struct dep_age_identity *identities,
                                   struct dep_age_recipient *recipients, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        dep_age_identity_new(counter_random, &identities[i]);
        recipients[i] = identities[i].recipient;
    }
}
#endif
