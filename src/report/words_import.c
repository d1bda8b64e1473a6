/*
 * What keeps rows of a table or flows of an IATI file out (doc/format/mandate.md section 3, "In and
 * out"), in words.
 */
#include "report/words_impl.h"

#define N_(text) text

const struct words_entry WORDS_IMPORT[] = {
    {"cli.import", N_("the file to be imported could not be taken in")},
    {"csv.encoding",
     N_("the table is neither in UTF-8 nor in UTF-16: save it again, as “CSV UTF-8” or "
        "“Unicode Text”")},
    {"csv.nul", N_("a byte with the value zero, which no table has")},
    {"csv.open", N_("a quotation mark opens a cell and none closes it (in brackets: the line)")},
    {"csv.quote", N_("a quotation mark stands within a cell: a cell that has one is quoted whole, "
                     "and the mark doubled (in brackets: the line)")},
    {"csv.wide", N_("more than 256 columns, or a row of more than 1 MiB (in brackets: the line)")},
    {"flat.comma", N_("a decimal comma, and it wasn't said that there are any (--decimal-comma)")},
    {"flat.decimal", N_("it was said that the comma is decimal: digits, one comma before the "
                        "decimals and nothing else, as 1250000,50")},
    {"iati.activity", N_("an activity without an iati-identifier: nothing tells its flows apart")},
    {"iati.deep", N_("elements within elements, more than 32 deep")},
    {"iati.doctype",
     N_("a document type declaration: IATI has none, and entities aren’t expanded")},
    {"iati.left",
     N_("more kinds of elements and attributes that aren’t taken over than can be told")},
    {"iati.left_out",
     N_("not all was written: IATI has no word for flows that are about so much, in "
        "kind or of no exact day (in brackets: how many)")},
    {"iati.long", N_("a text of more than 64 KiB (in brackets: the line)")},
    {"iati.many", N_("more flows than one file may bring (100,000)")},
    {"iati.organisation",
     N_("no organisation stands here with a ref that may be a code: Latin letters, "
        "digits, “.”, “_” and “-” (in brackets: which element)")},
    {"iati.root", N_("no IATI activities of version 2")},
    {"iati.xml", N_("not well-formed XML in the encoding that it states (in brackets: the line)")},
    {"import.again",
     N_("the line in brackets states it already, and nothing counts twice: leave one out (a flow "
        "is told by kind, side, provider, receiver and reference: another has another reference)")},
    {"import.cells", N_("not as many cells as the first row has columns")},
    {"import.column",
     N_("this column is none of the type’s fields, or one that isn’t a single value: "
        "depositary schema shows them (in brackets: line and column)")},
    {"import.column.again", N_("this column stands there twice, perhaps under its label too (in "
                               "brackets: line and column)")},
    {"import.differs", N_("the register states this otherwise, as the record in brackets: --revise "
                          "corrects it")},
    {"import.header", N_("the table is empty: its first row names the columns")},
    {"import.many", N_("more rows than one import takes (in brackets): split the table, and "
                       "import one part after the other")},
    {"import.name", N_("another row has this name already")},
    {"import.parent",
     N_("the row it is about was rejected (in brackets: its line), or is about this one "
        "in turn")},
    {"import.row",
     N_("what its column parent names (in brackets) is no row of this table, and no record here: a "
        "table as of a day (--as-of) lacks what is of a later one, so take one without a day")},
    {"import.unread",
     N_("records of this type can’t be read here, so it can’t be told what is new")},
    {"node.import", N_("the import was broken off")},
};
const size_t WORDS_IMPORT_COUNT = sizeof WORDS_IMPORT / sizeof WORDS_IMPORT[0];
