/*
 * record, note, show, list, search.
 */
#include "cli/cli.h"
#include "cli/show.h"
#include "cli/wanted.h"
#include "node/act.h"
#include "node/mandate.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- record ---- */

static const struct dep_option RECORD_OPTIONS[] = {
    {"--file", 0, true, false,
     N_("JSON file with what is stated (\"-\": standard input); else asked on a terminal")},
    {"--yes", 'y', false, false, N_("don't ask; what isn't stated is recorded as unknown")},
    {"--supersedes", 0, true, false, N_("the record this one corrects")},
    {"--about", 0, true, true, N_("a record this one is about; may be repeated")},
    {"--source", 0, true, true, N_("a record this one rests on; may be repeated")},
    {"--stream", 0, false, false,
     N_("one JSON object of fields a line on standard input; each is acknowledged when it is "
        "durable")},
};

/* What those judge, or make themselves, would be here what anybody writes. */
bool dep_has_own_command(const char *type)
{
    static const char *const prefixes[] = {
        "key.",       "custody.",     "evidence.", "seal.",    "hold.",      "fixity.",
        "record.",    "register.",    "member.",   "charter.", "request.",   "consent.",
        "assurance.", "marking.",     "case.",     "status.",  "retention.", "foreign.",
        "package.",   "release.",     "approval.", "mission.", "urgency.",   "withdrawal.",
        "reading.",   "publication.", "log.",      "kit."};
    for (size_t i = 0; i < DEP_COUNT(prefixes); i++)
        if (strncmp(type, prefixes[i], strlen(prefixes[i])) == 0)
            return true;
    return false;
}

static int add_ref(struct dep_node *node, json_t *claims, const char *rel, const char *type,
                   const char *name, struct dep_problem *problem)
{
    DEP_AUTO_VIEW view = {.claims = NULL};
    bool corrects = strcmp(rel, "supersedes") == 0;
    int err = dep_node_view(node, name, false, &view, problem);
    if (!err && corrects && (strcmp(view.row.type, type) != 0 || view.row.superseded))
        err = dep_problem_found(problem, "correct.other", "doc/format/record.md 9", name);
    if (err)
        return err;
    json_t *refs = json_object_get(claims, "refs");
    if (!refs) {
        refs = json_array();
        (void)json_object_set_new(claims, "refs", refs);
    }
    return json_array_append_new(refs, dep_record_ref_new(rel, view.row.jti, &view.row.sha256))
               ? dep_problem_fault(problem, DEP_ERR_NOMEM, "record.refs", name)
               : DEP_OK;
}

/* An allegation has a receipt, on a line of its own, so that it can be given away without the
 * id. */
static bool print_done(const struct dep_args *args, const char *type, const json_t *claims,
                       const struct dep_done *done)
{
    const char *receipt =
        strcmp(type, "allegation.received") == 0 ? dep_json_string(claims, "receipt") : NULL;
    if (args->json)
        return dep_print_json(json_pack("{s:s,s:s,s:I,s:s*}", "id", done->jti, "type", type,
                                        "index", (json_int_t)done->index, "receipt", receipt));
    char grouped[DEP_RECEIPT_ROOM];
    return printf("%s\n", done->jti) > 0 &&
           (!receipt || printf("%s\n", dep_receipt_grouped(receipt, grouped)) > 0);
}

struct recording {
    struct dep_args *args;
    struct dep_node *node;
    const char *type;
    bool stdout_failed;
};

static int record_one(void *context, json_t *claims, struct dep_problem *problem)
{
    struct recording *recording = context;
    struct dep_node *node = recording->node;
    const char *type = recording->type;
    static const struct {
        const char *option, *rel;
    } refs[] = {{"--supersedes", "supersedes"}, {"--about", "about"}, {"--source", "source"}};
    const char *name;
    int err = dep_act_refs_check(node, claims, problem);
    if (!err)
        err = dep_mandate_draw(node, type, claims, problem);
    for (size_t r = 0; r < DEP_COUNT(refs); r++)
        for (size_t i = 0; !err && (name = dep_arg_at(recording->args, refs[r].option, i)); i++)
            err = add_ref(node, claims, refs[r].rel, type, name, problem);
    struct dep_draft draft = {.type = type, .claims = claims};
    struct dep_done done = {.jti = ""};
    if (!err)
        err = dep_node_commit(node, &draft, 1, &done, problem);
    if (!err)
        recording->stdout_failed = !print_done(recording->args, type, claims, &done);
    return err;
}

