// SPDX-License-Identifier: EUPL-1.2
//
// The portable part: kept statements, arguments, rows, transactions. It knows no database.
#include "store/store.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/memory.h"
#include "store/driver.h"
#include "store/migrate.h"
#include "store/stopped.h"

// A statement that is kept. The same SQL may be running already (a function that calls itself), so several of them
// may stand behind one address.
typedef struct kept {
    struct kept *next; // in its slot
    const char *sql;   // the literal's address is the key
    char *text;        // a copy, to notice SQL that was built at run time and stands where other SQL stood before
    driver_statement *statement;
    bool running;
} kept;

struct store_rows {
    store_rows *next_free;
    store *store;
    kept *kept;
    bool on_row, ended;
    fault fault; // why the query failed; its status is STATUS_OK until then
};

enum { SLOTS = 512 };

struct store {
    driver *driver;
    store_mode mode;
    char *folder;
    int depth;     // of savepoints
    bool begun;    // a transaction, and neither committed nor rolled back by its owner yet
    fault failure; // of a statement in this transaction; STATUS_OK: none
    kept *slots[SLOTS];
    store_rows *free_rows;
};

// What ends or undoes must not need memory to be prepared: these are at the opening.
static const char COMMIT[] = "COMMIT", ROLLBACK[] = "ROLLBACK", RELEASE[] = "RELEASE SAVEPOINT step",
                  ROLLBACK_TO[] = "ROLLBACK TO SAVEPOINT step";

static status kept_prepare(store *s, fault *f);

// ---- connections

status store_open(const char *folder, store_mode mode, store **out, fault *f) {
    *out = NULL;
    driver *d = NULL;
    status s = driver_sqlite.open(folder, mode, &d, f);
    if (s != STATUS_OK)
        return s;
    store *opened = memory_new(sizeof *opened);
    opened->driver = d;
    opened->mode = mode;
    opened->folder = memory_text(folder);
    s = migrate_check(opened, f);
    if (s == STATUS_OK && mode == STORE_SERVE && !stopped_as_noted(folder)) {
        log_write(LOG_INFO, "store", "The database is not as an orderly end leaves it; it is looked through.");
        s = d->face->look(d, f);
    }
    if (s == STATUS_OK)
        s = d->face->settle(d, f);
    if (s == STATUS_OK)
        s = kept_prepare(opened, f);
    if (s != STATUS_OK) {
        store_close(opened);
        return s;
    }
    *out = opened;
    return STATUS_OK;
}

void store_close(store *s) {
    if (!s)
        return;
    for (size_t i = 0; i < SLOTS; i++) {
        while (s->slots[i]) {
            kept *k = s->slots[i];
            s->slots[i] = k->next;
            assert(!k->running); // a query without its store_end
            s->driver->face->finish(s->driver, k->statement);
            free(k->text);
            free(k);
        }
    }
    while (s->free_rows) {
        store_rows *r = s->free_rows;
        s->free_rows = r->next_free;
        free(r);
    }
    s->driver->face->close(s->driver);
    free(s->folder);
    free(s);
}

void store_stop(store *s) {
    char folder[4096];
    snprintf(folder, sizeof folder, "%s", s->folder);
    s->driver->face->checkpoint(s->driver);
    store_close(s);
    stopped_note(folder);
}

driver *store_driver(store *s) {
    return s->driver;
}

const char *store_folder(const store *s) {
    return s->folder;
}

bool store_in_transaction(store *s) {
    return s->driver->face->in_transaction(s->driver);
}

status store_execute(store *s, const char *script, fault *f) {
    return s->driver->face->execute(s->driver, script, f);
}

bool store_has_table(store *s, const char *name) {
    return store_count(s, 0, s->driver->face->has_table, "t", name) != 0;
}

// ---- kept statements

