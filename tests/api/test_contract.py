#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""The program keeps what openapi.json promises: every answer fits its schema, and every member of every body is checked.

Made from the document, so a new operation, member or parameter is tried without a line here.
"""
import json
import pathlib
import re
import socket
import tempfile
import unittest
import uuid

import interlink_test

JSON = {"Content-Type": "application/json"}
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None), "number": (int, float), "integer": int}
# One of another type for each type; null fits none of them but itself.
OTHERS = {"object": [1], "array": {"a": 1}, "string": 7, "boolean": "true", "number": "1", "integer": 1.5, "null": 1}


class Document:
    def __init__(self, value):
        self.value = value

    def follow(self, schema):
        while "$ref" in schema:
            at = self.value
            for part in schema["$ref"].removeprefix("#/").split("/"):
                at = at[part]
            schema = at
        return schema

    @staticmethod
    def is_type(value, name):
        if isinstance(value, bool):
            return name == "boolean"
        return isinstance(value, TYPES[name])

    def faults(self, schema, value, place=""):
        """What in `value` is not as the schema says, for the words that our document uses."""
        schema = self.follow(schema)
        types = schema.get("type", list(TYPES))
        types = [types] if isinstance(types, str) else types
        if not any(self.is_type(value, t) for t in types):
            yield f"{place}: {value!r} is no {types}"
            return
        if "enum" in schema and value not in schema["enum"]:
            yield f"{place}: {value!r} is none of {schema['enum']}"
        if "const" in schema and value != schema["const"]:
            yield f"{place}: {value!r} is not {schema['const']!r}"
        if schema.get("format") == "date-time" and isinstance(value, str):
            if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", value):
                yield f"{place}: {value!r} is no RFC 3339 time in UTC"
        if isinstance(value, dict):
            known = schema.get("properties", {})
            for name in schema.get("required", []):
                if name not in value:
                    yield f"{place}: {name} is missing"
            for name, member in value.items():
                if name in known:
                    yield from self.faults(known[name], member, f"{place}/{name}")
                elif isinstance(schema.get("additionalProperties"), dict):
                    yield from self.faults(schema["additionalProperties"], member, f"{place}/{name}")
                elif known and "additionalProperties" not in schema:
                    yield f"{place}: {name} is not in the document"
        if isinstance(value, list) and "items" in schema:
            for i, item in enumerate(value):
                yield from self.faults(schema["items"], item, f"{place}/{i}")


class Contract(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with tempfile.TemporaryDirectory(prefix="interlink-test-") as folder:
            cls.server = interlink_test.Server(catalogue=interlink_test.small_catalogue(pathlib.Path(folder)))
        cls.addClassCleanup(cls.server.stop)
        cls.anna = cls.server.client("anna@example.org", "a-long-password", admin=True)
        cls.visitor = cls.server.client()
        cls.document = Document(cls.visitor.get("/openapi.json"))
        cls.operations = {about["operationId"]: (method.upper(), path, about)
                          for path, methods in cls.document.value["paths"].items() for method, about in methods.items()}
        cls.process = cls.anna.post("/processes", {"name": "Park", "guide": "small"})["id"]
        cls.task = cls.anna.get(f"/processes/{cls.process}/tree")["nodes"][0]["children"][0]["children"][0]["id"]
        cls.poll = cls.anna.post(f"/nodes/{cls.task}/assets", {
            "interlinker": "poll", "params": {"question": "Which day?", "options": ["Saturday", "Sunday"]}})["id"]
        cls.plan = cls.anna.post(f"/nodes/{cls.task}/assets", {"interlinker": "plan", "name": "A plan"})["id"]
        bruno = cls.server.client("bruno@example.org", "another-password")
        cls.anna.post(f"/processes/{cls.process}/members", {"email": "bruno@example.org", "role": "contributor"})
        bruno.post(f"/nodes/{cls.task}/assets", {"interlinker": "site", "name": "So that Anna is told of something"})

    def invitation(self):
        made = self.anna.post(f"/processes/{self.process}/members", {"email": f"{uuid.uuid4().hex}@example.org", "role": "viewer"})
        return made["invitation"]["url"].split("token=")[1]

    def where(self, operation, path):
        ids = {"interlinkers": "poll", "guides": "small", "plugins": "poll", "processes": self.process, "nodes": self.task,
               "assets": self.poll}
        path = path.replace("{id}", ids.get(path.split("/")[1], ""))
        return path + {"invitations.get": lambda: "?token=" + self.invitation(),
                       "usage.list": lambda: f"?process={self.process}",
                       "usage.export": lambda: f"?process={self.process}&format=jsonl"}.get(operation, str)()

    def body(self, operation):
        return {
            "sessions.create": {"email": "anna@example.org", "password": "a-long-password"},
            "me.update": {"language": "en", "name": "Anna", "kind": "official"},
            "processes.create": {"name": "New", "language": "it", "guide": "small", "description": "Why."},
            "processes.update": {"description": "Changed.", "name": "Park", "status": "in_progress", "language": "en"},
            "members.add": {"email": f"{uuid.uuid4().hex}@example.org", "role": "viewer"},
            "invitations.accept": {"token": "x", "name": "New", "password": "a-long-password", "language": "de",
                                   "email": "x@example.org"},
            "nodes.update": {"status": "in_progress", "start": "2026-01-01", "end": None, "name": "Do it"},
            "assets.create": {"interlinker": "site", "name": "Another", "params": {}},
            "assets.update": {"name": "Changed"},
            "assets.clone": {"name": "Copy"},
            "views.create": {"capability": "view"},
            "usage.create": {"process": self.process, "action": "test.done", "data": {"a": 1}},
            "notifications.read": {"all": True},
            "plugins.update": {"enabled": True},
        }.get(operation)

    def fits(self, answer, schema):
        self.assertEqual(list(self.document.faults(schema, answer.json)), [])

    def test_every_answer_fits_its_schema(self):
        """The read operations last, so that there is something of everything to read."""
        tried = set()
        for operation, (method, path, about) in sorted(self.operations.items(), key=lambda o: o[1][0] == "GET"):
            if operation in ("events.stream", "usage.export", "sessions.delete", "assets.delete"):
                continue  # a stream, a table, and two that leave nothing to look at
            with self.subTest(operation):
                body = self.body(operation)
                client = self.visitor if operation == "invitations.accept" else self.anna
                if operation == "invitations.accept":
                    body = {"token": self.invitation(), "name": "New", "password": "a-long-password"}
                answer = client.ask(method, self.where(operation, path), body)
                self.assertLess(answer.status, 300, answer.body)
                promised = about["responses"][str(answer.status)]
                self.fits(answer, promised["content"]["application/json"]["schema"])
                tried.add(operation)
        self.assertEqual(len(tried), len(self.operations) - 4)

    def test_more_answers(self):
        """Other kinds of the same thing: the members that are null for one are there for another."""
        for path, operation in ((f"/assets/{self.plan}", "assets.get"), ("/interlinkers/plan", "interlinkers.get"),
                                ("/interlinkers/site", "interlinkers.get"), ("/interlinkers/survey", "interlinkers.get"),
                                ("/processes", "processes.list"), ("/plugins?limit=1", "plugins.list"),
                                ("/interlinkers?limit=1", "interlinkers.list"), ("/usage", "usage.list"),
                                ("/notifications?unread=true", "notifications.list")):
            for language in ("en", "lv"):
                with self.subTest(path=path, language=language):
                    answer = self.anna.ask("GET", path + ("&" if "?" in path else "?") + "lang=" + language)
                    self.fits(answer, self.operations[operation][2]["responses"]["200"]["content"]["application/json"]["schema"])
        for line in self.anna.raw("GET", "/api/v1/usage/export?format=jsonl").body.splitlines():
            self.assertEqual(list(self.document.faults({"$ref": "#/components/schemas/UsageEvent"}, json.loads(line))), [])

    def refused(self, answer, status, pointer=None):
        self.assertEqual(answer.status, status, answer.body)
        self.fits(answer, {"$ref": "#/components/schemas/Problem"})
        if pointer is not None:
            self.assertIn(pointer, [e["pointer"] for e in answer.json["errors"]])

    def bodies(self):
        for operation, (method, path, about) in self.operations.items():
            if "requestBody" in about:
                schema = self.document.follow(about["requestBody"]["content"]["application/json"]["schema"])
                yield operation, method, self.where(operation, path), about, schema

    def test_every_member_of_every_body_is_checked(self):
        tried = 0
        for operation, method, path, about, schema in self.bodies():
            good = self.body(operation)
            for name, member in schema["properties"].items():
                types = member.get("type", "boolean")
                types = [types] if isinstance(types, str) else types
                wrong = [OTHERS[types[0]]] + ([None] if "null" not in types else [])
                if "enum" in member:
                    wrong.append("none of them")
                if "maxLength" in member and types[0] == "string":
                    wrong.append("x" * (member["maxLength"] + 1))
                if member.get("minLength", 0) > 0:
                    wrong.append("")
                for value in wrong:
                    with self.subTest(operation=operation, member=name, value=str(value)[:20]):
                        answer = self.anna.ask(method, path, dict(good, **{name: value}))
                        self.refused(answer, 422, f"/{name}")
                        tried += 1
            with self.subTest(operation=operation):
                self.refused(self.anna.ask(method, path, dict(good, surprise=1)), 422, "/surprise")
                self.refused(self.anna.ask(method, path, {**good, "a/b~c": 1}), 422, "/a~1b~0c")
                self.refused(self.anna.ask(method, path, [good]), 422, "")
                for name in schema.get("required", []):
                    self.refused(self.anna.ask(method, path, {k: v for k, v in good.items() if k != name}), 422, f"/{name}")
        self.assertGreater(tried, 60)

    def test_every_body_that_is_no_json(self):
        for operation, method, path, about, _ in self.bodies():
            for body, said in (('{"a": }', "line 1"), ('{\n "a": 1,\n}', "line 3"), ('{"a": "\x01"}', "line 1"), ("{} {}", "line 1"),
                               ('{"a": 1e999}', ""), ("\ufeff{}", ""), ('{"a": NaN}', "line 1")):
                with self.subTest(operation=operation, body=body):
                    answer = self.anna.raw(method, "/api/v1" + path, body.encode(), JSON)
                    self.refused(answer, 400)
                    self.assertIn(said, answer.json["detail"])
            if about["requestBody"].get("required", False):
                with self.subTest(operation=operation, body="none"):
                    self.refused(self.anna.raw(method, "/api/v1" + path, "", JSON), 400)

    def test_every_body_that_is_too_large_is_refused_unread(self):
        """Only the headers are sent: the answer comes although no byte of the body ever does."""
        for operation, method, path, about, _ in self.bodies():
            limit = about.get("x-body-limit", 65536)
            with self.subTest(operation), socket.create_connection(("127.0.0.1", self.server.port), timeout=10) as line:
                line.sendall((f"{method} /api/v1{path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {self.anna.token}\r\n"
                              f"Content-Type: application/json\r\nContent-Length: {limit + 1}\r\n\r\n").encode())
                self.assertIn(b" 413 ", line.makefile("rb").readline())
        # A body of just the limit is read.
        body = json.dumps({"name": "x"})
        answer = self.anna.raw("POST", "/api/v1/processes", body + " " * (65536 - len(body)), JSON)
        self.assertEqual(answer.status, 201, answer.body)

    def test_every_parameter_is_checked(self):
        for operation, (method, path, about) in self.operations.items():
            if method != "GET" or operation == "events.stream":
                continue
            start = self.where(operation, path)
            start += "&" if "?" in start else "?"
            for parameter in (self.document.follow(p) for p in about["parameters"]):
                if parameter["in"] != "query" or parameter["name"] == "token":
                    continue
                schema = parameter["schema"]
                wrong = {"integer": ["0", "-1", "1.5", "x", "9" * 30, ""], "boolean": ["yes", "2", ""]}.get(schema["type"], [])
                if "enum" in schema:
                    wrong.append("none-of-them")
                if "maxLength" in schema:
                    wrong.append("x" * (schema["maxLength"] + 1))
                for value in wrong:
                    with self.subTest(operation=operation, parameter=parameter["name"], value=value[:20]):
                        if parameter["name"] in start:
                            continue  # it is given already; twice is another fault
                        self.refused(self.anna.ask(method, f"{start}{parameter['name']}={value}"), 422, f"query/{parameter['name']}")
            with self.subTest(operation=operation):
                self.refused(self.anna.ask(method, start + "surprise=1"), 422, "query/surprise")
                self.refused(self.anna.ask(method, start + "x=%ff"), 400)


if __name__ == "__main__":
    unittest.main()
