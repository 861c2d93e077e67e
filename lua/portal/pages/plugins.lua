-- SPDX-License-Identifier: EUPL-1.2
-- For the administrator: the tools that are installed, what each may do, and the switch.

local text = require "engine.text"

local looks = {ready = "done", running = "done", off = "", quarantined = "late", broken = "late"}

local function permission_text(page, permissions)
    local words = {}
    for _, permission in ipairs(permissions or {}) do
        local key = "permission." .. permission
        if page.reader.has(key) then words[#words + 1] = page.t(key) end
    end
    if #words == 0 then return page.t("permission.none") end
    return page.t("permission.some", {list = text.list(page.reader, words)})
end

local function plugins(page)
    page:need_person()
    local list = page:need("plugins.list")
    for _, one in ipairs(list.items) do
        local state = one.enabled and (one.state or "ready") or "off"
        local key = "state." .. state
        one.state_text = page.reader.has(key) and page.t(key) or state
        one.runs = one.enabled and state ~= "quarantined"
        one.look = looks[state] or "begun"
        one.permission_text = permission_text(page, one.permissions)
        local parts = {page.t(one.bundled and "plugins.bundled" or "plugins.added"), page.tn("plugins.calls",
            one.calls or 0)}
        if (one.crashes or 0) > 0 then parts[#parts + 1] = page.tn("plugins.crashes", one.crashes) end
        if (one.late or 0) > 0 then parts[#parts + 1] = page.tn("plugins.late", one.late) end
        one.about = table.concat(parts, " · ")
    end
    page:show("plugins", {title = page.t("plugins.title"), nav = "plugins", items = list.items})
end

local function switch(page)
    page:need_person()
    local on = page.typed.enabled == "yes"
    page:need("plugins.update", {id = page.params.id, body = {enabled = on}})
    page:go("/admin/plugins", {done = on and "plugin_on" or "plugin_off"})
end

return function(routes)
    routes.get("/admin/plugins", plugins)
    routes.post("/admin/plugins/{id}", switch)
end
