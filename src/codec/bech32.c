#include "codec/bech32.h"

#include <string.h>

static const char DIGITS[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

enum { CHECK_LEN = 6, HRP_MAX = 83, DATA_MAX = 1024 };

static uint32_t polymod_step(uint32_t check, uint8_t value)
{
    static const uint32_t generator[] = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd,
                                         0x2a1462b3};
    uint32_t top = check >> 25;
    check = (check & 0x1ffffff) << 5 ^ value;
    for (unsigned i = 0; i < 5; i++)
        if (top >> i & 1)
            check ^= generator[i];
    return check;
}

static uint32_t polymod_hrp(const char *hrp)
{
    uint32_t check = 1;
    for (const char *at = hrp; *at; at++)
        check = polymod_step(check, (uint8_t)(*at >> 5));
    check = polymod_step(check, 0);
    for (const char *at = hrp; *at; at++)
        check = polymod_step(check, (uint8_t)(*at & 31));
    return check;
}

static void put(char **out, uint8_t byte, bool upper)
{
    *(*out)++ = (char)(upper && byte >= 'a' && byte <= 'z' ? byte - 'a' + 'A' : byte);
}

size_t dep_bech32_write(const char *hrp, struct dep_slice data, bool upper, char *to)
{
    char *end = to, **out = &end;
    uint32_t check = polymod_hrp(hrp);
    for (const char *at = hrp; *at; at++)
        put(out, (uint8_t)*at, upper);
    put(out, '1', upper);
    uint32_t bits = 0;
    unsigned have = 0;
    for (size_t i = 0; i < data.len || have > 0;) {
        if (have < 5 && i < data.len) {
            bits = bits << 8 | data.data[i++];
            have += 8;
        } else if (have < 5) {
            bits <<= 5 - have;
            have = 5;
        }
        have -= 5;
        uint8_t digit = bits >> have & 31;
        bits &= (1u << have) - 1;
        check = polymod_step(check, digit);
        put(out, (uint8_t)DIGITS[digit], upper);
    }
    for (unsigned i = 0; i < CHECK_LEN; i++)
        check = polymod_step(check, 0);
    check ^= 1;
    for (unsigned i = 0; i < CHECK_LEN; i++)
        put(out, (uint8_t)DIGITS[check >> 5 * (CHECK_LEN - 1 - i) & 31], upper);
    return (size_t)(end - to);
}

int dep_bech32_encode(const char *hrp, struct dep_slice data, bool upper, struct dep_buf *out)
{
    if (data.len > DATA_MAX || strlen(hrp) > HRP_MAX)
        return DEP_ERR_CAP;
    char text[HRP_MAX + 1 + (DATA_MAX * 8 + 4) / 5 + CHECK_LEN];
    dep_buf_add(out, text, dep_bech32_write(hrp, data, upper, text));
    dep_wipe(text, sizeof text);
    return dep_buf_err(out);
}

static int lower_of(struct dep_slice text, size_t at, bool upper)
{
    uint8_t byte = text.data[at];
    bool is_upper = byte >= 'A' && byte <= 'Z', is_lower = byte >= 'a' && byte <= 'z';
    if ((is_upper && !upper) || (is_lower && upper))
        return -1;
    return is_upper ? byte - 'A' + 'a' : byte;
}

int dep_bech32_parse(struct dep_slice text, const char *hrp, uint8_t *out, size_t len,
                     struct dep_finding *why)
{
    static const char clause[] = "BIP 173";
    size_t hrp_len = strlen(hrp), digit_count = (len * 8 + 4) / 5;
    if (text.len != hrp_len + 1 + digit_count + CHECK_LEN || len > DATA_MAX)
        return dep_found(why, "bech32.len", clause, text.len);
    bool upper = text.data[0] >= 'A' && text.data[0] <= 'Z';
    for (size_t i = 0; i < hrp_len; i++)
        if (lower_of(text, i, upper) != hrp[i])
            return dep_found(why, "bech32.prefix", clause, i);
    if (text.data[hrp_len] != '1')
        return dep_found(why, "bech32.prefix", clause, hrp_len);
    uint8_t bytes[DATA_MAX + 1];
    uint32_t check = polymod_hrp(hrp), bits = 0;
    unsigned have = 0;
    size_t made = 0;
    for (size_t i = hrp_len + 1; i < text.len; i++) {
        int byte = lower_of(text, i, upper);
        const char *digit = byte > 0 ? strchr(DIGITS, byte) : NULL;
        if (!digit)
            return dep_found(why, byte < 0 ? "bech32.case" : "bech32.digit", clause, i);
        check = polymod_step(check, (uint8_t)(digit - DIGITS));
        if (i >= text.len - CHECK_LEN)
            continue;
        bits = (bits << 5 | (uint32_t)(digit - DIGITS)) & 0xfff;
        have += 5;
        if (have >= 8) {
            have -= 8;
            bytes[made++] = (uint8_t)(bits >> have);
        }
    }
    int err = DEP_OK;
    if (check != 1)
        err = dep_found(why, "bech32.checksum", clause, text.len - CHECK_LEN);
    else if (bits & ((1u << have) - 1))
        err = dep_found(why, "bech32.padding", clause, text.len - CHECK_LEN - 1);
    else
        memcpy(out, bytes, len);
    dep_wipe(bytes, sizeof bytes);
    return err;
}
