-- SPDX-License-Identifier: EUPL-1.2
--
-- Building the form. Once somebody has answered, a question keeps its kind and its choices: only words can be
-- mended, because what was answered must stay what was meant.
local il = require "interlink"
local answers = require "answers"
local kinds = require "kinds"

local builder = {}

local MAX_QUESTIONS, MAX_OPTIONS, MAX_TITLE, MAX_HINT, MAX_INTRO = 60, 30, 300, 500, 4000

local function find(s, id)
  for i, question in ipairs(s.survey.questions) do
    if question.id == id then return question, i end
  end
end

local function locked(s) return s.tally.answers > 0 end

-- The tally is written too, so that an answer that comes at the same moment is checked again against the new form.
local function save(call, s)
  call.documents:put("survey", s.survey)
  call.documents:put("tally", s.tally)
  call:publish("changed")
end

local function refuse_locked(call, s)
  if locked(s) then call:fail("conflict", call:text("error_locked")) end
end

-- ---- the page ----

local function kind_list(call, chosen)
  local list = il.array()
  for i, kind in ipairs(kinds.order) do
    list[i] = { kind = kind, label = call:text("kind_" .. kind), chosen = kind == chosen }
  end
  return list
end

local function show(call, s, typed, wrong)
  local questions = il.array()
  for i, question in ipairs(s.survey.questions) do
    questions[i] = {
      id = question.id, number = i, title = question.title, kind = call:text("kind_" .. question.kind),
      optional = not question.required, options = question.options or il.array(),
      choosing = question.options ~= nil,
      up = i > 1 and not locked(s), down = i < #s.survey.questions and not locked(s),
    }
  end
  local state = s.survey.state
  call:page("builder.html", {
    title = s.survey.title, questions = questions, count = #questions, kinds = kind_list(call, "short"),
    typed_title = typed and typed.title or s.survey.title, typed_intro = typed and typed.intro or s.survey.intro,
    wrong_title = wrong or false, anonymous = s.survey.anonymous, everyone = s.survey.results == "everyone",
    draft = state == "draft", open = state == "open", closed = state == "closed", locked = locked(s),
    can_open = state ~= "open" and #questions > 0, answers = s.tally.answers, full = #questions >= MAX_QUESTIONS,
  })
end

function builder.show(call, s) show(call, s) end

