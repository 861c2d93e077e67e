-- SPDX-License-Identifier: EUPL-1.2
-- page: one request on its way to one answer. What a page function gets as `page`:
--
--   page.params.id, page.query.search, page.typed.name   parts of the path, parameters, fields of a posted form
--   page.person, page.language, page.t, page.tn, page.th  who reads, and the texts in their language
--   page:need(operation, {id=, query=, body=})  the result; a problem ends the page with the right error page
--       only = {"items", "id"}: a read makes no other members, at any level; for long lists of which little is shown
--   page:try(operation, {...})                  the result, or nil and the problem {status, code, detail, errors}
--   page:show(template, data, status)           answer with a page
--   page:go(path, query)                        answer with a redirect (303)

local native = require "engine.native"
local html = require "engine.html"
local i18n = require "engine.i18n"
local moment = require "engine.moment"
local text = require "engine.text"
local form = require "engine.form"

local page = {}
page.__index = page

local language_names = {
    en = "English", es = "Español", it = "Italiano", lv = "Latviešu", nl = "Nederlands", fr = "Français",
        de = "Deutsch",
}

local function first_values(lists)
    local values = {}
    for name, list in pairs(lists) do values[name] = list[1] end
    return values
end

--- Only a place of this site may be gone back to.
function page.safe_return(path)
    if type(path) ~= "string" or #path > 500 or not path:find("^/") or path:find("^/[/\\]") or path:find("[%c\\]") then
        return nil
    end
    return path
end

local function choose_language(site, request, query)
    local asked = query.lang
    if asked and site.texts.knows(asked) then return asked, asked end
    local kept = request.language_cookie
    if kept and site.texts.knows(kept) then return kept, nil end
    local own = request.person and request.person.language
    if own and site.texts.knows(own) then return own, nil end
    return i18n.accepted(request.accept_language) or "en", nil
end

--- nil when the address or the form cannot be read.
function page.new(site, request)
    local query_lists = native.form_decode(request.query or "")
    local posted = native.form_decode(request.body or "")
    if not query_lists or not posted then return nil end
    local self = setmetatable({site = site, request = request}, page)
    self.query, self.query_lists = first_values(query_lists), query_lists
    self.posted, self.typed = posted, form.typed(posted)
    self.language, self.answer_language = choose_language(site, request, self.query)
    self.reader = site.texts.reader(self.language)
    self.t, self.tn, self.th = self.reader.t, self.reader.tn, self.reader.th
    self.person = request.person
    self.path = request.path
    self.answer = {status = 200, language = self.language, set_language = self.answer_language}
    return self
end

function page:try(operation, arguments)
    arguments = arguments or {}
    return self.site.call(operation, arguments.id, arguments.query, arguments.body, self.language,
        arguments.only)
end

function page:need(operation, arguments)
    local result, problem = self:try(operation, arguments)
    if problem then error({problem = problem}, 0) end
    return result
end

--- Ends the page as if an operation had said so: page:refuse(404).
function page:refuse(status, code)
    error({problem = {status = status, code = code or ("page." .. status)}}, 0)
end

--- A visitor is asked to sign in first and then comes back here.
function page:need_person()
    if not self.person then self:refuse(401) end
    return self.person
end

function page:go(path, query)
    self.answer.status, self.answer.location = 303, html.address(path, query)
end

--- The sentence for a problem, in the reader's language where there is one.
function page:problem_text(problem)
    local key = "problem." .. (problem.code or "")
    if self.reader.has(key) then return self.t(key, {about = problem.about or ""}) end
    return problem.detail or self.t("problem.unknown")
end

-- The address of this page in another language; its other parameters stay.
local function switch_languages(self)
    local path = self.request.method == "POST" and "/" or self.path
    local query = {}
    for name, values in pairs(self.query_lists) do query[name] = values end
    query.lang = nil
    local alone, list = next(query) == nil, {}
    for i, code in ipairs(i18n.languages) do
        query.lang = code
        list[i] = {
            code = code, name = language_names[code], current = code == self.language,
            href = alone and path .. "?lang=" .. code or html.address(path, query),
        }
    end
    return list
end

local function site_name(site, reader)
    local names = site.name
    if type(names) ~= "table" then return reader.t("site.name") end
    return names[reader.language] or names.en or select(2, next(names)) or reader.t("site.name")
end

-- The names that every template may use and that are the same for every page in a language.
local function language_names_make(site, reader)
    local language = reader.language
    local names = {t = reader.t, tn = reader.tn, th = reader.th, lang = language, site_name = site_name(site, reader)}
    function names.static(file) return "/static/" .. site.static_version .. "/" .. file end
    function names.other_language(code)
        return code and code ~= "" and code ~= language and code or language
    end
    function names.said(other, value) return html.said(language, other, value) end
    function names.date(value) return moment.date(reader, value) end
    function names.ago(value) return moment.ago(reader, value) end
    function names.until_day(value) return moment.until_day(reader, value) end
    function names.number(value) return reader.number(value) end
    function names.size(value) return text.size(reader, value) end
    function names.language_name(code) return text.language(reader, code) end
    function names.licence(value) return text.licence(reader, value) end
    names.markdown, names.address = text.markdown, html.address
    names.initials, names.short, names.plain = text.initials, text.short, text.plain
    return {__index = names}
end

-- A page's own names, then those of this request, then those of its language.
local function names_add(self, data)
    local kept = self.site.language_names
    local shared = kept[self.language] or language_names_make(self.site, self.reader)
    kept[self.language] = shared
    local own = {
        person = self.person, path = self.path, csrf = self.request.csrf, languages = switch_languages(self),
        request_id = self.request.id,
    }
    for name, value in pairs(own) do
        if data[name] == nil then data[name] = value end
    end
    setmetatable(data, shared)
end

local function unread_count(self)
    if not self.person then return 0 end
    local messages = self:try("notifications.list", {query = {limit = 1, unread = true}, only = {"unread"}})
    return messages and messages.unread or 0
end

function page:show(name, data, status)
    data = data or {}
    local done = self.query.done
    if done and self.reader.has("done." .. done) then data.flash = data.flash or self.t("done." .. done) end
    if data.unread == nil then data.unread = unread_count(self) end
    names_add(self, data)
    self.answer.status = status or 200
    self.answer.body = self.site.templates.render(name, data)
end

--- The page for a problem: sign in, not allowed, not there, not working.
function page:show_problem(problem)
    local status = problem.status or 500
    if status == 401 and not self.person then
        local back = self.request.method == "GET" and html.address(self.path, self.query_lists) or nil
        return self:go("/signin", {to = back, why = "needed"})
    end
    local kind = (status == 401 or status == 403) and "403" or status == 404 and "404" or status == 405 and "405"
        or (status == 413 or status == 400) and "400" or status < 500 and "other" or "500"
    self:show("error", {
        title = self.t("error." .. kind .. ".title"), kind = kind,
        text = kind == "other" and self:problem_text(problem) or self.t("error." .. kind .. ".text"),
        detail = kind == "500" and problem.code ~= "page.500" and self:problem_text(problem) or nil,
        id = (kind == "500" or kind == "400") and (problem.id or self.request.id) or nil,
        unread = self.request.person and 0 or 0,
    }, status)
end

return page
