#include "cli/file_digest.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE_LEN = 128 * 1024 };

/* As it is written in capitals, too. */
static bool is_digest(const char *text, char out[2 * DEP_HASH_LEN + 1])
{
    size_t len = 0;
    for (; len < 2 * DEP_HASH_LEN && isxdigit((unsigned char)text[len]); len++)
        out[len] = (char)tolower((unsigned char)text[len]);
    out[len] = 0;
    return len == 2 * DEP_HASH_LEN && !text[len];
}

static int digest_of(int fd, struct dep_hash *out)
{
    static uint8_t piece[PIECE_LEN];
    struct dep_sha256_stream stream;
    ssize_t got;
    dep_sha256_start(&stream);
    while ((got = read(fd, piece, sizeof piece)) != 0) {
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return DEP_ERR_IO;
        dep_sha256_add(&stream, piece, (size_t)got);
    }
    dep_sha256_finish(&stream, out);
    return DEP_OK;
}

int dep_file_digest(const char *text, char out[2 * DEP_HASH_LEN + 1], struct dep_problem *problem)
{
    char hex[2 * DEP_HASH_LEN + 1];
    struct dep_hash digest;
    struct stat info;
    if (is_digest(text, hex)) {
        memcpy(out, hex, sizeof hex);
        return DEP_OK;
    }
    /* A pipe would be waited for. */
    int fd = open(text, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    bool regular = fd >= 0 && fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
    int err = regular ? digest_of(fd, &digest) : DEP_ERR_IO;
    int why = fd >= 0 || errno == ENOENT ? 0 : errno;
    if (fd >= 0)
        (void)close(fd);
    if (err)
        return dep_fault_set(&problem->fault, err, why, "stated.file", "%s", text);
    dep_hex_encode(digest.bytes, DEP_HASH_LEN, out);
    return DEP_OK;
}

static int digests_in(const struct dep_schema *schema, const json_t *form, json_t *value,
                      struct dep_problem *problem)
{
    const char *name;
    json_t *member;
    size_t i;
    int err = DEP_OK;
    json_object_foreach(value, name, member)
    {
        const json_t *of = err ? NULL : dep_schema_member(schema, form, name);
        char hex[2 * DEP_HASH_LEN + 1];
        if (!of || !json_is_string(member) || !dep_form_file(of)) {
            err = of ? digests_in(schema, of, member, problem) : err;
            continue;
        }
        err = dep_file_digest(json_string_value(member), hex, problem);
        if (!err && json_string_set(member, hex))
            err = dep_problem_fault(problem, DEP_ERR_NOMEM, "stated.file", name);
    }
    json_array_foreach(value, i, member)
    {
        const json_t *of = err ? NULL : dep_schema_member(schema, form, NULL);
        err = of ? digests_in(schema, of, member, problem) : err;
    }
    return err;
}

int dep_file_digests(const struct dep_schema *schema, json_t *fields, struct dep_problem *problem)
{
    return digests_in(schema, schema->jtd, fields, problem);
}
