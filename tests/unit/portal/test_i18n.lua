-- SPDX-License-Identifier: EUPL-1.2
local i18n = require "engine.i18n"
local html = require "engine.html"

local tests = {}
local all = i18n.load(PORTAL)

local function parameters(text)
    local found, list = {}, {}
    for name in text:gmatch("{([%w_]+)}") do found[name] = true end
    for name in pairs(found) do list[#list + 1] = name end
    table.sort(list)
    return table.concat(list, ",")
end

-- Keys without their plural form, and the forms that a key has.
local function stems(texts, language)
    local known, forms = {zero = true, one = true, two = true, few = true, many = true, other = true}, {}
    for key in pairs(texts) do
        local stem, form = key:match("^(.*)%.(%a+)$")
        if form and known[form] and (texts[stem .. ".other"]) then
            forms[stem] = forms[stem] or {}
            forms[stem][form] = true
        else
            forms[key] = forms[key] or false
        end
    end
    for stem, has in pairs(forms) do
        if has then
            for _, form in ipairs(i18n.plural_forms[language]) do
                assert(has[form], ("%s: %s has no form %s"):format(language, stem, form))
            end
        end
    end
    return forms
end

function tests.every_language_has_every_text()
    local english = stems(all.texts.en, "en")
    for _, language in ipairs(i18n.languages) do
        local own = stems(all.texts[language], language)
        for key in pairs(english) do assert(own[key] ~= nil, ("%s lacks %s"):format(language, key)) end
        for key in pairs(own) do assert(english[key] ~= nil, ("%s has %s, which English has not"):format(language,
            key)) end
    end
end

function tests.every_text_keeps_its_parameters()
    for _, language in ipairs(i18n.languages) do
        for key, text in pairs(all.texts[language]) do
            local model = all.texts.en[key] or all.texts.en[key:gsub("%.zero$", ".other")]
            assert(parameters(text) == parameters(model), ("%s: %s: %s"):format(language, key, text))
            assert(text:find("%S"), language .. ": " .. key .. " is empty")
        end
    end
end

function tests.no_words_of_programmers()
    for key, text in pairs(all.texts.en) do
        for _, word in ipairs {"asset", "instantiat", "enabler", "plugin", "problem profile"} do
            assert(not text:lower():find(word, 1, true), key .. " says " .. word)
        end
    end
end

function tests.translations_are_translated()
    local may_be_same = 60  -- names of things that are the same word: Plan, Link, Name, Interlink ...
    for _, language in ipairs(i18n.languages) do
        local same = 0
        for key, text in pairs(all.texts[language]) do
            if language ~= "en" and #text > 12 and text == all.texts.en[key]
                and not key:find("^date%.") then same = same + 1 end
        end
        assert(same < may_be_same, language .. " repeats English " .. same .. " times")
    end
end

function tests.plural_forms_follow_the_language()
    local function form(language, n) return all.reader(language).tn("guide.tasks", n) end
    assert(form("en", 1) == "1 task" and form("en", 0) == "0 tasks" and form("en", 21) == "21 tasks")
    assert(form("fr", 0) == "0 tâche" and form("fr", 1) == "1 tâche" and form("fr", 2) == "2 tâches")
    assert(form("lv", 0) == "0 uzdevumu" and form("lv", 10) == "10 uzdevumu" and form("lv", 11) == "11 uzdevumu")
    assert(form("lv", 1) == "1 uzdevums" and form("lv", 21) == "21 uzdevums" and form("lv", 3) == "3 uzdevumi")
end

function tests.numbers_are_grouped()
    assert(all.reader("en").number(1234567) == "1,234,567" and all.reader("de").number(12345) == "12.345")
    assert(all.reader("en").number(1234) == "1234" and all.reader("fr").number(12345) == "12 345")
end

function tests.html_texts_escape_all_but_safe_parts()
    local reader = all.reader("en")
    local text = reader.th("did.used", {who = html.safe("<strong>A</strong>"), item = "<b>"})
    assert(html.text(text) == "<strong>A</strong> used “&lt;b&gt;”", html.text(text))
end

function tests.browsers_say_what_they_accept()
    assert(i18n.accepted("pt-PT,pt;q=0.9,it-IT;q=0.8,en;q=0.7") == "it")
    assert(i18n.accepted("de;q=0.3, fr;q=0.4") == "fr" and i18n.accepted("EN-GB") == "en")
    assert(i18n.accepted("xx, *") == nil and i18n.accepted(nil) == nil and i18n.accepted(";;;,,q=") == nil)
end

return tests
