-- SPDX-License-Identifier: EUPL-1.2
-- The catalogue, and one entry of it.

local html = require "engine.html"
local plan = require "engine.plan"
local text = require "engine.text"

local per_page = 24
local batch = 96  -- asked from the operation at once, so that the count is exact for a catalogue of usual size

-- What part/tool shows of an entry.
local tile_members = {
    "items", "next", "id", "kind", "name", "language", "languages", "summary", "licence", "plugin", "installed", "logo",
    "logo_size",
}

local function current_query(page)
    return {search = page.query.search, kind = page.query.kind, need = page.query.need}
end

local function filter_value(value) return value ~= "" and value or nil end

local function count_text(page, list, filtered)
    local count = #list.items
    if list.next or page.query.after then return page.t("tools.many") end
    return page.tn(filtered and "tools.found" or "tools.all", count)
end

-- Pages of 24 within one batch of the operation; the last page of a batch leads to the next batch.
local function slice(page, list)
    local number = math.max(1, math.tointeger(tonumber(page.query.page)) or 1)
    local first = (number - 1) * per_page + 1
    local items = table.move(list.items, first, math.min(#list.items, first + per_page - 1), 1, {})
    local function link(changes)
        local query = current_query(page)
        query.after = page.query.after
        for name, value in pairs(changes) do query[name] = value end
        return html.address("/tools", query)
    end
    local next_page = first + per_page <= #list.items and link {page = number + 1}
        or list.next and link {after = list.next, page = ""} or nil
    return items, number > 1 and link {page = number - 1} or nil, next_page
end

local function tools(page)
    local query = current_query(page)
    local list = page:need("interlinkers.list", {query = {
        search = filter_value(query.search), kind = filter_value(query.kind),
            problem_profile = filter_value(query.need),
        after = page.query.after, limit = batch,
    }, only = tile_members})
    local needs = page:try("problem_profiles.list", {query = {limit = 100}, only = {"items", "id", "name"}})
    local filtered = filter_value(query.search) or filter_value(query.kind) or filter_value(query.need)
    local items, previous_page, next_page = slice(page, list)
    page:show("tools", {
        title = page.t("tools.title"), nav = "tools", query = query, kinds = {"plugin", "template", "link"},
        needs = needs and needs.items or {}, items = items, filtered = filtered ~= nil,
        count = count_text(page, list, filtered), previous_page = previous_page, next_page = next_page,
    })
end

local function task_choices(page)
    local choices = {}
    if not page.person then return choices end
    local mine = page:try("processes.list", {query = {limit = 10}})
    for _, project in ipairs(mine and mine.items or {}) do
        if project.role ~= "viewer" and project.status ~= "finished" then
            local tree = page:try("processes.tree", {id = project.id, only = plan.members})
            local group = {name = project.name, language = project.language, tasks = {}}
            local _, tasks = plan.index(tree and tree.nodes)
            for _, task in ipairs(tasks) do
                if task.status ~= "finished" then group.tasks[#group.tasks + 1] = task end
            end
            if #group.tasks > 0 then choices[#choices + 1] = group end
        end
    end
    return choices
end

local function language_list(page, codes)
    local names = {}
    for _, code in ipairs(codes or {}) do names[#names + 1] = text.language(page.reader, code) end
    return table.concat(names, ", ")
end

local function need_names(page, ids)
    if #(ids or {}) == 0 then return "" end
    local wanted, names = {}, {}
    for _, id in ipairs(ids) do wanted[id] = true end
    local all = page:try("problem_profiles.list", {query = {limit = 100}, only = {"items", "id", "name"}})
    for _, need in ipairs(all and all.items or {}) do
        if wanted[need.id] then names[#names + 1] = need.name end
    end
    return table.concat(names, "; ")
end

local function tool_facts(page, one)
    local difficulty = "difficulty." .. (one.difficulty or ""):lower():gsub(" ", "_")
    local facts = {}
    local function add(key, value)
        if value and value ~= "" then facts[#facts + 1] = {name = page.t("fact." .. key), value = value} end
    end
    add("kind", page.t("kind." .. one.kind))
    add("needs", need_names(page, one.problem_profiles))
    add("languages", language_list(page, one.languages))
    add("difficulty", page.reader.has(difficulty) and page.t(difficulty) or one.difficulty)
    add("licence", text.licence(page.reader, one.licence))
    add("tags", table.concat(one.tags or {}, ", "))
    return facts
end

-- Entries say "none" where there is nothing to say.
local function said(value)
    if not value or value:match("^%s*$") or value:lower():match("^%s*<?p?>?%s*none%.?%s*")
        and #value < 16 then return nil end
    return value
end

local function tool(page)
    local one = page:need("interlinkers.get", {id = page.params.id})
    page:show("tool", {
        title = one.name, nav = "tools", one = one, facts = tool_facts(page, one), choices = task_choices(page),
        instructions = text.markdown(said(one.instructions), 3), constraints = text.markdown(said(one.constraints), 3),
        crumbs = {{name = page.t("nav.tools"), href = "/tools"}, {name = one.name}},
    })
end

local function use(page)
    local task = page.query.task
    if not task or not task:find("^[%w-]+$") then return page:go("/tools/" .. html.url_part(page.params.id)) end
    page:go("/tasks/" .. task .. "/add/" .. html.url_part(page.params.id))
end

return function(routes)
    routes.get("/tools", tools)
    routes.get("/tools/{id}", tool)
    routes.get("/tools/{id}/use", use)
end
