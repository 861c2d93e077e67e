#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Requests that no honest client sends are refused and the connection is closed; slow clients do not stay."""
import socket
import time
import unittest

import interlink_test
from interlink_test import raw_exchange

GET = b"GET /healthz HTTP/1.1\r\nHost: a\r\n"
POST = b"POST /api/v1/sessions HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"

# Each would let two servers disagree on where a request ends or what it asks for.
HOSTILE = {
    "length and encoding": POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "encoding and length": POST + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    "two lengths": POST + b"Content-Length: 2\r\nContent-Length: 40\r\n\r\n{}",
    "two equal lengths": POST + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
    "a list of lengths": POST + b"Content-Length: 2, 2\r\n\r\n{}",
    "a signed length": POST + b"Content-Length: +2\r\n\r\n{}",
    "a hexadecimal length": POST + b"Content-Length: 0x2\r\n\r\n{}",
    "a negative length": POST + b"Content-Length: -1\r\n\r\n{}",
    "an endless length": POST + b"Content-Length: 99999999999999999999\r\n\r\n{}",
    "blank before the colon": POST + b"Content-Length : 2\r\n\r\n{}",
    "tab before the colon": POST + b"Transfer-Encoding\t: chunked\r\n\r\n0\r\n\r\n",
    "unknown encoding": POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "two encodings": POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
    "a list of encodings": POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "encoding in HTTP/1.0": POST.replace(b"1.1", b"1.0") + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "no host": b"GET /healthz HTTP/1.1\r\n\r\n",
    "two hosts": GET + b"Host: b\r\n\r\n",
    "an odd host": b"GET /healthz HTTP/1.1\r\nHost: a/b\r\n\r\n",
    "another host in the address": b"GET http://evil/healthz HTTP/1.1\r\nHost: a\r\n\r\n",
    "body of a GET": GET + b"Content-Length: 5\r\n\r\nhello",
    "folded header": GET + b"X-A: b\r\n c\r\nX-B: c\r\n\r\n",
    "folded last header": GET + b"X-A: b\r\n c\r\n\r\n",
    "bare line feed": b"GET /healthz HTTP/1.1\r\nHost: a\nX-A: b\r\n\r\n",
    "bare line feed after the request line": b"GET /healthz HTTP/1.1\nHost: a\r\n\r\n",
    "NUL in a value": GET + b"X-A: b\0c\r\n\r\n",
    "NUL in a name": GET + b"X-\0A: b\r\n\r\n",
    "NUL in the address": b"GET /healthz\0x HTTP/1.1\r\nHost: a\r\n\r\n",
    "control byte in a value": GET + b"X-A: b\x01c\r\n\r\n",
    "carriage return in a value": GET + b"X-A: b\rc\r\n\r\n",
    "name that is no token": GET + b"X(A): b\r\n\r\n",
    "line without a colon": GET + b"hello\r\n\r\n",
    "encoded NUL": b"GET /healthz%00x HTTP/1.1\r\nHost: a\r\n\r\n",
    "encoded slash": b"GET /files%2flogos/x HTTP/1.1\r\nHost: a\r\n\r\n",
    "encoded backslash": b"GET /files%5clogos HTTP/1.1\r\nHost: a\r\n\r\n",
    "dot segments": b"GET /static/../../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n",
    "encoded dot segments": b"GET /static/%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n",
    "broken escape": b"GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n",
    "blank in the address": b"GET /health z HTTP/1.1\r\nHost: a\r\n\r\n",
    "two blanks": b"GET  /healthz HTTP/1.1\r\nHost: a\r\n\r\n",
    "HTTP/2.0": b"GET /healthz HTTP/2.0\r\nHost: a\r\n\r\n",
    "no version": b"GET /healthz\r\nHost: a\r\n\r\n",
    "unknown expectation": POST + b"Content-Length: 2\r\nExpect: a-miracle\r\n\r\n{}",
    "too many headers": GET + b"".join(b"X-%d: a\r\n" % i for i in range(101)) + b"\r\n",
}


