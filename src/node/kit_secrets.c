#include "node/kit_secrets.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A line of any length may stand there, and name any number of keks: what no register writes is
 * passed over. */
enum {
    KINDS = 2,
    LINE_LEN_MAX = 2 * DEP_DISCLOSURES_LEN_MAX,
    KEK_LINE_MAX = 64 * 1024,
    KEKS_MAX = 16
};
static const char *const PATHS[KINDS] = {
    [DEP_SECRET_PRIVATE] = "data/secrets/private", [DEP_SECRET_KEYRING] = "data/secrets/keyring"};

struct dep_kit_secrets {
    FILE *files[KINDS];    /* by dep_secret_kind */
    json_t *places[KINDS]; /* id of a record or of a kek -> where its line begins */
    char *line;            /* the last that was read, with a NUL behind it */
    size_t len;
};

void dep_kit_secrets_free(struct dep_kit_secrets *secrets)
{
    for (size_t i = 0; secrets && i < KINDS; i++) {
        if (secrets->files[i])
            (void)fclose(secrets->files[i]);
        json_decref(secrets->places[i]);
    }
    if (secrets)
        free(secrets->line);
    free(secrets);
}

static int no_memory(struct dep_problem *problem)
{
    return dep_problem_fault(problem, DEP_ERR_NOMEM, "node.receive", "secrets");
}

static int cannot_read(struct dep_problem *problem, enum dep_secret_kind kind)
{
    int sys = errno;
    return dep_fault_set(&problem->fault, DEP_ERR_IO, sys, "receive.read", "%s", PATHS[kind]);
}

/* ---- finding them ---- */

/* A line begins {"id":"UUID" or {"kek":"16 HEX". */
static bool name_of(const char *line, char *out, size_t room)
{
    static const char *const begins[] = {"{\"id\":\"", "{\"kek\":\""};
    for (size_t i = 0; i < DEP_COUNT(begins); i++) {
        size_t from = strlen(begins[i]);
        if (strncmp(line, begins[i], from) != 0)
            continue;
        size_t len = strcspn(line + from, "\"");
        if (len >= room || strspn(line + from, "0123456789abcdef-") < len)
            return false;
        memcpy(out, line + from, len);
        out[len] = 0;
        return true;
    }
    return false;
}

/* The next one, without its end; one that is too long is empty. False: there is none. */
static bool next_line(struct dep_kit_secrets *secrets, enum dep_secret_kind kind)
{
    FILE *file = secrets->files[kind];
    size_t len = 0;
    int c = getc_unlocked(file);
    bool any = c != EOF;
    for (; c != EOF && c != '\n'; c = getc_unlocked(file))
        if (len <= LINE_LEN_MAX)
            secrets->line[len++] = (char)c;
    secrets->len = len > LINE_LEN_MAX ? 0 : len;
    secrets->line[secrets->len] = 0;
    return any;
}

static int find_lines(struct dep_kit_secrets *secrets, enum dep_secret_kind kind,
                      struct dep_problem *problem)
{
    FILE *file = secrets->files[kind];
    char name[64];
    int err = DEP_OK;
    for (off_t at = 0; !err && next_line(secrets, kind); at = ftello(file))
        if (name_of(secrets->line, name, sizeof name) &&
            json_object_set_new(secrets->places[kind], name, json_integer((json_int_t)at)))
            err = no_memory(problem);
    return !err && ferror(file) ? cannot_read(problem, kind) : err;
}

int dep_kit_secrets_new(FILE *private, FILE *keyring, struct dep_kit_secrets **out,
                        struct dep_problem *problem)
{
    struct dep_kit_secrets *secrets = dep_alloc(sizeof *secrets);
    int err = DEP_OK;
    if (!secrets) {
        (void)fclose(private);
        (void)fclose(keyring);
        return no_memory(problem);
    }
    secrets->files[DEP_SECRET_PRIVATE] = private;
    secrets->files[DEP_SECRET_KEYRING] = keyring;
    secrets->line = dep_alloc(LINE_LEN_MAX + 2);
    for (size_t i = 0; !err && i < KINDS; i++) {
        secrets->places[i] = json_object();
        err = secrets->line && secrets->places[i]
                  ? find_lines(secrets, (enum dep_secret_kind)i, problem)
                  : no_memory(problem);
    }
    if (err)
        dep_kit_secrets_free(secrets);
    else
        *out = secrets;
    return err;
}

