#include "cli/verdict.h"

#include "cli/show.h"
#include "codec/text.h"
#include "rules/action.h"
#include "rules/written.h"

#include <string.h>

/* NULL where it isn't among them. */
static const char *name_in(const json_t *entries, const char *key, const char *wanted,
                           const char *lang)
{
    size_t i;
    json_t *entry;
    json_array_foreach(entries, i, entry)
    {
        const char *code = dep_json_string(entry, key);
        if (!code || strcmp(code, wanted) != 0)
            continue;
        const json_t *names = dep_json_object(entry, "name");
        const char *name = dep_json_string(names, lang);
        if (!name)
            name = dep_json_string(names, "en");
        return name ? name : wanted;
    }
    return NULL;
}

static const char *const LISTS[DEP_LIST_COUNT] = {
    [DEP_LIST_LINES] = "lines",       [DEP_LIST_TERRITORIES] = "territories",
    [DEP_LIST_HANDLING] = "handling", [DEP_LIST_CATEGORIES] = "categories",
    [DEP_LIST_PURPOSES] = "purposes", [DEP_LIST_RECIPIENTS] = "recipients",
};

bool dep_list_find(const char *name, enum dep_list *out)
{
    for (enum dep_list i = 0; i < DEP_LIST_COUNT; i++)
        if (strcmp(LISTS[i], name) == 0) {
            *out = i;
            return true;
        }
    return false;
}

static const char *listed_name(const struct dep_charter *charter, enum dep_list list,
                               const char *code, const char *lang)
{
    return name_in(dep_json_array(dep_json_object(dep_charter_json(charter), "lists"), LISTS[list]),
                   "code", code, lang);
}

static const char *roster_name(const struct dep_charter *charter, const char *id, const char *lang)
{
    return name_in(dep_json_array(dep_charter_json(charter), "members"), "id", id, lang);
}

const char *dep_code_name(const struct dep_charter *charter, enum dep_list list, const char *code)
{
    const char *name = listed_name(charter, list, code, dep_reader_language());
    return name ? name : code;
}

const char *dep_member_name(const struct dep_charter *charter, const char *id)
{
    const char *name = roster_name(charter, id, dep_reader_language());
    return name ? name : id;
}

const char *dep_body_name(const struct dep_charter *charter, const char *code, const char *lang)
{
    const char *name = roster_name(charter, code, lang);
    return name ? name : listed_name(charter, DEP_LIST_RECIPIENTS, code, lang);
}

static void show_text(const char *text)
{
    dep_print_safe(stdout, text, strlen(text));
}

static void show_named(const char *name, const char *code)
{
    show_text(name);
    if (strcmp(name, code) == 0)
        return;
    (void)printf(" (");
    show_text(code);
    (void)printf(")");
}

void dep_show_code(const struct dep_charter *charter, enum dep_list list, const char *code)
{
    if (code)
        show_named(dep_code_name(charter, list, code), code);
    else
        show_text("-");
}

static void show_member(const struct dep_charter *charter, const char *id)
{
    if (id)
        show_named(dep_member_name(charter, id), id);
    else
        show_text("-");
}

static const char *word_of(const char *kind, const char *name)
{
    enum { ID_MAX = 64 };
    char id[ID_MAX];
    (void)snprintf(id, sizeof id, "%s.%s", kind, name);
    const char *word = dep_word(id);
    /* Another member's record may have one that only a later version knows. */
    return word == id ? name : word;
}

bool dep_show_listed(const struct dep_charter *charter, const char *list, const char *code)
{
    if (strcmp(list, "needs") == 0) {
        show_named(word_of("need", code), code);
        return true;
    }
    if (strcmp(list, "members") == 0) {
        show_member(charter, code);
        return true;
    }
    enum dep_list which;
    if (!dep_list_find(list, &which))
        return false;
    if (strcmp(code, "any") == 0)
        show_text(dep_word("codes.any"));
    else
        dep_show_code(charter, which, code);
    return true;
}

/* Below the words of a requirement. */
static void begin_line(const char *label)
{
    (void)printf("\n             ");
    dep_print_label(stdout, label);
}

