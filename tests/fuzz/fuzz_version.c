// SPDX-License-Identifier: EUPL-1.2
//
// Three lines, three versions: they have one order.
#include "fuzz.h"

#include <regex.h>

#include "plugin/manifest.h"

static bool is_version(const char *text) {
    static const char pattern[] = "^(0|[1-9][0-9]{0,8})(\\.(0|[1-9][0-9]{0,8})){2}"
                                  "(-[0-9A-Za-z-]+(\\.[0-9A-Za-z-]+)*)?(\\+[0-9A-Za-z.-]+)?$";
    regex_t compiled;
    fuzz_claim(regcomp(&compiled, pattern, REG_EXTENDED | REG_NOSUB) == 0, "the pattern is one");
    bool is = strlen(text) <= 60 && regexec(&compiled, text, 0, NULL, 0) == 0;
    regfree(&compiled);
    return is;
}

static int sign(int n) {
    return (n > 0) - (n < 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    str rest = fuzz_input(data, size);
    char *v[3];
    bool versions = true;
    for (int i = 0; i < 3; i++) {
        v[i] = fuzz_text(fuzz_line(&rest));
        versions = versions && is_version(v[i]);
    }
    int ab = sign(manifest_version_compare(v[0], v[1])), bc = sign(manifest_version_compare(v[1], v[2])),
        ac = sign(manifest_version_compare(v[0], v[2])), ba = sign(manifest_version_compare(v[1], v[0]));
    if (versions) {
        fuzz_claim(manifest_version_compare(v[0], v[0]) == 0, "a version is itself");
        fuzz_claim(ab == -ba, "one is below the other and not the other way round");
        fuzz_claim(!(ab <= 0 && bc <= 0) || ac <= 0, "what is below what is below is below");
        fuzz_claim(ab != 0 || bc == ac, "equal ones compare alike");
    }
    for (int i = 0; i < 3; i++)
        free(v[i]);
    return 0;
}
