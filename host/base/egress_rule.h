// SPDX-License-Identifier: EUPL-1.2
//
// egress_rule: what a request to the outside may be. For egress.c alone; any thread.
#ifndef INTERLINK_BASE_EGRESS_RULE_H
#define INTERLINK_BASE_EGRESS_RULE_H

#include "base/egress.h"
#include "base/egress_library.h"

enum { EGRESS_HOST = 256 };

// Reads a URL. What is checked is what is asked: the library connects to this very object, and reads no text again. The
// caller frees it with curl_url_cleanup. STATUS_FORBIDDEN where it is none, or not https without password at port 443.
status egress_rule_url(const egress_library *curl, str text, CURLU **out, fault *f);
// STATUS_FORBIDDEN unless its host is one of `hosts`, letter by letter, small and capital ones alike.
status egress_rule_host(const egress_library *curl, CURLU *url, const char *const *hosts, char out[EGRESS_HOST],
                        fault *f);
status egress_rule_headers(const egress_ask *ask, fault *f);

#endif
