-- SPDX-License-Identifier: EUPL-1.2
-- One use of a tool, template or link in a task: the view in its frame, its history, and what can be done with it.

local activity = require "engine.activity"
local form = require "engine.form"
local text = require "engine.text"

local function crumbs_of(item, page, last)
    local crumbs = {
        {name = page.t("projects.title"), href = "/projects"},
        {name = item.process_name or page.t("item.project"), href = "/projects/" .. item.process,
            language = item.language},
        {name = item.node_name, href = "/tasks/" .. item.node, language = item.language},
        {name = item.name, href = last and "/items/" .. item.id or nil, language = item.language},
    }
    if last then crumbs[#crumbs + 1] = {name = last} end
    return crumbs
end

local function has(list, word)
    for _, one in ipairs(list or {}) do if one == word then return true end end
    return false
end

-- What the tool may see of a person: said in words, from the permissions of its package.
local function maker_line(page, item, tool)
    local details = tool.details or {}
    local permissions = tool.permissions or details.permissions or {}
    local author = tool.author or details.author
    local by = type(author) == "table" and author.name or author
    local sees = page.t(has(permissions, "person.name") and "item.sees_name" or "item.sees_nothing")
    if by and by ~= "" then return page.t("item.made_by", {tool = item.interlinker_name, maker = by}) .. " " .. sees end
    return page.t("item.tool", {tool = item.interlinker_name}) .. " " .. sees
end

local troubles = {off = "item.off.text", quarantined = "item.quarantine.text", missing = "tool.not_here.text"}

local function open_view(page, item, may_change, data)
    local capability = may_change and page.query.edit == "1" and has(item.capabilities, "edit") and "edit" or "view"
    local view, problem = page:try("views.create", {id = item.id, body = {capability = capability}})
    if problem then
        data.trouble = page.t(troubles[item.state or ""] or "item.off.text")
        return
    end
    data.editing = capability == "edit"
    if item.kind == "plugin" then data.view = view else data.view_url = view.url end
end

local function name_field(page, item)
    return form.field {name = "name", kind = "text", label = page.t("item.name"), required = true, max_length = 120,
        value = page.typed.name or item.name}
end

local function show(page, problem)
    page:need_person()
    local item = page:need("assets.get", {id = page.params.id})
    local project = page:try("processes.get", {id = item.process}) or {role = "viewer"}
    item.process_name, item.language = project.name, project.language
    local tool = page:try("interlinkers.get", {id = item.interlinker}) or {}
    local usage = page:try("usage.list", {query = {asset = item.id, limit = 12}})
    local may_change = project.role == "administrator" or project.role == "contributor"
    local field = name_field(page, item)
    local others = problem and form.blame(page.reader, {field}, problem) or {}
    if problem and #(problem.errors or {}) == 0 then others[1] = page:problem_text(problem) end
    local data = {
        title = item.name .. " – " .. (project.name or item.node_name), nav = "projects", item = item,
        crumbs = crumbs_of(item, page), events = activity.lines(page, usage and usage.items, nil, project.language),
        maker = item.kind == "plugin" and maker_line(page, item, tool) or nil, may_change = may_change,
        can_edit = may_change and has(item.capabilities, "edit"), name_field = field,
        summary = problem and form.summary({field}, others),
        may_remove = project.role == "administrator" or may_change and item.creator
            and item.creator.id == page.person.id,
    }
    open_view(page, item, may_change, data)
    page:show("item", data, problem and problem.status)
end

local function rename(page)
    page:need_person()
    local _, problem = page:try("assets.update", {id = page.params.id, body = {
        name = page.typed.name or "", version = math.tointeger(tonumber(page.typed.version)),
    }})
    if problem and problem.status ~= 422 and problem.status ~= 409 then return page:show_problem(problem) end
    if problem then return show(page, problem) end
    page:go("/items/" .. page.params.id, {done = "renamed"})
end

local function copy(page)
    page:need_person()
    local item = page:need("assets.get", {id = page.params.id})
    local name = text.short(page.t("item.copy_name", {name = item.name}), 120)
    local clone = page:need("assets.clone", {id = item.id, body = {name = name}})
    page:go("/items/" .. clone.id, {done = "copied"})
end

local function remove_ask(page)
    page:need_person()
    local item = page:need("assets.get", {id = page.params.id})
    page:show("item-remove", {
        title = page.t("remove.title", {name = item.name}), nav = "projects", item = item,
        crumbs = crumbs_of(item, page, page.t("item.remove")),
    })
end

local function remove(page)
    page:need_person()
    local item = page:need("assets.get", {id = page.params.id})
    page:need("assets.delete", {id = item.id})
    page:go("/tasks/" .. item.node, {done = "removed"})
end

return function(routes)
    routes.get("/items/{id}", function(page) show(page) end)
    routes.post("/items/{id}/rename", rename)
    routes.post("/items/{id}/copy", copy)
    routes.get("/items/{id}/remove", remove_ask)
    routes.post("/items/{id}/remove", remove)
end
