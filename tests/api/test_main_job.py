#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""The main job from end to end, by a stranger who has read the table of operations and nothing else.

Find an Interlinker, open it in a task of a project, use it together with somebody else, and see the use logged and
notified: once on a fresh import of a catalogue, once on the demonstration content.
"""
import html.parser
import pathlib
import re
import tempfile
import unittest
import urllib.parse

import interlink_test

LANGUAGES = ("en", "es", "it", "lv", "nl", "fr", "de")
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class FormReader(html.parser.HTMLParser):
    """The first form of a page that posts: where it goes, and its radio buttons and hidden fields."""

    def __init__(self, page):
        super().__init__()
        self.action, self.choices, self.hidden, self._open = None, [], {}, False
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        at = dict(attributes)
        if tag == "form" and self.action is None and at.get("method", "").lower() == "post":
            self.action, self._open = at.get("action", ""), True
        elif tag == "input" and self._open and at.get("type") == "radio":
            self.choices.append((at["name"], at["value"]))
        elif tag == "input" and self._open and at.get("type") == "hidden":
            self.hidden[at["name"]] = at.get("value", "")

    def handle_endtag(self, tag):
        if tag == "form":
            self._open = False


def nodes_of(tree):
    for node in tree:
        yield node
        yield from nodes_of(node["children"])


class MainJob:
    """Everything below happens in order, so it is one test: each step needs what the one before has made."""

    def find(self):
        """What anybody may see without signing in."""
        every = list(self.visitor.pages("/interlinkers"))
        self.assertEqual(len({i["id"] for i in every}), len(every))
        plugins = list(self.visitor.pages("/interlinkers?kind=plugin"))
        self.assertTrue(plugins)
        self.assertTrue(all(i["kind"] == "plugin" and i["plugin"] for i in plugins if i["installed"]))
        for search in ("poll", "vote"):
            found = self.visitor.get(f"/interlinkers?search={search}")["items"]
            self.assertIn("poll", [i["id"] for i in found])
        for language in LANGUAGES:
            page = self.visitor.get(f"/interlinkers?language={language}&kind=plugin")
            self.assertIn("survey", [i["id"] for i in page["items"]])
        needs = list(self.visitor.pages("/problem-profiles"))
        self.assertTrue(needs)
        needed = next(n["id"] for n in needs if self.visitor.get(f"/interlinkers?problem_profile={n['id']}")["items"])
        for item in self.visitor.get(f"/interlinkers?problem_profile={needed}")["items"]:
            self.assertIn(needed, item["problem_profiles"])
        tool = self.visitor.get("/interlinkers/poll")
        self.assertEqual((tool["kind"], tool["plugin"], tool["installed"]), ("plugin", "poll", True))
        self.assertEqual(tool["params"]["type"], "object")
        self.assertIn("question", tool["params"]["properties"])
        return needs

    def begin(self):
        """A process from a guide, and its tree."""
        guides = list(self.visitor.pages("/guides"))
        guide = self.visitor.get(f"/guides/{guides[0]['id']}")
        self.assertEqual(guides[0]["counts"]["tasks"], sum(n["kind"] == "task" for n in nodes_of(guide["nodes"])))
        process = self.anna.post("/processes", {"name": "A park for all", "language": "en", "guide": guide["id"]})
        self.assertIn(process["id"], [p["id"] for p in self.anna.pages("/processes")])
        self.assertEqual(self.anna.get(f"/processes/{process['id']}")["name"], "A park for all")
        renamed = self.anna.patch(f"/processes/{process['id']}", {"name": "The park"})
        self.assertEqual(renamed["name"], "The park")
        tree = self.anna.get(f"/processes/{process['id']}/tree")["nodes"]
        for node in nodes_of(tree):
            for member in ("id", "kind", "name", "description", "status", "progress", "start", "end", "problem_profiles",
                           "prerequisites", "children"):
                self.assertIn(member, node)
            self.assertEqual((node["status"], node["progress"]), ("awaiting", 0))
        ids = {n["id"] for n in nodes_of(tree)}
        self.assertEqual(len(ids), sum(1 for _ in nodes_of(guide["nodes"])))
        for node in nodes_of(tree):
            self.assertLessEqual(set(node["prerequisites"]), ids)
        return process, tree

    def work(self, process, tree):
        """Status and progress roll up; the dates too."""
        phase = tree[0]
        objective = phase["children"][0]
        task = objective["children"][0]
        after = self.anna.patch(f"/nodes/{task['id']}", {"status": "in_progress", "start": "2026-03-01", "end": "2026-03-09"})
        self.assertEqual(after["status"], "in_progress")
        again = self.anna.get(f"/processes/{process['id']}/tree")["nodes"]
        by_id = {n["id"]: n for n in nodes_of(again)}
        for above in (objective, phase):
            self.assertEqual(by_id[above["id"]]["status"], "in_progress")
            self.assertTrue(by_id[above["id"]]["start"].startswith("2026-03-01"))
            self.assertTrue(by_id[above["id"]]["end"].startswith("2026-03-09"))
        for each in objective["children"]:
            self.anna.patch(f"/nodes/{each['id']}", {"status": "finished"})
        by_id = {n["id"]: n for n in nodes_of(self.anna.get(f"/processes/{process['id']}/tree")["nodes"])}
        self.assertEqual((by_id[objective["id"]]["status"], by_id[objective["id"]]["progress"]), ("finished", 100))
        tasks = [n for n in nodes_of([by_id[phase["id"]]]) if n["kind"] == "task"]
        share = sum({"finished": 2, "in_progress": 1, "awaiting": 0}[t["status"]] for t in tasks) * 50 // len(tasks)
        self.assertEqual(by_id[phase["id"]]["progress"], share)
        return task["id"]

    def recommended(self, task):
        items = self.anna.get(f"/nodes/{task}/recommendations")["items"]
        self.assertTrue(items)
        scores = [i["score"] for i in items]
        self.assertEqual(scores, sorted(scores, reverse=True))
        for language in LANGUAGES:
            for item in self.anna.get(f"/nodes/{task}/recommendations?limit=5&lang={language}")["items"]:
                self.assertTrue(item["reasons"])
                for reason in item["reasons"]:
                    self.assertNotRegex(reason["text"], r'^"|\\|[{}]|"$')
                    self.assertTrue(reason["text"].strip() and reason["code"])

    def together(self, process, task):
        """Two people, one poll: the tool is opened in the task, both use it, both see the result."""
        added = self.anna.post(f"/processes/{process['id']}/members", {"email": self.bruno.person["email"], "role": "contributor"})
        self.assertEqual(added["status"], "added")
        asset = self.anna.post(f"/nodes/{task}/assets", {
            "interlinker": "poll", "name": "Opening day", "params": {"question": "Which day?", "options": ["Saturday", "Sunday"]}})
        self.assertIn(asset["id"], [a["id"] for a in self.bruno.get(f"/nodes/{task}/assets")["items"]])
        views = {}
        for client, choice in ((self.anna, 0), (self.bruno, 1)):
            ticket = client.post(f"/assets/{asset['id']}/views", {"capability": "view"})
            self.assertRegex(ticket["expires_at"], r"^\d{4}-\d\d-\d\dT")
            views[client.person["id"]] = ticket["url"]
            page = self.visitor.raw("GET", ticket["url"])
            self.assertEqual(page.status, 200)
            form = FormReader(page.body.decode())
            self.assertEqual(len(form.choices), 2)
            field, value = form.choices[choice]
            action = urllib.parse.urljoin(ticket["url"], form.action)
            body = urllib.parse.urlencode(dict(form.hidden, **{field: value}))
            self.assertIn(self.visitor.raw("POST", action, body, FORM).status, (200, 303))
        for url in views.values():
            shown = re.sub(r"<[^>]+>", " ", self.visitor.raw("GET", url + "?lang=en").body.decode())
            self.assertRegex(shown, r"2 people")
        return asset

    def logged(self, process, task, asset):
        for query in (f"asset={asset['id']}", f"process={process['id']}&interlinker=poll", f"node={task}"):
            events = list(self.anna.pages(f"/usage?{query}"))
            actions = [e["action"] for e in events]
            self.assertEqual(actions.count("voted"), 2, query)
            self.assertIn("asset.created", actions)
            for event in events:
                self.assertEqual((event["process"], event["node"]), (process["id"], task))
        told = self.bruno.get("/notifications?unread=true")
        mine = [n for n in told["items"] if n["asset"] == asset["id"]]
        self.assertTrue(mine)
        self.assertIn("Opening day", mine[0]["text"])
        left = self.bruno.post("/notifications/read", {"ids": [mine[0]["id"]]})
        self.assertEqual(left["unread"], told["unread"] - 1)
        self.assertEqual(self.bruno.post("/notifications/read", {"all": True})["unread"], 0)

    def other_uses(self, process, task, asset):
        outside = self.bruno.post("/usage", {"asset": asset["id"], "action": "app.shared", "data": {"with": "neighbours"}})
        self.assertEqual(self.anna.get(f"/usage?asset={asset['id']}&action=app.shared")["items"][0]["id"], outside["id"])
        copy = self.bruno.post(f"/assets/{asset['id']}/clone", {"name": "Next year"})
        self.assertNotEqual(copy["id"], asset["id"])
        view = self.bruno.post(f"/assets/{copy['id']}/views", {"capability": "view"})
        self.assertIn(b"Which day?", self.visitor.raw("GET", view["url"]).body)
        self.assertEqual(self.anna.patch(f"/assets/{asset['id']}", {"name": "The day"})["name"], "The day")
        self.anna.delete(f"/assets/{asset['id']}")
        self.assertEqual(self.anna.ask("GET", f"/assets/{asset['id']}").status, 404)
        self.assertEqual(self.bruno.get(f"/assets/{copy['id']}")["name"], "Next year")
        survey = self.anna.post(f"/nodes/{task}/assets", {"interlinker": "survey", "name": "What do you need?",
                                                          "params": self.smallest_params("survey")})
        for capability in ("view", "edit"):
            ticket = self.anna.post(f"/assets/{survey['id']}/views", {"capability": capability})
            self.assertEqual(self.visitor.raw("GET", ticket["url"]).status, 200)

    def smallest_params(self, interlinker):
        """What the form's schema asks for and no more, as a script would fill it in."""
        schema = self.visitor.get(f"/interlinkers/{interlinker}")["params"]
        value = {"string": "A word", "integer": 1, "number": 1, "boolean": False}
        return {name: value[schema["properties"][name]["type"]] for name in schema.get("required", [])}

    def test_main_job(self):
        self.find()
        process, tree = self.begin()
        task = self.work(process, tree)
        self.recommended(task)
        asset = self.together(process, task)
        self.logged(process, task, asset)
        self.other_uses(process, task, asset)


