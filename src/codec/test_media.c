/*
 * What begins as sound or film, and what only looks a little like it.
 */
#include "codec/media.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_begins(void **state)
{
    (void)state;
    static const struct {
        const char *what, *text;
        size_t len;
        bool media;
    } rows[] = {
        {"MP4",
         "\0\0\0\x18"
         "ftypmp42",
         12, true},
        {"M4A",
         "\0\0\0\x18"
         "ftypM4A ",
         12, true},
        {"3GP",
         "\0\0\0\x18"
         "ftyp3gp5",
         12, true},
        {"QuickTime of old",
         "\0\0\0\x6c"
         "moov",
         8, true},
        {"WAVE", "RIFF\0\0\0\0WAVE", 12, true},
        {"AVI", "RIFF\0\0\0\0AVI ", 12, true},
        {"Ogg", "OggS\0", 5, true},
        {"FLAC", "fLaC\0", 5, true},
        {"MP3 with a tag", "ID3\3", 4, true},
        {"MP3 without", "\xff\xfb\x90\x64", 4, true},
        {"MP3 at a lower rate", "\xff\xf3\x40\xc0", 4, true},
        {"AAC", "\xff\xf1\x50\x80", 4, true},
        {"WebM", "\x1a\x45\xdf\xa3", 4, true},
        {"MPEG", "\0\0\1\xba", 4, true},
        {"AMR", "#!AMR\n", 6, true},
        {"WMV", "\x30\x26\xb2\x75\x8e\x66\xcf\x11", 8, true},
        {"AIFF", "FORM\0\0\0\0AIFF", 12, true},
        {"nothing", "", 0, false},
        {"cut",
         "\0\0\0\x18"
         "fty",
         7, false},
        {"WebP", "RIFF\0\0\0\0WEBP", 12, false},
        {"HEIC",
         "\0\0\0\x18"
         "ftypheic",
         12, false},
        {"AVIF",
         "\0\0\0\x18"
         "ftypavif",
         12, false},
        {"PDF", "%PDF-1.7", 8, false},
        {"PNG", "\x89PNG\r\n\x1a\n", 8, false},
        {"JPEG", "\xff\xd8\xff\xe0", 4, false},
        {"UTF-16, little end", "\xff\xfeh\0i\0", 6, false},
        {"words", "Go on.\n", 7, false},
        {"Arabic", "\xd9\x85\xd8\xb1\xd8\xad\xd8\xa8\xd8\xa7", 10, false},
        {"zip", "PK\3\4", 4, false},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++)
        if (dep_media_begins(dep_slice_of(rows[i].text, rows[i].len)) != rows[i].media)
            fail_msg("%s", rows[i].what);
}

/* Packets of 188 bytes: of the second only the first byte is looked at. */
static void test_stream(void **state)
{
    (void)state;
    uint8_t packets[DEP_MEDIA_FRONT] = {'G'};
    packets[188] = 'G';
    assert_true(dep_media_begins(dep_slice_of(packets, sizeof packets)));
    assert_false(dep_media_begins(dep_slice_of(packets, sizeof packets - 1)));
    packets[188] = 'H';
    assert_false(dep_media_begins(dep_slice_of(packets, sizeof packets)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_begins),
                                       cmocka_unit_test(test_stream)};
    return cmocka_run_group_tests_name("media", tests, NULL, NULL);
}
