#include "cli/file_digest.h"

#include "store/file.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* As it is written in capitals, too. */
static bool is_digest(const char *text, char out[2 * DEP_HASH_LEN + 1])
{
    size_t len = 0;
    for (; len < 2 * DEP_HASH_LEN && isxdigit((unsigned char)text[len]); len++)
        out[len] = (char)tolower((unsigned char)text[len]);
    out[len] = 0;
    return len == 2 * DEP_HASH_LEN && !text[len];
}

int dep_file_digest(const char *text, char out[2 * DEP_HASH_LEN + 1], struct dep_problem *problem)
{
    struct dep_hash digest;
    struct stat info;
    if (is_digest(text, out))
        return DEP_OK;
    /* A pipe would be waited for. */
    int fd = open(text, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    int why = fd >= 0 || errno == ENOENT ? 0 : errno;
    bool regular = fd >= 0 && fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
    int err = regular ? dep_file_sha256(fd, text, &digest, &problem->fault)
                      : dep_fault_set(&problem->fault, DEP_ERR_IO, why, "stated.file", "%s", text);
    if (fd >= 0)
        (void)close(fd);
    if (!err)
        dep_hex_encode(digest.bytes, DEP_HASH_LEN, out);
    return err;
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
