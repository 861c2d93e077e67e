-- SPDX-License-Identifier: EUPL-1.2
-- My projects, a new one, and the guides that a project can start from.

local form = require "engine.form"
local html = require "engine.html"
local i18n = require "engine.i18n"
local plan = require "engine.plan"
local text = require "engine.text"

local function projects(page)
    page:need_person()
    local list = page:need("processes.list", {query = {limit = 24, after = page.query.after}})
    page:show("projects", {
        title = page.t("projects.title"), nav = "projects", items = list.items,
        next_page = list.next and html.address("/projects", {after = list.next}) or nil,
        previous_page = page.query.after and "/projects" or nil,
    })
end

local function guide_list(page)
    local list = page:need("guides.list", {query = {limit = 50}})
    for _, guide in ipairs(list.items) do guide.summary = guide.description or "" end
    return list.items
end

local function language_options(page)
    local options = {}
    for _, code in ipairs(i18n.languages) do options[#options + 1] = {value = code, label = page.t("language."
        .. code)} end
    return options
end

local function new_fields(page)
    local typed = page.typed
    return {
        form.field {name = "name", kind = "text", label = page.t("new.name"), hint = page.t("new.name.hint"),
            required = true, max_length = 120, value = typed.name},
        form.field {name = "description", kind = "long", label = page.t("new.description"), value = typed.description},
        form.field {name = "language", kind = "select", label = page.t("new.language"), required = true,
            options = language_options(page), value = typed.language or page.language},
    }
end

local function new_show(page, problem)
    page:need_person()
    local guides, fields = guide_list(page), new_fields(page)
    local chosen = page.typed.guide or page.query.guide or (guides[1] and guides[1].id) or ""
    local others = problem and form.blame(page.reader, fields, problem) or {}
    if problem and #(problem.errors or {}) == 0 then others[1] = page:problem_text(problem) end
    page:show("project-new", {
        title = page.t("new.title"), nav = "projects", guides = guides, chosen = chosen,
        name_field = fields[1], description_field = fields[2], language_field = fields[3],
        summary = problem and form.summary(fields, others),
        crumbs = {{name = page.t("projects.title"), href = "/projects"}, {name = page.t("new.title")}},
    }, problem and problem.status)
end

local function filled(value) return value and value:find("%S") and value or nil end

local function new_do(page)
    page:need_person()
    local typed = page.typed
    if not filled(typed.name) then
        return new_show(page, {status = 422, errors = {{pointer = "/name", code = "required"}}})
    end
    local project, problem = page:try("processes.create", {body = {
        name = typed.name, description = filled(typed.description), language = filled(typed.language),
        guide = filled(typed.guide),
    }})
    if problem then
        if problem.status >= 500 or problem.status == 401 then return page:show_problem(problem) end
        return new_show(page, problem)
    end
    page:go("/projects/" .. project.id, {done = "project_created"})
end

local function guide(page)
    local one = page:need("guides.get", {id = page.params.id})
    for _, phase in ipairs(one.nodes or {}) do
        local _, all = plan.count(phase)
        phase.task_count = all
    end
    page:show("guide", {
        title = one.name, nav = "projects", one = one, description = text.markdown(one.description, 3),
        crumbs = {{name = page.t("nav.home"), href = "/"}, {name = one.name}},
    })
end

return function(routes)
    routes.get("/projects", projects)
    routes.get("/projects/new", function(page) new_show(page) end)
    routes.post("/projects/new", new_do)
    routes.get("/guides/{id}", guide)
end