static int commit_one(struct dep_args *args, struct dep_node *node, const char *type,
                      json_t *claims)
{
    struct recording recording = {args, node, type, false};
    int status = dep_fields_attempt(args, node, type, claims, record_one, &recording);
    return dep_finish_output(recording.stdout_failed ? DEP_EXIT_FAULT : status);
}

/* ---- record --stream ---- */

enum { GROUP_MAX = 2048, STREAM_LINE_MAX = 1024 * 1024, STREAM_ROOM = 8 * 1024 * 1024 };

struct stream {
    struct dep_args *args;
    struct dep_node *node;
    const char *type;
    struct dep_buf room; /* secret */
    size_t taken;        /* bytes of `room` already consumed */
    bool at_end;
    uint64_t line;     /* the one read last */
    uint64_t recorded; /* before this group */
    /* of what stands on each of `lines`; beyond `count` the one refused */
    json_t *claims[GROUP_MAX];
    uint64_t lines[GROUP_MAX];
    struct dep_draft drafts[GROUP_MAX];
    struct dep_done done[GROUP_MAX];
    size_t count, refused;
};

/* Which line it was, what went in before it and that nothing did since; then what is wrong with
 * it. */
static int say_stream(const struct stream *stream, int err, const struct dep_problem *problem)
{
    bool any = stream->count || err == DEP_FOUND;
    uint64_t from = any ? stream->lines[0] : stream->line + 1;
    uint64_t line = any ? stream->lines[stream->refused] : from;
    if (err != DEP_FOUND)
        dep_say(_("from line %llu on nothing was acknowledged: look what of it is there before you "
                  "send it again; records acknowledged before: %llu"),
                (unsigned long long)from, (unsigned long long)stream->recorded);
    else
        dep_say(_("line %llu is refused, and what came together with it: from line %llu on nothing "
                  "was recorded; records made before: %llu"),
                (unsigned long long)line, (unsigned long long)from,
                (unsigned long long)stream->recorded);
    if (stream->args->json &&
        !dep_print_json(json_pack("{s:I,s:I,s:I}", "line", (json_int_t)line, "from",
                                  (json_int_t)from, "recorded", (json_int_t)stream->recorded)))
        return DEP_EXIT_FAULT;
    return dep_say_refused(stream->args,
                           dep_schemas_find(dep_node_schemas(stream->node), stream->type, 0),
                           stream->claims[stream->refused], true, err, problem);
}

/* Until there is something to read; what is due meanwhile is published. */
static int wait_for_bytes(struct stream *stream, struct dep_problem *problem)
{
    struct pollfd ready = {.fd = STDIN_FILENO, .events = POLLIN};
    int got;
    do
        got = poll(&ready, 1, dep_node_due_ms(stream->node));
    while (got < 0 && errno == EINTR);
    return got == 0 ? dep_node_publish(stream->node, problem) : DEP_OK;
}

/* More bytes; waits only when no whole line is at hand and nothing waits to be committed. */
static int fill(struct stream *stream, bool *out_more)
{
    struct pollfd ready = {.fd = STDIN_FILENO, .events = POLLIN};
    *out_more = false;
    if (stream->at_end || (stream->count && poll(&ready, 1, 0) <= 0))
        return DEP_OK;
    if (stream->taken) {
        memmove(stream->room.data, stream->room.data + stream->taken,
                stream->room.len - stream->taken);
        stream->room.len -= stream->taken;
        stream->taken = 0;
    }
    size_t before = stream->room.len;
    uint8_t *at = dep_buf_grow(&stream->room, STREAM_LINE_MAX);
    if (!at)
        return dep_buf_err(&stream->room);
    ssize_t got;
    do
        got = read(STDIN_FILENO, at, STREAM_LINE_MAX);
    while (got < 0 && errno == EINTR);
    stream->room.len = before + (got > 0 ? (size_t)got : 0);
    stream->at_end = got <= 0;
    *out_more = got > 0;
    return got < 0 ? DEP_ERR_IO : DEP_OK;
}

