-- SPDX-License-Identifier: EUPL-1.2
-- text: small things that pages do with texts of people and catalogues.

local native = require "engine.native"
local html = require "engine.html"

local text = {}

-- Older catalogue entries carry a little HTML in their texts; Markdown drops tags, so breaks are kept as blank lines.
local function without_tags(source)
    if not source:find("<%a") then return source end
    source = source:gsub("\r\n?", "\n"):gsub("<[bB][rR]%s*/?>", "\n\n"):gsub("<[lL][iI][^<>]*>", "\n- ")
    source = source:gsub("</?[pP]%f[%s/>][^<>]*>", "\n\n"):gsub("</?[hH][1-6][^<>]*>", "\n\n")
    source = source:gsub("</?[%a][%w]*[^<>]*>", "")
    local named = {amp = "&", lt = "<", gt = ">", quot = '"', nbsp = " ", ["#39"] = "'"}
    return (source:gsub("&([%w#]+);", named))
end

--- Markdown as safe HTML; its highest heading gets the level given.
function text.markdown(source, heading)
    if not source or source == "" then return nil end
    return html.safe(native.markdown(without_tags(source), heading or 2))
end

--- Markdown as one line of plain text, for where there is room for a few words only.
function text.plain(source)
    if not source then return "" end
    local line = without_tags(source):gsub("!?%[([^%]]*)%]%([^%)]*%)", "%1"):gsub("[*`]+",
        ""):gsub("%f[%w_]__?%f[%w]", "")
    return (line:gsub("\n[ \t]*#+[ \t]*", "\n"):gsub("^#+[ \t]*", ""):gsub("%s+", " "))
end

--- The first letters of a person's names, for the round picture.
function text.initials(name)
    local first, last
    for word in (name or ""):gmatch("%S+") do
        local letter = word:match("^[%z\1-\127\194-\244][\128-\191]*")
        first = first or letter
        last = letter
    end
    if not first then return "?" end
    return (first == last and first or first .. last):upper()
end

--- "a, b and c" in the reader's language.
function text.list(reader, items)
    local count = #items
    if count == 0 then return "" end
    if count == 1 then return items[1] end
    local head = table.concat(items, ", ", 1, count - 1)
    return reader.t("list.and", {first = head, last = items[count]})
end

--- Kilobytes and megabytes as a person reads them.
function text.size(reader, bytes)
    if not bytes then return "" end
    if bytes < 1000 * 1000 then return reader.t("size.kb", {n = math.max(1, (bytes + 500) // 1000)}) end
    return reader.t("size.mb", {n = ("%.1f"):format(bytes / 1e6)})
end

--- What a licence allows, in words where the catalogue has only a kind of licence.
function text.licence(reader, licence)
    local key = "licence." .. (licence or ""):lower():gsub("[^%a]", "_"):gsub("^propietary$", "proprietary")
    return reader.has(key) and reader.t(key) or licence
end

--- A language in words, where we have the word.
function text.language(reader, code)
    local key = "language." .. (code or "")
    return reader.has(key) and reader.t(key) or code
end

--- A title that fits a heading or a tab.
function text.short(source, limit)
    if #source <= limit or native.text_length(source) <= limit then return source end
    local cut = utf8.offset(source, limit) or #source
    return source:sub(1, cut - 1) .. "…"
end

return text
