// SPDX-License-Identifier: EUPL-1.2
//
// page_run: one request inside the portal: its coroutine, and the operation that it waits for.
// Internal to lua/portal.
#ifndef INTERLINK_PORTAL_PAGE_RUN_H
#define INTERLINK_PORTAL_PAGE_RUN_H

#include <lua.h>

#include "answer_lua.h"
#include "api/operation.h"
#include "portal.h"

typedef struct page_run page_run;
struct page_run {
    services_loop *loop;
    portal_exchange *exchange;
    lua_State *thread;
    int reference; // keeps the thread from being collected
    // The operation under way; one at a time, since a page is a straight line.
    operation_call *call;
    answer_lua lua_answer;   // of a read
    answer_json json_answer; // of a write, which runs on the writer's thread
    buffer json;
    status outcome;
    bool settled, waiting;
    void (*resume)(page_run *run, int values); // the results lie on the thread's stack
};

// The run that a coroutine belongs to.
page_run *page_run_of(lua_State *thread);

// The Lua function call(operation, id, query, body, language, only) -> result, or nil and a problem. `only` lists the
// names of the members that a read keeps, at any level; without it all are kept. A problem:
//   {status, code, detail, about, errors = {{pointer, code, detail}}}
int page_run_call(lua_State *lua);

#endif
