// SPDX-License-Identifier: EUPL-1.2
#include "worker/unpack.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>
#include <sys/stat.h>

enum { END_SIZE = 22, COUNT_AT = 10, SIZE_AT = 12, OFFSET_AT = 16 }; // the record at the end (APPNOTE 4.3.16)

static unsigned long number_at(const unsigned char *bytes, int len) {
    unsigned long n = 0;
    while (len-- > 0)
        n = n << 8 | bytes[len];
    return n;
}

// A zip may have bytes before it and behind it that only some readers see; a package may not. Gives the number of
// entries that the end promises, or -1.
static long count_promised(str archive) {
    const unsigned char *end = (const unsigned char *)archive.ptr + archive.len - END_SIZE;
    if (archive.len < END_SIZE || memcmp(archive.ptr, "PK\3\4", 4) != 0 || memcmp(end, "PK\5\6", 4) != 0 ||
        end[END_SIZE - 2] != 0 || end[END_SIZE - 1] != 0 ||
        number_at(end + OFFSET_AT, 4) + number_at(end + SIZE_AT, 4) + END_SIZE != archive.len)
        return -1;
    return (long)number_at(end + COUNT_AT, 2);
}

static bool entry_plain(struct archive *a, struct archive_entry *entry, char sentence[SENTENCE_SIZE]) {
    const char *name = archive_entry_pathname(entry), *how = archive_format_name(a);
    if (!name)
        return sentence_set(sentence, "A name in the package cannot be read.");
    if (archive_entry_is_encrypted(entry))
        return sentence_set(sentence, "%.200s is encrypted; a package may not be.", name);
    if (archive_entry_hardlink(entry) || archive_entry_symlink(entry) || archive_entry_filetype(entry) == AE_IFLNK)
        return sentence_set(sentence, "%.200s is a link; a package may hold none.", name);
    if (archive_entry_filetype(entry) != AE_IFREG && archive_entry_filetype(entry) != AE_IFDIR)
        return sentence_set(sentence, "%.200s is no plain file.", name);
    if (archive_entry_perm(entry) & (S_ISUID | S_ISGID | S_ISVTX))
        return sentence_set(sentence, "%.200s would run with somebody else's rights.", name);
    if (!how || (!strstr(how, "(uncompressed)") && !strstr(how, "(deflation)")))
        return sentence_set(sentence,
                            "%.200s is compressed in a way that a package may not be. Use \"interlink plugin "
                            "pack\".",
                            name);
    return true;
}

static bool entry_read(struct archive *a, const char *name, unpack_write *write, void *context,
                       char sentence[SENTENCE_SIZE]) {
    const void *bytes;
    size_t len;
    la_int64_t at, expected = 0;
    bool first = true;
    int got;
    while ((got = archive_read_data_block(a, &bytes, &len, &at)) == ARCHIVE_OK) {
        if (at != expected)
            return sentence_set(sentence, "%.200s has holes.", name);
        if (len > 0 && !write(context, name, (str){bytes, len}, first))
            return false;
        first = first && len == 0;
        expected += (la_int64_t)len;
    }
    if (got != ARCHIVE_EOF)
        return sentence_set(sentence, "%.200s cannot be read: %.200s.", name, archive_error_string(a));
    return !first || write(context, name, (str){"", 0}, true);
}

static bool entries_read(struct archive *a, long promised, unpack_write *write, void *context,
                         char sentence[SENTENCE_SIZE]) {
    struct archive_entry *entry;
    long count = 0;
    int got;
    while ((got = archive_read_next_header(a, &entry)) == ARCHIVE_OK) {
        count++;
        if (!entry_plain(a, entry, sentence) ||
            (archive_entry_filetype(entry) == AE_IFREG &&
             !entry_read(a, archive_entry_pathname(entry), write, context, sentence)))
            return false;
    }
    if (got != ARCHIVE_EOF)
        return sentence_set(sentence, "The package cannot be read: %.200s.", archive_error_string(a));
    return count == promised ||
           sentence_set(sentence, "The package holds %ld files and says that it holds %ld.", count, promised);
}

bool unpack_read(str archive, unpack_write *write, void *context, char sentence[SENTENCE_SIZE]) {
    long promised = count_promised(archive);
    if (promised < 0)
        return sentence_set(sentence, "This is no package: it is no zip file, or there is more in it than the zip.");
    struct archive *a = archive_read_new();
    bool read = a && archive_read_support_format_zip_seekable(a) == ARCHIVE_OK &&
                archive_read_open_memory(a, archive.ptr, archive.len) == ARCHIVE_OK;
    if (!read)
        sentence_set(sentence, "The package cannot be read: %.200s.", a ? archive_error_string(a) : "no memory");
    read = read && entries_read(a, promised, write, context, sentence);
    if (a)
        archive_read_free(a);
    return read;
}
