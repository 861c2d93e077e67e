#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Start and end: one server a folder, one a port; what is in flight is finished; no worker stays; every command explains
itself."""
import json
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import unittest

import interlink_test

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def command(*words, text="", patience=60):
    return subprocess.run([str(interlink_test.program()), *words], input=text, capture_output=True, text=True, timeout=patience)


def children_of(pid):
    """Process ids of all that descend from `pid`, workers among them."""
    parents = {}
    for place in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = place.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        parents.setdefault(int(fields[1]), []).append(int(place.parent.name))
    found, left = [], [pid]
    while left:
        more = parents.get(left.pop(), [])
        found += more
        left += more
    return found


def alive(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


class Lifecycle(unittest.TestCase):
    def setUp(self):
        self.server = interlink_test.Server()
        self.addCleanup(self.server.stop)

    def test_one_server_a_folder(self):
        second = command("serve", "--data", self.server.data, "--listen", "127.0.0.1:0")
        self.assertEqual(second.returncode, 1)
        self.assertIn(self.server.data, second.stderr)
        self.assertRegex(second.stderr, r"(?i)(running|in use|serves|runs|served)")
        self.assertEqual(len(second.stderr.strip().splitlines()), 1)
        self.assertEqual(self.server.client().raw("GET", "/healthz").status, 200)

    def test_one_server_a_port(self):
        with tempfile.TemporaryDirectory(prefix="interlink-test-") as data:
            second = command("serve", "--data", data, "--listen", f"127.0.0.1:{self.server.port}")
            self.assertEqual(second.returncode, 1)
            self.assertIn(f"127.0.0.1:{self.server.port}", second.stderr)
            self.assertIn("--listen", second.stderr)
            self.assertNotIn("invitation?token", second.stdout)

    def test_other_commands_beside_it(self):
        """What the administrator does beside a running server is there at once."""
        self.assertEqual(command("user", "add", "--data", self.server.data, "--email", "a@example.org", "--name", "A",
                                 text="a-long-password\n").returncode, 0)
        client = self.server.client("a@example.org", "a-long-password")
        self.assertEqual(client.get("/me")["name"], "A")
        again = command("user", "add", "--data", self.server.data, "--email", "A@Example.org", "--name", "B", text="a-long-password\n")
        self.assertEqual(again.returncode, 1)
        self.assertIn("account", again.stderr)
        short = command("user", "add", "--data", self.server.data, "--email", "b@example.org", "--name", "B", text="short\n")
        self.assertEqual(short.returncode, 1)
        self.assertRegex(short.stderr, r"(?i)ten|10")
        none = command("user", "add", "--data", self.server.data, "--email", "b@example.org", "--name", "B")
        self.assertEqual(none.returncode, 1)
        changed = command("user", "password", "--data", self.server.data, "--email", "a@example.org", text="another-password\n")
        self.assertEqual(changed.returncode, 0, changed.stderr)
        self.assertEqual(client.ask("GET", "/me").status, 401)
        self.assertEqual(self.server.client("a@example.org", "another-password").get("/me")["name"], "A")

    def a_poll(self):
        anna = self.server.client("anna@example.org", "a-long-password")
        process = anna.post("/processes", {"name": "Park", "guide": self.server.a_guide(anna)})["id"]
        task = anna.get(f"/processes/{process}/tree")["nodes"][0]["children"][0]["children"][0]["id"]
        asset = anna.post(f"/nodes/{task}/assets", {"interlinker": "poll", "params": {"question": "Which?", "options": ["a", "b"]}})
        url = anna.post(f"/assets/{asset['id']}/views", {"capability": "view"})["url"]
        return anna, process, asset["id"], url

    def test_no_worker_stays(self):
        _, _, _, url = self.a_poll()
        self.assertEqual(self.server.client().raw("GET", url).status, 200)
        workers = children_of(self.server.process.pid)
        self.assertTrue(workers)
        self.assertEqual(self.server.stop_process(), 0)
        interlink_test.wait_for(lambda: not any(alive(pid) for pid in workers), "the workers are gone", 5)

    def test_no_worker_stays_after_a_kill(self):
        _, _, _, url = self.a_poll()
        self.server.client().raw("GET", url)
        workers = children_of(self.server.process.pid)
        self.assertTrue(workers)
        self.server.process.kill()
        self.server.process.wait()
        interlink_test.wait_for(lambda: not any(alive(pid) for pid in workers), "the workers are gone", 5)
        self.server.restart()
        self.assertEqual(self.server.client().raw("GET", url).status, 200)

    def test_what_is_in_flight_is_finished(self):
        """Events are sent from many threads while SIGTERM comes: what was acknowledged is there, and nothing hangs."""
        anna, process, _, _ = self.a_poll()
        acknowledged, odd, stop = [], [], threading.Event()

        def send(number):
            i = 0
            while not stop.is_set():
                action = f"flight.t{number}.n{i}"
                i += 1
                try:
                    answer = anna.ask("POST", "/usage", {"process": process, "action": action})
                except OSError:  # the connection was refused or closed before an answer
                    continue
                except Exception as fault:  # half an answer is a fault
                    odd.append(repr(fault))
                    continue
                if answer.status == 201:
                    acknowledged.append(action)
                else:
                    odd.append(answer.status)

        threads = [threading.Thread(target=send, args=(n,)) for n in range(8)]
        for thread in threads:
            thread.start()
        interlink_test.wait_for(lambda: len(acknowledged) > 100, "events are under way")
        self.assertEqual(self.server.stop_process(), 0)
        stop.set()
        for thread in threads:
            thread.join()
        self.assertEqual(odd, [])
        self.server.restart()
        anna = self.server.client("anna@example.org", "a-long-password")
        there = {e["action"] for e in anna.pages(f"/usage?process={process}&limit=1000")}
        self.assertLessEqual(set(acknowledged), there)

    def test_a_slow_call_is_finished(self):
        """A call to a plugin that has begun gets its answer although the server was told to end."""
        folder = tempfile.TemporaryDirectory(prefix="interlink-test-")
        self.addCleanup(folder.cleanup)
        place = pathlib.Path(folder.name) / "hostile-c"
        shutil.copytree(interlink_test.build_folder() / "hostile/hostile-c", place)
        manifest = json.loads((place / "interlinker.json").read_text())
        (place / "interlinker.json").write_text(json.dumps(dict(manifest, limits={"wall_ms": 3000})))
        server = interlink_test.Server(plugins=[place])
        self.addCleanup(server.stop)
        anna = server.client("anna@example.org", "a-long-password")
        process = anna.post("/processes", {"name": "Park", "guide": server.a_guide(anna)})["id"]
        task = anna.get(f"/processes/{process}/tree")["nodes"][0]["children"][0]["children"][0]["id"]
        asset = anna.post(f"/nodes/{task}/assets", {"interlinker": "hostile-c"})["id"]
        url = anna.post(f"/assets/{asset}/views", {"capability": "view"})["url"]
        with socket.create_connection(("127.0.0.1", server.port), timeout=interlink_test.PATIENCE) as connection:
            connection.sendall(f"GET {url}wait HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
            interlink_test.wait_for(lambda: calls_under_way(server) == 1, "the call has begun")
            server.process.terminate()
            self.assertIn(b" 504 ", connection.makefile("rb").readline())
        self.assertEqual(server.process.wait(timeout=interlink_test.PATIENCE), 0)

    def test_twice_told_to_end(self):
        self.server.process.terminate()
        self.server.process.terminate()
        self.assertEqual(self.server.process.wait(timeout=interlink_test.PATIENCE), 0)

    def test_ready(self):
        ready = self.server.client().raw("GET", "/readyz")
        self.assertEqual((ready.status, ready.json["status"]), (200, "ok"))
        self.assertEqual(ready.json["plugins"]["poll"], "ready")
        metrics = self.server.client().raw("GET", "/metrics").body.decode()
        for line in metrics.splitlines():
            self.assertRegex(line, r"^(#.*|[a-z_]+(\{[^}]*\})? [0-9.e+-]+)$")


def calls_under_way(server):
    text = server.client().raw("GET", "/metrics").body.decode()
    return int(re.search(r"^interlink_plugin_calls_under_way (\d+)$", text, re.M).group(1))


class Commands(unittest.TestCase):
    def test_help_of_every_command(self):
        top = command("--help")
        self.assertEqual((top.returncode, top.stderr), (0, ""))
        names = re.findall(r"^  ([a-z]+)\s", top.stdout, re.M)
        self.assertLessEqual({"serve", "import", "user", "plugin", "doctor"}, set(names))
        for words in [[n] for n in names] + [["user", "add"], ["plugin", "check"], ["plugin", "install"], ["plugin", "keys"], ["plugin", "list"]]:
            with self.subTest(words):
                said = command(*words, "--help")
                self.assertEqual((said.returncode, said.stderr), (0, ""))
                self.assertTrue(said.stdout.startswith("usage: interlink " + words[0]), said.stdout[:80])
                self.assertIn("--help", said.stdout)
                self.assertLessEqual(max(map(len, said.stdout.splitlines())), 120)

    def test_mistakes(self):
        for words, said in (([], "usage"), (["fly"], "fly"), (["serve"], "--data"), (["serve", "--data"], "--data"),
                            (["serve", "--data", "x", "--fly"], "--fly"), (["import", "--data", "x"], "usage"),
                            (["user", "add", "--data", "x"], "--email"), (["plugin", "fly"], "usage")):
            with self.subTest(words):
                done = command(*words)
                self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
                self.assertIn(said, done.stderr)

    def test_bad_values(self):
        with tempfile.TemporaryDirectory(prefix="interlink-test-") as data:
            for listen in ("8080", "localhost:99999", "127.0.0.1:x", "nowhere.invalid:80"):
                done = command("serve", "--data", data, "--listen", listen)
                self.assertEqual(done.returncode, 1, listen)
                self.assertTrue(done.stderr.strip().endswith("."), done.stderr)
        done = command("serve", "--data", "/proc/no/such/place", "--listen", "127.0.0.1:0")
        self.assertEqual(done.returncode, 1)
        self.assertIn("/proc/no/such/place", done.stderr)

    def test_doctor(self):
        with tempfile.TemporaryDirectory(prefix="interlink-test-") as data:
            done = command("doctor", "--data", data)
            for layer in ("privileges dropped", "system calls by list", "Landlock", "network empty", "resource limits"):
                self.assertIn(layer, done.stdout)
            self.assertEqual(done.returncode, 1)
            self.assertIn("interlink.db", done.stdout)


if __name__ == "__main__":
    unittest.main()