/* By this officer an approval of exactly this is there already, or would not count. */
static bool has_had_a_say(const struct dep_judgement *judgement, const char *officer)
{
    const struct dep_action *action = &judgement->action;
    const struct dep_facts *facts = judgement->known.facts;
    const struct dep_names *names = judgement->known.names;
    if (strcmp(dep_names_text(names, action->prepared_by), officer) == 0)
        return true;
    /* Who else approved isn't told to whoever doesn't read approvals. */
    if (judgement->known.partial)
        return false;
    for (size_t i = 0; i < dep_facts_count(facts); i++) {
        const struct dep_fact *fact = dep_facts_at(facts, i);
        if (fact->kind == DEP_FACT_APPROVAL && fact->withdrawn_s == INT64_MAX &&
            dep_hash_equal(&fact->approves, &action->digest) &&
            strcmp(dep_names_text(names, fact->by), officer) == 0)
            return true;
    }
    return false;
}

/* Whom to turn to: by their codes, as each office has them on its door. */
static void show_approvers(const struct dep_node *node, const struct dep_judgement *judgement)
{
    const struct dep_keyset *keys = dep_node_keyset(node);
    size_t shown = 0;
    dep_print_label(stdout, word_of("giver", dep_giver_name(DEP_GIVER_APPROVER)));
    for (size_t i = 0; i < dep_keyset_count(keys); i++) {
        const struct dep_key_state *key = dep_keyset_at(keys, i);
        if (key->use != DEP_KEY_OFFICER || key->revoked || !(key->roles & DEP_ROLE_APPROVER) ||
            has_had_a_say(judgement, key->code))
            continue;
        (void)printf("%s%s", shown++ ? _(", ") : "", key->code);
    }
    if (!shown)
        (void)printf("%s", _("there is no other: one has to be enrolled first (key enrol)"));
}

/* A member or recipient by name, an approver by code, else who that is in words. */
static void show_giver(const struct dep_node *node, const struct dep_judgement *judgement,
                       const struct dep_requirement *requirement)
{
    enum dep_giver giver = dep_need_giver(requirement->need);
    const struct dep_charter *charter = judgement->known.charter;
    const char *who = dep_requirement_who(charter, requirement);
    /* A grantor has done its part where only the second officer is missing. */
    if (giver == DEP_GIVER_NOBODY || requirement->met == DEP_MISSING_UNCHECKED)
        return;
    begin_line(_("Who can give it"));
    if (who && giver == DEP_GIVER_MEMBER)
        show_text(dep_member_name(charter, who));
    else if (who)
        show_text(dep_code_name(charter, DEP_LIST_RECIPIENTS, who));
    else if (giver == DEP_GIVER_APPROVER)
        show_approvers(node, judgement);
    else
        show_text(word_of("giver", dep_giver_name(giver)));
}

static void show_way(const struct dep_node *node, const struct dep_judgement *judgement,
                     const struct dep_requirement *requirement)
{
    const char *who = dep_requirement_who(judgement->known.charter, requirement);
    bool own = who && dep_need_giver(requirement->need) == DEP_GIVER_MEMBER &&
               strcmp(who, judgement->known.member) == 0;
    begin_line(_("Rule of the charter"));
    (void)printf("%s (%s)", requirement->rule, dep_need_name(requirement->need));
    show_giver(node, judgement, requirement);
    begin_line(_("What to do"));
    (void)printf("%s", dep_word(dep_requirement_todo(requirement, own)));
}

/* Its place, as the verdict has it, and the id by which it can be looked at. */
static void show_record(const struct dep_node *node, uint64_t index)
{
    struct dep_index_row row;
    const char *id = dep_node_id_at(node, index, &row);
    (void)printf(_(" — record %llu of the log"), (unsigned long long)index);
    (void)printf("%s%s", id ? "  " : "", id ? id : "");
}

static void show_requirement(const struct dep_node *node, const struct dep_judgement *judgement,
                             const struct dep_requirement *requirement)
{
    const struct dep_charter *charter = judgement->known.charter;
    bool met = requirement->met == DEP_MET;
    const char *code = dep_requirement_code(charter, requirement);
    enum dep_list list = requirement->need == DEP_NEED_HANDLING_PERMISSION ? DEP_LIST_HANDLING
                                                                           : DEP_LIST_TERRITORIES;
    (void)printf("  ");
    dep_print_column(stdout,
                     met                              ? _("there")
                     : requirement->met == DEP_WAIVED ? _("waived")
                                                      : _("MISSING"),
                     9);
    (void)printf("  ");
    show_text(word_of("need", dep_need_name(requirement->need)));
    if (code) {
        (void)printf(" (");
        show_text(dep_code_name(charter, list, code));
        (void)printf(")");
    }
    if (requirement->by)
        show_record(node, requirement->by->index);
    else if (!met)
        (void)printf(_(": %s"), word_of("met", dep_met_name(requirement->met)));
    if (requirement->met > DEP_WAIVED)
        show_way(node, judgement, requirement);
    (void)printf("\n");
}

