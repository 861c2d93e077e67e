#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""A disk without room: what would write is answered 507 and changes nothing, the site stays readable, and when there is
room again everything goes on without a restart. Needs a small file system of its own, so only root can run it."""
import concurrent.futures
import errno
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import interlink_test

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
DISK_MB = 12


class FullDisk(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.disk = pathlib.Path(tempfile.mkdtemp(prefix="interlink-test-"))
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", str(cls.disk)], capture_output=True)
        if mounted.returncode != 0:
            cls.disk.rmdir()
            raise unittest.SkipTest("only root may mount the small disk that this needs")
        cls.addClassCleanup(cls.unmount)
        cls.server = interlink_test.Server(data=cls.disk / "data")
        cls.addClassCleanup(cls.server.stop)
        cls.anna = cls.server.client("anna@example.org", "a-long-password", admin=True)
        cls.visitor = cls.server.client()
        cls.guide = cls.server.a_guide(cls.visitor)
        cls.process = cls.anna.post("/processes", {"name": "Park", "guide": cls.guide})["id"]
        cls.task = cls.anna.get(f"/processes/{cls.process}/tree")["nodes"][0]["children"][0]["children"][0]["id"]
        cls.poll = cls.anna.post(f"/nodes/{cls.task}/assets", {
            "interlinker": "poll", "params": {"question": "Which day?", "options": ["Saturday", "Sunday"]}})["id"]
        cls.view = cls.anna.post(f"/assets/{cls.poll}/views", {"capability": "view"})["url"]

    @classmethod
    def unmount(cls):
        subprocess.run(["umount", str(cls.disk)], check=True)
        cls.disk.rmdir()

    def setUp(self):
        self.filler = self.disk / "filler"
        self.addCleanup(lambda: self.filler.unlink(missing_ok=True))

    def fill(self):
        """To the last byte, and again until the server's files took what was left in their own blocks."""
        with self.filler.open("ab", buffering=0) as file:
            for size in (1 << 16, 1 << 12, 1):
                try:
                    while True:
                        file.write(b"x" * size)
                except OSError as fault:
                    self.assertEqual(fault.errno, errno.ENOSPC)
        for _ in range(2000):
            answer = self.anna.ask("POST", "/usage", {"process": self.process, "action": "fill.up", "data": {"x": "y" * 3000}})
            if answer.status != 201:
                return answer
        self.fail("the disk never got full")

    def assert_full(self, answer):
        self.assertEqual(answer.status, 507, answer.body[:300])
        request = answer.headers["X-Request-Id"]
        self.assertIn(request, self.server.log())
        if answer.headers["Content-Type"] == "application/problem+json":
            self.assertEqual(answer.json["id"], request)
            self.assertEqual(answer.json["code"], "store.full")
            self.assertIn("Make room", answer.json["detail"])

    def state(self):
        """What the site shows: none of it may change by what was refused."""
        return [self.anna.get(p) for p in (
            f"/processes/{self.process}", f"/processes/{self.process}/tree", f"/nodes/{self.task}/assets",
            f"/usage?process={self.process}&limit=1000", "/notifications", "/processes", "/me")] + [
            self.visitor.raw("GET", self.view).body]

    def test_full(self):
        self.assert_full(self.fill())
        before = self.state()
        writes = (("POST", "/processes", {"name": "No room", "guide": self.guide}),
                  ("PATCH", f"/processes/{self.process}", {"name": "No room", "description": "x" * 5000}),
                  ("PATCH", f"/nodes/{self.task}", {"status": "finished", "description": "x" * 5000}),
                  ("POST", f"/nodes/{self.task}/assets", {"interlinker": "poll", "params": {
                      "question": "Room?" * 30, "options": [f"{i} none" * 8 for i in range(9)]}}),
                  ("POST", f"/processes/{self.process}/members", {"email": "new@example.org", "role": "viewer"}),
                  ("POST", "/usage", {"process": self.process, "action": "no.room", "data": {"x": "y" * 5000}}))
        for method, path, body in writes:
            with self.subTest(method=method, path=path):
                self.assert_full(self.anna.ask(method, path, body))
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            many = list(pool.map(lambda i: self.anna.ask("POST", "/usage", {
                "process": self.process, "action": "no.room", "data": {"x": "y" * 9000}}).status, range(40)))
        self.assertEqual(set(many), {507})
        self.assert_full(self.visitor.raw("POST", self.view + "vote", "option=1", FORM))
        self.assertEqual(self.state(), before)
        for path in ("/", "/tools", f"/projects/{self.process}", f"/tasks/{self.task}", "/messages"):
            page = self.visitor.raw("GET", path, headers={"Cookie": self.anna.cookie})
            self.assertEqual(page.status, 200, path)
        self.assertEqual(self.visitor.raw("GET", "/healthz").status, 200)
        done = subprocess.run([self.server.binary, "user", "add", "--data", self.server.data, "--email", "x@example.org", "--name", "X"],
                              input="a-long-password\n", capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 1)
        self.assertIn("space", done.stderr)

        self.filler.unlink()
        made = self.anna.post("/processes", {"name": "Room again", "guide": self.guide})
        self.assertEqual(self.anna.get(f"/processes/{made['id']}")["name"], "Room again")
        self.assertEqual(self.visitor.raw("POST", self.view + "vote", "option=1", FORM).status, 303)
        self.assertIn(b"1 person", self.visitor.raw("GET", self.view).body)
        self.assertFalse(any(e["action"] == "no.room" for e in self.anna.pages(f"/usage?process={self.process}&limit=1000")))

    def test_full_at_the_end_and_the_start(self):
        """What was acknowledged before is there after an end and a start without room; then one can go on."""
        self.fill()
        before = self.anna.get(f"/processes/{self.process}/tree")
        self.assertEqual(self.server.stop_process(), 0)
        begun = len(self.server.log())
        try:
            self.server.restart()
        except AssertionError:
            # Without any room it may refuse to start, with a sentence; not with a crash.
            self.assertEqual(self.server.process.returncode, 1)
            self.assertIn("space", self.server.log()[begun:])
            self.filler.unlink()
            self.server.restart()
        self.filler.unlink(missing_ok=True)
        self.assertEqual(self.anna.get(f"/processes/{self.process}/tree"), before)
        self.anna.post("/usage", {"process": self.process, "action": "after.all"})


