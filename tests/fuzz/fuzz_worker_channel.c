// SPDX-License-Identifier: EUPL-1.2
//
// What the host sends, as a worker reads it: frames from the socket, calls out of them, and everything that a plugin
// can look at in such a call. The worker's answer can be read again by the host.
#include "fuzz.h"

#include <sys/socket.h>
#include <unistd.h>

#include "plugin/result.h"
#include "worker/call.h"
#include "worker/documents.h"
#include "worker/json.h"
#include "worker/result.h"

static void look(il_call *call) {
    const il_call_1 *face = &call_interface;
    il_person person;
    il_place place;
    il_str email;
    face->person(call, &person);
    face->place(call, &place);
    contact_interface.email(call, &email);
    face->query(call, "a");
    face->form(call, "a");
    face->link(call, "/x");
    face->text(call, "hello");
    json_interface.print(call, face->form_all(call));
    json_interface.print(call, face->params(call));
    json_interface.print(call, face->data(call));
}

static void change(il_call *call) {
    const il_documents_1 *face = &documents_interface;
    const il_document *list;
    il_document one;
    size_t count;
    int32_t more;
    call->complete = true; // there is nobody to ask for more
    if (face->list(call, "", "", 500, &list, &count, &more) == IL_OK)
        for (size_t i = 0; i < count; i++) {
            if (face->get(call, list[i].key.ptr, &one) == IL_OK && i % 2)
                face->put(call, one.key.ptr, one.value, one.version);
            else
                face->remove(call, list[i].key.ptr, list[i].version);
        }
    face->append(call, "log/", call_interface.params(call));
}

static void run(il_call *call, const frame *in) {
    if (!call_begin(call, in)) {
        call_end(call);
        return;
    }
    look(call);
    change(call);
    size_t before = call->channel->out.len, used;
    result_write(call, IL_OK);
    str written = buffer_str(&call->channel->out);
    frame out;
    written = (str){written.ptr + before, written.len - before};
    fuzz_claim(frame_take(written, &out, &used) == 1 && used == written.len, "the result is one frame");
    fuzz_claim(out.type == FRAME_RESULT && out.call == in->call, "the result is of this call");
    plugin_call read = {.arena = arena_create(), .plugin = "fuzzed"};
    fuzz_claim(result_read(&read, out.payload), "the host can read the result");
    arena_destroy(read.arena);
    buffer_clear(&call->channel->out);
    call_end(call);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    int ends[2];
    fuzz_claim(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0, "there is a socket");
    size_t sent = 0;
    while (sent < size && sent < 100000) {
        ssize_t now = send(ends[0], data + sent, size - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (now <= 0)
            break;
        sent += (size_t)now;
    }
    close(ends[0]);
    channel c = {.descriptor = ends[1]};
    package p = {.arena = arena_create(),
                 .settings = json_object(),
                 .permissions = json_pack("[s,s]", "documents", "person.contact")};
    p.texts = json_pack("{s:{s:s}}", "en", "hello", "Hello {who}");
    il_call call = {.arena = arena_create(), .package = &p, .channel = &c};
    frame in;
    for (int i = 0; i < 50 && channel_next(&c, &in); i++)
        if (in.type == FRAME_CALL)
            run(&call, &in);
        else if (in.type == FRAME_STOP)
            channel_await(&c, in.call, &in);
    buffer_free(&call.answer.body);
    arena_destroy(call.arena);
    channel_free(&c);
    close(ends[1]);
    json_decref(p.texts);
    json_decref(p.settings);
    json_decref(p.permissions);
    arena_destroy(p.arena);
    return 0;
}
