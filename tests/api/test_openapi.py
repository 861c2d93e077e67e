#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""The document of the API and the API say the same: every operation is asked, every answer fits its schema."""
import json
import re
import unittest

import interlink_test

TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}


class Document:
    def __init__(self, document):
        self.document = document
        self.operations = {o["operationId"]: (method.upper(), path, o) for path, methods in document["paths"].items()
                           for method, o in methods.items()}

    def resolve(self, value):
        while "$ref" in value:
            target = self.document
            for part in value["$ref"][2:].split("/"):
                target = target[part]
            value = target
        return value

    def faults(self, schema, value, at=""):
        """Where `value` breaks `schema`, or has members that it does not name."""
        schema = self.resolve(schema)
        wanted = schema.get("type", [])
        wanted = [wanted] if isinstance(wanted, str) else wanted
        if wanted and not any(self.is_of(value, t) for t in wanted):
            return [f"{at or '/'}: {json.dumps(value)[:60]} is no {' or '.join(wanted)}"]
        found = []
        if "enum" in schema and value not in schema["enum"]:
            found.append(f"{at}: {value!r} is none of {schema['enum']}")
        if isinstance(value, dict):
            members = schema.get("properties", {})
            found += [f"{at}/{name}: is missing" for name in schema.get("required", []) if name not in value]
            for name, part in value.items():
                if name in members:
                    found += self.faults(members[name], part, f"{at}/{name}")
                elif isinstance(schema.get("additionalProperties"), dict):
                    found += self.faults(schema["additionalProperties"], part, f"{at}/{name}")
                elif members:
                    found.append(f"{at}/{name}: is not in the document")
        if isinstance(value, list):
            for i, part in enumerate(value):
                found += self.faults(schema.get("items", {}), part, f"{at}/{i}")
        if isinstance(value, str) and schema.get("format") == "date-time":
            if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", value):
                found.append(f"{at}: {value} is no time")
        return found

    @staticmethod
    def is_of(value, name):
        if name == "integer":
            return isinstance(value, int) and not isinstance(value, bool)
        if name == "number":
            return isinstance(value, (int, float)) and not isinstance(value, bool)
        return isinstance(value, TYPES[name])


