// SPDX-License-Identifier: EUPL-1.2
//
// How good are recommendations where a task does not say what it needs? Loads a catalogue, makes a process of each
// guide, hides the needs of one task after the other (its own and those of its objective, in the process and in the
// guide), asks for recommendations, and compares them with the Interlinkers that answer the hidden needs.
//
//   evaluate CATALOGUE [LANGUAGE...]
//
// recall@5     which share of those Interlinkers stands among the first five
// ... of 5     the same, of the five at most that can stand there
// MRR          one divided by the place of the first of them, on average
// weighted     how much of the best possible sum the first five reach, where an Interlinker counts by how rare the
// needs
//              are that it answers (a tool that everything names is worth little)
//
// special      of 5 and MRR without the Interlinkers that more than a third of the tasks want
//
// The line "popular" is what a list gets that is the same for every task: few Interlinkers answer very many needs, so
// that is much.
#include <ftw.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/crypto.h"
#include "domain/account.h"
#include "domain/import.h"
#include "domain/process.h"
#include "domain/recommend.h"

enum { TOP = 5, TASKS = 4096, TOOLS = 4096, GUIDES = 16 };

typedef struct figures {
    size_t tasks;
    double recall, share, mrr, weighted, micros;
    size_t special_tasks;
    double special_share, special_mrr;
} figures;

typedef struct bench {
    store *db;
    fault fault;
    char folder[64];
    json_t *broad; // ids of what more than a third of the tasks want
    bool twins;    // hide also tasks with the same id in other guides, and those of the same objective
} bench;

static void must(const bench *b, status s, const char *what) {
    if (s != STATUS_OK) {
        fprintf(stderr, "%s: %s\n", what, b->fault.text);
        exit(1);
    }
}

static int remove_one(const char *path, const struct stat *about, int type, struct FTW *walk) {
    (void)about, (void)type, (void)walk;
    return remove(path);
}

static void load(bench *b, const char *catalogue) {
    import *i = NULL;
    status s = import_read(catalogue, b->db, &i, &b->fault);
    for (size_t n = 0; import_fault_line(i, n) != NULL; n++) {
        fprintf(stderr, "%s\n", import_fault_line(i, n));
    }
    must(b, s, catalogue);
    must(b, import_keep_files(i, b->folder, &b->fault), "files");
    must(b, store_begin(b->db, &b->fault), "begin");
    must(b, import_write(i, b->db, &b->fault), "import");
    must(b, store_commit(b->db, &b->fault), "commit");
    import_destroy(i);
}

// What names the hidden needs: an Interlinker and the sum of how rare the needs are that it answers.
typedef struct wanted {
    char id[128];
    double gain;
} wanted;

static size_t wanted_read(bench *b, const char *node, wanted *out) {
    double total = (double)store_count(b->db, 0, "SELECT count(*) FROM interlinker", "");
    size_t count = 0;
    store_rows *r =
        store_query(b->db,
                    "SELECT i.interlinker, (SELECT count(*) FROM interlinker_need x WHERE x.profile = i.profile) "
                    "FROM node_need w JOIN interlinker_need i ON i.profile = w.profile WHERE w.node = ? "
                    "ORDER BY i.interlinker",
                    "t", node);
    while (store_next(r)) {
        if (count == 0 || strcmp(out[count - 1].id, store_text(r, 0)) != 0) {
            snprintf(out[count].id, sizeof out[count].id, "%s", store_text(r, 0));
            out[count++].gain = 0;
        }
        out[count - 1].gain += log(1 + total / (double)store_int(r, 1));
    }
    must(b, store_end(r, &b->fault), "needs");
    return count;
}

static void hide(bench *b, const char *node) {
    static const char node_needs[] =
        "DELETE FROM node_need WHERE node = ? OR node = (SELECT parent FROM node WHERE id = ?)";
    static const char guide_needs[] =
        "DELETE FROM guide_need WHERE EXISTS (SELECT 1 FROM node n JOIN process p ON p.id = n.process WHERE n.id = ? "
        "AND p.guide = guide_need.guide AND (n.origin = guide_need.node OR guide_need.node = "
        "(SELECT o.origin FROM node o WHERE o.id = n.parent)))";
    // The same task stands in several guides, and its neighbours have the same objective: with these gone too, only
    // what is really another task can help.
    static const char twins[] =
        "DELETE FROM guide_need WHERE EXISTS (SELECT 1 FROM node n JOIN node t ON t.parent = n.parent WHERE n.id = ? "
        "AND t.origin = guide_need.node) OR EXISTS (SELECT 1 FROM node n JOIN node o ON o.id = n.parent WHERE n.id = ? "
        "AND o.origin = guide_need.node)";
    must(b, store_run(b->db, &b->fault, guide_needs, "t", node), "hide");
    if (b->twins) {
        must(b, store_run(b->db, &b->fault, twins, "tt", node, node), "hide");
    }
    must(b, store_run(b->db, &b->fault, node_needs, "tt", node, node), "hide");
}

