#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Live streams: a person's notifications with replay after a broken line, and a view that hears of others' votes."""
import concurrent.futures
import json
import re
import socket
import unittest

import interlink_test

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Stream:
    """Server-sent events over a plain socket, read one at a time."""

    def __init__(self, port, path, headers=None):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=interlink_test.PATIENCE)
        lines = [f"GET {path} HTTP/1.1", "Host: a", "Accept: text/event-stream"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        self.socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        self.file = self.socket.makefile("rb")
        self.status = int(self.file.readline().split()[1])
        self.headers = {}
        while (line := self.file.readline().strip()):
            name, value = line.decode().split(":", 1)
            self.headers[name.lower()] = value.strip()
        self.rest = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.file.close()
        self.socket.close()

    def chunk(self):
        size = int(self.file.readline(), 16)
        part = self.file.read(size)
        self.file.readline()
        return part if size else None

    def block(self):
        """What stands between two empty lines; None when the stream has ended."""
        while b"\n\n" not in self.rest:
            part = self.chunk()
            if part is None:
                return None
            self.rest += part
        block, self.rest = self.rest.split(b"\n\n", 1)
        return block.decode()

    def event(self):
        """The next event as a dictionary; passes over comments and what only tells how long to wait."""
        while True:
            block = self.block()
            if block is None:
                return None
            fields = {}
            for line in block.splitlines():
                name, _, value = line.partition(":")
                if name:
                    fields[name] = fields.get(name, "") + value.removeprefix(" ")
            if "event" in fields:
                return fields


class Live(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = interlink_test.Server()
        cls.anna = cls.server.client("anna@example.org", "a-long-password")
        cls.bruno = cls.server.client("bruno@example.org", "another-password")
        cls.visitor = cls.server.client()
        cls.process = cls.anna.post("/processes", {"name": "Park", "guide": cls.server.a_guide(cls.visitor)})["id"]
        cls.anna.post(f"/processes/{cls.process}/members", {"email": "bruno@example.org", "role": "contributor"})
        cls.task = cls.anna.get(f"/processes/{cls.process}/tree")["nodes"][0]["children"][0]["children"][0]["id"]

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def stream(self, client, **headers):
        sent = {"Authorization": f"Bearer {client.token}"}
        sent.update({name.replace("_", "-"): value for name, value in headers.items()})
        return Stream(self.server.port, "/api/v1/events", sent)

    def happen(self, name):
        """Something that Bruno is told of."""
        return self.anna.post(f"/nodes/{self.task}/assets", {"interlinker": "site", "name": name})["id"]

    def test_a_notification_comes_at_once(self):
        with self.stream(self.bruno) as stream:
            self.assertEqual((stream.status, stream.headers["content-type"]), (200, "text/event-stream"))
            self.assertNotIn("access-control-allow-origin", stream.headers)
            asset = self.happen("At once")
            event = stream.event()
            self.assertEqual(event["event"], "notification")
            told = json.loads(event["data"])
            self.assertEqual((told["id"], told["asset"]), (event["id"], asset))
            listed = next(n for n in self.bruno.get("/notifications")["items"] if n["id"] == told["id"])
            self.assertEqual(listed, told)

    def test_what_was_missed_comes_first(self):
        with self.stream(self.bruno) as stream:
            self.happen("Seen")
            last = stream.event()["id"]
        missed = [self.happen(f"Missed {i}") for i in range(5)]
        with self.stream(self.bruno, Last_Event_ID=last) as stream:
            live = self.happen("Live again")
            events = [stream.event() for _ in range(6)]
            self.assertEqual([json.loads(e["data"])["asset"] for e in events], missed + [live])
            self.assertEqual(len({e["id"] for e in events}), 6)
        with self.stream(self.bruno, Last_Event_ID=events[-1]["id"]) as stream:
            only = self.happen("Only this")
            self.assertEqual(json.loads(stream.event()["data"])["asset"], only)

    def test_odd_last_ids_begin_now(self):
        for odd in ("", "x", "0", "a" * 500, "'; DROP TABLE notification"):
            with self.subTest(odd), self.stream(self.bruno, Last_Event_ID=odd) as stream:
                self.assertEqual(stream.status, 200)
                asset = self.happen("New")
                while json.loads(stream.event()["data"])["asset"] != asset:
                    pass  # of the one before: it may still have been on its way when the line was opened

    def test_nobody_hears_what_is_others(self):
        with self.stream(self.anna) as mine, self.stream(self.bruno) as his:
            asset = self.happen("Not for the one who did it")
            self.assertEqual(json.loads(his.event()["data"])["asset"], asset)
            # Anna's own stream says nothing of it: the next thing there is what Bruno does now.
            by_bruno = self.bruno.post(f"/nodes/{self.task}/assets", {"interlinker": "site", "name": "By Bruno"})["id"]
            self.assertEqual(json.loads(mine.event()["data"])["asset"], by_bruno)
        stranger = Stream(self.server.port, "/api/v1/events")
        self.assertEqual(stranger.status, 401)
        stranger.close()

    def test_a_vote_is_seen_in_the_other_view(self):
        asset = self.anna.post(f"/nodes/{self.task}/assets", {
            "interlinker": "poll", "params": {"question": "Which day?", "options": ["Saturday", "Sunday"]}})["id"]
        url = {c: c.post(f"/assets/{asset}/views", {"capability": "view"})["url"] for c in (self.anna, self.bruno)}
        with Stream(self.server.port, url[self.anna] + "events") as stream:
            self.assertEqual(stream.status, 200)
            self.assertEqual(stream.headers["access-control-allow-origin"], "*")
            for option, people in ((1, "1 person"), (2, "1 person")):  # a vote, and the change of it
                answer = self.visitor.raw("POST", url[self.bruno] + "vote", f"option={option}", FORM)
                self.assertEqual(answer.status, 303, answer.body)
                self.assertIsNotNone(stream.event())
                page = self.visitor.raw("GET", url[self.anna]).body.decode()
                self.assertIn(people, page)
                self.assertTrue(re.search(r"data-live", page))
        # What is told is that something changed, to those who hold a ticket; not what, and not by whom.
        for path in (f"/view/{'A' * 80}/events", f"/view/{asset}/events"):
            refused = Stream(self.server.port, path)
            self.assertIn(refused.status, (403, 404))
            refused.close()

    def test_many_listen(self):
        streams = [self.stream(self.bruno) for _ in range(40)]
        try:
            asset = self.happen("For all")
            for stream in streams:
                self.assertEqual(json.loads(stream.event()["data"])["asset"], asset)
        finally:
            for stream in streams:
                stream.close()

    def test_what_happens_at_the_same_moment(self):
        """Nothing is lost when several loops tell of something at once."""
        with self.stream(self.bruno) as stream:
            with concurrent.futures.ThreadPoolExecutor(8) as pool:
                made = set(pool.map(lambda i: self.happen(f"Same moment {i}"), range(160)))
            last = self.happen("The last")
            seen = set()
            while last not in seen:
                seen.add(json.loads(stream.event()["data"])["asset"])
            self.assertLessEqual(made, seen)

    def test_the_end_of_the_server_ends_streams(self):
        server = interlink_test.Server()
        try:
            client = server.client("c@example.org", "a-long-password")
            stream = Stream(server.port, "/api/v1/events", {"Authorization": f"Bearer {client.token}"})
            self.assertEqual(stream.status, 200)
            server.process.terminate()
            self.assertIsNone(stream.event())
            self.assertEqual(server.process.wait(timeout=interlink_test.PATIENCE), 0)
            stream.close()
        finally:
            server.stop()


if __name__ == "__main__":
    unittest.main()
