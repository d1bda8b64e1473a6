/*
 * print letter: which records a letter is made of.
 */
#include "cli/print.h"

#include "cli/verdict.h"
#include "node/act.h"
#include "node/charter.h"
#include "node/marking.h"
#include "node/release.h"
#include "report/letter.h"

#include <string.h>

/* What the letter needs, kept while it is written. */
struct post {
    struct dep_view named, request, prepared, made;
    struct dep_act answers;
    json_t *conditions;
    struct dep_letter letter;
};

static void post_done(struct post *post)
{
    dep_view_done(&post->named);
    dep_view_done(&post->request);
    dep_view_done(&post->prepared);
    dep_view_done(&post->made);
    dep_act_done(&post->answers);
    json_decref(post->conditions);
}

/* The charter's name of a code in the paper's language; the code where it has no such name. */
static const char *name_of(const struct dep_charter *charter, const char *list, const char *code,
                           const char *lang)
{
    const json_t *entries =
        dep_json_array(dep_json_object(dep_charter_json(charter), "lists"), list);
    size_t i;
    json_t *entry;
    json_array_foreach(entries, i, entry)
    {
        const char *name = dep_json_string(dep_json_object(entry, "name"), lang);
        if (code && name && strcmp(dep_json_string(entry, "code"), code) == 0)
            return name;
    }
    return code ? code : "—";
}

/* Our own copy of the claims: what stands in them as a code is read by people here. */
static int name_codes(const struct dep_charter *charter, const char *lang, struct dep_view *view,
                      struct dep_problem *problem)
{
    static const struct {
        const char *field, *list;
    } table[] = {{"purpose", "purposes"}, {"line", "lines"}};
    for (size_t i = 0; i < DEP_COUNT(table); i++) {
        const char *code = dep_json_string(view->claims, table[i].field);
        if (code && json_object_set_new(view->claims, table[i].field,
                                        json_string(name_of(charter, table[i].list, code, lang))))
            return dep_problem_fault(problem, DEP_ERR_NOMEM, "print.letter", view->row.jti);
    }
    return DEP_OK;
}

/* The codes that bind who gets it, as they were when it was released: of the item, and of the
 * fields that are shown. */
struct handling {
    const json_t *material;
    const struct dep_charter *charter;
    const char *lang;
    uint64_t before; /* index of the release */
    json_t *names;   /* of the newest marking so far */
};

static bool shown(const json_t *material, const char *name)
{
    return name && dep_json_has_string(dep_json_array(material, "fields"), name);
}

static bool add_names(const struct handling *handling, const json_t *marked)
{
    size_t i;
    json_t *code;
    json_array_foreach(dep_json_array(marked, "handling"), i, code)
    {
        const char *name =
            name_of(handling->charter, "handling", json_string_value(code), handling->lang);
        if (json_array_append_new(handling->names, json_string(name)))
            return false;
    }
    return true;
}

static int read_handling(void *context, const struct dep_view *marking)
{
    struct handling *handling = context;
    size_t i;
    json_t *field;
    if (marking->row.index >= handling->before)
        return DEP_OK;
    bool added = json_array_clear(handling->names) == 0 && add_names(handling, marking->claims);
    json_array_foreach(dep_json_array(marking->claims, "fields"), i,
                       field) if (shown(handling->material, dep_json_string(field, "field")))
        added = added && add_names(handling, field);
    return added ? DEP_OK : DEP_ERR_NOMEM;
}

/* A record by itself: its type says what its fields are called. */
static int name_record(struct dep_node *node, const char *id, json_t *material,
                       struct dep_problem *problem)
{
    struct dep_index_row row;
    int err = dep_node_find(node, id ? id : "", &row, problem);
    return !err && json_object_set_new(material, "type", json_string(row.type))
               ? dep_problem_fault(problem, DEP_ERR_NOMEM, "print.letter", row.jti)
               : err;
}

