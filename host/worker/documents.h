// SPDX-License-Identifier: EUPL-1.2
//
// documents: what the asset keeps, as a call sees it: what the host sent along, what is fetched while the call runs,
// and over both what the call has put.
#ifndef INTERLINK_WORKER_DOCUMENTS_H
#define INTERLINK_WORKER_DOCUMENTS_H

#include "worker/call.h"

// One that the host sent: the fields KEY, VALUE, DOCUMENT_VERSION, borrowed for the call. NULL where that is broken.
call_document *documents_read(il_call *call, str fields);
void documents_absent(il_call *call, str key); // one that is known not to be there

// The same as get and list of documents_interface, of another asset of the task. IL_ABSENT, too, where there is no such
// asset.
il_status documents_get_other(il_call *call, const char *asset, const char *key, il_document *out);
il_status documents_list_other(il_call *call, const char *asset, const char *prefix, const char *after, uint32_t limit,
                               const il_document **out, size_t *count, int32_t *more);

extern const il_documents_1 documents_interface;

#endif
