#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""The audit log: what must be in it is, in the transaction of the act, and what was tampered with is named."""
import contextlib
import json
import sqlite3
import subprocess
import unittest

import interlink_test


class Audit(unittest.TestCase):
    def setUp(self):
        self.server = interlink_test.Server()
        self.addCleanup(self.server.stop)
        self.anna = self.server.client("anna@example.org", "a-long-password", admin=True)

    def audit(self, *words):
        return subprocess.run([interlink_test.build_folder() / "interlink", "audit", *words, "--data", self.server.data],
                              capture_output=True, text=True, timeout=60, check=False)

    def lines(self):
        return [json.loads(line) for line in self.audit("list").stdout.splitlines()]

    def test_what_is_kept(self):
        me = self.anna.get("/me")["id"]
        self.anna.patch("/plugins/poll", {"enabled": False})
        process = self.anna.post("/processes", {"name": "Park", "guide": self.server.a_guide(self.anna)})["id"]
        self.anna.post(f"/processes/{process}/members", {"email": "bruno@example.org", "role": "viewer"})
        self.assertEqual(self.anna.ask("PATCH", "/plugins/nothing", {"enabled": True}).status, 404)
        self.anna.delete("/sessions/current")
        self.assertEqual([(line["person"], line["what"], line["about"]) for line in self.lines()],
                         [("", "user.add", me), (me, "sessions.create", ""), (me, "plugins.update", "poll"), (me, "members.add", process),
                          (me, "sessions.delete", "")])
        done = self.audit("verify")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("5 lines, whole", done.stdout)
        head = done.stdout.split("The head is ")[1].split()[0]
        self.assertEqual(self.audit("verify", "--head", head).returncode, 0)
        self.assertEqual(self.audit("verify", "--head", "0" * 64).returncode, 1)

    def test_tampering_is_named(self):
        with contextlib.closing(sqlite3.connect(self.server.data + "/interlink.db", timeout=20)) as database, database:
            database.execute("UPDATE audit SET person = '' WHERE seq = 2")
        done = self.audit("verify")
        self.assertEqual((done.returncode, done.stdout.strip()), (1, "Line 2: This line is not what was written."))

    def test_a_text_cannot_end_a_line(self):
        with contextlib.closing(sqlite3.connect(self.server.data + "/interlink.db", timeout=20)) as database, database:
            database.execute("UPDATE audit SET about = ? WHERE seq = 2", ("\r\n\x1b[2Jevil",))
        listed = self.audit("list").stdout
        self.assertNotIn("\x1b", listed)
        self.assertEqual(len(listed.splitlines()), 2)


if __name__ == "__main__":
    unittest.main(verbosity=1)
