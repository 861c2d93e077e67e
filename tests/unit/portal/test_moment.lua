-- SPDX-License-Identifier: EUPL-1.2
local i18n = require "engine.i18n"
local native = require "engine.native"

-- Time stands still in these tests: Sunday 22 November 2026, noon, where the server is.
local noon = os.time {year = 2026, month = 11, day = 22, hour = 12} * 1000
native.now = function() return noon end
local moment = require "engine.moment"

local tests = {}
local texts = i18n.load(PORTAL)
local en, de, lv = texts.reader("en"), texts.reader("de"), texts.reader("lv")

local function ago(seconds) return os.date("!%Y-%m-%dT%H:%M:%S.000Z", noon // 1000 - seconds) end

function tests.the_near_past()
    assert(moment.ago(en, ago(5)) == "just now")
    assert(moment.ago(en, ago(60)) == "1 minute ago" and moment.ago(de, ago(600)) == "vor 10 Minuten")
    assert(moment.ago(en, ago(2 * 3600)) == "2 hours ago" and moment.ago(lv, ago(3600)) == "pirms 1 stundas")
    assert(moment.ago(en, ago(24 * 3600)) == "yesterday, 12:00", moment.ago(en, ago(24 * 3600)))
    assert(moment.ago(en, ago(4 * 86400)) == "on Wednesday", moment.ago(en, ago(4 * 86400)))
    assert(moment.ago(en, ago(40 * 86400)) == "13 October")
end

function tests.days_that_somebody_chose_are_the_same_everywhere()
    assert(moment.date(en, "2026-11-27T00:00:00.000Z") == "27 November")
    assert(moment.date(de, "2027-01-02T00:00:00.000Z") == "2. Januar 2027")
    assert(moment.input_date("2026-11-27T00:00:00.000Z") == "2026-11-27")
    assert(moment.until_day(en, "2026-11-22T00:00:00.000Z") == "today")
    assert(moment.until_day(en, "2026-11-23T00:00:00.000Z") == "tomorrow")
    assert(moment.until_day(en, "2026-11-24T00:00:00.000Z") == "Tuesday")
    assert(moment.until_day(en, "2026-11-19T00:00:00.000Z") == "19 November")
    assert(moment.is_past("2026-11-21T00:00:00.000Z") and not moment.is_past("2026-11-22T00:00:00.000Z"))
end

function tests.what_is_no_time_is_nothing()
    assert(moment.date(en, nil) == "" and moment.ago(en, "soon") == "" and moment.input_date(nil) == "")
    assert(not moment.is_past(nil))
end

return tests
