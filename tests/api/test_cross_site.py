#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Nothing is changed because a page of another site says so: every changing operation of openapi.json and every form of the portal, each in
all the ways in which a browser could be made to send it with a person's cookie."""
import json
import unittest

import interlink_test
import portal_routes
import test_access

JSON, FORM = "application/json", "application/x-www-form-urlencoded"


class CrossSite(test_access.Access):
    """With the objects of the access test; its tests are not run again."""

    test_every_cell = test_access_comes_before_input = test_what_is_ones_own = None
    test_the_whole_log_is_for_the_site_administrator = test_lists_hold_only_ones_own = test_who_leaves_is_out = None

    def setUp(self):
        self.client = self.people["site admin"]
        self.cookie = {"Cookie": self.client.cookie}
        self.origin = f"http://127.0.0.1:{self.server.port}"

    def sent(self, method, path, body, headers):
        return self.server.client().raw(method, path, body, dict(self.cookie, **headers))

    def test_operations(self):
        ways = {
            "another site's script": {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example", "Content-Type": JSON},
            "a sister site": {"Sec-Fetch-Site": "same-site", "Origin": "https://evil.town.example", "Content-Type": JSON},
            "an old browser": {"Origin": "https://evil.example", "Content-Type": JSON},
            "a page without an origin": {"Origin": "null", "Content-Type": JSON},
            "our address with more behind it": {"Origin": self.origin + ".evil.example", "Content-Type": JSON},
            "a form": {"Sec-Fetch-Site": "cross-site", "Content-Type": FORM},
            "a form of an old browser": {"Content-Type": FORM},
            "JSON as plain text": {"Content-Type": "text/plain"},
            "without saying anything": {},
        }
        count = 0
        for method, path, about in self.operations:
            if method == "GET":
                continue
            operation = about["operationId"]
            where = "/api/v1" + self.place(operation, path, self.own)
            body = json.dumps(self.body(operation, "site admin", self.own) or {}) if "requestBody" in about else None
            for what, headers in ways.items():
                with self.subTest(operation, way=what):
                    answer = self.sent(method, where, body, headers)
                    self.assertIn(answer.status, (403, 415), answer.body[:200])
                    count += 1
            with self.subTest(operation, way="by reading"):
                self.assertIn(self.sent("GET", where, None, {}).status, (200, 403, 404, 405))
        self.assertEqual(self.sent("GET", "/api/v1/me", None, {}).status, 200)  # and the session goes on
        print(f"{count} cross-site calls of operations refused", flush=True)
        self.assertGreater(count, 100)

    def test_forms(self):
        ids = {"projects": self.own["process"], "tasks": self.own["node"], "items": self.own["asset"], "tools": "plan", "admin": "poll"}
        own = {"Origin": self.origin, "Sec-Fetch-Site": "same-origin", "Content-Type": FORM}
        ways = {
            "another site": ({"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site", "Content-Type": FORM}, "name=evil"),
            "an old browser": ({"Origin": "https://evil.example", "Content-Type": FORM}, "name=evil"),
            "no token": (own, "name=evil"),
            "an empty token": (own, "name=evil&_token="),
            "a wrong token": (own, "name=evil&_token=" + "0" * 64),
            "in the address": (own, "name=evil"),
        }
        paths, count = portal_routes.routes("post"), 0
        self.assertGreater(len(paths), 12)
        for path in paths:
            for what, (headers, body) in ways.items():
                with self.subTest(path, way=what):
                    where = portal_routes.fill(path, ids) + ("?_token=" + "0" * 64 if what == "in the address" else "")
                    answer = self.sent("POST", where, body, headers)
                    self.assertEqual(answer.status, 403, f"{answer.body[:200]!r}")
                    count += 1
        print(f"{count} forged forms refused", flush=True)
        self.assertNotEqual(self.owner.get("/processes/" + self.own["process"])["name"], "evil")


if __name__ == "__main__":
    unittest.main(verbosity=1)
