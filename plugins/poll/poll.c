// SPDX-License-Identifier: EUPL-1.2
//
// A poll: one question, several answers, a vote for each person, and the result in every open view. It keeps
//
//     poll          {"question", "options": ["..."], "closes": "2026-05-01" or null, "open": true}
//     tally         {"counts": [2, 0, 1], "voters": 3}
//     vote/<person> {"option": 1}
//
// A vote changes the tally and the person's vote with the versions that it read, so two votes at the same moment never
// count as one: the host runs the second again.
#include <interlink.h>

#include <stdio.h>
#include <string.h>

enum { KEY_SIZE = 100, DATE_SIZE = 11 };

typedef struct poll {
    const il_host *il;
    il_call *call;
    il_person person;
    il_document poll, tally, vote;
    char vote_key[KEY_SIZE];
    int64_t mine; // the option that this person voted for, from 1; 0: none
    int open, edit, may_vote;
} poll;

static const char *text(const poll *p, const char *key) {
    return p->il->call->text(p->call, key).ptr;
}

// Today in UTC as "2026-05-01", by arithmetic: gmtime would look for a time zone file, which the jail does not allow.
static void today(const poll *p, char date[DATE_SIZE]) {
    int64_t days = p->il->call->now(p->call) / 86400000 + 719468;
    int64_t era = days / 146097, in_era = days - era * 146097;
    int64_t year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
    int64_t in_year = in_era - (365 * year + year / 4 - year / 100), month = (5 * in_year + 2) / 153;
    int day = (int)(in_year - (153 * month + 2) / 5 + 1), calendar = (int)(month < 10 ? month + 3 : month - 9);
    snprintf(date, DATE_SIZE, "%04u-%02u-%02u", (unsigned)(year + era * 400 + (calendar <= 2)) % 10000,
             (unsigned)calendar % 100, (unsigned)day % 100);
}

static int poll_is_open(const poll *p) {
    const il_json_1 *json = p->il->json;
    il_str closes = json->text(json->get(p->poll.value, "closes"));
    char date[DATE_SIZE];
    today(p, date);
    return json->truth(json->get(p->poll.value, "open")) && (!closes.ptr || strcmp(date, closes.ptr) <= 0);
}

static il_status poll_read(poll *p, const il_host *il, il_call *call) {
    *p = (poll){.il = il, .call = call};
    il->call->person(call, &p->person);
    snprintf(p->vote_key, sizeof p->vote_key, "vote/%s", p->person.id.ptr);
    il_status status = il->documents->get(call, "poll", &p->poll);
    if (status == IL_OK) {
        status = il->documents->get(call, "tally", &p->tally);
    }
    if (status != IL_OK) {
        return status;
    }
    status = il->documents->get(call, p->vote_key, &p->vote);
    p->mine = il->json->integer(il->json->get(p->vote.value, "option"), 0);
    p->open = poll_is_open(p);
    p->edit = il_equal(il->call->capability(call), "edit");
    p->may_vote = p->open && !il_equal(p->person.role, "viewer");
    return status == IL_ABSENT ? IL_OK : status;
}

// ---- create ----

static il_json *no_votes(const il_host *il, il_call *call, const il_json *options) {
    il_json *counts = NULL;
    for (size_t i = 0; i < il->json->count(options); i++) {
        counts = il->json->append(call, counts, il->json->of(call, "0"));
    }
    return il->json->of(call, "{\"counts\": %j, \"voters\": 0}", counts);
}

static il_status create(const il_host *il, il_call *call) {
    il_json *params = il->call->params(call);
    il_json *options = il->json->get(params, "options");
    il_json *first = il->json->of(call, "{\"question\": %j, \"options\": %j, \"closes\": %j, \"open\": true}",
                                  il->json->get(params, "question"), options, il->json->get(params, "closes"));
    il_status status = il->documents->put(call, "poll", first, IL_NEW);
    return status == IL_OK ? il->documents->put(call, "tally", no_votes(il, call, options), IL_NEW) : status;
}

// ---- the page ----

// "1 May 2026" in the reader's language.
static il_str long_date(const poll *p, il_str date) {
    unsigned year, month, day;
    char key[24];
    if (!date.ptr || sscanf(date.ptr, "%4u-%2u-%2u", &year, &month, &day) != 3) {
        return date;
    }
    snprintf(key, sizeof key, "month_%u", month);
    il_json *parts = p->il->json->of(p->call, "{\"day\": %i, \"month\": %s, \"year\": %i}", (int64_t)day,
                                     p->il->call->text(p->call, key), (int64_t)year);
    return p->il->call->text_with(p->call, "date", parts);
}

