#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""The usage log: filters, events from outside, people by pseudonym, and the export as a stream."""
import concurrent.futures
import csv
import http.client
import io
import json
import unittest

import interlink_test

EVENTS = 5000


class Usage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = interlink_test.Server()
        cls.admin = cls.server.client("root@example.org", "a-very-long-password", admin=True)
        cls.anna = cls.server.client("anna@example.org", "a-long-password")
        cls.bruno = cls.server.client("bruno@example.org", "another-password")
        guide = cls.server.a_guide(cls.anna)
        cls.process = cls.anna.post("/processes", {"name": "Park", "guide": guide})["id"]
        cls.other = cls.anna.post("/processes", {"name": "Pool", "guide": guide})["id"]
        cls.anna.post(f"/processes/{cls.process}/members", {"email": "bruno@example.org", "role": "contributor"})
        objective = cls.anna.get(f"/processes/{cls.process}/tree")["nodes"][0]["children"][0]
        cls.objective, cls.task, cls.next_task = objective["id"], objective["children"][0]["id"], objective["children"][1]["id"]
        cls.asset = cls.anna.post(f"/nodes/{cls.task}/assets", {"interlinker": "site", "name": "It"})["id"]

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def event(self, client, action, **more):
        return client.post("/usage", dict(more, action=action))

    def ids(self, query, client=None):
        return [e["id"] for e in (client or self.anna).pages(f"/usage?{query}")]

    def test_events_from_outside(self):
        made = self.event(self.bruno, "app.opened", asset=self.asset, data={"place": "kiosk", "nested": {"n": [1, 2.5, None]}})
        self.assertEqual((made["process"], made["node"], made["asset"], made["interlinker"]),
                         (self.process, self.task, self.asset, "site"))
        self.assertEqual(made["data"], {"place": "kiosk", "nested": {"n": [1, 2.5, None]}})
        self.assertEqual(self.anna.get(f"/usage?asset={self.asset}&action=app.opened")["items"][0], made)
        for body, pointer in (({"action": "x.y"}, ""), ({"process": self.process}, "/action"),
                              ({"process": self.process, "action": "Not an action"}, "/action"),
                              ({"process": self.process, "action": "x", "data": [1]}, "/data"),
                              ({"process": self.process, "action": "x", "at": "2020-01-01"}, "/at")):
            with self.subTest(body=body):
                answer = self.anna.ask("POST", "/usage", body)
                self.assertEqual(answer.status, 422, answer.body)
                if pointer:
                    self.assertIn(pointer, [e["pointer"] for e in answer.json["errors"]])

    def test_filters(self):
        one = self.event(self.anna, "filter.one", node=self.next_task)
        two = self.event(self.bruno, "filter.two", asset=self.asset)
        self.event(self.anna, "filter.one", process=self.other)
        p = f"process={self.process}"
        self.assertEqual(self.ids(f"{p}&action=filter.one"), [one["id"]])
        self.assertEqual(self.ids(f"node={self.next_task}&action=filter.one"), [one["id"]])
        self.assertEqual(self.ids(f"asset={self.asset}&action=filter.two"), [two["id"]])
        self.assertIn(two["id"], self.ids(f"{p}&interlinker=site"))
        self.assertNotIn(one["id"], self.ids(f"{p}&interlinker=site"))
        mine, his = self.ids(f"{p}&person={one['person']}"), self.ids(f"{p}&person={two['person']}")
        self.assertIn(one["id"], mine)
        self.assertIn(two["id"], his)
        self.assertFalse(set(mine) & set(his))
        self.assertEqual(self.ids(f"{p}&to=2001-01-01"), [])
        self.assertEqual(self.ids(f"{p}&from=2999-01-01"), [])
        self.assertIn(one["id"], self.ids(f"{p}&from={one['at']}"))
        self.assertNotIn(one["id"], self.ids(f"{p}&to={one['at']}"))
        for query in ("from=yesterday", "limit=1001", "limit=0", "colour=red", "from=2026-13-01"):
            self.assertEqual(self.anna.ask("GET", f"/usage?{p}&{query}").status, 422, query)

    def test_people_are_pseudonyms(self):
        made = self.event(self.bruno, "who.am.i", asset=self.asset)
        self.assertRegex(made["person"], r"^[0-9a-f]{32}$")
        self.assertEqual(self.event(self.bruno, "who.am.i", process=self.process)["person"], made["person"])
        everything = json.dumps(self.admin.get("/usage?limit=1000")["items"])
        for person in (self.anna, self.bruno):
            self.assertNotIn(person.person["id"], everything)
            self.assertNotIn(person.person["email"], everything)
        export = self.admin.raw("GET", "/api/v1/usage/export?format=csv").body.decode()
        self.assertNotIn(self.bruno.person["id"], export)
        self.assertNotIn("bruno@", export)

    def test_what_the_host_logs(self):
        process = self.anna.post("/processes", {"name": "Logged", "guide": self.anna.get("/guides")["items"][0]["id"]})["id"]
        self.anna.patch(f"/processes/{process}", {"name": "Logged too"})
        self.anna.post(f"/processes/{process}/members", {"email": "bruno@example.org", "role": "viewer"})
        task = self.anna.get(f"/processes/{process}/tree")["nodes"][0]["children"][0]["children"][0]["id"]
        for change in ({"status": "in_progress"}, {"start": "2026-01-01"}, {"status": "finished"}):
            self.anna.patch(f"/nodes/{task}", change)
        asset = self.anna.post(f"/nodes/{task}/assets", {"interlinker": "site", "name": "It"})["id"]
        self.anna.post(f"/assets/{asset}/views", {"capability": "view"})
        self.anna.patch(f"/assets/{asset}", {"name": "That"})
        self.anna.post(f"/assets/{asset}/clone", {})
        self.anna.delete(f"/assets/{asset}")
        actions = [e["action"] for e in self.anna.pages(f"/usage?process={process}")]
        for action in ("process.created", "process.updated", "member.added", "node.started", "node.updated", "node.finished",
                       "asset.created", "asset.opened", "asset.updated", "asset.cloned", "asset.deleted"):
            self.assertIn(action, actions)

    def stream(self, path):
        """Reads the answer as it comes: the number of reads, the first bytes' delay, everything."""
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=interlink_test.PATIENCE)
        try:
            connection.request("GET", "/api/v1" + path, headers={"Authorization": f"Bearer {self.anna.token}"})
            answer = connection.getresponse()
            self.assertEqual(answer.status, 200)
            self.assertEqual(answer.getheader("Transfer-Encoding"), "chunked")
            self.assertIsNone(answer.getheader("Content-Length"))
            return answer.headers, answer.read()
        finally:
            connection.close()

    def fill(self, process, count):
        """Many events over many connections at once, so that the writer takes them together."""
        def send(part):
            connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=interlink_test.PATIENCE)
            head = {"Authorization": f"Bearer {self.anna.token}", "Content-Type": "application/json"}
            for n in part:
                data = {"n": n, "text": 'a "quoted", \u00e9\n=1+1'}
                connection.request("POST", "/api/v1/usage", json.dumps({"process": process, "action": "bulk.done", "data": data}), head)
                answer = connection.getresponse()
                answer.read()
                self.assertEqual(answer.status, 201)
            connection.close()

        with concurrent.futures.ThreadPoolExecutor(40) as pool:
            list(pool.map(send, (range(start, count, 40) for start in range(40))))

    def test_export(self):
        process = self.anna.post("/processes", {"name": "Bulk"})["id"]
        self.fill(process, EVENTS)
        headers, body = self.stream(f"/usage/export?format=jsonl&process={process}&action=bulk.done")
        self.assertIn("attachment", headers["Content-Disposition"])
        lines = [json.loads(line) for line in body.decode().splitlines()]
        self.assertEqual(sorted(e["data"]["n"] for e in lines), list(range(EVENTS)))  # all of them, once
        newest = self.anna.get(f"/usage?process={process}&action=bulk.done&limit=1000")["items"]
        self.assertEqual(newest, lines[:-1001:-1])  # the list begins with what was written last, the export with the first
        headers, body = self.stream(f"/usage/export?format=csv&process={process}&action=bulk.done")
        self.assertTrue(headers["Content-Type"].startswith("text/csv"))
        rows = list(csv.DictReader(io.StringIO(body.decode(), newline="")))
        self.assertEqual([r["id"] for r in rows], [e["id"] for e in lines])
        self.assertEqual(json.loads(rows[7]["data"]), lines[7]["data"])
        self.assertEqual({r["action"] for r in rows}, {"bulk.done"})

    def test_export_of_nothing(self):
        headers, body = self.stream(f"/usage/export?format=jsonl&process={self.process}&action=never.was")
        self.assertEqual(body, b"")
        headers, body = self.stream(f"/usage/export?process={self.process}&action=never.was")
        self.assertEqual(len(body.decode().splitlines()), 1)
        self.assertEqual(self.anna.ask("GET", f"/usage/export?format=xml&process={self.process}").status, 422)

    def test_no_formulas_in_a_table(self):
        """What a person typed must not begin to calculate where the table is opened."""
        self.event(self.anna, "formula", process=self.process, data={"=cmd()": "=1+1"})
        _, body = self.stream(f"/usage/export?process={self.process}&action=formula")
        for row in csv.reader(io.StringIO(body.decode(), newline="")):
            for value in row:
                self.assertNotIn(value[:1], ("=", "+", "-", "@", "\t", "\r"))


if __name__ == "__main__":
    unittest.main()
