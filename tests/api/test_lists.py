#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Every list, page by page: no item twice, none left out, whatever the size of a page, also while the list grows."""
import json
import pathlib
import tempfile
import unittest

import interlink_test

COUNT = 23


def large_catalogue(folder):
    """The small catalogue with many entries of the same name, so that the order needs more than the name."""
    interlink_test.small_catalogue(folder)
    site = json.loads((folder / "interlinkers/externalsoftware/site/metadata.json").read_text())
    profiles = json.loads((folder / "problemprofiles/problemprofiles.json").read_text())
    guide = json.loads((folder / "schemas/small/metadata.json").read_text())
    phase = (folder / "schemas/small/phases/one.json").read_text()
    for i in range(COUNT):
        place = folder / f"interlinkers/externalsoftware/site{i}"
        place.mkdir(parents=True)
        (place / "metadata.json").write_text(json.dumps(dict(site, id=f"site{i}")))
        profiles.append(dict(profiles[1], id=f"TALK{i}"))
        place = folder / f"schemas/small{i}/phases"
        place.mkdir(parents=True)
        (place.parent / "metadata.json").write_text(json.dumps(dict(guide, id=f"small{i}")))
        (place / "one.json").write_text(phase)
    (folder / "problemprofiles/problemprofiles.json").write_text(json.dumps(profiles))
    return folder


class Lists(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with tempfile.TemporaryDirectory(prefix="interlink-test-") as folder:
            cls.server = interlink_test.Server(catalogue=large_catalogue(pathlib.Path(folder)))
        cls.anna = cls.server.client("anna@example.org", "a-long-password", admin=True)
        cls.bruno = cls.server.client("bruno@example.org", "another-password")
        cls.processes = [cls.anna.post("/processes", {"name": "Same name", "guide": "small"})["id"] for _ in range(COUNT)]
        cls.process = cls.processes[0]
        cls.anna.post(f"/processes/{cls.process}/members", {"email": "bruno@example.org", "role": "viewer"})
        tree = cls.anna.get(f"/processes/{cls.process}/tree")["nodes"]
        cls.task = tree[0]["children"][0]["children"][0]["id"]
        cls.assets = [cls.anna.post(f"/nodes/{cls.task}/assets", {"interlinker": "site", "name": "Same name"})["id"]
                      for _ in range(COUNT)]

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def pages(self, client, path, limit):
        after, pages = None, []
        while True:
            query = f"{'&' if '?' in path else '?'}limit={limit}" + (f"&after={after}" if after else "")
            page = client.get(path + query)
            self.assertLessEqual(len(page["items"]), limit)
            self.assertEqual(set(page) - {"unread"}, {"items", "next"})
            pages.append([i["id"] for i in page["items"]])
            after = page["next"]
            if after is None:
                return pages
            self.assertEqual(len(page["items"]), limit, "a page that is not the last is full")

    def test_no_doubles_no_gaps(self):
        lists = [("/interlinkers", self.anna, COUNT), ("/interlinkers?search=site", self.anna, COUNT),
                 ("/interlinkers?kind=link", self.anna, COUNT), ("/interlinkers?problem_profile=TALK&language=en", self.anna, COUNT),
                 ("/problem-profiles", self.anna, COUNT), ("/guides", self.anna, COUNT), ("/processes", self.anna, COUNT),
                 (f"/nodes/{self.task}/assets", self.anna, COUNT), ("/notifications", self.bruno, COUNT),
                 (f"/usage?process={self.process}", self.anna, COUNT), ("/usage", self.anna, COUNT), ("/plugins", self.anna, 2)]
        for path, client, least in lists:
            whole = self.pages(client, path, 100)
            self.assertEqual(len(whole), 1, path)
            self.assertGreaterEqual(len(whole[0]), least, path)
            self.assertEqual(len(set(whole[0])), len(whole[0]), path)
            for limit in (1, 2, 7, len(whole[0])):
                with self.subTest(path=path, limit=limit):
                    self.assertEqual([i for page in self.pages(client, path, limit) for i in page], whole[0])

    def test_what_comes_while_one_reads(self):
        """Newest first: what is new comes before the first page, and nothing that was there is missed or told twice."""
        path = f"/usage?process={self.process}"
        before = self.pages(self.anna, path, 1000)[0]
        first = self.anna.get(path + "&limit=5")
        self.anna.post("/usage", {"process": self.process, "action": "test.more"})
        rest = [i["id"] for i in self.anna.get(path + f"&limit=1000&after={first['next']}")["items"]]
        self.assertEqual([i["id"] for i in first["items"]] + rest, before)

    def test_cursors_that_nobody_gave_out(self):
        for path in ("/interlinkers", "/problem-profiles", "/guides", "/processes", f"/nodes/{self.task}/assets",
                     f"/usage?process={self.process}", "/notifications", "/plugins"):
            for cursor in ("x", "%00", "..%2F..", "A" * 300, "%27%3B--", "%C3%A9", "0"):
                with self.subTest(path=path, cursor=cursor):
                    answer = self.anna.ask("GET", path + ("&" if "?" in path else "?") + "after=" + cursor)
                    # A list in order of id may begin after any text; others say that the cursor is none of theirs.
                    self.assertIn(answer.status, (200, 400, 422), answer.body)
                    if answer.status == 200:
                        self.assertEqual(set(answer.json) - {"unread"}, {"items", "next"})

    def test_filters_together(self):
        for item in self.anna.get("/interlinkers?kind=link&problem_profile=TALK,PLAN&language=en&limit=100")["items"]:
            self.assertEqual(item["kind"], "link")
            self.assertIn("en", item["languages"])
            self.assertTrue({"TALK", "PLAN"} & set(item["problem_profiles"]))
        both = {i["id"] for i in self.anna.get("/interlinkers?problem_profile=TALK&problem_profile=PLAN&limit=100")["items"]}
        self.assertEqual(both, {i["id"] for i in self.anna.get("/interlinkers?problem_profile=TALK,PLAN&limit=100")["items"]})
        self.assertIn("plan", both)
        self.assertEqual(self.anna.get("/interlinkers?problem_profile=NO_SUCH")["items"], [])
        self.assertEqual(self.anna.get("/interlinkers?search=zzzzzz")["items"], [])


if __name__ == "__main__":
    unittest.main()
