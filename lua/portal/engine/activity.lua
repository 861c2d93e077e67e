-- SPDX-License-Identifier: EUPL-1.2
-- activity: lines of the usage log as sentences. The log keeps ids and words of programs; a person reads names.

local html = require "engine.html"

local activity = {}

local function name_of_item(page, id, known)
    if not id then return nil end
    if known.items[id] == nil then
        local item = page:try("assets.get", {id = id})
        known.items[id] = item and item.name or false
    end
    return known.items[id] or nil
end

local function who(page, event)
    if event.name and event.name ~= "" then return event.name end
    local key = "who." .. (event.role or "")
    return page.reader.has(key) and page.t(key) or page.t("who.somebody")
end

local function sentence(page, event, known)
    local item = name_of_item(page, event.asset, known) or (event.data or {}).name
    local node = event.node and known.nodes[event.node]
    local params = {
        who = html.safe("<strong>" .. html.escape(who(page, event)) .. "</strong>"),
        item = known.said(item) or page.t("did.something"), task = known.said(node and node.name)
            or page.t("did.a_task"),
        person = (event.data or {}).name or (event.data or {}).email or page.t("who.somebody"),
    }
    local key = "did." .. event.action
    if page.reader.has(key) then return page.th(key, params) end
    return page.th("did.used", params)
end

--- Turns events into {who, sentence, at}. `nodes` are the project's nodes by id, where they are at hand; `language` is
--- the project's, in which its people name things.
function activity.lines(page, events, nodes, language)
    local known, lines = {items = {}, nodes = nodes or {}}, {}
    function known.said(name) return html.said(page.language, language, name) end
    for _, event in ipairs(events or {}) do
        lines[#lines + 1] = {who = event.name or "•", sentence = sentence(page, event, known), at = event.at}
    end
    return lines
end

return activity