/* What a reader may not know of is no line and no number here; that their roles don't read it all
 * is said whether or not there is any. */
static void show_unread(const struct dep_known *known)
{
    if (known->partial)
        (void)printf("%s\n", _("Your roles don't read all that is looked at here: what is told as "
                               "missing may be there."));
    bool begun = false;
    for (size_t i = 0; i < known->unread_count; i++) {
        if (!known->unread[i].shows)
            continue;
        if (!begun)
            (void)printf("%s\n",
                         _("Records that could not be read count neither as there nor as absent:"));
        begun = true;
        (void)printf("  %s  ", known->unread[i].jti);
        dep_print_label(stdout, known->unread[i].type);
        (void)printf("%s\n", dep_word(known->unread[i].why));
    }
}

/* NULL where there are none, and where they can't be read, which is said. */
static json_t *conditions_of(const struct dep_args *args, struct dep_node *node,
                             const struct dep_judgement *judgement)
{
    struct dep_problem problem = {.detail = ""};
    DEP_AUTO_JSON *verdict = dep_judgement_json(judgement);
    json_t *conditions = NULL;
    int err = verdict ? dep_node_conditions(node, verdict, &conditions, &problem)
                      : dep_problem_fault(&problem, DEP_ERR_NOMEM, "node.relied", "");
    if (err)
        (void)dep_say_problem(args, err, &problem);
    if (json_array_size(conditions))
        return conditions;
    json_decref(conditions);
    return NULL;
}

/* The labels of the schema say it of what may be shown; of what may not, words of our own. */
static const char *shown_word(enum dep_shown shown, bool may)
{
    switch (shown) {
    case DEP_SHOWN_IDENTITY:
        return may ? _("their identity may be shown") : _("their identity may not be shown");
    case DEP_SHOWN_PLACE:
        return may ? _("the place may be shown") : _("the place may not be shown");
    default: break;
    }
    return may ? _("image and voice may be shown") : _("image and voice may not be shown");
}

static void show_shown(const json_t *shown)
{
    for (unsigned bit = DEP_SHOWN_IDENTITY; bit < DEP_SHOWN_ALL; bit *= 2) {
        const char *name = dep_shown_name((enum dep_shown)bit);
        (void)printf("%s%s", bit == DEP_SHOWN_IDENTITY ? "" : "; ",
                     shown_word((enum dep_shown)bit, dep_json_true(shown, name)));
    }
}

static void show_condition(const struct dep_charter *charter, const json_t *one, int indent)
{
    const char *grantor = dep_json_string(one, "grantor");
    const char *text = dep_json_string(dep_json_object(one, "conditions"), "text");
    const json_t *shown = dep_json_object(one, "shown");
    DEP_AUTO_BUF name;
    dep_buf_init(&name, DEP_CHARTER_LEN_MAX);
    dep_text_show(
        dep_slice_string(grantor ? dep_member_name(charter, grantor) : dep_word("giver.source")),
        &name);
    (void)printf("%*s", indent, "");
    dep_print_label(stdout, dep_buf_err(&name) ? "?" : (const char *)name.data);
    if (text)
        show_text(text);
    (void)printf("%s", text && shown ? "; " : "");
    if (shown)
        show_shown(shown);
    (void)printf("\n");
}

void dep_show_conditions(const struct dep_charter *charter, const json_t *conditions, int indent)
{
    size_t i;
    json_t *one;
    if (json_array_size(conditions))
        (void)printf("%*s%s\n", indent, "", _("Conditions under which consent was given:"));
    json_array_foreach(conditions, i, one) show_condition(charter, one, indent + 2);
}

