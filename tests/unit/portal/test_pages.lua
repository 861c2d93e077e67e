-- SPDX-License-Identifier: EUPL-1.2
-- Every page with answers as the API gives them, in every language, and what happens when the API says no.

local native = require "engine.native"
local i18n = require "engine.i18n"
local fake = require "fake_api"

local tests = {}
local handle = assert(loadfile(PORTAL .. "/engine/boot.lua")) {
    native = native, folder = PORTAL, static_version = "v1", call = fake.call,
}

local function ask(path, given)
    given = given or {}
    local at, query = path:match("^([^?]*)%??(.*)$")
    return handle {
        method = given.body and "POST" or given.method or "GET", path = at, query = query, body = given.body or "",
        person = not given.visitor and fake.person or nil, csrf = "token", id = "0199", cross_site = given.cross_site
            or false,
        accept_language = given.accept, language_cookie = given.cookie,
    }
end

local for_members = {
    "/", "/tools", "/tools/poll", "/tools/eidas", "/tools/loomio", "/tools/Stakeholders-Mapping-Canvas", "/projects",
    "/projects/new", "/guides/default", "/projects/p1", "/projects/p1/activity", "/projects/p1/people",
        "/projects/p1/edit",
    "/tasks/t4", "/tasks/t4/add/poll", "/items/a1", "/items/a1/remove", "/messages", "/admin/plugins", "/settings", "/admin/install",
        "/admin/packages/walk", "/admin/plugins/walk/back", "/admin/keys",
        "/help",
}
local for_visitors = {"/", "/tools", "/tools/poll", "/signin", "/invitation?token=abc", "/help", "/accessibility",
    "/privacy"}

local function check(path, answer, language)
    local page = answer.body
    assert(answer.status == 200, path .. " gave " .. answer.status)
    assert(page:find('<html lang="' .. language .. '"', 1, true), path .. " is not in " .. language)
    assert(select(2, page:gsub("<h1", "")) == 1, path .. " needs one h1")
    assert(not page:find(" style=", 1, true) and not page:find(" on%a+=\""), path .. " breaks the content policy")
    -- A key that nobody translated would be shown as it is.
    local visible = page:gsub("<[^>]*>", " ")
    local key = visible:match("%f[%w](%l+%.%l[%l_.]+)%f[^%w_.]")
    assert(not key or key:find("example") or key:find("docx"), path .. " shows the key " .. tostring(key))
end

function tests.every_page_in_every_language()
    for _, language in ipairs(i18n.languages) do
        local titles = {}
        for _, path in ipairs(for_members) do
            local answer = ask(path, {cookie = language})
            check(path, answer, language)
            local title = answer.body:match("<title>(.-)</title>")
            assert(not titles[title], path .. " has the title of " .. tostring(titles[title]) .. ": " .. title)
            titles[title] = path
        end
        for _, path in ipairs(for_visitors) do check(path, ask(path, {cookie = language, visitor = true}), language) end
    end
end

function tests.the_reader_chooses_the_language()
    assert(ask("/", {visitor = true, accept = "lv,en;q=0.5"}).language == "lv")
    assert(ask("/", {visitor = true, accept = "lv", cookie = "it"}).language == "it")
    local asked = ask("/?lang=de", {visitor = true, cookie = "it"})
    assert(asked.language == "de" and asked.set_language == "de")
    assert(ask("/?lang=xx", {visitor = true}).set_language == nil)
end

function tests.texts_in_another_language_say_so()
    local page = ask("/projects/p1", {cookie = "de"}).body
    assert(page:find('<h1 lang="en">A park for all</h1>', 1, true))
    assert(page:find('<span lang="en">Say who must be heard</span></a>', 1, true)
        or page:find('<span lang="en">Say who must be heard</span>', 1, true))
    assert(page:find('nach „<span lang="en">Say who must be heard</span>“', 1, true), "a name inside a sentence too")
    assert(page:find('“</span>', 1, true) or page:find('„<span lang="en">Which day', 1, true))
    local same = ask("/projects/p1", {cookie = "en"}).body
    assert(not same:find("<span lang=\"en\">Which", 1, true), "no span where none is needed")
end

function tests.a_visitor_signs_in_first_and_comes_back()
    local answer = ask("/projects/p1/people?x=1", {visitor = true})
    assert(answer.status == 303 and answer.location == "/signin?to=%2Fprojects%2Fp1%2Fpeople%3Fx%3D1&why=needed",
        answer.location)
    fake.instead["sessions.create"] = function() return {token = "t"} end
    assert(ask("/signin", {visitor = true, body = "email=a&password=b&to=%2Fprojects%2Fp1"}).location == "/projects/p1")
    for _, evil in ipairs {"%2F%2Fevil.example", "https%3A%2F%2Fevil.example", "%2F%5Cevil.example",
        "javascript%3Ax"} do
        assert(ask("/signin", {visitor = true, body = "email=a&password=b&to=" .. evil}).location == "/", evil)
    end
    fake.instead["sessions.create"] = nil
    local wrong = ask("/signin", {visitor = true, body = "email=%3Cb%3E&password=b"})
    assert(wrong.status == 401 and wrong.body:find("do not belong together") and wrong.body:find('value="&lt;b&gt;"',
        1, true))
    assert(not wrong.body:find('value="b"', 1, true), "a password is never sent back")
end

