-- SPDX-License-Identifier: EUPL-1.2
--
-- The survey as somebody sees who answers it.
local il = require "interlink"
local answers = require "answers"
local kinds = require "kinds"

local form = {}

local function is_chosen(value, choice)
  if type(value) ~= "table" then return value == choice end
  for _, one in ipairs(value) do
    if one == choice then return true end
  end
  return false
end

local function choices(question, value)
  local list = il.array()
  for i = 1, kinds.choices(question) do
    list[i] = {
      number = i,
      label = question.options and question.options[i] or tostring(i),
      chosen = is_chosen(value, i),
      -- The link in the list of errors leads to the first one.
      input = i == 1 and question.id or question.id .. "-" .. i,
    }
  end
  return list
end

-- A question as the template wants it. `value` is what was typed, `wrong` what is wrong with it.
local function shown(question, number, value, wrong)
  local low, high = question.low or "", question.high or ""
  local described = {}
  if question.hint ~= "" then described[#described + 1] = question.id .. "-hint" end
  if wrong then described[#described + 1] = question.id .. "-error" end
  local text = type(value) == "string" and value or ""
  return {
    [question.kind] = true, id = question.id, number = number, title = question.title, hint = question.hint,
    required = question.required, optional = not question.required, wrong = wrong or false, text = text,
    described = #described > 0 and table.concat(described, " ") or false,
    choices = choices(question, value), choosing = kinds.is_counted(question.kind),
    low = low, high = high, ends = low ~= "" or high ~= "", between = low ~= "" and high ~= "",
    steps = question.steps or 0, limit = kinds.limits[question.kind] or 0,
  }
end

---@param call il.Call
local function page(call, s, values, wrong, preview)
  local questions, errors = il.array(), il.array()
  for i, question in ipairs(s.survey.questions) do
    questions[i] = shown(question, i, values[question.id], wrong[question.id])
    if wrong[question.id] then
      errors[#errors + 1] = { id = question.id, title = question.title, sentence = wrong[question.id] }
    end
  end
  local open = s.survey.state == "open"
  call:page("form.html", {
    title = s.survey.title, intro = s.survey.intro, anonymous = s.survey.anonymous, questions = questions, errors = errors,
    has_errors = #errors > 0, preview = preview or false, answering = preview or (open and not s.done),
    thanks = s.done and not preview, draft = s.survey.state == "draft" and not preview,
    closed = s.survey.state == "closed" and not s.done and not preview, may_read = s.may_read and not preview,
  })
end

function form.show(call, s) page(call, s, {}, {}) end
function form.preview(call, s) page(call, s, {}, {}, true) end

---@param call il.Call
function form.send(call, s)
  if s.survey.state ~= "open" then
    call:fail("conflict", call:text(s.survey.state == "draft" and "error_draft" or "error_closed"))
  end
  if s.done then call:fail("conflict", call:text("error_done")) end
  local values, wrong = {}, {}
  for _, question in ipairs(s.survey.questions) do
    values[question.id], wrong[question.id] = kinds.read(call, question)
  end
  if next(wrong) then return page(call, s, values, wrong) end
  answers.add(call, s.survey, s.tally, values)
  call:redirect("/")
end

return form
