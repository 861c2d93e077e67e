#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""An import beside a running server: its catalogue changes at once, what browsers and the server kept is out of date,
and what cannot be imported changes nothing."""
import json
import pathlib
import subprocess
import tempfile
import unittest

import interlink_test


class ImportLive(unittest.TestCase):
    def setUp(self):
        self.server = interlink_test.Server(options=["--loops", "2"])
        self.addCleanup(self.server.stop)
        self.visitor = self.server.client()
        folder = tempfile.TemporaryDirectory(prefix="interlink-test-")
        self.addCleanup(folder.cleanup)
        self.catalogue = interlink_test.small_catalogue(pathlib.Path(folder.name))

    def tag(self, path):
        answer = self.visitor.ask("GET", path)
        self.assertEqual(answer.status, 200)
        return answer.headers["ETag"]

    def not_modified(self, path, tag):
        answer = self.visitor.ask("GET", path, headers={"If-None-Match": tag})
        if answer.status == 304:
            self.assertEqual(answer.body, b"")
        return answer.status == 304

    def edit(self, path, **members):
        place = self.catalogue / path
        place.write_text(json.dumps(dict(json.loads(place.read_text()), **members)))

    def test_answers_change(self):
        paths = ["/interlinkers", "/interlinkers?search=plan", "/problem-profiles", "/guides"]
        before = {p: self.tag(p) for p in paths}
        for path in paths:
            self.assertTrue(self.not_modified(path, before[path]))
        self.server.import_catalogue(self.catalogue)
        for path in paths:
            with self.subTest(path):
                # Every loop keeps answers of its own: none may go on with the old ones.
                interlink_test.wait_for(lambda p=path: not self.not_modified(p, before[p]), "the answer is new", 2)
        self.assertIn("plan", [i["id"] for i in self.visitor.get("/interlinkers")["items"]])
        self.assertEqual([g["id"] for g in self.visitor.get("/guides")["items"]], ["small"])
        # The same again is no change for the reader, whatever the server had to look up anew.
        first = self.visitor.get("/interlinkers")
        self.server.import_catalogue(self.catalogue)
        self.assertEqual(self.visitor.get("/interlinkers"), first)

    def test_what_changed_is_found(self):
        self.server.import_catalogue(self.catalogue)
        interlink_test.wait_for(lambda: self.visitor.get("/interlinkers?search=plan")["items"], "it is there", 2)
        tag = self.tag("/interlinkers/plan")
        self.edit("interlinkers/knowledge/plan/metadata.json", name_translations={"en": "Gardening calendar"})
        self.server.import_catalogue(self.catalogue)
        interlink_test.wait_for(lambda: not self.not_modified("/interlinkers/plan", tag), "the entry is new", 2)
        self.assertEqual(self.visitor.get("/interlinkers/plan")["name"], "Gardening calendar")
        self.assertEqual([i["id"] for i in self.visitor.get("/interlinkers?search=gardening")["items"]], ["plan"])

    def test_a_running_project_keeps_what_it_has(self):
        self.server.import_catalogue(self.catalogue)
        anna = self.server.client("anna@example.org", "a-long-password")
        interlink_test.wait_for(lambda: anna.get("/guides")["items"], "the guide is there", 2)
        process = anna.post("/processes", {"name": "Park", "guide": "small"})["id"]
        task = anna.get(f"/processes/{process}/tree")["nodes"][0]["children"][0]["children"][0]["id"]
        asset = anna.post(f"/nodes/{task}/assets", {"interlinker": "plan", "name": "Our plan"})
        tree = anna.get(f"/processes/{process}/tree")
        self.edit("schemas/small/phases/one.json", name_translations={"en": "Another beginning"})
        (self.catalogue / "interlinkers/knowledge/plan/resource.txt").write_text("A new plan.")
        self.server.import_catalogue(self.catalogue)
        self.assertEqual(anna.get(f"/processes/{process}/tree"), tree)
        self.assertEqual(anna.get(f"/assets/{asset['id']}")["name"], "Our plan")
        ticket = anna.post(f"/assets/{asset['id']}/views", {"capability": "view"})
        self.assertEqual(self.visitor.raw("GET", ticket["url"]).status, 200)

    def test_what_is_wrong_changes_nothing(self):
        self.server.import_catalogue(self.catalogue)
        interlink_test.wait_for(lambda: self.visitor.get("/guides")["items"], "the guide is there", 2)
        paths = ["/interlinkers", "/interlinkers/plan", "/problem-profiles", "/guides", "/guides/small"]
        before = {p: self.visitor.get(p) for p in paths}
        plan = self.catalogue / "interlinkers/knowledge/plan/metadata.json"
        good = plan.read_text()
        for name, text, words in (
                ("broken", good.replace("{", "{,", 1), ["plan/metadata.json", "line 1"]),
                ("profile", json.dumps(dict(json.loads(good), problemprofiles=["NO_SUCH"])), ["plan/metadata.json", "NO_SUCH"]),
                ("path", json.dumps(dict(json.loads(good), file_translations={"en": "../../../../etc/passwd"})), ["plan/metadata.json"]),
                ("twice", '{"id": "plan", "id": "plan"}', ["plan/metadata.json", "id"])):
            with self.subTest(name):
                plan.write_text(text)
                done = subprocess.run([self.server.binary, "import", "--data", self.server.data, str(self.catalogue)],
                                      capture_output=True, text=True, timeout=60)
                self.assertNotEqual(done.returncode, 0)
                for word in words:
                    self.assertIn(word, done.stderr + done.stdout)
                for path in paths:
                    self.assertEqual(self.visitor.get(path), before[path])


if __name__ == "__main__":
    unittest.main()
