-- SPDX-License-Identifier: EUPL-1.2
-- For the administrator: the tools that are installed, what each may do, the switch, and the way back.

local moment = require "engine.moment"
local packages = require "engine.packages"
local text = require "engine.text"

local looks = {ready = "done", running = "done", off = "", quarantined = "late", broken = "late", refused = "late"}

local function permission_text(page, permissions)
    local words = {}
    for _, permission in ipairs(permissions or {}) do
        local key = "permission." .. permission
        if page.reader.has(key) then words[#words + 1] = page.t(key) end
    end
    if #words == 0 then return page.t("permission.none") end
    return page.t("permission.some", {list = text.list(page.reader, words)})
end

local function about_text(page, one)
    local parts = {page.t(one.bundled and "plugins.bundled" or "plugins.added"), page.tn("plugins.calls",
        one.calls or 0)}
    if (one.crashes or 0) > 0 then parts[#parts + 1] = page.tn("plugins.crashes", one.crashes) end
    if (one.late or 0) > 0 then parts[#parts + 1] = page.tn("plugins.late", one.late) end
    return table.concat(parts, " · ")
end

-- Of what came from elsewhere: each permission, when it was last used, and a button to change it.
local function grants_mark(page, one)
    if one.bundled then return end
    for _, grant in ipairs(one.grants or {}) do
        grant.text = packages.permission(page, grant)
        grant.note = not grant.granted and page.t("grant.refused")
            or grant.used_at and page.t("grant.used", {when = moment.ago(page.reader, grant.used_at)}) or page.t("grant.unused")
    end
end

local function plugin_mark(page, one)
    local state = (one.enabled or one.state == "refused") and (one.state or "ready") or "off"
    local key = "state." .. state
    one.state_text = page.reader.has(key) and page.t(key) or state
    one.runs = one.enabled and state ~= "quarantined"
    one.look = looks[state] or "begun"
    one.permission_text = permission_text(page, one.permissions)
    one.about = about_text(page, one)
    grants_mark(page, one)
end

local function plugins(page)
    page:need_person()
    local list = page:need("plugins.list", {query = {limit = 100}})
    local waiting = page:need("packages.list")
    local machine = page:need("machine.get")
    for _, one in ipairs(list.items) do plugin_mark(page, one) end
    page:show("plugins", {
        title = page.t("plugins.title"), nav = "plugins", items = list.items, waiting = waiting.items, machine = machine,
    })
end

local function switch(page)
    page:need_person()
    local on = page.typed.enabled == "yes"
    page:need("plugins.update", {id = page.params.id, body = {enabled = on}})
    page:go("/admin/plugins", {done = on and "plugin_on" or "plugin_off"})
end

local function permit(page)
    page:need_person()
    local granted = page.typed.granted == "yes"
    page:need("plugins.permit", {id = page.params.id, body = {permission = page.typed.permission or "",
        granted = granted}})
    page:go("/admin/plugins", {done = granted and "granted" or "taken_back"})
end

local function plugin_find(page)
    local list = page:need("plugins.list", {query = {limit = 100}})
    for _, one in ipairs(list.items) do
        if one.id == page.params.id then return one end
    end
    return page:refuse(404)
end

local function back_show(page, failure, status)
    page:need_person()
    local one = plugin_find(page)
    if not one.earlier then page:refuse(404) end
    page:show("plugin-back", {title = page.t("back.title", {version = one.earlier}), nav = "plugins", one = one,
        failure = failure}, status)
end

local function back(page)
    page:need_person()
    local _, problem = page:try("plugins.roll_back", {id = page.params.id, body = {version = page.typed.version or ""}})
    if problem then return back_show(page, page:problem_text(problem), problem.status) end
    page:go("/admin/plugins", {done = "rolled_back"})
end

local function jail(page)
    page:need_person()
    page:need("machine.update", {body = {jail_accepted = page.typed.accepted == "yes"}})
    page:go("/admin/plugins", {done = "jail"})
end

return function(routes)
    routes.get("/admin/plugins", plugins)
    routes.post("/admin/plugins/{id}", switch)
    routes.post("/admin/plugins/{id}/permission", permit)
    routes.get("/admin/plugins/{id}/back", function(page) back_show(page) end)
    routes.post("/admin/plugins/{id}/back", back)
    routes.post("/admin/jail", jail)
end
