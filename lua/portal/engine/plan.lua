-- SPDX-License-Identifier: EUPL-1.2
-- plan: what a project's tree means for the person who looks at it: which tasks come next, which wait for others,
-- which are late.

local html = require "engine.html"
local moment = require "engine.moment"

local plan = {}

local none = {}

--- What the functions here, and the pages that use them, look at in a tree.
plan.members = {"nodes", "id", "kind", "name", "status", "end", "prerequisites", "assets", "children"}

-- Trees have some hundred nodes and every page of a project goes through them, so lists are counted here: that is
-- several times as fast as ipairs.
local function walk(list, phase, by_id, tasks)
    for i = 1, #list do
        local node = list[i]
        by_id[node.id] = node
        if node.kind == "task" then
            tasks[#tasks + 1] = node
            node.phase = phase
        end
        local children = node.children
        if children and children[1] then walk(children, phase or node, by_id, tasks) end
    end
end

--- Every node of the tree by id, and the tasks in their order, each with its `phase`.
function plan.index(nodes)
    local by_id, tasks = {}, {}
    walk(nodes or none, nil, by_id, tasks)
    return by_id, tasks
end

local function tasks_collect(list, tasks)
    for i = 1, #list do
        local node = list[i]
        if node.kind == "task" then tasks[#tasks + 1] = node end
        local children = node.children
        if children and children[1] then tasks_collect(children, tasks) end
    end
    return tasks
end

--- The tasks below a node in their order, and itself if it is one.
function plan.tasks(node) return tasks_collect({node}, {}) end

local function first_open_prerequisite(node, by_id)
    local prerequisites = node.prerequisites or none
    for i = 1, #prerequisites do
        local before = by_id[prerequisites[i]]
        if before and before.status ~= "finished" then return before end
    end
    return nil
end

local function is_late(node) return node.status ~= "finished" and node["end"] ~= nil and moment.is_past(node["end"]) end

--- Marks a task with what the pages say of it: late, waits, note. Names are in the project's language.
function plan.mark(page, node, by_id, language)
    local before = first_open_prerequisite(node, by_id)
    node.late = is_late(node)
    node.waits = before ~= nil and node.status == "awaiting"
    node.language = language
    local has_items = type(node.assets) == "number" and node.assets > 0
    if not (node["end"] or node.waits or has_items) then return node end
    local parts = {}
    if node["end"] and node.status ~= "finished" then
        parts[#parts + 1] = page.t(node.late and "task.was_due" or "task.until", {date = moment.until_day(page.reader,
            node["end"])})
    end
    if node.waits then parts[#parts + 1] = page.th("task.after", {name = html.said(page.language, language,
        before.name)}) end
    if has_items then parts[#parts + 1] = page.tn("task.items", node.assets) end
    node.note = #parts > 0 and html.join(parts, " · ") or nil
    return node
end

-- Objectives and phases may have prerequisites as well; a task below one that waits, waits too.
local function is_held(node, by_id, parents)
    local at = node
    while at do
        if first_open_prerequisite(at, by_id) then return true end
        at = parents[at.id]
    end
    return false
end

local function parents_add(list, parent, parents)
    for i = 1, #list do
        local node = list[i]
        parents[node.id] = parent
        local children = node.children
        if children and children[1] then parents_add(children, node, parents) end
    end
    return parents
end

--- The tasks to do now: begun ones first (the one that ends first leading), then those that nothing holds up. `by_id`
--- and `tasks` are the tree's index.
function plan.next_tasks(nodes, by_id, tasks, limit)
    local parents = parents_add(nodes, nil, {})
    local begun, ready = {}, {}
    for _, task in ipairs(tasks) do
        if task.status == "in_progress" then
            begun[#begun + 1] = task
        elseif #ready < limit and task.status == "awaiting" and not is_held(task, by_id, parents) then
            ready[#ready + 1] = task
        end
    end
    for place, task in ipairs(begun) do task.place = place end
    table.sort(begun, function(a, b)
        local a_end, b_end = a["end"] or "9", b["end"] or "9"
        if a_end ~= b_end then return a_end < b_end end
        return a.place < b.place
    end)
    local chosen = {}
    for _, list in ipairs {begun, ready} do
        for _, task in ipairs(list) do
            if #chosen < limit then chosen[#chosen + 1] = task end
        end
    end
    return chosen
end

--- done, all: how many tasks lie below a node.
function plan.count(node)
    local done, tasks = 0, plan.tasks(node)
    for i = 1, #tasks do
        if tasks[i].status == "finished" then done = done + 1 end
    end
    return done, #tasks
end

return plan
