-- SPDX-License-Identifier: EUPL-1.2
-- A plugin that misbehaves on request: each path of its view is one way to use up time or memory.

local ways = {}

ways["/loop"] = function()
    while true do end
end

ways["/pcall"] = function()
    while true do
        pcall(function()
            while true do end
        end)
    end
end

-- One call of a C function that would take longer than the world lasts: no hook sees the inside of it.
ways["/find"] = function()
    string.find(string.rep("a", 100), string.rep("a?", 100) .. string.rep("a", 100) .. "b")
end

-- A finalizer would run with hooks switched off, so scripts may have none. Each way to get one is tried, and garbage is
-- made for it to be run on; what ends up in no finalizer loops in the call itself.
ways["/gc"] = function()
    local function stuck()
        while true do end
    end
    local late = {}
    pcall(setmetatable, {}, {__gc = stuck})
    setmetatable({}, late)
    late.__gc = stuck
    pcall(setmetatable, {}, late)
    pcall(setmetatable, {}, setmetatable({}, {__index = {__gc = stuck}}))
    for _ = 1, 1e5 do
        local _ = {}
    end
    stuck()
end

-- What closes a variable runs while an error is on its way.
ways["/close"] = function()
    local closing = setmetatable({}, {__close = function()
        while true do end
    end})
    while true do
        pcall(function()
            local held <close> = closing
            error("away")
        end)
    end
end

-- A message handler that never comes to an end, and handlers of its own errors.
ways["/handler"] = function()
    local function handler()
        while true do end
    end
    while true do
        xpcall(error, function()
            xpcall(error, handler)
        end)
    end
end

ways["/coroutine"] = function()
    local function nest(depth)
        local inner = coroutine.wrap(function()
            if depth > 0 then
                nest(depth - 1)
            end
            while true do end
        end)
        while true do
            pcall(inner)
        end
    end
    nest(3)
end

ways["/bomb"] = function()
    local all = {}
    while true do
        all[#all + 1] = string.rep("x", 1 << 20) .. #all
    end
end

ways["/caught"] = function()
    local all = {}
    while true do
        pcall(function()
            while true do
                all[#all + 1] = string.rep("x", 1 << 18) .. #all
            end
        end)
    end
end

ways["/double"] = function()
    local text = "x"
    while true do
        text = text .. text
    end
end

return {
    create = function(call)
        call.documents:put("state", {n = 0}, 0)
    end,
    handle = function(call)
        local way = ways[call.path]
        if way then
            way()
        end
        return call:html("<p>still here</p>")
    end,
}