class OpenApi(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        catalogue = interlink_test.CATALOGUE
        cls.server = interlink_test.Server(options=["--dev"], catalogue=catalogue if catalogue.is_dir() else None)
        cls.visitor = cls.server.client()
        cls.anna = cls.server.client("anna@example.org", "a-long-password", admin=True)
        cls.guide = cls.server.a_guide(cls.visitor)
        cls.document = Document(cls.visitor.get("/openapi.json"))
        cls.asked = set()

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def ask(self, name, id="", query="", body=None, client=None, status=None):
        method, path, operation = self.document.operations[name]
        answer = (client or self.anna).ask(method, path.replace("{id}", id) + query, body)
        self.asked.add(name)
        success = next(code for code in operation["responses"] if code.startswith("2"))
        self.assertEqual(answer.status, status or int(success), f"{name}: {answer.body[:500]}")
        response = self.document.resolve(operation["responses"].get(str(answer.status), operation["responses"]["default"]))
        if "content" not in response:
            self.assertEqual(answer.body, b"")
            return None
        kind = answer.headers["Content-Type"].split(";")[0]
        self.assertIn(kind, response["content"], name)
        if kind not in ("application/json", "application/problem+json"):
            return answer.body
        self.assertEqual(self.document.faults(response["content"][kind]["schema"], answer.json), [], name)
        return answer.json

    def test_answers_are_as_the_document_says(self):
        bruno = self.server.client("bruno@example.org", "another-password")
        self.ask("openapi.get", client=self.visitor)
        for kind in ("plugin", "template", "link"):
            items = self.ask("interlinkers.list", query=f"?kind={kind}&limit=100", client=self.visitor)["items"]
            for item in items:
                self.ask("interlinkers.get", item["id"], client=self.visitor)
        self.ask("interlinkers.list", query="?search=survey&lang=it", client=self.visitor)
        self.ask("problem_profiles.list", client=self.visitor)
        for guide in self.ask("guides.list", client=self.visitor)["items"]:
            self.ask("guides.get", guide["id"], client=self.visitor)
        self.ask("me.get")
        self.ask("me.update", body={"kind": "official"})
        self.ask("sessions.create", body={"email": "bruno@example.org", "password": "another-password"}, client=self.visitor)
        process = self.ask("processes.create", body={"name": "Park", "guide": self.guide, "description": "Trees"})["id"]
        self.ask("processes.update", process, body={"name": "Park 2"})
        self.ask("members.add", process, body={"email": "bruno@example.org", "role": "contributor"})
        invited = self.ask("members.add", process, body={"email": "new@example.org", "role": "viewer"})
        self.ask("processes.get", process)
        self.ask("processes.list")
        token = invited["invitation"]["url"].split("token=")[1]
        self.ask("invitations.get", query=f"?token={token}", client=self.visitor)
        self.ask("invitations.accept", body={"token": token, "name": "New", "password": "a-new-password"}, client=self.visitor)
        task = self.a_task(self.ask("processes.tree", process)["nodes"])
        self.ask("nodes.get", task)
        self.ask("nodes.update", task, body={"status": "in_progress", "start": "2026-05-01", "end": "2026-05-31T10:00:00Z"})
        self.ask("nodes.update", task, body={"end": None})
        self.ask("nodes.recommendations", task)
        asset = self.ask("assets.create", task, body={"interlinker": "poll", "name": "When?", "params": {
            "question": "Which day?", "options": ["Saturday", "Sunday"]}})["id"]
        template = self.visitor.get("/interlinkers?kind=template")["items"]
        for item in [i for i in template if not i["missing"]][:1] + self.visitor.get("/interlinkers?kind=link")["items"][:1]:
            other = self.ask("assets.create", task, body={"interlinker": item["id"]})["id"]
            self.ask("views.create", other, body={"capability": "view"})
        self.ask("assets.list", task)
        self.ask("assets.get", asset, client=bruno)
        self.ask("assets.update", asset, body={"name": "When is it?"})
        self.ask("views.create", asset, body={"capability": "edit"})
        self.ask("assets.delete", self.ask("assets.clone", asset, body={})["id"])
        self.ask("usage.create", body={"asset": asset, "action": "counted.trees", "data": {"trees": 7}})
        self.ask("usage.list", query=f"?process={process}")
        self.ask("usage.list", query="?limit=2")
        self.ask("usage.export", query="?format=jsonl")
        self.ask("usage.export", query="?format=csv")
        found = self.ask("notifications.list", client=bruno)
        self.assertTrue(found["items"])
        self.ask("notifications.read", body={"ids": [found["items"][0]["id"]]}, client=bruno)
        self.ask("notifications.read", body={"all": True}, client=bruno)
        self.ask("plugins.list")
        self.ask("plugins.update", "poll", body={"enabled": True})
        for version in ("1.0.0", "1.1.0"):
            package = self.bring(version)
            self.ask("packages.list")
            self.ask("packages.get", "brought")
            self.ask("packages.check", "brought")
            seen = {"version": package["version"], "sha256": package["sha256"], "granted": ["documents"]}
            self.ask("packages.accept", "brought", body=seen)
            self.ask("plugins.list")
        self.ask("plugins.permit", "brought", body={"permission": "documents", "granted": False})
        self.ask("plugins.roll_back", "brought", body={"version": "1.1.0"})
        self.bring("1.2.0")
        self.ask("packages.dismiss", "brought")
        self.ask("plugin_keys.update", body={"key": "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3", "trust": "trusted"})
        self.ask("plugin_keys.list")
        self.ask("machine.get")
        self.ask("machine.update", body={"jail_accepted": False})
        self.ask("processes.get", "unknown", status=404)
        self.ask("processes.create", body={}, status=422)
        self.ask("plugins.list", client=bruno, status=403)
        self.ask("me.get", client=self.visitor, status=401)
        self.ask("sessions.delete", client=bruno)
        # The live stream does not end; test_http.py listens to it.
        self.assertEqual(set(self.document.operations) - self.asked, {"events.stream"})

    def bring(self, version):
        body, headers = interlink_test.multipart({"package": ("a", interlink_test.package("brought", version))})
        answer = self.anna.raw("POST", "/api/v1/packages", body, headers)
        self.assertEqual(answer.status, 201, answer.body)
        self.asked.add("packages.create")
        schema = self.document.operations["packages.create"][2]["responses"]["201"]["content"]["application/json"]["schema"]
        self.assertEqual(self.document.faults(schema, answer.json), [])
        return answer.json

    def a_task(self, nodes):
        for node in nodes:
            if node["kind"] == "task":
                return node["id"]
            found = self.a_task(node["children"])
            if found:
                return found
        return None

    def test_pages_of_lists_hold_everything_once(self):
        for path in ("/interlinkers", "/problem-profiles", "/guides"):
            whole = [i["id"] for i in self.visitor.pages(path + "?limit=100")]
            for limit in (1, 7):
                parts = [i["id"] for i in self.visitor.pages(f"{path}?limit={limit}")]
                self.assertEqual(parts, whole)
            self.assertEqual(len(set(whole)), len(whole))

    def test_changes_need_somebody(self):
        """Every operation that is not open to everybody refuses a visitor, whatever is sent."""
        for name, (method, path, operation) in self.document.operations.items():
            if operation["x-access"] != "anonymous":
                with self.subTest(name):
                    answer = self.visitor.ask(method, path.replace("{id}", "x"), {} if "requestBody" in operation else None)
                    self.assertEqual(answer.status, 401)

    def test_every_text_of_the_document_is_there(self):
        for name, (_, _, operation) in self.document.operations.items():
            self.assertTrue(operation["summary"], name)
            self.assertTrue(operation["tags"], name)
            for parameter in operation["parameters"]:
                self.assertTrue(self.document.resolve(parameter)["description"], name)
        for name, schema in self.document.document["components"]["schemas"].items():
            self.assertTrue(schema["description"], name)


if __name__ == "__main__":
    unittest.main()
