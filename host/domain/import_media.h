// SPDX-License-Identifier: EUPL-1.2
//
// import_media: what kind of file something is, and what it is called for the person who downloads it.
#ifndef INTERLINK_DOMAIN_IMPORT_MEDIA_H
#define INTERLINK_DOMAIN_IMPORT_MEDIA_H

#include "base/arena.h"

enum { IMPORT_PICTURE_LIMIT = 4 << 20 }; // bytes

// The media type by the ending of a path; "application/octet-stream" for what browsers might run (HTML) and all else.
const char *import_media_type(const char *path);

// The media type of a picture by its first bytes (SVG: by its ending and beginning); NULL if it is none.
const char *import_media_picture(str bytes, const char *path);

// "Business Plan Template.docx": the title with the ending of `path`, safe as the name of a file anywhere.
const char *import_media_name(arena *a, const char *title, const char *path);

#endif
