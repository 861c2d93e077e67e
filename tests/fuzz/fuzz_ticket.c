// SPDX-License-Identifier: EUPL-1.2
//
// Bytes as a ticket, and pairs of bytes as changes to a good one. Only what we wrote is ever taken.
#include "fuzz.h"

#include "base/crypto.h"
#include "plugin/ticket.h"

static const uint8_t secret[32] = "a secret that nobody else has..";
enum { NOW = 1000000, LATER = 2000000 };

static void check(str text, const char *good) {
    plugin_ticket t;
    fault f = {0};
    status s = plugin_ticket_read(secret, text, NOW, &t, &f);
    if (s != STATUS_OK) {
        fuzz_claim(s == STATUS_NOT_FOUND && strcmp(f.code, "ticket.unknown") == 0, "what we never wrote is unknown");
        return;
    }
    fuzz_claim(str_is(text, good), "one byte more, less or other makes it void");
    fuzz_claim(t.expires == LATER && t.edit, "and what is taken says what was written");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    crypto_init();
    plugin_ticket t = {.asset = "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b",
                       .session = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
                       .edit = true,
                       .expires = LATER};
    char good[PLUGIN_TICKET_TEXT], changed[PLUGIN_TICKET_TEXT + 2];
    plugin_ticket_write(secret, &t, good);
    check(fuzz_input(data, size), good);
    size_t len = strlen(good);
    memcpy(changed, good, len);
    for (size_t i = 0; i + 1 < size && i < 64; i += 2)
        changed[data[i] % len] = (char)data[i + 1];
    check((str){changed, len}, good);
    check((str){good, size % len}, good);
    changed[len] = size ? (char)data[0] : '=';
    check((str){changed, len + 1}, good);
    fault f = {0};
    fuzz_claim(plugin_ticket_read(secret, str_from(good), LATER, &t, &f) == STATUS_FORBIDDEN,
               "it does not last for ever");
    return 0;
}
