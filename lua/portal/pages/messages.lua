-- SPDX-License-Identifier: EUPL-1.2
-- What happened that concerns me.

local html = require "engine.html"
local page_class = require "engine.page"
local text = require "engine.text"

local function messages(page)
    page:need_person()
    local list = page:need("notifications.list", {query = {limit = 30, after = page.query.after}})
    for _, one in ipairs(list.items) do
        -- Addresses in messages come from the host; a tool's message may only lead to a place of this site.
        one.url = page_class.safe_return(one.url)
        local who = (one.params or {}).person
        one.mark = type(who) == "string" and text.initials(who) or "•"
    end
    page:show("messages", {
        title = page.t("nav.messages"), nav = "messages", items = list.items, unread = list.unread or 0,
        next_page = list.next and html.address("/messages", {after = list.next}) or nil,
        previous_page = page.query.after and "/messages" or nil,
    })
end

local function read_all(page)
    page:need_person()
    page:need("notifications.read", {body = {all = true}})
    page:go("/messages", {done = "messages_read"})
end

return function(routes)
    routes.get("/messages", messages)
    routes.post("/messages/read", read_all)
end