class ReadOnlyDisk(unittest.TestCase):
    """A disk with a fault becomes read-only under the running server, as Linux does with ext4."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="interlink-test-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.image, self.disk = self.folder / "image", self.folder / "disk"
        self.disk.mkdir()
        with self.image.open("wb") as file:
            file.truncate(32 << 20)
        for words in (["mkfs.ext4", "-q", "-F", self.image], ["mount", "-o", "loop", self.image, self.disk]):
            try:
                done = subprocess.run(words, capture_output=True)
            except FileNotFoundError:
                self.skipTest(f"{words[0]} is not installed")
            if done.returncode != 0:
                self.skipTest("only root may mount the disk image that this needs")
        self.addCleanup(subprocess.run, ["umount", self.disk], check=True)

    def test_read_only(self):
        server = interlink_test.Server(data=self.disk / "data")
        try:
            anna = server.client("anna@example.org", "a-long-password")
            process = anna.post("/processes", {"name": "Park", "guide": server.a_guide(anna)})["id"]
            before = anna.get(f"/processes/{process}/tree")
            subprocess.run(["mount", "-o", "remount,abort", self.disk], check=True)
            for _ in range(3):
                answer = anna.ask("POST", "/usage", {"process": process, "action": "read.only"})
                self.assertEqual(answer.status, 507, answer.body)
                self.assertIn(answer.json["id"], server.log())
                self.assertEqual(answer.json["code"], "store.read_only")
            self.assertEqual(anna.get(f"/processes/{process}/tree"), before)
            self.assertEqual(anna.get(f"/usage?process={process}&action=read.only")["items"], [])
            for path in ("/", "/tools", f"/projects/{process}"):
                self.assertEqual(anna.raw("GET", path, headers={"Cookie": anna.cookie}).status, 200, path)
            self.assertEqual(server.stop_process(), 0)
            begun = len(server.log())
            with self.assertRaises(AssertionError):
                server.restart()
            self.assertEqual(server.process.returncode, 1)
            self.assertIn(str(self.disk), server.log()[begun:])
        finally:
            server.stop_process()
            server.stop()


if __name__ == "__main__":
    unittest.main()