static il_json *options_shown(const poll *p, int64_t voters) {
    const il_json_1 *json = p->il->json;
    il_json *options = json->get(p->poll.value, "options"), *counts = json->get(p->tally.value, "counts");
    il_json *shown = NULL;
    for (size_t i = 0; i < json->count(options); i++) {
        int64_t count = json->integer(json->at(counts, i), 0);
        int64_t percent = voters > 0 ? (count * 200 + voters) / (voters * 2) : 0; // rounded
        shown = json->append(p->call, shown,
                             json->of(p->call,
                                      "{\"number\": %i, \"label\": %j, \"count\": %i, \"percent\": %i, \"mine\": %b}",
                                      (int64_t)i + 1, json->at(options, i), count, percent, (int64_t)i + 1 == p->mine));
    }
    return shown;
}

static il_status show(const poll *p) {
    const il_json_1 *json = p->il->json;
    int64_t voters = json->integer(json->get(p->tally.value, "voters"), 0);
    il_str closes = json->text(json->get(p->poll.value, "closes"));
    il_json *data = json->of(
        p->call,
        "{\"question\": %j, \"options\": %j, \"voters\": %i, \"one\": %b, \"many\": %b, \"open\": %b, \"may_vote\": %b,"
        " \"only_look\": %b, \"voted\": %b, \"edit\": %b, \"closes\": %s, \"until\": %s}",
        json->get(p->poll.value, "question"), options_shown(p, voters), voters, voters == 1, voters > 1, p->open,
        p->may_vote, p->open && !p->may_vote, p->mine > 0, p->edit, closes, long_date(p, closes));
    return p->il->answer->page(p->call, "poll.html", data);
}

// ---- what people do ----

// The tally with `by` votes more for the option (from 1).
static il_json *tally_with(const poll *p, const il_json *tally, int64_t option, int64_t by) {
    const il_json_1 *json = p->il->json;
    il_json *old = json->get(tally, "counts"), *counts = NULL;
    for (size_t i = 0; i < json->count(old); i++) {
        int64_t count = json->integer(json->at(old, i), 0) + ((int64_t)i + 1 == option ? by : 0);
        counts = json->append(p->call, counts, json->of(p->call, "%i", count));
    }
    int64_t voters = json->integer(json->get(tally, "voters"), 0) + by;
    return json->of(p->call, "{\"counts\": %j, \"voters\": %i}", counts, voters);
}

static il_status tell_views(const poll *p) {
    return p->il->effects->publish(p->call, "result", NULL);
}

// The option that was sent, from 1; 0 if it is none of them.
static int64_t option_sent(const poll *p) {
    il_str sent = p->il->call->form(p->call, "option");
    size_t count = p->il->json->count(p->il->json->get(p->poll.value, "options"));
    int64_t option = 0;
    for (size_t i = 0; i < sent.len; i++) {
        if (sent.ptr[i] < '0' || sent.ptr[i] > '9' || option > 1000) {
            return 0;
        }
        option = option * 10 + (sent.ptr[i] - '0');
    }
    return option <= (int64_t)count ? option : 0;
}

static il_status vote_write(const poll *p, int64_t option) {
    const il_host *il = p->il;
    il_json *tally = p->tally.value;
    if (p->mine) {
        tally = tally_with(p, tally, p->mine, -1);
    }
    tally = tally_with(p, tally, option, 1);
    il_status status = il->documents->put(p->call, "tally", tally, p->tally.version);
    if (status == IL_OK) {
        il_json *vote = il->json->of(p->call, "{\"option\": %i}", option);
        status = il->documents->put(p->call, p->vote_key, vote, p->vote.version);
    }
    if (status == IL_OK) {
        // What somebody voted for is nobody's business: the log says only that they did.
        status = il->effects->log(p->call, p->mine ? "vote_changed" : "voted", NULL);
    }
    return status == IL_OK ? tell_views(p) : status;
}

static il_status vote(const poll *p) {
    const il_call_1 *call = p->il->call;
    if (!p->open) {
        return call->fail(p->call, IL_CONFLICT, text(p, "error_closed"));
    }
    if (!p->may_vote) {
        return call->fail(p->call, IL_FORBIDDEN, text(p, "error_viewer"));
    }
    int64_t option = option_sent(p);
    if (!option) {
        return call->fail(p->call, IL_INVALID, text(p, "error_option"));
    }
    il_status status = option == p->mine ? IL_OK : vote_write(p, option);
    return status == IL_OK ? p->il->answer->redirect(p->call, "/") : status;
}

