/*
 * item check: an officer's, of every byte, which is recorded; and that of who holds no key.
 */
#include "cli/item_check.h"
#include "node/audit.h"

#include <errno.h>
#include <string.h>

/* ---- an officer's ---- */

struct check_session {
    struct dep_args *args;
    struct dep_node *node;
    struct dep_progress progress;
    const char *name; /* of the item at hand */
    int status;
    uint64_t checked;
};

static void show_finding(void *context, const struct dep_finding *finding, struct dep_slice path)
{
    struct check_session *session = context;
    if (session->args->json)
        return; /* they stand in the record, which is printed */
    dep_progress_end(&session->progress);
    (void)fprintf(stderr, "%s [", dep_word(finding->id));
    dep_print_safe(stderr, session->name, strlen(session->name));
    if (path.len)
        (void)fprintf(stderr, ": ");
    dep_print_safe(stderr, (const char *)path.data, path.len);
    (void)fprintf(stderr, "]\n");
}

static bool check_progress(void *context, const struct dep_seal_progress *state)
{
    struct check_session *session = context;
    return dep_progress_seal(&session->progress, state);
}

static int check_one(struct check_session *session, const char *name)
{
    struct dep_problem problem = {.detail = ""};
    bool field = dep_register_info(dep_node_register(session->node))->field;
    struct dep_check_order order = {
        .name = name,
        .with_key = !dep_flag(session->args, "--no-key") && !field,
        .finding = show_finding,
        .progress = check_progress,
        .context = session,
    };
    session->name = name;
    dep_progress_init(&session->progress, _("Checking"));
    struct dep_check_result result;
    int err = dep_node_item_check(session->node, &order, &result, &problem);
    dep_progress_end(&session->progress);
    if (err)
        return dep_say_problem(session->args, err, &problem);
    session->checked++;
    bool altered = strcmp(result.outcome, "altered") == 0;
    if (session->args->json) {
        if (!dep_print_json(json_pack("{s:s,s:s,s:b,s:I,s:I,s:I,s:s}", "item", name, "outcome",
                                      result.outcome, "with_key", (int)result.with_key, "files",
                                      (json_int_t)result.report.files, "bytes",
                                      (json_int_t)result.report.bytes, "bad",
                                      (json_int_t)result.report.bad, "record", result.record.jti)))
            return DEP_EXIT_FAULT;
    } else {
        (void)printf("%s: %s\n", name, dep_word(result.outcome));
        if (!altered && !result.with_key)
            (void)printf("%s", _("Without the key only the sealed container was compared with its "
                                 "record; the files in it were not looked at.\n"));
    }
    return altered ? DEP_EXIT_WANTING : DEP_EXIT_YES;
}

static int check_each(void *context, const struct dep_item *item)
{
    struct check_session *session = context;
    if (!item->has_container || item->disposed)
        return DEP_OK;
    int status = check_one(session, item->item);
    if (status > session->status)
        session->status = status;
    return DEP_OK;
}

static int check_items(struct dep_args *args, struct dep_node *node)
{
    struct check_session session = {.args = args, .node = node};
    if (dep_flag(args, "--all")) {
        struct dep_problem problem = {.detail = ""};
        int err = dep_node_items(node, false, check_each, &session, &problem);
        if (err)
            return dep_say_problem(args, err, &problem);
        if (!session.checked && !session.status)
            dep_say(_("there is no item with a container: nothing was checked"));
        return dep_finish_output(session.status);
    }
    for (size_t i = 1; i < args->positional_count; i++) {
        int status = check_one(&session, args->positional[i]);
        if (status > session.status)
            session.status = status;
    }
    return dep_finish_output(session.status);
}

/* ---- without any key ---- */

/* What everyone can do with a copy: compare containers with their records, and those with the
 * log. */
struct open_session {
    const struct dep_args *args;
    const char *why; /* it isn't signed */
    struct dep_progress progress;
    json_t *items, *findings;
};

static void on_container(void *context, const char *item, const char *finding)
{
    struct open_session *session = context;
    (void)json_array_append_new(session->items,
                                json_pack("{s:s,s:s,s:b,s:n,s:s*}", "item", item, "outcome",
                                          finding ? "altered" : "unproved", "with_key", 0, "record",
                                          "finding", finding));
}

static void on_finding(void *context, const char *id, const char *what, const char *where)
{
    struct open_session *session = context;
    (void)json_array_append_new(session->findings,
                                json_pack("{s:s,s:s,s:s}", "id", id, "what", what, "where", where));
    if (session->args->json)
        return;
    dep_progress_end(&session->progress);
    (void)fprintf(stderr, "%s [", dep_word(id));
    dep_print_safe(stderr, where, strlen(where));
    (void)fprintf(stderr, "]\n");
}