static status kept_take(store *s, const char *sql, kept **out, fault *f) {
    size_t slot = (size_t)(((uintptr_t)sql * UINT64_C(0x9E3779B97F4A7C15)) >> 32) % SLOTS;
    for (kept *k = s->slots[slot]; k; k = k->next) {
        if (k->running || (const void *)k->sql != (const void *)sql)
            continue;
        assert(strcmp(k->text, sql) == 0);
        k->running = true;
        *out = k;
        return STATUS_OK;
    }
    driver_statement *statement = NULL;
    status made = s->driver->face->prepare(s->driver, sql, &statement, f);
    if (made != STATUS_OK)
        return made;
    kept *k = memory_new(sizeof *k);
    *k = (kept){.next = s->slots[slot], .sql = sql, .text = memory_text(sql), .statement = statement, .running = true};
    s->slots[slot] = k;
    *out = k;
    return STATUS_OK;
}

static void kept_return(store *s, kept *k) {
    s->driver->face->reset(k->statement);
    k->running = false;
}

static status kept_prepare(store *s, fault *f) {
    static const char *const ENDS[] = {COMMIT, ROLLBACK, RELEASE, ROLLBACK_TO};
    status result = STATUS_OK;
    for (size_t i = 0; i < sizeof ENDS / sizeof *ENDS && result == STATUS_OK; i++) {
        kept *k;
        result = kept_take(s, ENDS[i], &k, f);
        if (result == STATUS_OK)
            kept_return(s, k);
    }
    return result;
}

// Also in a release: a missing argument would be written as NULL.
_Noreturn static void argument_bug(const kept *k, const char *what) {
    fprintf(stderr, "an SQL statement %s: %s\n", what, k->sql);
    abort();
}

static bool bind_bytes(const driver_face *face, driver_statement *st, int parameter, char type, str value, bool keep) {
    if (!value.ptr)
        return face->bind_null(st, parameter);
    return type == 'b' ? face->bind_blob(st, parameter, value, keep) : face->bind_text(st, parameter, value, keep);
}

// `keep`: the statement outlives the call that gives the arguments.
static bool bind_arguments(store *s, kept *k, const char *types, va_list args, bool keep) {
    const driver_face *face = s->driver->face;
    driver_statement *st = k->statement;
    bool good = true;
    int parameter = 0;
    for (const char *type = types; *type; type++) {
        parameter++;
        switch (*type) {
        case 't':
            good = bind_bytes(face, st, parameter, *type, str_from(va_arg(args, const char *)), keep) && good;
            break;
        case 's':
        case 'b':
            good = bind_bytes(face, st, parameter, *type, va_arg(args, str), keep) && good;
            break;
        case 'i':
            good = face->bind_int(st, parameter, va_arg(args, int64_t)) && good;
            break;
        case 'd':
            good = face->bind_double(st, parameter, va_arg(args, double)) && good;
            break;
        case 'n':
            good = face->bind_null(st, parameter) && good;
            break;
        default:
            argument_bug(k, "has an unknown type of argument");
        }
    }
    if (parameter != face->parameters(st))
        argument_bug(k, "has more or fewer arguments than question marks");
    return good;
}

static status bind_fault(fault *f) {
    return fault_set(
        f, STATUS_UNAVAILABLE, "store.memory",
        "This is too large for the memory that there is at the moment, so nothing was saved. Try again soon.");
}

// A statement that could not do its work fails the transaction that it is in, whatever the caller makes of it: who
// counts rows and gets a default instead of a number would write something wrong.
static void failure_note(store *s, const fault *f) {
    if (f->status != STATUS_CONFLICT && s->failure.status == STATUS_OK && s->begun)
        s->failure = *f;
}

// A database that is full or has no memory left may undo the whole transaction by itself. What its owner, who need not
// know, does next would be kept at once, statement by statement, without what went before.
static status undone(store *s, fault *f) {
    if (!s->begun || store_in_transaction(s))
        return STATUS_OK;
    if (s->failure.status == STATUS_OK)
        fault_set(&s->failure, STATUS_INTERNAL, "store.undone",
                  "The database has undone what was being saved. Nothing of it was kept; do it again.");
    *f = s->failure;
    return f->status;
}

