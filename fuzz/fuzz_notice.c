/*
 * A notice under seal: what is taken is written again as it was, in order.
 */
#include "package/notice.h"

#include <stdlib.h>
#include <string.h>

static void must(bool true_here)
{
    if (!true_here)
        abort();
}

struct told {
    struct dep_buf again;
    struct dep_hash last;
};

static int begin(void *context, const struct dep_notice_head *head)
{
    struct told *told = context;
    must(head->sealed > 0);
    must(dep_notice_head_encode(head, &told->again) == DEP_OK);
    return DEP_OK;
}

static int each(void *context, const struct dep_notice_record *record)
{
    struct told *told = context;
    must(memcmp(told->last.bytes, record->of.bytes, DEP_HASH_LEN) <= 0);
    told->last = record->of;
    must(dep_notice_record_encode(record, &told->again) == DEP_OK);
    return DEP_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct told told = {.last = {{0}}};
    struct dep_finding why = {NULL, NULL, 0};
    const struct dep_notice_teller teller = {&told, begin, each};
    dep_buf_init(&told.again, DEP_NOTICE_LEN_MAX);
    int err = dep_notice_parse(dep_slice_of(data, size), &teller, &why);
    must(err == DEP_OK || (err == DEP_FOUND && why.id));
    if (!err)
        must(told.again.len == size && memcmp(told.again.data, data, size) == 0);
    dep_buf_done(&told.again);
    return 0;
}
