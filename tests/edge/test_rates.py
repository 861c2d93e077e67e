#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""How often one may ask: a flood gets 429 and hurts nobody else, and a town hall behind one address never sees one.

    test_rates.py [SECONDS]     for how long the town hall works; 6 if not given
"""
import collections
import concurrent.futures
import http.client
import json
import socket
import subprocess
import sys
import threading
import time
import unittest

import edge_test
from edge_test import Server, exchange, figure, statuses

SECONDS = int(sys.argv.pop()) if len(sys.argv) > 1 and sys.argv[-1].isdigit() else 6
PEOPLE = 200
ADDRESS = "127.0.0.1"

NETWORK_BURST, ACCOUNT_BURST, ATTEMPTS, NETWORK_ATTEMPTS, UNDER_WAY, STREAMS = 2000, 400, 10, 100, 500, 200  # docs/administration.md


def from_there(address, **headers):
    """Headers of somebody at `address`, as our proxy passes them on."""
    return {"X-Forwarded-For": address, **headers}


def flood(port, count, address=None, token=None, path="/api/v1/guides?limit=1", source=("", 0), host=ADDRESS):
    """Many requests over one connection, as fast as it goes; the statuses."""
    head = "".join((f"X-Forwarded-For: {address}\r\n" if address else "", f"Authorization: Bearer {token}\r\n" if token else ""))
    found = []
    while len(found) < count:
        requests = "".join(f"GET {path} HTTP/1.1\r\nHost: a\r\n{head}{end}\r\n" for end in [""] * 249 + ["Connection: close\r\n"])
        part = statuses(exchange(lambda: socket.create_connection((host, port), 10, source), requests.encode())[0])
        if not part:
            raise AssertionError("the server does not answer")
        found += part
    return found


class Flood(threading.Thread):
    """One that does not stop before it is told to. Every few milliseconds a token comes back, and mostly it takes it."""

    def __init__(self, *arguments, **named):
        super().__init__(daemon=True)
        self.arguments, self.named, self.stopping, self.found = arguments, named, threading.Event(), []

    def run(self):
        while not self.stopping.is_set():
            self.found += flood(*self.arguments, **self.named)

    def __enter__(self):
        self.start()
        edge_test.wait_for(lambda: 429 in self.found, "the flood meets its limit")
        return self

    def __exit__(self, *_):
        self.stopping.set()
        self.join()


class Rates(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(options=["--proxy", "127.0.0.1"])
        cls.port = cls.server.port
        cls.visitor = cls.server.client()
        cls.anna = cls.server.client("anna@example.org", "a-long-password")
        cls.bruno = cls.server.client("bruno@example.org", "another-password")

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def ask(self, client, address, path="/api/v1/guides?limit=1", **headers):
        if client.token:
            headers["Authorization"] = f"Bearer {client.token}"
        return client.raw("GET", path, headers=from_there(address, **headers))

    def assert_limited(self, *arguments, **named):
        edge_test.wait_for(lambda: self.ask(*arguments, **named).status == 429, "that one is limited too", 10)

    def assert_free(self, *arguments, **named):
        self.assertEqual({self.ask(*arguments, **named).status for _ in range(20)}, {200})

    def test_a_town_hall_sees_no_limit(self):
        paths = ["/", "/api/v1/guides?limit=1", "/api/v1/problem-profiles", "/tools", "/healthz", "/view-kit/view.css"]
        tokens = [None] * (PEOPLE - 20) + [self.anna.token, self.bruno.token] * 10

        def person(number):
            connection = http.client.HTTPConnection(ADDRESS, self.port, timeout=30)
            headers = from_there("203.0.113.7", **({"Authorization": f"Bearer {tokens[number]}"} if tokens[number] else {}))
            found, begin = [], time.monotonic() + number / PEOPLE
            for second in range(SECONDS):
                edge_test.pause(max(0.0, begin + second - time.monotonic()))
                connection.request("GET", paths[(number + second) % len(paths)], headers=headers)
                answer = connection.getresponse()
                answer.read()
                found.append(answer.status)
            connection.close()
            return found

        with concurrent.futures.ThreadPoolExecutor(PEOPLE) as pool:
            found = collections.Counter(status for one in pool.map(person, range(PEOPLE)) for status in one)
        figure(f"{PEOPLE} people behind one address, {SECONDS} s at a request a second each: {dict(found)}")
        self.assertEqual(found, {200: PEOPLE * SECONDS})

    def test_a_network_is_limited_and_no_other(self):
        with Flood(self.port, 1000, "192.0.2.10") as it:
            self.assertEqual(set(it.found), {200, 429})
            self.assertGreaterEqual(it.found.index(429), NETWORK_BURST)
            self.assert_limited(self.visitor, "192.0.2.200")
            self.assert_free(self.visitor, "192.0.3.10")
            # Who is signed in is counted by account, wherever it is; styles are for everybody.
            self.assert_free(self.anna, "192.0.2.10", "/api/v1/me")
            self.assert_free(self.visitor, "192.0.2.10", "/view-kit/view.css")
            # A token that is none does not help.
            self.assert_limited(self.visitor, "192.0.2.10", Authorization="Bearer nonsense")
            self.assert_limited(self.visitor, "192.0.2.10", Cookie="interlink=nonsense")

    def test_a_network_of_ipv6_is_64_bits(self):
        with Flood(self.port, 1000, "2001:db8:0:1::10"):
            self.assert_limited(self.visitor, "2001:db8:0:1:ffff::1")
            self.assert_free(self.visitor, "2001:db8:0:2::10")

    def test_an_account_is_limited_everywhere(self):
        carla = self.server.client("carla@example.org", "the-third-password")
        with Flood(self.port, 1000, "198.51.100.10", carla.token, "/api/v1/me") as it:
            self.assertGreaterEqual(it.found.index(429), ACCOUNT_BURST)
            self.assert_limited(carla, "203.0.113.99", "/api/v1/me")
            self.assert_limited(carla, "203.0.113.99", "/")
            self.assert_free(self.bruno, "198.51.100.10", "/api/v1/me")

    def test_programs_and_people_can_read_it(self):
        def limited(path, **headers):
            def found():
                answer = self.ask(self.visitor, "192.0.5.10", path, **headers)
                return answer if answer.status == 429 else None
            return edge_test.wait_for(found, "the answer is a 429", 10)
        with Flood(self.port, 1000, "192.0.5.10"):
            answer = limited("/api/v1/guides")
            self.assertEqual(answer.headers["Content-Type"], "application/problem+json")
            self.assertGreaterEqual(int(answer.headers["Retry-After"]), 1)
            self.assertEqual(answer.json["code"], "request.too_often")
            for language, words in (("it", "Troppe richieste"), ("de", "Zu viele Anfragen"), ("lv", "Pārāk daudz")):
                page = limited("/", **{"Accept-Language": language})
                self.assertIn(f'<html lang="{language}">', page.body.decode())
                self.assertIn(words, page.body.decode())
                self.assertGreaterEqual(int(page.headers["Retry-After"]), 1)
        edge_test.wait_for(lambda: self.ask(self.visitor, "192.0.5.10").status == 200, "the network may ask again", 10)

    def test_requests_under_way_are_limited(self):
        server = Server(options=["--proxy", "127.0.0.1", "--loops", "1"])
        request = b"POST /api/v1/sessions HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 192.0.2.1\r\nContent-Length: 100\r\n\r\n"
        held = []
        try:
            def status(address):
                return server.client().raw("GET", "/view-kit/view.css", headers=from_there(address)).status
            for _ in range(UNDER_WAY):
                held.append(socket.create_connection((ADDRESS, server.port), timeout=10))
                held[-1].sendall(request)
            edge_test.wait_for(lambda: edge_test.begun(server) >= UNDER_WAY, "all are under way")
            self.assertEqual(status("192.0.2.2"), 429)
            self.assertEqual(status("192.0.3.2"), 200)
            for connection in held:
                connection.close()
            edge_test.wait_for(lambda: status("192.0.2.2") == 200, "they are over")
        finally:
            for connection in held:
                connection.close()
            server.stop()

    def test_live_streams_are_limited_by_account(self):
        server = Server(options=["--loops", "1"])
        open_streams = []
        try:
            anna, bruno = (server.client(f"{name}@example.org", "a-long-password") for name in ("anna", "bruno"))
            def stream(client):
                connection = http.client.HTTPConnection(ADDRESS, server.port, timeout=10)
                open_streams.append(connection)
                connection.request("GET", "/api/v1/events", headers={"Authorization": f"Bearer {client.token}"})
                return connection.getresponse().status
            self.assertEqual([stream(anna) for _ in range(STREAMS + 1)], [200] * STREAMS + [429])
            self.assertEqual(stream(bruno), 200)
            for connection in open_streams:
                connection.close()
            if SECONDS > 6:  # the server sees that they are gone when it sends the next beat, 25 seconds later
                edge_test.wait_for(lambda: stream(anna) == 200, "they are over", 40)
        finally:
            for connection in open_streams:
                connection.close()
            server.stop()

    def test_the_machine_itself_is_not_limited(self):
        self.assertEqual(set(flood(self.port, NETWORK_BURST + 1500)), {200})

    def test_without_a_named_proxy_only_accounts_are_limited(self):
        server = Server()
        try:
            self.assertEqual(set(flood(server.port, NETWORK_BURST + 1500, "192.0.2.10")), {200})
            dora = server.client("dora@example.org", "the-fourth-password")
            self.assertIn(429, flood(server.port, ACCOUNT_BURST + 500, "192.0.2.10", dora.token, "/api/v1/me"))
            self.assertEqual(server.log().count("Start with --proxy"), 1)
        finally:
            server.stop()

    # Real addresses, in a network of the test's own.
    def test_addresses_without_a_proxy(self):
        inside = ["unshare", "--map-root-user", "--net", sys.executable, __file__, "--inside"]
        done = subprocess.run(inside, capture_output=True, text=True, timeout=120)
        if "unshare failed" in done.stderr or "Operation not permitted" in done.stderr:
            self.skipTest("this machine gives no network of one's own")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


class SignIn(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(options=["--proxy", "127.0.0.1"])
        cls.visitor = cls.server.client()
        cls.server.client("anna@example.org", "a-long-password")

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def sign_in(self, email, password="a-wrong-password", address="192.0.2.1"):
        return self.visitor.raw("POST", "/api/v1/sessions", json.dumps({"email": email, "password": password}),
                                from_there(address, **{"Content-Type": "application/json"}))

    def test_guessing_is_slowed_whether_or_not_there_is_an_account(self):
        self.server.run("user", "add", "--data", self.server.data, "--email", "bruno@example.org", "--name", "Bruno",
                        text="another-password\n")
        for email in ("bruno@example.org", "nobody@example.org", "no address"):
            with self.subTest(email):
                found = [self.sign_in(email, address=f"192.0.{i}.1").status for i in range(ATTEMPTS + 1)]
                self.assertEqual(found, [401] * ATTEMPTS + [429])
                answer = self.sign_in(email.upper(), address="198.51.100.1")
                if "@" in email:  # the same address, written otherwise
                    self.assertEqual((answer.status, answer.json["code"]), (429, "session.slowed"))
                    self.assertIn(int(answer.headers["Retry-After"]), range(1, 8))
        # The right password has to wait too, or a guess would show.
        self.assertEqual(self.sign_in("bruno@example.org", "another-password").status, 429)
        edge_test.wait_for(lambda: self.sign_in("bruno@example.org", "another-password").status == 201, "one may try again", 15)

    def test_the_page_says_so_in_the_readers_language(self):
        for i in range(ATTEMPTS):
            self.sign_in("carla@example.org", address=f"192.0.{i}.1")
        page = self.visitor.raw("POST", "/signin", "email=carla%40example.org&password=a-wrong-password",
                                from_there("203.0.113.1", **{"Content-Type": "application/x-www-form-urlencoded", "Accept-Language": "it",
                                                             "Sec-Fetch-Site": "same-origin"}))
        self.assertEqual(page.status, 429)
        self.assertIn("Attenda un po’", page.body.decode())
        self.assertEqual(page.headers["Retry-After"], "6")

    def test_who_knows_the_password_is_never_slowed(self):
        found = [self.sign_in("anna@example.org", "a-long-password").status for _ in range(2 * ATTEMPTS)]
        self.assertEqual(set(found), {201})

    def test_a_network_that_guesses_is_slowed(self):
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            found = list(pool.map(lambda i: self.sign_in(f"somebody-{i}@example.org", address="203.0.113.5").status,
                                  range(NETWORK_ATTEMPTS + 40)))
        self.assertEqual(set(found), {401, 429})
        self.assertGreaterEqual(found.count(401), NETWORK_ATTEMPTS)

        def right_one_waits():  # one more may be tried each second, so it follows a guess that has to wait
            return (self.sign_in("one-more@example.org", address="203.0.113.5").status == 429 and
                    self.sign_in("anna@example.org", "a-long-password", "203.0.113.6").status == 429)
        edge_test.wait_for(right_one_waits, "the right password has to wait, too", 15)
        self.assertEqual(self.sign_in("anna@example.org", "a-long-password", "203.0.114.6").status, 201)


def inside():
    """Runs in a network of its own: the server at 192.0.2.1, clients at three other addresses."""
    for address in ("192.0.2.1", "192.0.2.2", "192.0.2.3", "198.51.100.2"):
        subprocess.run(["ip", "address", "add", f"{address}/32", "dev", "lo"], check=True)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    server = Server(options=["--listen", "192.0.2.1:0"])
    try:
        def status(source, **headers):
            connection = http.client.HTTPConnection("192.0.2.1", server.port, 10, source_address=(source, 0))
            connection.request("GET", "/api/v1/guides?limit=1", headers=headers)
            return connection.getresponse().status
        # Whatever the header says: it comes from no proxy of ours.
        with Flood(server.port, 1000, "203.0.113.1", source=("192.0.2.2", 0), host="192.0.2.1"):
            edge_test.wait_for(lambda: status("192.0.2.3") == 429, "a neighbour is limited", 10)
            edge_test.wait_for(lambda: status("192.0.2.3", **{"X-Forwarded-For": "203.0.113.77"}) == 429, "and cannot lie", 10)
            assert {status("198.51.100.2") for _ in range(20)} == {200}, "another network is limited"
    finally:
        server.stop()


if __name__ == "__main__":
    if "--inside" in sys.argv:
        inside()
    else:
        unittest.main()
