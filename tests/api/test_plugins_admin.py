#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""The administrator's plugins: added and updated beside a running server, switched, set, and checked first."""
import json
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import interlink_test

HELLO = interlink_test.ROOT / "examples/hello-lua"
OFFERED = 10  # seconds until a running server must offer what was added; it looks once a second


class PluginsAdmin(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = interlink_test.Server(options=["--loops", "2", "--dev"])
        cls.anna = cls.server.client("anna@example.org", "a-long-password", admin=True)
        cls.visitor = cls.server.client()
        cls.process = cls.anna.post("/processes", {"name": "Park", "guide": cls.server.a_guide(cls.visitor)})["id"]
        cls.task = cls.anna.get(f"/processes/{cls.process}/tree")["nodes"][0]["children"][0]["children"][0]["id"]

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="interlink-test-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def package(self, name, **members):
        """The hello plugin under another id, with other members in its manifest."""
        place = self.folder / f"{name}-{members.get('version', '1.0.0')}"
        shutil.copytree(HELLO, place)
        manifest = json.loads((place / "interlinker.json").read_text())
        (place / "interlinker.json").write_text(json.dumps(dict(manifest, id=name, **members)))
        return place

    def add(self, place):
        self.server.run("plugin", "install", "--dev", "--data", self.server.data, str(place))

    def state(self, plugin):
        return next((p for p in self.anna.pages("/plugins") if p["id"] == plugin), None)

    def view(self, asset):
        url = self.anna.post(f"/assets/{asset}/views", {"capability": "view"})["url"]
        return self.visitor.raw("GET", url)

    def test_added_while_the_server_runs(self):
        self.assertEqual(self.visitor.ask("GET", "/interlinkers/late-hello").status, 404)
        listed = self.visitor.ask("GET", "/interlinkers?kind=plugin").headers["ETag"]
        self.add(self.package("late-hello", params={"type": "object", "properties": {"word": {"type": "string"}}}))
        interlink_test.wait_for(lambda: self.state("late-hello"), "the plugin is there", OFFERED)
        self.assertEqual(self.visitor.ask("GET", "/interlinkers?kind=plugin", headers={"If-None-Match": listed}).status, 200)
        # Whatever was answered in the second before, both loops know the form by now.
        for _ in range(8):
            interlink_test.wait_for(lambda: self.visitor.get("/interlinkers/late-hello")["params"], "the form is there", OFFERED)
        entry = self.visitor.get("/interlinkers/late-hello")
        self.assertEqual((entry["installed"], entry["plugin"], entry["capabilities"]), (True, "late-hello", ["view", "clone"]))
        asset = self.anna.post(f"/nodes/{self.task}/assets", {"interlinker": "late-hello", "name": "Hi"})
        self.assertEqual(self.view(asset["id"]).status, 200)
        self.assertEqual(self.visitor.raw("GET", "/readyz").json["plugins"]["late-hello"], "ready")

    def test_asked_for_before_it_is_loaded(self):
        """An answer that was kept in between must not stay."""
        place = self.package("early-hello", params={"type": "object", "properties": {"word": {"type": "string"}}})
        self.add(place)
        for _ in range(4):
            self.assertEqual(self.visitor.ask("GET", "/interlinkers/early-hello").status, 200)
        for _ in range(8):
            interlink_test.wait_for(lambda: self.visitor.get("/interlinkers/early-hello")["params"], "the form is there", OFFERED)

    def test_a_new_version(self):
        self.add(self.package("new-hello"))
        interlink_test.wait_for(lambda: self.state("new-hello"), "the plugin is there", OFFERED)
        asset = self.anna.post(f"/nodes/{self.task}/assets", {"interlinker": "new-hello", "name": "Hi"})["id"]
        self.assertEqual(self.view(asset).status, 200)
        newer = self.package("new-hello", version="1.1.0")
        (newer / "main.lua").write_text('return { handle = function(call) call:html("<p>second</p>") end }')
        self.add(newer)
        interlink_test.wait_for(lambda: b"second" in self.view(asset).body, "the new version answers", OFFERED)
        self.assertEqual(self.state("new-hello")["version"], "1.1.0")
        older = subprocess.run([self.server.binary, "plugin", "install", "--dev", "--data", self.server.data, str(self.folder / "new-hello-1.0.0")],
                               capture_output=True, text=True, timeout=60)
        self.assertEqual(older.returncode, 1)
        self.assertIn("1.1.0", older.stderr)

    def test_settings_are_checked(self):
        schema = {"type": "object", "additionalProperties": False,
                  "properties": {"most": {"type": "integer", "minimum": 1, "title": {"en": "Most", "it": "Massimo"}}}}
        self.add(self.package("set-hello", settings=schema))
        interlink_test.wait_for(lambda: self.state("set-hello"), "the plugin is there", OFFERED)
        self.assertEqual(self.anna.patch("/plugins/set-hello", {"settings": {"most": 3}})["settings"], {"most": 3})
        for settings, pointer in (({"most": 0}, "/settings/most"), ({"most": "3"}, "/settings/most"), ({"x": 1}, "/settings/x"),
                                  ([], "/settings")):
            answer = self.anna.ask("PATCH", "/plugins/set-hello", {"settings": settings})
            self.assertEqual(answer.status, 422, settings)
            self.assertEqual(answer.json["errors"][0]["pointer"], pointer)
        self.assertEqual(self.state("set-hello")["settings"], {"most": 3})
        self.assertEqual(self.anna.ask("PATCH", "/plugins/no-such", {"enabled": True}).status, 404)
        self.assertEqual(self.anna.ask("PATCH", "/plugins/set-hello", {"enabled": "yes"}).status, 422)

    def test_a_switch_lasts(self):
        self.anna.patch("/plugins/survey", {"enabled": False})
        self.server.stop_process()
        self.server.restart()
        self.assertEqual(self.state("survey")["state"], "off")
        self.assertFalse(self.state("survey")["enabled"])
        self.anna.patch("/plugins/survey", {"enabled": True})
        self.assertEqual(self.state("survey")["state"], "ready")

    def test_one_that_dies_too_often_waits_for_the_administrator(self):
        place = self.package("dying-hello")
        (place / "main.lua").write_text('error("not today")')
        self.add(place)
        interlink_test.wait_for(lambda: self.state("dying-hello"), "the plugin is there", OFFERED)
        answer = self.anna.ask("POST", f"/nodes/{self.task}/assets", {"interlinker": "dying-hello", "name": "Hi"})
        self.assertIn(answer.status, (502, 503))
        self.assertIn(answer.json["id"], self.server.log())
        state = self.state("dying-hello")
        self.assertIn(state["state"], ("backing_off", "quarantined"))
        self.assertIn("not today", state["trouble"])

    def test_one_whose_files_are_gone(self):
        """The rest of the site does not mind; the administrator is told."""
        self.add(self.package("gone-hello"))
        interlink_test.wait_for(lambda: self.state("gone-hello"), "the plugin is there", OFFERED)
        asset = self.anna.post(f"/nodes/{self.task}/assets", {"interlinker": "gone-hello", "name": "Hi"})["id"]
        url = self.anna.post(f"/assets/{asset}/views", {"capability": "view"})["url"]
        self.server.stop_process()
        shutil.rmtree(pathlib.Path(self.server.data) / "plugins/gone-hello")
        self.server.restart()
        state = self.state("gone-hello")
        self.assertEqual(state["state"], "broken")
        self.assertTrue(state["trouble"])
        ready = self.visitor.raw("GET", "/readyz")
        self.assertEqual((ready.status, ready.json["plugins"]["gone-hello"]), (200, "broken"))
        self.assertIn(b'interlink_plugin_ready{plugin="gone-hello"} 0', self.visitor.raw("GET", "/metrics").body)
        self.assertEqual(self.visitor.get("/interlinkers/gone-hello")["id"], "gone-hello")
        self.assertEqual(self.anna.get(f"/assets/{asset}")["state"], "broken")
        self.assertEqual(self.anna.ask("GET", f"/nodes/{self.task}/recommendations").status, 200)
        self.assertEqual(self.visitor.raw("GET", url).status, 503)
        answer = self.anna.ask("POST", f"/nodes/{self.task}/assets", {"interlinker": "gone-hello"})
        self.assertEqual((answer.status, answer.json["code"]), (503, "plugin.broken"))
        self.assertIn(self.anna.ask("PATCH", "/plugins/gone-hello", {"settings": {}}).status, (200, 422))
        copy = self.anna.post(f"/assets/{asset}/clone", {"name": "Copy"})
        for one in (asset, copy["id"]):
            self.anna.delete(f"/assets/{one}")
        for path in ("/tools", "/tools/gone-hello", "/admin/plugins"):
            self.assertEqual(self.anna.raw("GET", path, headers={"Cookie": self.anna.cookie}).status, 200, path)

    def test_check_explains(self):
        good = subprocess.run([self.server.binary, "plugin", "check", str(self.package("good-hello"))], capture_output=True,
                              text=True, timeout=60)
        self.assertEqual(good.returncode, 0, good.stdout + good.stderr)
        broken = self.package("broken-hello", permissions=["fly"], version="1")
        done = subprocess.run([self.server.binary, "plugin", "check", str(broken)], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 1)
        self.assertIn("permissions", done.stdout)
        self.assertIn("version", done.stdout)
        added = subprocess.run([self.server.binary, "plugin", "install", "--dev", "--data", self.server.data, str(broken)],
                               capture_output=True, text=True, timeout=60)
        self.assertEqual(added.returncode, 1)
        self.assertIsNone(self.state("broken-hello"))
        listed = self.server.run("plugin", "list", "--data", self.server.data)
        self.assertIn("poll", listed)
        self.assertNotIn("broken-hello", listed)


if __name__ == "__main__":
    unittest.main()
