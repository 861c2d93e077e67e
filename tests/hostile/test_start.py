#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""A tool whose code dies as soon as it is loaded: it is tried again less and less often, put aside, and the administrator
is told once and can bring it back.
"""
import pathlib
import shutil
import sys
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/hostile"))
import hostile_tools  # noqa: E402
import interlink_test  # noqa: E402


class Start(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = hostile_tools.serve()
        cls.client = hostile_tools.administrator(cls.server)
        cls.view = hostile_tools.open_views(cls.server, cls.client, ["hostile-c"])["hostile-c"]
        cls.installed = next(pathlib.Path(cls.server.data).glob("plugins/hostile-c/**/plugin.so"))
        # No package like this can be added, so the installed one goes bad while nobody looks.
        cls.server.process.terminate()
        cls.server.process.wait(timeout=interlink_test.PATIENCE)
        cls.replace(hostile_tools.built("hostile-start") / "plugin.so")
        cls.server.restart()

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    @classmethod
    def replace(cls, code):
        fresh = cls.installed.with_suffix(".fresh")
        shutil.copy(code, fresh)
        fresh.replace(cls.installed)

    def plugin(self):
        return next(p for p in self.client.get("/plugins?limit=100")["items"] if p["id"] == "hostile-c")

    def notices(self):
        return [n for n in self.client.get("/notifications?limit=100")["items"] if n["event"] == "plugin.quarantined"]

    def test_backs_off_is_put_aside_and_comes_back(self):
        tried = []

        def until_put_aside():
            status, _, body = self.client.raw("GET", self.view)
            if status == 502:
                tried.append(time.monotonic())
            else:
                self.assertEqual(status, 503, body)
            state = self.plugin()["state"]
            self.assertIn(state, ("backing_off", "ready", "quarantined"))
            return state == "quarantined"

        interlink_test.wait_for(until_put_aside, "the tool is put aside", 120)
        waits = [later - earlier for earlier, later in zip(tried, tried[1:])]
        print(f"{len(tried)} starts, {', '.join(f'{wait:.1f}' for wait in waits)} s after one another", flush=True)
        # Doubling from 0.1 s. Judged as a whole: on a busy machine one answer may come late and shorten the next wait.
        self.assertGreater(tried[-1] - tried[0], 0.1 * (2 ** len(waits) - 1) * 0.8)
        self.assertGreater(len(tried), 5)

        self.assertEqual(self.client.raw("GET", self.view).status, 503)
        self.assertIn("signal 6", self.plugin()["trouble"])
        interlink_test.wait_for(self.notices, "the administrator is told")
        self.assertEqual(len(self.notices()), 1)
        self.assertIn("Hostile (c)", self.notices()[0]["text"])
        page = self.client.raw("GET", "/admin/plugins", None, {"Cookie": self.client.cookie}).body.decode()
        self.assertIn("Switch Hostile (c) on", page)
        self.assertEqual(self.client.raw("GET", "/api/v1/interlinkers").status, 200)

        self.replace(hostile_tools.built("hostile-c") / "plugin.so")
        self.assertEqual(self.client.patch("/plugins/hostile-c", {"enabled": True})["state"], "ready")
        status, _, body = self.client.raw("GET", self.view)
        self.assertEqual(status, 200, body)
        self.assertIn(b"still here", body)
        self.assertEqual(self.plugin()["trouble"], "")


if __name__ == "__main__":
    unittest.main(verbosity=1)
