/*
 * RFC 9901 section 7.1, strictly: published libraries accept most of what is refused here, so each
 * rule stands alone with its own finding.
 *
 * Works in place on a copy of the payload, a deep one where what changes lies below its top.
 * Disclosures are sorted by digest once; the digests met on the way are collected and compared at
 * the end, so that "the same digest twice anywhere" costs one sort.
 */
#include "record/internal.h"

#include <stdlib.h>
#include <string.h>

struct sd_item {
    struct dep_sd_digest digest;
    json_t *array;
    bool used;
};

struct sd_apply {
    struct sd_item *items; /* sorted */
    size_t count;
    const char **met; /* digests, borrowed from `removed` */
    size_t met_count, met_room;
    json_t *removed; /* keeps what was cut out alive as long as `met` */
    bool top_level_only;
    struct dep_finding *why;
};

static int item_order(const void *a, const void *b)
{
    const struct sd_item *x = a, *y = b;
    return memcmp(x->digest.text, y->digest.text, DEP_DIGEST_TEXT_LEN);
}

static int text_order(const void *a, const void *b)
{
    const char *const *x = a, *const *y = b;
    return strcmp(*x, *y);
}

static void apply_done(struct sd_apply *apply)
{
    for (size_t i = 0; i < apply->count; i++)
        json_decref(apply->items[i].array);
    free(apply->items);
    free(apply->met);
    json_decref(apply->removed);
}

static int items_parse(struct sd_apply *apply, struct dep_slice text)
{
    size_t count = text.len > 0;
    for (size_t i = 0; i < text.len; i++)
        count += text.data[i] == '~';
    if (count > DEP_DISCLOSURES_MAX || text.len > DEP_DISCLOSURES_LEN_MAX)
        return dep_found(apply->why, "sdjwt.len", "record.md 6", 0);
    apply->items = dep_alloc_array(count, sizeof *apply->items);
    if (!apply->items)
        return DEP_ERR_NOMEM;
    struct dep_slice rest = text;
    for (size_t i = 0; i < count; i++) {
        struct dep_slice one = dep_slice_next(&rest, '~');
        struct sd_item *item = &apply->items[i];
        int err = dep_sd_disclosure_parse(one, &item->array, apply->why);
        if (err)
            return err;
        apply->count++;
        dep_sd_digest_of(one, &item->digest);
    }
    qsort(apply->items, count, sizeof *apply->items, item_order);
    for (size_t i = 1; i < count; i++)
        if (item_order(&apply->items[i - 1], &apply->items[i]) == 0)
            return dep_found(apply->why, "sdjwt.disclosure.duplicate", "RFC 9901 7.1 step 5", 0);
    return DEP_OK;
}

/* `text` was met as a digest; the disclosure it stands for, or NULL. */
static int digest_met(struct sd_apply *apply, const char *text, struct sd_item **out)
{
    if (apply->met_count == apply->met_room) {
        size_t room = apply->met_room ? apply->met_room * 2 : 32;
        const char **met = dep_realloc_array(apply->met, room, sizeof *met);
        if (!met)
            return DEP_ERR_NOMEM;
        apply->met = met;
        apply->met_room = room;
    }
    apply->met[apply->met_count++] = text;
    *out = NULL;
    if (strlen(text) != DEP_DIGEST_TEXT_LEN)
        return DEP_OK; /* a foreign decoy */
    struct sd_item key;
    memcpy(key.digest.text, text, DEP_DIGEST_TEXT_LEN + 1);
    struct sd_item *item =
        bsearch(&key, apply->items, apply->count, sizeof *apply->items, item_order);
    if (item && item->used)
        return dep_found(apply->why, "sdjwt.digest.duplicate", "RFC 9901 7.1 step 4", 0);
    if (item)
        item->used = true;
    *out = item;
    return DEP_OK;
}

static int value_apply(struct sd_apply *apply, json_t *value, size_t depth);

static int digests_apply(struct sd_apply *apply, json_t *object, const json_t *digests,
                         size_t depth)
{
    size_t index;
    json_t *digest;
    json_array_foreach(digests, index, digest)
    {
        if (!json_is_string(digest))
            return dep_found(apply->why, "sdjwt.sd.form", "RFC 9901 7.1 step 3", 0);
        struct sd_item *item;
        int err = digest_met(apply, json_string_value(digest), &item);
        if (err)
            return err;
        if (!item)
            continue;
        if (json_array_size(item->array) != 3)
            return dep_found(apply->why, "sdjwt.disclosure.arity", "RFC 9901 7.1 step 3", 0);
        const char *name = json_string_value(json_array_get(item->array, 1));
        json_t *value = json_array_get(item->array, 2);
        if (strcmp(name, "_sd_alg") == 0)
            return dep_found(apply->why, "sdjwt.alg", "RFC 9901 4.1.1", 0);
        if (json_object_get(object, name))
            return dep_found(apply->why, "sdjwt.name.exists", "RFC 9901 7.1 step 3", 0);
        if ((err = value_apply(apply, value, depth + 1)))
            return err;
        if (json_object_set(object, name, value))
            return DEP_ERR_NOMEM;
    }
    return DEP_OK;
}

