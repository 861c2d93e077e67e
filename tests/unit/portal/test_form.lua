-- SPDX-License-Identifier: EUPL-1.2
local form = require "engine.form"
local i18n = require "engine.i18n"
local native = require "engine.native"

local tests = {}
local reader = i18n.load(PORTAL).reader("en")

local schema = {
    type = "object", required = {"question", "options"},
    properties = {
        question = {type = "string", title = "Question", maxLength = 200},
        options = {type = "array", items = {type = "string"}, title = "Options"},
        about = {type = "string", maxLength = 2000}, closes = {type = "string", format = "date"},
        many = {type = "boolean", default = true}, seats = {type = "integer", minimum = 1}, share = {type = "number"},
        who = {type = "string", enum = {"all", "members"}, ["x-titles"] = {"Everybody", "Members"}, default = "all"},
        size = {type = "string", enum = {"1", "2", "3", "4", "5", "6", "7"}},
        rows = {type = "array", items = {type = "object"}},
    },
}

local function by_key(fields)
    local found = {}
    for _, field in ipairs(fields) do found[field.key] = field end
    return found
end

function tests.kinds_follow_the_schema()
    local fields = by_key(form.fields(schema, nil, "p."))
    local kinds = {question = "text", options = "list", about = "long", closes = "date", many = "check",
        seats = "number",
        share = "number", who = "radio", size = "select"}
    for key, kind in pairs(kinds) do assert(fields[key].kind == kind, key .. " is " .. fields[key].kind) end
    assert(fields.rows == nil, "rows of objects have no field")
    assert(fields.question.required and not fields.about.required)
    assert(fields.who.options[2].label == "Members" and fields.who.value == "all" and fields.many.value == true)
end

function tests.required_fields_come_first_in_their_order()
    local fields = form.fields(schema, nil, "p.")
    assert(fields[1].key == "question" and fields[2].key == "options")
end

function tests.typed_values_become_the_object()
    local posted = "p.question=Why%3F&p.options=a%0D%0A+b+%0A%0A&p.options=c&p.seats=3&p.share=0.5&p.closes="
    local typed = form.typed(native.form_decode(posted))
    local object = form.object(schema, typed, "p.")
    assert(object.question == "Why?" and table.concat(object.options, "|") == "a|b|c")
    assert(math.type(object.seats) == "integer" and object.share == 0.5 and object.closes == nil
        and object.many == false)
    local empty = form.object(schema, {["p.seats"] = "many"}, "p.")
    assert(empty.seats == "many", "what is no number stays, so that the operation says so")
    assert(native.json_encode(empty.options) == "[]", "an empty list is a list")
end

function tests.what_was_typed_comes_back()
    local fields = by_key(form.fields(schema, {["p.question"] = "<x>", ["p.who"] = "members"}, "p."))
    assert(fields.question.value == "<x>" and fields.who.value == "members" and fields.many.value == false)
end

function tests.faults_stand_by_their_fields()
    local fields = form.fields(schema, {}, "p.")
    local homeless = form.blame(reader, fields, {errors = {
        {pointer = "/params/options/1", code = "too_short", detail = "Short."}, {pointer = "/params/question",
            code = "odd", detail = "Odd."},
        {pointer = "/params/unknown", code = "required", detail = "?"}, {pointer = "/name", code = "required",
            detail = "?"},
    }}, "/params")
    local found = by_key(fields)
    assert(found.options.error == "This is too short." and found.question.error == "Odd.")
    assert(#homeless == 2)
    local summary = form.summary(fields, homeless)
    assert(#summary == 4 and summary[1].href == "#field-p.question", summary[1].href)
    assert(form.summary({}, {}) == nil)
end

return tests
