// SPDX-License-Identifier: EUPL-1.2
//
// Lines: the list of proxies, the address of the peer, then X-Forwarded-For. Nobody outside can pass for another,
// except through a proxy that is named.
#include "fuzz.h"

#include "http/network.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    str rest = fuzz_input(data, size);
    char *list = fuzz_text(fuzz_line(&rest));
    str peer_text = fuzz_line(&rest);
    network_list proxies;
    fault f = {0};
    if (network_list_read(list, &proxies, &f) != STATUS_OK) {
        fuzz_claim(f.text[0] != '\0', "a refusal has words");
        proxies.count = 0;
    }
    network_address peer = {{0}};
    network_address_read(peer_text, &peer);
    char *forwarded = fuzz_text(rest);
    network_address client = network_client(&proxies, &peer, str_from(forwarded));
    bool same = memcmp(&client, &peer, sizeof peer) == 0;
    fuzz_claim(same || network_list_has(&proxies, &peer), "only a proxy of ours is believed");
    // What a client adds in front changes nothing, unless everything behind it is ours.
    buffer longer = {0};
    buffer_printf(&longer, "198.51.100.77, %s", forwarded);
    network_address again = network_client(&proxies, &peer, buffer_str(&longer));
    fuzz_claim(memcmp(&again, &client, sizeof client) == 0 || network_list_has(&proxies, &client),
               "what stands further left is not believed");
    uint8_t part[NETWORK_PART];
    network_part(&client, part);
    fuzz_claim(part[0] == 4 || part[0] == 6, "a network is of one kind");
    buffer_free(&longer);
    free(forwarded);
    free(list);
    return 0;
}
