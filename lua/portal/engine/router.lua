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
    local decoded = native.form_decode("x=" .. part:gsub("+", "%%2B"))
    local text = decoded and decoded.x and decoded.x[1]
    if not text or text:find("[%c/]") then return nil end
    return text
end

function router.new()
    local routes = {}
    local self = {}

    local function add(method, pattern, handler)
        local names = select(2, pattern:gsub("{", ""))
        routes[#routes + 1] = {method = method, parts = split(pattern), handler = handler, names = names}
    end

    function self.get(pattern, handler) add("GET", pattern, handler) end

    function self.post(pattern, handler) add("POST", pattern, handler) end

    local function match(route, parts)
        if #route.parts ~= #parts then return nil end
        local params = {}
        for i, expected in ipairs(route.parts) do
            local name = expected:match("^{([%w_]+)}$")
            local value = part_decode(parts[i])
            if not value then return nil end
            if name then
                params[name] = value
            elseif expected ~= value then
                return nil
            end
        end
        return params
    end

    --- handler, params; or nil and whether another method would do. A word of a path wins over {name}.
    function self.find(method, path)
        local parts, other, best, best_params = split(path), false, nil, nil
        for _, route in ipairs(routes) do
            local params = match(route, parts)
            if params and route.method == method and not (best and best.names <= route.names) then
                best, best_params = route, params
            end
            other = other or params ~= nil
        end
        if best then return best.handler, best_params end
        return nil, other
    end

    return self
end

return router
