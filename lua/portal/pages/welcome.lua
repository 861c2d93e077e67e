-- SPDX-License-Identifier: EUPL-1.2
-- The first page: what waits for me, what is mine, what I could begin.

local plan = require "engine.plan"

local function waiting_tasks(page, projects)
    local waiting = {}
    for _, project in ipairs(projects) do
        if #waiting < 6 and project.status ~= "finished" and project.role ~= "viewer" then
            local tree = page:try("processes.tree", {id = project.id, only = plan.members})
            local nodes = tree and tree.nodes or {}
            local by_id, tasks = plan.index(nodes)
            for _, task in ipairs(plan.next_tasks(nodes, by_id, tasks, 2)) do
                plan.mark(page, task, by_id, project.language)
                task.project = project.name
                waiting[#waiting + 1] = task
            end
        end
    end
    return waiting
end

local function first_name(name) return name:match("^%S+") or name end

local function welcome(page)
    local projects = {}
    if page.person then
        local mine = page:try("processes.list", {query = {limit = 6}})
        projects = mine and mine.items or {}
    end
    local guides = page:try("guides.list", {query = {limit = 6}})
    local list, tools = page:try("interlinkers.list", {query = {limit = 30, kind = "plugin"}}), {}
    for _, tool in ipairs(list and list.items or {}) do
        if tool.installed and #tools < 6 then tools[#tools + 1] = tool end
    end
    for _, guide in ipairs(guides and guides.items or {}) do guide.summary = guide.description or "" end
    page:show("welcome", {
        title = page.t("nav.home"), nav = "home", projects = projects,
        waiting = waiting_tasks(page, projects), first_name = page.person and first_name(page.person.name),
        guides = guides and guides.items or {}, tools = tools,
    })
end

return function(routes) routes.get("/", welcome) end
