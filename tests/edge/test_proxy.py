#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Malformed requests behind nginx and HAProxy, with the configurations that the documents give: the proxy refuses them, or passes
on something that both read in the same way. So the proxy and the server count the same number of requests, and somebody else's
requests, which share the proxy's connections to the server, get their own answers."""
import json
import os
import subprocess
import unittest

import edge_test
from edge_test import exchange, statuses
from malformed import HARMLESS, NEXT, REFUSED
from proxies import Haproxy, Nginx


class Behind:
    """The tests, for each proxy."""
    kind = None

    @classmethod
    def setUpClass(cls):
        cls.server = edge_test.Server(options=["--proxy", "127.0.0.1", "--public-url", "https://together.example.org"])
        cls.proxy = cls.kind(cls.server.port)

    @classmethod
    def tearDownClass(cls):
        cls.proxy.stop()
        cls.server.stop()

    def counted_alike(self, begun, passed):
        """Both have seen as many since then; the proxy may write its log a little later."""
        asked = 0
        def alike():
            nonlocal asked
            asked += 1  # asking is a request too, which goes to the server directly
            self.counts = (edge_test.begun(self.server) - begun - asked, self.proxy.passed() - passed)
            return self.counts[0] == self.counts[1]
        try:
            edge_test.wait_for(alike, "both have counted as many", patience=5)
        except AssertionError:
            self.fail(f"the server has counted {self.counts[0]} requests, the proxy {self.counts[1]}")

    def bystander(self):
        request = b"GET /api/v1/guides?limit=1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
        received, closed = exchange(self.proxy.connect, request)
        head, _, body = received.partition(b"\r\n\r\n")
        self.assertTrue(head.startswith(b"HTTP/1.1 200"), received[:300])
        self.assertTrue(closed)
        self.assertIn("items", json.loads(body))

    def test_both_count_the_same_requests(self):
        stopped = 0
        for name, request in {**REFUSED, **HARMLESS}.items():
            with self.subTest(name):
                begun, passed = edge_test.begun(self.server), self.proxy.passed()
                received, _ = exchange(self.proxy.connect, request + NEXT, patience=1)
                self.counted_alike(begun, passed)
                stopped += self.counts[0] == 0
                self.assertLessEqual(self.counts[0], 2)
                # An answer for each request that the server saw, or the proxy's own refusal.
                self.assertLessEqual(len(statuses(received)), max(self.counts[0], 1) + 1)
                self.bystander()
        edge_test.figure(f"{self.kind.__name__}: {len(REFUSED) + len(HARMLESS)} requests, {stopped} stopped by the proxy; "
                         "both counted the same")

    def test_honest_requests_pass(self):
        for number in range(20):  # more than one over the same connection to the server
            self.bystander()
        self.assertGreaterEqual(self.proxy.passed(), 20)

    def test_http_2_as_documented(self):
        address = f"https://together.example.org:{self.proxy.port}/healthz"
        done = subprocess.run(["curl", "-sk", "--http2", "--resolve", f"together.example.org:{self.proxy.port}:127.0.0.1",
                               "-w", "%{http_version} %{http_code}", "-o", os.devnull, address],
                              capture_output=True, text=True, timeout=30)
        self.assertEqual(done.stdout, "2 200")

    # Whoever writes the header himself is counted where he is: 127.0.0.2 is no proxy of ours.
    def test_the_proxy_says_who_asks(self):
        found = []
        while 429 not in found and len(found) < 20000:
            requests = b"".join(b"GET /api/v1/guides?limit=1 HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 198.51.%d.1\r\n%s\r\n" %
                                (number, b"Connection: close\r\n" if number == 249 else b"") for number in range(250))
            found += statuses(exchange(lambda: self.proxy.connect("127.0.0.2"), requests)[0])
        self.assertEqual(set(found), {200, 429})
        self.assertGreaterEqual(found.index(429), 2000)


class BehindNginx(Behind, unittest.TestCase):
    kind = Nginx


class BehindHaproxy(Behind, unittest.TestCase):
    kind = Haproxy


if __name__ == "__main__":
    unittest.main()
