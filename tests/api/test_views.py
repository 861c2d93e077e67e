#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""The main job over HTTP: find a tool, open it in a task, use it together in its view, see it logged and notified."""
import concurrent.futures
import contextlib
import json
import re
import sqlite3
import unittest

import interlink_test
from test_http import Stream

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Views(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = interlink_test.Server()
        cls.anna = cls.server.client("anna@example.org", "a-long-password", admin=True)
        cls.bruno = cls.server.client("bruno@example.org", "another-password")
        cls.carla = cls.server.client("carla@example.org", "password-of-carla")
        cls.visitor = cls.server.client()
        cls.process = cls.anna.post("/processes", {"name": "Park", "guide": cls.server.a_guide(cls.visitor)})["id"]
        cls.anna.post(f"/processes/{cls.process}/members", {"email": "bruno@example.org", "role": "contributor"})
        tree = cls.anna.get(f"/processes/{cls.process}/tree")["nodes"]
        cls.task = tree[0]["children"][0]["children"][0]["id"]

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def poll(self, **more):
        body = {"interlinker": "poll", "params": {"question": "Which day?", "options": ["Saturday", "Sunday"]}}
        return self.anna.post(f"/nodes/{self.task}/assets", dict(body, **more))["id"]

    def view(self, client, asset, capability="view"):
        return client.post(f"/assets/{asset}/views", {"capability": capability})["url"]

    def test_main_job(self):
        found = [i for i in self.visitor.pages("/interlinkers?search=poll") if i["id"] == "poll"]
        self.assertTrue(found[0]["installed"])
        self.assertEqual(self.visitor.get("/interlinkers/poll")["params"]["type"], "object")
        asset = self.poll(name="Day of the visit")
        told = self.bruno.get("/notifications?unread=true")
        self.assertTrue(any(n["asset"] == asset for n in told["items"]))
        page = self.visitor.raw("GET", self.view(self.bruno, asset))
        self.assertEqual(page.status, 200)
        text = page.body.decode()
        self.assertIn("<title>Day of the visit</title>", text)
        self.assertIn("Which day?", text)
        action = re.search(r'action="([^"]+)"', text).group(1)
        voted = self.visitor.raw("POST", action, "option=2", FORM)
        self.assertEqual(voted.status, 303)
        result = self.visitor.raw("GET", voted.headers["Location"]).body.decode()
        self.assertIn("1 person", result)
        log = self.anna.get(f"/usage?asset={asset}")["items"]
        self.assertIn("voted", [e["action"] for e in log])
        self.assertIn("asset.created", [e["action"] for e in log])
        self.assertEqual(self.anna.ask("DELETE", f"/assets/{asset}").status, 204)
        self.assertEqual(self.anna.ask("GET", f"/assets/{asset}").status, 404)

    def test_params_are_checked(self):
        for params in ({}, {"question": "?"}, {"question": 7, "options": ["a", "b"]}):
            answer = self.anna.ask("POST", f"/nodes/{self.task}/assets", {"interlinker": "poll", "params": params})
            self.assertEqual(answer.status, 422, answer.body)
            self.assertTrue(answer.json["errors"][0]["pointer"].startswith("/params"), answer.body)

    def test_policy_of_a_view(self):
        url = self.view(self.anna, self.poll())
        headers = self.visitor.raw("GET", url).headers
        policy = headers["Content-Security-Policy"]
        own = f"http://127.0.0.1:{self.server.port}{url}"
        self.assertTrue(policy.startswith("sandbox allow-scripts allow-forms"))
        for part in ("default-src 'none'", f"connect-src {own}", f"form-action {own}", "frame-ancestors 'self'", "base-uri 'none'"):
            self.assertIn(part, policy)
        self.assertEqual(headers["Connection-Allowlist"], "(response-origin);redirects=allow")
        for bad in ("unsafe", "allow-same-origin", "allow-top-navigation", "allow-popups"):
            self.assertNotIn(bad, policy)
        self.assertEqual(headers["Referrer-Policy"], "no-referrer")
        self.assertEqual(headers["Cache-Control"], "no-store")
        self.assertIsNone(headers["Set-Cookie"])

    def test_a_ticket_is_for_one_view(self):
        asset = self.poll()
        url = self.view(self.bruno, asset)
        self.assertEqual(self.visitor.raw("GET", url[:-1]).status, 308)
        ticket = url.split("/")[2]
        for i in (0, 20, 40, 60, len(ticket) - 1):
            other = ticket[:i] + ("A" if ticket[i] != "A" else "B") + ticket[i + 1:]
            self.assertIn(self.visitor.raw("GET", f"/view/{other}/").status, (403, 404))
        self.assertEqual(self.carla.ask("POST", f"/assets/{asset}/views", {"capability": "view"}).status, 404)
        self.assertEqual(self.visitor.ask("POST", f"/assets/{asset}/views", {"capability": "view"}).status, 401)
        # The session's cookie is no credential here, and a view sets none.
        self.assertEqual(self.visitor.raw("GET", "/view/x/", headers={"Cookie": self.anna.cookie}).status, 404)

    def test_a_ticket_ends_with_the_session(self):
        asset = self.poll()
        again = self.server.client("bruno@example.org", "another-password")
        url, other = self.view(again, asset), self.view(self.bruno, asset)
        self.assertEqual(self.visitor.raw("GET", url).status, 200)
        self.assertEqual(again.ask("DELETE", "/sessions/current").status, 204)
        for path in ("", "web/icon.svg", "events"):
            gone = self.visitor.raw("GET", url + path)
            self.assertEqual(gone.status, 403, path)
            self.assertNotIn("Which day?", gone.body.decode())
        self.assertEqual(self.visitor.raw("POST", url + "vote", "option=1", FORM).status, 403)
        self.assertEqual(self.visitor.raw("GET", other).status, 200, "the other session's")

    def test_a_ticket_ends_with_membership(self):
        asset = self.poll()
        guest = self.server.client("guest@example.org", "password-of-a-guest")
        person = guest.get("/me")["id"]
        self.anna.post(f"/processes/{self.process}/members", {"email": "guest@example.org", "role": "contributor"})
        url = self.view(guest, asset)
        self.assertEqual(self.visitor.raw("GET", url).status, 200)
        with contextlib.closing(sqlite3.connect(self.server.data + "/interlink.db", timeout=20)) as database, database:
            database.execute("DELETE FROM member WHERE process = ? AND person = ?", (self.process, person))
        self.assertIn(self.visitor.raw("GET", url).status, (403, 404))
        self.assertIn(self.visitor.raw("POST", url + "vote", "option=1", FORM).status, (403, 404))

    def test_a_ticket_opens_its_own_asset_only(self):
        first, second = self.poll(), self.poll(params={"question": "Which month?", "options": ["May", "June"]})
        url = self.view(self.bruno, first)
        self.assertIn("Which day?", self.visitor.raw("GET", url).body.decode())
        self.assertNotIn("Which month?", self.visitor.raw("GET", url).body.decode())
        # Parts of one ticket put into another.
        mine, other = url.split("/")[2], self.view(self.bruno, second).split("/")[2]
        for cut in (1, 16, 22, 43, 60, 65, 70, len(mine) - 1):
            for mixed in (mine[:cut] + other[cut:], other[:cut] + mine[cut:]):
                if mixed not in (mine, other):
                    self.assertEqual(self.visitor.raw("GET", f"/view/{mixed}/").status, 404, cut)

    def test_only_a_frame_shows_it(self):
        url = self.view(self.bruno, self.poll())
        for dest in ("document", "embed", "object", "frame", "fencedframe", "worker", "sharedworker", "serviceworker",
                     "audioworklet", "report", "xslt", "manifest", "webidentity", "", "IFRAME", "iframe, document"):
            answer = self.visitor.raw("GET", url, headers={"Sec-Fetch-Dest": dest})
            self.assertEqual(answer.status, 403, dest)
            self.assertNotIn("Which day?", answer.body.decode(), dest)
            self.assertEqual(self.visitor.raw("POST", url + "vote", "option=1", dict(FORM, **{"Sec-Fetch-Dest": dest})).status, 403)
        for dest in ("iframe", "empty", "image", "script", "style", "font"):
            self.assertEqual(self.visitor.raw("GET", url, headers={"Sec-Fetch-Dest": dest}).status, 200, dest)
        self.assertIn("0 ", self.visitor.raw("GET", url).body.decode())

    def test_the_cookie_is_no_credential(self):
        url = self.view(self.bruno, self.poll())
        mine, anna = self.visitor.raw("GET", url), {"Cookie": self.anna.cookie}
        for headers in (anna, {"Cookie": "interlink=x"}, {"Authorization": f"Bearer {self.anna.token}"}):
            self.assertEqual(self.visitor.raw("GET", url, headers=headers).body, mine.body, headers)
        for path in ("/view//", "/view/", "/view/-/", f"/view/{'A' * 92}/"):
            self.assertEqual(self.visitor.raw("GET", path, headers=anna).status, 404, path)

    def test_files_of_the_package(self):
        url = self.view(self.anna, self.poll())
        icon = self.visitor.raw("GET", url + "web/icon.svg")
        self.assertEqual((icon.status, icon.headers["Content-Type"]), (200, "image/svg+xml"))
        for path in ("web/nope.js", "web/", "web/..", "interlinker.json", "web/%2e%2e/plugin.so", "web//icon.svg"):
            self.assertIn(self.visitor.raw("GET", url + path).status, (400, 404), path)

    def test_language_of_the_reader(self):
        url = self.view(self.anna, self.poll())
        self.assertIn('<html lang="en">', self.visitor.raw("GET", url).body.decode())
        german = self.visitor.raw("GET", url + "?lang=de")
        self.assertIn('<html lang="de">', german.body.decode())
        self.assertEqual(german.headers["Content-Language"], "de")

    def test_votes_at_the_same_moment_all_count(self):
        asset, people = self.poll(), []
        for i in range(12):
            client = self.server.client(f"voter{i}@example.org", f"password-of-voter-{i}")
            self.anna.post(f"/processes/{self.process}/members", {"email": f"voter{i}@example.org", "role": "contributor"})
            people.append(self.view(client, asset))
        with concurrent.futures.ThreadPoolExecutor(12) as pool:
            answers = list(pool.map(lambda i: self.visitor.raw("POST", people[i] + "vote", f"option={1 + i % 2}", FORM), range(12)))
        self.assertEqual([a.status for a in answers], [303] * 12)
        self.assertIn("12 people", self.visitor.raw("GET", people[0]).body.decode())

    def test_open_views_hear_of_it(self):
        asset = self.poll()
        mine, other = self.view(self.anna, asset), self.view(self.bruno, asset)
        stream = Stream(self.anna, mine + "events")
        self.assertEqual(stream.answer.status, 200)
        self.assertEqual(stream.answer.getheader("Access-Control-Allow-Origin"), "*")
        self.assertEqual(self.visitor.raw("POST", other + "vote", "option=1", FORM).status, 303)
        event = stream.event()
        self.assertTrue(event["event"])
        json.loads(event["data"])
        stream.close()

    def test_switched_off(self):
        url = self.view(self.anna, self.poll())
        self.anna.patch("/plugins/poll", {"enabled": False})
        try:
            page = self.visitor.raw("GET", url)
            self.assertEqual(page.status, 503)
            self.assertIn(page.headers["X-Request-Id"], page.body.decode())
            self.assertIn(page.headers["X-Request-Id"], self.server.log())
            answer = self.anna.ask("POST", f"/nodes/{self.task}/assets", {
                "interlinker": "poll", "params": {"question": "Which day?", "options": ["a", "b"]}})
            self.assertEqual(answer.status, 503, answer.body)
            self.assertEqual(self.visitor.raw("GET", "/readyz").json["plugins"]["poll"], "off")
        finally:
            self.anna.patch("/plugins/poll", {"enabled": True})
        self.assertEqual(self.visitor.raw("GET", url).status, 200)

    def test_templates_and_links(self):
        for interlinker in ("plan", "site"):
            asset = self.anna.post(f"/nodes/{self.task}/assets", {"interlinker": interlinker, "name": "It"})
            url = self.anna.post(f"/assets/{asset['id']}/views", {"capability": "view"})["url"]
            if interlinker == "plan":
                self.assertEqual(self.visitor.raw("GET", url).body, b"A plan to fill in.")
            else:
                self.assertEqual(url, "https://example.org/")

    def test_clone(self):
        asset = self.poll()
        self.visitor.raw("POST", self.view(self.anna, asset) + "vote", "option=1", FORM)
        copy = self.anna.post(f"/assets/{asset}/clone", {"name": "Again"})
        self.assertEqual(copy["name"], "Again")
        self.assertEqual(self.visitor.raw("GET", self.view(self.anna, copy["id"])).status, 200)


if __name__ == "__main__":
    unittest.main()