static bool failure_take(store *s, fault *f) {
    if (s->failure.status == STATUS_OK)
        return false;
    if (f)
        *f = s->failure;
    return true;
}

static void failure_clear(store *s) {
    if (s->failure.status != STATUS_OK)
        fault_clear(&s->failure);
}

status store_run(store *s, fault *f, const char *sql, const char *types, ...) {
    kept *k = NULL;
    fault own;
    fault_clear(&own);
    status result = undone(s, &own);
    if (result == STATUS_OK)
        result = kept_take(s, sql, &k, &own);
    if (result == STATUS_OK) {
        va_list args;
        va_start(args, types);
        if (!bind_arguments(s, k, types, args, false))
            result = bind_fault(&own);
        va_end(args);
        while (result == STATUS_OK) {
            driver_step step = s->driver->face->step(s->driver, k->statement, &own);
            if (step == DRIVER_DONE)
                break;
            result = step == DRIVER_FAILED ? own.status : STATUS_OK;
        }
        kept_return(s, k);
    }
    if (result == STATUS_OK)
        return STATUS_OK;
    failure_note(s, &own);
    if (f)
        *f = own;
    return result;
}

int64_t store_changes(const store *s) {
    return s->driver->face->changes(s->driver);
}

// ---- queries

static store_rows *rows_take(store *s) {
    store_rows *r = s->free_rows;
    if (r)
        s->free_rows = r->next_free;
    else
        r = memory_new(sizeof *r);
    r->store = s;
    r->kept = NULL;
    r->on_row = r->ended = false;
    if (r->fault.status != STATUS_OK)
        fault_clear(&r->fault);
    return r;
}

static store_rows *query_start(store *s, const char *sql, const char *types, va_list args) {
    store_rows *r = rows_take(s);
    if (undone(s, &r->fault) != STATUS_OK || kept_take(s, sql, &r->kept, &r->fault) != STATUS_OK ||
        (!bind_arguments(s, r->kept, types, args, true) && bind_fault(&r->fault) != STATUS_OK)) {
        r->ended = true;
        failure_note(s, &r->fault);
    }
    return r;
}

store_rows *store_query(store *s, const char *sql, const char *types, ...) {
    va_list args;
    va_start(args, types);
    store_rows *r = query_start(s, sql, types, args);
    va_end(args);
    return r;
}

bool store_next(store_rows *r) {
    if (r->ended)
        return false;
    store *s = r->store;
    driver_step step = s->driver->face->step(s->driver, r->kept->statement, &r->fault);
    r->on_row = step == DRIVER_ROW;
    r->ended = !r->on_row;
    if (step == DRIVER_FAILED)
        failure_note(s, &r->fault);
    return r->on_row;
}

status store_end(store_rows *r, fault *f) {
    store *s = r->store;
    status result = r->fault.status;
    if (result != STATUS_OK && f)
        *f = r->fault;
    if (r->kept)
        kept_return(s, r->kept);
    r->next_free = s->free_rows;
    s->free_rows = r;
    return result;
}

str store_str(store_rows *r, int column) {
    assert(r->on_row && column < r->store->driver->face->columns(r->kept->statement));
    return r->store->driver->face->column_str(r->kept->statement, column);
}

const char *store_text(store_rows *r, int column) {
    return store_str(r, column).ptr;
}

int64_t store_int(store_rows *r, int column) {
    assert(r->on_row && column < r->store->driver->face->columns(r->kept->statement));
    return r->store->driver->face->column_int(r->kept->statement, column);
}

double store_double(store_rows *r, int column) {
    assert(r->on_row && column < r->store->driver->face->columns(r->kept->statement));
    return r->store->driver->face->column_double(r->kept->statement, column);
}

