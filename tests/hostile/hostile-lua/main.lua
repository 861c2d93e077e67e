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

ways["/find"] = function()
    string.find(string.rep("a", 60000), string.rep("a?", 200) .. string.rep("a", 200) .. "b")
    local text = string.rep("a", 1 << 18)
    while true do
        text:find(".-.-.-b")
    end
end

-- A finalizer runs with hooks switched off. Where setmetatable refuses one, the loop runs in the call itself.
ways["/gc"] = function()
    local stuck = function()
        while true do end
    end
    if not pcall(setmetatable, {}, {__gc = stuck}) then
        stuck()
    end
    for _ = 1, 1e6 do
        local _ = {}
    end
    stuck()
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