static int by_gain(const void *a, const void *b) {
    const wanted *x = a, *y = b;
    return (x->gain < y->gain) - (x->gain > y->gain);
}

// The same without what nearly every task wants: here a list that is the same for all does not help.
static void judge_special(const bench *b, figures *f, const wanted *w, size_t wanted_count, const recommendation *r,
                          size_t count) {
    size_t special = 0, hits = 0, first = 0, place = 0;
    for (size_t k = 0; k < wanted_count; k++) {
        special += json_object_get(b->broad, w[k].id) == NULL;
    }
    for (size_t i = 0; i < count; i++) {
        if (json_object_get(b->broad, r[i].id) != NULL) {
            continue;
        }
        place++;
        for (size_t k = 0; k < wanted_count; k++) {
            if (strcmp(w[k].id, r[i].id) == 0) {
                hits += place <= TOP;
                first = first ? first : place;
            }
        }
    }
    if (special > 0) {
        f->special_tasks++;
        f->special_share += (double)hits / (double)(special < TOP ? special : TOP);
        f->special_mrr += first ? 1.0 / (double)first : 0;
    }
}

static void judge(figures *f, wanted *w, size_t wanted_count, const recommendation *r, size_t count) {
    size_t hits = 0, first = 0;
    double gain = 0, best = 0;
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < wanted_count; k++) {
            if (strcmp(w[k].id, r[i].id) == 0) {
                hits += i < TOP;
                gain += i < TOP ? w[k].gain : 0;
                first = first ? first : i + 1;
            }
        }
    }
    qsort(w, wanted_count, sizeof *w, by_gain);
    for (size_t k = 0; k < wanted_count && k < TOP; k++) {
        best += w[k].gain;
    }
    f->tasks++;
    f->recall += (double)hits / (double)wanted_count;
    f->share += (double)hits / (double)(wanted_count < TOP ? wanted_count : TOP);
    f->mrr += first ? 1.0 / (double)first : 0;
    f->weighted += best > 0 ? gain / best : 0;
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void task_evaluate(bench *b, const char *node, const char *language, figures *f) {
    static wanted w[TOOLS];
    size_t wanted_count = wanted_read(b, node, w), count;
    if (wanted_count == 0) {
        return;
    }
    arena *a = arena_create();
    recommendation *r;
    must(b, store_begin(b->db, &b->fault), "begin");
    hide(b, node);
    double start = now();
    must(b, recommend_find(b->db, a, node, language, 50, &r, &count, &b->fault), "recommend");
    f->micros += now() - start;
    store_rollback(b->db);
    judge(f, w, wanted_count, r, count);
    judge_special(b, f, w, wanted_count, r, count);
    if (getenv("VERBOSE") != NULL) {
        printf("%s: %zu wanted;", node, wanted_count);
        for (size_t i = 0; i < count && i < TOP; i++) {
            printf(" %s(%.2f)", r[i].id, r[i].score);
        }
        printf("\n");
    }
    arena_destroy(a);
}

// What to compare with: the same list for every task, the Interlinkers that answer most needs first.
static void popular_evaluate(bench *b, const char *node, figures *f) {
    static wanted w[TOOLS];
    static recommendation r[TOOLS];
    static char ids[TOOLS][128];
    size_t wanted_count = wanted_read(b, node, w), count = 0;
    if (wanted_count == 0) {
        return;
    }
    store_rows *rows = store_query(b->db,
                                   "SELECT interlinker FROM interlinker_need GROUP BY interlinker "
                                   "ORDER BY count(*) DESC, interlinker LIMIT 50",
                                   "");
    while (store_next(rows)) {
        snprintf(ids[count], sizeof ids[count], "%s", store_text(rows, 0));
        r[count] = (recommendation){.id = ids[count]};
        count++;
    }
    must(b, store_end(rows, &b->fault), "popular");
    judge(f, w, wanted_count, r, count);
    judge_special(b, f, w, wanted_count, r, count);
}

static void figures_print(const char *what, const figures *f) {
    double n = f->tasks > 0 ? (double)f->tasks : 1;
    double special = f->special_tasks > 0 ? (double)f->special_tasks : 1;
    printf("  %-8s %6zu %9.3f %7.3f %7.3f %9.3f %13.3f %7.3f %9.2f ms\n", what, f->tasks, f->recall / n, f->share / n,
           f->mrr / n, f->weighted / n, f->special_share / special, f->special_mrr / special, f->micros / n / 1000);
}

