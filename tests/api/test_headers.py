#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""The headers of every page of the portal, of the API and of views, by the rules of Mozilla's HTTP Observatory, as behind a proxy
with TLS."""
import pathlib
import tempfile
import unittest

import interlink_test
import observatory
import portal_routes

LEAST, LEAST_OF_VIEWS = 130, 100  # a view is shown in a frame and loads by its own rules, see docs/security.md


class Headers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with tempfile.TemporaryDirectory(prefix="interlink-test-") as folder:
            cls.server = interlink_test.Server(options=["--public-url", "https://town.example"],
                                               catalogue=interlink_test.small_catalogue(pathlib.Path(folder)))
        cls.anna = cls.server.client("anna@example.org", "a-long-password", admin=True)
        process = cls.anna.post("/processes", {"name": "Park", "guide": "small"})["id"]
        task = cls.anna.get(f"/processes/{process}/tree")["nodes"][0]["children"][0]["children"][0]["id"]
        poll = cls.anna.post(f"/nodes/{task}/assets", {"interlinker": "poll", "name": "Poll", "params": {
            "question": "Which day?", "options": ["one", "two"]}})["id"]
        cls.ids = {"projects": process, "tasks": task, "items": poll, "tools": "poll", "guides": "small", "admin": "poll"}
        cls.view = cls.anna.post(f"/assets/{poll}/views", {"capability": "view"})["url"]
        cls.cookie = {"Cookie": "__Host-interlink=" + cls.anna.token}

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def scores(self, paths, headers):
        found = {}
        for path in paths:
            answer = self.anna.raw("GET", path, None, dict(headers))
            found[path] = (*observatory.score(answer.headers), answer.status)
        return found

    def check(self, what, found, least):
        worst = min(found.values(), key=lambda one: one[0])
        print(f"{what}: {len(found)} pages, least score {worst[0]} ({worst[1]})", flush=True)
        for path, (points, why, status) in found.items():
            with self.subTest(path, status=status):
                self.assertGreaterEqual(points, least, why)

    def test_pages(self):
        paths = [portal_routes.fill(path, self.ids) for path in portal_routes.routes("get")] + ["/nowhere"]
        self.assertGreater(len(paths), 20)
        for who, headers in (("signed in", self.cookie), ("a visitor", {})):
            self.check("pages, " + who, self.scores(paths, headers), LEAST)
        shown = self.scores(paths, self.cookie)
        self.assertGreater(sum(1 for _, _, status in shown.values() if status == 200), len(paths) * 2 // 3, shown)

    def test_signing_in(self):
        answer = self.anna.raw("POST", "/api/v1/sessions", '{"email": "anna@example.org", "password": "a-long-password"}',
                               {"Content-Type": "application/json"})
        points, why = observatory.score(answer.headers)
        self.assertIn("__Host-", answer.headers["Set-Cookie"])
        self.assertGreaterEqual(points, 120, why)
        self.assertIn("cookies", why)  # Secure, HttpOnly and SameSite

    def test_api_and_others(self):
        paths = ["/api/v1/me", "/api/v1/interlinkers", "/api/v1/nowhere", "/healthz", "/metrics", "/.well-known/security.txt"]
        self.check("API", self.scores(paths, self.cookie), 120)

    def test_views(self):
        self.check("views", self.scores([self.view], {}), LEAST_OF_VIEWS)

    def test_the_scorer_takes_off(self):
        answer = self.anna.raw("GET", "/", None, self.cookie)
        whole, _ = observatory.score(answer.headers)
        for name in ("Content-Security-Policy", "Strict-Transport-Security", "X-Content-Type-Options", "Referrer-Policy",
                     "Cross-Origin-Opener-Policy", "Cross-Origin-Embedder-Policy", "Cross-Origin-Resource-Policy"):
            without = type(answer.headers)()
            for key, value in answer.headers.items():
                if key != name:
                    without[key] = value
            self.assertLess(observatory.score(without)[0], whole, name)


if __name__ == "__main__":
    unittest.main(verbosity=1)
