-- SPDX-License-Identifier: EUPL-1.2
--
-- What people answered: counts from the tally, texts page by page, everything as a table to download.
local il = require "interlink"
local answers = require "answers"
local kinds = require "kinds"

local results = {}

local PAGE = 100

local function percent(count, of) return of > 0 and (count * 200 + of) // (of * 2) or 0 end

-- "3.75" with the reader's decimal sign.
local function mean(call, counts, n)
  local sum = 0
  for step, count in ipairs(counts) do sum = sum + step * count end
  return (string.format("%.2f", sum / n):gsub("%.", call:text("decimal")))
end

local function result(call, question, entry)
  local n, rows = entry and entry.n or 0, il.array()
  if kinds.is_counted(question.kind) then
    for i = 1, kinds.choices(question) do
      local count = entry and entry.counts and entry.counts[i] or 0
      rows[i] = { label = question.options and question.options[i] or tostring(i), count = count, percent = percent(count, n) }
    end
  end
  return {
    id = question.id, title = question.title, n = n, counted = kinds.is_counted(question.kind),
    none = n == 0, one = n == 1, many = n > 1, rows = rows, several = question.kind == "several",
    listed = n > 0 and not kinds.is_counted(question.kind),
    mean = question.kind == "scale" and n > 0 and mean(call, entry.counts, n) or false,
    low = question.low or "", high = question.high or "", steps = question.steps or 0,
  }
end

---@param call il.Call
function results.show(call, s)
  local list = il.array()
  for i, question in ipairs(s.survey.questions) do list[i] = result(call, question, s.tally.questions[question.id]) end
  local n = s.tally.answers
  call:page("results.html", {
    title = s.survey.title, answers = n, nobody = n == 0, single = n == 1, plural = n > 1, results = list, edit = s.edit,
    open = s.survey.state == "open", anonymous = s.survey.anonymous,
  })
end

-- The texts of one question.
---@param call il.Call
function results.list(call, s)
  local asked
  for _, question in ipairs(s.survey.questions) do
    if question.id == call.query.question and not kinds.is_counted(question.kind) then asked = question end
  end
  if not asked then call:fail("absent", call:text("error_absent")) end
  local page, after = answers.page(call, s.survey, call.query.after or "", PAGE)
  local list = il.array()
  for _, answer in ipairs(page) do
    local value = answer.values[asked.id]
    if value ~= nil then list[#list + 1] = { text = value, name = answer.name or false } end
  end
  call:page("answers.html", {
    title = asked.title, id = asked.id, list = list, empty = #list == 0, after = after or false, more = after ~= nil,
    first = call.query.after == nil,
  })
end

-- ---- CSV (RFC 4180) ----

-- A cell that begins like a formula would be run by a spreadsheet: it gets an apostrophe in front.
local function cell(value)
  local text = tostring(value)
  if text:find("^[=+%-@\t\r]") then text = "'" .. text end
  if text:find('[",\r\n]') then text = '"' .. text:gsub('"', '""') .. '"' end
  return text
end

local function plain(question, value)
  if value == nil then return "" end
  if not question.options then return value end
  if type(value) ~= "table" then return question.options[value] or value end
  local labels = {}
  for i, choice in ipairs(value) do labels[i] = question.options[choice] or choice end
  return table.concat(labels, "; ")
end

local function row(cells)
  for i, value in ipairs(cells) do cells[i] = cell(value) end
  return table.concat(cells, ",")
end

---@param call il.Call
function results.download(call, s)
  local questions, named = s.survey.questions, not s.survey.anonymous
  local head = { call:text("csv_number") }
  if named then head[2] = call:text("csv_name") end
  for _, question in ipairs(questions) do head[#head + 1] = question.title end
  local rows = { row(head) }
  for values, name in answers.each(call, s.survey) do
    local cells = { #rows }
    if named then cells[2] = name or "" end
    for _, question in ipairs(questions) do cells[#cells + 1] = plain(question, values[question.id]) end
    rows[#rows + 1] = row(cells)
  end
  rows[#rows + 1] = ""
  -- The mark at the front tells spreadsheets that this is UTF-8.
  call:file(call:text("csv_file") .. ".csv", "text/csv; charset=utf-8", "\u{FEFF}" .. table.concat(rows, "\r\n"))
end

return results
