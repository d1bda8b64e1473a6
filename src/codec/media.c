#include "codec/media.h"

#include <string.h>

static bool has(struct dep_slice file, size_t at, const char *text, size_t len)
{
    return file.len >= at + len && memcmp(file.data + at, text, len) == 0;
}

/* A picture in the same frame as sound and film: WebP in RIFF, HEIF and AVIF behind "ftyp". */
static bool is_picture(struct dep_slice file)
{
    static const char *const brands[] = {"heic", "heix", "hevc", "mif1", "msf1", "avif", "avis"};
    if (has(file, 0, "RIFF", 4))
        return has(file, 8, "WEBP", 4);
    for (size_t i = 0; i < DEP_COUNT(brands); i++)
        if (has(file, 4, "ftyp", 4) && has(file, 8, brands[i], 4))
            return true;
    return false;
}

/* MPEG audio and AAC have no more in front than eleven or twelve bits; layer I, which nobody uses,
 * would be UTF-16 as well. */
static bool is_frame(struct dep_slice file)
{
    if (file.len < 4 || file.data[0] != 0xff || (file.data[1] & 0xe0) != 0xe0)
        return false;
    bool adts = (file.data[1] & 0xf6) == 0xf0;
    bool layer = (file.data[1] & 0x06) == 0x02 || (file.data[1] & 0x06) == 0x04;
    return adts || (layer && (file.data[1] & 0x18) != 0x08 && (file.data[2] & 0xf0) != 0xf0 &&
                    (file.data[2] & 0x0c) != 0x0c);
}

bool dep_media_begins(struct dep_slice file)
{
    static const struct {
        size_t at, len;
        const char *text;
    } known[] = {
        {4, 4, "ftyp"},
        {4, 4, "moov"},
        {4, 4, "mdat"},
        {0, 4, "RIFF"},
        {0, 4, "RIFX"},
        {0, 4, "RF64"},
        {0, 4, "OggS"},
        {0, 4, "fLaC"},
        {0, 3, "ID3"},
        {0, 4, "\x1a\x45\xdf\xa3"}, /* Matroska, WebM */
        {0, 4, "\0\0\1\xba"},
        {0, 4, "\0\0\1\xb3"}, /* MPEG */
        {0, 5, "#!AMR"},
        {0, 4, "FLV\1"},
        {0, 4, ".snd"},
        {0, 4, ".RMF"},
        {0, 4, "caff"},
        {0, 8, "#!SILK_V"},
        {8, 4, "AIFF"},
        {8, 4, "AIFC"},
        {0, 8, "\x30\x26\xb2\x75\x8e\x66\xcf\x11"}, /* ASF: WMA, WMV */
    };
    if (is_picture(file))
        return false;
    for (size_t i = 0; i < DEP_COUNT(known); i++)
        if (has(file, known[i].at, known[i].text, known[i].len))
            return true;
    bool stream = has(file, 0, "G", 1) && has(file, 188, "G", 1); /* packets of MPEG-2 */
    return stream || is_frame(file);
}
