#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""A plugin that crashes, is late, or is switched off: 502, 504 and 503, each with an id that is found in the log, by the
API as in a view, and nothing changed."""
import unittest

import interlink_test


class Failures(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = interlink_test.build_folder() / "hostile"
        cls.server = interlink_test.Server(plugins=[folder / "hostile-c", folder / "hostile-lua"])
        cls.anna = cls.server.client("anna@example.org", "a-long-password", admin=True)
        cls.bruno = cls.server.client("bruno@example.org", "another-password")
        cls.visitor = cls.server.client()
        cls.process = cls.anna.post("/processes", {"name": "Park", "guide": cls.server.a_guide(cls.visitor)})["id"]
        cls.anna.post(f"/processes/{cls.process}/members", {"email": "bruno@example.org", "role": "contributor"})
        tree = cls.anna.get(f"/processes/{cls.process}/tree")["nodes"]
        cls.task = tree[0]["children"][0]["children"][0]["id"]
        cls.views = {}
        for plugin in ("hostile-c", "hostile-lua"):
            asset = cls.anna.post(f"/nodes/{cls.task}/assets", {"interlinker": plugin, "name": plugin})
            cls.views[plugin] = cls.anna.post(f"/assets/{asset['id']}/views", {"capability": "view"})["url"]

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def assert_page(self, answer, status):
        """People get a page, in their language, with the id; the log tells the same id and the plugin."""
        self.assertEqual(answer.status, status, answer.body[:300])
        request = answer.headers["X-Request-Id"]
        self.assertIn(request, answer.body.decode())
        lines = [line for line in self.server.log().splitlines() if request in line]
        self.assertTrue(lines, request)
        for url in self.views.values():
            self.assertNotIn(url.split("/")[2], self.server.log())  # a ticket in the log would open the view
        return lines

    def test_crashed(self):
        for way in ("segv", "abort", "exit", "stack", "forge"):
            with self.subTest(way):
                lines = self.assert_page(self.visitor.raw("GET", self.views["hostile-c"] + way), 502)
                self.assertTrue(any("hostile-c" in line for line in lines), lines)
                self.assertEqual(self.visitor.raw("GET", self.views["hostile-c"]).status, 200)

    def test_late(self):
        for plugin, way in (("hostile-c", "loop"), ("hostile-lua", "loop")):
            with self.subTest(plugin):
                lines = self.assert_page(self.visitor.raw("GET", f"{self.views[plugin]}{way}"), 504)
                self.assertTrue(any(plugin in line for line in lines), lines)
                self.assertEqual(self.visitor.raw("GET", self.views[plugin]).status, 200)

    def test_the_administrator_sees_it(self):
        self.visitor.raw("GET", self.views["hostile-c"] + "abort")
        plugins = {p["id"]: p for p in self.anna.pages("/plugins")}
        self.assertGreaterEqual(plugins["hostile-c"]["crashes"], 1)
        self.assertGreater(plugins["hostile-c"]["calls"], plugins["hostile-c"]["crashes"])
        self.assertTrue(plugins["hostile-c"]["trouble"] == "" or plugins["hostile-c"]["state"] != "ready")

    def test_switched_off(self):
        before = self.anna.get(f"/nodes/{self.task}/assets")["items"]
        self.assertEqual(self.bruno.ask("PATCH", "/plugins/hostile-lua", {"enabled": False}).status, 403)
        off = self.anna.patch("/plugins/hostile-lua", {"enabled": False})
        self.assertEqual((off["enabled"], off["state"]), (False, "off"))
        try:
            answer = self.anna.ask("POST", f"/nodes/{self.task}/assets", {"interlinker": "hostile-lua", "name": "Again"})
            self.assertEqual(answer.status, 503, answer.body)
            problem = answer.json
            self.assertEqual(problem["code"], "plugin.off")
            self.assertIn("switched off", problem["detail"])
            self.assertIn(problem["id"], self.server.log())
            self.assertEqual(answer.headers["X-Request-Id"], problem["id"])
            self.assert_page(self.visitor.raw("GET", self.views["hostile-lua"]), 503)
            self.assertEqual(self.visitor.raw("GET", self.views["hostile-c"]).status, 200)
            # What needs no code of the plugin works all the same.
            copy = self.anna.post(f"/assets/{before[1]['id']}/clone", {"name": "Copy"})
            self.assertEqual(copy["state"], "off")
            self.anna.delete(f"/assets/{copy['id']}")
            self.assertEqual([a["id"] for a in self.anna.get(f"/nodes/{self.task}/assets")["items"]], [a["id"] for a in before])
        finally:
            self.anna.patch("/plugins/hostile-lua", {"enabled": True})
        self.assertEqual(self.visitor.raw("GET", self.views["hostile-lua"]).status, 200)

    def test_in_the_readers_language(self):
        self.anna.patch("/plugins/hostile-lua", {"enabled": False})
        try:
            pages = {language: self.visitor.raw("GET", f"{self.views['hostile-lua']}?lang={language}").body.decode()
                     for language in ("en", "es", "it", "lv", "nl", "fr", "de")}
        finally:
            self.anna.patch("/plugins/hostile-lua", {"enabled": True})
        for language, page in pages.items():
            self.assertIn(f'lang="{language}"', page)
        self.assertEqual(len({page.split("<h1>")[1].split("</h1>")[0] for page in pages.values()}), 7)


if __name__ == "__main__":
    unittest.main()
