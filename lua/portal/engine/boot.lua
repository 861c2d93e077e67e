-- SPDX-License-Identifier: EUPL-1.2
-- boot: the host runs this once for each Lua state and gets back the function that answers requests.
--
-- Given: {native, folder, static_version, call, site_name}. `call(operation, id, query, body, language, only)` gives a
-- result or nil and a problem; it may wait, so requests run as coroutines. site_name is {en = ..., it = ...}, or nil.
-- A request: {method, path, query, body, accept_language, language_cookie, cross_site, person, csrf, id, origin}.
-- Its answer: {status, body, location, language, set_language}.

local given = ...
package.loaded["native"] = given.native

local template = require "engine.template"
local router = require "engine.router"
local i18n = require "engine.i18n"
local page = require "engine.page"

local native = given.native

local function read_template(name)
    local file, reason = io.open(("%s/templates/%s.html"):format(given.folder, name), "rb")
    if not file then return nil, reason end
    local source = file:read("a")
    file:close()
    return source
end

local site = {
    name = given.site_name, static_version = given.static_version, call = given.call,
    texts = i18n.load(given.folder), language_names = {},
}
site.templates = template.set(read_template)

-- Every template is compiled now, so that a mistake stops the start and not a citizen.
local function compile_all(below)
    local folder = given.folder .. "/templates" .. below
    for _, name in ipairs(assert(native.folder(folder))) do
        local base = name:match("^(.*)%.html$")
        if base then
            site.templates.compile((below .. "/" .. base):sub(2))
        elseif not name:find(".", 1, true) then
            compile_all(below .. "/" .. name)
        end
    end
end
compile_all("")

local routes = router.new()
for _, name in ipairs(assert(native.folder(given.folder .. "/pages"))) do
    local base = name:match("^(.*)%.lua$")
    if base then require("pages." .. base)(routes) end
end

local function check_post(one)
    if one.request.method ~= "POST" then return end
    local token = one.typed._token
    if one.request.cross_site or (one.person and token ~= one.request.csrf) then
        error({problem = {status = 403, code = "page.cross_site"}}, 0)
    end
end

local function run(one)
    local method = one.request.method
    local handler, params = routes.find(method, one.path)
    if not handler then
        one:show_problem({status = params and 405 or 404, code = "page.404"})
        return
    end
    one.params = params
    check_post(one)
    handler(one)
    assert(one.answer.status, "a page gave no answer")
end

-- A problem that a page raised stays a table; anything else is a mistake and gets its traceback.
local function with_traceback(mistake)
    if type(mistake) == "table" and mistake.problem then return mistake end
    return {traceback = debug.traceback(tostring(mistake), 2)}
end

local function answer_problem(one, failure)
    if failure.traceback then
        native.log("error", ("request=%s %s %s: %s"):format(one.request.id or "", one.request.method, one.path,
            failure.traceback))
    end
    one.answer.location, one.answer.body = nil, nil
    one:show_problem(failure.problem or {status = 500, code = "page.500"})
end

local function handle(request)
    request.method = request.method == "HEAD" and "GET" or request.method
    local one = page.new(site, request)
    if not one then
        request.query, request.body = "", ""
        one = page.new(site, request)
        one:show_problem({status = 400, code = "page.400"})
        return one.answer
    end
    local ok, failure = xpcall(run, with_traceback, one)
    if not ok then answer_problem(one, failure) end
    return one.answer
end

-- From here on a misspelled name is an error, not nil.
setmetatable(_G, {
    __index = function(_, name) error("unknown global " .. tostring(name), 2) end,
    __newindex = function(_, name) error("new global " .. tostring(name), 2) end,
})

return handle
