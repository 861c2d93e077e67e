#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Each permission refused makes exactly its calls fail, with a sentence; granted, they do what they say; and taken back they fail again."""
import json
import re
import unittest

import install_tools
from install_tools import InstallTest, interlink_test

PERMISSIONS = re.findall(r'^PERMISSION\(\w+, "([^"]+)"\)',
                         (interlink_test.ROOT / "host/plugin/permission.def").read_text(), re.M)
# Tries everything, and says what came of each try.
TRIES = """
local tries = {
  ["person.name"] = function(call) return call.person.name ~= "" and call.person.name or error("the name is empty") end,
  ["person.contact"] = function(call) return call:email() end,
  http = function(call) return select(2, call.http:get("https://nobody.invalid/")) end,
  assets = function(call)
    local said, near, far = {}, call.query.near, call.query.far
    for _, one in ipairs(call.assets:list()) do said[#said + 1] = one.interlinker .. " " .. one.name end
    said[#said + 1] = call.assets:get(near, "n").value
    said[#said + 1] = #call.assets:documents(near, "by/")
    said[#said + 1] = tostring(call.assets:get(near, "none")) .. tostring(call.assets:get(far, "n")) ..
                      tostring(call.assets:documents(far)) .. tostring(call.assets:get("", "n"))
    return table.concat(said, ", ")
  end,
  notify = function(call) call:notify("process", "hello") return "told" end,
  complete = function(call) call:complete() return "done" end,
  files = function(call) call.files:put("a.txt", "text/plain", "a") return "kept" end,
  documents = function(call) call.documents:put("mine", {a = 1}, require("interlink").ANY) return "kept" end,
  schedule = function(call) call:schedule(call.now + 1e9 // 1 | 0) return "later" end,
  publish = function(call) call:publish("all") return "told" end,
}
return {handle = function(call)
  local came = {}
  for name, try in pairs(tries) do
    local good, what = pcall(try, call)
    came[name] = {good = good, what = tostring(what)}
  end
  call:json(came)
end}
"""
GRANTED = {
    "http": "nobody.invalid cannot be asked",
    "person.name": "Ada", "person.contact": "ada@example.org", "assets": "count Ours, 2, 2, nilnilnilnil", "notify": "told",
    "complete": "done", "files": "kept", "documents": "kept", "schedule": "later", "publish": "told",
}


class Permissions(InstallTest):
    def setUp(self):
        super().setUp()
        tasks = self.ada.get(f"/processes/{self.process}/tree")["nodes"][0]["children"][0]["children"]
        self.install()
        self.near = self.asset()
        for _ in range(2):
            self.assertEqual(self.view(self.near, "POST").status, 303)
        self.far = self.ada.post(f"/nodes/{tasks[1]['id']}/assets", {"interlinker": "count", "name": "Elsewhere"})["id"]
        asked = {name: {} for name in PERMISSIONS} | {"http": {"hosts": ["nobody.invalid"]}}
        self.install("tries", code=TRIES, permissions=asked, grant="none")
        self.tries = self.asset("tries")

    def came(self):
        """None: the permission was taken back while the call ran, so all of it was refused."""
        url = self.ada.post(f"/assets/{self.tries}/views", {"capability": "view"})["url"]
        answer = self.visitor.raw("GET", f"{url}?near={self.near}&far={self.far}")
        if answer.status == 403:
            return None
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json

    def wait_good(self, name, wanted):
        """A running server takes a decision up at the next call after a second."""
        interlink_test.wait_for(lambda: (self.came() or {name: {"good": None}})[name]["good"] == wanted, f"{name}: {wanted}", install_tools.OFFERED)

    def test_each_for_itself(self):
        self.assertEqual(set(GRANTED), set(PERMISSIONS), "a permission has no try here")
        for name, tried in self.came().items():
            self.assertFalse(tried["good"], name)
            self.assertIn("empty" if name == "person.name" else f'the permission "{name}" is not granted', tried["what"])
        for name in PERMISSIONS:
            with self.subTest(name):
                self.plugin("grant", "tries", name)
                self.wait_good(name, True)
                came = self.came()
                self.assertEqual({n for n, tried in came.items() if tried["good"]}, {name}, json.dumps(came))
                self.assertIn(GRANTED[name], came[name]["what"])
                self.plugin("refuse", "tries", name)
                self.wait_good(name, False)
        print(f"{len(PERMISSIONS)} permissions, each for itself")


if __name__ == "__main__":
    unittest.main()