static int object_apply(struct sd_apply *apply, json_t *object, size_t depth)
{
    if (json_object_get(object, "..."))
        return dep_found(apply->why, "sdjwt.ellipsis", "RFC 9901 4.2.4.2", 0);
    if (depth > 0 && json_object_get(object, "_sd_alg"))
        return dep_found(apply->why, "sdjwt.alg", "RFC 9901 4.1.1", 0);
    json_t *digests = json_object_get(object, "_sd");
    if (digests) {
        if (!json_is_array(digests))
            return dep_found(apply->why, "sdjwt.sd.form", "RFC 9901 7.1 step 3", 0);
        if (json_array_append(apply->removed, digests))
            return DEP_ERR_NOMEM;
        (void)json_object_del(object, "_sd");
        apply->top_level_only = apply->top_level_only && depth == 0;
    }
    const char *name;
    json_t *member;
    json_object_foreach(object, name, member)
    {
        int err = value_apply(apply, member, depth + 1);
        if (err)
            return err;
    }
    return digests ? digests_apply(apply, object, digests, depth) : DEP_OK;
}

/* An element {"...": digest}: replaced by the value disclosed, or taken out. */
static int element_apply(struct sd_apply *apply, json_t *array, size_t index, size_t depth,
                         bool *out_kept)
{
    json_t *element = json_array_get(array, index);
    const char *digest = json_string_value(json_object_get(element, "..."));
    if (!digest || json_object_size(element) != 1)
        return dep_found(apply->why, "sdjwt.ellipsis", "RFC 9901 4.2.4.2", 0);
    if (json_array_append(apply->removed, element))
        return DEP_ERR_NOMEM;
    apply->top_level_only = false;
    struct sd_item *item;
    int err = digest_met(apply, digest, &item);
    if (err)
        return err;
    *out_kept = item != NULL;
    if (!item)
        return json_array_remove(array, index) ? DEP_ERR_NOMEM : DEP_OK;
    if (json_array_size(item->array) != 2)
        return dep_found(apply->why, "sdjwt.disclosure.arity", "RFC 9901 7.1 step 3", 0);
    json_t *value = json_array_get(item->array, 1);
    if ((err = value_apply(apply, value, depth + 1)))
        return err;
    return json_array_set(array, index, value) ? DEP_ERR_NOMEM : DEP_OK;
}

static int value_apply(struct sd_apply *apply, json_t *value, size_t depth)
{
    /* Disclosures nested in disclosures would otherwise reach any depth. */
    if (depth > DEP_JSON_DEPTH_MAX)
        return dep_found(apply->why, "sdjwt.depth", "record.md 6", 0);
    if (json_is_object(value))
        return object_apply(apply, value, depth);
    if (!json_is_array(value))
        return DEP_OK;
    for (size_t i = 0; i < json_array_size(value);) {
        bool kept = true;
        json_t *element = json_array_get(value, i);
        int err = json_object_get(element, "...") ? element_apply(apply, value, i, depth, &kept)
                                                  : value_apply(apply, element, depth + 1);
        if (err)
            return err;
        i += kept;
    }
    return DEP_OK;
}

static int top_apply(struct sd_apply *apply, json_t *payload)
{
    const json_t *alg = json_object_get(payload, "_sd_alg");
    if (alg && (!json_is_string(alg) || strcmp(json_string_value(alg), "sha-256") != 0))
        return dep_found(apply->why, "sdjwt.alg", "RFC 9901 4.1.1", 0);
    (void)json_object_del(payload, "_sd_alg");
    int err = value_apply(apply, payload, 0);
    if (err)
        return err;
    if (apply->met_count > 1)
        qsort(apply->met, apply->met_count, sizeof *apply->met, text_order);
    for (size_t i = 1; i < apply->met_count; i++)
        if (strcmp(apply->met[i - 1], apply->met[i]) == 0)
            return dep_found(apply->why, "sdjwt.digest.duplicate", "RFC 9901 7.1 step 4", 0);
    for (size_t i = 0; i < apply->count; i++)
        if (!apply->items[i].used)
            return dep_found(apply->why, "sdjwt.disclosure.unreferenced", "RFC 9901 7.1 step 5", 0);
    return DEP_OK;
}

/* Is something in it taken out, or put in, where disclosures are applied? */
static bool marked(const json_t *value)
{
    const char *name;
    size_t index;
    json_t *member;
    if (json_object_get(value, "_sd") || json_object_get(value, "..."))
        return true;
    json_object_foreach((json_t *)(uintptr_t)value, name, member)
    {
        if (marked(member))
            return true;
    }
    json_array_foreach(value, index, member)
    {
        if (marked(member))
            return true;
    }
    return false;
}

static bool marked_below(const json_t *payload)
{
    const char *name;
    json_t *member;
    json_object_foreach((json_t *)(uintptr_t)payload, name, member)
    {
        if (marked(member))
            return true;
    }
    return false;
}

int dep_sdjwt_apply(const json_t *payload, struct dep_slice disclosures, json_t **out,
                    bool *out_top_level_only, struct dep_finding *why)
{
    if (!json_is_object(payload))
        return dep_found(why, "sdjwt.payload", "RFC 9901 4.1", 0);
    struct sd_apply apply = {.top_level_only = true, .why = why, .removed = json_array()};
    json_t *from = (json_t *)(uintptr_t)payload;
    DEP_AUTO_JSON *copy = marked_below(payload) ? json_deep_copy(payload) : json_copy(from);
    int err = copy && apply.removed ? items_parse(&apply, disclosures) : DEP_ERR_NOMEM;
    if (!err)
        err = top_apply(&apply, copy);
    if (!err) {
        *out = json_incref(copy);
        if (out_top_level_only)
            *out_top_level_only = apply.top_level_only;
    }
    apply_done(&apply);
    return err;
}
