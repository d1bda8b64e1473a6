/*
 * A bag's declaration and bag-info.txt; its names; and whether it is complete.
 */
#include "package/bag_internal.h"

#include "codec/fold.h"

#include <stdlib.h>
#include <string.h>

/* ---- bagit.txt ---- */

/* "M.N", digits on both sides ("0.97", so leading zeros may be). */
static bool version_form(struct dep_slice version)
{
    size_t dot = dep_slice_find(version, '.');
    for (size_t i = 0; i < version.len; i++)
        if (i != dot && (version.data[i] < '0' || version.data[i] > '9'))
            return false;
    return dot > 0 && dot + 1 < version.len;
}

static bool equal_any_case(struct dep_slice a, const char *lower)
{
    size_t len = strlen(lower);
    for (size_t i = 0; i < a.len && a.len == len; i++) {
        uint8_t byte = a.data[i];
        if ((byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte) != (uint8_t)lower[i])
            return false;
    }
    return a.len == len;
}

/* The id of what is wrong with it, or NULL. */
static const char *declaration_fault(struct dep_slice text)
{
    static const char first[] = "BagIt-Version: ", second[] = "Tag-File-Character-Encoding: ";
    struct dep_slice version = bag_next_line(&text), encoding = bag_next_line(&text);
    if (!dep_slice_starts(version, first) || !dep_slice_starts(encoding, second) || text.len)
        return "bag.declaration";
    version = bag_after(version, first);
    encoding = bag_after(encoding, second);
    if (!version_form(version) || encoding.len == 0 || dep_slice_find(encoding, ' ') < encoding.len)
        return "bag.declaration";
    if (!dep_slice_equal_string(version, "1.0"))
        return "bag.version";
    if (!equal_any_case(encoding, "utf-8"))
        return "bag.encoding";
    return NULL;
}

static int read_declaration(struct dep_bag *bag, dep_bag_text_fn *text, void *context)
{
    struct bag_entry *entry = bag_entry_find(bag, dep_slice_string("bagit.txt"));
    struct dep_slice content = {NULL, 0};
    if (entry && entry->file.size > DEP_BAG_PATH_MAX)
        entry = NULL; /* two lines are never that long */
    int err = entry ? text(context, &entry->file, &content) : DEP_OK;
    if (err)
        return err;
    const char *id = entry ? declaration_fault(content) : "bag.declaration";
    bag->was_read = !id;
    return id ? bag_find(bag, id, "RFC 8493 2.1.1", false, dep_slice_string("bagit.txt")) : DEP_OK;
}

/* ---- bag-info.txt ---- */

static int add_element(struct dep_bag *bag, struct dep_slice label, struct dep_slice value)
{
    if (bag->element_count == DEP_BAG_INFO_MAX)
        return DEP_ERR_CAP;
    if (!bag->elements) {
        bag->elements = dep_alloc_array(DEP_BAG_INFO_MAX, sizeof *bag->elements);
        if (!bag->elements)
            return DEP_ERR_NOMEM;
    }
    bag->elements[bag->element_count++] = (struct dep_bag_element){label, value};
    return DEP_OK;
}

static int read_info(struct dep_bag *bag, struct bag_entry *entry, dep_bag_text_fn *text,
                     void *context)
{
    struct dep_slice rest;
    bool good;
    int err = bag_get_text(bag, entry, text, context, &rest, &good);
    if (err || !good)
        return err;
    const uint8_t *copy = bag_keep(bag, rest.data, rest.len, &err);
    rest = dep_slice_of(copy, rest.len);
    uint64_t number = 0;
    while (!err && rest.len) {
        struct dep_slice line = bag_next_line(&rest);
        size_t colon = dep_slice_find(line, ':');
        number++;
        if (line.len && bag_blank(line.data[0]) && bag->element_count) {
            struct dep_bag_element *last = &bag->elements[bag->element_count - 1];
            last->value.len = (size_t)(line.data + line.len - last->value.data);
            continue;
        }
        bool form = colon > 0 && colon + 1 < line.len && bag_blank(line.data[colon + 1]) &&
                    !bag_blank(line.data[0]) && !bag_blank(line.data[colon - 1]);
        if (form)
            err = add_element(bag, dep_slice_sub(line, 0, colon),
                              dep_slice_sub(line, colon + 2, line.len - colon - 2));
        else
            err = bag_find_line(bag, "bag.info", "RFC 8493 2.2.2", false,
                                (struct dep_slice){NULL, 0}, entry->file.path, number);
    }
    return err;
}

static bool oxum_fits(const struct dep_bag *bag, struct dep_slice value)
{
    size_t dot = dep_slice_find(value, '.');
    uint64_t octets, files;
    return dot < value.len && dep_u64_parse(dep_slice_sub(value, 0, dot), UINT64_MAX, &octets) &&
           dep_u64_parse(dep_slice_sub(value, dot + 1, value.len - dot - 1), UINT64_MAX, &files) &&
           octets == bag->payload_bytes && files == bag->payload_files;
}

/* The only element whose repetition and value are ruled by a MUST. */
static int check_oxum(struct dep_bag *bag, const struct bag_entry *entry)
{
    size_t count = 0;
    bool good = true;
    for (size_t i = 0; i < bag->element_count; i++) {
        const struct dep_bag_element *element = &bag->elements[i];
        if (equal_any_case(element->label, "payload-oxum"))
            good = ++count == 1 && oxum_fits(bag, element->value);
    }
    return good ? DEP_OK : bag_find(bag, "bag.oxum", "RFC 8493 2.2.2", false, entry->file.path);
}

