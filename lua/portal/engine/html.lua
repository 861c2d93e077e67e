-- SPDX-License-Identifier: EUPL-1.2
-- html: what may go into a page, and how. Text is escaped unless it was made safe here; an address must have a scheme
-- that cannot run code.

local native = require "engine.native"

local html = {}

local Safe = {}
Safe.__index = Safe
Safe.__name = "safe html"
Safe.__tostring = function(value) return value.html end

--- Marks text as HTML that is safe as it is. Only for text that this program made.
---@param text string
function html.safe(text)
    return setmetatable({html = text}, Safe)
end

--- For templates: put(places, ...) and take(), see html_writer.h.
function html.writer() return native.writer(Safe) end

function html.is_safe(value)
    return getmetatable(value) == Safe
end

--- A value in the text of a page or in an attribute.
function html.escape(value)
    if value == nil then return "" end
    local kind = type(value)
    if kind == "string" then return native.escape(value) end
    if kind == "number" then return math.type(value) == "integer" and tostring(value) or string.format("%.14g",
        value) end
    if kind == "boolean" then return value and "true" or "false" end
    error("a page cannot show a " .. kind, 2)
end

--- A value in the text of a page, where safe HTML may stand.
function html.text(value)
    if getmetatable(value) == Safe then return value.html end
    return html.escape(value)
end

local schemes = {http = true, https = true, mailto = true, tel = true}

--- A whole address in an attribute: of this site, or with a scheme that cannot run code; anything else becomes "#".
function html.url(value)
    if value == nil then return "" end
    local text = tostring(value)
    -- Most addresses are plain paths of this site, in which nothing has to be escaped.
    if text:find("^/[%w._~-][%w._~/-]*$") then return text end
    local scheme = text:match("^%s*([%a][%w+.-]*):")
    if scheme then
        if not schemes[scheme:lower()] or text:find("[%c%s]") then return "#" end
        return native.escape(text)
    end
    -- "//host" and "/\host" leave the site without naming a scheme.
    if text:find("^[/\\][/\\]") or text:find("[%c\\]") or text:find("^%s") then return "#" end
    if text:find("^[/?#]") or text:find("^[%w._-]+[/?#]") or text:find("^[%w._-]+$") then return native.escape(text) end
    return "#"
end

--- A value as one part of an address.
function html.url_part(value)
    if value == nil then return "" end
    return native.url_encode(tostring(value))
end

--- A text in a language of its own among text in the page's language.
function html.said(page_language, language, value)
    if value == nil or not language or language == "" or language == page_language then return value end
    return html.safe(('<span lang="%s">%s</span>'):format(html.escape(language), html.escape(value)))
end

--- Several texts, some of them safe HTML, with a separator between them.
function html.join(values, separator)
    if #values == 1 and html.is_safe(values[1]) then return values[1] end
    local parts = {}
    for i, value in ipairs(values) do parts[i] = html.text(value) end
    return html.safe(table.concat(parts, html.escape(separator)))
end

--- An address from a path and its query parameters, in the order of their names; nil and "" are left out.
function html.address(path, query)
    local names, parts = {}, {}
    for name in pairs(query or {}) do names[#names + 1] = name end
    table.sort(names)
    for _, name in ipairs(names) do
        local value = query[name]
        for _, one in ipairs(type(value) == "table" and value or {value}) do
            if one ~= "" then
                parts[#parts + 1] = native.url_encode(name) .. "=" .. native.url_encode(tostring(one))
            end
        end
    end
    if #parts == 0 then return path end
    return path .. "?" .. table.concat(parts, "&")
end

return html
