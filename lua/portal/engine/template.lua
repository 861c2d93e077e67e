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

-- Gives the letter of the value's place (see html_writer.h) and the value itself.
local function value_code(place, expression)
    if place.state == "text" then
        if place.raw then error("no value can stand inside <" .. place.raw .. ">", 0) end
        return "t", ("(%s)"):format(expression)
    end
    if place.state == "tag" then error("a value inside a tag must be an attribute's value in quotes", 0) end
    if url_attributes[place.attribute] then
        local begun = place.begun
        place.begun = true
        if begun then return "u", ("(%s)"):format(expression) end
        return "h", ("_url(%s)"):format(expression)
    end
    return "a", ("(%s)"):format(expression)
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
    -- Counting is several times as fast as ipairs; a list has no holes.
    return ("do local _list = (%s) or _none for _at = 1, #_list do local %s = _at, _list[_at]"):format(list, names)
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
    with = with:match("^with%s+(.+)$")
    state.needs[#state.needs + 1] = name
    return with and ("_include(%q, _within(%s, _inner))"):format(name, with) or ("_include(%q, _ENV)"):format(name)
end

statement["block"] = function(state, rest)
    open(state, "block")
    return ("_blocks[%q] = function()"):format(rest)
end

statement["slot"] = function(state, rest)
    open(state, "slot")
    return ("if _blocks[%q] then _blocks[%q]() else"):format(rest, rest)
end

statement["end"] = function(state)
    local top = check_place(state, "end")
    state.open[#state.open] = nil
    return top.kind == "for" and "end end" or "end"
end

statement["layout"] = function(state, rest)
    local name = rest:match('^"([%w/_-]+)"$')
    if not name or state.begun then error('layout "NAME" must be the first thing in the file', 0) end
    state.layout = name
    state.needs[#state.needs + 1] = name
    return ""
end

local function statement_code(state, content)
    local word, rest = content:match("^([%a]+)%s*(.*)$")
    if not word or not statement[word] then error("unknown statement: " .. content, 0) end
    local code = statement[word](state, rest)
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
        return nil
    end
    return ("%q"):format(text:gsub("\n%s+", "\n"))
end

local function lines_in(text) return select(2, text:gsub("\n", "")) end

-- The Lua code as it grows. Pieces of a page that follow each other are written by one call of _put, whose first
-- argument says what each of them is; a Lua function takes at most some 250 arguments.
local longest_put = 100

local function code_new()
    local parts, put = {}, nil
    local code = {}

    local function add(text, lines)
        -- %q writes a newline of a literal as backslash-newline, which counts as a line of code as well.
        parts[#parts + 1] = text .. ("\n"):rep(math.max(0, lines - lines_in(text))) .. " "
    end

    local function put_end()
        if not put then return end
        parts[put.at] = ("_put(%q"):format(table.concat(put.places))
        parts[#parts + 1] = ") "
        put = nil
    end

    --- A statement that takes so many lines in the template.
    function code.add(text, lines)
        put_end()
        add(text, lines)
    end

    --- A piece of the page.
    function code.put(place, value, lines)
        if not put then
            put = {at = #parts + 1, places = {}}
            parts[put.at] = ""
        end
        put.places[#put.places + 1] = place
        add("," .. value, lines)
        if #put.places == longest_put then put_end() end
    end

    function code.text()
        put_end()
        return table.concat(parts)
    end

    return code
end

-- Lua code with the line numbers of the template, so that a mistake is found where it was made.
local function translate(source)
    local state = {place = place_new(), open = {}, needs = {}}
    local code, at, line = code_new(), 1, 1
    local function guarded(work, ...)
        local ok, first, second = pcall(work, ...)
        if not ok then error({line = line, text = first}, 0) end
        return first, second
    end
    local function piece_add(kind, content, lines)
        if kind == "{" then
            local place, value = guarded(value_code, state.place, content)
            code.put(place, value, lines)
            state.begun = true
        else
            code.add(kind == "%" and guarded(statement_code, state, content) or "", lines)
        end
    end
    while true do
        local from, to, kind = source:find("{([{%%#])", at)
        local text = source:sub(at, (from or #source + 1) - 1)
        local literal, lines = guarded(literal_code, state, text), lines_in(text)
        if literal then code.put("h", literal, lines) elseif lines > 0 then code.add("", lines) end
        line = line + lines
        if not from then break end
        local starts_line = text:find("\n[ \t]*$") or (source:sub(at - 1, at - 1) == "\n" and text:find("^[ \t]*$"))
        local stop, stop_end = source:find(closing[kind], to + 1, true)
        if not stop then error({line = line, text = "{" .. kind .. " is not closed"}, 0) end
        local inside = lines_in(source:sub(to, stop_end))
        piece_add(kind, source:sub(to + 1, stop - 1):match("^%s*(.-)%s*$"), inside)
        line = line + inside
        at = stop_end + 1
        -- A line that only holds a statement leaves no empty line behind.
        if kind ~= "{" and source:sub(at, at) == "\n" and starts_line then
            at, line = at + 1, line + 1
            code.add("", 1)
        end
    end
    if #state.open > 0 then error({line = line, text = state.open[#state.open].kind .. " is not ended"}, 0) end
    if place_mark(state.place) ~= place_mark(place_new()) then
        error({line = line, text = "the file ends inside a tag"}, 0)
    end
    return code.text(), state.layout, state.needs
end

-- A template that is included has no blocks: only a layout is filled.
local no_blocks = setmetatable({}, {__newindex = function(_, name) error("no layout takes the block " .. name, 0) end})

--- A set of templates. `read(name)` gives the source of one.
function template.set(read)
    local compiled = {}
    local set = {}

    local put, take = html.writer()

    local function include(name, scope) compiled[name].run(scope, no_blocks) end

    local function compile(name)
        if compiled[name] then return end
        local source, reason = read(name)
        if not source then error(("template %s: %s"):format(name, reason), 0) end
        local ok, code, layout, needs = pcall(translate, source)
        if not ok then
            local where = type(code) == "table" and code or {line = 0, text = tostring(code)}
            error(("template %s.html:%d: %s"):format(name, where.line, where.text), 0)
        end
        local inner = code:find("_inner", 1, true) and "local _inner = {__index = _ENV} " or ""
        local chunk, mistake = load("local _put, _url, _include, _within, _none = ... "
            .. "return function(_ENV, _blocks) " .. inner .. code .. " end", "=templates/" .. name .. ".html", "t")
        if not chunk then error("template " .. mistake, 0) end
        compiled[name] = {run = chunk(put, html.url, include, setmetatable, {}), layout = layout}
        for _, other in ipairs(needs) do compile(other) end
    end

    --- Compile one and all that it needs; raises a sentence with file and line.
    set.compile = compile

    --- The page as text. `scope` holds all that the templates may name.
    function set.render(name, scope)
        compile(name)
        take() -- what a page left behind that broke off
        local one, blocks = compiled[name], {}
        one.run(scope, blocks)
        while one.layout do
            one = compiled[one.layout]
            one.run(scope, blocks)
        end
        return take()
    end

    return set
end

return template
