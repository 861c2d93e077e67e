-- SPDX-License-Identifier: EUPL-1.2
---@meta interlink
--
-- interlink: write an Interlinker in Lua. This file is not run; it tells your editor (with the Lua language
-- server: put this
-- folder into "workspace.library") what a plugin gets. It is the same as sdk/include/interlink.h, which says more about
-- how a plugin runs.
--
-- A plugin is a file main.lua that returns up to three functions. A whole one:
--
--     return {
--       handle = function(call)
--         call:html("<h1>Hello</h1><p>You are here as {{role}}.</p>", { role = call.person.role })
--       end,
--     }
--
-- HOW IT RUNS. In a process of its own, jailed: no files, no network. A call is a transaction: what you ask for (put a
-- document, notify, log ...) happens when your function returns, all of it, and none of it when it fails. When two
-- people
-- change the same document at the same moment the host runs the second call again; so a call must depend on nothing but
-- what it gets: keep nothing in variables outside of your functions, keep it in documents.
--
-- THREADS, LIFETIMES. One call at a time. A `call` is over when your function returns; a kept one says so.
--
-- LUA. 5.4 with base, string, table, math, utf8 and coroutine; no io, os, debug, load or __gc. A global must exist
-- before it
-- is used: write `local`. `require "parts.form"` runs parts/form.lua of your package. print() and call:debug()
-- write into the
-- author's log. math.random gives the same numbers when a call is run again.
--
-- VALUES. Text, numbers, booleans and tables become JSON and come back. A table with 1, 2, 3 ... is a list, any
-- other one an
-- object; an empty one is an object unless il.array() made it. Text must be UTF-8.
--
-- FAILURE. An error() ends the call with nothing done, and its text goes into the author's log; the person reads that
-- something went wrong. To say why, call:fail("conflict", "The poll is closed.").

---@class il
---@field null il.Null A member that is there and is null. In what you get, null is il.null, never nil.
---@field NEW integer As a version: the document must not exist yet.
---@field ANY integer As a version: whatever is there, overwrite it.
local il = {}

---@class il.Null
---@alias il.Value string|number|boolean|table|il.Null

---Marks a table (or a new one) as a list, so that it is `[]` and not `{}` when it is empty.
---@generic T
---@param list? T[]
---@return T[]
function il.array(list) end

---Reads JSON. An error with the place if it is none.
---@param text string
---@return il.Value
function il.parse(text) end

---Writes JSON. An error that names the member that cannot be written.
---@param value il.Value
---@return string
function il.print(value) end

---Milliseconds (call.now) as "2026-05-01T18:00:00Z", UTC.
---@param ms integer
---@return string
function il.date(ms) end

---"2026-05-01" or "2026-05-01T18:00:00Z" as milliseconds; nil if there is no such day or time.
---@param text string
---@return integer?
function il.time(text) end

---What main.lua returns. Leave out what you do not need.
---@class il.Plugin
---@field create? fun(call: il.Call) Somebody opens it in a task: turn call.params into first documents.
---@field handle? fun(call: il.Call) Somebody looks at it or sends a form: answer with a page.
---@field event? fun(call: il.Call) Something happened: see call.event.

---Who is there. In `event` nobody is: the texts are empty, but for the language of the process.
---@class il.Person
---@field id string Pseudonym: the same person has the same one in this asset, and another one elsewhere.
---@field name string Empty without the permission "person.name".
---@field role "viewer"|"contributor"|"administrator" In the project.
---@field language string Of the page to answer, as in <html lang>: "en", "it" ...

---Where that is. An asset is one use of your Interlinker (this poll); a node is the task it stands in.
---@class il.Place
---@field asset string
---@field asset_name string
---@field node string
---@field node_name string
---@field process string
---@field process_name string

