-- SPDX-License-Identifier: EUPL-1.2
-- Signing in and out, accepting an invitation, one's own settings, the language of the pages.

local form = require "engine.form"
local page_class = require "engine.page"

local language_names = {
    {"en", "English"}, {"es", "Español"}, {"it", "Italiano"}, {"lv", "Latviešu"}, {"nl", "Nederlands"},
    {"fr", "Français"}, {"de", "Deutsch"},
}

local function language_options()
    local options = {}
    for _, pair in ipairs(language_names) do options[#options + 1] = {value = pair[1], label = pair[2],
        lang = pair[1]} end
    return options
end

local function signin_show(page, failure, status)
    local to = page_class.safe_return(page.query.to or page.typed.to) or "/"
    page:show("signin", {
        title = page.t("nav.signin"), to = to, needed = page.query.why == "needed", failure = failure,
        fields = {
            form.field {name = "email", kind = "email", label = page.t("signin.email"), required = true,
                autocomplete = "username", value = page.typed.email},
            form.field {name = "password", kind = "password", label = page.t("signin.password"), required = true,
                autocomplete = "current-password"},
        },
    }, status)
end

local function signin(page)
    if page.person then return page:go(page_class.safe_return(page.query.to) or "/") end
    signin_show(page)
end

local function signin_do(page)
    local email, password = page.typed.email or "", page.typed.password or ""
    if email == "" or password == "" then return signin_show(page, page.t("signin.fill_both"), 422) end
    local _, problem = page:try("sessions.create", {body = {email = email, password = password}})
    if problem then
        local wrong = problem.status == 401 or problem.status == 422 or problem.status == 403
        return signin_show(page, wrong and page.t("signin.wrong") or page:problem_text(problem), problem.status)
    end
    page:go(page_class.safe_return(page.typed.to) or "/")
end

local function signout(page)
    if page.person then page:need("sessions.delete") end
    page:go("/", {done = "signed_out"})
end

local function kind_field(page, value)
    local options = {}
    for _, kind in ipairs {"citizen", "official", "company", "nonprofit"} do
        options[#options + 1] = {value = kind, label = page.t("person." .. kind)}
    end
    return form.field {name = "kind", kind = "radio", label = page.t("settings.kind"), required = true,
        options = options, value = value}
end

-- The first administrator says their own address; somebody who is signed in has only to agree.
local function invitation_fields(page, given)
    if page.person then return {} end
    local fields = {
        form.field {name = "name", kind = "text", label = page.t("settings.name"), required = true,
            autocomplete = "name", value = page.typed.name},
        form.field {name = "password", kind = "password", label = page.t("signin.password"), required = true,
            hint = page.t("invitation.password_hint"), autocomplete = "new-password"},
        form.field {name = "language", kind = "select", label = page.t("settings.language"), required = true,
            options = language_options(), value = page.typed.language or page.language},
        kind_field(page, page.typed.kind or "citizen"),
    }
    if not given.email then
        table.insert(fields, 1, form.field {name = "email", kind = "email", label = page.t("signin.email"),
            required = true, autocomplete = "username", value = page.typed.email})
    end
    return fields
end

local function invitation_intro(page, given)
    if page.person and given.process_name then return page.t("invitation.join", {name = given.process_name}) end
    if given.process_name then return page.t("invitation.project", {name = given.process_name, email = given.email}) end
    return given.email and page.t("invitation.site", {email = given.email}) or page.t("invitation.first")
end

local function invitation_show(page, token, problem)
    local given = page:need("invitations.get", {query = {token = token}})
    local fields = invitation_fields(page, given)
    local others = problem and form.blame(page.reader, fields, problem) or {}
    if problem and #(problem.errors or {}) == 0 then others[1] = page:problem_text(problem) end
    page:show("invitation", {
        title = page.t(page.person and "invitation.join.title" or "invitation.title"), token = token, fields = fields,
        intro = invitation_intro(page, given), summary = form.summary(fields, others),
        button = page.t(page.person and "invitation.join.do" or "invitation.accept"),
        sign_in = problem and problem.code == "invitation.sign_in",
    }, problem and problem.status)
end

local function invitation(page)
    if not page.query.token then page:refuse(404) end
    invitation_show(page, page.query.token)
end

local function invitation_do(page)
    local typed = page.typed
    if not typed.token then page:refuse(404) end
    local body = {token = typed.token}
    if not page.person then
        for _, name in ipairs {"email", "name", "password", "language", "kind"} do
            body[name] = typed[name] ~= "" and typed[name] or nil
        end
        body.name, body.password = typed.name or "", typed.password or ""
    end
    local result, problem = page:try("invitations.accept", {body = body})
    if problem and (problem.status == 404 or problem.status >= 500) then return page:show_problem(problem) end
    if problem then return invitation_show(page, typed.token, problem) end
    if not page.person then page.answer.set_language = result.person and result.person.language end
    page:go("/", {done = page.person and "joined" or "welcome"})
end

local function settings_show(page, problem)
    local person = page:need_person()
    local fields = {
        form.field {name = "name", kind = "text", label = page.t("settings.name"), required = true, max_length = 100,
            autocomplete = "name", value = page.typed.name or person.name},
        form.field {name = "language", kind = "select", label = page.t("settings.language"), required = true,
            options = language_options(), value = page.typed.language or person.language},
        kind_field(page, page.typed.kind or person.kind),
    }
    local others = problem and form.blame(page.reader, fields, problem) or {}
    page:show("settings", {
        title = page.t("nav.settings"), fields = fields, summary = problem and form.summary(fields, others),
    }, problem and problem.status)
end

local function settings_do(page)
    page:need_person()
    local _, problem = page:try("me.update", {body = {
        name = page.typed.name or "", language = page.typed.language, kind = page.typed.kind,
    }})
    if problem then return settings_show(page, problem) end
    page.answer.set_language = page.typed.language
    page:go("/settings", {done = "saved"})
end

local function language_do(page)
    if page.site.texts.knows(page.typed.language) then page.answer.set_language = page.typed.language end
    page:go(page_class.safe_return(page.typed.to) or "/")
end

return function(routes)
    routes.get("/signin", signin)
    routes.post("/signin", signin_do)
    routes.post("/signout", signout)
    routes.get("/invitation", invitation)
    routes.post("/invitation", invitation_do)
    routes.get("/settings", function(page) settings_show(page) end)
    routes.post("/settings", settings_do)
    routes.post("/language", language_do)
end