---@param call il.Call
function builder.settings(call, s)
  local title = kinds.trim(call.form.title or "")
  local intro = kinds.trim((call.form.intro or ""):gsub("\r\n", "\n"))
  local wrong = title == "" and call:text("wrong_title")
    or (utf8.len(title) or MAX_TITLE + 1) > MAX_TITLE and call:text("wrong_long", { limit = MAX_TITLE, length = #title })
    or (utf8.len(intro) or MAX_INTRO + 1) > MAX_INTRO and call:text("wrong_long", { limit = MAX_INTRO, length = #intro })
  if wrong then return show(call, s, { title = title, intro = intro }, wrong) end
  s.survey.title, s.survey.intro = title, intro
  save(call, s)
  call:redirect("/")
end

-- ---- one question ----

local function question_page(call, s, question, wrong)
  local errors = il.array()
  for _, name in ipairs { "title", "options" } do
    if wrong[name] then errors[#errors + 1] = { id = name, sentence = wrong[name] } end
  end
  local steps = il.array()
  for n = 2, 11 do steps[#steps + 1] = { number = n, chosen = n == (question.steps or 5) } end
  call:page("question.html", {
    [question.kind] = true, id = question.id or "", kind = question.kind, kind_label = call:text("kind_" .. question.kind),
    title = question.title or "", hint = question.hint or "", required = question.required,
    options = table.concat(question.options or {}, "\n"), has_options = kinds.has_options(question.kind) and not locked(s),
    has_steps = question.kind == "scale" and not locked(s), steps = steps, low = question.low or "", high = question.high or "",
    errors = errors, has_errors = #errors > 0, wrong_title = wrong.title or false, wrong_options = wrong.options or false,
    fresh = not question.id, locked = locked(s), max_title = MAX_TITLE,
  })
end

---@param call il.Call
function builder.question(call, s)
  local question = find(s, call.query.id)
  if not question then
    refuse_locked(call, s)
    if not kinds.known(call.query.kind) then call:fail("absent", call:text("error_absent")) end
    question = { kind = call.query.kind, required = true }
  end
  question_page(call, s, question, {})
end

local function read_options(call)
  local options, seen = il.array(), {}
  for line in ((call.form.options or "") .. "\n"):gmatch("([^\n]*)\n") do
    local option = kinds.trim(line)
    if option ~= "" then
      if seen[option] then return options, call:text("wrong_twice", { option = option }) end
      seen[option] = true
      options[#options + 1] = option
    end
    if (utf8.len(option) or MAX_TITLE + 1) > MAX_TITLE then
      return options, call:text("wrong_long", { limit = MAX_TITLE, length = #option })
    end
  end
  if #options < 2 or #options > MAX_OPTIONS then return options, call:text("wrong_options", { limit = MAX_OPTIONS }) end
  return options
end

-- The question as the form says it; kind and choices stay when there are answers.
local function read_question(call, s, old)
  local wrong = {}
  local kind = old and old.kind or call.form.kind
  local question = {
    id = old and old.id, kind = kind, title = kinds.trim(call.form.title or ""), hint = kinds.trim(call.form.hint or ""),
    required = call.form.required ~= nil,
  }
  local length = utf8.len(question.title) or MAX_TITLE + 1
  if question.title == "" then
    wrong.title = call:text("wrong_question")
  elseif length > MAX_TITLE then
    wrong.title = call:text("wrong_long", { limit = MAX_TITLE, length = length })
  elseif (utf8.len(question.hint) or MAX_HINT + 1) > MAX_HINT then
    wrong.title = call:text("wrong_long", { limit = MAX_HINT, length = #question.hint })
  end
  if locked(s) and old then
    question.options, question.steps = old.options, old.steps
  elseif kinds.has_options(kind) then
    question.options, wrong.options = read_options(call)
  elseif kind == "scale" then
    local steps = tonumber((call.form.steps or "5"):match("^%d+$")) or 5
    question.steps = math.min(11, math.max(2, steps))
  end
  if kind == "scale" then
    question.low, question.high = kinds.trim(call.form.low or ""), kinds.trim(call.form.high or "")
  end
  return question, wrong
end

---@param call il.Call
function builder.save(call, s)
  local old, place = find(s, call.form.id)
  if not old then
    refuse_locked(call, s)
    if call.form.id and call.form.id ~= "" then call:fail("conflict", call:text("error_gone")) end
    if not kinds.known(call.form.kind) then call:fail("invalid", call:text("error_absent")) end
    if #s.survey.questions >= MAX_QUESTIONS then
      call:fail("limit", call:text("error_many", { limit = MAX_QUESTIONS }))
    end
  end
  local question, wrong = read_question(call, s, old)
  if next(wrong) then return question_page(call, s, question, wrong) end
  if old then
    s.survey.questions[place] = question
  else
    question.id = "q" .. s.survey.next
    s.survey.next = s.survey.next + 1
    table.insert(s.survey.questions, question)
  end
  save(call, s)
  call:redirect("/")
end

---@param call il.Call
function builder.move(call, s)
  refuse_locked(call, s)
  local question, place = find(s, call.form.id)
  local to = question and place + (call.form.by == "up" and -1 or 1)
  if question and s.survey.questions[to] then
    table.remove(s.survey.questions, place)
    table.insert(s.survey.questions, to, question)
    save(call, s)
  end
  call:redirect("/")
end

---@param call il.Call
function builder.delete(call, s)
  refuse_locked(call, s)
  local question, place = find(s, call.form.id)
  if question then
    table.remove(s.survey.questions, place)
    save(call, s)
  end
  call:redirect("/")
end

-- ---- open, close, begin anew ----

local function set_state(call, s, state, action, message)
  if s.survey.state ~= state then
    s.survey.state = state
    save(call, s)
    call:log(action)
    call:notify("process", message, { title = s.survey.title })
  end
  call:redirect("/")
end

---@param call il.Call
function builder.open(call, s)
  if s.tally.clearing then call:fail("conflict", call:text("error_clearing")) end
  if #s.survey.questions == 0 then call:fail("conflict", call:text("error_empty")) end
  set_state(call, s, "open", "opened", "notify_opened")
end

---@param call il.Call
function builder.close(call, s)
  if s.survey.state == "draft" then return call:redirect("/") end
  set_state(call, s, "closed", "closed", "notify_closed")
end

---@param call il.Call
function builder.reset(call, s)
  if not call.form.confirm then call:fail("invalid", call:text("error_confirm")) end
  call:log("cleared", { answers = s.tally.answers })
  s.tally, s.survey.state = answers.clear(call), "draft"
  save(call, s)
  call:redirect("/")
end

return builder