bool store_is_null(store_rows *r, int column) {
    assert(r->on_row && column < r->store->driver->face->columns(r->kept->statement));
    return r->store->driver->face->column_is_null(r->kept->statement, column);
}

// One row or none. A failure has no fault to go to, so it goes to the log.
static status first_row(store *s, store_rows **out, const char *sql, const char *types, va_list args) {
    store_rows *r = query_start(s, sql, types, args);
    *out = NULL;
    if (store_next(r)) {
        *out = r;
        return STATUS_OK;
    }
    fault f = {0};
    status result = store_end(r, &f);
    if (result == STATUS_OK)
        return STATUS_NOT_FOUND;
    log_write(LOG_ERROR, "store", "%s sql=%.200s", f.text, sql);
    return result;
}

status store_one(store *s, store_rows **out, const char *sql, const char *types, ...) {
    va_list args;
    va_start(args, types);
    status result = first_row(s, out, sql, types, args);
    va_end(args);
    return result;
}

int64_t store_count(store *s, int64_t fallback, const char *sql, const char *types, ...) {
    store_rows *r = NULL;
    va_list args;
    va_start(args, types);
    status result = first_row(s, &r, sql, types, args);
    va_end(args);
    if (result != STATUS_OK)
        return fallback;
    int64_t value = store_is_null(r, 0) ? fallback : store_int(r, 0);
    store_end(r, NULL);
    return value;
}

// ---- transactions

status store_begin(store *s, fault *f) {
    const driver_face *face = s->driver->face;
    fault own;
    status result = undone(s, &own); // also for who asks store_in_transaction() and so takes it for ended
    if (result != STATUS_OK) {
        if (f)
            *f = own;
        return result;
    }
    assert(!s->begun);
    failure_clear(s);
    result = store_run(s, f, s->mode == STORE_READ ? face->begin_read : face->begin_write, "");
    s->begun = result == STATUS_OK;
    return result;
}

// A commit that failed leaves the transaction to store_rollback.
status store_commit(store *s, fault *f) {
    s->depth = 0;
    if (failure_take(s, f))
        return s->failure.status;
    status result = store_run(s, f, COMMIT, "");
    s->begun = s->begun && result != STATUS_OK;
    return result;
}

void store_rollback(store *s) {
    s->depth = 0;
    s->begun = false;
    fault f = {0};
    if (store_in_transaction(s) && store_run(s, &f, ROLLBACK, "") != STATUS_OK)
        log_write(LOG_ERROR, "store", "A transaction could not be undone: %s", f.text);
    failure_clear(s);
}

// All savepoints have one name: SQL's RELEASE and ROLLBACK TO mean the innermost one of that name.
status store_savepoint(store *s, fault *f) {
    status result = store_run(s, f, "SAVEPOINT step", "");
    s->depth += result == STATUS_OK;
    return result;
}

status store_release(store *s, fault *f) {
    assert(s->depth > 0);
    if (failure_take(s, f)) {
        status why = s->failure.status;
        store_rollback_to(s);
        return why;
    }
    s->depth--;
    return store_run(s, f, RELEASE, "");
}

void store_rollback_to(store *s) {
    assert(s->depth > 0);
    s->depth--;
    fault f = {0};
    if (s->begun && !store_in_transaction(s))
        return; // nothing is left of the whole transaction, which keeps its failure to its end
    failure_clear(s);
    if (store_run(s, &f, ROLLBACK_TO, "") != STATUS_OK ||
        store_run(s, &f, RELEASE, "") != STATUS_OK)
        log_write(LOG_ERROR, "store", "A savepoint could not be undone: %s", f.text);
}

// ---- the whole database

int64_t store_data_version(store *s) {
    return s->driver->face->data_version(s->driver);
}

status store_check(store *s, fault *f) {
    return s->driver->face->check(s->driver, f);
}

status store_backup(store *s, const char *path, fault *f) {
    return s->driver->face->backup(s->driver, path, f);
}
