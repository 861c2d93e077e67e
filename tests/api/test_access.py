#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Who may do what: every operation of openapi.json, asked by every kind of person, on one's own object, on somebody
else's, and on one that does not exist. What is not said here fails, so a new operation needs a line here."""
import http.client
import json
import pathlib
import tempfile
import unittest
import uuid

import interlink_test

ROLES = ("anonymous", "stranger", "viewer", "contributor", "administrator", "site admin")
MEMBERS = ("viewer", "contributor", "administrator")
OK = "2xx"

# For each rule of x-access: who gets through on an object of the project that the members are members of. Everybody else
# gets 401 (nobody signed in), 403 (may see it, may not do this) or 404 (may not know of it).
ALLOWED = {
    "anonymous": ROLES,
    "user": ROLES[1:],
    "site.admin": ("site admin",),
    "process.view": MEMBERS, "node.view": MEMBERS, "asset.view": MEMBERS,
    "process.contribute": MEMBERS[1:], "node.contribute": MEMBERS[1:], "asset.contribute": MEMBERS[1:],
    "process.admin": MEMBERS[2:], "node.manage": MEMBERS[2:], "asset.manage": MEMBERS[2:],
}


def expected(rule, role, place):
    about_object = "." in rule and not rule.startswith("site.")
    if rule == "anonymous":
        return OK
    if role == "anonymous":
        return 401
    if about_object and (place != "own" or role not in MEMBERS):
        return 404
    return OK if role in ALLOWED[rule] else 403