/* What an exhibit is to its recipient: its number, not our id, and the codes that bind. */
static int name_item(struct dep_node *node, const struct dep_charter *charter, const char *lang,
                     uint64_t before, json_t *material, struct dep_problem *problem)
{
    DEP_AUTO_ITEM item = {.item = ""};
    const char *id = dep_json_string(material, "item");
    struct handling handling = {material, charter, lang, before, json_array()};
    int err = json_object_set_new(material, "handling", handling.names) ? DEP_ERR_NOMEM : DEP_OK;
    if (!err && dep_json_string(material, "record"))
        return name_record(node, id, material, problem);
    if (!err && id)
        err = dep_node_item(node, id, true, &item, problem);
    const char *exhibit = err ? NULL : dep_json_string(item.first.claims, "exhibit");
    if (exhibit && json_object_set_new(material, "exhibit", json_string(exhibit)))
        err = DEP_ERR_NOMEM;
    if (!err && id)
        err = dep_node_markings(node, id, read_handling, &handling, problem);
    return err == DEP_ERR_NOMEM ? dep_problem_fault(problem, err, "print.letter", "") : err;
}

static int name_items(struct dep_node *node, const struct dep_charter *charter, const char *lang,
                      struct post *post, struct dep_problem *problem)
{
    size_t i;
    json_t *material;
    int err = DEP_OK;
    json_array_foreach(json_object_get(post->prepared.claims, "materials"), i, material) if (!err)
        err = name_item(node, charter, lang, post->named.row.index, material, problem);
    return err;
}

static int nothing_to_send(struct dep_problem *problem, const char *name)
{
    return dep_problem_found(problem, "print.no_letter", "MANDATE F5", name);
}

/* Ours goes out as it is; what came in is replied to with the newest answer. */
static int of_request(struct dep_node *node, struct post *post, struct dep_problem *problem)
{
    const char *direction = dep_json_string(post->named.claims, "direction");
    post->letter.request = &post->named;
    if (direction && strcmp(direction, "out") == 0)
        return DEP_OK;
    int err = dep_node_act(node, post->named.row.jti, "request.made", &post->answers, problem);
    post->letter.answer = err ? NULL : dep_act_newest(&post->answers, "request.answered");
    return !err && !post->letter.answer ? nothing_to_send(problem, post->named.row.jti) : err;
}

static int of_answer(struct dep_node *node, struct post *post, struct dep_problem *problem)
{
    const char *answers = dep_record_ref(post->named.claims, "answers");
    int err = answers ? dep_node_view(node, answers, true, &post->request, problem)
                      : nothing_to_send(problem, post->named.row.jti);
    post->letter.request = &post->request;
    post->letter.answer = &post->named;
    return err;
}

struct asking {
    struct dep_node *node;
    struct post *post;
    struct dep_problem *problem;
};

/* The first request on which the verdict rests; one that came in a package has no letter here. */
static int take_request(void *context, const char *type, const json_t *claims)
{
    const struct asking *asking = context;
    const char *iss = dep_json_string(claims, "iss"), *id = dep_json_string(claims, "jti");
    if (asking->post->letter.request || strcmp(type, "request.made") != 0 || !iss || !id ||
        strcmp(iss, dep_register_info(dep_node_register(asking->node))->member) != 0)
        return DEP_OK;
    int err = dep_node_view(asking->node, id, true, &asking->post->request, asking->problem);
    asking->post->letter.request = err ? NULL : &asking->post->request;
    return err;
}

/* Our own copy: who set a condition stands in it as a member's code. */
static int name_grantors(const struct dep_charter *charter, const char *lang,
                         const json_t *conditions, struct dep_problem *problem)
{
    size_t i;
    json_t *one;
    json_array_foreach(conditions, i, one)
    {
        const char *code = dep_json_string(one, "grantor");
        const char *name = code ? dep_body_name(charter, code, lang) : NULL;
        if (name && json_object_set_new(one, "grantor", json_string(name)))
            return dep_problem_fault(problem, DEP_ERR_NOMEM, "print.letter", code);
    }
    return DEP_OK;
}

