// SPDX-License-Identifier: EUPL-1.2
//
// id: UUID version 7 (RFC 9562) as text, ordered by time of creation.
#ifndef INTERLINK_BASE_ID_H
#define INTERLINK_BASE_ID_H

#include <stdbool.h>

enum { ID_TEXT = 37 }; // 36 characters and the NUL

typedef struct id_value {
    char text[ID_TEXT];
} id_value;

id_value id_create(void);        // any thread; strictly increasing within one thread
bool id_valid(const char *text); // shape only

#endif
