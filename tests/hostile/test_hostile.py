#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Plugins that crash, loop and eat memory, many times over, while others are served.

What must hold: nobody else's request fails, the next call to the same plugin is answered at once, and the host is the
same process as before.
"""
import pathlib
import statistics
import sys
import threading
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/hostile"))
import hostile_tools  # noqa: E402

ROUNDS = 100
CRASHES = ("hostile-c", ["segv", "abort", "exit", "stack", "forge"], {502})
LOOPS_C = ("hostile-c", ["loop"], {504})
# A loop in Lua is ended by the runtime with a sentence for its author, or by the host.
LOOPS_LUA = ("hostile-lua", ["loop", "pcall", "find", "gc", "coroutine", "close", "handler"], {504})
BOMBS_C = ("hostile-c", ["bomb"], {502, 504})
BOMBS_LUA = ("hostile-lua", ["bomb", "double", "caught"], {502, 504})
NEXT_ANSWER_MS = 5000  # no speed is asserted, only that nobody waits for a timer; the figures are printed


class Bystander(threading.Thread):
    """Somebody else: asks for pages and for another plugin's view all the time, and counts what fails."""

    def __init__(self, client, paths):
        super().__init__(daemon=True)
        self.client, self.paths, self.stop = client, paths, threading.Event()
        self.answers, self.failed, self.times = 0, [], []

    def run(self):
        while not self.stop.is_set():
            for path in self.paths:
                begin = time.monotonic()
                try:
                    status, _, _ = self.client.raw("GET", path)
                except OSError as fault:
                    status = str(fault)
                self.times.append(time.monotonic() - begin)
                self.answers += 1
                if status != 200:
                    self.failed.append((path, status))


class Hostile(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = hostile_tools.serve()
        cls.client = hostile_tools.administrator(cls.server)
        cls.views = hostile_tools.open_views(cls.server, cls.client, ["hostile-c", "hostile-lua", "poll"])
        cls.pid = cls.server.process.pid

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def attack(self, name, attack, rounds=ROUNDS):
        plugin, ways, expected = attack
        others = [Bystander(self.client, ["/api/v1/interlinkers", self.views["poll"], "/healthz"]),
                  Bystander(hostile_tools.administrator(self.server), ["/", "/tools"])]
        for other in others:
            other.start()
        after, lasted = [], []
        try:
            for i in range(rounds):
                begin = time.monotonic()
                status, _, body = self.client.raw("GET", self.views[plugin] + ways[i % len(ways)])
                lasted.append((time.monotonic() - begin) * 1000)
                self.assertIn(status, expected, f"{ways[i % len(ways)]}: {body[:300]!r}")
                begin = time.monotonic()
                status, _, body = self.client.raw("GET", self.views[plugin])
                after.append((time.monotonic() - begin) * 1000)
                self.assertEqual(status, 200, body[:300])
                self.assertIn(b"still here", body)
        finally:
            for other in others:
                other.stop.set()
            for other in others:
                other.join()
        answers = sum(o.answers for o in others)
        print(f"{name}: {rounds} times, answered after {statistics.median(lasted):.0f} ms (worst {max(lasted):.0f}); "
              f"next answer after {statistics.median(after):.0f} ms (worst {max(after):.0f}); "
              f"{answers} requests of others, {sum(len(o.failed) for o in others)} failed", flush=True)
        for other in others:
            self.assertGreater(other.answers, 0)
            self.assertEqual(other.failed, [])
        self.assertLess(max(after), NEXT_ANSWER_MS)
        self.assertIsNone(self.server.process.poll(), "the host has ended")
        self.assertEqual(self.server.process.pid, self.pid)

    def test_crashes(self):
        self.attack("crashes", CRASHES)

    def test_loops_native(self):
        self.attack("loops in C", LOOPS_C, ROUNDS // 2)

    def test_loops_lua(self):
        self.attack("loops in Lua", LOOPS_LUA, ROUNDS // 2)

    def test_waits(self):
        self.attack("waiting for ever", ("hostile-c", ["wait"], {504}), 3)

    def test_memory_native(self):
        self.attack("memory in C", BOMBS_C, ROUNDS // 2)

    def test_memory_lua(self):
        self.attack("memory in Lua", BOMBS_LUA, ROUNDS // 2)

    def test_a_crash_is_in_the_log_under_its_id(self):
        status, headers, body = self.client.raw("GET", self.views["hostile-c"] + "abort")
        self.assertEqual(status, 502)
        request = headers["X-Request-Id"]
        self.assertIn(request.encode(), body)
        self.assertIn(request, self.server.log())


class Together(unittest.TestCase):
    """On one loop, so that all who use a tool share one worker: only those who attack it are answered with a failure."""

    @classmethod
    def setUpClass(cls):
        cls.server = hostile_tools.serve(["--loops", "1"])
        cls.client = hostile_tools.administrator(cls.server)
        cls.views = hostile_tools.open_views(cls.server, cls.client, ["hostile-c", "hostile-lua"])

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def ask_often(self, view, way, rounds, answers):
        for _ in range(rounds):
            status, _, body = self.client.raw("GET", view + way)
            answers.append((status, b"still here" in body))

    def share(self, plugin, ways, expected, attackers, rounds):
        view, attacked, served = self.views[plugin], [], []
        people = [threading.Thread(target=self.ask_often, args=(view, ways[i % len(ways)], rounds, attacked))
                  for i in range(attackers)]
        people += [threading.Thread(target=self.ask_often, args=(view, "", rounds, served)) for _ in range(8)]
        for person in people:
            person.start()
        for person in people:
            person.join()
        print(f"{plugin}, {attackers} attack and 8 work at once: {len(attacked)} attacks, {len(served)} others, "
              f"{served.count((200, True))} of them served", flush=True)
        self.assertEqual(served, [(200, True)] * 8 * rounds)
        self.assertEqual([status for status, _ in attacked if status not in expected], [])
        self.assertEqual(len(attacked), attackers * rounds)

    def test_crashes(self):
        self.share("hostile-c", CRASHES[1], CRASHES[2], 8, 10)

    def test_loops(self):
        self.share("hostile-lua", LOOPS_LUA[1], LOOPS_LUA[2], 4, 4)


if __name__ == "__main__":
    unittest.main(verbosity=1)
