-- SPDX-License-Identifier: EUPL-1.2
--
-- The twin of plugins/poll: the same poll, in Lua. It keeps
--
--     poll          {question, options = {"..."}, closes = "2026-05-01" or null, open = true}
--     tally         {counts = {2, 0, 1}, voters = 3}
--     vote/<person> {option = 1}
--
-- A vote changes the tally and the person's vote with the versions that it read, so two votes at the same moment never
-- count as one: the host runs the second again.
local il = require "interlink"

local function no_votes(options)
  local counts = il.array()
  for i = 1, #options do counts[i] = 0 end
  return { counts = counts, voters = 0 }
end

local function count_vote(tally, option, by)
  tally.counts[option] = tally.counts[option] + by
  tally.voters = tally.voters + by
end

local function create(call)
  local params = call.params
  call.documents:put("poll", {
    question = params.question, options = params.options, closes = params.closes or il.null, open = true,
  })
  call.documents:put("tally", no_votes(params.options))
end

---@param call il.Call
local function read(call)
  local p = {}
  p.poll = call.documents:get("poll")
  p.tally = call.documents:get("tally")
  p.vote_key = "vote/" .. call.person.id
  local vote = call.documents:get(p.vote_key)
  p.mine = vote and vote.option
  p.closes = p.poll.closes ~= il.null and p.poll.closes or nil
  p.open = p.poll.open and (not p.closes or il.date(call.now):sub(1, 10) <= p.closes)
  p.edit = call.capability == "edit"
  p.may_vote = p.open and call.person.role ~= "viewer"
  return p
end

-- "1 May 2026" in the reader's language.
local function long_date(call, date)
  local year, month, day = date:match("^(%d+)-(%d+)-(%d+)$")
  return call:text("date", { day = tonumber(day), month = call:text("month_" .. tonumber(month)), year = year })
end

local function show(call, p)
  local voters, options = p.tally.voters, il.array()
  for i, label in ipairs(p.poll.options) do
    local count = p.tally.counts[i]
    local percent = voters > 0 and (count * 200 + voters) // (voters * 2) or 0
    options[i] = { number = i, label = label, count = count, percent = percent, mine = i == p.mine }
  end
  call:page("poll.html", {
    question = p.poll.question, options = options, voters = voters, one = voters == 1, many = voters > 1,
    open = p.open, may_vote = p.may_vote, only_look = p.open and not p.may_vote, voted = p.mine ~= nil, edit = p.edit,
    closes = p.closes, ["until"] = p.closes and long_date(call, p.closes),
  })
end

local function vote(call, p)
  if not p.open then call:fail("conflict", call:text("error_closed")) end
  if not p.may_vote then call:fail("forbidden", call:text("error_viewer")) end
  local option = tonumber((call.form.option or ""):match("^%d+$"))
  if not p.poll.options[option or 0] then call:fail("invalid", call:text("error_option")) end
  if option ~= p.mine then
    if p.mine then count_vote(p.tally, p.mine, -1) end
    count_vote(p.tally, option, 1)
    call.documents:put("tally", p.tally)
    call.documents:put(p.vote_key, { option = option })
    call:log(p.mine and "vote_changed" or "voted")
    call:publish("result")
  end
  call:redirect("/")
end

local function set_open(call, p, open)
  if not p.edit then call:fail("forbidden", call:text("error_edit")) end
  if open ~= p.open then
    p.poll.open = open
    -- A poll that is opened again stays open until somebody closes it: its day is over.
    if open then p.poll.closes = il.null end
    call.documents:put("poll", p.poll)
    call:log(open and "reopened" or "closed")
    if not open then call:notify("process", "notify_closed", { question = p.poll.question }) end
    call:publish("result")
  end
  call:redirect("/")
end

local pages = {
  ["GET /"] = show,
  ["POST /vote"] = vote,
  ["POST /close"] = function(call, p) set_open(call, p, false) end,
  ["POST /reopen"] = function(call, p) set_open(call, p, true) end,
}

local function handle(call)
  local page = pages[call.method .. " " .. call.path]
  if not page then call:fail("absent", call:text("error_absent")) end
  page(call, read(call))
end

local events = {
  ["person.erase"] = function(call)
    local key, tally = "vote/" .. call.data.person, call.documents:get("tally")
    local gone = call.documents:get(key)
    if gone then
      count_vote(tally, gone.option, -1)
      call.documents:put("tally", tally)
      call.documents:remove(key)
    end
  end,
  -- A copy asks the same question and has no votes: those were given in the other poll.
  clone = function(call)
    for key in call.documents:each("vote/") do call.documents:remove(key) end
    local poll = call.documents:get("poll")
    call.documents:get("tally")
    call.documents:put("tally", no_votes(poll.options))
  end,
}

local function event(call)
  local happened = events[call.event]
  if happened then happened(call) end
end

return { create = create, handle = handle, event = event }