class OnAFreshImport(MainJob, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with tempfile.TemporaryDirectory(prefix="interlink-test-") as folder:
            catalogue = interlink_test.CATALOGUE
            if not catalogue.is_dir():
                catalogue = interlink_test.small_catalogue(pathlib.Path(folder))
            cls.server = interlink_test.Server(catalogue=catalogue)
        cls.anna = cls.server.client("anna@example.org", "a-long-password")
        cls.bruno = cls.server.client("bruno@example.org", "another-password")
        cls.visitor = cls.server.client()

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()


class OnTheDemo(MainJob, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = interlink_test.Server(options=["--demo"])
        said = cls.server.log()
        password = re.search(r"password[^\S\n]*:?[^\S\n]*\"?([^\s\"]+)", said).group(1)
        addresses = list(dict.fromkeys(re.findall(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", said)))
        cls.anna, cls.bruno = (cls.server.client(a, password) for a in addresses[:2])
        cls.people = [cls.server.client(a, password) for a in addresses]
        cls.visitor = cls.server.client()

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def test_four_people_of_different_kinds_and_a_running_process(self):
        self.assertEqual(len({p.person["kind"] for p in self.people}), 4)
        running = [p for p in self.anna.pages("/processes") if p["status"] == "in_progress"]
        self.assertTrue(running)
        self.assertTrue(0 < running[0]["progress"] < 100)
        self.assertTrue(list(self.anna.pages(f"/usage?process={running[0]['id']}")))

    def test_in_every_language(self):
        for item in list(self.visitor.pages("/guides")) + list(self.visitor.pages("/interlinkers?kind=plugin")):
            self.assertLessEqual(set(LANGUAGES), set(item["languages"]), item["id"])


if __name__ == "__main__":
    unittest.main()
