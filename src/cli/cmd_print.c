/*
 * print: label, inventory, handover, page, letter, receipt.
 */
#include "cli/cli.h"
#include "cli/print.h"
#include "node/mandate.h"
#include "store/file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

int dep_print_gather(void *context, const uint8_t *data, size_t len)
{
    dep_buf_add(context, data, len);
    return dep_buf_err(context);
}

const char *dep_print_lang(const struct dep_args *args)
{
    static const char *const langs[] = {"en", "fr", "ar"};
    const char *asked = dep_arg(args, "--lang");
    const char *lang = asked ? asked : dep_reader_language();
    for (size_t i = 0; i < DEP_COUNT(langs); i++)
        if (strcmp(langs[i], lang) == 0)
            return langs[i];
    return asked ? NULL : "en";
}

struct events {
    struct dep_view *list;
    size_t count, room;
};

static void events_done(struct events *events)
{
    for (size_t i = 0; i < events->count; i++)
        dep_view_done(&events->list[i]);
    free(events->list);
}

/* The view is the caller's only during the call: what is kept is taken over. */
static int keep_event(void *context, const struct dep_view *view)
{
    struct events *events = context;
    if (events->count == events->room) {
        size_t room = events->room ? events->room * 2 : 16;
        struct dep_view *list = dep_realloc_array(events->list, room, sizeof *list);
        if (!list)
            return DEP_ERR_NOMEM;
        events->list = list;
        events->room = room;
    }
    struct dep_view *kept = &events->list[events->count++];
    *kept = (struct dep_view){.row = view->row,
                              .claims = json_incref(view->claims),
                              .readable = view->readable,
                              .why_not = view->why_not};
    return DEP_OK;
}

static int print_page(const struct dep_paper *paper, struct dep_node *node,
                      const struct dep_item *item, struct dep_problem *problem)
{
    struct events events = {.count = 0};
    int err = dep_node_item_events(node, item->item, true, keep_event, &events, problem);
    if (!err)
        err = dep_paper_page(paper, item, events.list, events.count, &problem->finding);
    events_done(&events);
    return err;
}

/* The newest transfer, receipt or return, or the record named. */
static int print_handover(const struct dep_args *args, const struct dep_paper *paper,
                          struct dep_node *node, const struct dep_item *item,
                          struct dep_problem *problem)
{
    const char *name = dep_arg(args, "--record");
    struct events events = {.count = 0};
    DEP_AUTO_VIEW view = {.claims = NULL};
    int err;
    if (name) {
        err = dep_node_view(node, name, true, &view, problem);
        return err ? err : dep_paper_handover(paper, item, &view, &problem->finding);
    }
    err = dep_node_item_events(node, item->item, true, keep_event, &events, problem);
    const struct dep_view *newest = NULL;
    static const char *const types[] = {"custody.transferred", "custody.received",
                                        "custody.returned"};
    for (size_t i = 0; !err && i < events.count; i++)
        for (size_t j = 0; j < DEP_COUNT(types); j++)
            if (strcmp(events.list[i].row.type, types[j]) == 0)
                newest = &events.list[i];
    if (!err)
        err = newest ? dep_paper_handover(paper, item, newest, &problem->finding)
                     : dep_problem_found(problem, "print.no_handover", "MANDATE F15", item->item);
    events_done(&events);
    return err;
}

static int print_receipt(const struct dep_paper *paper, struct dep_node *node, const char *name,
                         struct dep_problem *problem)
{
    char receipt[DEP_RECEIPT_ROOM];
    int err = dep_node_receipt(node, name, receipt, problem);
    return err ? err : dep_paper_receipt(paper, receipt, &problem->finding);
}

static int print(const struct dep_args *args, struct dep_node *node, const char *what,
                 const char *lang, struct dep_buf *out, struct dep_problem *problem)
{
    struct dep_paper paper = {
        .lang = lang,
        .member = dep_register_info(dep_node_register(node))->name,
        .schemas = dep_node_schemas(node),
        .write = dep_print_gather,
        .context = out,
    };
    DEP_AUTO_ITEM item = {.item = ""};
    bool letter = strcmp(what, "letter") == 0, receipt = strcmp(what, "receipt") == 0;
    int err = letter    ? dep_print_letter(&paper, node, args->positional[1], problem)
              : receipt ? print_receipt(&paper, node, args->positional[1], problem)
                        : dep_node_item(node, args->positional[1], true, &item, problem);
    if (err || letter || receipt)
        return err < 0 && !problem->fault.what ? dep_problem_fault(problem, err, "paper", what)
                                               : err;
    if (strcmp(what, "label") == 0)
        err = dep_paper_label(&paper, &item, &problem->finding);
    else if (strcmp(what, "inventory") == 0)
        err = dep_paper_inventory(&paper, &item, &problem->finding);
    else if (strcmp(what, "page") == 0)
        err = print_page(&paper, node, &item, problem);
    else
        err = print_handover(args, &paper, node, &item, problem);
    return err < 0 && !problem->fault.what ? dep_problem_fault(problem, err, "paper", what) : err;
}

int dep_cmd_print(int argc, char **argv)
{
    static const struct dep_option options[] = {
        {"--out", 'o', true, false, N_("file to write (PDF)")},
        {"--lang", 0, true, false, N_("en, fr or ar (default: yours)")},
        {"--record", 0, true, false,
         N_("handover: the transfer, receipt or return to print (default: the newest)")},
    };
    static const char *const kinds[] = {"label", "inventory", "handover",
                                        "page",  "letter",    "receipt"};
    static struct dep_args args;
    int status = dep_args_parse(
        &args, "print",
        "print label|inventory|handover|page ITEM | letter|receipt RECORD --out FILE "
        "[--lang en|fr|ar]",
        options, DEP_COUNT(options), argc, argv);
    if (status)
        return status - 1;
    const char *out_path = dep_arg(&args, "--out"), *lang = dep_print_lang(&args);
    bool known = false;
    for (size_t i = 0; args.positional_count == 2 && i < DEP_COUNT(kinds); i++)
        known |= strcmp(args.positional[0], kinds[i]) == 0;
    if (!known || !out_path)
        return dep_usage_error(&args, _("say label, inventory, handover or page and the item, or "
                                        "letter or receipt and the record, and --out FILE"));
    if (!lang)
        return dep_usage_error(&args, _("--lang is en, fr or ar, not %s"),
                               dep_arg(&args, "--lang"));
    status = dep_confine_command(&args, true);
    if (status)
        return status;
    struct dep_node *node = dep_open_node(&args, false, &status);
    if (!node)
        return status;
    struct dep_problem problem = {.detail = ""};
    DEP_AUTO_BUF pdf;
    dep_buf_init(&pdf, DEP_PRINT_LEN_MAX);
    int err = print(&args, node, args.positional[0], lang, &pdf, &problem);
    if (!err)
        err = dep_file_create(AT_FDCWD, out_path, dep_buf_slice(&pdf), 0600, &problem.fault);
    status = err ? dep_say_problem(&args, err, &problem) : DEP_EXIT_YES;
    dep_node_close(node);
    return dep_finish_output(status);
}
