-- SPDX-License-Identifier: EUPL-1.2
-- form: fields to fill in, made from a JSON Schema or by hand, what was typed into them, and what was wrong with it.
--
-- A field: {name, id, kind, label, hint, required, value, error, options, ...}. kind is one of text, email, password,
-- long, radio, select, check, number, date, list. templates/part/field.html shows it.

local form = {}

local array_mark = {__array = true}

--- A table that becomes a JSON array even when it is empty.
function form.array(items) return setmetatable(items or {}, array_mark) end

local function options_of(schema)
    local options = {}
    for _, one in ipairs(schema.oneOf or schema.anyOf or {}) do
        if one.const ~= nil then options[#options + 1] = {value = tostring(one.const), label = one.title
            or tostring(one.const)} end
    end
    for i, value in ipairs(schema.enum or {}) do
        local names = schema["x-titles"] or {}
        options[#options + 1] = {value = tostring(value), label = names[i] or names[tostring(value)] or tostring(value)}
    end
    return options
end

local function kind_of(schema, options)
    if #options > 0 then return #options <= 6 and "radio" or "select" end
    local kind = schema.type
    if kind == "boolean" then return "check" end
    if kind == "integer" or kind == "number" then return "number" end
    if kind == "array" then
        local item = (schema.items or {}).type
        return (item == nil or item == "string") and "list" or nil
    end
    if kind ~= "string" and kind ~= nil then return nil end
    if schema.format == "date" then return "date" end
    if schema.format == "email" then return "email" end
    if schema.format == "multiline" or schema["x-lines"] or (schema.maxLength or 0) > 300 then return "long" end
    return "text"
end

-- Properties of an object have no order in JSON: "x-order" gives one, then required ones, then by name.
local function names_in_order(schema)
    local rank, names = {}, {}
    for i, name in ipairs(schema["x-order"] or {}) do rank[name] = i end
    for i, name in ipairs(schema.required or {}) do rank[name] = rank[name] or 1000 + i end
    for name in pairs(schema.properties or {}) do names[#names + 1] = name end
    table.sort(names, function(a, b)
        local ra = rank[a] or (schema.properties[a]["x-order"] or 5000)
        local rb = rank[b] or (schema.properties[b]["x-order"] or 5000)
        if ra ~= rb then return ra < rb end
        return a < b
    end)
    return names
end

local function is_in(list, name)
    for _, one in ipairs(list or {}) do if one == name then return true end end
    return false
end

local function shown_value(kind, value)
    if value == nil then return nil end
    if kind == "list" and type(value) == "table" then return table.concat(value, "\n") end
    if kind == "check" then return value == true or value == "on" end
    return tostring(value)
end

--- Fields for an object schema. `typed` holds what the person has entered before (texts by field name), `prefix` goes
--- before each name, so that several forms can live in one page.
function form.fields(schema, typed, prefix)
    local fields = {}
    for _, name in ipairs(names_in_order(schema or {})) do
        local property = schema.properties[name]
        local options = options_of(property)
        local kind = kind_of(property, options)
        if kind then
            local value = typed and typed[prefix .. name]
            if not typed then value = shown_value(kind, property.default) end
            if typed and kind == "check" then value = value ~= nil end
            fields[#fields + 1] = {
                name = prefix .. name, id = "field-" .. prefix .. name, key = name, kind = kind, options = options,
                label = property.title or name, hint = property.description, value = value,
                required = is_in(schema.required, name), schema = property,
                min = property.minimum, max = property.maximum, max_length = property.maxLength,
                no_mark = property.default ~= nil,
                step = property.type == "number" and "any" or nil,
            }
        end
    end
    return fields
end

local function lines_of(value)
    local lines = form.array()
    for line in (value or ""):gmatch("[^\r\n]+") do
        line = line:match("^%s*(.-)%s*$")
        if line ~= "" then lines[#lines + 1] = line end
    end
    return lines
end

local function typed_as(field, value)
    if field.kind == "check" then return value ~= nil end
    if field.kind == "list" then return lines_of(value) end
    if value == nil or value == "" then return nil end
    local wanted = field.schema.type
    if wanted == "integer" then return math.tointeger(tonumber(value)) or value end
    if wanted == "number" then return tonumber(value) or value end
    if wanted == "boolean" then return value == "true" end
    return value
end

--- What was typed, as the object that the schema describes. What is not a number where one is wanted stays text, so
--- that the operation's own check says so.
function form.object(schema, typed, prefix)
    local object = {}
    for _, field in ipairs(form.fields(schema, typed, prefix)) do
        object[field.key] = typed_as(field, typed[field.name])
    end
    return object
end

--- One value for each name of a posted form; the last one wins, a list that JavaScript split is joined again.
function form.typed(posted)
    local typed = {}
    for name, values in pairs(posted) do
        typed[name] = #values == 1 and values[1] or table.concat(values, "\n")
    end
    return typed
end

-- "/params/options/0" under "/params" belongs to the field "options".
local function pointer_key(pointer, under)
    local rest = pointer
    if under ~= "" then
        if pointer:sub(1, #under + 1) ~= under .. "/" then return nil end
        rest = pointer:sub(#under + 1)
    end
    local key = rest:match("^/([^/]+)")
    return key and key:gsub("~1", "/"):gsub("~0", "~")
end

--- Puts a problem's faults beside their fields. Gives those that belong to no field of this form.
function form.blame(reader, fields, problem, under)
    local homeless = {}
    for _, fault in ipairs(problem.errors or {}) do
        local key, home = pointer_key(fault.pointer or "", under or ""), nil
        for _, field in ipairs(fields) do if field.key == key then home = field end end
        local code = "fault." .. (fault.code or "")
        local sentence = reader.has(code) and reader.t(code, {label = home and home.label or key or ""}) or fault.detail
        if home then
            home.error = home.error or sentence
        else
            homeless[#homeless + 1] = fault.detail or sentence
        end
    end
    return homeless
end

--- The list at the top of a form that came back: what is wrong, with a link to each field.
function form.summary(fields, others)
    local items = {}
    for _, field in ipairs(fields) do
        if field.error then items[#items + 1] = {href = "#" .. field.id, label = field.label, text = field.error} end
    end
    for _, sentence in ipairs(others or {}) do items[#items + 1] = {text = sentence} end
    return #items > 0 and items or nil
end

--- A field made by hand.
function form.field(given)
    given.key = given.key or given.name
    given.id = given.id or "field-" .. given.name
    given.options = given.options or {}
    given.schema = given.schema or {type = "string"}
    return given
end

return form