static FILE *open_file(int folder, enum dep_secret_kind kind)
{
    int fd = openat(folder, PATHS[kind], O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    return fd < 0 ? NULL : fdopen(fd, "r");
}

int dep_kit_secrets_open(int folder, struct dep_kit_secrets **out, struct dep_problem *problem)
{
    FILE *private = open_file(folder, DEP_SECRET_PRIVATE);
    if (!private)
        return cannot_read(problem, DEP_SECRET_PRIVATE);
    FILE *keyring = open_file(folder, DEP_SECRET_KEYRING);
    if (keyring)
        return dep_kit_secrets_new(private, keyring, out, problem);
    int err = cannot_read(problem, DEP_SECRET_KEYRING);
    (void)fclose(private);
    return err;
}

/* ---- taking them ---- */

/* `*out`: a new string without the end of line; NULL: there is none. */
static int read_line(struct dep_kit_secrets *secrets, enum dep_secret_kind kind, const char *name,
                     json_t **out, struct dep_problem *problem)
{
    const json_t *at = json_object_get(secrets->places[kind], name);
    FILE *file = secrets->files[kind];
    *out = NULL;
    if (!at)
        return DEP_OK;
    if (fseeko(file, (off_t)json_integer_value(at), SEEK_SET) != 0 || !next_line(secrets, kind))
        return cannot_read(problem, kind);
    size_t len = secrets->len;
    while (len && secrets->line[len - 1] == ' ')
        len--; /* a keyring line that was replaced is padded */
    if (len)
        *out = json_stringn(secrets->line, len); /* NULL too where it isn't UTF-8: no line then */
    return DEP_OK;
}

static int add_kek(struct dep_kit_secrets *secrets, struct dep_slice id, json_t *keks,
                   struct dep_problem *problem)
{
    char name[64];
    json_t *kek;
    (void)snprintf(name, sizeof name, "%.*s", (int)id.len, (const char *)id.data);
    int err = read_line(secrets, DEP_SECRET_KEYRING, name, &kek, problem);
    if (err || !kek)
        return err;
    if (json_string_length(kek) > KEK_LINE_MAX || json_array_size(keks) == KEKS_MAX) {
        json_decref(kek);
        return DEP_OK;
    }
    return json_array_append_new(keks, kek) ? no_memory(problem) : DEP_OK;
}

/* The keks that a keyring line names. */
static int add_keks(struct dep_kit_secrets *secrets, const json_t *line, json_t *claims,
                    struct dep_problem *problem)
{
    DEP_AUTO_JSON *parsed = NULL;
    struct dep_finding why;
    struct dep_slice id;
    json_t *keks = json_array(), *wrapped;
    const char *role;
    if (!keks || json_object_set_new(claims, "keks", keks))
        return no_memory(problem);
    int err = dep_json_parse(dep_slice_string(json_string_value(line)), &parsed, &why);
    if (err)
        return err < 0 ? no_memory(problem) : DEP_OK;
    json_object_foreach(json_object_get(parsed, "keys"), role, wrapped)
    {
        const char *text = json_string_value(wrapped);
        if (!err && text && dep_secret_kek_of(text, &id))
            err = add_kek(secrets, id, keks, problem);
    }
    return err;
}

int dep_kit_secrets_add(struct dep_kit_secrets *secrets, const char *jti, json_t *claims,
                        struct dep_problem *problem)
{
    DEP_AUTO_JSON *secret = NULL;
    DEP_AUTO_JSON *keyring = NULL;
    int err = read_line(secrets, DEP_SECRET_PRIVATE, jti, &secret, problem);
    if (!err)
        err = read_line(secrets, DEP_SECRET_KEYRING, jti, &keyring, problem);
    if (err || !secret || !keyring)
        return err;
    if (json_object_set(claims, "secret", secret) || json_object_set(claims, "keys", keyring))
        return no_memory(problem);
    return add_keks(secrets, keyring, claims, problem);
}
