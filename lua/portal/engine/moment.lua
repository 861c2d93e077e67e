-- SPDX-License-Identifier: EUPL-1.2
-- moment: points in time as a reader says them. The API gives RFC 3339 texts in UTC; days are those of the server's
-- place, which is the administration's.

local native = require "engine.native"

local moment = {}

local function local_day(milliseconds) return os.date("*t", milliseconds // 1000) end

-- Days that somebody chose (the dates of a task) are kept as midnight UTC and mean that day everywhere.
local function day_of(milliseconds)
    if milliseconds % 86400000 == 0 then return os.date("!*t", milliseconds // 1000) end
    return local_day(milliseconds)
end

-- A number that grows by one each day, for the distance between two days.
local function day_number(date)
    return os.time {year = date.year, month = date.month, day = date.day, hour = 12} // 86400
end

local function name(reader, kind, index) return reader.t(("%s.%d"):format(kind, index)) end

--- "27 November 2026"; without the year when it is this one.
function moment.date(reader, text)
    local at = text and native.time_read(text)
    if not at then return "" end
    local day, today = day_of(at), local_day(native.now())
    local key = day.year == today.year and "date.day_month" or "date.full"
    return reader.t(key, {day = day.day, month = name(reader, "month", day.month), year = ("%d"):format(day.year)})
end

local function clock(reader, day)
    return reader.t("date.clock", {hour = ("%02d"):format(day.hour), minute = ("%02d"):format(day.min)})
end

--- How long ago: "just now", "10 minutes ago", "yesterday, 14:05", a weekday within the last week, then the date.
function moment.ago(reader, text)
    local at = text and native.time_read(text)
    if not at then return "" end
    local now = native.now()
    local seconds = (now - at) // 1000
    if seconds < 45 then return reader.t("ago.now") end
    if seconds < 3600 then return reader.tn("ago.minutes", math.max(1, (seconds + 30) // 60)) end
    local day, today = local_day(at), local_day(now)
    local days = day_number(today) - day_number(day)
    if days == 0 then return reader.tn("ago.hours", math.max(1, (seconds + 1800) // 3600)) end
    if days == 1 then return reader.t("ago.yesterday", {time = clock(reader, day)}) end
    if days < 7 then return reader.t("ago.weekday", {weekday = name(reader, "weekday", day.wday)}) end
    return moment.date(reader, text)
end

--- A day to come, or gone: "today", "tomorrow", "Friday", "27 November".
function moment.until_day(reader, text)
    local at = text and native.time_read(text)
    if not at then return "" end
    local day = day_of(at)
    local days = day_number(day) - day_number(local_day(native.now()))
    if days == 0 then return reader.t("day.today") end
    if days == 1 then return reader.t("day.tomorrow") end
    if days == -1 then return reader.t("day.yesterday") end
    if days > 1 and days < 7 then return name(reader, "weekday", day.wday) end
    return moment.date(reader, text)
end

--- Is the day over?
function moment.is_past(text)
    local at = text and native.time_read(text)
    return at ~= nil and day_number(day_of(at)) < day_number(local_day(native.now()))
end

--- For <input type="date">: "2026-11-27".
function moment.input_date(text)
    local at = text and native.time_read(text)
    if not at then return "" end
    local day = day_of(at)
    return ("%04d-%02d-%02d"):format(day.year, day.month, day.day)
end

return moment
