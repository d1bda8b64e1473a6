#include "cli/charter_show.h"

#include "cli/show.h"
#include "cli/verdict.h"
#include "codec/text.h"

#include <string.h>

enum {
    CODE_COLUMNS = 30,
    TITLE_COLUMNS = 9,
    CONDITION_COLUMNS = 22,
    HOUR_S = 3600,
    DAY_S = 24 * HOUR_S
};

/* The name in the reader's language. Names come from other members: what a terminal would obey is
 * shown instead. */
static void print_name(const json_t *names, int columns)
{
    const char *name = dep_json_string(names, dep_reader_language());
    if (!name)
        name = dep_json_string(names, "en");
    DEP_AUTO_BUF shown;
    dep_buf_init(&shown, DEP_CHARTER_LEN_MAX);
    dep_text_show(dep_slice_string(name), &shown);
    if (dep_buf_err(&shown) == DEP_OK && shown.len)
        dep_print_column(stdout, (const char *)shown.data, columns);
}

static void print_head(const struct dep_charter *charter, const struct dep_charter_entry *entry)
{
    const json_t *json = dep_charter_json(charter);
    char fingerprint[DEP_FINGERPRINT_LEN + 1], from[21];
    int64_t quorum = 0;
    (void)dep_json_int(json, "quorum", &quorum);
    dep_fingerprint_encode(dep_charter_digest(charter), fingerprint);
    print_name(json_object_get(json, "name"), 0);
    (void)printf("\n");
    (void)printf(_("Number: %lld\n"), (long long)dep_charter_number(charter));
    (void)printf(_("Fingerprint: %s\n"), fingerprint);
    dep_time_encode(dep_charter_from_s(charter), from);
    (void)printf(_("Not in force before: %s\n"), from);
    if (entry) {
        char entered[21];
        dep_time_encode(entry->iat, entered);
        (void)printf(_("In force in this log above place %llu, since %s\n"),
                     (unsigned long long)entry->index, entered);
    }
    (void)printf(_("Members that must adopt the next one: %lld. Cosigners needed: %lld.\n"),
                 (long long)dep_charter_threshold(charter), (long long)quorum);
}

static void print_interval(const json_t *entry)
{
    static const char ALWAYS[] =
        "1970-01-01T00:00:00Z"; /* as `init` states it: nobody joined then */
    const char *from = dep_json_string(entry, "from"), *to = dep_json_string(entry, "to");
    from = from && strcmp(from, ALWAYS) == 0 ? NULL : from;
    if (from || to)
        (void)printf("  %s – %s", from ? from : "…", to ? to : "…");
}

static void print_members(const struct dep_charter *charter)
{
    size_t index, at;
    json_t *member, *territory;
    (void)printf("\n%s\n", _("Members"));
    json_array_foreach(json_object_get(dep_charter_json(charter), "members"), index, member)
    {
        const struct dep_charter_member *parsed = dep_charter_member_at(charter, index);
        (void)printf("  %-*s", CODE_COLUMNS, parsed->id);
        print_name(json_object_get(member, "name"), CODE_COLUMNS);
        (void)printf("  ");
        dep_print_column(stdout, parsed->state ? _("sovereign State") : _("organisation"), 0);
        print_interval(member);
        json_array_foreach(dep_json_array(member, "territories"), at, territory)
        {
            (void)printf("  ");
            dep_show_code(charter, DEP_LIST_TERRITORIES, json_string_value(territory));
        }
        (void)printf("\n");
        if (!parsed->keeps_register)
            (void)printf("    %s\n",
                         _("This member keeps no register and signs nothing: its consent counts on "
                           "paper alone, where paper suffices."));
    }
}

static void print_lists(const struct dep_charter *charter)
{
    static const struct {
        const char *name, *title;
    } lists[] = {
        {"lines", N_("Lines of effort")},   {"territories", N_("Territories")},
        {"handling", N_("Handling codes")}, {"categories", N_("Categories of material")},
        {"purposes", N_("Purposes")},       {"recipients", N_("Recipients")},
    };
    const json_t *all = json_object_get(dep_charter_json(charter), "lists");
    for (size_t i = 0; i < DEP_COUNT(lists); i++) {
        size_t index;
        json_t *entry;
        (void)printf("\n%s\n", _(lists[i].title));
        json_array_foreach(json_object_get(all, lists[i].name), index, entry)
        {
            (void)printf("  %-*s", CODE_COLUMNS, dep_json_string(entry, "code"));
            print_name(json_object_get(entry, "name"), 0);
            print_interval(entry);
            (void)printf("\n");
        }
    }
}

