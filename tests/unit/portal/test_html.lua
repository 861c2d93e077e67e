-- SPDX-License-Identifier: EUPL-1.2
local html = require "engine.html"

local tests = {}

function tests.text_is_escaped()
    assert(html.text("<b>\"&'") == "&lt;b&gt;&quot;&amp;&#39;", html.text("<b>\"&'"))
    assert(html.text(html.safe("<b>")) == "<b>")
    assert(html.text(nil) == "")
    assert(html.text(3) == "3" and html.text(2.5) == "2.5")
    assert(not pcall(html.text, {}))
    assert(not pcall(html.escape, html.safe("x")), "safe HTML has no place in an attribute")
end

function tests.addresses_cannot_run_code()
    for _, bad in ipairs {
        "javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)", "java\nscript:alert(1)",
            "data:text/html,x",
        "vbscript:x", "//evil.example", "/\\evil.example", "\\\\evil.example", "http:\nx", "\tjavascript:x",
            "file:///etc",
    } do
        assert(html.url(bad) == "#", bad .. " became " .. html.url(bad))
    end
end

function tests.good_addresses_stay()
    assert(html.url("/a/b?c=1&d=2#e") == "/a/b?c=1&amp;d=2#e")
    assert(html.url("https://example.org/?q=\"x\"") == "https://example.org/?q=&quot;x&quot;")
    assert(html.url("mailto:a@example.org") == "mailto:a@example.org")
    assert(html.url("#main") == "#main" and html.url("?lang=it") == "?lang=it" and html.url("a/b") == "a/b")
end

function tests.address_orders_and_encodes()
    assert(html.address("/x", {}) == "/x" and html.address("/x") == "/x")
    assert(html.address("/x", {b = "1 2", a = "&", empty = ""}) == "/x?a=%26&b=1%202")
    assert(html.address("/x", {a = {"1", "2"}}) == "/x?a=1&a=2")
end

return tests
