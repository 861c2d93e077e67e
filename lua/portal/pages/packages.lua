-- SPDX-License-Identifier: EUPL-1.2
-- For the administrator: bringing a tool from elsewhere, looking at it, deciding; and the keys of authors.

local form = require "engine.form"
local packages = require "engine.packages"
local text = require "engine.text"

-- ---- bringing one

local function install_show(page, failure, status)
    page:need_person()
    local machine = page:need("machine.get")
    page:show("install", {title = page.t("install.title"), nav = "plugins", machine = machine, failure = failure}, status)
end

-- A fault of a field has its own sentence.
local function why(page, problem)
    local first = problem.errors and problem.errors[1]
    if first and first.code == "required" then return page.t("install.choose") end
    return first and first.detail or page:problem_text(problem)
end

local function install(page)
    page:need_person()
    local package, problem = page:try("packages.create")
    if problem then
        if problem.status == 403 and problem.code == "access.site_admin" then page:refuse(403) end
        return install_show(page, why(page, problem), problem.status)
    end
    page:go("/admin/packages/" .. package.id)
end

-- ---- deciding

local function permissions_mark(page, package)
    for i, one in ipairs(package.permissions) do
        one.text, one.risk, one.id = packages.permission(page, one), packages.risk(page, one), "grant-" .. i
        one.change_text = package.current and one.change ~= "same" and page.t("package.change." .. one.change) or nil
        if page.typed["grant." .. one.name] then one.granted = true end
    end
end

local function package_show(page, failure, status)
    page:need_person()
    local package = page:need("packages.get", {id = page.params.id})
    permissions_mark(page, package)
    local names = {}
    for _, code in ipairs(package.languages) do names[#names + 1] = text.language(page.reader, code) end
    page:show("package", {
        title = page.t("package.title", {name = package.name, version = package.version}), nav = "plugins",
        package = package, machine = page:need("machine.get"), data = packages.data(page, package),
        new_personal = package.current and #package.new_personal > 0 and text.list(page.reader, package.new_personal),
        language_names = text.list(page.reader, names), failure = failure,
    }, status)
end

local function granted_of(page, package)
    local granted = {}
    for _, one in ipairs(package.permissions) do
        if page.typed["grant." .. one.name] then granted[#granted + 1] = one.name end
    end
    return form.array(granted)
end

local function accept(page)
    page:need_person()
    local package = page:need("packages.get", {id = page.params.id})
    local body = {
        version = page.typed.version or "", sha256 = page.typed.sha256 or "", granted = granted_of(page, package),
        new_key = page.typed.new_key ~= nil,
    }
    local _, problem = page:try("packages.accept", {id = package.id, body = body})
    if problem then return package_show(page, page:problem_text(problem), problem.status) end
    page:go("/admin/plugins", {done = "package_accepted"})
end

local function dismiss(page)
    page:need_person()
    page:need("packages.dismiss", {id = page.params.id})
    page:go("/admin/plugins", {done = "package_dismissed"})
end

local function check(page)
    page:need_person()
    page:need("packages.check", {id = page.params.id})
    page:go("/admin/packages/" .. page.params.id, {done = "tried"})
end

-- ---- keys

local function keys_show(page, failure, status)
    page:need_person()
    local list = page:need("plugin_keys.list")
    for _, key in ipairs(list.items) do key.trust_text = page.t("trust." .. key.trust) end
    page:show("keys", {
        title = page.t("keys.title"), nav = "plugins", items = list.items, failure = failure,
        fields = {
            form.field {name = "key", kind = "text", label = page.t("keys.key"), required = true, value = page.typed.key,
                max_length = 1000},
            form.field {name = "name", kind = "text", label = page.t("keys.name"), value = page.typed.name,
                max_length = 200},
        },
    }, status)
end

local function keys_decide(page)
    page:need_person()
    local body = {key = page.typed.key or "", trust = page.typed.trust or "trusted"}
    if page.typed.name and page.typed.name ~= "" then body.name = page.typed.name end
    local _, problem = page:try("plugin_keys.update", {body = body})
    if problem then
        local first = problem.errors and problem.errors[1]
        return keys_show(page, first and page.t("keys.wrong") or page:problem_text(problem), problem.status)
    end
    page:go("/admin/keys", {done = "key_decided"})
end

return function(routes)
    routes.get("/admin/install", function(page) install_show(page) end)
    routes.post("/admin/install", install)
    routes.get("/admin/packages/{id}", function(page) package_show(page) end)
    routes.post("/admin/packages/{id}", accept)
    routes.post("/admin/packages/{id}/dismiss", dismiss)
    routes.post("/admin/packages/{id}/check", check)
    routes.get("/admin/keys", function(page) keys_show(page) end)
    routes.post("/admin/keys", keys_decide)
end