/* The word for a code of ours, and the code where it is another. */
static void print_word(const char *kind, const char *code)
{
    char id[64];
    (void)snprintf(id, sizeof id, "%s.%s", kind, code);
    const char *word = dep_word(id);
    (void)printf("%s", word);
    if (strcmp(word, code) != 0)
        (void)printf(" (%s)", code);
}

/* A word of our own where `kind` says of which kind, else a code of a list of this charter. */
static void print_code(const struct dep_charter *charter, const char *kind, enum dep_list list,
                       const char *code)
{
    if (kind)
        print_word(kind, code);
    else
        dep_show_code(charter, list, code);
}

/* One condition a line: what it is about, and each code with its name. */
static void print_condition(const struct dep_charter *charter, const char *title,
                            const json_t *condition)
{
    static const struct {
        const char *name, *words, *kind;
        enum dep_list list;
    } parts[] = {
        {"action", N_("action"), "action", DEP_LIST_COUNT},
        {"purpose", N_("purpose"), NULL, DEP_LIST_PURPOSES},
        {"line", N_("line of effort"), NULL, DEP_LIST_LINES},
        {"territory", N_("territory"), NULL, DEP_LIST_TERRITORIES},
        {"handling", N_("handling"), NULL, DEP_LIST_HANDLING},
        {"category", N_("category"), NULL, DEP_LIST_CATEGORIES},
        {"flag", N_("flag"), "flag", DEP_LIST_COUNT},
        {"recipient_kind", N_("kind of recipient"), "kind", DEP_LIST_COUNT},
    };
    for (size_t i = 0; i < DEP_COUNT(parts); i++) {
        size_t index;
        json_t *code;
        const json_t *codes = json_object_get(condition, parts[i].name);
        if (!codes)
            continue;
        (void)printf("    ");
        dep_print_column(stdout, title, TITLE_COLUMNS);
        dep_print_column(stdout, _(parts[i].words), CONDITION_COLUMNS);
        json_array_foreach(codes, index, code)
        {
            (void)printf("%s", index ? _(", ") : "");
            print_code(charter, parts[i].kind, parts[i].list, json_string_value(code));
        }
        (void)printf("\n");
    }
}

static void print_need_name(const char *need)
{
    print_word("need", need);
}

static void print_need(const json_t *need)
{
    int64_t count = 1, age_s = 0;
    (void)printf("    ");
    dep_print_column(stdout, _("needs"), TITLE_COLUMNS);
    print_need_name(dep_json_string(need, "need"));
    if (dep_json_int(need, "count", &count))
        (void)printf(" × %lld", (long long)count);
    if (dep_json_int(need, "status_max_age_s", &age_s)) {
        /* As it was meant: a week isn't read off a number of seconds. */
        bool days = age_s % DAY_S == 0;
        (void)printf("%s", _("; "));
        (void)printf(days ? _("shown to stand within the last %lld days")
                          : _("shown to stand within the last %lld s"),
                     (long long)(days ? age_s / DAY_S : age_s));
    }
    (void)printf("\n");
}

static void print_rules(const struct dep_charter *charter)
{
    size_t index, at;
    json_t *rule, *need;
    (void)printf("\n%s\n", _("Rules"));
    (void)printf(
        "  %s\n",
        _("A rule applies where all its lines \"where\" hold, and doesn't where it has lines "
          "\"unless\" and all of those hold. A line holds by any one of its codes."));
    json_array_foreach(json_object_get(dep_charter_json(charter), "rules"), index, rule)
    {
        (void)printf("  %s\n", dep_json_string(rule, "id"));
        print_condition(charter, _("where"), json_object_get(rule, "when"));
        print_condition(charter, _("unless"), json_object_get(rule, "unless"));
        json_array_foreach(json_object_get(rule, "needs"), at, need) print_need(need);
    }
}

/* Where a stamped paper is enough, and what can be waived: what an officer looks for first. */
static void print_paper(const struct dep_charter *charter)
{
    size_t index;
    json_t *action;
    const json_t *actions = json_object_get(dep_charter_json(charter), "paper");
    (void)printf("\n%s\n ", _("A consent on paper, checked by a second officer, suffices for"));
    json_array_foreach(actions, index, action)
    {
        (void)printf("%s", index ? _(", ") : " ");
        print_code(charter, "action", DEP_LIST_COUNT, json_string_value(action));
    }
    (void)printf("%s%s\n", json_array_size(actions) ? "" : " ",
                 json_array_size(actions) ? "" : _("nothing"));
}

