-- SPDX-License-Identifier: EUPL-1.2
local template = require "engine.template"

local tests = {}

local function render(source, data, others)
    local files = others or {}
    files.page = source
    local set = template.set(function(name) return files[name], "no such file" end)
    return set.render("page", data or {})
end

local function fails(source, expected, others)
    local ok, why = pcall(render, source, {}, others)
    assert(not ok, "this should not compile: " .. source)
    assert(tostring(why):find(expected, 1, true), ("%s\n  is not about: %s"):format(why, expected))
end

function tests.values_are_escaped_by_place()
    local evil = "\"><script>alert(1)</script>"
    local page = render('<p title="{{ x }}">{{ x }}</p>', {x = evil})
    assert(not page:find("<script>", 1, true), page)
    assert(render('<a href="{{ x }}">', {x = "javascript:alert(1)"}) == '<a href="#">')
    assert(render('<a href="/tools/{{ x }}/y?q={{ y }}">', {x = "a/../b",
        y = "1&z=2"}) == '<a href="/tools/a%2F..%2Fb/y?q=1%26z%3D2">')
    assert(render('<form action="{{ x }}?p={{ y }}">', {x = "/a", y = "b c"}) == '<form action="/a?p=b%20c">')
end

function tests.a_value_needs_a_safe_place()
    fails("<script>{{ x }}</script>", "inside <script>")
    fails("<style>{{ x }}</style>", "inside <style>")
    fails("<p {{ x }}>", "inside a tag")
    fails("<p class={{ x }}>", "double quotes")
    fails("<p class='{{ x }}'>", "double quotes")
    fails('<p onclick="{{ x }}">', "onclick is not allowed")
    fails('<p style="color: red">', "style is not allowed")
end

function tests.text_after_a_script_is_text_again()
    assert(render('<script src="/a.js"></script><p>{{ x }}</p>',
        {x = "<"}) == '<script src="/a.js"></script><p>&lt;</p>')
end

function tests.conditions_and_loops()
    local source = "{% for i, x in list %}{% if i > 1 %}, {% end %}{{ x }}{% end %}"
    assert(render(source, {list = {"a", "b"}}) == "a, b")
    assert(render(source, {}) == "")
    assert(render("{% if a %}1{% elseif b %}2{% else %}3{% end %}", {b = true}) == "2")
    assert(render("{% set y = x + 1 %}{{ y }}", {x = 1}) == "2")
    assert(render("a{# a remark {{ no }} #}b") == "ab")
end

function tests.branches_end_where_they_began()
    fails('{% if x %}<p class="{% end %}', "another place")
    fails('<p{% if x %} class="a">{% end %}', "another place")
    fails("{% if x %}", "is not ended")
    fails("{% end %}", "without a beginning")
    fails("<p", "inside a tag")
    fails("{{ x", "is not closed")
    fails("{% nonsense %}", "unknown statement")
    assert(render('<p{% if x %} class="a"{% end %}>', {x = 1}) == '<p class="a">')
end

function tests.includes_see_their_own_names_first()
    local files = {["part/x"] = "{{ a }}{{ b }}"}
    assert(render('{% include "part/x" with {a = 2} %}', {a = 1, b = 3}, files) == "23")
    assert(render('{% include "part/x" %}', {a = 1, b = 3}, files) == "13")
    fails('<p class="{% include "part/x" %}">', "between tags", files)
    fails('{% include "part/none" %}', "no such file")
end

function tests.layouts_are_filled()
    local files = {["layout/x"] = "<h1>{% slot head %}none{% end %}</h1><main>{% slot main %}{% end %}</main>"}
    local page = render('{% layout "layout/x" %}\n{% block main %}{{ a }}{% end %}\n', {a = "<"}, files)
    assert(page == "<h1>none</h1><main>&lt;</main>", page)
    fails('{% layout "layout/x" %}text', "only in its blocks", files)
    fails('text{% layout "layout/x" %}', "first thing", files)
end

function tests.a_mistake_names_file_and_line()
    local ok, why = pcall(render, "<p>\n\n{{ a.b.c }}</p>", {a = {}})
    assert(not ok and why:find("templates/page.html:3:", 1, true), why)
    local fine, reason = pcall(render, "a\nb\n{{ = }}")
    assert(not fine and reason:find("page.html:3:", 1, true), reason)
    local good, at = pcall(render, "a\n{% if x %}\nb\n{% end %}\n{% end %}")
    assert(not good and at:find("page.html:5:", 1, true), at)
end

return tests
