-- SPDX-License-Identifier: EUPL-1.2
-- router: which page answers a path. A pattern is a path in which {name} stands for one part.

local native = require "engine.native"

local router = {}

local function split(path)
    local parts = {}
    for part in path:gmatch("[^/]+") do parts[#parts + 1] = part end
    return parts
end

-- Decodes one part of a path; nil if it holds what no id of ours can hold.
local function part_decode(part)
    if not part:find("[^%w_.-]") then return part end
    local decoded = native.form_decode("x=" .. part:gsub("+", "%%2B"))
    local text = decoded and decoded.x and decoded.x[1]
    if not text or text:find("[%c/]") then return nil end
    return text
end

function router.new()
    local by_length = {}  -- routes with so many parts, in the order in which they were added
    local self = {}

    -- A part of a pattern is a word that must stand there, or the name of a parameter.
    local function add(method, pattern, handler)
        local route = {method = method, handler = handler, words = {}, params = {}, names = 0}
        for i, part in ipairs(split(pattern)) do
            local name = part:match("^{([%w_]+)}$")
            route.words[i], route.params[i] = not name and part, name or false
            route.names = route.names + (name and 1 or 0)
        end
        local routes = by_length[#route.words] or {}
        by_length[#route.words] = routes
        routes[#routes + 1] = route
    end

    function self.get(pattern, handler) add("GET", pattern, handler) end

    function self.post(pattern, handler) add("POST", pattern, handler) end

    local function fits(route, parts)
        local words = route.words
        for i = 1, #words do
            if words[i] and words[i] ~= parts[i] then return false end
        end
        return true
    end

    local function params_of(route, parts)
        local params = {}
        for i, name in ipairs(route.params) do
            if name then params[name] = parts[i] end
        end
        return params
    end

    local function parts_of(path)
        local parts = split(path)
        for i, part in ipairs(parts) do
            local decoded = part_decode(part)
            if not decoded then return nil end
            parts[i] = decoded
        end
        return parts
    end

    --- handler, params; or nil and whether another method would do. A word of a path wins over {name}.
    function self.find(method, path)
        local parts, other, best = parts_of(path), false, nil
        if not parts then return nil, false end
        for _, route in ipairs(by_length[#parts] or {}) do
            if fits(route, parts) then
                if route.method == method and not (best and best.names <= route.names) then best = route end
                other = true
            end
        end
        if best then return best.handler, params_of(best, parts) end
        return nil, other
    end

    return self
end

return router