static bool next_line(struct stream *stream, struct dep_slice *out)
{
    struct dep_slice rest = dep_slice_sub(dep_buf_slice(&stream->room), stream->taken,
                                          stream->room.len - stream->taken);
    size_t len = dep_slice_find(rest, '\n');
    if (rest.len == 0 || (len == rest.len && !stream->at_end))
        return false;
    *out = dep_slice_sub(rest, 0, len);
    stream->taken += len < rest.len ? len + 1 : len;
    return true;
}

static int take_line(struct stream *stream, struct dep_slice line, struct dep_problem *problem)
{
    size_t at = stream->count;
    json_t **claims = &stream->claims[at];
    stream->lines[at] = stream->line;
    int err = dep_json_parse(line, claims, &problem->finding);
    if (!err && !json_is_object(*claims))
        err = dep_found(&problem->finding, "json.syntax", "RFC 8259 section 4", 0);
    if (err == DEP_FOUND)
        (void)snprintf(problem->detail, sizeof problem->detail, "%llu:%zu",
                       (unsigned long long)stream->line, problem->finding.offset + 1);
    if (!err)
        err = dep_act_refs_check(stream->node, *claims, problem);
    if (!err)
        err = dep_mandate_draw(stream->node, stream->type, *claims, problem);
    if (err) {
        stream->refused = at;
        return err;
    }
    stream->drafts[at] = (struct dep_draft){.type = stream->type, .claims = *claims};
    stream->count++;
    return DEP_OK;
}

/* So few acknowledgements that a reader who takes none of them can't hold us up here. */
static bool acknowledges_at_once(const struct stream *stream)
{
    enum { FEW = 16 }; /* under 4 KiB, for which a pipe that is ready has room */
    struct pollfd ready = {.fd = STDOUT_FILENO, .events = POLLOUT};
    return stream->count <= FEW && poll(&ready, 1, 0) == 1;
}

static void drop_group(struct stream *stream)
{
    for (size_t i = 0; i < GROUP_MAX && stream->claims[i]; i++) {
        json_decref(stream->claims[i]);
        stream->claims[i] = NULL;
    }
    stream->count = 0;
}

static int commit_group(struct stream *stream, struct dep_problem *problem)
{
    if (stream->count == 0)
        return DEP_OK;
    int err = dep_node_append(stream->node, stream->drafts, stream->count, stream->done, problem);
    /* Else the register's other writers would wait with us. */
    if (!err && !acknowledges_at_once(stream))
        err = dep_node_publish(stream->node, problem);
    for (size_t i = 0; !err && i < stream->count; i++)
        if (!print_done(stream->args, stream->type, stream->claims[i], &stream->done[i]))
            err = dep_problem_fault(problem, DEP_ERR_IO, "stream.acknowledge", "stdout");
    if (!err && fflush(stdout) != 0)
        err = dep_problem_fault(problem, DEP_ERR_IO, "stream.acknowledge", "stdout");
    if (err) {
        stream->refused = err == DEP_FOUND ? problem->draft : 0;
        return err;
    }
    stream->recorded += stream->count;
    drop_group(stream);
    return DEP_OK;
}

static int run_stream(struct dep_args *args, struct dep_node *node, const char *type)
{
    struct stream *stream = dep_alloc(sizeof *stream);
    struct dep_problem problem = {.detail = ""};
    if (!stream)
        return dep_say_problem(
            args, dep_problem_fault(&problem, DEP_ERR_NOMEM, "record.stream", type), &problem);
    stream->args = args;
    stream->node = node;
    stream->type = type;
    dep_buf_init_secret(&stream->room, STREAM_ROOM);
    int err = dep_node_unlock(node, &problem);
    bool unlocked = !err;
    while (!err) {
        struct dep_slice line;
        while (!err && stream->count < GROUP_MAX && next_line(stream, &line)) {
            stream->line++;
            err = line.len ? take_line(stream, line, &problem) : DEP_OK;
        }
        bool more = false;
        if (!err && stream->count == 0 && !stream->at_end)
            err = wait_for_bytes(stream, &problem);
        if (!err && stream->count < GROUP_MAX) {
            err = fill(stream, &more);
            if (err)
                err = dep_problem_fault(&problem, err, "stream.read", "stdin");
        }
        if (!err && !more)
            err = commit_group(stream, &problem);
        if (!err && stream->at_end && stream->taken == stream->room.len)
            break;
    }
    struct dep_problem second = {.detail = ""};
    int published = dep_node_publish(node, &second);
    int status = DEP_EXIT_YES;
    if (err)
        status =
            unlocked ? say_stream(stream, err, &problem) : dep_say_problem(args, err, &problem);
    else if (published)
        status = dep_say_problem(args, published, &second);
    drop_group(stream);
    dep_buf_done(&stream->room);
    free(stream);
    return dep_finish_output(status);
}

