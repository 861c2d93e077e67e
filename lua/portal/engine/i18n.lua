-- SPDX-License-Identifier: EUPL-1.2
-- i18n: the texts of the pages. One file for each language, i18n/LANGUAGE.json: flat keys, {name} stands for a
-- parameter. A text that depends on a number has one key for each plural form of its language: KEY.one, KEY.other ...
-- A number {n} is written as the language writes numbers.

local native = require "engine.native"
local html = require "engine.html"

local i18n = {}

local concat = table.concat
local none = {}

--- In the order in which a reader chooses from them.
i18n.languages = {"en", "es", "it", "lv", "nl", "fr", "de"}

-- The plural rules of Unicode CLDR for whole numbers; only the forms that can come up below a million.
local function one_is_one(n) return n == 1 and "one" or "other" end

local plural = {
    en = one_is_one,
    es = one_is_one,
    it = one_is_one,
    nl = one_is_one,
    de = one_is_one,
    fr = function(n) return n < 2 and "one" or "other" end,
    lv = function(n)
        if n % 10 == 0 or (n % 100 >= 11 and n % 100 <= 19) then return "zero" end
        return n % 10 == 1 and n % 100 ~= 11 and "one" or "other"
    end,
}

i18n.plural_forms = {
    en = {"one", "other"}, es = {"one", "other"}, it = {"one", "other"}, nl = {"one", "other"},
    de = {"one", "other"}, fr = {"one", "other"}, lv = {"zero", "one", "other"},
}

local function read_texts(folder, language)
    local path = ("%s/i18n/%s.json"):format(folder, language)
    local file, reason = io.open(path, "rb")
    if not file then error(reason, 0) end
    local texts, mistake = native.json_decode(file:read("a"))
    file:close()
    if not texts then error(("%s: %s"):format(path, mistake), 0) end
    return texts
end

--- Whole numbers with the language's separator for thousands.
local function number_text(texts, n)
    local digits = ("%d"):format(n)
    if #digits <= 4 then return digits end
    local separator = texts["number.thousands"] or " "
    local grouped = digits:reverse():gsub("(%d%d%d)", "%1" .. "\0"):reverse():gsub("^%z", "")
    return (grouped:gsub("%z", separator))
end

-- A text cut where its parameters stand: literal, name, literal, name, literal. Each text is cut once.
local function cut(text)
    local pieces, at = {}, 1
    while true do
        local from, to, name = text:find("{([%w_]+)}", at)
        pieces[#pieces + 1] = text:sub(at, (from or #text + 1) - 1)
        if not from then return pieces end
        pieces[#pieces + 1] = name
        at = to + 1
    end
end

local cuts = setmetatable({}, {__index = function(self, text)
    local pieces = cut(text)
    self[text] = pieces
    return pieces
end})

local function fill(text, params, convert)
    local pieces = cuts[text]
    local count = #pieces
    if count == 1 then return text end
    if count == 3 and params[pieces[2]] ~= nil then  -- by far the most
        return pieces[1] .. convert(params[pieces[2]]) .. pieces[3]
    end
    local filled = {pieces[1]}
    for i = 2, count, 2 do
        local value = params[pieces[i]]
        filled[i] = value == nil and "{" .. pieces[i] .. "}" or convert(value)
        filled[i + 1] = pieces[i + 1]
    end
    return concat(filled)
end

local function reader_make(texts, fallback, language)
    local choose = plural[language]

    local function find(key) return texts[key] or fallback[key] or key end

    local function has(key) return texts[key] ~= nil or fallback[key] ~= nil end

    local escaped = {}  -- texts of the files as HTML, as they come up

    local function find_escaped(key)
        local text = escaped[key]
        if text then return text end
        text = html.escape(find(key))
        if has(key) then escaped[key] = text end
        return text
    end

    local function plain(value)
        if math.type(value) == "integer" then return number_text(texts, value) end
        return tostring(value)
    end

    local function safe(value)
        if type(value) == "string" then return native.escape(value) end
        if html.is_safe(value) then return value.html end
        return html.escape(plain(value))
    end

    local function plural_key(key, n) return key .. "." .. choose(math.tointeger(n) or 0) end

    local reader = {language = language}

    --- The text of a key.
    function reader.t(key, params)
        local text = texts[key] or find(key)
        return params and fill(text, params, plain) or text
    end

    --- The text of a key whose form depends on n, which is also its {n}.
    function reader.tn(key, n, params)
        params = params or {}
        params.n = n
        return fill(find(plural_key(key, n)), params, plain)
    end

    --- The same as HTML: the text is escaped, safe HTML among the parameters stays.
    function reader.th(key, params)
        return html.safe(fill(find_escaped(key), params or none, safe))
    end

    reader.has = has

    function reader.number(n) return plain(math.tointeger(n) or n) end

    return reader
end

--- Reads all languages. Gives for(language) -> reader with t, tn, th.
function i18n.load(folder)
    local texts, readers = {}, {}
    for _, language in ipairs(i18n.languages) do texts[language] = read_texts(folder, language) end
    for _, language in ipairs(i18n.languages) do
        readers[language] = reader_make(texts[language], texts.en, language)
    end
    return {
        texts = texts,
        reader = function(language) return readers[language] or readers.en end,
        knows = function(language) return readers[language] ~= nil end,
    }
end

--- The best language of an Accept-Language header among ours, or nil.
function i18n.accepted(header)
    local best, best_weight = nil, 0
    for part in (header or ""):gmatch("[^,]+") do
        local tag, rest = part:match("^%s*([%a]+)[%w-]*(.*)$")
        local weight = tonumber(rest and rest:match(";%s*q=([%d.]+)")) or 1
        tag = tag and tag:lower()
        if tag and plural[tag] and weight > best_weight then best, best_weight = tag, weight end
    end
    return best
end

return i18n