// What more than a third of the tasks want.
static void broad_find(bench *b, const char *language) {
    json_t *count = json_object();
    double tasks = 0;
    b->broad = json_object();
    store_rows *r =
        store_query(b->db,
                    "SELECT w.node, i.interlinker FROM node n JOIN process p ON p.id = n.process "
                    "JOIN node_need w ON w.node = n.id JOIN interlinker_need i ON i.profile = w.profile "
                    "WHERE n.kind = 'task' AND p.language = ? GROUP BY w.node, i.interlinker ORDER BY w.node",
                    "t", language);
    char last[40] = "";
    while (store_next(r)) {
        const char *id = store_text(r, 1);
        tasks += strcmp(last, store_text(r, 0)) != 0;
        snprintf(last, sizeof last, "%s", store_text(r, 0));
        json_object_set_new(count, id, json_integer(json_integer_value(json_object_get(count, id)) + 1));
    }
    must(b, store_end(r, &b->fault), "broad");
    const char *id;
    json_t *times;
    json_object_foreach(count, id, times) {
        if ((double)json_integer_value(times) > tasks / 3) {
            json_object_set_new(b->broad, id, json_true());
        }
    }
    json_decref(count);
}

static void language_evaluate(bench *b, const char *language, bool popular) {
    figures f = {0};
    char(*nodes)[40] = calloc(TASKS, sizeof *nodes);
    size_t count = 0;
    store_rows *r = store_query(b->db,
                                "SELECT n.id FROM node n JOIN process p ON p.id = n.process "
                                "WHERE n.kind = 'task' AND p.language = ? ORDER BY p.guide, n.position",
                                "t", language);
    while (store_next(r) && count < TASKS) {
        snprintf(nodes[count++], sizeof *nodes, "%s", store_text(r, 0));
    }
    must(b, store_end(r, &b->fault), "tasks");
    for (size_t i = 0; i < count; i++) {
        if (popular) {
            popular_evaluate(b, nodes[i], &f);
        } else {
            task_evaluate(b, nodes[i], language, &f);
        }
    }
    figures_print(popular ? "popular" : language, &f);
    free(nodes);
}

static void processes_make(bench *b, const char *language) {
    uint8_t secret[32] = {1};
    char guides[GUIDES][128];
    size_t count = 0;
    person maker;
    char email[64];
    snprintf(email, sizeof email, "%s@example.org", language);
    account_draft account = {.email = email, .name = "A", .kind = "official", .language = language};
    must(b, account_create(b->db, &account, &maker, &b->fault), "person");
    store_rows *r = store_query(b->db, "SELECT id FROM guide ORDER BY id", "");
    while (store_next(r) && count < GUIDES) {
        snprintf(guides[count++], sizeof guides[0], "%s", store_text(r, 0));
    }
    must(b, store_end(r, &b->fault), "guides");
    for (size_t i = 0; i < count; i++) {
        id_value made;
        process_draft draft = {
            .name = "P", .language = language, .guide = guides[i], .by = usage_actor_of(&maker, secret)};
        must(b, process_create(b->db, &draft, &made, &b->fault), guides[i]);
    }
}

int main(int argc, char **argv) {
    static const char *const all[] = {"en", "es", "it", "lv"};
    if (argc < 2) {
        fprintf(stderr, "usage: evaluate CATALOGUE [LANGUAGE...]\n");
        return 2;
    }
    bench b = {.folder = "/tmp/recommend-XXXXXX"};
    crypto_init();
    if (mkdtemp(b.folder) == NULL) {
        perror(b.folder);
        return 1;
    }
    must(&b, store_open(b.folder, STORE_WRITE, &b.db, &b.fault), "open");
    must(&b, store_migrate(b.db, &b.fault), "migrate");
    load(&b, argv[1]);
    const char *const *languages = argc > 2 ? (const char *const *)argv + 2 : all;
    size_t count = argc > 2 ? (size_t)argc - 2 : sizeof all / sizeof *all;
    for (size_t i = 0; i < count; i++) {
        processes_make(&b, languages[i]);
    }
    broad_find(&b, languages[0]);
    printf("%zu Interlinkers are wanted by more than a third of the tasks; they do not count as special.\n\n",
           json_object_size(b.broad));
    for (int strict = 0; strict < 2; strict++) {
        b.twins = strict;
        printf("%s\n  %-8s %6s %9s %7s %7s %9s %13s %7s %12s\n",
               strict ? "\nThe task, the other tasks of its objective and its twins in other guides hidden"
                      : "The task and its objective hidden",
               "", "tasks", "recall@5", "of 5", "MRR", "weighted", "special: of 5", "MRR", "a request");
        for (size_t i = 0; i < count; i++) {
            language_evaluate(&b, languages[i], false);
        }
        language_evaluate(&b, languages[0], true);
    }
    json_decref(b.broad);
    store_close(b.db);
    nftw(b.folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    return 0;
}