void dep_show_verdict(const struct dep_args *args, struct dep_node *node,
                      const struct dep_judgement *judgement)
{
    const struct dep_verdict *verdict = &judgement->verdict;
    int material = DEP_MATERIAL_NONE;
    for (size_t i = 0; i < verdict->requirement_count; i++) {
        const struct dep_requirement *requirement = &verdict->requirements[i];
        if (requirement->material != material) {
            material = requirement->material;
            (void)printf("%s ", _("Item"));
            dep_show_item(
                node, dep_names_text(judgement->known.names, judgement->materials[material].item));
            (void)printf("\n");
        }
        show_requirement(node, judgement, requirement);
    }
    DEP_AUTO_JSON *conditions = conditions_of(args, node, judgement);
    dep_show_conditions(judgement->known.charter, conditions, 0);
    show_unread(&judgement->known);
    if (verdict->no_rule)
        (void)printf("%s\n", dep_word(verdict->no_rule));
    if (verdict->review_by_s != INT64_MAX) {
        char text[24];
        dep_time_encode(verdict->review_by_s, text);
        dep_print_label(stdout, _("To be reviewed by"));
        (void)printf("%s\n", text);
    }
    char digest[2 * DEP_HASH_LEN + 1];
    dep_hex_encode(verdict->digest.bytes, DEP_HASH_LEN, digest);
    dep_print_label(stdout, _("Verdict"));
    (void)printf("%s\n", word_of("outcome", dep_outcome_name(verdict->outcome)));
    dep_print_label(stdout, _("Its fingerprint"));
    (void)printf("%s\n", digest);
}

json_t *dep_verdict_json(const struct dep_args *args, struct dep_node *node,
                         const struct dep_judgement *judgement)
{
    json_t *unread = json_array();
    for (size_t i = 0; unread && i < judgement->known.unread_count; i++) {
        const struct dep_unread *one = &judgement->known.unread[i];
        if (one->shows &&
            json_array_append_new(unread, json_pack("{s:s,s:s,s:s}", "record", one->jti, "type",
                                                    one->type, "why", one->why))) {
            json_decref(unread);
            unread = NULL;
        }
    }
    return json_pack("{s:o,s:o,s:b,s:o*}", "verdict", dep_judgement_json(judgement), "unread",
                     unread, "partial", judgement->known.partial, "conditions",
                     conditions_of(args, node, judgement));
}

void dep_tell_outward(void)
{
    dep_print_label(stdout, _("To those outside say only"));
    (void)printf("%s\n", _("not released"));
}

/* `more`: members of the answer besides, or NULL. */
static int tell_json(const struct dep_args *args, struct dep_node *node,
                     const struct dep_judgement *judgement, const json_t *more,
                     const struct dep_done *done)
{
    json_t *object = dep_verdict_json(args, node, judgement);
    bool failed = !object;
    if (!failed && done && done->jti[0])
        failed = json_object_set_new(object, "record", json_string(done->jti)) != 0;
    if (!failed && more)
        failed = json_object_update(object, (json_t *)(uintptr_t)more) != 0;
    if (failed) {
        json_decref(object);
        object = NULL;
    }
    bool yes = judgement->verdict.outcome == DEP_YES;
    return !dep_print_json(object) ? DEP_EXIT_FAULT : yes ? DEP_EXIT_YES : DEP_EXIT_WANTING;
}

/* The recipient's verifier calls the verdict unproved: better to hear of it before it is
 * approved. */
static void show_unseen(struct dep_node *node, const json_t *unseen)
{
    const struct dep_schema *schema =
        dep_schemas_find(dep_node_schemas(node), "evidence.collected", 0);
    size_t i, k;
    json_t *of, *field;
    json_array_foreach(unseen, i, of)
    {
        (void)printf("%s\n  ",
                     _("The recipient can't judge this again, its verdict will be unproved there: "
                       "what the rules read isn't all shown."));
        dep_show_item(node, dep_json_string(of, "item"));
        (void)printf("\n");
        json_array_foreach(dep_json_array(of, "fields"), k, field)(void)
            printf("    %s (%s)\n",
                   dep_schema_label(schema, json_string_value(field), dep_reader_language()),
                   json_string_value(field));
        if (dep_json_true(of, "marking"))
            (void)printf("    %s\n", _("its marking: it has a source who didn't consent to this "
                                       "recipient"));
    }
}

static int tell(const struct dep_args *args, struct dep_node *node,
                const struct dep_judgement *judgement, const json_t *more,
                const struct dep_done *done)
{
    if (args->json)
        return dep_finish_output(tell_json(args, node, judgement, more, done));
    dep_show_verdict(args, node, judgement);
    show_unseen(node, dep_json_array(more, "unseen"));
    if (done && done->jti[0])
        (void)printf(_("Recorded: %s\n"), done->jti);
    return dep_finish_output(judgement->verdict.outcome == DEP_YES ? DEP_EXIT_YES
                                                                   : DEP_EXIT_WANTING);
}

int dep_tell_judgement(const struct dep_args *args, struct dep_node *node,
                       const struct dep_judgement *judgement, const struct dep_done *done)
{
    return tell(args, node, judgement, NULL, done);
}

