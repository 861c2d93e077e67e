#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Slow clients by the hundred: headers, bodies and reading, drop by drop (slowhttptest). Others notice nothing, and no slow
connection outlives its limit by more than a second.

    test_slow.py [CONNECTIONS]      200 if not given
"""
import concurrent.futures
import http.client
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import edge_test
from edge_test import SMALL_QUARANTINE, Server, figure, percentile

CONNECTIONS = int(sys.argv.pop()) if len(sys.argv) > 1 and sys.argv[-1].isdigit() else 200

HEADER, PATIENCE = 5, 15  # seconds, as docs/administration.md has them
SWEEP = 1                 # a deadline is seen so much later at most


class Watch(threading.Thread):
    """Ages of the server's connections; how long a busy machine has kept this thread from looking is allowed for."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.port, self.stopping = port, threading.Event()
        self.born, self.oldest, self.most, self.own = {}, 0.0, 0, set()

    def run(self):
        last = time.monotonic()
        while not self.stopping.wait(0.2):
            there, now = edge_test.established(self.port) - self.own, time.monotonic()
            self.most = max(self.most, len(there))
            self.born = {port: self.born.get(port, now) for port in there}
            # Seen alive at the look before: what happened since may be this thread's own slowness.
            self.oldest = max([self.oldest] + [last - born for born in self.born.values()])
            last = now

    def stop(self):
        self.stopping.set()
        self.join()


class Others(threading.Thread):
    """Honest clients meanwhile: one that keeps its connection, and one that makes a new one for each request."""

    def __init__(self, port, watch):
        super().__init__(daemon=True)
        self.port, self.watch, self.stopping = port, watch, threading.Event()
        self.seconds, self.errors = [], []

    def ask(self, connection):
        begin = time.monotonic()
        try:
            connection.request("GET", "/api/v1/guides?limit=1")
            if connection.sock:
                self.watch.own.add(connection.sock.getsockname()[1])
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                self.errors.append(answer.status)
        except OSError as fault:
            self.errors.append(repr(fault))
        self.seconds.append(time.monotonic() - begin)

    def run(self):
        kept = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        while not self.stopping.wait(0.02):
            self.ask(kept)
            fresh = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
            self.ask(fresh)
            fresh.close()
        kept.close()

    def stop(self):
        self.stopping.set()
        self.join()


class Attack:
    """One kind of slow clients against a server of their own."""

    def __init__(self, name, limit, options, path):
        self.name, self.limit, self.server = name, limit, Server(catalogue=edge_test.large_file_catalogue())
        self.command = ["slowhttptest", "-c", str(CONNECTIONS), "-r", str(CONNECTIONS), "-p", "3", "-l", str(limit + 5), *options, "-u",
                        f"http://127.0.0.1:{self.server.port}{path}"]

    def run(self):
        before = edge_test.resident(self.server)
        self.watch = Watch(self.server.port)
        self.others = Others(self.server.port, self.watch)
        self.watch.start()
        self.others.start()
        with tempfile.TemporaryFile() as out:
            attacker = subprocess.Popen(self.command, stdout=out, stderr=subprocess.STDOUT)
            try:
                edge_test.wait_for(lambda: self.watch.most >= CONNECTIONS * 0.95, "the slow clients are there", patience=20)
                self.memory = edge_test.resident(self.server) - before
                edge_test.wait_for(lambda: len(self.watch.born) <= 2, "they are gone", patience=self.limit + 15)
            finally:
                attacker.kill()
                attacker.wait()
                self.others.stop()
                self.watch.stop()
        self.late = edge_test.counter(self.server, "connections_late_total")
        seconds = self.others.seconds
        figure(f"{self.name}: {self.watch.most} connections, the oldest {self.watch.oldest:.1f} s (limit {self.limit} s); others: "
               f"{len(seconds)} requests, {len(self.others.errors)} errors, p50 {percentile(seconds, 0.5) * 1000:.1f} ms, "
               f"p99 {percentile(seconds, 0.99) * 1000:.1f} ms; memory {self.memory:+.1f} MiB")


# A busy attacker sends some of its requests late: the age of a connection is that of its header too.
ATTACKS = {
    "slow headers": (HEADER, ("-H", "-i", "1", "-x", "10"), "/"),
    "slow bodies": (HEADER + PATIENCE, ("-B", "-i", "1", "-s", "8192", "-x", "10", "-t", "POST"), "/signin"),
    "slow reading": (HEADER + PATIENCE, ("-X", "-w", "1", "-y", "2", "-n", "1", "-z", "1", "-k", "1"), edge_test.LARGE_FILE),
}


class Slow(unittest.TestCase):
    """The small form runs all three at once, each against a server of its own, to be over sooner."""

    def setUp(self):
        most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        os.environ.setdefault("ASAN_OPTIONS", SMALL_QUARANTINE)

    def test_others_notice_nothing(self):
        at_once = len(ATTACKS) if CONNECTIONS <= 200 else 1
        attacks = []
        try:
            for name, (limit, options, path) in ATTACKS.items():
                attacks.append(Attack(name, limit, options, path))
            with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
                for done in [pool.submit(attack.run) for attack in attacks]:
                    done.result()
        finally:
            for attack in attacks:
                attack.server.stop()
        for attack in attacks:
            with self.subTest(attack.name):
                self.assertEqual(attack.others.errors, [])
                self.assertLessEqual(attack.watch.oldest, attack.limit + SWEEP)
                self.assertGreaterEqual(attack.late, CONNECTIONS * 0.95)


if __name__ == "__main__":
    unittest.main()
