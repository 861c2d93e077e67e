#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""200 clients at once, each with a connection of its own, doing everything that people do: they read pages, log, vote, listen. Every
answer is one of those that a person should get. With the build for ThreadSanitizer (./dev test --threads) a race ends the server.

    test_clients.py [SECONDS]     for how long; 4 if not given
"""
import collections
import http.client
import json
import pathlib
import sys
import tempfile
import threading
import time
import unittest

import edge_test
from edge_test import Server, figure, small_catalogue

SECONDS = int(sys.argv.pop()) if len(sys.argv) > 1 and sys.argv[-1].isdigit() else 4
CLIENTS, ACCOUNTS = 200, 20
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/json"}


class Clients(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with tempfile.TemporaryDirectory(prefix="interlink-test-") as folder:
            cls.server = Server(options=["--loops", "2"], catalogue=small_catalogue(pathlib.Path(folder)))
        cls.addClassCleanup(cls.server.stop)
        cls.people = [cls.server.client(f"person{i}@example.org", "a-long-password", admin=i == 0) for i in range(ACCOUNTS)]
        anna = cls.people[0]
        cls.process = anna.post("/processes", {"name": "Park", "guide": "small"})["id"]
        for i in range(1, ACCOUNTS):
            anna.post(f"/processes/{cls.process}/members", {"email": f"person{i}@example.org", "role": "contributor"})
        cls.task = anna.get(f"/processes/{cls.process}/tree")["nodes"][0]["children"][0]["children"][0]["id"]
        cls.poll = anna.post(f"/nodes/{cls.task}/assets", {"interlinker": "poll", "params": {
            "question": "Which day?", "options": ["Saturday", "Sunday"]}})["id"]

    def acts(self, number):
        """What this client does, again and again: (method, path, body, headers, what it may get)."""
        person = self.people[number % ACCOUNTS]
        signed = {"Authorization": f"Bearer {person.token}"}
        view = person.post(f"/assets/{self.poll}/views", {"capability": "view"})["url"]
        event = json.dumps({"process": self.process, "action": "test.done", "data": {"n": number}})
        reads = [("GET", path, None, {"Cookie": person.cookie}, {200}) for path in
                 ("/", f"/projects/{self.process}", f"/tasks/{self.task}", "/tools", "/messages", f"/items/{self.poll}")]
        lists = [("GET", f"/api/v1{path}", None, signed, {200}) for path in
                 (f"/usage?process={self.process}&limit=10", "/interlinkers?search=poll", "/notifications", f"/nodes/{self.task}/assets", "/me")]
        writes = [("POST", "/api/v1/usage", event, {**signed, **JSON}, {201}), ("POST", f"{view}vote", f"option={number % 2 + 1}", FORM, {303, 409}),
                  ("GET", view, None, {}, {200}), ("PATCH", "/api/v1/me", json.dumps({"language": ("en", "it")[number % 2]}), {**signed, **JSON}, {200})]
        return [*reads, *lists, *writes]

    def work(self, number, acts, end, came, wrong):
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        turn = number
        try:
            while time.monotonic() < end:
                method, path, body, headers, fine = acts[turn % len(acts)]
                turn += 1
                connection.request(method, path, body, headers)
                answer = connection.getresponse()
                text = answer.read()
                came[answer.status] += 1
                if answer.status not in fine | {429}:
                    wrong.append((method, path, answer.status, text[:200]))
                edge_test.pause(0.02)
        except (OSError, http.client.HTTPException) as error:
            wrong.append((number, repr(error)))
        finally:
            connection.close()

    def listen(self, number, end, wrong):
        """A page that is open: its line of events must stay."""
        person = self.people[number % ACCOUNTS]
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        try:
            connection.request("GET", f"/api/v1/events?process={self.process}", headers={"Cookie": person.cookie})
            answer = connection.getresponse()
            if answer.status not in (200, 422):
                wrong.append(("events", answer.status))
            while time.monotonic() < end and answer.status == 200:
                if not answer.readline():
                    wrong.append(("events", "ended"))
                    break
        except OSError as error:
            wrong.append(("events", repr(error)))
        finally:
            connection.close()

    def test_all_at_once(self):
        plans = [self.acts(number) for number in range(CLIENTS)]
        came, wrong, end = collections.Counter(), [], time.monotonic() + SECONDS
        threads = [threading.Thread(target=self.work, args=(n, plans[n], end, came, wrong)) for n in range(CLIENTS)]
        threads += [threading.Thread(target=self.listen, args=(n, end, wrong), daemon=True) for n in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads[:CLIENTS]:
            thread.join()
        figure(f"{CLIENTS} clients, {SECONDS} s: {dict(came)}")
        self.assertEqual(wrong[:5], [])
        self.assertGreater(came[200], CLIENTS)
        self.assertEqual(self.people[0].ask("GET", "/me").status, 200)


if __name__ == "__main__":
    unittest.main()
