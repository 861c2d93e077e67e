-- SPDX-License-Identifier: EUPL-1.2
-- One project: its plan, its activity, its people, and its name.

local activity = require "engine.activity"
local form = require "engine.form"
local html = require "engine.html"
local plan = require "engine.plan"
local project = require "engine.project"

local function load(page)
    page:need_person()
    return page:need("processes.get", {id = page.params.id})
end

local function aims_of(page, phase, by_id, language)
    local aims, loose = {}, {}
    for _, child in ipairs(phase.children or {}) do
        if child.kind == "task" then
            loose[#loose + 1] = plan.mark(page, child, by_id, language)
        else
            local aim = {name = child.name, tasks = {}}
            for i, task in ipairs(plan.tasks(child)) do aim.tasks[i] = plan.mark(page, task, by_id, language) end
            aims[#aims + 1] = aim
        end
    end
    if #loose > 0 then aims[#aims + 1] = {tasks = loose} end
    return aims
end

-- Open are the phases in which something is going on; where nothing is, the first that is not done.
local function open_phases(phases)
    local any = false
    for _, phase in ipairs(phases) do
        phase.open = phase.status == "in_progress"
        any = any or phase.open
    end
    for _, phase in ipairs(phases) do
        if not any and phase.status ~= "finished" then
            phase.open, any = true, true
        end
    end
end

local function why_next(page, task)
    if task.note then return task.note end
    return page.t(task.status == "in_progress" and "plan.why.begun" or "plan.why.ready")
end

-- Looking at something is activity too, but no news.
local function latest(events)
    local news = {}
    for _, event in ipairs(events or {}) do
        if event.action ~= "asset.opened" and #news < 5 then news[#news + 1] = event end
    end
    return news
end

local function show_plan(page)
    local one = load(page)
    local tree = page:need("processes.tree", {id = one.id, only = plan.members})
    local by_id, tasks = plan.index(tree.nodes)
    for _, phase in ipairs(tree.nodes) do
        phase.done, phase.all = plan.count(phase)
        phase.aims = aims_of(page, phase, by_id, one.language)
    end
    open_phases(tree.nodes)
    local next_task = plan.next_tasks(tree.nodes, by_id, tasks, 1)[1]
    if next_task then next_task.why = why_next(page, next_task) end
    local usage = page:try("usage.list", {query = {process = one.id, limit = 30}})
    local data = project.head(page, one, "plan")
    data.phases, data.next_task = tree.nodes, next_task
    data.events = activity.lines(page, latest(usage and usage.items), by_id, one.language)
    page:show("plan", data)
end

local function show_activity(page)
    local one = load(page)
    local tree = page:need("processes.tree", {id = one.id, only = plan.members})
    local usage = page:need("usage.list", {query = {process = one.id, limit = 50, after = page.query.after}})
    local data = project.head(page, one, "activity")
    data.events = activity.lines(page, usage.items, (plan.index(tree.nodes)), one.language)
    local base = "/projects/" .. one.id .. "/activity"
    data.next_page = usage.next and html.address(base, {after = usage.next}) or nil
    data.previous_page = page.query.after and base or nil
    page:show("activity", data)
end

local roles = {"viewer", "contributor", "administrator"}

local function people_fields(page)
    local options = {}
    for _, role in ipairs(roles) do
        options[#options + 1] = {value = role, label = page.t("role." .. role), hint = page.t("role." .. role
            .. ".may")}
    end
    return {
        form.field {name = "email", kind = "email", label = page.t("people.email"), required = true,
            value = page.typed.email, autocomplete = "off"},
        form.field {name = "role", kind = "radio", label = page.t("people.role"), required = true, options = options,
            value = page.typed.role or "contributor"},
    }
end

local function people_show(page, one, problem, added)
    for _, member in ipairs(one.members or {}) do
        local parts = {page.t("role." .. member.role)}
        local kind = "person." .. (member.kind or "")
        if member.kind and page.reader.has(kind) then table.insert(parts, 1, page.t(kind)) end
        member.about = table.concat(parts, " · ")
        member.me = member.person ~= nil and member.person == page.person.id
    end
    local data = project.head(page, one, "people")
    local fields = people_fields(page)
    local others = problem and form.blame(page.reader, fields, problem) or {}
    if problem and #(problem.errors or {}) == 0 then others[1] = page:problem_text(problem) end
    data.fields, data.may_add = fields, one.role == "administrator"
    data.summary = problem and form.summary(fields, others)
    if added and added.invitation then
        local url = added.invitation.url
        -- Somebody else will open it: without the site's own name it would lead nowhere.
        if url:find("^/") then url = (page.request.origin or "") .. url end
        data.invitation = {email = added.email, url = url, expires_at = added.invitation.expires_at}
    elseif added then
        data.flash = page.t("people.added", {email = added.email})
    end
    page:show("people", data, problem and problem.status)
end

local function people_do(page)
    local one = load(page)
    local added, problem = page:try("members.add",
        {id = one.id, body = {email = page.typed.email or "", role = page.typed.role or "contributor"}})
    if problem and (problem.status >= 500 or problem.status == 401) then return page:show_problem(problem) end
    if problem then return people_show(page, one, problem) end
    page.typed = {}
    people_show(page, load(page), nil, added)
end

local function edit_show(page, problem)
    local one = load(page)
    if one.role ~= "administrator" then page:refuse(403) end
    local fields = {
        form.field {name = "name", kind = "text", label = page.t("new.name"), required = true, max_length = 120,
            value = page.typed.name or one.name},
        form.field {name = "description", kind = "long", label = page.t("new.description"),
            value = page.typed.description or one.description},
    }
    local data = project.head(page, one, "edit")
    local others = problem and form.blame(page.reader, fields, problem) or {}
    if problem and #(problem.errors or {}) == 0 then others[1] = page:problem_text(problem) end
    data.fields, data.summary = fields, problem and form.summary(fields, others)
    page:show("project-edit", data, problem and problem.status)
end

local function edit_do(page)
    page:need_person()
    local _, problem = page:try("processes.update",
        {id = page.params.id, body = {name = page.typed.name or "", description = page.typed.description or ""}})
    if problem and problem.status ~= 422 and problem.status ~= 409 then return page:show_problem(problem) end
    if problem then return edit_show(page, problem) end
    page:go("/projects/" .. page.params.id, {done = "saved"})
end

return function(routes)
    routes.get("/projects/{id}", show_plan)
    routes.get("/projects/{id}/activity", show_activity)
    routes.get("/projects/{id}/people", function(page) people_show(page, load(page)) end)
    routes.post("/projects/{id}/people", people_do)
    routes.get("/projects/{id}/edit", function(page) edit_show(page) end)
    routes.post("/projects/{id}/edit", edit_do)
end
