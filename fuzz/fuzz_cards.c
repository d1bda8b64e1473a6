/*
 * Key requests, key cards, home cards: the input is taken as each of them. What is taken names no
 * role that no officer can have and no file elsewhere; a home card is written again as it was read.
 */
#include "node/cards.h"

#include <stdlib.h>
#include <string.h>

static void must(bool true_here)
{
    if (!true_here)
        abort();
}

static void check(int err, const struct dep_problem *problem)
{
    must(err == DEP_OK || (err == DEP_FOUND && problem->finding.id && problem->finding.clause));
}

static void take_request(struct dep_slice text)
{
    struct dep_problem problem = {.detail = ""};
    DEP_AUTO_KEY_REQUEST request = {.json = NULL};
    int err = dep_key_request_parse(text, &request, &problem);
    check(err, &problem);
    if (err)
        return;
    must(request.roles && request.roles < DEP_ROLE_ROOT && !strchr(request.code, '/'));
    DEP_AUTO_JSON *names = dep_role_names(request.roles);
    must(dep_roles_named(names) == request.roles);
}

static void take_card(struct dep_slice text)
{
    struct dep_problem problem = {.detail = ""};
    DEP_AUTO_KEY_CARD card = {.json = NULL};
    int err = dep_key_card_parse(text, &card, &problem);
    check(err, &problem);
    if (!err)
        must(!strchr(card.code, '/') && strcmp(card.record.type, "key.enrolled") == 0);
}

static void take_home(struct dep_slice text)
{
    struct dep_problem problem = {.detail = ""};
    struct dep_home_card card, again;
    memset(&card, 0, sizeof card);
    memset(&again, 0, sizeof again);
    int err = dep_home_card_parse(text, &card, &problem);
    check(err, &problem);
    if (err)
        return;
    DEP_AUTO_BUF written;
    dep_buf_init(&written, DEP_KEYFILE_MAX);
    must(card.recovery_count < DEP_RECIPIENTS_MAX);
    must(dep_home_card_encode("m", &card, &written) == DEP_OK);
    must(dep_home_card_parse(dep_buf_slice(&written), &again, &problem) == DEP_OK);
    must(memcmp(&again, &card, sizeof card) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct dep_slice text = dep_slice_of(data, size);
    take_request(text);
    take_card(text);
    take_home(text);
    return 0;
}