class Access(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with tempfile.TemporaryDirectory(prefix="interlink-test-") as folder:
            cls.server = interlink_test.Server(options=["--dev"], catalogue=interlink_test.small_catalogue(pathlib.Path(folder)))
        cls.operations = [(method.upper(), path, about)
                          for path, methods in cls.server.client().get("/openapi.json")["paths"].items()
                          for method, about in methods.items()]
        cls.password = "a-long-password"
        cls.people = {"anonymous": cls.server.client()}
        for role in ROLES[1:]:
            cls.people[role] = cls.server.client(cls.email(role), cls.password, admin=role == "site admin")
        cls.owner = cls.server.client("owner@example.org", cls.password)
        cls.own, cls.foreign, cls.party = (cls.make_project(name) for name in ("Own", "Foreign", "Party"))
        for role in MEMBERS:
            cls.owner.post(f"/processes/{cls.own['process']}/members", {"email": cls.email(role), "role": role})
        nowhere = str(uuid.uuid4())
        cls.unknown = {"process": nowhere, "node": nowhere, "asset": nowhere}

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    @staticmethod
    def email(role):
        return role.replace(" ", "-") + "@example.org"

    @classmethod
    def make_asset(cls, node, client=None):
        return (client or cls.owner).post(f"/nodes/{node}/assets", {"interlinker": "site", "name": "A site"})["id"]

    @classmethod
    def make_project(cls, name):
        process = cls.owner.post("/processes", {"name": name, "guide": "small"})["id"]
        node = cls.owner.get(f"/processes/{process}/tree")["nodes"][0]["children"][0]["children"][0]["id"]
        return {"process": process, "node": node, "asset": cls.make_asset(node)}

    versions = iter(range(1, 1000))

    def bring(self):
        """A package waits for a decision; gives what the administrator sees."""
        body, headers = interlink_test.multipart({"package": ("a", interlink_test.package("waits", f"1.{next(self.versions)}.0"))})
        answer = self.people["site admin"].raw("POST", "/api/v1/packages", body, headers)
        self.assertEqual(answer.status, 201, answer.body)
        return {name: answer.json[name] for name in ("version", "sha256")}

    def prepare(self, operation):
        """What the site's administrator decides about must be there each time."""
        admin = self.people["site admin"]
        if operation in ("packages.get", "packages.dismiss", "packages.check", "packages.accept"):
            return self.bring()
        if operation in ("plugins.roll_back", "plugins.permit"):
            for _ in range(2):
                seen = self.bring()
                self.assertEqual(admin.ask("POST", "/packages/waits/acceptance", dict(seen, granted=[])).status, 204)
            return {"version": seen["version"]} if operation == "plugins.roll_back" else None
        return None

    def invitation(self):
        email = f"{uuid.uuid4().hex}@example.org"
        made = self.owner.post(f"/processes/{self.party['process']}/members", {"email": email, "role": "viewer"})
        return made["invitation"]["url"].split("token=")[1]

    def body(self, operation, role, objects):
        bodies = {
            "sessions.create": {"email": "owner@example.org", "password": self.password},
            "me.update": {"language": "en"},
            "processes.create": {"name": "New"},
            "processes.update": {"description": "Changed."},
            "members.add": {"email": f"{uuid.uuid4().hex}@example.org", "role": "viewer"},
            "nodes.update": {"status": "in_progress"},
            "assets.create": {"interlinker": "site", "name": "Another"},
            "assets.update": {"name": "Changed"},
            "assets.clone": {"name": "Copy"},
            "views.create": {"capability": "view"},
            "usage.create": {"process": objects["process"], "action": "test.done"},
            "notifications.read": {"all": True},
            "plugins.update": {"enabled": True},
            "plugins.roll_back": {"version": "1.0.0"},
            "plugins.permit": {"permission": "documents", "granted": True},
            "packages.accept": {"version": "1.0.0", "sha256": "0", "granted": []},
            "plugin_keys.update": {"key": "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3", "trust": "trusted"},
            "machine.update": {"jail_accepted": False},
        }
        if operation == "invitations.accept":
            mine = {"name": "New", "password": self.password} if role == "anonymous" else {}
            return dict(mine, token=self.invitation())
        return bodies.get(operation)

    def place(self, operation, path, objects):
        """The address, with the id that the operation is about."""
        query = {"invitations.get": lambda: "?token=" + self.invitation(),
                 "usage.list": lambda: "?process=" + objects["process"],
                 "usage.export": lambda: "?process=" + objects["process"]}.get(operation)
        tool = "waits" if operation in ("plugins.roll_back", "plugins.permit") else "poll"
        ids = {"/interlinkers/": "plan", "/guides/": "small", "/plugins/": tool, "/packages/": "waits", "/processes/": objects["process"],
               "/nodes/": objects["node"], "/assets/": objects["asset"]}
        for start, known in ids.items():
            if path.startswith(start):
                path = path.replace("{id}", known)
        self.assertNotIn("{", path, operation)
        return path + (query() if query else "")

    def ask(self, client, method, path, body):
        """The status and, of a problem, its words. Of a stream only the status is read: it never ends."""
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=interlink_test.PATIENCE)
        headers = {"Authorization": f"Bearer {client.token}"} if client.token else {}
        if body is not None:
            headers["Content-Type"] = "application/json"
        try:
            connection.request(method, "/api/v1" + path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            if answer.headers["Content-Type"] == "text/event-stream":
                return answer.status, None
            said = answer.read()
            return answer.status, json.loads(said) if answer.status >= 400 else None
        finally:
            connection.close()

    def cell(self, method, path, about, role, place):
        operation, rule, objects = about["operationId"], about["x-access"], dict(getattr(self, place))
        # Of those that any user may ask, the usage log decides by the project that is asked about.
        rule = {"usage.list": "process.view", "usage.export": "process.view", "usage.create": "process.contribute"}.get(
            operation, rule)
        client = self.people[role]
        if operation == "sessions.delete" and role != "anonymous":
            client = self.server.client(self.email(role), self.password)
        if operation == "assets.delete" and place == "own":
            objects["asset"] = self.make_asset(objects["node"])
        seen = self.prepare(operation) if role == "site admin" else None
        body = dict(self.body(operation, role, objects) or {}, **seen) if seen and "requestBody" in about else self.body(
            operation, role, objects)
        if operation == "packages.create":
            return self.cell_of_files(client, self.place(operation, path, objects), rule, role, place)
        status, problem = self.ask(client, method, self.place(operation, path, objects), body)
        wanted = expected(rule, role, place)
        if operation == "invitations.accept" and role != "anonymous":
            wanted = 403  # the invitation is for somebody else's address
        self.assertEqual(OK if 200 <= status < 300 else status, wanted, problem)
        if wanted == 404:
            return problem["code"], problem["detail"], problem["title"]
        return None

    def cell_of_files(self, client, path, rule, role, place):
        body, headers = interlink_test.multipart({"package": ("a", interlink_test.package(f"waits-{place}", "1.0.0"))})
        status = client.raw("POST", "/api/v1" + path, body, headers).status
        self.assertEqual(OK if 200 <= status < 300 else status, expected(rule, role, place))

    def test_every_cell(self):
        cells = 0
        for method, path, about in self.operations:
            for role in ROLES:
                answers = {}
                for place in ("own", "foreign", "unknown"):
                    with self.subTest(operation=about["operationId"], role=role, place=place):
                        answers[place] = self.cell(method, path, about, role, place)
                        cells += 1
                # Nobody can tell what exists from what does not.
                with self.subTest(operation=about["operationId"], role=role):
                    self.assertEqual(answers.get("foreign"), answers.get("unknown"))
                    if role in ("stranger", "site admin"):
                        self.assertEqual(answers.get("own"), answers.get("unknown"))
        self.assertEqual(cells, len(self.operations) * len(ROLES) * 3)

    def test_access_comes_before_input(self):
        """Who may not do it is told so, whatever was sent; a fault in the input would give away that the object exists."""
        for method, path, about in self.operations:
            rule = about["x-access"]
            if "requestBody" not in about or rule in ("anonymous", "user"):
                continue
            for place in ("own", "foreign", "unknown"):
                for role in ROLES:
                    wanted = expected(rule, role, place)
                    if wanted == OK:
                        continue
                    with self.subTest(operation=about["operationId"], role=role, place=place):
                        where = self.place(about["operationId"], path, getattr(self, place))
                        self.assertEqual(self.ask(self.people[role], method, where, {"no such member": 1})[0], wanted)

    def test_what_is_ones_own(self):
        """A contributor may delete what this contributor made; a viewer may look at a view but not open it to edit."""
        contributor, viewer = self.people["contributor"], self.people["viewer"]
        mine = self.make_asset(self.own["node"], contributor)
        self.assertEqual(viewer.ask("DELETE", f"/assets/{mine}").status, 403)
        self.assertEqual(contributor.ask("DELETE", f"/assets/{mine}").status, 204)
        poll = self.owner.post(f"/nodes/{self.own['node']}/assets", {
            "interlinker": "poll", "params": {"question": "Which day?", "options": ["one", "two"]}})["id"]
        for client, capability, status in ((viewer, "view", 201), (viewer, "edit", 403), (contributor, "edit", 201)):
            answer = client.ask("POST", f"/assets/{poll}/views", {"capability": capability})
            self.assertEqual(answer.status, status, answer.body)

    def test_the_whole_log_is_for_the_site_administrator(self):
        for path in ("/usage", "/usage/export?format=jsonl"):
            for role in ROLES:
                wanted = {"anonymous": 401, "site admin": 200}.get(role, 403)
                with self.subTest(path=path, role=role):
                    self.assertEqual(self.people[role].ask("GET", path).status, wanted)

    def test_lists_hold_only_ones_own(self):
        for role in ROLES[1:]:
            ids = {p["id"] for p in self.people[role].pages("/processes")}
            self.assertEqual(self.own["process"] in ids, role in MEMBERS, role)
            self.assertNotIn(self.foreign["process"], ids)

    def test_who_leaves_is_out(self):
        """A session that ended, a token that never was, and one of somebody else's making open nothing."""
        client = self.server.client(self.email("viewer"), self.password)
        client.delete("/sessions/current")
        for token in (client.token, "", "x", "A" * 43, client.token[:-1]):
            answer = self.people["anonymous"].ask("GET", "/me", headers={"Authorization": f"Bearer {token}"})
            self.assertEqual(answer.status, 401, token)


if __name__ == "__main__":
    unittest.main()
