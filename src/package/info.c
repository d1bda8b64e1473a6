#include "package/info.h"

#include "codec/text.h"

#include <inttypes.h>
#include <stdio.h>

enum { DATE_LEN = 10, TIME_LEN = 20 };

static int add(struct dep_buf *out, const char *label, const char *value)
{
    return dep_bag_element_encode(label, dep_slice_string(value), out);
}

static int add_all(const struct dep_package_info *info, struct dep_buf *out)
{
    char date[TIME_LEN + 1], oxum[64];
    dep_time_encode(info->date_s, date);
    date[DATE_LEN] = 0;
    (void)snprintf(oxum, sizeof oxum, "%" PRIu64 ".%" PRIu64, info->octets, info->files);
    int err = add(out, "Source-Organization", info->sender);
    if (!err)
        err = add(out, "Bagging-Date", date);
    if (!err)
        err = add(out, "External-Identifier", info->id);
    if (!err)
        err = add(out, "Payload-Oxum", oxum);
    if (!err)
        err = dep_bag_element_encode("Bag-Software-Agent", info->agent, out);
    if (!err)
        err = add(out, "Depositary-Package", "1");
    return err ? err : add(out, "Depositary-Kind", dep_package_kind_name(info->kind));
}

/* Its version is the only thing there that a verifier can't know, and whoever reads the file may do
 * it at a terminal. */
static bool is_agent(struct dep_slice text)
{
    bool printable = dep_slice_starts(text, "depositary ");
    for (size_t i = 0; printable && i < text.len; i++)
        printable = text.data[i] >= ' ' && text.data[i] <= '~';
    return printable;
}

int dep_package_info_encode(const struct dep_package_info *info, struct dep_buf *out)
{
    size_t before = out->len;
    if (!is_agent(info->agent))
        return DEP_ERR_CAP;
    int err = add_all(info, out);
    if (err && out->len > before)
        out->len = before;
    return err;
}

bool dep_package_info_get(const struct dep_bag *bag, const char *label, struct dep_slice *out)
{
    for (size_t i = 0; i < dep_bag_info_count(bag); i++) {
        const struct dep_bag_element *element = dep_bag_info_at(bag, i);
        if (!dep_slice_equal_string(element->label, label))
            continue;
        *out = element->value;
        return true;
    }
    return false;
}
