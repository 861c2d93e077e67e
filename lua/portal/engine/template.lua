-- SPDX-License-Identifier: EUPL-1.2
-- template: HTML files with a little Lua in them, compiled once into functions.
--
--   {{ expression }}                     its value, escaped for the place where it stands
--   {% if x %} {% elseif y %} {% else %} {% end %}
--   {% for item in list %} {% end %}     also: for i, item in list
--   {% set name = expression %}
--   {% include "part/x" with {a = 1} %}  what the part sees: its own names first, then those around it
--   {% layout "layout/page" %}           first thing in a file: this file only fills the layout's slots
--   {% block name %} {% end %}           ... with these
--   {% slot name %} default {% end %}    where a layout is filled
--   {# a remark #}
--
-- The compiler follows the HTML, so it knows where a value stands: in text, in an attribute, or in an attribute that
-- holds an address. Values in scripts, styles, tags and on* attributes are mistakes, and so is an inline style.

local html = require "engine.html"

local template = {}

local url_attributes = {href = true, src = true, action = true, formaction = true, poster = true, cite = true}

-- The place in the HTML, as a small record: state, the attribute's name and whether its value has begun.
local function place_new() return {state = "text", attribute = "", begun = false, raw = nil, tag = ""} end

local function place_mark(place) return place.state .. "|" .. place.attribute .. "|" .. tostring(place.raw) end

local step = {}

function step.text(place, text, at)
    if place.raw then
        local from, to = text:lower():find("</" .. place.raw, at, true)
        if not from then return #text + 1 end
        place.raw, place.state, place.tag = nil, "tag", "/" .. place.raw
        return to + 1
    end
    local from, to, name = text:find("<(/?[%a!][%w-]*)", at)
    if not from then return #text + 1 end
    if text:find("^<!%-%-", from) then
        local _, close = text:find("-->", from, true)
        if not close then error("a comment is not closed", 0) end
        return close + 1
    end
    place.state, place.tag = "tag", name:lower()
    return to + 1
end

function step.tag(place, text, at)
    local from, to, found = text:find("([%w:@_-]+)%s*=%s*", at)
    local close = text:find(">", at, true)
    if close and (not from or close < from) then
        place.state = "text"
        if place.tag == "script" or place.tag == "style" then place.raw = place.tag end
        return close + 1
    end
    if not from then return #text + 1 end
    local name, quote = found:lower(), text:sub(to + 1, to + 1)
    if name:find("^on") or name == "style" then
        error(("the attribute %s is not allowed: the content policy forbids it"):format(name), 0)
    end
    if quote ~= '"' then error(("the value of %s must stand in double quotes"):format(name), 0) end
    place.state, place.attribute, place.begun = "value", name, false
    return to + 2
end

function step.value(place, text, at)
    local close = text:find('"', at, true)
    if close ~= at and at <= #text then place.begun = true end
    if not close then return #text + 1 end
    place.state, place.attribute = "tag", ""
    return close + 1
end

local function place_follow(place, text)
    local at = 1
    while at <= #text do at = step[place.state](place, text, at) end
end

local function value_code(place, expression)
    if place.state == "text" then
        if place.raw then error("no value can stand inside <" .. place.raw .. ">", 0) end
        return ("_out[#_out + 1] = _text(%s)"):format(expression)
    end
    if place.state == "tag" then error("a value inside a tag must be an attribute's value in quotes", 0) end
    if url_attributes[place.attribute] then
        local how = place.begun and "_url_part" or "_url"
        place.begun = true
        return ("_out[#_out + 1] = %s(%s)"):format(how, expression)
    end
    return ("_out[#_out + 1] = _escape(%s)"):format(expression)
end

-- One {% statement %}: gives the Lua code for it, and keeps the stack of what is open.
local statement = {}

local function open(state, kind) state.open[#state.open + 1] = {kind = kind, mark = place_mark(state.place)} end

local function check_place(state, what)
    local top = state.open[#state.open]
    if not top then error(what .. " without a beginning", 0) end
    if top.mark ~= place_mark(state.place) then
        error(("the HTML at this %s is at another place than where the %s began"):format(what, top.kind), 0)
    end
    return top
end

statement["if"] = function(state, rest)
    open(state, "if")
    return "if " .. rest .. " then"
end

statement["elseif"] = function(state, rest)
    check_place(state, "elseif")
    return "elseif " .. rest .. " then"
end

statement["else"] = function(state)
    check_place(state, "else")
    return "else"
end

statement["for"] = function(state, rest)
    local names, list = rest:match("^([%w_,%s]-)%s+in%s+(.+)$")
    if not names then error("for needs: for NAME in LIST", 0) end
    open(state, "for")
    if not names:find(",") then names = "_, " .. names end
    return ("for %s in _ipairs((%s) or _none) do"):format(names, list)
end

statement["set"] = function(_, rest)
    local name, expression = rest:match("^([%a_][%w_]*)%s*=%s*(.+)$")
    if not name then error("set needs: set NAME = EXPRESSION", 0) end
    return ("local %s = %s"):format(name, expression)
end

statement["include"] = function(state, rest)
    local name, with = rest:match('^"([%w/_-]+)"%s*(.*)$')
    if not name then error('include needs: include "NAME" with {...}', 0) end
    if place_mark(state.place) ~= place_mark(place_new()) then error("an include stands between tags only", 0) end
    with = with:match("^with%s+(.+)$") or "{}"
    state.needs[#state.needs + 1] = name
    return ("_include(%q, _out, _within(_ENV, %s))"):format(name, with)
end

statement["block"] = function(state, rest)
    open(state, "block")
    return ("_blocks[%q] = function(_out)"):format(rest)
end

statement["slot"] = function(state, rest)
    open(state, "slot")
    return ("if _blocks[%q] then _blocks[%q](_out) else"):format(rest, rest)
end

statement["end"] = function(state)
    check_place(state, "end")
    state.open[#state.open] = nil
    return "end"
end

statement["layout"] = function(state, rest)
    local name = rest:match('^"([%w/_-]+)"$')
    if not name or state.begun then error('layout "NAME" must be the first thing in the file', 0) end
    state.layout = name
    state.needs[#state.needs + 1] = name
    return ""
end

local function piece_code(state, kind, content)
    if kind == "#" then return "" end
    local word, rest = content:match("^([%a]+)%s*(.*)$")
    local code
    if kind == "{" then
        code = value_code(state.place, content)
    elseif word and statement[word] then
        code = statement[word](state, rest)
    else
        error("unknown statement: " .. content, 0)
    end
    state.begun = true
    return code
end

local closing = {["{"] = "}}", ["%"] = "%}", ["#"] = "#}"}

-- Between a layout's blocks nothing is written, so white space and remarks there are dropped.
local function literal_code(state, text)
    if text == "" then return nil end
    place_follow(state.place, text)
    state.begun = state.begun or text:find("%S") ~= nil
    if state.layout and #state.open == 0 then
        if text:find("%S") then error("a file with a layout has text only in its blocks", 0) end
        return ("\n"):rep(select(2, text:gsub("\n", "")))
    end
    return ("_out[#_out + 1] = %q"):format(text:gsub("\n%s+", "\n"))
end

-- Lua code with the line numbers of the template, so that a mistake is found where it was made.
local function translate(source)
    local state = {place = place_new(), open = {}, needs = {}, code = {}}
    local at, line = 1, 1
    local function add(code, lines)
        if not code then return end
        -- %q writes a newline of a literal as backslash-newline, which counts as a line of code as well.
        local own = select(2, code:gsub("\n", ""))
        state.code[#state.code + 1] = code .. ("\n"):rep(math.max(0, lines - own)) .. " "
    end
    local function guarded(work, ...)
        local ok, result = pcall(work, ...)
        if not ok then error({line = line, text = result}, 0) end
        return result
    end
    while true do
        local from, to, kind = source:find("{([{%%#])", at)
        local text = source:sub(at, (from or #source + 1) - 1)
        local lines = select(2, text:gsub("\n", ""))
        add(guarded(literal_code, state, text), lines)
        line = line + lines
        if not from then break end
        local starts_line = text:find("\n[ \t]*$") or (source:sub(at - 1, at - 1) == "\n" and text:find("^[ \t]*$"))
        local stop, stop_end = source:find(closing[kind], to + 1, true)
        if not stop then error({line = line, text = "{" .. kind .. " is not closed"}, 0) end
        local content = source:sub(to + 1, stop - 1):match("^%s*(.-)%s*$")
        local code = guarded(piece_code, state, kind, content)
        local inside = select(2, source:sub(to, stop_end):gsub("\n", ""))
        add(code, inside)
        line = line + inside
        at = stop_end + 1
        -- A line that only holds a statement leaves no empty line behind.
        if kind ~= "{" and source:sub(at, at) == "\n" and starts_line then
            at, line = at + 1, line + 1
            add("\n", 1)
        end
    end
    if #state.open > 0 then error({line = line, text = state.open[#state.open].kind .. " is not ended"}, 0) end
    if place_mark(state.place) ~= place_mark(place_new()) then
        error({line = line, text = "the file ends inside a tag"}, 0)
    end
    return table.concat(state.code), state.layout, state.needs
end

local function within(outer, names)
    return setmetatable(names, {__index = outer})
end

--- A set of templates. `read(name)` gives the source of one.
function template.set(read)
    local compiled = {}
    local set = {}

    local function include(name, out, scope) compiled[name].run(out, scope, {}) end

    local function compile(name)
        if compiled[name] then return end
        local source, reason = read(name)
        if not source then error(("template %s: %s"):format(name, reason), 0) end
        local ok, code, layout, needs = pcall(translate, source)
        if not ok then
            local where = type(code) == "table" and code or {line = 0, text = tostring(code)}
            error(("template %s.html:%d: %s"):format(name, where.line, where.text), 0)
        end
        local chunk, mistake = load("local _text, _escape, _url, _url_part, _include, _within, _none, _ipairs = ... "
            .. "return function(_out, _ENV, _blocks) " .. code .. " end", "=templates/" .. name .. ".html", "t")
        if not chunk then error("template " .. mistake, 0) end
        compiled[name] = {
            run = chunk(html.text, html.escape, html.url, html.url_part, include, within, {}, ipairs),
            layout = layout,
        }
        for _, other in ipairs(needs) do compile(other) end
    end

    --- Compile one and all that it needs; raises a sentence with file and line.
    set.compile = compile

    --- The page as text. `scope` holds all that the templates may name.
    function set.render(name, scope)
        compile(name)
        local out, blocks = {}, {}
        local one = compiled[name]
        one.run(out, scope, blocks)
        while one.layout do
            one = compiled[one.layout]
            one.run(out, scope, blocks)
        end
        return table.concat(out)
    end

    return set
end

return template