/* ---- names ---- */

static int by_path(const void *a, const void *b)
{
    const struct bag_entry *x = a, *y = b;
    return bag_slices_compare(x->file.path, y->file.path);
}

static int by_folded(const void *a, const void *b)
{
    const struct bag_fold *x = a, *y = b;
    int order = bag_slices_compare(x->folded, y->folded);
    return order ? order : (x->place > y->place) - (x->place < y->place);
}

static int fold_names(struct dep_bag *bag)
{
    DEP_AUTO_BUF folded;
    dep_buf_init(&folded, 16 * DEP_BAG_PATH_MAX);
    bag->folds = dep_alloc_array(bag->count, sizeof *bag->folds);
    int err = bag->folds ? DEP_OK : DEP_ERR_NOMEM;
    for (size_t i = 0; !err && i < bag->count; i++) {
        dep_buf_clear(&folded);
        err = dep_fold_name(bag->entries[i].file.path, &folded);
        if (err)
            break;
        const uint8_t *copy = bag_keep(bag, folded.data, folded.len, &err);
        bag->folds[i] = (struct bag_fold){dep_slice_of(copy, folded.len), (uint32_t)i};
    }
    if (!err && bag->count)
        qsort(bag->folds, bag->count, sizeof *bag->folds, by_folded);
    return err;
}

static int check_names(struct dep_bag *bag)
{
    int err = DEP_OK;
    for (size_t i = 0; !err && i < bag->count; i++) {
        const struct bag_entry *entry = &bag->entries[i];
        struct dep_slice place = entry->file.path;
        assert(i == 0 || bag_slices_compare(entry[-1].file.path, entry->file.path) < 0);
        if (!bag_path_safe(entry->file.path))
            err = bag_find(bag, "bag.path", "RFC 8493 5.1", false, place);
        else if (!bag_path_portable(entry->file.path))
            err = bag_find(bag, "bag.path.windows", "RFC 8493 6.1.2", true, place);
        bag->payload_files += entry->payload;
        if (entry->payload &&
            !dep_add_u64(bag->payload_bytes, entry->file.size, &bag->payload_bytes))
            err = DEP_ERR_CAP;
    }
    for (size_t i = 1; !err && i < bag->count; i++)
        if (dep_slice_equal(bag->folds[i - 1].folded, bag->folds[i].folded))
            err = bag_find(bag, "bag.folded", "RFC 8493 6.1.1", true,
                           bag->entries[bag->folds[i].place].file.path);
    return err;
}

/* ---- complete (RFC 8493 section 3) ---- */

static int check_listed(struct dep_bag *bag, size_t index)
{
    const struct bag_entry *entry = &bag->entries[index];
    struct dep_slice place = entry->file.path;
    unsigned of = entry->payload ? bag->payload_algorithms : bag->tag_algorithms;
    unsigned listed = dep_bag_listed(bag, index);
    if (listed == of || (!entry->payload && bag_is_tag_manifest(entry->file.path)))
        return DEP_OK;
    if (entry->payload)
        return listed ? bag_find(bag, "bag.manifest.short", "RFC 8493 3", false, place)
                      : bag_find(bag, "bag.unlisted", "RFC 8493 3", false, place);
    if (dep_slice_starts(entry->file.path, "manifest-") &&
        dep_slice_find(entry->file.path, '/') == entry->file.path.len)
        return bag_find(bag, "bag.manifest.short", "RFC 8493 2.2.1", false, place);
    return bag_find(bag, "bag.tag.unlisted", "RFC 8493 2.2.1", true, place);
}

static int check_complete(struct dep_bag *bag)
{
    struct dep_slice nowhere = {NULL, 0};
    int err = DEP_OK;
    if (!bag->payload_algorithms)
        err = bag_find(bag, "bag.manifest", "RFC 8493 2.1.3", false, nowhere);
    if (!err && !bag->payload_files && !bag->lists_payload)
        err = bag_find(bag, "bag.payload", "RFC 8493 2.1.2", false, nowhere);
    struct dep_slice fetch = DEP_SLICE_LITERAL("fetch.txt");
    if (!err && bag_entry_find(bag, fetch))
        err = bag_find(bag, "bag.fetch", "RFC 8493 2.2.3", false, fetch);
    for (size_t i = 0; !err && i < bag->count; i++)
        err = check_listed(bag, i);
    return err;
}

int dep_bag_read(struct dep_bag *bag, dep_bag_text_fn *text, void *context)
{
    assert(!bag->sorted);
    if (bag->count)
        qsort(bag->entries, bag->count, sizeof *bag->entries, by_path);
    bag->sorted = true;
    int err = read_declaration(bag, text, context);
    if (err || !bag->was_read)
        return err;
    err = fold_names(bag);
    if (!err)
        err = check_names(bag);
    if (!err)
        err = bag_read_manifests(bag, false, text, context);
    if (!err)
        err = bag_read_manifests(bag, true, text, context);
    struct bag_entry *info = bag_entry_find(bag, dep_slice_string("bag-info.txt"));
    if (!err && info)
        err = read_info(bag, info, text, context);
    if (!err && info)
        err = check_oxum(bag, info);
    return err ? err : check_complete(bag);
}