int dep_tell_prepared(const struct dep_args *args, struct dep_node *node,
                      const struct dep_judgement *judgement, const json_t *claims,
                      const json_t *left_out, const struct dep_done *done)
{
    json_t *materials = left_out ? json_object_get(claims, "materials") : NULL;
    DEP_AUTO_JSON *more =
        json_pack("{s:o,s:O*,s:O*}", "unseen", dep_judgement_unseen(node, judgement, claims),
                  "left_out", (json_t *)(uintptr_t)left_out, "materials", materials);
    if (!more) {
        dep_say(_("out of memory"));
        return DEP_EXIT_FAULT;
    }
    return tell(args, node, judgement, more, done);
}

/* Whoever approves it, approves that. */
static void show_without(const json_t *material, int indent)
{
    unsigned without = dep_material_without(material);
    for (unsigned bit = DEP_SHOWN_IDENTITY, told = 0; bit < DEP_SHOWN_ALL; bit *= 2) {
        if (!(without & bit))
            continue;
        if (told++)
            (void)printf("%s", _(", "));
        else
            (void)printf("\n%*s%s", indent + 2, "", _("looked at, and doesn't show: "));
        (void)printf("%s", bit == DEP_SHOWN_IDENTITY ? _("the identity of a source")
                           : bit == DEP_SHOWN_PLACE  ? _("the place")
                                                     : _("image and voice"));
    }
}

/* A record by itself, by what it is. */
static void show_alone(struct dep_node *node, const char *id)
{
    struct dep_problem unused = {.detail = ""};
    struct dep_index_row row;
    const struct dep_schema *schema = id && dep_node_find(node, id, &row, &unused) == DEP_OK
                                          ? dep_schemas_find(dep_node_schemas(node), row.type, 0)
                                          : NULL;
    if (schema) {
        show_text(dep_schema_label(schema, NULL, dep_reader_language()));
        (void)printf("  ");
    }
    show_text(id ? id : "-");
}

void dep_show_materials(struct dep_node *node, const json_t *claims, int indent)
{
    size_t i, k;
    json_t *material, *field;
    json_array_foreach(dep_json_array(claims, "materials"), i, material)
    {
        bool redacted = dep_json_true(material, "redacted");
        (void)printf("%*s", indent, "");
        if (dep_json_string(material, "record"))
            show_alone(node, dep_json_string(material, "item"));
        else
            dep_show_item(node, dep_json_string(material, "item"));
        (void)printf("%s%s", redacted ? "  " : "", redacted ? _("redacted") : "");
        if (dep_json_true(material, "plain"))
            (void)printf("  %s", _("IN CLEAR"));
        json_array_foreach(dep_json_array(material, "fields"), k, field)
        {
            (void)printf("%s", k ? ", " : "  ");
            dep_print_safe(stdout, json_string_value(field), json_string_length(field));
        }
        json_array_foreach(dep_json_array(material, "parts"), k, field)
        {
            (void)printf("\n%*s%s", indent + 2, "", k ? "" : _("only: "));
            dep_print_safe(stdout, json_string_value(field), json_string_length(field));
        }
        show_without(material, indent);
        (void)printf("\n");
    }
}

void dep_show_left_out(struct dep_node *node, const json_t *left_out)
{
    size_t i, unnamed = 0;
    json_t *item;
    if (json_is_null(left_out))
        (void)printf("%s\n", dep_word("release.case.unseen"));
    json_array_foreach(left_out, i, item)
    {
        unnamed += dep_json_says(item, "why", "unnamed");
    }
    if (json_array_size(left_out) > unnamed)
        (void)printf("%s\n", _("What of the case doesn't go:"));
    json_array_foreach(left_out, i, item)
    {
        char id[64];
        const char *copy = dep_json_string(item, "copy"), *why = dep_json_string(item, "why");
        if (dep_json_says(item, "why", "unnamed"))
            continue;
        (void)snprintf(id, sizeof id, "release.left.%s", why ? why : "");
        (void)printf("  ");
        dep_show_item(node, dep_json_string(item, "item"));
        (void)printf(": %s%s%s\n", dep_word(id), copy ? " " : "", copy ? copy : "");
    }
    if (unnamed)
        (void)printf(_("Others of the case, not among what was prepared: %zu\n"), unnamed);
}

void dep_show_expanded(struct dep_node *node, const json_t *claims, const json_t *left_out)
{
    (void)printf("%s\n", _("What goes:"));
    dep_show_materials(node, claims, 2);
    dep_show_left_out(node, left_out);
}
