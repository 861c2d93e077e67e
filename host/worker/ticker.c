// SPDX-License-Identifier: EUPL-1.2
#include "worker/ticker.h"

#include <time.h>

enum { TICK_MS = 5 };

// The timer carries a pointer to the ticker, so that no global is needed.
static void on_tick(int signal, siginfo_t *info, void *context) {
    (void)signal, (void)context;
    ticker *t = info->si_code == SI_TIMER ? info->si_value.sival_ptr : NULL;
    if (!t || !t->running)
        return;
    t->ticks = t->ticks + 1;
    if (t->ticks >= t->limit && t->plugin->interrupt) {
        t->told = 1;
        t->plugin->interrupt(t->plugin);
    }
}

bool ticker_start(ticker *t, plugin *p, long cpu_ms) {
    *t = (ticker){.plugin = p};
    // The first tick comes up to one tick after the call began, so this is one to two ticks before the end.
    t->limit = cpu_ms > 3 * TICK_MS ? (sig_atomic_t)(cpu_ms / TICK_MS - 1) : 2;
    struct sigaction action = {.sa_sigaction = on_tick, .sa_flags = SA_SIGINFO | SA_RESTART};
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGPROF, .sigev_value.sival_ptr = t};
    struct itimerspec every = {{0, TICK_MS * 1000000L}, {0, TICK_MS * 1000000L}};
    timer_t timer;
    return sigaction(SIGPROF, &action, NULL) == 0 && timer_create(CLOCK_PROCESS_CPUTIME_ID, &event, &timer) == 0 &&
           timer_settime(timer, 0, &every, NULL) == 0;
}