static void print_threat(const struct dep_charter *charter)
{
    size_t index;
    json_t *need;
    int64_t within_s = 0;
    const json_t *threat = dep_json_object(dep_charter_json(charter), "threat");
    (void)printf("\n%s\n", _("Urgent threat to life"));
    if (!threat) {
        (void)printf("  %s\n", _("This charter waives nothing for it."));
        return;
    }
    json_array_foreach(json_object_get(threat, "waives"), index, need)
    {
        (void)printf("  ");
        dep_print_column(stdout, _("waives"), TITLE_COLUMNS + 3);
        print_need_name(json_string_value(need));
        (void)printf("\n");
    }
    (void)printf("  %s\n  ", _("Two other officers approve it, and it is visible for ever."));
    (void)dep_json_int(threat, "review_within_s", &within_s);
    (void)printf(_("Reviewed by another officer within %lld h\n"), (long long)(within_s / HOUR_S));
}

/* As `verify` tells of links: the arrow says which of the two refers. */
static void print_linked(const struct dep_charter *charter)
{
    size_t index;
    json_t *entry;
    const json_t *linked = dep_json_array(dep_charter_json(charter), "linked");
    if (json_array_size(linked))
        (void)printf("\n%s\n", _("What a package tells of linked records, at least (→ those that a "
                                 "record refers to, ← those that refer to it)"));
    json_array_foreach(linked, index, entry)
    {
        char name[DEP_RELATION_ROOM], least[32];
        (void)printf("  %s", dep_relation_arrow(dep_json_string(entry, "rel"), name));
        (void)snprintf(least, sizeof least, "linked.%s", dep_json_string(entry, "least"));
        dep_print_column(stdout, dep_word(name), CODE_COLUMNS);
        (void)printf("  ");
        dep_print_column(stdout, dep_word(least), 0);
        (void)printf("\n");
    }
}

/* A copy of one is compared with this before it is used. */
static void print_verifiers(const struct dep_charter *charter)
{
    size_t index;
    json_t *verifier;
    const json_t *verifiers = json_object_get(dep_charter_json(charter), "verifiers");
    if (json_array_size(verifiers))
        (void)printf("\n%s\n", _("Published verifiers (SHA-256)"));
    json_array_foreach(verifiers, index, verifier)
    {
        const char *name = dep_json_string(verifier, "name");
        (void)printf("  %s  ", dep_json_string(verifier, "sha256"));
        dep_print_safe(stdout, name, strlen(name));
        (void)printf("\n");
    }
}

static int print_as_json(const struct dep_charter *charter, const struct dep_charter_entry *entry)
{
    char hex[2 * DEP_HASH_LEN + 1], fingerprint[DEP_FINGERPRINT_LEN + 1];
    dep_hex_encode(dep_charter_digest(charter)->bytes, DEP_HASH_LEN, hex);
    dep_fingerprint_encode(dep_charter_digest(charter), fingerprint);
    json_t *object =
        json_pack("{s:I,s:s,s:s,s:O}", "number", (json_int_t)dep_charter_number(charter), "sha256",
                  hex, "fingerprint", fingerprint, "charter", dep_charter_json(charter));
    if (entry && object)
        (void)json_object_update_new(
            object,
            json_pack("{s:I,s:s}", "index", (json_int_t)entry->index, "record", entry->jti));
    return dep_finish_output(dep_print_json(object) ? DEP_EXIT_YES : DEP_EXIT_FAULT);
}

int dep_charter_show(const struct dep_args *args, const struct dep_charter *charter,
                     const struct dep_charter_entry *entry)
{
    if (args->json)
        return print_as_json(charter, entry);
    print_head(charter, entry);
    print_members(charter);
    print_lists(charter);
    print_rules(charter);
    print_paper(charter);
    print_threat(charter);
    print_linked(charter);
    print_verifiers(charter);
    return dep_finish_output(DEP_EXIT_YES);
}

/* Which group to have read out again. */
int dep_read_pin(const struct dep_args *args, const char *text, uint8_t out[DEP_FINGERPRINT_BYTES])
{
    struct dep_problem problem = {.detail = ""};
    struct dep_finding *why = &problem.finding;
    DEP_AUTO_BUF ascii;
    dep_buf_init(&ascii, 4096);
    dep_digits_ascii(dep_slice_string(text), &ascii);
    int err = dep_buf_err(&ascii);
    if (err)
        return dep_say_problem(args, err, &problem);
    err = dep_fingerprint_parse(dep_buf_slice(&ascii), out, why);
    if (!err)
        return DEP_OK;
    bool of_group = strcmp(why->id, "fingerprint.character") != 0 && why->offset < 8;
    if (of_group)
        (void)snprintf(problem.detail, sizeof problem.detail, args->json ? "%s%zu" : "%s %zu",
                       args->json ? "" : _("group"), why->offset + 1);
    else if (strcmp(why->id, "fingerprint.character") == 0)
        (void)snprintf(problem.detail, sizeof problem.detail, "%s",
                       (const char *)ascii.data + why->offset);
    return dep_say_problem(args, err, &problem);
}
