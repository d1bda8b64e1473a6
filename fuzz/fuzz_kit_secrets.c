/*
 * The protected fields that a field kit hands over: the input is its private/, and behind the first
 * NUL its keyring/. Whatever is taken for a record is a line of each, with few keks.
 */
#include "node/kit_secrets.h"

#include <stdlib.h>
#include <string.h>

static void must(bool true_here)
{
    if (!true_here)
        abort();
}

static void check_line(const json_t *line)
{
    must(json_is_string(line) && json_string_length(line) &&
         !strchr(json_string_value(line), '\n'));
}

static FILE *file_of(const uint8_t *data, size_t size)
{
    static char nothing[1] = "";
    FILE *file = size ? fmemopen((void *)(uintptr_t)data, size, "r") : fmemopen(nothing, 1, "r");
    must(file != NULL);
    return file;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const jtis[] = {"01a20d48-e325-7d90-ac3a-47d22d4fff91", ""};
    struct dep_kit_secrets *secrets = NULL;
    struct dep_problem problem = {.detail = ""};
    const uint8_t *end = size ? memchr(data, 0, size) : NULL;
    size_t private_len = end ? (size_t)(end - data) : size, from = end ? private_len + 1 : size;
    must(dep_kit_secrets_new(file_of(data, private_len), file_of(data + from, size - from),
                             &secrets, &problem) == DEP_OK);
    for (size_t i = 0; i < DEP_COUNT(jtis); i++) {
        DEP_AUTO_JSON *claims = json_object();
        must(dep_kit_secrets_add(secrets, jtis[i], claims, &problem) == DEP_OK);
        const json_t *keks = json_object_get(claims, "keks");
        if (!json_object_size(claims))
            continue;
        check_line(json_object_get(claims, "secret"));
        check_line(json_object_get(claims, "keys"));
        must(json_is_array(keks) && json_array_size(keks) <= 16);
        for (size_t k = 0; k < json_array_size(keks); k++)
            check_line(json_array_get(keks, k));
    }
    dep_kit_secrets_free(secrets);
    return 0;
}
