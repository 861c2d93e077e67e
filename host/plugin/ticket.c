// SPDX-License-Identifier: EUPL-1.2
#include "plugin/ticket.h"

#include <string.h>

#include "base/crypto.h"

// asset 16, session 32, capability 1, expires 4, mac 16 bytes
enum {
    ID_BYTES = 16,
    EDIT = ID_BYTES + CRYPTO_HASH,
    EXPIRES = EDIT + 1,
    PAYLOAD = EXPIRES + 4,
    MAC = 16,
    WHOLE = PAYLOAD + MAC
};

_Static_assert(PLUGIN_TICKET_TEXT > (WHOLE * 4 + 2) / 3, "the text of a ticket fits");

static int digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// Digits of a UUID or a hash as bytes; what is no digit is passed over.
static void digits_pack(const char *text, uint8_t *out, size_t size) {
    size_t nibbles = 0;
    memset(out, 0, size);
    for (const char *p = text; *p && nibbles < 2 * size; p++) {
        int value = digit(*p);
        if (value < 0)
            continue;
        out[nibbles / 2] = (uint8_t)(out[nibbles / 2] << 4 | value);
        nibbles++;
    }
}

static const char HEX[] = "0123456789abcdef";

static void id_unpack(const uint8_t in[ID_BYTES], char out[ID_TEXT]) {
    for (int i = 0; i < ID_BYTES; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *out++ = '-';
        *out++ = HEX[in[i] >> 4];
        *out++ = HEX[in[i] & 15];
    }
    *out = '\0';
}

static void hash_unpack(const uint8_t in[CRYPTO_HASH], char out[2 * CRYPTO_HASH + 1]) {
    for (int i = 0; i < CRYPTO_HASH; i++) {
        *out++ = HEX[in[i] >> 4];
        *out++ = HEX[in[i] & 15];
    }
    *out = '\0';
}

// The word before the payload keeps these MACs apart from all others that the installation's secret makes.
static void make_mac(const uint8_t secret[32], const uint8_t payload[PAYLOAD], uint8_t out[MAC]) {
    static const char PURPOSE[] = "ticket:";
    uint8_t text[sizeof PURPOSE - 1 + PAYLOAD], mac[CRYPTO_MAC];
    memcpy(text, PURPOSE, sizeof PURPOSE - 1);
    memcpy(text + sizeof PURPOSE - 1, payload, PAYLOAD);
    crypto_mac(secret, text, sizeof text, mac);
    memcpy(out, mac, MAC);
}

void plugin_ticket_write(const uint8_t secret[32], const plugin_ticket *t, char out[PLUGIN_TICKET_TEXT]) {
    uint8_t bytes[WHOLE];
    uint32_t expires = (uint32_t)(t->expires / 1000);
    digits_pack(t->asset, bytes, ID_BYTES);
    digits_pack(t->session, bytes + ID_BYTES, CRYPTO_HASH);
    bytes[EDIT] = t->edit ? 'e' : 'v';
    for (int i = 0; i < 4; i++)
        bytes[EXPIRES + i] = (uint8_t)(expires >> (24 - 8 * i));
    make_mac(secret, bytes, bytes + PAYLOAD);
    crypto_base64(bytes, sizeof bytes, out);
}

status plugin_ticket_read(const uint8_t secret[32], str text, int64_t now, plugin_ticket *out, fault *f) {
    uint8_t bytes[WHOLE], mac[MAC];
    bool whole = text.ptr && text.len < PLUGIN_TICKET_TEXT &&
                 crypto_base64_decode(text.ptr, text.len, bytes, sizeof bytes) == WHOLE;
    if (whole)
        make_mac(secret, bytes, mac);
    if (!whole || !crypto_equal(mac, bytes + PAYLOAD, MAC))
        return fault_set(f, STATUS_NOT_FOUND, "ticket.unknown",
                         "This address is not valid. Open the tool from its task again.");
    uint32_t expires = 0;
    for (int i = 0; i < 4; i++)
        expires = expires << 8 | bytes[EXPIRES + i];
    *out = (plugin_ticket){.edit = bytes[EDIT] == 'e', .expires = (int64_t)expires * 1000};
    id_unpack(bytes, out->asset);
    hash_unpack(bytes + ID_BYTES, out->session);
    if (out->expires <= now)
        return fault_set(f, STATUS_FORBIDDEN, "ticket.expired",
                         "This page was open for too long. Load the page around it again to go on.");
    return STATUS_OK;
}
