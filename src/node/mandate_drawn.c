/*
 * What the program draws itself in a record of the mandate: receipts and pseudonyms.
 */
#include "node/mandate.h"

#include "node/consent.h"
#include "node/node_impl.h"
#include "node/stated.h"

#include <stdio.h>
#include <string.h>

static int draw_into(struct dep_node *node, json_t *object, const char *name, const char *where,
                     struct dep_problem *problem)
{
    char drawn[DEP_PSEUDONYM_LEN + 1];
    if (json_object_get(object, name))
        return dep_stated_bad(problem, "mandate.drawn", "doc/format/mandate.md 4", where, "", "");
    dep_pseudonym_new(node->world.random, drawn);
    int bad = json_object_set_new(object, name, json_string(drawn));
    dep_wipe(drawn, sizeof drawn);
    return bad ? dep_problem_fault(problem, DEP_ERR_NOMEM, "node.mandate", where) : DEP_OK;
}

int dep_mandate_draw(struct dep_node *node, const char *type, json_t *claims,
                     struct dep_problem *problem)
{
    if (strcmp(type, "allegation.received") == 0)
        return draw_into(node, claims, "receipt", "/receipt", problem);
    size_t i;
    json_t *harmed;
    if (strcmp(type, "violation.tagged") != 0)
        return DEP_OK;
    json_array_foreach(dep_json_array(claims, "harmed"), i, harmed)
    {
        int err = json_is_object(harmed)
                      ? draw_into(node, harmed, "pseudonym", "/harmed/pseudonym", problem)
                      : DEP_OK; /* the schema's affair */
        if (err)
            return err;
    }
    return DEP_OK;
}

const char *dep_receipt_grouped(const char *receipt, char out[DEP_RECEIPT_ROOM])
{
    size_t len = 0;
    for (size_t i = 0; receipt[i] && len + 2 < DEP_RECEIPT_ROOM; i++) {
        if (i && i % 4 == 0)
            out[len++] = '-';
        out[len++] = receipt[i];
    }
    out[len] = 0;
    return out;
}

/* Crockford's base32 has neither of these letters. */
static char digit_alike(char c)
{
    return c == 'O' ? '0' : c == 'I' || c == 'L' ? '1' : c;
}

bool dep_receipt_read(const char *text, char out[DEP_RECEIPT_ROOM])
{
    static const char letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    enum { GROUP = 5 };
    char code[DEP_PSEUDONYM_LEN + 1] = "";
    size_t len = 0;
    for (size_t i = 0; text[i]; i++) {
        char c =
            digit_alike((char)(text[i] >= 'a' && text[i] <= 'z' ? text[i] - 'a' + 'A' : text[i]));
        if (c == '-' && i % GROUP == GROUP - 1)
            continue;
        if (len == DEP_PSEUDONYM_LEN || !strchr(letters, c))
            return false;
        code[len++] = c;
    }
    if (len != DEP_PSEUDONYM_LEN)
        return false;
    memcpy(out, code, sizeof code);
    return true;
}

int dep_node_receipt(struct dep_node *node, const char *name, char out[DEP_RECEIPT_ROOM],
                     struct dep_problem *problem)
{
    DEP_AUTO_VIEW view = {.claims = NULL};
    int err = dep_node_view(node, name, true, &view, problem);
    if (err)
        return err;
    const char *receipt = dep_json_string(view.claims, "receipt");
    if (strcmp(view.row.type, "allegation.received") != 0 || !receipt)
        return dep_problem_found(problem, "print.no_receipt", "doc/format/mandate.md 4", name);
    (void)dep_receipt_grouped(receipt, out);
    return DEP_OK;
}
