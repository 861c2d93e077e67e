#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""What bad input gets: a clear sentence, the right status, nothing changed, and an id that stands in the log."""
import json
import unittest
import uuid

import interlink_test

JSON = {"Content-Type": "application/json"}


class Errors(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = interlink_test.Server()
        cls.anna = cls.server.client("anna@example.org", "a-long-password", admin=True)
        cls.bruno = cls.server.client("bruno@example.org", "another-password")
        cls.visitor = cls.server.client()
        cls.guide = cls.server.a_guide(cls.visitor)
        cls.process = cls.anna.post("/processes", {"name": "Park", "language": "en", "guide": cls.guide})["id"]
        tree = cls.anna.get(f"/processes/{cls.process}/tree")["nodes"]
        cls.phase = tree[0]["id"]
        cls.task = tree[0]["children"][0]["children"][0]["id"]

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def assert_problem(self, answer, status, code=None):
        self.assertEqual(answer.status, status, answer.body)
        self.assertEqual(answer.headers["Content-Type"], "application/problem+json")
        problem = answer.json
        self.assertEqual(problem["status"], status)
        for member in ("type", "title", "detail", "code", "instance", "id"):
            self.assertTrue(problem[member], member)
        self.assertTrue(problem["detail"].rstrip().endswith((".", "?", "!")), problem["detail"])
        self.assertIn(problem["id"], self.server.log())
        if code:
            self.assertEqual(problem["code"], code)
        return problem

    def test_malformed_json(self):
        answer = self.anna.raw("POST", "/api/v1/processes", '{"name": "x",\n  oops}', JSON)
        problem = self.assert_problem(answer, 400)
        self.assertIn("line 2", problem["detail"])
        for body in ("", "{", "nul", '{"name": "a", "name": "b"}', '"\\ud800"', "[" * 5000, b"\xff\xfe"):
            with self.subTest(body=body[:20]):
                self.assert_problem(self.anna.raw("POST", "/api/v1/processes", body, JSON), 400)

    def test_wrong_kind_of_body(self):
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
            self.assert_problem(self.anna.raw("POST", "/api/v1/processes", '{"name": "x"}', {"Content-Type": kind}), 415)

    def test_each_fault_has_its_pointer(self):
        answer = self.anna.ask("POST", "/processes", {"name": 7, "language": "xx", "colour": "red"})
        problem = self.assert_problem(answer, 422)
        places = {e["pointer"]: e for e in problem["errors"]}
        self.assertEqual(set(places), {"/name", "/language", "/colour"})
        for error in places.values():
            self.assertTrue(error["detail"] and error["code"])
        problem = self.assert_problem(self.anna.ask("POST", "/processes", {"name": "   "}), 422)
        self.assertEqual(problem["errors"][0]["pointer"], "/name")
        problem = self.assert_problem(self.anna.ask("POST", "/processes", [1]), 422)
        self.assertEqual(problem["errors"][0]["pointer"], "")

    def test_query(self):
        for query, pointer in (("limit=0", "query/limit"), ("limit=101", "query/limit"), ("limit=x", "query/limit"),
                               ("colour=red", "query/colour"), ("kind=toy", "query/kind"), ("search=a&search=b", "query/search")):
            with self.subTest(query):
                problem = self.assert_problem(self.visitor.ask("GET", "/interlinkers?" + query), 422)
                self.assertEqual(problem["errors"][0]["pointer"], pointer)
        self.assert_problem(self.visitor.ask("GET", "/interlinkers?search=%ff"), 400)

    def test_too_large(self):
        large = json.dumps({"name": "x" * 70000})
        self.assert_problem(self.anna.raw("POST", "/api/v1/processes", large, JSON), 413, "body.too_large")

    def test_nobody_learns_what_exists(self):
        """An id that exists gets a stranger the same answer as one that does not."""
        unknown = str(uuid.uuid4())
        for path, there in (("/processes/{}", self.process), ("/processes/{}/tree", self.process), ("/nodes/{}", self.task),
                            ("/nodes/{}/assets", self.task), ("/nodes/{}/recommendations", self.task)):
            with self.subTest(path):
                known = self.assert_problem(self.bruno.ask("GET", path.format(there)), 404)
                other = self.assert_problem(self.bruno.ask("GET", path.format(unknown)), 404)
                self.assertEqual((known["code"], known["detail"]), (other["code"], other["detail"]))
                self.assert_problem(self.visitor.ask("GET", path.format(there)), 401)
        for odd in ("x", "%20", "..%3B", "a" * 3000, "%C3%A9"):
            self.assert_problem(self.anna.ask("GET", f"/processes/{odd}"), 404)
        self.assert_problem(self.visitor.ask("GET", "/interlinkers/no-such-thing"), 404)
        self.assert_problem(self.visitor.ask("GET", "/no-such-path"), 404)

    def test_no_right(self):
        carla = self.server.client("carla@example.org", "password-of-carla")
        self.anna.post(f"/processes/{self.process}/members", {"email": "carla@example.org", "role": "viewer"})
        before = self.anna.get(f"/nodes/{self.task}")
        self.assert_problem(carla.ask("PATCH", f"/nodes/{self.task}", {"status": "finished"}), 403)
        self.assert_problem(carla.ask("PATCH", f"/processes/{self.process}", {"name": "Mine"}), 403)
        self.assert_problem(carla.ask("POST", f"/processes/{self.process}/members",
                                      {"email": "d@example.org", "role": "viewer"}), 403)
        self.assert_problem(carla.ask("POST", "/usage", {"node": self.task, "action": "x.y"}), 403)
        self.assert_problem(carla.ask("GET", "/plugins"), 403)
        self.assert_problem(carla.ask("GET", "/usage"), 403)
        self.assertEqual(self.anna.get(f"/nodes/{self.task}"), before)

    def test_conflict_names_the_current_version(self):
        node = self.anna.get(f"/nodes/{self.task}")
        changed = self.anna.patch(f"/nodes/{self.task}", {"status": "in_progress", "version": node["version"]})
        answer = self.anna.ask("PATCH", f"/nodes/{self.task}", {"status": "finished", "version": node["version"]})
        problem = self.assert_problem(answer, 409)
        self.assertEqual(problem["version"], changed["version"])
        self.assertEqual(self.anna.get(f"/nodes/{self.task}")["status"], "in_progress")
        answer = self.anna.ask("PATCH", f"/nodes/{self.task}", {"status": "finished"}, {"If-Match": f'"{node["version"]}"'})
        self.assert_problem(answer, 409)

    def test_rules_of_the_nouns(self):
        self.assert_problem(self.anna.ask("PATCH", f"/nodes/{self.phase}", {"status": "finished"}), 422, "node.rolls_up")
        for dates in ({"start": "2026-05-02", "end": "2026-05-01"}, {"start": "2026-02-30"}, {"start": "soon"}):
            with self.subTest(dates):
                self.assert_problem(self.anna.ask("PATCH", f"/nodes/{self.task}", dates), 422)

    def test_methods(self):
        answer = self.anna.ask("PUT", "/me")
        self.assert_problem(answer, 405)
        self.assertEqual(answer.headers["Allow"], "GET, HEAD, PATCH")
        self.assert_problem(self.anna.ask("POST", "/openapi.json", {}), 405)
        self.assertEqual(self.visitor.raw("DELETE", "/healthz").status, 405)

    def test_people_get_pages(self):
        answer = self.visitor.raw("GET", "/view/nonsense/", headers={"Accept-Language": "de"})
        self.assertEqual(answer.status, 404)
        self.assertTrue(answer.headers["Content-Type"].startswith("text/html"))
        page = answer.body.decode()
        self.assertIn('lang="de"', page)
        self.assertIn(answer.headers["X-Request-Id"], page)
        self.assertIn(answer.headers["X-Request-Id"], self.server.log())


if __name__ == "__main__":
    unittest.main()
