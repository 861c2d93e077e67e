#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Signing in and out, the cookie, and requests that another site causes."""
import contextlib
import sqlite3
import time
import unittest

import interlink_test

JSON = {"Content-Type": "application/json"}


class Sessions(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = interlink_test.Server()
        cls.anna = cls.server.client("anna@example.org", "a-long-password", admin=True, name="Anna")
        cls.origin = f"http://127.0.0.1:{cls.server.port}"

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def cookie(self, client):
        return {"Cookie": client.cookie}

    def test_sign_in(self):
        visitor = self.server.client()
        answer = visitor.ask("POST", "/sessions", {"email": "ANNA@example.org", "password": "a-long-password"})
        self.assertEqual(answer.status, 201)
        self.assertEqual(answer.json["person"]["name"], "Anna")
        cookie = answer.headers["Set-Cookie"]
        self.assertTrue(cookie.startswith(f"interlink={answer.json['token']};"))
        for word in ("HttpOnly", "SameSite=Lax", "Path=/"):
            self.assertIn(word, cookie)
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        again = visitor.ask("POST", "/sessions", {"email": "anna@example.org", "password": "a-long-password"})
        self.assertNotEqual(again.json["token"], answer.json["token"])

    def test_wrong_password_says_the_same_as_unknown_person(self):
        visitor = self.server.client()
        wrong = visitor.ask("POST", "/sessions", {"email": "anna@example.org", "password": "not-hers"})
        unknown = visitor.ask("POST", "/sessions", {"email": "nobody@example.org", "password": "not-hers"})
        self.assertEqual((wrong.status, unknown.status), (401, 401))
        self.assertEqual(wrong.json["detail"], unknown.json["detail"])
        self.assertIsNone(wrong.headers["Set-Cookie"])

    def test_token_and_cookie_both_work(self):
        self.assertEqual(self.anna.get("/me")["email"], "anna@example.org")
        answer = self.server.client().raw("GET", "/api/v1/me", headers=self.cookie(self.anna))
        self.assertEqual(answer.status, 200)
        for odd in ("Bearer", "Bearer ", "Bearer x", "Basic YTpi", "Bearer " + "a" * 5000):
            answer = self.server.client().raw("GET", "/api/v1/me", headers={"Authorization": odd})
            self.assertEqual(answer.status, 401, odd)
            self.assertEqual(answer.headers["WWW-Authenticate"], "Bearer")

    def test_sign_out_ends_it(self):
        other = self.server.client("anna@example.org", "a-long-password")
        answer = other.ask("DELETE", "/sessions/current")
        self.assertEqual((answer.status, answer.body), (204, b""))
        self.assertIn("Max-Age=0", answer.headers["Set-Cookie"])
        self.assertEqual(other.ask("GET", "/me").status, 401)
        self.assertEqual(self.anna.ask("GET", "/me").status, 200)

    def test_other_sites_change_nothing(self):
        """With the cookie, each way in which a page of another site could send a request."""
        changes = [("POST", "/api/v1/processes", '{"name": "Evil"}'), ("PATCH", "/api/v1/me", '{"name": "Evil"}'),
                   ("DELETE", "/api/v1/sessions/current", None), ("POST", "/api/v1/notifications/read", '{"all": true}')]
        ways = [{"Origin": "http://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site", "Origin": self.origin},
                {"Sec-Fetch-Site": "same-site"}, {"Content-Type": "text/plain"}, {"Content-Type": "application/x-www-form-urlencoded"},
                {"Origin": self.origin + ".evil.example"}]
        for method, path, body in changes:
            for way in ways:
                with self.subTest(method=method, path=path, way=way):
                    sent = dict(self.cookie(self.anna), **JSON, **{})
                    sent.update(way)
                    answer = self.server.client().raw(method, path, body, sent)
                    self.assertIn(answer.status, (403, 415), answer.body)
        bare = self.server.client().raw("DELETE", "/api/v1/sessions/current", None, self.cookie(self.anna))
        self.assertEqual(bare.status, 403)
        self.assertEqual(self.anna.get("/me")["name"], "Anna")
        self.assertEqual(self.anna.get("/processes")["items"], [])

    def test_our_own_pages_change_things(self):
        for way in ({"Origin": self.origin}, {"Sec-Fetch-Site": "same-origin", "Origin": self.origin}, {"Sec-Fetch-Site": "none"}):
            sent = dict(self.cookie(self.anna), **JSON)
            sent.update(way)
            answer = self.server.client().raw("PATCH", "/api/v1/me", '{"kind": "official"}', sent)
            self.assertEqual(answer.status, 200, answer.body)

    def used(self, change=None):
        """When each session was last used, in milliseconds; with `change`, set so for all."""
        with contextlib.closing(sqlite3.connect(self.server.data + "/interlink.db", timeout=20)) as database, database:
            if change is not None:
                database.execute("UPDATE session SET used = ?", (change,))
            return [row[0] for row in database.execute("SELECT used FROM session")]

    def test_an_idle_session_ends(self):
        now = int(time.time() * 1000)
        anna = self.server.client("anna@example.org", "a-long-password")
        self.used(now - 29 * 60 * 1000)
        self.assertEqual(anna.ask("GET", "/me").status, 200)
        interlink_test.wait_for(lambda: max(self.used()) > now - 60 * 1000, "the use is written down")
        self.used(now - 31 * 60 * 1000)
        self.assertEqual(anna.ask("GET", "/me").status, 401)
        self.used(now)

    def test_a_session_lasts_half_a_day_at_most(self):
        anna = self.server.client("anna@example.org", "a-long-password")
        with contextlib.closing(sqlite3.connect(self.server.data + "/interlink.db", timeout=20)) as database, database:
            created, expires = database.execute("SELECT created, expires FROM session ORDER BY created DESC").fetchone()
            self.assertEqual(expires - created, 12 * 3600 * 1000)
            database.execute("UPDATE session SET expires = ? WHERE created = ?", (int(time.time() * 1000) - 1, created))
        self.assertEqual(anna.ask("GET", "/me").status, 401)

    def test_only_a_hash_is_kept(self):
        with contextlib.closing(sqlite3.connect(self.server.data + "/interlink.db", timeout=20)) as database:
            everything = "".join(str(row) for row in database.execute("SELECT * FROM session"))
        self.assertNotIn(self.anna.token, everything)
        self.assertGreaterEqual(len(self.anna.token), 43)  # 256 bits

    def test_a_new_password_and_a_disabled_account_end_all_sessions(self):
        bruno = [self.server.client("bruno@example.org", "a-long-password") for _ in range(2)]
        self.server.run("user", "password", "--data", self.server.data, "--email", "bruno@example.org", text="another-long-one\n")
        self.assertEqual([client.ask("GET", "/me").status for client in bruno], [401, 401])
        again = self.server.client("bruno@example.org", "another-long-one")
        self.assertEqual(again.ask("GET", "/me").status, 200)
        with contextlib.closing(sqlite3.connect(self.server.data + "/interlink.db", timeout=20)) as database, database:
            database.execute("UPDATE person SET disabled = 1 WHERE email = 'bruno@example.org'")
        self.assertEqual(again.ask("GET", "/me").status, 401)

    def test_https_has_a_stricter_cookie(self):
        server = interlink_test.Server(options=["--public-url", "https://town.example"])
        try:
            server.run("user", "add", "--data", server.data, "--email", "a@example.org", "--name", "A", text="a-long-password\n")
            answer = server.client().ask("POST", "/sessions", {"email": "a@example.org", "password": "a-long-password"})
            self.assertEqual(answer.status, 201)
            self.assertTrue(answer.headers["Set-Cookie"].startswith("__Host-interlink="))
            self.assertIn("Secure", answer.headers["Set-Cookie"])
            self.assertIn("max-age=", answer.headers["Strict-Transport-Security"])
            cookie = answer.headers["Set-Cookie"].split(";")[0]
            sent = dict(JSON, Cookie=cookie, Origin="https://town.example")
            self.assertEqual(server.client().raw("PATCH", "/api/v1/me", '{"name": "B"}', sent).status, 200)
            plain = "interlink=" + answer.json["token"]
            self.assertEqual(server.client().raw("GET", "/api/v1/me", headers={"Cookie": plain}).status, 401)
        finally:
            server.stop()


if __name__ == "__main__":
    unittest.main()
