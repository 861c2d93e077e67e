// SPDX-License-Identifier: EUPL-1.2
#include <stdlib.h>
#include <string.h>

#include "plugin/manifest.h"

// One part of a pre-release: numbers compare as numbers and come before words (semver 2.0.0, 11.4).
static int compare_part(const char *a, size_t a_len, const char *b, size_t b_len) {
    bool a_number = strspn(a, "0123456789") >= a_len, b_number = strspn(b, "0123456789") >= b_len;
    if (a_number != b_number)
        return a_number ? -1 : 1;
    if (a_number) {
        while (a_len > 1 && *a == '0')
            a++, a_len--;
        while (b_len > 1 && *b == '0')
            b++, b_len--;
        if (a_len != b_len)
            return a_len < b_len ? -1 : 1;
    }
    int order = strncmp(a, b, a_len < b_len ? a_len : b_len);
    if (order != 0)
        return order;
    return a_len == b_len ? 0 : a_len < b_len ? -1 : 1;
}

static int compare_dotted(const char *a, const char *b, const char *end) {
    for (;;) {
        size_t a_len = strcspn(a, end), b_len = strcspn(b, end);
        if (!a_len || !b_len)
            return a_len ? 1 : b_len ? -1 : 0;
        int order = compare_part(a, a_len, b, b_len);
        if (order != 0)
            return order;
        a += a_len + (a[a_len] == '.');
        b += b_len + (b[b_len] == '.');
    }
}

int manifest_version_compare(const char *a, const char *b) {
    for (int i = 0; i < 3; i++) {
        char *a_end, *b_end;
        unsigned long x = strtoul(a, &a_end, 10), y = strtoul(b, &b_end, 10);
        if (x != y)
            return x < y ? -1 : 1;
        a = a_end + (*a_end == '.');
        b = b_end + (*b_end == '.');
    }
    // What is before a release is smaller than it; what follows a plus sign does not count.
    if ((*a == '-') != (*b == '-'))
        return *a == '-' ? -1 : 1;
    return *a == '-' ? compare_dotted(a + 1, b + 1, ".+") : 0;
}