int dep_cmd_record(int argc, char **argv)
{
    static struct dep_args args;
    int status = dep_args_parse(&args, "record", "record TYPE [--file FILE | --stream]",
                                RECORD_OPTIONS, DEP_COUNT(RECORD_OPTIONS), argc, argv);
    if (status)
        return status - 1;
    if (args.positional_count != 1)
        return dep_usage_error(&args, _("name one record type (depositary schema lists them)"));
    bool streaming = dep_flag(&args, "--stream");
    if (streaming && dep_arg(&args, "--file"))
        return dep_usage_error(&args, _("either --file or --stream"));
    const char *type = args.positional[0];
    if (dep_has_own_command(type))
        return dep_usage_error(&args, _("%s has a command of its own (see depositary --help)"),
                               type);
    status = dep_confine_command(&args, true);
    if (status)
        return status;
    DEP_AUTO_JSON *claims = NULL;
    struct dep_node *node = streaming ? dep_open_node(&args, true, &status)
                                      : dep_fields_open(&args, type, NULL, NULL, &claims, &status);
    if (!node)
        return status;
    status = streaming ? run_stream(&args, node, type) : commit_one(&args, node, type, claims);
    dep_node_close(node);
    return status;
}

/* ---- note ---- */

static const struct dep_option NOTE_OPTIONS[] = {
    {"--text", 0, true, false,
     N_("the text; \"-\" reads standard input. What stands on the command line can be seen by "
        "others on this machine")},
    {"--lang", 0, true, false, N_("language of the text (default: yours)")},
    {"--kind", 0, true, false, N_("a code of your own")},
    {"--about", 0, true, true, N_("a record this one is about; may be repeated")},
    {"--supersedes", 0, true, false, N_("the record this one corrects")},
};

/* The note's claims; without memory, and where the text is none, `out` is NULL. */
static int note_claims(const struct dep_args *args, const char *text, json_t **out)
{
    const char *lang = dep_arg(args, "--lang") ? dep_arg(args, "--lang") : dep_reader_language();
    *out = json_pack("{s:{s:s,s:s},s:s*}", "text", "text", text, "lang", lang, "kind",
                     dep_arg(args, "--kind"));
    return !*out && dep_json_refused() ? DEP_ERR_NOMEM : DEP_OK;
}

/* `out` is NULL where it is too long. */
static int read_text(const char *given, char **out)
{
    if (given && strcmp(given, "-") != 0)
        return (*out = dep_strdup(given)) ? DEP_OK : DEP_ERR_NOMEM;
    enum { TEXT_MAX = 256 * 1024 };
    if (!given && dep_is_terminal())
        (void)fprintf(stderr, "%s\n", _("Write the note; end with Ctrl-D."));
    DEP_AUTO_BUF text;
    dep_buf_init_secret(&text, TEXT_MAX);
    char piece[4096];
    size_t got;
    while ((got = fread(piece, 1, sizeof piece, stdin)) > 0)
        dep_buf_add(&text, piece, got);
    while (text.len && text.data[text.len - 1] == '\n')
        text.data[--text.len] = 0;
    *out = dep_buf_take(&text);
    return !*out && dep_buf_err(&text) == DEP_ERR_NOMEM ? DEP_ERR_NOMEM : DEP_OK;
}