---A call. Its fields are fetched when they are first read; setting one is an error.
---@class il.Call
---@field person il.Person
---@field place il.Place
---@field capability "view"|"edit" What this person opened it for. Editing is for those who may contribute.
---@field method "GET"|"POST" Of the request of a `handle`.
---@field path string Below the view's root: "/", "/results" ...
---@field query table<string, string?> A value of the query string, decoded; nil if there is none.
---@field form table<string, string?> A field of the posted form, the first of several; nil if there is none.
---@field body string The body as it came, for what is no form.
---@field params table create: the values of the form that opens it, checked against `params` of your manifest. Else {}.
---@field settings table What the administrator set, checked against `settings` of your manifest.
---@field event "schedule"|"task.finished"|"person.erase"|"clone"|string
---@field data table event: what belongs to it. "person.erase" has `person`, the id; "schedule" what you gave it.
---@field now integer UTC, milliseconds since 1970; the same during the whole call, also when it is run again.
---@field documents il.Documents What this asset keeps.
---@field files il.Files Blobs within the quota. Permission "files".
---@field http il.Http Other servers, asked by the host. Permission "http".
---@field assets il.Assets What else stands in the task. Permission "assets".
local Call = {}

---The address of who makes this call; empty in `event`. Permission "person.contact". To tell people something,
---Call:notify needs no address.
---@return string
function Call:email() end

---All values of a field of the posted form, like check boxes; an empty list if there are none.
---@param name string
---@return string[]
function Call:values(name) end

---URL of a page of this view, for a link or a form: call:link("/results"). Pages do this with {{link}}.
---@param path string
---@return string
function Call:link(path) end

---Your text from i18n/ in the language of this call, else in English, else the key itself. Each {name} in it is
---filled from `params`.
---@param key string
---@param params? table<string, string|number>
---@return string
function Call:text(key, params) end

---Ends the call: nothing is done, and the person reads `sentence`.
---@param kind "invalid"|"forbidden"|"absent"|"conflict"|"limit"|"failed" 422, 403, 404, 409, 413, 500
---@param sentence string In the person's language: what happened and what to do.
function Call:fail(kind, sentence) end

---A line for the author's log; never personal data. It is written whether or not the call succeeds.
---@param text any
function Call:debug(text) end

-- Answers: say one in a call; the last one counts.

