// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "cmd/command.h"
#include "domain/audit.h"

// One line of JSON, so that no text of a stranger's can end it or move the cursor of a terminal.
static void line_print(void *context, const audit_event *e) {
    buffer text = {0};
    char at[CLOCK_TEXT];
    (void)context;
    clock_format(e->at, at);
    buffer_printf(&text, "{\"seq\":%lld,\"at\":\"%s\",\"person\":", (long long)e->seq, at);
    buffer_add_json(&text, e->person, strlen(e->person));
    buffer_add(&text, ",\"what\":");
    buffer_add_json(&text, e->what, strlen(e->what));
    buffer_add(&text, ",\"about\":");
    buffer_add_json(&text, e->about, strlen(e->about));
    printf("%s}\n", text.ptr);
    buffer_free(&text);
}

static int verdict_print(const audit_verdict *v, const char *noted) {
    if (v->bad) {
        printf("Line %lld: %s\n", (long long)v->bad, v->why);
        return 1;
    }
    if (noted && !v->noted) {
        printf("No line has the head that you noted: the log was made anew since, or it is another one.\n");
        return 1;
    }
    printf("%lld lines, whole.\n", (long long)v->count);
    if (v->count > 0) {
        printf("The head is %s\nNote it outside of this machine: later, --head says whether these lines are still the "
               "same.\n",
               v->head);
    }
    return 0;
}

int cmd_audit(int argc, char **argv) {
    const char *data = NULL, *head = NULL, *verb = NULL;
    const command_option options[] = {
        {"--data", "DIR", "The data folder.", &data, NULL, true},
        {"--head", "HASH", "For verify: a head that was noted earlier.", &head, NULL, false},
    };
    const command_usage usage = {
        "interlink audit list|verify --data DIR [--head HASH]",
        "list    prints who signed in and who changed what an administration must answer for, a "
        "line of JSON each.\n"
        "verify  says whether a line was changed, taken out or put in since.\n"
        "May be done while a server runs.",
        options, sizeof options / sizeof *options, 1};
    int done = command_read(&usage, argc, argv, &verb);
    if (done >= 0) {
        return done;
    }
    if (strcmp(verb, "list") != 0 && strcmp(verb, "verify") != 0) {
        fprintf(stderr, "interlink audit: say list or verify.\nusage: %s\n", usage.line);
        return 2;
    }
    fault f = {0};
    store *s = NULL;
    audit_verdict verdict;
    status outcome = command_open(data, &s, &f);
    if (outcome != STATUS_OK) {
        return command_fail(&f);
    }
    bool list = strcmp(verb, "list") == 0;
    outcome = list ? audit_list(s, 0, line_print, NULL, &f) : audit_verify(s, head, &verdict, &f);
    store_close(s);
    if (outcome != STATUS_OK) {
        return command_fail(&f);
    }
    return list ? 0 : verdict_print(&verdict, head);
}