function tests.posts_need_their_token()
    for _, body in ipairs {"name=x", "_token=other&name=x"} do assert(ask("/settings", {body = body}).status == 403) end
    assert(ask("/settings", {body = "_token=token&name=x", cross_site = true}).status == 403)
    assert(ask("/signin", {visitor = true, body = "email=a", cross_site = true}).status == 403)
    fake.instead["me.update"] = function() return {} end
    assert(ask("/settings", {body = "_token=token&name=x&language=it"}).location == "/settings?done=saved")
    assert(ask("/settings?done=saved").body:find("Saved%."))
end

function tests.wrong_addresses_and_methods()
    assert(ask("/nowhere").status == 404 and ask("/messages/read").status == 405)
    assert(ask("/?a=%zz").status == 400 and ask("/", {method = "HEAD"}).status == 200)
    assert(ask("/tools/none").status == 404)
end

function tests.a_form_that_comes_back_keeps_what_was_typed()
    local answer = ask("/tasks/t4/add/poll", {body = "_token=token&name=Mine&p.options=one%0Atwo&p.secret=on"})
    local page = answer.body
    assert(answer.status == 422 and page:find('role="alert"', 1, true) and page:find('href="#field-p.question"', 1,
        true))
    assert(page:find("\none\ntwo</textarea>", 1, true) and page:find("checked", 1, true))
    assert(page:find('aria-describedby="field-p.options-hint field-p.options-error"', 1, true))
    local asked = fake.asked[#fake.asked - 1]
    for _, one in ipairs(fake.asked) do if one.operation == "assets.create" then asked = one end end
    assert(asked.id == "t4" and asked.body.interlinker == "poll" and asked.body.name == "Poll"
        and asked.body.params.secret == true and #asked.body.params.options == 2)
end

function tests.a_tool_is_called_by_its_title()
    fake.instead["assets.create"] = function(_, _, body)
        fake.last = body
        return {id = "a9"}
    end
    assert(ask("/tasks/t4/add/poll",
        {body = "_token=token&p.question=Which+day%3F&p.options=a%0Ab"}).location == "/items/a9?done=item_added")
    assert(fake.last.name == "Which day?" and fake.last.params.question == "Which day?")
    assert(ask("/tasks/t4/add/eidas", {body = "_token=token&name=To+read"}).status == 303
        and fake.last.name == "To read")
    assert(fake.last.params == nil)
    fake.instead["assets.create"] = nil
end

function tests.what_people_wrote_is_never_markup()
    local evil = '<img src=x onerror=alert(1)>"\''
    fake.instead["processes.get"] = function()
        return {id = "p1", name = evil, description = evil, language = "en", progress = 0, role = "administrator",
            counts = {tasks = 1, finished = 0}, members = {{person = "u1", name = evil, role = "viewer"}}}
    end
    for _, path in ipairs {"/projects/p1", "/projects/p1/people", "/projects/p1/edit", "/items/a1"} do
        local page = ask(path).body
        assert(not page:find("<img src=x", 1, true), path)
    end
    fake.instead["processes.get"] = nil
end

function tests.problems_become_pages()
    for status, kind in pairs {[403] = 403, [404] = 404, [500] = 500, [503] = 503, [504] = 504, [507] = 507} do
        fake.instead["processes.get"] = function() return nil, {status = kind, code = "x.y",
            detail = "Because of this."} end
        local answer = ask("/projects/p1")
        assert(answer.status == status and answer.body:find("<h1>", 1, true))
        if status >= 500 then assert(answer.body:find("0199", 1, true), "a number to tell the administrator") end
    end
    fake.instead["processes.get"] = function() error("boom") end
    local answer = ask("/projects/p1")
    assert(answer.status == 500 and not answer.body:find("boom", 1, true) and answer.body:find("0199", 1, true))
    fake.instead["processes.get"] = nil
end

function tests.dates_and_states_of_a_task()
    fake.instead["nodes.update"] = function(id, _, body)
        fake.last = body
        return {id = id}
    end
    assert(ask("/tasks/t4/dates",
        {body = "_token=token&start=2026-01-02&end=&version=3"}).location == "/tasks/t4?done=dates_saved")
    assert(fake.last.start == "2026-01-02" and fake.last["end"] == native.null and fake.last.version == 3)
    assert(ask("/tasks/t4/status", {body = "_token=token&status=finished"}).location == "/tasks/t4?done=task_finished")
    assert(ask("/tasks/t4/status", {body = "_token=token&status=nonsense"}).status == 400)
    fake.instead["nodes.update"] = function()
        return nil, {status = 422, code = "node.dates", detail = "No.", errors = {}}
    end
    local wrong = ask("/tasks/t4/dates", {body = "_token=token&start=2026-02-02&end=2026-01-01"})
    assert(wrong.status == 422 and wrong.body:find("The end must not be before the start", 1, true))
    assert(wrong.body:find('value="2026-02-02"', 1, true))
end

-- PREVIEW=FOLDER writes the pages there, to look at them in a browser.
function tests.zz_preview()
    local folder = os.getenv("PREVIEW")
    if not folder then return end
    for _, path in ipairs(for_members) do
        local page = ask(path, {cookie = os.getenv("PREVIEW_LANGUAGE")}).body:gsub("/static/v1/", PORTAL .. "/static/")
        local file = assert(io.open(folder .. "/" .. (path == "/" and "welcome" or path:sub(2):gsub("/", "-"))
            .. ".html", "w"))
        file:write(page)
        file:close()
    end
end

return tests
