#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Limits of size: what is too large is refused with its own status, before it is read, and does not fill the memory.

    test_limits.py [TIMES]      how often each request is sent; 500 if not given
"""
import concurrent.futures
import json
import os
import socket
import sys
import unittest

import edge_test
from edge_test import SMALL_QUARANTINE, Server, exchange, figure, statuses
from malformed import CHUNKED, GET, POST

TIMES = int(sys.argv.pop()) if len(sys.argv) > 1 and sys.argv[-1].isdigit() else 500
AT_ONCE = 20

# MiB; the promise is 10, and AddressSanitizer keeps books of its own.
GROWTH = 20


def with_body(head, body):
    return head + b"Content-Length: %d\r\n\r\n" % len(body) + body


FORM = b"POST /signin HTTP/1.1\r\nHost: a\r\nOrigin: http://a\r\nContent-Type: application/x-www-form-urlencoded\r\n"

# What is sent, and the status that says which limit it met.
TOO_MUCH = {
    "header of 40 KB": (431, GET + b"X-A: " + b"a" * 40000 + b"\r\n\r\n"),
    "header of 40 KB in many lines": (431, GET + b"".join(b"X-%d: %s\r\n" % (i, b"a" * 500) for i in range(80)) + b"\r\n"),
    "101 headers": (431, GET + b"".join(b"X-%d: a\r\n" % i for i in range(100)) + b"\r\n"),
    "address of 9 KB": (414, b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: a\r\n\r\n"),
    "body of 100 MB announced": (413, POST + b"Content-Length: 100000000\r\n\r\n"),
    "form of 100 MB announced": (413, FORM + b"Content-Length: 100000000\r\n\r\n"),
    "body of 192 KB in chunks": (413, CHUNKED + b"\r\n" + (b"10000\r\n" + b"a" * 65536 + b"\r\n") * 3 + b"0\r\n\r\n"),
    "lists in lists": (400, with_body(POST, b"[" * 65 + b"]" * 65)),
    "lists in lists without end": (400, with_body(POST, b"[" * 60000)),
    "objects in objects": (400, with_body(POST, b'{"a":' * 65 + b"1" + b"}" * 65)),
    "201 fields of a query": (400, b"GET /api/v1/guides?" + b"&".join(b"a%d" % i for i in range(201)) + b" HTTP/1.1\r\nHost: a\r\n\r\n"),
    "201 fields of a page's query": (400, b"GET /tools?" + b"&".join(b"a%d" % i for i in range(201)) + b" HTTP/1.1\r\nHost: a\r\n\r\n"),
    "201 fields of a form": (400, with_body(FORM, b"&".join(b"a%d=b" % i for i in range(201)))),
    "a hundred thousand fields of a form": (400, with_body(FORM, b"a&" * 100000)),
}

# One less of each is no reason to refuse.
ENOUGH = {
    "100 headers": (200, GET + b"".join(b"X-%d: a\r\n" % i for i in range(98)) + b"Connection: close\r\n\r\n"),
    "address of 8 KB": (404, b"GET /" + b"a" * 8150 + b" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
    "lists in lists": (422, with_body(POST + b"Connection: close\r\n", b"[" * 64 + b"]" * 64)),
    "200 fields of a form": (200, b"GET /tools?" + b"&".join(b"a%d" % i for i in range(200)) + b" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
}


class Limits(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        os.environ.setdefault("ASAN_OPTIONS", SMALL_QUARANTINE)
        cls.server = Server()

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def ask(self, request):
        ended = request if b"Connection: close" in request else request.replace(b"Host: a\r\n", b"Host: a\r\nConnection: close\r\n", 1)
        received, _ = exchange(lambda: socket.create_connection(("127.0.0.1", self.server.port)), ended, patience=10)
        return received

    def test_too_much_is_refused_and_leaves_no_trace(self):
        for name, (status, request) in TOO_MUCH.items():
            with self.subTest(name), concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
                self.assertEqual(statuses(self.ask(request))[:1], [status])
                list(pool.map(self.ask, [request] * AT_ONCE))  # what is kept for the next request is there from now on
                before = edge_test.resident(self.server)
                found = [statuses(answer)[:1] for answer in pool.map(self.ask, [request] * TIMES)]
                growth = edge_test.resident(self.server) - before
                # Who goes on sending may miss the answer; nobody is told anything else.
                self.assertEqual({status}, {each for one in found for each in one})
                figure(f"{name}: {TIMES} times {status}, memory {growth:+.1f} MiB")
                self.assertLess(growth, GROWTH)

    def test_enough_passes(self):
        for name, (status, request) in ENOUGH.items():
            with self.subTest(name):
                self.assertEqual(statuses(self.ask(request))[:1], [status])

    def test_the_api_says_which_limit(self):
        for name in ("101 headers", "address of 9 KB", "body of 100 MB announced", "lists in lists"):
            with self.subTest(name):
                head, _, body = self.ask(TOO_MUCH[name][1]).partition(b"\r\n\r\n")
                self.assertIn(b"application/problem+json", head)
                problem = json.loads(body)
                self.assertEqual(problem["status"], TOO_MUCH[name][0])
                self.assertTrue(problem["detail"].endswith("."), problem)
                self.assertIn(problem["id"], self.server.log())

    # The answer waits for the end of a body in chunks; a body that does not end is not read for ever.
    def test_chunks_without_end_are_cut_off(self):
        sent = 0
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=10) as connection:
            connection.sendall(CHUNKED + b"\r\n")
            try:
                while sent < 64 << 20:
                    connection.sendall(b"10000\r\n" + b"a" * 65536 + b"\r\n")
                    sent += 65536
            except OSError:
                pass
        self.assertLess(sent, 16 << 20)

    def test_the_server_is_well_afterwards(self):
        self.assertEqual(self.server.client().raw("GET", "/readyz").json["status"], "ok")


if __name__ == "__main__":
    unittest.main()
