-- SPDX-License-Identifier: EUPL-1.2
-- packages: what a package asks for and keeps, in the reader's words.

local text = require "engine.text"

local packages = {}

--- "It may send messages to people in the project."
function packages.permission(page, permission)
    local key = "permission." .. permission.name
    return page.t("permission.some", {list = page.reader.has(key) and page.t(key) or permission.name})
end

--- Why somebody might not want that, and how far it goes.
function packages.risk(page, permission)
    local sentences, limits = {}, permission.limits or {}
    local key = "risk." .. permission.name
    if page.reader.has(key) then sentences[#sentences + 1] = page.t(key) end
    if limits.per_day then sentences[#sentences + 1] = page.t("package.limit.per_day", {n = page.reader.number(
        limits.per_day)}) end
    if limits.mb then sentences[#sentences + 1] = page.t("package.limit.mb", {n = page.reader.number(limits.mb)}) end
    if limits.hosts then sentences[#sentences + 1] = page.t("package.limit.hosts", {list = text.list(page.reader,
        limits.hosts)}) end
    return table.concat(sentences, " ")
end

--- What personal data it keeps, why, and for how long: a list of sentences.
function packages.data(page, package)
    local data = package.data
    if not data or not data.personal or #data.personal == 0 then return {page.t("package.data.none")} end
    local sentences = {page.t("package.data.keeps", {list = text.list(page.reader, data.personal)})}
    local purpose = data.purpose
    purpose = type(purpose) == "table" and (purpose[page.language] or purpose.en or select(2, next(purpose))) or purpose
    if purpose then sentences[#sentences + 1] = page.t("package.data.purpose", {purpose = purpose}) end
    if data.retention_days then sentences[#sentences + 1] = page.tn("package.data.days", data.retention_days) end
    return sentences
end

return packages
