// SPDX-License-Identifier: EUPL-1.2
#include "http/metrics.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "http/router.h"
#include "plugin/registry.h"

// Upper ends in microseconds; the last bucket takes the rest.
static const int64_t bucket_ends[METRICS_BUCKETS - 1] = {100,   250,   500,    1000,   2500,    5000,   10000,
                                                         25000, 50000, 100000, 250000, 1000000, 5000000};

_Static_assert((int)ROUTER_ROOMS <= (int)METRICS_ROUTES, "a counter for each room");

static void add(atomic_uint_fast64_t *counter, uint64_t n) {
    atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

void metrics_count(metrics_loop *m, size_t room, unsigned code, int64_t nanoseconds) {
    unsigned hundreds = code / 100;
    add(&m->requests[room][hundreds < METRICS_CLASSES ? hundreds : 0], 1);
    add(&m->nanoseconds, (uint64_t)nanoseconds);
    size_t bucket = 0;
    while (bucket < METRICS_BUCKETS - 1 && nanoseconds > bucket_ends[bucket] * 1000) {
        bucket++;
    }
    add(&m->buckets[bucket], 1);
}

static uint64_t sum(const metrics *m, size_t offset) {
    uint64_t total = 0;
    for (size_t i = 0; i < m->loops; i++) {
        const char *base = (const char *)&m->each[i];
        total += atomic_load_explicit((atomic_uint_fast64_t *)(base + offset), memory_order_relaxed);
    }
    return total;
}

static void head(buffer *out, const char *name, const char *type, const char *help) {
    buffer_printf(out, "# HELP interlink_%s %s\n# TYPE interlink_%s %s\n", name, help, name, type);
}

static void value(buffer *out, const char *name, const char *type, const char *help, uint64_t n) {
    head(out, name, type, help);
    buffer_printf(out, "interlink_%s %" PRIu64 "\n", name, n);
}

static void requests_write(const metrics *m, buffer *out) {
    head(out, "requests_total", "counter", "Requests answered, by room and class of the status.");
    for (size_t room = 0; room < ROUTER_ROOMS; room++) {
        for (size_t hundreds = 1; hundreds < METRICS_CLASSES; hundreds++) {
            uint64_t n = sum(m, offsetof(metrics_loop, requests[room][hundreds]));
            if (n > 0) {
                buffer_printf(out, "interlink_requests_total{room=\"%s\",status=\"%zuxx\"} %" PRIu64 "\n",
                              router_name((router_room)room), hundreds, n);
            }
        }
    }
}

static void latency_write(const metrics *m, buffer *out) {
    head(out, "request_seconds", "histogram", "From the request line to the last byte; live streams apart.");
    uint64_t total = 0;
    for (size_t i = 0; i < METRICS_BUCKETS; i++) {
        total += sum(m, offsetof(metrics_loop, buckets[i]));
        if (i < METRICS_BUCKETS - 1) {
            buffer_printf(out, "interlink_request_seconds_bucket{le=\"%g\"} %" PRIu64 "\n",
                          (double)bucket_ends[i] / 1e6, total);
        }
    }
    buffer_printf(out, "interlink_request_seconds_bucket{le=\"+Inf\"} %" PRIu64 "\n", total);
    buffer_printf(out, "interlink_request_seconds_sum %.6f\n",
                  (double)sum(m, offsetof(metrics_loop, nanoseconds)) / 1e9);
    buffer_printf(out, "interlink_request_seconds_count %" PRIu64 "\n", total);
}

typedef struct plugin_lines {
    buffer *out;
    const char *name;
    size_t offset;
} plugin_lines;

static bool plugin_line(const plugin_info *info, void *context) {
    plugin_lines *l = context;
    uint64_t n;
    memcpy(&n, (const char *)info + l->offset, sizeof n);
    buffer_printf(l->out, "interlink_%s{plugin=\"%s\"} %" PRIu64 "\n", l->name, info->id, n);
    return true;
}

static bool plugin_ready_line(const plugin_info *info, void *context) {
    buffer_printf(context, "interlink_plugin_ready{plugin=\"%s\"} %d\n", info->id, info->state == PLUGIN_READY);
    return true;
}

static void plugins_write(services *all, buffer *out) {
    static const struct {
        const char *name, *help;
        size_t offset;
    } counters[] = {
        {"plugin_calls_total", "Calls that a plugin answered or should have.", offsetof(plugin_info, calls)},
        {"plugin_crashes_total", "Workers of a plugin that died.", offsetof(plugin_info, crashes)},
        {"plugin_late_total", "Calls of a plugin that went over their deadline.", offsetof(plugin_info, late)},
    };
    for (size_t i = 0; i < sizeof counters / sizeof *counters; i++) {
        head(out, counters[i].name, "counter", counters[i].help);
        plugin_registry_each(all->registry, plugin_line, &(plugin_lines){out, counters[i].name, counters[i].offset});
    }
    head(out, "plugin_ready", "gauge", "1 when the plugin may be called.");
    plugin_registry_each(all->registry, plugin_ready_line, out);
}

static uint64_t memory_now(void) {
    unsigned long pages = 0;
    FILE *statm = fopen("/proc/self/statm", "re");
    if (statm != NULL) {
        if (fscanf(statm, "%*u %lu", &pages) != 1) {
            pages = 0;
        }
        fclose(statm);
    }
    return (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static uint64_t file_size(const char *folder, const char *name) {
    char path[4200];
    struct stat info;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return stat(path, &info) == 0 ? (uint64_t)info.st_size : 0;
}

void metrics_write(const metrics *m, services *all, buffer *out) {
    requests_write(m, out);
    latency_write(m, out);
    value(out, "requests_begun_total", "counter", "Request lines read, whatever became of them.",
          sum(m, offsetof(metrics_loop, begun)));
    value(out, "requests_refused_total", "counter", "Malformed requests, refused before they were looked at.",
          sum(m, offsetof(metrics_loop, refused)));
    value(out, "requests_limited_total", "counter", "Requests answered with 429: too many came from there.",
          sum(m, offsetof(metrics_loop, limited)));
    value(out, "connections_late_total", "counter", "Connections that were closed at a deadline.",
          sum(m, offsetof(metrics_loop, shut_late)));
    value(out, "connections_dropped_total", "counter", "Connections that were closed to make room for new ones.",
          sum(m, offsetof(metrics_loop, shut_for_room)));
    value(out, "connections", "gauge", "Open connections.", sum(m, offsetof(metrics_loop, connections)));
    value(out, "streams", "gauge", "Open live streams.", sum(m, offsetof(metrics_loop, streams)));
    value(out, "plugin_calls_under_way", "gauge", "Plugin calls that wait for their answer.",
          sum(m, offsetof(metrics_loop, busy_plugins)));
    value(out, "writer_commits_total", "counter", "Batches of writes that are on disk.", writer_commits(all->writer));
    plugins_write(all, out);
    value(out, "database_bytes", "gauge", "Size of the database file.", file_size(all->data_folder, "interlink.db"));
    value(out, "database_wal_bytes", "gauge", "Size of the write-ahead log.",
          file_size(all->data_folder, "interlink.db-wal"));
    value(out, "resident_bytes", "gauge", "Memory of this process, workers apart.", memory_now());
}
