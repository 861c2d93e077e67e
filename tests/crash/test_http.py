#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""The n-th call of the server to its disk, or for memory, fails while a request is under way, for n = 1, 2 ... until none does.
The request is answered as if nothing had been, or with 503 or 507 and a sentence; the next one is answered well, without a
restart. Where memory fails the program may also end in order (docs/decisions/0009-memory.md), and is started again. What was
acknowledged is there, nothing is there by half.

    test_http.py [SAMPLES]: of each request so many n; 0 is all of them
"""
import contextlib
import errno
import http.client
import json
import mmap
import os
import pathlib
import sqlite3
import struct
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/api"))
import interlink_test  # noqa: E402

SAMPLES = 4
MEMORY = 1 << 7  # calls.h
DISK = MEMORY - 1
FIELDS = ("kinds", "at", "many", "error", "seen", "failed", "small")  # plan.h
MEMORY_EXIT = 12
FOREVER = 1 << 60
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Plan:
    """The calls that fail, in a file that the server maps too."""

    def __init__(self, path):
        path.write_bytes(bytes(8 * len(FIELDS)))
        with path.open("r+b") as file:
            self.shared = mmap.mmap(file.fileno(), 8 * len(FIELDS))

    def set(self, **values):
        for name, value in values.items():
            struct.pack_into("=Q", self.shared, 8 * FIELDS.index(name), value)

    def get(self, name):
        return struct.unpack_from("=Q", self.shared, 8 * FIELDS.index(name))[0]

    def arm(self, kinds, at, many=1, error=errno.EIO):
        self.set(kinds=0)
        self.set(at=at, many=many, error=error, seen=0, failed=0)
        self.set(kinds=kinds)

    def rest(self):
        self.set(kinds=0, small=0)


class Calls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="interlink-calls-"))
        cls.plan = Plan(cls.folder / "plan")
        environment = {"LD_PRELOAD": str(interlink_test.build_folder() / "tests/libplan_preload.so"),
                       "INTERLINK_PLAN": str(cls.folder / "plan"), "INTERLINK_PLAN_FOLDER": str(cls.folder / "data"),
                       # The sanitizer would rather be first; the calls for memory go on to it.
                       "ASAN_OPTIONS": "verify_asan_link_order=0:detect_leaks=1"}
        cls.server = interlink_test.Server(data=cls.folder / "data", prepare=lambda: os.environ.update(environment))
        cls.addClassCleanup(cls.server.stop)
        cls.anna = cls.server.client("anna@example.org", "a-long-password", admin=True)
        cls.server.client("bruno@example.org", "a-long-password")
        process = cls.anna.post("/processes", {"name": "Park", "guide": cls.server.a_guide(cls.anna)})["id"]
        cls.anna.post(f"/processes/{process}/members", {"email": "bruno@example.org", "role": "viewer"})
        task = cls.anna.get(f"/processes/{process}/tree")["nodes"][0]["children"][0]["children"][0]["id"]
        params = {"question": "Which day?", "options": ["Saturday", "Sunday"]}
        poll = cls.anna.post(f"/nodes/{task}/assets", {"interlinker": "poll", "name": "first", "params": params})["id"]
        view = cls.anna.post(f"/assets/{poll}/views", {"capability": "view"})["url"]
        cookie = {"Cookie": cls.anna.cookie}
        anna = cls.anna
        cls.number = 0
        cls.acknowledged = []
        # What the main paths of the site are: name, the request, and whether it writes.
        cls.requests = {
            "sign in": lambda name: anna.ask("POST", "/sessions", {"email": "anna@example.org", "password": "a-long-password"}),
            "log an event": lambda name: anna.ask("POST", "/usage", {"process": process, "action": "test.event", "data": {"name": name}}),
            "add a tool": lambda name: anna.ask("POST", f"/nodes/{task}/assets", {"interlinker": "poll", "name": name, "params": params}),
            "open a view": lambda name: anna.ask("POST", f"/assets/{poll}/views", {"capability": "view"}),
            "see a view": lambda name: anna.raw("GET", view),
            "vote": lambda name: anna.raw("POST", view + "vote", f"option={int(name[4:]) % 2 + 1}", FORM),
            "a page of the portal": lambda name: anna.raw("GET", f"/projects/{process}", headers=cookie),
            "a page for everybody": lambda name: anna.raw("GET", "/tools"),
            "a list": lambda name: anna.ask("GET", f"/usage?process={process}&limit=20"),
        }
        cls.named = ("log an event", "add a tool")

    def tearDown(self):
        self.plan.rest()

    def ask(self, what):
        """Gives the answer, or None where the connection was closed without one."""
        type(self).number += 1
        name = f"act-{self.number}"
        try:
            answer = self.requests[what](name)
        except (OSError, http.client.HTTPException):
            return None
        if what in self.named and answer.status == 201:
            self.acknowledged.append(name)
        return answer

    def count(self, what, kinds):
        """How many calls the request makes, once everything is warm."""
        for _ in range(2):
            self.plan.arm(kinds, 0)
            answer = self.ask(what)
            self.plan.rest()
            self.assertLess(answer.status, 400, f"{what}: {answer.body[:300]}")
        return self.plan.get("seen")

    def steps(self, calls):
        return range(1, calls + 2, max(1, calls // SAMPLES) if SAMPLES else 1)

    def sentence(self, what, answer):
        self.assertIn(answer.status, (503, 507), f"{what}: {answer.status} {answer.body[:400]}")
        if "json" in answer.headers["Content-Type"]:
            self.assertGreater(len(answer.json["detail"]), 30)
            self.assertTrue(answer.json["code"].split(".")[0] in ("store", "account", "server"), answer.json)
        else:
            self.assertIn(b"<h1", answer.body)

    def ended(self):
        """Has the program ended for want of memory? Then it is started again, as the system would."""
        try:
            self.server.process.wait(timeout=0.5)
        except subprocess.TimeoutExpired:
            return False
        self.assertEqual(self.server.process.returncode, MEMORY_EXIT, self.server.log()[-3000:])
        self.assertIn("There is no memory left, so the program ends", self.server.log())
        self.plan.rest()
        self.server.restart()
        return True

    def goes_on(self, what):
        answer = self.ask(what)
        self.assertIsNotNone(answer, f"{what}: no answer when everything works again\n{self.server.log()[-2000:]}")
        self.assertLess(answer.status, 400, f"{what}: {answer.status} {answer.body[:400]}")

    def walk(self, kinds, many, error, may_close=False, may_end=False):
        for what in self.requests:
            calls = self.count(what, kinds)
            tally = {}
            for n in self.steps(calls):
                with self.subTest(request=what, n=n):
                    self.plan.arm(kinds, n, many, error)
                    answer = self.ask(what)
                    self.plan.rest()
                    if answer is None:
                        # libmicrohttpd closes the connection when it has no memory.
                        self.assertTrue(may_close, f"{what}: no answer")
                        outcome = "ended" if self.ended() else "closed"
                        self.assertTrue(may_end or outcome == "closed", f"{what}: the program ended")
                    else:
                        outcome = answer.status
                        if answer.status >= 400:
                            self.sentence(what, answer)
                    tally[outcome] = tally.get(outcome, 0) + 1
                    self.goes_on(what)
            print(f"{what}: {calls} calls; " + ", ".join(f"{k} {v} times" for k, v in sorted(tally.items(), key=str)))
        self.whole()

    def whole(self):
        """What was acknowledged is there; of no tool a part."""
        with contextlib.closing(sqlite3.connect(self.folder / "data/interlink.db")) as database:
            self.assertEqual(database.execute("PRAGMA integrity_check").fetchone()[0], "ok")
            events = {json.loads(row[0])["name"] for row in database.execute("SELECT data FROM usage WHERE action = 'test.event'")}
            tools = dict(database.execute("SELECT id, name FROM asset"))
            pieces = [[row[0] for row in database.execute(sql)] for sql in (
                "SELECT asset FROM usage WHERE action = 'asset.created'",
                "SELECT asset FROM notification WHERE event = 'asset.created'",
                "SELECT DISTINCT asset FROM document")]
        for ids in pieces:
            self.assertEqual(sorted(ids), sorted(tools))
        self.assertEqual([name for name in self.acknowledged if name not in events | set(tools.values())], [])

    def test_disk_fails_once(self):
        self.walk(DISK, 1, errno.EIO)

    def test_disk_fails_until_it_is_mended(self):
        self.walk(DISK, FOREVER, errno.EIO)

    def test_disk_is_full(self):
        self.walk(DISK & ~(1 << 1), FOREVER, errno.ENOSPC)  # a full disk can be read

    def test_memory_fails_once(self):
        self.walk(MEMORY, 1, errno.ENOMEM, may_close=True)  # the reserve is there, so it need not end

    def test_memory_fails_ten_times(self):
        self.walk(MEMORY, 10, errno.ENOMEM, may_close=True, may_end=True)

    def test_memory_stays_short(self):
        """The reserve is spent and cannot be had again: 503 for what is new, until there is memory."""
        calls = self.count("a list", MEMORY)
        self.plan.set(small=1)
        self.plan.arm(MEMORY, min(calls, 40) // 2)
        self.ask("a list")
        if self.plan.get("failed") == 0:
            self.fail(f"no call failed: {calls} {[(f, self.plan.get(f)) for f in FIELDS]}")
        refused = [self.ask(what) for what in self.requests]
        self.assertIn("Memory is short", self.server.log())
        for answer in refused:
            self.assertEqual(answer.status, 503)
            self.assertEqual(answer.headers["Retry-After"], "2")
            self.sentence("new", answer)
        self.plan.rest()
        for what in self.requests:
            self.goes_on(what)

    def test_no_memory_for_a_password(self):
        self.plan.set(small=1)
        answer = self.anna.ask("POST", "/sessions", {"email": "anna@example.org", "password": "a-long-password"})
        unknown = self.anna.ask("POST", "/sessions", {"email": "nobody@example.org", "password": "a-long-password"})
        self.plan.rest()
        for refused in (answer, unknown):
            self.assertEqual((refused.status, refused.json["code"]), (503, "account.hash"))
        self.goes_on("sign in")


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1].isdigit():
        SAMPLES = int(sys.argv.pop(1))
    unittest.main()
