-- SPDX-License-Identifier: EUPL-1.2
-- fake_api: answers in the shapes of the HTTP API, for tests of the pages and for looking at them.

local native = require "engine.native"

local day = 86400000
local now = native.now()
local function iso(ms) return os.date("!%Y-%m-%dT%H:%M:%S.000Z", ms // 1000) end
local function in_days(n) return os.date("!%Y-%m-%dT00:00:00.000Z", (now + n * day) // 1000) end
local function entry(id, kind, name, summary, languages, licence)
    return {
        id = id, kind = kind, name = name, summary = summary, language = languages[1], languages = languages,
        problem_profiles = {"P1"}, tags = {"one", "two"}, licence = licence, difficulty = "easy",
        plugin = kind == "plugin" and id or nil, installed = kind == "plugin" and id ~= "loomio" or nil,
    }
end

local tools = {
    entry("poll", "plugin", "Poll", "Ask one question and see the votes come in.", {"en", "es", "it", "lv"},
        "EUPL-1.2"),
    entry("survey", "plugin", "Survey", "Many questions, charts and a table at the end.", {"en", "es"}, "EUPL-1.2"),
    entry("Stakeholders-Mapping-Canvas", "template", "Stakeholders mapping canvas",
        "A prepared document to find everyone concerned and to see what moves them.", {"en", "es"}, "public_domain"),
    entry("loomio", "plugin", "Loomio", "Threads, proposals and decisions with a record", {"en"}, "AGPL-3.0"),
    entry("eidas", "link", "Estándar eIDAS", "Guidance of the European Union.", {"es"}, "permissive"),
    entry("wcag", "link", "Accessibility checklist", "Guidance of the W3C", {"en"}, ""),
}

local function task(id, name, status, more)
    local one = {
        id = id, kind = "task", name = name, description = "", status = status, progress = 0, prerequisites = {},
        problem_profiles = {}, children = {}, assets = 0, version = 1,
    }
    for key, value in pairs(more or {}) do one[key] = value end
    return one
end

local function group(id, kind, name, status, children)
    return {id = id, kind = kind, name = name, description = "", status = status, prerequisites = {},
        children = children}
end

local nodes = {
    group("n1", "phase", "Bring people together", "finished", {
        group("o1", "objective", "Find your team", "finished", {
            task("t1", "Write down why", "finished"), task("t2", "Ask two neighbours", "finished"),
        }),
    }),
    group("n2", "phase", "Understand the need", "in_progress", {
        group("o2", "objective", "Know who is concerned", "in_progress", {
            task("t3", "List everyone the park touches", "finished", {assets = 2}),
            task("t4", "Say who must be heard", "in_progress", {["end"] = in_days(2), assets = 1}),
            task("t5", "Invite those who never come", "awaiting", {prerequisites = {"t4"}}),
        }),
        group("o3", "objective", "Hear them", "awaiting", {
            task("t6", "Ask what would bring you to the park", "awaiting"),
            task("t7", "Walk through the park at night", "awaiting", {["end"] = in_days(-3)}),
        }),
    }),
    group("n3", "phase", "Design and try", "awaiting", {
        group("o4", "objective", "First drafts", "awaiting", {task("t8", "Draw three versions", "awaiting")}),
    }),
}

local function member(id, name, role, kind) return {person = id, name = name, role = role, kind = kind} end

local project = {
    id = "p1", name = "A park for all", description = "The old railway yard becomes a park. **Everybody** has a say.",
    language = "en", status = "in_progress", progress = 38, ["end"] = in_days(60), role = "administrator", version = 3,
    counts = {tasks = 42, finished = 16},
    members = {
        member("u1", "Anna Ozola", "administrator", "official"), member("u2", "Bruno Neri", "contributor", "citizen"),
        member("u3", "Chiara Vega", "contributor", "company"), member("u4", "Dirk de Vries", "viewer", "nonprofit"),
        member("u5", "Eva Lind", "viewer", "citizen"), {email = "frank@example.org", role = "contributor",
            invited = true},
    },
}

local function event(id, ago, name, role, action, asset, node)
    return {
        id = id, at = iso(now - ago), name = name, role = role, action = action, asset = asset, node = node,
        process = "p1", data = {},
    }
end

local usage = {
    event("e1", 600000, "Chiara Vega", "company", "voted", "a1", "t4"),
    event("e2", 5 * 3600000, "Bruno Neri", "citizen", "node.finished", nil, "t3"),
    event("e3", day, nil, "citizen", "answered", "a1", "t3"),
    event("e4", 4 * day, "Anna Ozola", "official", "asset.created", "a1", "t3"),
    event("e5", 40 * day, "Anna Ozola", "official", "process.created"),
    event("e6", 41 * day, nil, "system", "of.its.own"),
}

local item = {
    id = "a1", name = "Which day should the park open?", interlinker = "poll", interlinker_name = "Poll",
        kind = "plugin",
    plugin = "poll", process = "p1", node = "t4", node_name = "Say who must be heard", version = 1, state = "ready",
    creator = {id = "u3", name = "Chiara Vega"}, created_at = iso(now - day), updated_at = iso(now - 600000),
    capabilities = {"view", "edit", "clone"},
}

local params = {
    type = "object", required = {"question", "options"},
    properties = {
        question = {type = "string", maxLength = 200, title = "Question"},
        options = {type = "array", items = {type = "string"}, title = "Answers", description = "One on each line"},
        closes = {type = "string", format = "date", title = "Last day to vote"},
        who = {type = "string", enum = {"all", "members"}, ["x-titles"] = {"Everybody", "Members only"},
            default = "all",
            title = "Who may vote"},
        secret = {type = "boolean", title = "Hide names", description = "Nobody sees who chose what."},
        seats = {type = "integer", title = "Seats", minimum = 1},
    },
}

local guides = {
    {id = "default", name = "Co-production of a public service", languages = {"en"},
        description = "From a first idea to a service that runs: who must be there, what they need, how to build it.",
        counts = {phases = 4, objectives = 14, tasks = 42}},
    {id = "hackathon", name = "Hackathon", description = "Two days of first versions.", languages = {"en"},
        counts = {phases = 4, objectives = 13, tasks = 39}},
}

local function tool(id)
    for _, one in ipairs(tools) do
        if one.id == id then return one end
    end
end

-- Pages change what they get, so each one gets a copy.
local function copy(value) return native.json_decode(native.json_encode(value)) end

local description = "\n\n# Why\n\nBecause *good* decisions need [many](https://example.org) eyes.\n\n- one\n- two"

local api = {}

api["interlinkers.list"] = function(_, query)
    local found = {}
    for _, one in ipairs(tools) do
        if not (query and query.kind) or query.kind == one.kind then found[#found + 1] = copy(one) end
    end
    return {items = found}
end

api["interlinkers.get"] = function(id)
    local one = tool(id)
    if not one then return nil, {status = 404, code = "interlinker.not_found", detail = "There is no such tool."} end
    one = copy(one)
    one.description = "<p>" .. one.summary .. "</p>" .. description
    one.instructions, one.constraints = "1. Add it\n2. Share it", "none"
    one.details = {author = {name = "the City of Zaragoza"}, permissions = {"person.name"}}
    if one.kind == "plugin" then one.params = copy(params) end
    if one.kind == "link" then one.uri = "https://example.org" end
    if one.kind == "template" then
        one.files = {
            {language = "en", name = "canvas.docx", size = 48213, url = "/files/x"},
            {language = "es", name = "lienzo.docx", size = 1248213, url = "/files/y"},
        }
    end
    return one
end

api["problem_profiles.list"] = function()
    return {items = {{id = "P1", name = "Find out what people think"}, {id = "P2", name = "Find everyone concerned"}}}
end

api["guides.list"] = function() return {items = copy(guides)} end

api["guides.get"] = function()
    local guide = copy(guides[1])
    guide.nodes = copy(nodes)
    guide.nodes[1].description = "Which people should be *involved*?"
    return guide
end

api["processes.list"] = function()
    local other = copy(project)
    other.id, other.name, other.language, other.progress = "p2", "Un café de deberes", "es", 100
    other.status, other.role, other.description = "finished", "viewer", "Doce padres y una bibliotecaria."
    return {items = {copy(project), other}}
end

api["processes.get"] = function() return copy(project) end
api["processes.tree"] = function() return {nodes = copy(nodes)} end
api["usage.list"] = function() return {items = copy(usage)} end
api["assets.get"] = function() return copy(item) end
api["assets.list"] = function() return {items = {copy(item)}} end
api["views.create"] = function() return {url = "/view/ticket/", capability = "view"} end

api["nodes.get"] = function()
    local task = copy(nodes[2].children[1].children[2])
    task.description = "Look at your list of people and groups.\n\n**You are done when** everyone agrees with the list."
    task.process = {id = "p1", name = "A park for all"}
    task.path = {{id = "n2", kind = "phase", name = "Understand the need"}, {id = "t4", kind = "task",
        name = task.name}}
    task.needs = {{id = "P2", name = "Find everyone concerned"}}
    task.after = {{id = "t3", name = "List everyone the park touches", status = "finished"}}
    return task
end

api["nodes.recommendations"] = function()
    return {items = {
        {interlinker = copy(tools[3]), reasons = {{text = "It helps to find everyone concerned."}}},
        {interlinker = copy(tools[1]), reasons = {
            {text = "It helps to decide together."}, {text = "It was used in 14 similar tasks that got finished."},
        }},
    }}
end

local function message(id, text, url, ago, read)
    return {id = id, text = text, url = url, created_at = iso(now - ago), read = read}
end

api["notifications.list"] = function()
    return {unread = 2, items = {
        message("m1", "Chiara Vega opened “Which day?” in “Say who must be heard”.", "/items/a1", 600000, false),
        message("m2", "Bruno finished “List everyone the park touches”.", "/tasks/t3", 2 * day, false),
        message("m3", "Anna added you to “A park for all”.", "/projects/p1", 20 * day, true),
    }}
end

local author = {key = "RWQf", fingerprint = "52dd 09b4 42ea f571 fd32 df52 3730 6699 ca96 914d", trust = "first"}

local function grant(name, limits, granted, used)
    return {name = name, limits = limits, granted = granted, used_at = used and iso(now - day) or nil, change = "more"}
end

local function installed(id, name, more)
    local one = {
        id = id, name = name, version = "1.0.0", bundled = true, enabled = true, state = "ready", calls = 41, crashes = 0,
        late = 0, trouble = "", permissions = {"person.name", "publish"}, refusal = "", unsigned = false, grants = {},
    }
    for key, value in pairs(more or {}) do one[key] = value end
    return one
end

api["plugins.list"] = function()
    return {items = {
        installed("poll", "Poll"), installed("survey", "Survey", {enabled = false, state = "off"}),
        installed("forum", "Forum", {state = "quarantined", trouble = "It stopped 12 times.", crashes = 12, late = 1}),
        installed("walk", "Walk", {
            bundled = false, author = author, waiting = "1.1.0", earlier = "0.9.0",
            grants = {grant("person.name", {}, true, true), grant("notify", {per_day = 20}, false), grant("files", {mb = 5}, true)},
        }),
        installed("draft", "Draft", {bundled = false, unsigned = true, state = "refused", refusal = "unsigned", trouble = "x"}),
        installed("gone", "Gone", {bundled = false, author = author, state = "refused", refusal = "revoked", trouble = "x"}),
    }}
end

local waiting = {
    id = "walk", version = "1.1.0", sha256 = "00", name = "Walk", description = "Walk and count.", runtime = "native",
    author = author, maker = "Anna", languages = {"en", "it"}, new_key = true, decision = true, newly_native = true,
    current = {version = "1.0.0", author = author}, new_personal = {"answers"}, tried = false,
    data = {personal = {"names", "answers"}, purpose = {en = "To count."}, retention_days = 30},
    findings = {{fault = true, text = "There are no instructions."}}, arrived_at = iso(now),
    permissions = {grant("person.name", {}, false), grant("notify", {per_day = 20}, false), grant("documents", {}, true)},
}

api["packages.list"] = function() return {items = {waiting}} end
api["packages.get"] = function() return waiting end
api["machine.get"] = function()
    return {jail_missing = "files closed", jail_accepted = false, dev = true,
        revocations = {number = 3, entries = 1, expires_at = iso(now - day), expired = true}}
end
api["plugin_keys.list"] = function()
    return {items = {
        {key = "RWQf", fingerprint = author.fingerprint, trust = "known", name = "", plugins = 1},
        {key = "RWQg", fingerprint = author.fingerprint, trust = "distrusted", name = "Somebody", plugins = 0},
    }}
end

api["members.add"] = function(_, _, body)
    if body.email == "" then
        return nil, {status = 422, code = "input.invalid", detail = "Look at the fields.", errors = {
            {pointer = "/email", code = "required", detail = "This is missing."},
        }}
    end
    local invitation = {url = "/invitation?token=abcdefghijklmnop", expires_at = in_days(7)}
    return {status = "invited", email = body.email, role = body.role, invitation = invitation}
end

api["assets.create"] = function()
    return nil, {status = 422, code = "input.invalid", detail = "Look at the fields.", errors = {
        {pointer = "/params/options", code = "too_few", detail = "Too few."},
        {pointer = "/params/question", code = "required", detail = "This is missing."},
    }}
end

api["invitations.get"] = function()
    return {kind = "member", email = "frank@example.org", process_name = "A park for all"}
end

api["sessions.create"] = function()
    return nil, {status = 401, code = "session.refused", detail = "That does not fit."}
end

-- What a test wants to be different, by operation id.
local fake = {instead = {}, asked = {}}

function fake.call(operation, id, query, body, language)
    fake.asked[#fake.asked + 1] = {operation = operation, id = id, query = query, body = body, language = language}
    local answer = fake.instead[operation] or api[operation]
    if not answer then error("the fake has no " .. operation) end
    return answer(id, query, body)
end

fake.person = {
    id = "u1", name = "Anna Ozola", email = "anna@example.org", kind = "official", language = "en", admin = true,
}

return fake
