-- SPDX-License-Identifier: EUPL-1.2
--
-- Answers, and the running count of them.
--
-- Anonymous means that not even the database tells who said what. The mark that a person has answered (done/<person>)
-- stands apart from the answer; answers lie in boxes of up to 50, each new one at a random place among those already
-- there, so neither key nor order nor time of writing leads from the one to the other.
local il = require "interlink"
local kinds = require "kinds"

local answers = {}

local BOX_ANSWERS, BOX_BYTES = 50, 64 * 1024
local CLEARED_AT_ONCE = 800

-- questions: by id, {n = how many answered it, counts = {by choice}}; box: where the next anonymous answer goes.
function answers.none()
  return { answers = 0, box = 1, questions = {} }
end

local function box_key(number) return string.format("box/%06d", number) end

---@param call il.Call
function answers.given(call, survey)
  local key = (survey.anonymous and "done/" or "answer/") .. call.person.id
  return call.documents:get(key) ~= nil
end

local function count_choice(counts, choice, by)
  counts[choice] = math.max(0, (counts[choice] or 0) + by)
end

-- Adds (by = 1) or takes back (by = -1) one answer.
local function count(survey, tally, values, by)
  tally.answers = math.max(0, tally.answers + by)
  for _, question in ipairs(survey.questions) do
    local value = values[question.id]
    if value ~= nil then
      local entry = tally.questions[question.id] or { n = 0 }
      tally.questions[question.id] = entry
      entry.n = math.max(0, entry.n + by)
      if kinds.is_counted(question.kind) then
        if not entry.counts then
          entry.counts = il.array()
          for i = 1, kinds.choices(question) do entry.counts[i] = 0 end
        end
        for _, choice in ipairs(type(value) == "table" and value or { value }) do
          count_choice(entry.counts, choice, by)
        end
      end
    end
  end
end

local function put_into_box(call, tally, values)
  local box = call.documents:get(box_key(tally.box)) or il.array()
  if #box >= BOX_ANSWERS or #il.print(box) > BOX_BYTES then
    tally.box = tally.box + 1
    call.documents:get(box_key(tally.box))
    box = il.array()
  end
  table.insert(box, math.random(#box + 1), values)
  call.documents:put(box_key(tally.box), box)
end

---@param call il.Call
function answers.add(call, survey, tally, values)
  if survey.anonymous then
    call.documents:put("done/" .. call.person.id, true)
    put_into_box(call, tally, values)
    call:log_anonymous("answered")
  else
    call.documents:put("answer/" .. call.person.id, { name = call.person.name, values = values })
    call:log("answered")
  end
  count(survey, tally, values, 1)
  call.documents:put("tally", tally)
  call:publish("answered")
end

-- for values, name in answers.each(call, survey) do: all answers, one after the other.
---@param call il.Call
function answers.each(call, survey)
  return coroutine.wrap(function()
    if survey.anonymous then
      for _, box in call.documents:each("box/") do
        for _, values in ipairs(box) do coroutine.yield(values) end
      end
    else
      for _, answer in call.documents:each("answer/") do coroutine.yield(answer.values, answer.name) end
    end
  end)
end

-- One page of answers from the place `after` on: {{values, name}, ...} and the place to go on from, or nil.
---@param call il.Call
function answers.page(call, survey, after, limit)
  local prefix = survey.anonymous and "box/" or "answer/"
  local documents, more = call.documents:list(prefix, after, survey.anonymous and math.max(1, limit // BOX_ANSWERS) or limit)
  local page = {}
  for _, document in ipairs(documents) do
    for _, answer in ipairs(survey.anonymous and document.value or { document.value }) do
      page[#page + 1] = survey.anonymous and { values = answer } or answer
    end
  end
  return page, more and documents[#documents].key or nil
end

-- Of an anonymous answer nobody knows whose it is: only the mark can go, and the answer is no personal data any more.
---@param call il.Call
function answers.forget(call, person)
  if call.documents:get("done/" .. person) then call.documents:remove("done/" .. person) end
  local answer = call.documents:get("answer/" .. person)
  if answer then
    local survey, tally = call.documents:get("survey"), call.documents:get("tally")
    count(survey, tally, answer.values, -1)
    call.documents:put("tally", tally)
    call.documents:remove("answer/" .. person)
  end
end

-- Takes answers away and gives the tally of none. A call can only ask for so much: the rest goes in further ones, which
-- the host makes as soon as this one is done, and until then the tally says `clearing`.
---@param call il.Call
function answers.clear(call)
  local tally, left = answers.none(), CLEARED_AT_ONCE
  for _, prefix in ipairs { "answer/", "done/", "box/" } do
    for key in call.documents:each(prefix) do
      if left == 0 then
        call:schedule(call.now, { clear = true })
        tally.clearing = true
        return tally
      end
      call.documents:remove(key)
      left = left - 1
    end
  end
  return tally
end

return answers
