#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Malformed requests without a proxy: refused, the connection closed, and nothing after them is taken for a request."""
import socket
import unittest

import edge_test
from edge_test import exchange, raw_exchange, statuses
from malformed import CHUNKED, GET, HARMLESS, HONEST, NEXT, POST, REFUSED


class Guard(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = edge_test.Server()
        cls.port = cls.server.port

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port))

    def test_there_are_many(self):
        self.assertGreaterEqual(len(REFUSED) + len(HARMLESS), 60)
        edge_test.figure(f"{len(REFUSED)} refused, {len(HARMLESS)} harmless")

    def test_malformed_requests_are_refused(self):
        for name, request in REFUSED.items():
            with self.subTest(name):
                before = edge_test.begun(self.server)
                received, closed = exchange(self.connect, request + NEXT, patience=4)
                self.assertTrue(closed, "the connection stays open")
                self.assertLessEqual(edge_test.begun(self.server) - before - 1, 1, "what follows was read as a request")
                # The library (0.9.75) writes the head of its own refusal of a length twice.
                found = set(statuses(received))
                self.assertLessEqual(len(found), 1, received[:400])
                self.assertTrue(found <= {400, 413, 414, 417, 431, 501, 505}, received[:400])

    def test_harmless_ones_end_the_connection(self):
        for name, request in HARMLESS.items():
            with self.subTest(name):
                before = edge_test.begun(self.server)
                received, closed = exchange(self.connect, request + NEXT, patience=4)
                self.assertTrue(closed, "the connection stays open")
                self.assertEqual(edge_test.begun(self.server) - before - 1, 1)
                self.assertLessEqual(len(statuses(received)), 1, received[:400])
                self.assertNotIn(b'"status":"ok"', received)

    # The parts of a chunk in packets of their own, as an attacker may cut them.
    def test_chunks_in_pieces_end_the_connection(self):
        for name in ("line feeds in chunks", "line feed in an extension", "trailers"):
            with self.subTest(name), self.connect() as connection:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                connection.settimeout(10)
                request = HARMLESS[name] + NEXT
                received = b""
                try:
                    for i in range(len(request)):
                        connection.sendall(request[i:i + 1])
                    while part := connection.recv(65536):
                        received += part
                except ConnectionError:
                    pass
                self.assertLessEqual(len(statuses(received)), 1, received[:400])
                self.assertNotIn(b'"status":"ok"', received)

    def test_honest_oddities_pass(self):
        for name, request in HONEST.items():
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

    def test_refusals_are_counted_and_can_be_read(self):
        before = edge_test.counter(self.server, "requests_refused_total")
        received = raw_exchange(self.port, GET + b"Host: b\r\n\r\n")
        self.assertIn(b"application/problem+json", received)
        self.assertIn(b"request.malformed", received)
        self.assertIn(b"Connection: close", received)
        self.assertEqual(edge_test.counter(self.server, "requests_refused_total"), before + 1)

    def test_a_connection_carries_a_thousand_requests(self):
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
            stream = connection.makefile("rb")
            for number in range(1, 1001):
                connection.sendall(GET + b"\r\n")
                length, last = 0, False
                while (line := stream.readline().strip().lower()):
                    length = int(line[15:]) if line.startswith(b"content-length:") else length
                    last = last or line == b"connection: close"
                self.assertEqual(stream.read(length), b'{"status":"ok"}', number)
                self.assertEqual(last, number == 1000)
            self.assertEqual(stream.read(1), b"")

    # Large ones are refused as soon as the announcement is there.
    def test_a_body_is_refused_before_it_is_read(self):
        announced = POST + b"Content-Length: 100000000\r\nExpect: 100-continue\r\n\r\n"
        received = raw_exchange(self.port, announced)
        self.assertIn(b" 413 ", received[:20])
        self.assertNotIn(b"100 Continue", received)
        chunked = CHUNKED + b"\r\n10000\r\n" + b"a" * 65536 + b"\r\n1\r\na\r\n0\r\n\r\n"
        self.assertIn(b" 413 ", raw_exchange(self.port, chunked)[:20])


if __name__ == "__main__":
    unittest.main()
