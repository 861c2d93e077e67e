-- SPDX-License-Identifier: EUPL-1.2
local native = require "engine.native"
local text = require "engine.text"
local router = require "engine.router"

local tests = {}

function tests.forms_are_decoded()
    local form = native.form_decode("a=1&b=x+y%26&a=2&c&=z")
    assert(form.a[1] == "1" and form.a[2] == "2" and form.b[1] == "x y&" and form.c[1] == "" and form[""][1] == "z")
    assert(native.form_decode("a=%zz") == nil and native.form_decode("a=%ff") == nil
        and next(native.form_decode("")) == nil)
end

function tests.json_goes_both_ways()
    local value = native.json_decode('{"a":[1,2.5,"x",true,null],"b":null,"c":{}}')
    assert(value.a[1] == 1 and value.a[2] == 2.5 and value.a[5] == false and value.b == nil
        and type(value.c) == "table")
    assert(native.json_decode("{") == nil and native.json_decode('{"a":1,"a":2}') == nil)
    assert(native.json_encode({a = {1, 2}}) == '{"a":[1,2]}' and native.json_encode({x = native.null}) == '{"x":null}')
    local cycle = {}
    cycle.me = cycle
    assert(native.json_encode(cycle) == nil and native.json_encode({f = print}) == nil
        and native.json_encode(0 / 0) == nil)
    assert(native.json_encode("\xff") == nil and native.json_encode({[1.5] = 1}) == nil)
end

function tests.markdown_is_safe()
    local page = native.markdown("# A\n### B\n<script>alert(1)</script>\n\n[x](javascript:alert(1)) "
        .. "![p](https://e.org/a.png)\n\n[![in](https://e.org/b.png)](https://e.org) "
        .. '<b onclick="x">raw</b> [rel](//evil.example)', 3)
    assert(page:find("<h3>A</h3>", 1, true) and page:find("<h4>B</h4>", 1, true), page)
    for _, bad in ipairs {"<script", "javascript:", "onclick", "<img", "evil.example", "<!--"} do
        assert(not page:find(bad, 1, true), bad .. " in " .. page)
    end
    assert(page:find('<a href="https://e.org/a.png">p</a>', 1, true) and page:find('<a href="https://e.org">in</a>',
        1, true), page)
end

function tests.old_texts_with_tags_are_kept()
    local shown = text.markdown("<p>One &amp; two</p><ul><li>a</li><li>b</li></ul>", 2).html
    assert(shown:find("One &amp; two", 1, true) and shown:find("<li>a</li>", 1, true), shown)
    assert(text.plain("# Big\n**a** [b](https://e.org) `c` <br>d snake_case") == "Big a b c d snake_case",
        text.plain("# Big\n**a** [b](https://e.org) `c` <br>d snake_case"))
    assert(text.markdown("", 2) == nil and text.markdown(nil) == nil)
end

function tests.small_texts()
    assert(text.initials("Anna Maria Ozola") == "AO" and text.initials("Ādams") == "Ā" and text.initials("") == "?")
    assert(text.short("abcdef", 4) == "abc…" and text.short("äöüß", 4) == "äöüß" and text.short("äöüßx", 4) == "äöü…")
    assert(native.text_length("äö") == 2)
end

function tests.paths_find_their_page()
    local routes = router.new()
    routes.get("/a/{id}", "one")
    routes.get("/a/new", "new")
    routes.post("/a/{id}", "post")
    routes.get("/", "home")
    assert(routes.find("GET", "/") == "home" and routes.find("GET", "/a/new") == "new")
    local page, params = routes.find("GET", "/a/x%20y+z")
    assert(page == "one" and params.id == "x y+z", params.id)
    local none, other = routes.find("POST", "/")
    assert(none == nil and other == true)
    assert(select(2, routes.find("GET", "/nowhere")) == false)
    assert(routes.find("GET", "/a/%2F") == nil and routes.find("GET", "/a/%zz") == nil)
end

return tests
