// SPDX-License-Identifier: EUPL-1.2
#include "unit.h"

#include <dirent.h>
#include <sys/stat.h>

#include "store/blob.h"

static const char ABC[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"; // SHA-256 of "abc"

static void what_is_put_can_be_read(void **state) {
    char *folder = *state, hash[BLOB_HASH_TEXT], path[PATH_MAX];
    fault f = {0};
    buffer out = {0};
    struct stat about;
    assert_int_equal(blob_put(folder, STR("abc"), hash, &f), STATUS_OK);
    assert_string_equal(hash, ABC);
    assert_true(blob_path(folder, hash, path));
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0600);
    buffer_add(&out, "before ");
    assert_int_equal(blob_read(folder, hash, 3, &out, &f), STATUS_OK);
    assert_string_equal(out.ptr, "before abc");
    assert_int_equal(blob_read(folder, hash, 2, &out, &f), STATUS_TOO_LARGE);
    assert_int_equal(out.len, 10);
    buffer_free(&out);
}

static int count_files(const char *folder) {
    DIR *d = opendir(folder);
    int count = 0;
    assert_non_null(d);
    for (struct dirent *e; (e = readdir(d)) != NULL;)
        count += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
    closedir(d);
    return count;
}

static void twice_is_once(void **state) {
    char *folder = *state, hash[BLOB_HASH_TEXT], below[PATH_MAX];
    fault f = {0};
    for (int i = 0; i < 3; i++)
        assert_int_equal(blob_put(folder, STR("abc"), hash, &f), STATUS_OK);
    snprintf(below, sizeof below, "%s/blobs/ba", folder);
    assert_int_equal(count_files(below), 1);
}

static void half_a_file_is_written_anew(void **state) {
    char *folder = *state, hash[BLOB_HASH_TEXT], path[PATH_MAX];
    fault f = {0};
    buffer out = {0};
    assert_int_equal(blob_put(folder, STR("abc"), hash, &f), STATUS_OK);
    blob_path(folder, hash, path);
    assert_int_equal(truncate(path, 1), 0);
    assert_int_equal(blob_put(folder, STR("abc"), hash, &f), STATUS_OK);
    assert_int_equal(blob_read(folder, hash, 100, &out, &f), STATUS_OK);
    assert_string_equal(out.ptr, "abc");
    buffer_free(&out);
}

static void an_empty_blob_is_one_too(void **state) {
    char *folder = *state, hash[BLOB_HASH_TEXT];
    fault f = {0};
    buffer out = {0};
    assert_int_equal(blob_put(folder, STR(""), hash, &f), STATUS_OK);
    assert_int_equal(blob_read(folder, hash, 0, &out, &f), STATUS_OK);
    assert_int_equal(out.len, 0);
    buffer_free(&out);
}

static void what_is_no_hash_leads_nowhere(void **state) {
    char *folder = *state, path[PATH_MAX], other[BLOB_HASH_TEXT];
    fault f = {0};
    buffer out = {0};
    assert_false(blob_path(folder, "../../etc/passwd", path));
    assert_false(blob_path(folder, NULL, path));
    memcpy(other, ABC, sizeof other);
    other[0] = 'B';
    assert_false(blob_path(folder, other, path));
    assert_int_equal(blob_read(folder, "../../etc/passwd", 100, &out, &f), STATUS_NOT_FOUND);
    assert_int_equal(blob_read(folder, ABC, 100, &out, &f), STATUS_NOT_FOUND);
    assert_true(f.text[0] != '\0');
}

static void a_folder_that_is_none_is_a_fault(void **state) {
    char *folder = *state, hash[BLOB_HASH_TEXT], none[PATH_MAX];
    fault f = {0};
    snprintf(none, sizeof none, "%s/none", folder);
    assert_int_not_equal(blob_put(none, STR("abc"), hash, &f), STATUS_OK);
    assert_true(f.text[0] != '\0');
}

static int setup(void **state) {
    *state = unit_folder();
    return 0;
}

static int teardown(void **state) {
    unit_folder_remove(*state);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_put_can_be_read, setup, teardown),
        cmocka_unit_test_setup_teardown(twice_is_once, setup, teardown),
        cmocka_unit_test_setup_teardown(half_a_file_is_written_anew, setup, teardown),
        cmocka_unit_test_setup_teardown(an_empty_blob_is_one_too, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_no_hash_leads_nowhere, setup, teardown),
        cmocka_unit_test_setup_teardown(a_folder_that_is_none_is_a_fault, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