static int of_release(struct dep_node *node, struct post *post, struct dep_problem *problem)
{
    const json_t *verdict = dep_json_object(post->named.claims, "verdict");
    struct asking asking = {node, post, problem};
    const char *about = dep_record_ref(post->named.claims, "about");
    int err = about ? dep_node_view(node, about, true, &post->prepared, problem)
                    : nothing_to_send(problem, post->named.row.jti);
    const char *request = err ? NULL : dep_json_string(post->prepared.claims, "request");
    if (request) {
        err = dep_node_view(node, request, true, &post->request, problem);
        post->letter.request = &post->request;
    } else if (!err) {
        err = dep_node_relied(node, verdict, take_request, &asking, problem);
    }
    if (!err)
        err = dep_node_conditions(node, verdict, &post->conditions, problem);
    post->letter.conditions = post->conditions;
    post->letter.prepared = &post->prepared;
    post->letter.release = &post->named;
    return err;
}

/* The release it is about, and what of that was prepared; not what else is known of it. */
static int of_withdrawal(struct dep_node *node, struct post *post, struct dep_problem *problem)
{
    const char *made = dep_record_ref(post->named.claims, "about");
    int err = made ? dep_node_view(node, made, false, &post->made, problem)
                   : nothing_to_send(problem, post->named.row.jti);
    const char *prepared = err ? NULL : dep_record_ref(post->made.claims, "about");
    if (!err)
        err = prepared ? dep_node_view(node, prepared, true, &post->prepared, problem)
                       : nothing_to_send(problem, post->named.row.jti);
    post->letter.prepared = &post->prepared;
    post->letter.release = &post->made;
    post->letter.withdrawn = &post->named;
    return err;
}

static int gather(struct dep_node *node, const char *name, struct post *post,
                  struct dep_problem *problem)
{
    static const struct {
        const char *type;
        int (*of)(struct dep_node *node, struct post *post, struct dep_problem *problem);
    } table[] = {{"release.made", of_release},
                 {"release.withdrawn", of_withdrawal},
                 {"request.answered", of_answer},
                 {"request.made", of_request}};
    int err = dep_node_view(node, name, true, &post->named, problem);
    if (err)
        return err;
    for (size_t i = 0; i < DEP_COUNT(table); i++)
        if (strcmp(post->named.row.type, table[i].type) == 0)
            return table[i].of(node, post, problem);
    return nothing_to_send(problem, name);
}

int dep_print_letter(const struct dep_paper *paper, struct dep_node *node, const char *name,
                     struct dep_problem *problem)
{
    struct post post = {.letter = {.to = NULL}};
    const struct dep_charter *charter = NULL;
    int err =
        dep_node_charter(node, dep_register_count(dep_node_register(node)), &charter, problem);
    if (!err)
        err = gather(node, name, &post, problem);
    if (!err) {
        const struct dep_letter *letter = &post.letter;
        const json_t *claims = (letter->prepared ? letter->prepared : letter->request)->claims;
        const char *code = dep_json_string(claims, letter->prepared ? "recipient"
                                                   : letter->answer ? "from"
                                                                    : "to");
        post.letter.to = name_of(charter, "recipients", code, paper->lang);
    }
    struct dep_view *views[] = {&post.named, &post.request, &post.prepared};
    for (size_t i = 0; !err && i < DEP_COUNT(views); i++)
        err = name_codes(charter, paper->lang, views[i], problem);
    if (!err)
        err = name_items(node, charter, paper->lang, &post, problem);
    if (!err)
        err = name_grantors(charter, paper->lang, post.conditions, problem);
    if (!err)
        err = dep_paper_letter(paper, &post.letter, &problem->finding);
    post_done(&post);
    return err;
}
