#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Limits of time, one client at a time: what is too slow ends, what is slow and honest does not; and who makes room when
connections become few."""
import concurrent.futures
import resource
import socket
import time
import unittest

import edge_test
from edge_test import Server, figure
from malformed import GET, POST

HEADER, PATIENCE, IDLE = 5, 15, 15  # seconds, as docs/administration.md has them
SWEEP = 1                           # a deadline is seen so much later at most


class Patience(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(catalogue=edge_test.large_file_catalogue())
        cls.port = cls.server.port

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def connect(self):
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def lasts(self, connection, drops=b""):
        """For how long the server keeps it, while `drops` go out byte by byte."""
        begin = time.monotonic()
        connection.setblocking(False)
        for drop in range(400):
            try:
                if drops:
                    connection.send(drops[drop % len(drops):][:1])
                if connection.recv(65536) == b"":
                    break
            except BlockingIOError:
                pass
            except OSError:
                break
            edge_test.pause(0.1)
        return time.monotonic() - begin

    def slow_header(self):
        with self.connect() as connection:
            begin = time.monotonic()
            edge_test.wait_for(lambda: time.monotonic() - begin > 3, "three seconds are over")
            connection.sendall(GET)
            self.lasts(connection, b"X-A: b\r\n")
            return time.monotonic() - begin

    def slowly(self, first, drops):
        with self.connect() as connection:
            begin = time.monotonic()
            connection.sendall(first)
            self.lasts(connection, drops)
            return time.monotonic() - begin

    # Some 60 KiB a second is slow, and honest: longer than the 15 seconds, and every byte arrives.
    def slow_reader(self):
        with self.connect() as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 * 1024)
            connection.sendall(b"GET %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" % edge_test.LARGE_FILE.encode())
            received, begin = 0, time.monotonic()
            while (seconds := time.monotonic() - begin) < PATIENCE + 6:
                part = connection.recv(16 * 1024)
                if not part:
                    break
                received += len(part)
                edge_test.pause(max(0.0, received / (60 * 1024) - seconds))
            # What the kernel holds goes on arriving for a while after the server has given up.
            self.assertIn(connection.getsockname()[1], edge_test.established(self.port))
            figure(f"a reader of 60 KiB/s has got {received >> 10} KiB in {seconds:.0f} s and is still there")
            return seconds

    # The same with a body: 40 KiB a second for longer than the 15 seconds.
    def slow_writer(self):
        kibibytes = 700
        with self.connect() as connection:
            begin = time.monotonic()
            connection.sendall(b"POST /view/x/ HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % (kibibytes << 10))
            for sent in range(kibibytes):
                connection.sendall(b"a" * 1024)
                edge_test.pause(max(0.0, sent / 40 - (time.monotonic() - begin)))
            answer = connection.recv(65536)
            self.assertTrue(answer.startswith(b"HTTP/1.1 "), answer[:100])
            return time.monotonic() - begin

    # All at a time, so that the test takes as long as the longest.
    def test_limits_of_time(self):
        cases = {
            "nothing sent": (HEADER, self.slowly, b"", b""),
            "one byte a time": (HEADER, self.slowly, b"", b"G"),
            "three seconds, then headers": (HEADER, self.slow_header),
            "slow headers after an answer": (HEADER, self.slowly, GET + b"\r\n" + GET, b"X-A: b\r\n"),
            "silence after an answer": (IDLE, self.slowly, GET + b"\r\n", b""),
            "slow request line after an answer": (IDLE, self.slowly, GET + b"\r\n", b"G"),
            "slow body": (PATIENCE, self.slowly, POST + b"Content-Length: 60000\r\n\r\n", b" "),
            "slow chunks": (PATIENCE, self.slowly, POST + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
            "no reading": (PATIENCE, self.no_reading),
        }
        with concurrent.futures.ThreadPoolExecutor(len(cases) + 2) as pool:
            reader, writer = pool.submit(self.slow_reader), pool.submit(self.slow_writer)
            found = {name: pool.submit(case[1], *case[2:]) for name, case in cases.items()}
        self.assertGreater(reader.result(), PATIENCE + 5)
        self.assertGreater(writer.result(), PATIENCE)
        for name, case in cases.items():
            with self.subTest(name):
                seconds = found[name].result()
                self.assertLess(seconds, case[0] + SWEEP + 1)
                self.assertGreater(seconds, case[0] - 1)

    def no_reading(self):
        with self.connect() as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            begin = time.monotonic()
            connection.sendall(b"GET %s HTTP/1.1\r\nHost: a\r\n\r\n" % edge_test.LARGE_FILE.encode())
            own = connection.getsockname()[1]
            edge_test.wait_for(lambda: own not in edge_test.established(self.port), "the server has closed", patience=30)
            return time.monotonic() - begin

    # With few descriptors, clients that say nothing make room for those who do, the oldest first.
    def test_silent_ones_make_room(self):
        def few():
            resource.setrlimit(resource.RLIMIT_NOFILE, (256 + 64, 256 + 64))
        server = Server(options=["--loops", "1"], prepare=few)
        silent = []
        try:
            for _ in range(200):
                silent.append(socket.create_connection(("127.0.0.1", server.port), timeout=10))
                self.assertEqual(server.client().raw("GET", "/healthz").status, 200)
            dropped = edge_test.counter(server, "connections_dropped_total")
            self.assertGreaterEqual(dropped, 100)
            # Closed in the order in which they came.
            closed = []
            for connection in silent:
                connection.setblocking(False)
                try:
                    closed.append(connection.recv(1) == b"")
                except BlockingIOError:
                    closed.append(False)
            self.assertEqual(closed, sorted(closed, reverse=True))
        finally:
            for connection in silent:
                connection.close()
            server.stop()


if __name__ == "__main__":
    unittest.main()
