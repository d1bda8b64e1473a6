#include "report/document_impl.h"

#include "codec/text.h"

#include <stdlib.h>
#include <string.h>

static struct dep_block *add(struct dep_document *document, enum dep_block_kind kind,
                             const char *const *texts, size_t count)
{
    if (document->err)
        return NULL;
    if (document->count == DEP_DOCUMENT_BLOCKS_MAX) {
        document->err = DEP_ERR_CAP;
        return NULL;
    }
    if (document->count == document->room) {
        size_t room = document->room ? document->room * 2 : 32;
        struct dep_block *blocks = dep_realloc_array(document->blocks, room, sizeof *blocks);
        if (!blocks) {
            document->err = DEP_ERR_NOMEM;
            return NULL;
        }
        document->blocks = blocks;
        document->room = room;
    }
    struct dep_block *block = &document->blocks[document->count++];
    *block = (struct dep_block){.kind = kind, .count = count};
    for (size_t i = 0; i < count; i++) {
        const char *text = texts[i] ? texts[i] : "";
        if (strlen(text) > DEP_DOCUMENT_TEXT_MAX)
            document->err = DEP_ERR_CAP;
        else if (!(block->texts[i] = dep_strdup(text)))
            document->err = DEP_ERR_NOMEM;
    }
    return block;
}

int dep_document_new(const char *lang, const char *title, const char *footer,
                     struct dep_document **out)
{
    struct dep_document *document = dep_alloc(sizeof *document);
    if (!document)
        return DEP_ERR_NOMEM;
    document->rtl = strcmp(lang, "ar") == 0;
    document->lang = dep_strdup(lang);
    document->title = dep_strdup(title);
    document->footer = dep_strdup(footer);
    if (!document->lang || !document->title || !document->footer) {
        dep_document_free(document);
        return DEP_ERR_NOMEM;
    }
    *out = document;
    return DEP_OK;
}

void dep_document_free(struct dep_document *document)
{
    if (!document)
        return;
    for (size_t i = 0; i < document->count; i++)
        for (size_t j = 0; j < document->blocks[i].count; j++)
            free(document->blocks[i].texts[j]);
    free(document->blocks);
    free(document->lang);
    free(document->title);
    free(document->footer);
    free(document);
}

void dep_document_heading(struct dep_document *document, const char *text)
{
    (void)add(document, DEP_BLOCK_HEADING, &text, 1);
}

/* What of a text a block takes: whole words, where there are any, and whole characters. */
static size_t part_of(const char *text)
{
    size_t len = strnlen(text, DEP_DOCUMENT_PART_MAX + 1), at = DEP_DOCUMENT_PART_MAX;
    if (len <= DEP_DOCUMENT_PART_MAX)
        return len;
    while (at > DEP_DOCUMENT_PART_MAX / 2 && text[at] != ' ' && text[at] != '\n')
        at--;
    if (at == DEP_DOCUMENT_PART_MAX / 2)
        at = DEP_DOCUMENT_PART_MAX;
    while (at > 1 && (text[at] & 0xc0) == 0x80)
        at--;
    return at;
}

/* A text that is longer goes on in the next block. */
static void add_long(struct dep_document *document, enum dep_block_kind kind, const char *label,
                     const char *text)
{
    char part[DEP_DOCUMENT_PART_MAX + 1];
    const char *rest = text ? text : "";
    do {
        size_t len = part_of(rest);
        memcpy(part, rest, len);
        part[len] = 0;
        const char *row[] = {label, part}, *const *texts = kind == DEP_BLOCK_ROW ? row : row + 1;
        if (!add(document, kind, texts, kind == DEP_BLOCK_ROW ? 2 : 1))
            return;
        rest += len;
        rest += *rest == ' ' || *rest == '\n';
        label = "";
    } while (*rest);
}

void dep_document_text(struct dep_document *document, const char *text)
{
    add_long(document, DEP_BLOCK_TEXT, "", text);
}

void dep_document_row(struct dep_document *document, const char *label, const char *value)
{
    add_long(document, DEP_BLOCK_ROW, label, value);
}

void dep_document_cells(struct dep_document *document, const char *const *cells, size_t count,
                        bool head)
{
    assert(count > 0 && count <= DEP_DOCUMENT_COLUMNS_MAX);
    struct dep_block *block = add(document, DEP_BLOCK_CELLS, cells, count);
    if (block)
        block->head = head;
}

void dep_document_signatures(struct dep_document *document, const char *const *labels, size_t count)
{
    for (size_t i = 0; i < count; i += 2)
        (void)add(document, DEP_BLOCK_SIGNATURES, labels + i, count - i < 2 ? 1 : 2);
}

void dep_document_tick(struct dep_document *document, const char *text)
{
    (void)add(document, DEP_BLOCK_TICK, &text, 1);
}

void dep_document_qr(struct dep_document *document, const char *text)
{
    (void)add(document, DEP_BLOCK_QR, &text, 1);
}

static double share(double value)
{
    return value >= 0 && value <= 1 ? value : value > 1 ? 1 : 0;
}

void dep_document_bar(struct dep_document *document, const char *label, const char *words,
                      const struct dep_bar *bar)
{
    const char *texts[] = {label, words};
    struct dep_block *block = add(document, DEP_BLOCK_BAR, texts, 2);
    if (!block)
        return;
    block->bar = *bar;
    block->bar.from = share(bar->from);
    block->bar.to = share(bar->to);
    block->bar.sure_from = share(bar->sure_from);
    block->bar.sure_to = share(bar->sure_to);
}

void dep_document_scale(struct dep_document *document, const char *from, const char *to)
{
    const char *texts[] = {from, to};
    (void)add(document, DEP_BLOCK_SCALE, texts, 2);
}

char *dep_document_tame(const char *text)
{
    static const char replacement[] = "\xef\xbf\xbd";
    struct dep_slice from = dep_slice_string(text);
    char *out = dep_alloc(3 * from.len + 1);
    size_t to = 0;
    for (size_t at = 0, len; out && at < from.len; at += len) {
        uint32_t code;
        size_t read = dep_utf8_read(from, at, &code);
        bool bad = read == 0 || (code < 0x20 && code != '\n') || (code >= 0x7f && code < 0xa0) ||
                   (code >= 0x202a && code <= 0x202e) || code == 0x2066 ||
                   code == 0x2067 || /* 2068 and 2069 only isolate, and end with their paragraph */
                   (code & 0xfffe) == 0xfffe; /* no characters: XML may not hold them */
        len = read ? read : 1;
        const char *shown = bad ? replacement : text + at;
        size_t shown_len = bad ? sizeof replacement - 1 : len;
        memcpy(out + to, shown, shown_len);
        to += shown_len;
    }
    return out;
}
