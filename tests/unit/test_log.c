// SPDX-License-Identifier: EUPL-1.2
#include "unit.h"

#include <fcntl.h>
#include <pthread.h>

#include "base/log.h"
#include "base/text.h"

// Runs with standard error going into a file, and returns what was written.
typedef struct capture {
    int before;
    FILE *file;
} capture;

static capture capture_start(void) {
    capture c = {.before = dup(STDERR_FILENO), .file = tmpfile()};
    assert_non_null(c.file);
    assert_true(dup2(fileno(c.file), STDERR_FILENO) >= 0);
    assert_int_equal(fcntl(fileno(c.file), F_SETFL, O_APPEND), 0);
    return c;
}

static size_t capture_end(capture c, char *out, size_t size) {
    dup2(c.before, STDERR_FILENO);
    close(c.before);
    rewind(c.file);
    size_t len = fread(out, 1, size - 1, c.file);
    out[len] = '\0';
    fclose(c.file);
    return len;
}

static void lines_have_time_level_and_area(void **state) {
    (void)state;
    char text[4096];
    capture c = capture_start();
    log_write(LOG_INFO, "store", "Opened. folder=%s", "/data");
    log_write(LOG_DEBUG, "store", "not said");
    log_set_level(LOG_ERROR);
    log_write(LOG_WARNING, "store", "not said either");
    log_set_level(LOG_INFO);
    capture_end(c, text, sizeof text);
    assert_int_equal(text[10], 'T');
    assert_int_equal(text[23], 'Z');
    assert_string_equal(text + 24, " info store: Opened. folder=/data\n");
}

static void a_line_cannot_be_forged(void **state) {
    (void)state;
    char text[4096];
    capture c = capture_start();
    log_write(LOG_ERROR, "api", "%s", "name=a\n2026 error forged: x\r\x1B[31m\x7F caf\xC3\xA9 \xC2\x9B");
    log_write(LOG_ERROR, "api", "%s", "\xFF\xC3");
    capture_end(c, text, sizeof text);
    assert_non_null(strstr(text, "name=a\\x0a2026 error forged: x\\x0d\\x1b[31m\\x7f caf\xC3\xA9 \\xc2\\x9b\n"));
    assert_non_null(strstr(text, "\\xff\\xc3\n"));
}

static void long_lines_are_cut(void **state) {
    (void)state;
    char *text = malloc(20000), large[9000];
    memset(large, '\n', sizeof large - 1);
    large[sizeof large - 1] = '\0';
    capture c = capture_start();
    log_write(LOG_ERROR, "api", "%s", large);
    size_t len = capture_end(c, text, 20000);
    assert_true(len <= 4096);
    assert_ptr_equal(strchr(text, '\n'), text + len - 1);
    free(text);
}

static void *write_many(void *context) {
    for (int i = 0; i < 200; i++)
        log_write(LOG_INFO, "thread", "begin %s end", (const char *)context);
    return NULL;
}

static void threads_do_not_mix_their_lines(void **state) {
    (void)state;
    enum { SIZE = 400000 };
    char *text = malloc(SIZE), long_word[301];
    memset(long_word, 'w', 300);
    long_word[300] = '\0';
    pthread_t threads[4];
    capture c = capture_start();
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, write_many, long_word), 0);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    capture_end(c, text, SIZE);
    int lines = 0;
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"), lines++) {
        assert_int_equal(strlen(line), 24 + strlen(" info thread: begin  end") + 300);
        assert_string_equal(line + strlen(line) - 4, " end");
    }
    assert_int_equal(lines, 800);
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_have_time_level_and_area),
        cmocka_unit_test(a_line_cannot_be_forged),
        cmocka_unit_test(long_lines_are_cut),
        cmocka_unit_test(threads_do_not_mix_their_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
