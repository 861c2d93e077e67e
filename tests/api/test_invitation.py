#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Links that open once: the one for the first administrator, and those to a project."""
import re
import unittest

import interlink_test


class FirstAdministrator(unittest.TestCase):
    def setUp(self):
        self.server = interlink_test.Server()
        self.addCleanup(self.server.stop)
        self.visitor = self.server.client()

    def token(self):
        links = re.findall(r"(http://\S+)/invitation\?token=(\S+)", self.server.log())
        self.assertTrue(links, self.server.log())
        self.assertEqual(links[-1][0], f"http://127.0.0.1:{self.server.port}")
        return links[-1][1]

    def accept(self, token, **members):
        return self.visitor.ask("POST", "/invitations/accept", dict({
            "token": token, "email": "root@example.org", "name": "Root", "password": "a-long-password"}, **members))

    def test_the_link_works_once(self):
        token = self.token()
        self.assertEqual(self.visitor.get(f"/invitations?token={token}"),
                         {"kind": "administrator", "email": None, "process_name": None})
        for members, pointer in (({"password": "short"}, "/password"), ({"email": "nonsense"}, "/email"), ({"name": "  "}, "/name")):
            answer = self.accept(token, **members)
            self.assertEqual(answer.status, 422, answer.body)
            self.assertEqual(answer.json["errors"][0]["pointer"], pointer)
        made = self.accept(token)
        self.assertEqual(made.status, 201, made.body)
        self.assertTrue(made.json["person"]["admin"])
        self.assertIn("interlink=", made.headers["Set-Cookie"])
        client = interlink_test.Client(self.server.port, made.json["token"])
        self.assertEqual(client.ask("GET", "/plugins").status, 200)
        self.assertEqual(self.accept(token, email="second@example.org").status, 404)
        self.assertEqual(self.visitor.ask("GET", f"/invitations?token={token}").status, 404)
        # And there is no new link, now or after the next start.
        begin = len(self.server.log())
        self.assertEqual(self.server.stop_process(), 0)
        self.server.restart()
        self.assertNotIn("invitation?token", self.server.log()[begin:])

    def test_page_of_the_link(self):
        page = self.visitor.raw("GET", f"/invitation?token={self.token()}")
        self.assertEqual(page.status, 200)
        self.assertIn(b'type="password"', page.body)
        self.assertIn(page.headers["Referrer-Policy"], ("no-referrer", "same-origin", "strict-origin-when-cross-origin"))
        self.assertEqual(self.visitor.raw("GET", "/invitation?token=nonsense").status, 404)

    def test_only_the_last_link_opens(self):
        first = self.token()
        self.assertEqual(self.server.stop_process(), 0)
        self.server.restart()
        second = self.token()
        self.assertNotEqual(first, second)
        self.assertEqual(self.accept(first).status, 404)
        self.assertEqual(self.accept(second).status, 201)

    def test_an_account_made_by_command_ends_it(self):
        token = self.token()
        admin = self.server.client("anna@example.org", "a-long-password", admin=True)
        self.assertTrue(admin.get("/me")["admin"])
        self.assertEqual(self.accept(token).status, 404)

    def test_nonsense(self):
        for token in ("x", "A" * 43, self.token()[:-1], self.token() + "A", "%00"):
            self.assertIn(self.visitor.ask("GET", f"/invitations?token={token}").status, (400, 404), token)
        self.assertEqual(self.visitor.ask("GET", "/invitations").status, 422)
        # No e-mail and password open a folder where nobody has an account.
        for email, password in (("admin", "admin"), ("root@localhost", ""), ("admin@example.org", "password")):
            answer = self.visitor.ask("POST", "/sessions", {"email": email, "password": password})
            self.assertIn(answer.status, (401, 422))