---A page. It is put into the host's frame for a view (language, title, style sheet, script), so give what belongs into
---<main>. Escaped for the place where a value stands; there is no way to put one in unescaped.
---
---    {{name}} {{a.b}}         a value of `data`; {{.}} is the present item itself
---    {{#list}} ... {{/list}}  once for each item, looking for names in it first, then outward; for any other
---    value once,
---                             if it is not absent, false, 0 or empty
---    {{^name}} ... {{/name}}  once, if it is absent, false, 0 or empty
---    {{t.key}}                your text from i18n/, each {name} in it filled from where {{name}} would be looked for
---    {{link}}/results         the URL of a page of this view
---    {{! remark }}            nothing
---
---An element with an id and data-live="TOPIC" is fetched again when you publish that topic (view kit).
---@param page string
---@param data? table
function Call:html(page, data) end

---The same from templates/FILE of your package.
---@param file string
---@param data? table
function Call:page(file, data) end

---@param value il.Value?
function Call:json(value) end

---A download: its name, and its type as in "text/csv".
---@param name string
---@param type string
---@param bytes string
function Call:file(name, type, bytes) end

---303 to a page of this view, after a form was handled, so that a reload does not send it twice.
---@param path string
function Call:redirect(path) end

---A sentence with a status of 400 to 499. The call then has no effects.
---@param status integer
---@param sentence string
function Call:problem(status, sentence) end

-- Effects: done by the host when your function has returned. An error if the permission is not granted; pcall goes on without.

---The usage log: what was done, in your words: "answered", "voted". The host adds who, when and where.
---@param action string a-z first, then a-z 0-9 _ . and -, at most 64
---@param data? table
function Call:log(action, data) end

---The same without the person.
---@param action string
---@param data? table
function Call:log_anonymous(action, data) end

---Tell people, each in their own language. Permission "notify".
---@param audience "process"|"creator" everybody in the project, or who opened this asset
---@param key string of your i18n/ texts; each {name} in it is filled from `params`
---@param params? table
function Call:notify(audience, key, params) end

---A message to every open view of this asset, which then fetches again what is marked data-live with this topic.
---Permission "publish".
---@param topic string
---@param data? table
function Call:publish(topic, data) end

---Have `event` called with call.event "schedule" and this call.data at that time. Permission "schedule".
---@param at integer UTC milliseconds
---@param data? table
function Call:schedule(at, data) end

---Mark the task as done. Permission "complete".
function Call:complete() end

---JSON values under keys. Keys: 1 to 200 of a-z A-Z 0-9 . _ - and /. Name those that most calls read in the
---manifest under
---documents.preload: they come with the call, others are fetched while it waits.
---@class il.Documents
local Documents = {}

---One document, with what this call has put so far; nil if there is none. It is a copy: change it and put it.
---@param key string
---@return il.Value? value
---@return integer version
function Documents:get(key) end

---Up to `limit` (1 to 500, else 100) documents whose key begins with `prefix` and comes after `after`, in the order of
---their keys, and whether there are more. What this call has put is not in it.
---@param prefix? string
---@param after? string
---@param limit? integer
---@return {key: string, value: il.Value, version: integer}[] documents
---@return boolean more
function Documents:list(prefix, after, limit) end

---All of them, fetched as you go: for key, value, version in call.documents:each("vote/") do
---@param prefix? string
---@return fun(): string?, il.Value, integer
function Documents:each(prefix) end

---How many keys begin with `prefix`.
---@param prefix? string
---@return integer
function Documents:count(prefix) end

---Writes a document. Without `version` it is the one that this call has read; of one that was not read, il.NEW.
---What somebody
---else has changed since is never overwritten: the host runs this call again.
---@param key string
---@param value il.Value
---@param version? integer
function Documents:put(key, value, version) end

---Writes a document under a new key: `prefix` and a rest in order of time. Never collides with anybody's.
---@param prefix string
---@param value il.Value
function Documents:append(prefix, value) end

---Takes a document away; `version` as for put.
---@param key string
---@param version? integer
function Documents:remove(key, version) end

---Other servers. Needs the permission "http", which names the hosts: {"http": {"hosts": ["api.example.org"]}}. The call
---waits, so give it limits.wall_ms of a few seconds. https only, port 443, no private networks; redirects to the same host
---are followed. 8 requests a call, 1 MiB each way. A call may be run again, and so may its requests: each carries an
---Idempotency-Key that is the same then.
---@class il.Http
local Http = {}

---@class il.Response
---@field status integer 200 ..., whatever the server said
---@field type string "application/json; charset=utf-8", or empty
---@field body string
---@field headers table<string, string> names in small letters

---nil and a sentence where there is no answer. An error where it is not allowed: another host, another scheme.
---@param url string
---@param headers? table<string, string>
---@return il.Response? response
---@return string? why
function Http:get(url, headers) end

---@param url string
---@param type string of `body`: "application/json"
---@param body string
---@param headers? table<string, string>
---@return il.Response? response
---@return string? why
function Http:post(url, type, body, headers) end

---What else stands in the task: read, never written. Permission "assets": each is an error without it. Pseudonyms in
---their documents are those of that asset.
---@class il.Assets
local Assets = {}

---The other assets of the task, oldest first, 500 at most. `interlinker` is what it was opened from: "survey".
---@return {id: string, name: string, interlinker: string}[]
function Assets:list() end

---A document of another asset; nil if there is none, or no such asset in this task.
---@param asset string its id
---@param key string
---@return il.Value? value
function Assets:get(asset, key) end

---Its documents, as Documents:list; nil if there is no such asset in this task.
---@param asset string its id
---@param prefix? string
---@param after? string
---@param limit? integer
---@return {key: string, value: il.Value}[]? documents
---@return boolean? more
function Assets:documents(asset, prefix, after, limit) end

---@class il.Files
local Files = {}

---@param name string 1 to 200 bytes without / and control characters
---@param type string "image/png" ...
---@param bytes string
function Files:put(name, type, bytes) end

---@param name string
---@return string? bytes nil if there is none
---@return string type
function Files:get(name) end

---@param name string
function Files:remove(name) end

return il