int dep_cmd_note(int argc, char **argv)
{
    static struct dep_args args;
    int status = dep_args_parse(&args, "note", "note [--text TEXT]", NOTE_OPTIONS,
                                DEP_COUNT(NOTE_OPTIONS), argc, argv);
    if (status)
        return status - 1;
    if (args.positional_count)
        return dep_usage_error(
            &args, _("a note takes its text by --text or standard input, not as arguments"));
    status = dep_confine_command(&args, true);
    if (status)
        return status;
    struct dep_node *node = dep_open_node(&args, true, &status);
    if (!node)
        return status;
    const char *given = dep_arg(&args, "--text");
    if (dep_register_info(dep_node_register(node))->field && given && strcmp(given, "-") != 0) {
        dep_node_close(node);
        return dep_usage_error(&args, _("in a field register a note's text is never taken from the "
                                        "command line: use --text - or standard input"));
    }
    DEP_AUTO_FREE char *text = NULL;
    DEP_AUTO_JSON *claims = NULL;
    int err = read_text(given, &text);
    if (!err && text)
        err = note_claims(&args, text, &claims);
    if (err) {
        dep_say(_("out of memory"));
        status = DEP_EXIT_FAULT;
    } else if (claims) {
        status = commit_one(&args, node, "note", claims);
    } else {
        status = dep_usage_error(&args, _("the text is not valid UTF-8, or too long"));
    }
    dep_node_close(node);
    return status;
}

/* ---- show, list, search ---- */

int dep_cmd_show(int argc, char **argv)
{
    static const struct dep_option options[] = {
        {"--open", 0, false, false, N_("only what is open: nothing protected is opened")}};
    static struct dep_args args;
    int status =
        dep_args_parse(&args, "show", "show RECORD", options, DEP_COUNT(options), argc, argv);
    if (status)
        return status - 1;
    if (args.positional_count != 1)
        return dep_usage_error(&args, _("name one record"));
    status = dep_confine_command(&args, true);
    if (status)
        return status;
    struct dep_node *node = dep_open_node(&args, false, &status);
    if (!node)
        return status;
    struct dep_problem problem = {.detail = ""};
    DEP_AUTO_VIEW view = {.claims = NULL};
    bool unlock = !dep_flag(&args, "--open") && dep_node_officer(node) &&
                  !dep_register_info(dep_node_register(node))->field;
    int err = dep_node_view(node, args.positional[0], unlock, &view, &problem);
    if (err)
        status = dep_say_problem(&args, err, &problem);
    else if (args.json)
        status = dep_print_json(dep_view_json(&view)) ? DEP_EXIT_YES : DEP_EXIT_FAULT;
    else {
        dep_show_view(node, &view);
        err = unlock ? dep_show_referring(node, view.row.jti, &problem) : DEP_OK;
        status = err ? dep_say_problem(&args, err, &problem) : status;
    }
    dep_node_close(node);
    return dep_finish_output(status);
}

/* What is searched for by a common word would else be shown whole. */
enum { SEARCH_LIMIT = 100 };

/* --limit; `out` stays as it is without it. */
static bool read_limit(const struct dep_args *args, uint64_t *out)
{
    const char *text = dep_arg(args, "--limit");
    return !text || dep_u64_parse(dep_slice_string(text), DEP_INDEX_LIST_MAX, out);
}

struct listing {
    const struct dep_args *args;
    uint64_t count;
    struct dep_node *node;
    struct dep_problem *problem;
};

/* Of a record that holds another's, whose: the type, the officer and the member. */
static int show_whose(struct listing *listing, const struct dep_index_row *row)
{
    DEP_AUTO_VIEW view = {.claims = NULL};
    if (strncmp(row->type, "kit.", strlen("kit.")) != 0)
        return DEP_OK;
    int err = dep_node_view(listing->node, row->jti, false, &view, listing->problem);
    if (err)
        return err;
    const char *type = dep_json_string(view.claims, "record_type");
    const struct dep_schema *schema =
        dep_schemas_find(dep_node_schemas(listing->node), type ? type : "", 0);
    dep_print_label(stdout, "");
    (void)printf("%s, %s %s", schema ? dep_schema_label(schema, NULL, dep_reader_language()) : type,
                 dep_json_string(view.claims, "member"), dep_json_string(view.claims, "officer"));
    return DEP_OK;
}

static int show_row(void *context, const struct dep_index_row *row)
{
    struct listing *listing = context;
    listing->count++;
    if (listing->args->json)
        return dep_print_json(dep_row_json(row)) ? DEP_OK : DEP_ERR_IO;
    const struct dep_schema *schema =
        dep_schemas_find(dep_node_schemas(listing->node), row->type, 0);
    (void)printf("%s  ", row->jti);
    dep_show_time(row->iat);
    (void)printf("  %-20s %-10s %s", row->type, row->by_code[0] ? row->by_code : "—",
                 schema ? dep_schema_label(schema, NULL, dep_reader_language()) : "");
    int err = show_whose(listing, row);
    (void)printf("%s\n", row->erased ? _("  (erased)") : row->superseded ? _("  (corrected)") : "");
    return err;
}

