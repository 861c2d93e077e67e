#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""What bad input gets, for every member of every body and every parameter. Made from openapi.json, so a new operation,
member or parameter is tried without a line here."""
import json
import pathlib
import socket
import subprocess
import tempfile
import unittest
import uuid

import interlink_test

JSON = {"Content-Type": "application/json"}
# One of another type for each type; null fits none of them but itself.
OTHERS = {"object": [1], "array": {"a": 1}, "string": 7, "boolean": "true", "number": "1", "integer": 1.5, "null": 1}


def offer_package(client, folder):
    """Sends a package that waits for a decision; gives its id and its author's key."""
    def interlink(*words):
        subprocess.run([interlink_test.build_folder() / "interlink", "plugin", *words], cwd=folder, check=True,
                       capture_output=True)

    interlink("keygen", "--no-password", "anna")
    interlink("pack", "--output", "a.interlinker", interlink_test.ROOT / "examples/hello-lua")
    interlink("sign", "--key", "anna.key", "a.interlinker")
    body, headers = interlink_test.multipart({name: (file, (folder / file).read_bytes()) for name, file in
                                              (("package", "a.interlinker"), ("signature", "a.interlinker.minisig"))})
    answer = client.raw("POST", "/api/v1/packages", body, headers)
    assert answer.status == 201, answer.body
    return answer.json["id"], (folder / "anna.pub").read_text()


class Input(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with tempfile.TemporaryDirectory(prefix="interlink-test-") as folder:
            cls.server = interlink_test.Server(catalogue=interlink_test.small_catalogue(pathlib.Path(folder)))
        cls.addClassCleanup(cls.server.stop)
        cls.anna = cls.server.client("anna@example.org", "a-long-password", admin=True)
        with tempfile.TemporaryDirectory(prefix="interlink-test-") as folder:
            cls.package, cls.key = offer_package(cls.anna, pathlib.Path(folder))
        cls.document = cls.server.client().get("/openapi.json")
        cls.operations = {about["operationId"]: (method.upper(), path, about)
                          for path, methods in cls.document["paths"].items() for method, about in methods.items()}
        cls.process = cls.anna.post("/processes", {"name": "Park", "guide": "small"})["id"]
        cls.task = cls.anna.get(f"/processes/{cls.process}/tree")["nodes"][0]["children"][0]["children"][0]["id"]
        cls.poll = cls.anna.post(f"/nodes/{cls.task}/assets", {
            "interlinker": "poll", "params": {"question": "Which day?", "options": ["Saturday", "Sunday"]}})["id"]

    def invitation(self):
        made = self.anna.post(f"/processes/{self.process}/members", {"email": f"{uuid.uuid4().hex}@example.org", "role": "viewer"})
        return made["invitation"]["url"].split("token=")[1]

    def where(self, operation, path):
        ids = {"interlinkers": "poll", "guides": "small", "plugins": "poll", "processes": self.process, "nodes": self.task,
               "assets": self.poll, "packages": self.package}
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
            "plugins.roll_back": {"version": "1.0.0"},
            "plugins.permit": {"permission": "notify", "granted": False},
            "packages.accept": {"version": "1.0.0", "sha256": "0" * 64, "granted": [], "new_key": False},
            "plugin_keys.update": {"key": self.key, "trust": "none", "name": "Nobody"},
            "machine.update": {"jail_accepted": False},
        }.get(operation)

    def refused(self, answer, status, pointer=None):
        self.assertEqual(answer.status, status, answer.body)
        self.assertEqual((answer.json["status"], answer.headers["X-Request-Id"]), (status, answer.json["id"]))
        if pointer is not None:
            self.assertIn(pointer, [e["pointer"] for e in answer.json["errors"]])

    def bodies(self):
        for operation, (method, path, about) in self.operations.items():
            content = about.get("requestBody", {"content": {}})["content"]
            if "application/json" in content:  # forms with files have tests of their own
                schema = content["application/json"]["schema"]
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

    def parameter(self, given):
        return self.document["components"]["parameters"][given["$ref"].rsplit("/", 1)[1]] if "$ref" in given else given

    def test_every_parameter_is_checked(self):
        for operation, (method, path, about) in self.operations.items():
            if method != "GET" or operation == "events.stream":
                continue
            start = self.where(operation, path)
            start += "&" if "?" in start else "?"
            for parameter in map(self.parameter, about["parameters"]):
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
