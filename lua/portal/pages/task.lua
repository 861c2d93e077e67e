-- SPDX-License-Identifier: EUPL-1.2
-- One task: what to do, what is open in it, what would fit; its state and dates; adding a tool to it.

local form = require "engine.form"
local moment = require "engine.moment"
local native = require "engine.native"
local plan = require "engine.plan"
local text = require "engine.text"

local function crumbs_of(page, task, last)
    local crumbs = {
        {name = page.t("projects.title"), href = "/projects"},
        {name = task.process.name, href = "/projects/" .. task.process.id, language = task.language},
    }
    for _, step in ipairs(task.path or {}) do
        if step.kind == "phase" and step.id ~= task.id then 
            crumbs[#crumbs + 1] = {name = step.name, href = "/tasks/" .. step.id, language = task.language}
        end
    end
    crumbs[#crumbs + 1] = {name = task.name, href = last and "/tasks/" .. task.id or nil, language = task.language}
    if last then crumbs[#crumbs + 1] = {name = last} end
    return crumbs
end

local function buttons_of(page, task)
    local function button(status, key, main) return {status = status, name = page.t(key), main = main} end
    if task.status == "finished" then return {button("in_progress", "task.reopen", false)} end
    if task.status == "in_progress" then
        return {button("finished", "task.finish", true), button("awaiting", "task.pause", false)}
    end
    return {button("in_progress", "task.begin", true), button("finished", "task.finish", false)}
end

local function facts_of(page, task)
    local facts = {}
    local function add(key, values)
        if #values > 0 then facts[#facts + 1] = {name = page.t("fact." .. key), values = values} end
    end
    if task.start then add("from", {{name = moment.date(page.reader, task.start)}}) end
    if task["end"] then add("until", {{name = moment.date(page.reader, task["end"])}}) end
    local after, needs = {}, {}
    for _, one in ipairs(task.after or {}) do
        after[#after + 1] = {name = one.name, language = task.language, href = "/tasks/" .. one.id,
            done = one.status == "finished"}
    end
    for _, one in ipairs(task.needs or {}) do needs[#needs + 1] = {name = one.name} end
    add("after", after)
    add("needs", needs)
    return facts
end

local function items_of(page, task)
    local list = page:try("assets.list", {id = task.id, query = {limit = 50}})
    local items = list and list.items or {}
    for _, item in ipairs(items) do
        local parts = {item.interlinker_name or page.t("kind." .. item.kind)}
        if item.creator then parts[#parts + 1] = item.creator.name end
        parts[#parts + 1] = moment.ago(page.reader, item.updated_at or item.created_at)
        item.about = table.concat(parts, " · ")
    end
    return items
end

-- Each reason is a sentence of its own, in the reader's language.
local function why_text(reasons)
    local sentences = {}
    for _, reason in ipairs(reasons or {}) do
        if reason.text and reason.text ~= "" then sentences[#sentences + 1] = reason.text end
    end
    return #sentences > 0 and table.concat(sentences, " ") or nil
end

local function fits_of(page, task)
    local list = page:try("nodes.recommendations", {id = task.id, query = {limit = 5}})
    local fits = {}
    for _, one in ipairs(list and list.items or {}) do
        fits[#fits + 1] = {tool = one.interlinker, why = why_text(one.reasons)}
    end
    return fits
end

local function date_fields(page, task)
    return {
        form.field {name = "start", kind = "date", label = page.t("task.start"), no_mark = true,
            value = page.typed.start or moment.input_date(task.start)},
        form.field {name = "end", kind = "date", label = page.t("task.end"), no_mark = true,
            value = page.typed["end"] or moment.input_date(task["end"])},
    }
end

-- What the person may do in the task's project, and the language that its texts are in.
local function project_of(page, task)
    local project = page:try("processes.get", {id = task.process.id}) or {}
    task.language = project.language
    return project.role or "viewer"
end

local function show(page, problem)
    page:need_person()
    local task = page:need("nodes.get", {id = page.params.id})
    local is_task, role = task.kind == "task", project_of(page, task)
    local may_change = is_task and (role == "administrator" or role == "contributor")
    local fields = date_fields(page, task)
    local others = problem and form.blame(page.reader, fields, problem) or {}
    if problem and #(problem.errors or {}) == 0 then others[1] = page:problem_text(problem) end
    local children = {}
    if not is_task then
        local tree = page:need("processes.tree", {id = task.process.id, only = plan.members})
        local by_id = plan.index(tree.nodes)
        local _, tasks = plan.index((by_id[task.id] or {}).children)
        for _, one in ipairs(tasks) do children[#children + 1] = plan.mark(page, one, by_id, task.language) end
    end
    page:show("task", {
        title = task.name .. " – " .. task.process.name, nav = "projects", task = task, crumbs = crumbs_of(page, task),
        items = is_task and items_of(page, task) or {}, fits = is_task and task.status ~= "finished" and fits_of(page,
            task) or {},
        facts = facts_of(page, task), buttons = buttons_of(page, task), date_fields = fields, children = children,
        may_change = may_change, may_add = may_change, summary = problem and form.summary(fields, others),
    }, problem and problem.status)
end

local function change(page, body, done)
    page:need_person()
    local task, problem = page:try("nodes.update", {id = page.params.id, body = body})
    if problem and problem.status ~= 422 and problem.status ~= 409 then return page:show_problem(problem) end
    if problem then return show(page, problem) end
    page:go("/tasks/" .. task.id, {done = done})
end

local function status_do(page)
    local status = page.typed.status
    local done = {awaiting = "task_awaiting", in_progress = "task_begun", finished = "task_finished"}
    if not done[status] then page:refuse(400) end
    change(page, {status = status}, done[status])
end

local function day_or_none(value)
    if not value or value == "" then return native.null end
    return value
end

local function dates_do(page)
    change(page, {
        start = day_or_none(page.typed.start), ["end"] = day_or_none(page.typed["end"]),
        version = math.tointeger(tonumber(page.typed.version)),
    }, "dates_saved")
end

-- The schema's fields lie below /params; the rest of the body has one field, its name.
local function add_blame(page, fields, name, problem)
    local below, beside = {}, {}
    for _, fault in ipairs(problem.errors or {}) do
        local list = (fault.pointer or ""):find("^/params") and below or beside
        list[#list + 1] = fault
    end
    local others = form.blame(page.reader, fields, {errors = below}, "/params")
    table.move(form.blame(page.reader, {name}, {errors = beside}), 1, #beside, #others + 1, others)
    if #below + #beside == 0 then others[1] = page:problem_text(problem) end
    return others
end

-- A tool that asks for a question or a title is called by it; nobody has to name it twice.
local function title_field(fields)
    for _, field in ipairs(fields) do
        if field.required and field.kind == "text" then return field end
    end
    return nil
end

local function add_show(page, task, tool, problem)
    local schema = tool.params or {}
    local typed = page.request.method == "POST" and page.typed or nil
    local fields = form.fields(schema, typed, "p.")
    local title = title_field(fields)
    local name = form.field {name = "name", kind = "text", label = page.t("add.name"), hint = page.t("add.name.hint"),
        required = true, max_length = 120, value = typed and typed.name or tool.name}
    local others = problem and add_blame(page, fields, name, problem)
    if not title then table.insert(fields, 1, name) end
    page:show("add", {
        title = page.t("add.title", {name = tool.name}), nav = "projects", task = task, tool = tool, fields = fields,
        summary = problem and form.summary(fields, others),
        crumbs = crumbs_of(page, task, tool.name),
    }, problem and problem.status)
end

local function add_load(page)
    page:need_person()
    local task = page:need("nodes.get", {id = page.params.id})
    project_of(page, task)
    return task, page:need("interlinkers.get", {id = page.params.tool})
end

local function add_do(page)
    local task, tool = add_load(page)
    local body = {interlinker = tool.id, name = page.typed.name}
    if tool.params then
        body.params = form.object(tool.params, page.typed, "p.")
        local title = title_field(form.fields(tool.params, page.typed, "p."))
        local called = title and page.typed[title.name] or ""
        if title then body.name = called:find("%S") and text.short(called, 120) or tool.name end
    end
    local item, problem = page:try("assets.create", {id = task.id, body = body})
    if problem and (problem.status == 401 or problem.status == 403 or problem.status == 404) then
        return page:show_problem(problem)
    end
    if problem then return add_show(page, task, tool, problem) end
    page:go("/items/" .. item.id, {done = "item_added"})
end

return function(routes)
    routes.get("/tasks/{id}", function(page) show(page) end)
    routes.post("/tasks/{id}/status", status_do)
    routes.post("/tasks/{id}/dates", dates_do)
    routes.get("/tasks/{id}/add/{tool}", function(page) add_show(page, add_load(page)) end)
    routes.post("/tasks/{id}/add/{tool}", add_do)
end
