-- SPDX-License-Identifier: EUPL-1.2
-- page: one request on its way to one answer. What a page function gets as `page`:
--
--   page.params.id, page.query.search, page.typed.name   parts of the path, parameters, fields of a posted form
--   page.person, page.language, page.t, page.tn, page.th  who reads, and the texts in their language
--   page:need(operation, {id=, query=, body=})  the result; a problem ends the page with the right error page
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
    return self.site.call(operation, arguments.id, arguments.query, arguments.body, self.language)
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

local function switch_languages(self)
    local list = {}
    for _, code in ipairs(i18n.languages) do
        local query = {}
        for name, values in pairs(self.query_lists) do query[name] = values end
        query.lang = code
        list[#list + 1] = {
            code = code, name = language_names[code], current = code == self.language,
            href = html.address(self.request.method == "POST" and "/" or self.path, query),
        }
    end
    return list
end

local function site_name(self)
    local names = self.site.name
    if type(names) ~= "table" then return self.t("site.name") end
    return names[self.language] or names.en or select(2, next(names)) or self.t("site.name")
end

-- The names that every template may use.
local function page_names(self)
    local reader, site = self.reader, self.site
    local names = {
        t = self.t, tn = self.tn, th = self.th, lang = self.language, person = self.person, path = self.path,
        csrf = self.request.csrf, languages = switch_languages(self), site_name = site_name(self),
        request_id = self.request.id,
    }
    function names.static(file) return "/static/" .. site.static_version .. "/" .. file end
    function names.other_language(code)
        return code and code ~= "" and code ~= self.language and code or self.language
    end
    function names.said(language, value) return html.said(self.language, language, value) end
    function names.date(value) return moment.date(reader, value) end
    function names.ago(value) return moment.ago(reader, value) end
    function names.until_day(value) return moment.until_day(reader, value) end
    function names.number(value) return reader.number(value) end
    function names.size(value) return text.size(reader, value) end
    function names.language_name(code) return text.language(reader, code) end
    function names.licence(value) return text.licence(reader, value) end
    function names.markdown(value, heading) return text.markdown(value, heading) end
    function names.address(path, query) return html.address(path, query) end
    names.initials, names.short, names.plain = text.initials, text.short, text.plain
    return names
end

local function unread_count(self)
    if not self.person then return 0 end
    local messages = self:try("notifications.list", {query = {limit = 1, unread = true}})
    return messages and messages.unread or 0
end

function page:show(name, data, status)
    data = data or {}
    local done = self.query.done
    if done and self.reader.has("done." .. done) then data.flash = data.flash or self.t("done." .. done) end
    if data.unread == nil then data.unread = unread_count(self) end
    setmetatable(data, {__index = page_names(self)})
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