class Guard(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = interlink_test.Server()
        cls.port = cls.server.port

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def test_hostile_requests_are_refused(self):
        follow_up = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
        for name, request in HOSTILE.items():
            with self.subTest(name):
                received = raw_exchange(self.port, request + follow_up, patience=5)
                self.assertNotIn(b"200 OK", received)
                if received:
                    status = received.split(b" ", 2)[1]
                    self.assertIn(status, (b"400", b"413", b"431", b"505"), received[:200])

    def test_honest_oddities_pass(self):
        for name, request in {
            "several at once": GET + b"\r\n" + GET + b"Connection: close\r\n\r\n",
            "absolute form": b"GET http://a/healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
            "blanks after a value": GET + b"X-A: b  \r\nConnection: close\r\n\r\n",
            "empty value": GET + b"X-A:\r\nConnection: close\r\n\r\n",
            "much in the headers": GET + b"".join(b"X-%d: %s\r\n" % (i, b"a" * 250) for i in range(60)) +
                                   b"Connection: close\r\n\r\n",
            "old version": b"GET /healthz HTTP/1.0\r\nHost: a\r\n\r\n",
        }.items():
            with self.subTest(name):
                received = raw_exchange(self.port, request)
                self.assertTrue(received.startswith(b"HTTP/1.1 200"), received[:200])
                self.assertNotIn(b" 400 ", received)

    def test_one_byte_at_a_time(self):
        request = GET + b"X-A: b\r\nCookie: c=d\r\nConnection: close\r\n\r\n"
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for i in range(len(request)):
                connection.sendall(request[i:i + 1])
            self.assertTrue(connection.recv(65536).startswith(b"HTTP/1.1 200"))

    def test_limits(self):
        long_address = b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: a\r\n\r\n"
        self.assertIn(b" 414 ", raw_exchange(self.port, long_address)[:20])
        large_header = GET + b"X-A: " + b"a" * 40000 + b"\r\n\r\n"
        self.assertIn(b" 431 ", raw_exchange(self.port, large_header)[:20])
        # Refused before it is sent: the answer comes although no byte of the body does.
        announced = POST + b"Content-Length: 100000000\r\nExpect: 100-continue\r\n\r\n"
        received = raw_exchange(self.port, announced)
        self.assertIn(b" 413 ", received[:20])
        self.assertNotIn(b"100 Continue", received)
        chunked = POST + b"Transfer-Encoding: chunked\r\n\r\n" + b"10000\r\n" + b"a" * 65536 + b"\r\n1\r\na\r\n0\r\n\r\n"
        self.assertIn(b" 413 ", raw_exchange(self.port, chunked)[:20])

    def test_slow_clients_do_not_stay(self):
        begin = time.monotonic()
        slow = [socket.create_connection(("127.0.0.1", self.port), timeout=20) for _ in range(20)]
        for connection in slow[:10]:
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n")
        ended = 0
        while slow and time.monotonic() - begin < 12:
            for connection in list(slow):
                try:
                    connection.sendall(b"X-A: b\r\n" if connection in slow[:10] else b"G")
                    connection.setblocking(False)
                    over = connection.recv(1) == b""
                except BlockingIOError:
                    over = False
                except OSError:
                    over = True
                if over:
                    slow.remove(connection)
                    connection.close()
                    ended += 1
                else:
                    connection.settimeout(20)
            time.sleep(0.2)
        self.assertEqual(ended, 20)
        self.assertLess(time.monotonic() - begin, 8)
        self.assertTrue(raw_exchange(self.port, GET + b"Connection: close\r\n\r\n").startswith(b"HTTP/1.1 200"))

    def test_slow_body_ends(self):
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as connection:
            connection.sendall(POST + b"Content-Length: 60000\r\n\r\n")
            begin = time.monotonic()
            while time.monotonic() - begin < 25:
                try:
                    connection.sendall(b" ")
                except OSError:
                    break
                time.sleep(0.25)
            self.assertLess(time.monotonic() - begin, 20)


if __name__ == "__main__":
    unittest.main()