static int run_query(struct dep_args *args, struct dep_node *node,
                     const struct dep_index_query *query)
{
    struct dep_problem problem = {.detail = ""};
    struct listing listing = {.args = args, .node = node, .problem = &problem};
    char receipt[DEP_RECEIPT_ROOM];
    int err = dep_node_list(node, query, show_row, &listing, &problem);
    if (!err && !listing.count && query->text && dep_receipt_read(query->text, receipt)) {
        struct dep_index_query code = *query;
        code.text = receipt;
        err = dep_node_list(node, &code, show_row, &listing, &problem);
    }
    if (!err && query->text && listing.count == query->limit)
        dep_say(_("only the newest %llu are shown; --limit shows more"),
                (unsigned long long)query->limit);
    return err ? dep_say_problem(args, err, &problem) : dep_finish_output(DEP_EXIT_YES);
}

int dep_cmd_list(int argc, char **argv)
{
    static const struct dep_option options[] = {
        {"--type", 0, true, false, N_("only this type, or a prefix ending in a dot: custody.")},
        {"--item", 0, true, false, N_("only records about this item")},
        {"--ref", 0, true, false, N_("only records that reference this record")},
        {"--limit", 0, true, false, N_("at most so many")},
        {"--newest", 0, false, false, N_("newest first")},
    };
    static struct dep_args args;
    int status = dep_args_parse(&args, "list", "list [--type TYPE] [--item ITEM]", options,
                                DEP_COUNT(options), argc, argv);
    if (status)
        return status - 1;
    uint64_t limit = 0;
    if (args.positional_count)
        return dep_usage_error(&args, _("list takes options only"));
    if (!read_limit(&args, &limit))
        return dep_usage_error(&args, _("--limit needs a number, not %s"),
                               dep_arg(&args, "--limit"));
    status = dep_confine_command(&args, true);
    if (status)
        return status;
    struct dep_node *node = dep_open_node(&args, false, &status);
    if (!node)
        return status;
    struct dep_index_query query = {
        .type = dep_arg(&args, "--type"),
        .item = dep_arg(&args, "--item"),
        .ref = dep_arg(&args, "--ref"),
        .limit = limit,
        .newest_first = dep_flag(&args, "--newest"),
    };
    status = run_query(&args, node, &query);
    dep_node_close(node);
    return status;
}

int dep_cmd_search(int argc, char **argv)
{
    static const struct dep_option options[] = {
        {"--type", 0, true, false, N_("only this type, or a prefix ending in a dot: custody.")},
        {"--limit", 0, true, false, N_("at most so many")}};
    static struct dep_args args;
    int status =
        dep_args_parse(&args, "search", "search WORD…", options, DEP_COUNT(options), argc, argv);
    if (status)
        return status - 1;
    if (args.positional_count == 0)
        return dep_usage_error(&args, _("say what to look for"));
    uint64_t limit = SEARCH_LIMIT;
    if (!read_limit(&args, &limit))
        return dep_usage_error(&args, _("--limit needs a number, not %s"),
                               dep_arg(&args, "--limit"));
    status = dep_confine_command(&args, true);
    if (status)
        return status;
    DEP_AUTO_BUF words;
    dep_buf_init(&words, DEP_INDEX_QUERY_MAX);
    for (size_t i = 0; i < args.positional_count; i++)
        dep_buf_addf(&words, "%s%s", i ? " " : "", args.positional[i]);
    if (dep_buf_err(&words))
        return dep_usage_error(&args, _("too many words"));
    struct dep_node *node = dep_open_node(&args, false, &status);
    if (!node)
        return status;
    if (dep_register_info(dep_node_register(node))->field)
        dep_say(_("a field register indexes open fields only"));
    struct dep_index_query query = {.type = dep_arg(&args, "--type"),
                                    .text = (const char *)words.data,
                                    .limit = limit,
                                    .newest_first = true};
    status = run_query(&args, node, &query);
    dep_node_close(node);
    return status;
}