static void on_progress(void *context, uint64_t done, uint64_t total)
{
    struct open_session *session = context;
    dep_progress_count(&session->progress, done, total);
}

static bool print_open(const struct open_session *session, const char *verdict)
{
    size_t i;
    json_t *item;
    json_array_foreach(session->items, i, item)
    {
        if (!session->args->json)
            (void)printf("%s: %s\n", dep_json_string(item, "item"),
                         dep_word(dep_json_string(item, "outcome")));
        else if (json_object_set_new(item, "register", json_string(verdict)) != 0 ||
                 json_object_set(item, "findings", session->findings) != 0 ||
                 !dep_print_json(json_incref(item)))
            return false;
    }
    return true;
}

static void explain_open(const struct open_session *session, const char *verdict)
{
    if (json_array_size(session->items) == 0)
        dep_say(_("there is no item with a container: nothing was checked"));
    (void)printf(_("The register, as anyone can check it: %s.\n"), dep_word(verdict));
    (void)printf("%s", _("Checked: each container's bytes against the digest in its record; every "
                         "record's signature and place in the log; the log against its signed "
                         "checkpoint.\n"));
    (void)printf("%s", _("Not checked, because it takes a key: the files in a container against "
                         "their list (the vault's key), and what a record keeps protected (an "
                         "officer's key).\n"));
    dep_print_label(stdout, _("Not recorded, because a record is signed by an officer"));
    (void)printf("%s\n", session->why);
}

/* Of one item, or of all where none is named. */
static int check_open(const struct dep_args *args, const char *name, const char *why)
{
    DEP_AUTO_JSON *items = json_array();
    DEP_AUTO_JSON *findings = json_array();
    struct open_session session = {.args = args, .why = why, .items = items, .findings = findings};
    const struct dep_verify_order order = {.dir = args->dir,
                                           .containers = true,
                                           .item = name,
                                           .finding = on_finding,
                                           .container = on_container,
                                           .progress = on_progress,
                                           .context = &session};
    struct dep_problem problem = {.detail = ""};
    struct dep_verified result = {.verdict = ""};
    dep_progress_init(&session.progress, _("Checking"));
    int err = items && findings
                  ? dep_node_verify(&order, &result, &problem)
                  : dep_problem_fault(&problem, DEP_ERR_NOMEM, "verify.memory", args->dir);
    dep_progress_end(&session.progress);
    if (err)
        return dep_say_problem(args, err, &problem);
    if (!print_open(&session, result.verdict))
        return DEP_EXIT_FAULT;
    if (!args->json)
        explain_open(&session, result.verdict);
    /* Less was checked than who doesn't say --no-key asked for. */
    bool fine = strcmp(result.verdict, "intact") == 0 && dep_flag(args, "--no-key");
    return fine ? DEP_EXIT_YES : DEP_EXIT_WANTING;
}

static int check_all_open(const struct dep_args *args, const char *why)
{
    int status = DEP_EXIT_YES;
    if (dep_flag(args, "--all"))
        return dep_finish_output(check_open(args, NULL, why));
    for (size_t i = 1; i < args->positional_count; i++) {
        int one = check_open(args, args->positional[i], why);
        status = one > status ? one : status;
    }
    return dep_finish_output(status);
}

/* Why nobody can sign here, in words; NULL: that isn't what is wrong. */
static const char *why_unsigned(int err, const struct dep_problem *problem)
{
    const char *what = err == DEP_FOUND ? problem->finding.id : problem->fault.what;
    int sys = err == DEP_FOUND ? 0 : problem->fault.sys;
    if (!what)
        return NULL;
    if (strcmp(what, "officer.none") == 0 || (strcmp(what, "keys.folder") == 0 && sys == ENOENT))
        return _("no officer's key is here");
    if (strcmp(what, "keys.passphrase.absent") == 0)
        return _("no passphrase was given");
    if (sys == EACCES || sys == EPERM || sys == EROFS ||
        (strcmp(what, "store.lock") == 0 && sys == ENOENT))
        return _("this register can't be written, or its keys not be read, by who asks");
    return NULL;
}

int dep_item_check(struct dep_args *args)
{
    struct dep_problem problem = {.detail = ""};
    struct dep_node *node = NULL;
    if (!dep_flag(args, "--all") && args->positional_count < 2)
        return dep_usage_error(args, _("name the items to check, or --all"));
    int err = dep_try_node(args, true, &node, &problem);
    if (!err)
        err = dep_node_unlock(node, &problem);
    const char *why = err ? why_unsigned(err, &problem) : NULL;
    int status = !err  ? check_items(args, node)
                 : why ? check_all_open(args, why)
                       : dep_say_problem(args, err, &problem);
    dep_node_close(node);
    return status;
}
