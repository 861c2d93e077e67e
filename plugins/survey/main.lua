-- SPDX-License-Identifier: EUPL-1.2
--
-- A survey: somebody builds a form, people answer it once each, the team reads the results. It keeps
--
--     survey            {title, intro, anonymous, results = "team" | "everyone", state = "draft" | "open" | "closed",
--                        next = 4, questions = {{id = "q1", kind, title, hint, required, options, steps, low, high}, ...}}
--     tally             what the results page shows, kept with each answer, so that it costs the same with 10,000 of them
--     answer/<person>   {name, values = {q1 = ...}}                    when it is not anonymous
--     done/<person>     true, and box/<number> = {values, ...}         when it is: see answers.lua
local il = require "interlink"
local answers = require "answers"
local builder = require "builder"
local form = require "form"
local results = require "results"

local function create(call)
  local params = call.params
  call.documents:put("survey", {
    title = params.title, intro = params.intro or "", anonymous = params.anonymous == true,
    results = params.results or "team", state = "draft", next = 1, questions = il.array(),
  })
  call.documents:put("tally", answers.none())
end

---@param call il.Call
local function read(call)
  local survey = call.documents:get("survey")
  local team = call.person.role ~= "viewer"
  local edit = call.capability == "edit"
  return {
    survey = survey,
    tally = call.documents:get("tally"),
    edit = edit,
    may_read = edit or team or survey.results == "everyone",
    done = answers.given(call, survey),
  }
end

local function home(call, s)
  if s.edit then builder.show(call, s) else form.show(call, s) end
end

-- A page that only those who edit the survey may open.
local function editing(page)
  return function(call, s)
    if not s.edit then call:fail("forbidden", call:text("error_edit")) end
    page(call, s)
  end
end

-- A page that only those who may read the results may open.
local function reading(page)
  return function(call, s)
    if not s.may_read then call:fail("forbidden", call:text("error_results")) end
    page(call, s)
  end
end

local pages = {
  ["GET /"] = home,
  ["GET /answer"] = function(call) call:redirect("/") end,
  ["POST /answer"] = form.send,
  ["GET /results"] = reading(results.show),
  ["GET /answers"] = reading(results.list),
  ["GET /results.csv"] = reading(results.download),
  ["GET /preview"] = editing(form.preview),
  ["GET /question"] = editing(builder.question),
  ["POST /question"] = editing(builder.save),
  ["POST /move"] = editing(builder.move),
  ["POST /delete"] = editing(builder.delete),
  ["GET /settings"] = function(call) call:redirect("/") end,
  ["POST /settings"] = editing(builder.settings),
  ["POST /open"] = editing(builder.open),
  ["POST /close"] = editing(builder.close),
  ["POST /reset"] = editing(builder.reset),
}

local function handle(call)
  local page = pages[call.method .. " " .. call.path]
  if not page then call:fail("absent", call:text("error_absent")) end
  page(call, read(call))
end

local function clear(call)
  call.documents:get("tally") -- so that it is written over with the version read
  call.documents:put("tally", answers.clear(call))
end

local events = {
  ["person.erase"] = function(call) answers.forget(call, call.data.person) end,
  -- A copy asks the same questions, is not open yet and has no answers: those were given to the other survey.
  clone = function(call)
    local survey = call.documents:get("survey")
    survey.state = "draft"
    call.documents:put("survey", survey)
    clear(call)
  end,
  schedule = function(call)
    if call.data.clear then clear(call) end
  end,
}

local function event(call)
  local happened = events[call.event]
  if happened then happened(call) end
end

return { create = create, handle = handle, event = event }
