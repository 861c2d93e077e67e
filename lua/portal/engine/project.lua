-- SPDX-License-Identifier: EUPL-1.2
-- project: what the pages of one project share: its head with name, people, progress and tabs.

local text = require "engine.text"
local moment = require "engine.moment"

local project = {}

local function faces_of(members)
    local faces = {}
    for _, member in ipairs(members or {}) do
        if not member.invited then faces[#faces + 1] = text.initials(member.name) end
    end
    if #faces <= 4 then return faces end
    local shown = table.move(faces, 1, 3, 1, {})
    shown[4] = "+" .. (#faces - 3)
    return shown
end

local function meter_note(page, one)
    local parts = {}
    if one.counts then
        parts[1] = page.t("project.tasks_done", {done = one.counts.finished, all = one.counts.tasks})
    end
    if one["end"] then parts[#parts + 1] = page.t("project.ends", {date = moment.date(page.reader, one["end"])}) end
    return table.concat(parts, " · ")
end

--- The names that part/project-head needs, for the tab that is open: plan, activity, people or edit.
function project.head(page, one, tab)
    local base = "/projects/" .. one.id
    local tabs = {}
    for _, name in ipairs {"plan", "activity", "people", "edit"} do
        if name ~= "edit" or one.role == "administrator" then
            tabs[#tabs + 1] = {
                name = page.t("tab." .. name), href = name == "plan" and base or base .. "/" .. name,
                    current = name == tab,
            }
        end
    end
    return {
        project = one, tabs = tabs, faces = faces_of(one.members), meter_note = meter_note(page, one), nav = "projects",
        title = tab == "plan" and one.name or page.t("tab." .. tab) .. " – " .. one.name,
        crumbs = {{name = page.t("projects.title"), href = "/projects"}, {name = one.name, language = one.language}},
    }
end

return project
