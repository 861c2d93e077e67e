#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Answers as HTTP: names of contents, compression, kept answers, headers, files, health, live streams, the end."""
import gzip
import http.client
import json
import pathlib
import signal
import socket
import tempfile
import threading
import time
import unittest

import interlink_test


class Stream:
    """Server-sent events, read line by line."""

    def __init__(self, client, path="/api/v1/events", headers=None):
        self.connection = http.client.HTTPConnection("127.0.0.1", client.port, timeout=interlink_test.PATIENCE)
        self.connection.request("GET", path, headers=dict(headers or {}, Authorization=f"Bearer {client.token}"))
        self.answer = self.connection.getresponse()

    def event(self):
        found = {}
        while True:
            line = self.answer.readline()
            if not line:
                return None
            line = line.decode().rstrip("\n")
            if not line and "event" in found:
                return found
            name, _, value = line.partition(": ")
            if name in ("id", "event", "data"):
                found[name] = value

    def close(self):
        self.connection.close()


class Http(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = interlink_test.Server()
        cls.visitor = cls.server.client()
        cls.anna = cls.server.client("anna@example.org", "a-long-password", admin=True)
        cls.bruno = cls.server.client("bruno@example.org", "another-password")
        cls.guide = cls.server.a_guide(cls.visitor)

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def test_contents_have_names(self):
        for path, client in (("/api/v1/interlinkers", self.visitor), ("/api/v1/me", self.anna), ("/view-kit/view.css", self.visitor)):
            with self.subTest(path):
                first = client.raw("GET", path)
                tag = first.headers["ETag"]
                again = client.raw("GET", path, headers=dict(
                    {"If-None-Match": tag}, **({"Authorization": f"Bearer {client.token}"} if client.token else {})))
                self.assertEqual((again.status, again.body, again.headers["ETag"]), (304, b"", tag))
                other = client.raw("HEAD", path)
                self.assertEqual((other.status, other.body), (200, b""))
                self.assertEqual(int(other.headers["Content-Length"]), len(first.body))

    def test_texts_are_compressed(self):
        for path in ("/api/v1/openapi.json", "/view-kit/view.css", "/"):
            with self.subTest(path):
                plain = self.visitor.raw("GET", path)
                small = self.visitor.raw("GET", path, headers={"Accept-Encoding": "gzip"})
                self.assertEqual(small.headers["Content-Encoding"], "gzip")
                self.assertNotEqual(small.headers["ETag"], plain.headers["ETag"])
                self.assertEqual(gzip.decompress(small.body), plain.body)
                self.assertLess(len(small.body), len(plain.body))

    def test_kept_answers_follow_the_catalogue(self):
        before = self.visitor.get("/problem-profiles?limit=99")
        self.assertEqual(self.visitor.get("/problem-profiles?limit=99"), before)
        with tempfile.TemporaryDirectory() as folder:
            folder = interlink_test.small_catalogue(pathlib.Path(folder))
            place = folder / "problemprofiles/problemprofiles.json"
            needs = json.loads(place.read_text())
            needs.append({"id": "FRESH", "name_translations": {"en": "A fresh need"}})
            place.write_text(json.dumps(needs))
            self.server.import_catalogue(folder)
        def there():
            return any(p["id"] == "FRESH" for p in self.visitor.get("/problem-profiles?limit=99")["items"])
        interlink_test.wait_for(there, "the imported need shows", patience=5)

    def test_kept_answers_have_a_language(self):
        for _ in range(2):
            names = {language: self.visitor.get(f"/guides/{self.guide}?lang={language}")["name"] for language in ("en", "it")}
            self.assertNotEqual(names["en"], names["it"])
            answer = self.visitor.raw("GET", f"/api/v1/guides/{self.guide}", headers={"Accept-Language": "it, en;q=0.5"})
            self.assertEqual(answer.json["name"], names["it"])
            self.assertIn("Accept-Language", answer.headers["Vary"])

    def test_headers_that_keep_browsers_in_bounds(self):
        page = self.visitor.raw("GET", "/").headers
        policy = page["Content-Security-Policy"]
        self.assertIn("default-src 'none'", policy)
        self.assertNotIn("unsafe", policy)
        self.assertIn(f"frame-src http://127.0.0.1:{self.server.port}/view/", policy)
        self.assertIn("frame-ancestors 'none'", policy)
        self.assertEqual(page["Cross-Origin-Opener-Policy"], "same-origin")
        self.assertEqual(page["Referrer-Policy"], "same-origin")
        for path in ("/", "/api/v1/guides", "/view-kit/view.css", "/healthz", "/nowhere"):
            headers = self.visitor.raw("GET", path).headers
            self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
            self.assertTrue(headers["Content-Security-Policy"])

    def test_files(self):
        item = self.visitor.get("/interlinkers/plan")
        answer = self.visitor.raw("GET", item["files"][0]["url"])
        self.assertEqual((answer.status, answer.body), (200, b"A plan to fill in."))
        self.assertTrue(answer.headers["Content-Disposition"].startswith("attachment; filename="))
        self.assertIn("sandbox", answer.headers["Content-Security-Policy"])
        again = self.visitor.raw("GET", item["files"][0]["url"], headers={"If-None-Match": answer.headers["ETag"]})
        self.assertEqual(again.status, 304)
        for path in ("/files/interlinkers/plan/xx", "/files/interlinkers/nope/en", "/files/logos/plan", "/files/", "/files/x/y/z",
                     "/static/x/nope.css", "/view-kit/", "/view-kit/../portal.css"):
            self.assertIn(self.visitor.raw("GET", path).status, (400, 404), path)

    def test_health(self):
        self.assertEqual(self.visitor.raw("GET", "/healthz").json, {"status": "ok"})
        ready = self.visitor.raw("GET", "/readyz")
        self.assertEqual((ready.status, ready.json["status"]), (200, "ok"))
        text = self.visitor.raw("GET", "/metrics").body.decode()
        for name in ("interlink_requests_total", "interlink_request_seconds_bucket", "interlink_writer_commits_total",
                     "interlink_resident_bytes", "interlink_database_bytes"):
            self.assertIn(name, text)

    def test_usage_is_exported(self):
        process = self.anna.post("/processes", {"name": "Export", "guide": self.guide})["id"]
        count = 520  # more than one part of the stream
        for i in range(count):
            self.anna.post("/usage", {"process": process, "action": "test.event", "data": {"number": i}})
        answer = self.anna.raw("GET", f"/api/v1/usage/export?format=jsonl&process={process}")
        events = [json.loads(line) for line in answer.body.decode().splitlines()]
        self.assertEqual([e["data"]["number"] for e in events if e["action"] == "test.event"], list(range(count)))
        self.assertEqual([e["at"] for e in events], sorted(e["at"] for e in events))
        table = self.anna.raw("GET", f"/api/v1/usage/export?process={process}")
        self.assertEqual(len(table.body.decode().splitlines()), len(events) + 1)
        self.assertTrue(table.headers["Content-Type"].startswith("text/csv"))
        self.assertIn("attachment", table.headers["Content-Disposition"])
        self.assertEqual(self.bruno.ask("GET", f"/usage/export?process={process}").status, 404)

    def test_live_notifications(self):
        self.assertEqual(self.visitor.ask("GET", "/events").status, 401)
        stream = Stream(self.bruno)
        self.assertEqual(stream.answer.status, 200)
        self.assertTrue(stream.answer.getheader("Content-Type").startswith("text/event-stream"))
        ids = []
        for name in ("First", "Second"):
            process = self.anna.post("/processes", {"name": name})["id"]
            self.anna.post(f"/processes/{process}/members", {"email": "bruno@example.org", "role": "contributor"})
            event = stream.event()
            self.assertEqual(event["event"], "notification")
            self.assertEqual(json.loads(event["data"])["process"], process)
            self.assertEqual(json.loads(event["data"])["id"], event["id"])
            ids.append(event["id"])
        stream.close()
        missed = Stream(self.bruno, headers={"Last-Event-ID": ids[0]})
        self.assertEqual(missed.event()["id"], ids[1])
        missed.close()

    def test_many_connections_at_once(self):
        """128 ready descriptors at a time stall the library's own loop; ours must not."""
        for count in (128, 256, 384):
            with self.subTest(count):
                request = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
                lines = [socket.create_connection(("127.0.0.1", self.server.port), timeout=20) for _ in range(count)]
                begin = time.monotonic()
                for _ in range(5):
                    for line in lines:
                        line.sendall(request)
                    for line in lines:
                        self.assertTrue(line.recv(65536).startswith(b"HTTP/1.1 200"))
                for line in lines:
                    line.close()
                self.assertLess(time.monotonic() - begin, 15)

    def test_sigterm_finishes_what_is_under_way(self):
        server = interlink_test.Server()
        try:
            anna = server.client("anna@example.org", "a-long-password")
            stream = Stream(anna)
            half = socket.create_connection(("127.0.0.1", server.port), timeout=20)
            body = json.dumps({"name": "Last wish"}).encode()
            half.sendall(b"POST /api/v1/processes HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                         b"Authorization: Bearer " + anna.token.encode() + b"\r\nContent-Length: %d\r\n\r\n" % len(body))
            self.assertEqual(anna.raw("GET", "/healthz").status, 200)  # the half request has arrived by now
            server.process.send_signal(signal.SIGTERM)
            ended = threading.Thread(target=lambda: stream.answer.read())
            ended.start()
            ended.join(15)
            self.assertFalse(ended.is_alive(), "the live stream did not end")
            half.sendall(body)
            self.assertTrue(half.recv(65536).startswith(b"HTTP/1.1 201"))
            self.assertEqual(server.process.wait(timeout=20), 0)
            half.close()
            stream.close()
        finally:
            server.stop()


if __name__ == "__main__":
    unittest.main()
