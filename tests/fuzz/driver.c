// SPDX-License-Identifier: EUPL-1.2
//
// driver: runs a fuzz target without libFuzzer: every file of its corpus, then mutations of them for a short
// while. `./dev fuzz` builds the same targets with libFuzzer; this one keeps them honest in every test run. The input
// that ends it is left in PROGRAM-found.
//
//   fuzz_NAME CORPUS_FOLDER [SECONDS [SEED]]
#include <dirent.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUTS = 512, INPUT_LIMIT = 1 << 16 };

typedef struct input {
    uint8_t *bytes;
    size_t size;
} input;

static uint64_t next_random(uint64_t *state) { // xorshift64*, good enough to pick bytes
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * 2685821657736338717u;
}

// ---- the input at work, for when it ends the program

typedef struct trial {
    const uint8_t *bytes;
    size_t size;
    char path[4096];
} trial;

static trial trying; // signal handlers have no other way to it

void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

static void trial_save(void) {
    FILE *f = fopen(trying.path, "wb");
    if (f != NULL) {
        fwrite(trying.bytes, 1, trying.size, f);
        fclose(f);
        fprintf(stderr, "The input is in %s\n", trying.path);
    }
}

static void trial_aborted(int signal_number) {
    trial_save();
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

static void trial_watch(const char *program) {
    snprintf(trying.path, sizeof trying.path, "%s-found", program);
    signal(SIGABRT, trial_aborted);
    if (__sanitizer_set_death_callback != NULL) {
        __sanitizer_set_death_callback(trial_save);
    }
}

// The target gets a copy of exactly its size, so that AddressSanitizer sees a read past the end.
static void try_one(const uint8_t *bytes, size_t size) {
    uint8_t *copy = malloc(size > 0 ? size : 1);
    if (copy == NULL) {
        abort();
    }
    memcpy(copy, bytes, size);
    trying.bytes = bytes;
    trying.size = size;
    LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

static size_t read_corpus(const char *folder, input *inputs) {
    DIR *d = opendir(folder);
    if (d == NULL) {
        return 0;
    }
    size_t count = 0;
    for (struct dirent *e; count < INPUTS && (e = readdir(d)) != NULL;) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
        FILE *f = e->d_name[0] == '.' ? NULL : fopen(path, "rb");
        if (f == NULL) {
            continue;
        }
        inputs[count].bytes = malloc(INPUT_LIMIT);
        if (inputs[count].bytes == NULL) {
            abort();
        }
        inputs[count].size = fread(inputs[count].bytes, 1, INPUT_LIMIT, f);
        fclose(f);
        count++;
    }
    closedir(d);
    return count;
}

static size_t mutate(uint8_t *bytes, size_t size, uint64_t *random) {
    size_t times = 1 + next_random(random) % 8;
    while (times-- > 0) {
        size_t at = size > 0 ? next_random(random) % size : 0;
        switch (next_random(random) % 5) {
        case 0:
            size = at; // cut
            break;
        case 1:
            if (size > 0) {
                bytes[at] = (uint8_t)next_random(random);
            }
            break;
        case 2:
            if (size > 0) {
                bytes[at] ^= (uint8_t)(1u << (next_random(random) % 8));
            }
            break;
        case 3: { // repeat a part
            size_t len = size - at;
            len = len > 0 ? next_random(random) % len + 1 : 0;
            if (size + len < INPUT_LIMIT) {
                memmove(bytes + at + len, bytes + at, size - at);
                size += len;
            }
            break;
        }
        default:
            if (size + 1 < INPUT_LIMIT) {
                memmove(bytes + at + 1, bytes + at, size - at);
                bytes[at] = (uint8_t)next_random(random);
                size++;
            }
        }
    }
    return size;
}

int main(int argc, char **argv) {
    if (argc < 2) {
        fprintf(stderr, "usage: %s CORPUS_FOLDER [SECONDS [SEED]]\n", argv[0]);
        return 2;
    }
    double seconds = argc > 2 ? atof(argv[2]) : 1;
    uint64_t seed = argc > 3 ? strtoull(argv[3], NULL, 10) : (uint64_t)time(NULL), random = seed * 2 + 1;
    input inputs[INPUTS];
    size_t count = read_corpus(argv[1], inputs);
    if (count == 0) {
        fprintf(stderr, "%s: there is no corpus in %s\n", argv[0], argv[1]);
        return 1;
    }
    trial_watch(argv[0]);
    printf("seed %llu, %zu inputs\n", (unsigned long long)seed, count);
    fflush(stdout);
    for (size_t i = 0; i < count; i++) {
        try_one(inputs[i].bytes, inputs[i].size);
    }
    static uint8_t work[INPUT_LIMIT];
    unsigned long runs = 0;
    for (clock_t end = clock() + (clock_t)(seconds * CLOCKS_PER_SEC); clock() < end; runs++) {
        const input *from = &inputs[next_random(&random) % count];
        memcpy(work, from->bytes, from->size);
        try_one(work, mutate(work, from->size, &random));
    }
    printf("%lu mutations, no complaint\n", runs);
    for (size_t i = 0; i < count; i++) {
        free(inputs[i].bytes);
    }
    return 0;
}
