-- SPDX-License-Identifier: EUPL-1.2
-- Runs one attempt of attempts.lua: the view's path is its name. "/" lists them.

local attempts = require "attempts"

return {
    handle = function(call)
        local name = call.path:sub(2)
        if name == "" then
            local names = {}
            for i, attempt in ipairs(attempts) do names[i] = attempt[1] end
            return call:json({names = names})
        end
        for _, attempt in ipairs(attempts) do
            if attempt[1] == name then
                local ran, got = pcall(attempt[2], call)
                return call:json({escaped = ran and got and true or false, said = tostring(got)})
            end
        end
        return call:problem(404, "There is no such attempt.")
    end,
}