class ToAProject(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = interlink_test.Server()
        cls.anna = cls.server.client("anna@example.org", "a-long-password")
        cls.visitor = cls.server.client()
        cls.process = cls.anna.post("/processes", {"name": "A park", "guide": cls.server.a_guide(cls.visitor)})["id"]

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def invite(self, email, role="contributor"):
        made = self.anna.post(f"/processes/{self.process}/members", {"email": email, "role": role})
        self.assertEqual((made["status"], made["person"], made["role"]), ("invited", None, role))
        return made["invitation"]["url"].split("token=")[1]

    def role(self, email):
        members = self.anna.get(f"/processes/{self.process}")["members"]
        return next((m["role"] for m in members if m.get("email") == email or m["name"] == email), None)

    def test_somebody_new(self):
        token = self.invite("new@example.org")
        invited = [m for m in self.anna.get(f"/processes/{self.process}")["members"] if m.get("invited")]
        self.assertIn("new@example.org", [m["email"] for m in invited])
        self.assertEqual(self.visitor.get(f"/invitations?token={token}"),
                         {"kind": "member", "email": "new@example.org", "process_name": "A park"})
        answer = self.visitor.ask("POST", "/invitations/accept", {"token": token, "name": "New", "password": "password-of-new"})
        self.assertEqual(answer.status, 201, answer.body)
        client = interlink_test.Client(self.server.port, answer.json["token"])
        self.assertEqual(client.get(f"/processes/{self.process}")["role"], "contributor")
        self.assertFalse(answer.json["person"]["admin"])
        self.assertEqual(answer.json["person"]["email"], "new@example.org")
        again = self.visitor.ask("POST", "/invitations/accept", {"token": token, "name": "Thief", "password": "password-of-thief"})
        self.assertEqual(again.status, 404)
        self.assertEqual(self.server.client("new@example.org", "password-of-new").get("/me")["name"], "New")

    def test_somebody_who_had_an_account_meanwhile(self):
        token = self.invite("later@example.org", "viewer")
        later = self.server.client("later@example.org", "password-of-later")
        answer = later.ask("POST", "/invitations/accept", {"token": token})
        self.assertEqual(answer.status, 201, answer.body)
        # With more rights comes a new session.
        self.assertEqual(later.ask("GET", "/me").status, 401)
        later = interlink_test.Client(self.server.port, answer.json["token"])
        self.assertEqual(later.get(f"/processes/{self.process}")["role"], "viewer")

    def test_not_for_somebody_else(self):
        token = self.invite("right@example.org")
        wrong = self.server.client("wrong@example.org", "password-of-wrong")
        self.assertEqual(wrong.ask("POST", "/invitations/accept", {"token": token}).status, 403)
        self.assertEqual(wrong.ask("GET", f"/processes/{self.process}").status, 404)
        # An account under another address cannot be made from it either.
        answer = self.visitor.ask("POST", "/invitations/accept", {
            "token": token, "email": "wrong2@example.org", "name": "Wrong", "password": "password-of-wrong"})
        if answer.status == 201:
            self.assertEqual(answer.json["person"]["email"], "right@example.org")
        else:
            self.assertEqual(answer.status, 422)

    def test_known_people_are_added_at_once(self):
        known = self.server.client("known@example.org", "password-of-known")
        made = self.anna.post(f"/processes/{self.process}/members", {"email": "Known@Example.org", "role": "viewer"})
        self.assertEqual((made["status"], made["invitation"]), ("added", None))
        self.assertEqual(known.get(f"/processes/{self.process}")["role"], "viewer")
        changed = self.anna.post(f"/processes/{self.process}/members", {"email": "known@example.org", "role": "contributor"})
        self.assertEqual(changed["role"], "contributor")
        self.assertEqual(known.get(f"/processes/{self.process}")["role"], "contributor")
        self.assertTrue(known.get("/notifications")["items"])

    def test_a_project_keeps_an_administrator(self):
        answer = self.anna.ask("POST", f"/processes/{self.process}/members", {"email": "anna@example.org", "role": "viewer"})
        self.assertIn(answer.status, (409, 422), answer.body)
        self.assertEqual(self.anna.get(f"/processes/{self.process}")["role"], "administrator")

    def test_bad_input(self):
        for body in ({"email": "nonsense", "role": "viewer"}, {"email": "a@example.org", "role": "king"}, {"role": "viewer"},
                     {"email": "a@example.org"}, {"email": "a b@example.org", "role": "viewer"}):
            self.assertEqual(self.anna.ask("POST", f"/processes/{self.process}/members", body).status, 422, body)


if __name__ == "__main__":
    unittest.main()
