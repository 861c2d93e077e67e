// SPDX-License-Identifier: EUPL-1.2
//
// export: an answer of any size, made part by part while the client takes it, so that it needs little memory.
#ifndef INTERLINK_HTTP_EXPORT_H
#define INTERLINK_HTTP_EXPORT_H

#include "http/exchange.h"

// The call of the exchange has set stream and stream_type.
void export_start(exchange *x);

#endif
