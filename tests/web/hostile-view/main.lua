-- SPDX-License-Identifier: EUPL-1.2
-- The server's side of a hostile tool: its page, and answers that would help its scripts to get out if they could.
local pages = {
  ["/"] = [[<h1>Hostile</h1><p>Attacks are started by the test.</p><script src="{{link}}/web/attacks.js"></script>]],
  -- What is written into the page and not made by a script.
  ["/markup"] = [[<h1>Markup</h1><p id="markup">whole</p>
<base href="http://markup-base.evil.test/"><img src="picture.png" alt="">
<script>document.getElementById("markup").textContent = "inline script ran"</script>
<img src="x:" alt="" onerror="document.getElementById('markup').textContent = 'handler ran'">
<style>@import url(http://markup-style.evil.test/);</style>
<iframe src="http://markup-frame.evil.test/"></iframe>
<object data="http://markup-object.evil.test/"></object>]],
}

return {
  handle = function(call)
    local path = call.path
    if path == "/file" then return call:file("table.csv", "text/csv; charset=utf-8", "a,b\r\n") end
    if path == "/away" then return call:redirect("/../../settings?attack=host-redirect") end
    if path == "/json" then return call:json({ok = true}) end
    call:html(pages[path] or "<h1>{{path}}</h1>", {path = path})
  end,
}