static il_status set_open(const poll *p, int open) {
    const il_host *il = p->il;
    if (!p->edit) {
        return il->call->fail(p->call, IL_FORBIDDEN, text(p, "error_edit"));
    }
    if (open == p->open) {
        return il->answer->redirect(p->call, "/");
    }
    // A poll that is opened again stays open until somebody closes it: its day is over.
    il_json *changed = il->json->with(p->call, p->poll.value, "open", il->json->of(p->call, "%b", open));
    if (open) {
        changed = il->json->with(p->call, changed, "closes", il->json->of(p->call, "null"));
    }
    il_status status = il->documents->put(p->call, "poll", changed, p->poll.version);
    if (status == IL_OK) {
        status = il->effects->log(p->call, open ? "reopened" : "closed", NULL);
    }
    if (status == IL_OK && !open) {
        il_json *params = il->json->of(p->call, "{\"question\": %j}", il->json->get(p->poll.value, "question"));
        status = il->effects->notify(p->call, "process", "notify_closed", params);
    }
    if (status == IL_OK) {
        status = tell_views(p);
    }
    return status == IL_OK ? il->answer->redirect(p->call, "/") : status;
}

static il_status handle(const il_host *il, il_call *call) {
    poll p;
    il_status status = poll_read(&p, il, call);
    if (status != IL_OK) {
        return status;
    }
    il_str path = il->call->path(call);
    int post = il_equal(il->call->method(call), "POST");
    if (!post && il_equal(path, "/")) {
        return show(&p);
    }
    if (post && il_equal(path, "/vote")) {
        return vote(&p);
    }
    if (post && (il_equal(path, "/close") || il_equal(path, "/reopen"))) {
        return set_open(&p, il_equal(path, "/reopen"));
    }
    return il->call->fail(call, IL_ABSENT, text(&p, "error_absent"));
}

// ---- events ----

static il_status forget_person(const poll *p, il_str person) {
    char key[KEY_SIZE];
    il_document vote;
    snprintf(key, sizeof key, "vote/%s", person.ptr);
    il_status status = p->il->documents->get(p->call, key, &vote);
    if (status != IL_OK) {
        return status == IL_ABSENT ? IL_OK : status;
    }
    int64_t option = p->il->json->integer(p->il->json->get(vote.value, "option"), 0);
    status = p->il->documents->put(p->call, "tally", tally_with(p, p->tally.value, option, -1), p->tally.version);
    return status == IL_OK ? p->il->documents->remove(p->call, key, vote.version) : status;
}

// A copy asks the same question and has no votes: those were given in the other poll.
static il_status begin_anew(const poll *p) {
    const il_host *il = p->il;
    int32_t more = 1;
    char after[KEY_SIZE] = "";
    il_status status = IL_OK;
    while (more && status == IL_OK) {
        const il_document *votes;
        size_t count;
        status = il->documents->list(p->call, "vote/", after, 500, &votes, &count, &more);
        for (size_t i = 0; status == IL_OK && i < count; i++) {
            status = il->documents->remove(p->call, votes[i].key.ptr, votes[i].version);
            snprintf(after, sizeof after, "%s", votes[i].key.ptr);
        }
    }
    if (status == IL_OK) {
        il_json *none = no_votes(il, p->call, il->json->get(p->poll.value, "options"));
        status = il->documents->put(p->call, "tally", none, p->tally.version);
    }
    return status;
}

static il_status event(const il_host *il, il_call *call) {
    poll p;
    il_status status = poll_read(&p, il, call);
    if (status != IL_OK) {
        return status == IL_ABSENT ? IL_OK : status;
    }
    il_str person = il->json->text(il->json->get(il->call->data(call), "person"));
    if (il_equal(il->call->event(call), "person.erase") && person.ptr) {
        return forget_person(&p, person);
    }
    return il_equal(il->call->event(call), "clone") ? begin_anew(&p) : IL_OK;
}

static const char *const needs[] = {"il.call/1", "il.json/1", "il.documents/1", "il.effects/1", "il.answer/1", NULL};
IL_PLUGIN(.id = "poll", .version = "1.0.0", .needs = needs, .create = create, .handle = handle, .event = event);
