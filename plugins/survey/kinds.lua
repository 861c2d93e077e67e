-- SPDX-License-Identifier: EUPL-1.2
--
-- The kinds of question: how an answer is read from the form, and what is wrong with it.
local il = require "interlink"

local kinds = {}

kinds.order = { "short", "long", "one", "several", "scale", "date" }
kinds.limits = { short = 200, long = 4000 }

local function trim(text) return (text:gsub("^%s+", ""):gsub("%s+$", "")) end
kinds.trim = trim

function kinds.known(kind)
  for _, known in ipairs(kinds.order) do
    if known == kind then return true end
  end
  return false
end

function kinds.has_options(kind) return kind == "one" or kind == "several" end
function kinds.is_text(kind) return kind == "short" or kind == "long" end
function kinds.is_counted(kind) return kinds.has_options(kind) or kind == "scale" end

-- How many answers can be chosen from.
function kinds.choices(question)
  return question.kind == "scale" and question.steps or question.options and #question.options or 0
end

local function text(call, question)
  local value = trim((call.form[question.id] or ""):gsub("\r\n", "\n"))
  if value == "" then return nil end
  local limit = kinds.limits[question.kind]
  local length = utf8.len(value)
  if not length or length > limit then return value, call:text("wrong_long", { limit = limit, length = length or #value }) end
  return value
end

local function number(value, limit)
  local n = value and tonumber(value:match("^%d%d?%d?$"))
  return n and n >= 1 and n <= limit and n or nil
end

local function one(call, question)
  local sent = call.form[question.id]
  if not sent or sent == "" then return nil end
  local value = number(sent, kinds.choices(question))
  if not value then return nil, call:text("wrong_choice") end
  return value
end

local function several(call, question)
  local chosen, seen = il.array(), {}
  for _, sent in ipairs(call:values(question.id)) do
    local value = number(sent, kinds.choices(question))
    if not value then return nil, call:text("wrong_choice") end
    if not seen[value] then
      seen[value] = true
      chosen[#chosen + 1] = value
    end
  end
  if #chosen == 0 then return nil end
  table.sort(chosen)
  return chosen
end

local function date(call, question)
  local value = trim(call.form[question.id] or "")
  if value == "" then return nil end
  if #value ~= 10 or not il.time(value) then return value, call:text("wrong_date") end
  return value
end

local readers = { short = text, long = text, one = one, several = several, scale = one, date = date }

-- What was answered (nil: nothing), and a sentence if it cannot be taken.
function kinds.read(call, question)
  local value, wrong = readers[question.kind](call, question)
  if value == nil and not wrong and question.required then
    wrong = call:text("missing_" .. question.kind)
  end
  return value, wrong
end

return kinds
