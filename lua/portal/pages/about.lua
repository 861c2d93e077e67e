-- SPDX-License-Identifier: EUPL-1.2
-- Help, accessibility, privacy: texts of the site itself, one Markdown text for each language.

local text = require "engine.text"

local function show(name)
    return function(page)
        page:show("text", {
            title = page.t("foot." .. name), content = text.markdown(page.t("text." .. name), 2),
        })
    end
end

return function(routes)
    for _, name in ipairs {"help", "accessibility", "privacy"} do routes.get("/" .. name, show(name)) end
end
