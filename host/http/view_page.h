// SPDX-License-Identifier: EUPL-1.2
//
// view_page: a plugin's answer as HTTP: its fragment in a whole document, under a policy that it cannot loosen.
#ifndef INTERLINK_HTTP_VIEW_PAGE_H
#define INTERLINK_HTTP_VIEW_PAGE_H

#include "http/view.h"

void view_page_reply(view_request *v);          // what the call answered
void view_page_file(view_request *v, str name); // "web/x.js" of the plugin's package

#endif
