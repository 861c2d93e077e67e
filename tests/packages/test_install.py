#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Packages at the command line, beside a server that runs: who gets in, who may follow whom, what can be taken back."""
import json
import os
import pathlib
import shutil
import time
import unittest

import install_tools
import package_tools
from install_tools import DIES, InstallTest, counting, interlink_test, seconds


class Install(InstallTest):
    def test_nothing_runs_before_somebody_has_decided(self):
        said = self.plugin("install", self.signed(permissions=["notify"]))
        for words in ("fingerprint", "first time", "notify", "It waits for a decision"):
            self.assertIn(words, said)
        self.assertIsNone(self.state())
        self.assertIn("waits for a decision", self.plugin("list"))
        self.refused("accept", "count", says="nobody has decided")
        self.refused("accept", "count", "--grant", "fly", says="does not ask")
        self.plugin("accept", "count", "--grant", "documents")
        self.wait_version("count", "1.0.0")
        asset = self.asset()
        self.assertIn(b"1.0.0 0", self.view(asset).body)
        entry = self.lock()["count"]
        self.assertEqual({p["name"]: p["granted"] for p in entry["permissions"]}, {"notify": False, "documents": True})
        self.assertEqual(entry["installed_by"], "command line")
        self.assertTrue(entry["key"].startswith("RW"))

    def test_unsigned_packages_and_folders(self):
        place = self.write()
        self.refused("install", place, says="--dev")
        file = self.folder / "bare.interlinker"
        self.good("plugin", "pack", "--output", file, place)
        self.refused("install", file, says="minisig")
        self.plugin("install", "--dev", place)
        state = self.wait_state("refused")  # this server was not started with --dev
        self.assertIn("signed", state["trouble"])
        answer = self.ada.ask("POST", f"/nodes/{self.task}/assets", {"interlinker": "count"})
        self.assertEqual((answer.status, answer.json["code"]), (503, "plugin.refused"))

    def test_a_key_of_minisigns_own(self):
        """Signatures of Debian's program do not name the key: it is given, or known."""
        self.good("-G", "-W", "-p", "m.pub", "-s", "m.key", program=shutil.which("minisign"))
        file = self.folder / "count-1.0.0.interlinker"
        self.good("plugin", "pack", "--output", file, self.write())
        self.good("-S", "-s", "m.key", "-m", file, program=shutil.which("minisign"))
        self.refused("install", file, says="public key")
        self.refused("install", "--key", self.pub, file, says="key")
        self.plugin("install", "--key", self.folder / "m.pub", file, "--grant", "documents")
        newer = self.folder / "count-1.1.0.interlinker"
        self.good("plugin", "pack", "--output", newer, self.write(version="1.1.0"))
        self.good("-S", "-s", "m.key", "-m", newer, program=shutil.which("minisign"))
        self.plugin("install", newer)
        self.plugin("accept", "count")

    def test_not_back_and_not_sideways(self):
        self.install(version="1.1.0")
        berta, _ = self.keys("berta")
        self.plugin("install", self.signed("other", key=berta), "--grant", "documents")
        self.refused("install", self.signed(version="1.0.0"), says="older")
        self.refused("install", self.signed(version="1.1.0", code=counting("x")), says="higher version")
        self.refused("install", self.signed(version="1.2.0", key=berta), says="another tool's author")
        self.refused("install", self.signed("survey", "9.0.0"), says="ships with the program")
        self.refused("install", "--dev", self.write(version="1.3.0"), says="unsigned")
        self.assertEqual(self.state()["version"], "1.1.0")
        self.assertNotIn("waits", self.plugin("list"))
        self.assertEqual([f for f in os.listdir(pathlib.Path(self.data) / "plugins") if f.startswith(".")], [])

    def test_an_update(self):
        self.install()
        asset = self.asset()
        self.plugin("install", self.signed(version="1.1.0"))
        self.assertIn(b"1.0.0", self.view(asset).body)
        self.plugin("accept", "count")  # one click: it asks for nothing new
        self.wait_version("count", "1.1.0")
        self.plugin("install", self.signed(version="1.2.0", permissions=["publish"]))
        self.refused("accept", "count", says="nobody has decided")
        self.assertEqual(self.state()["version"], "1.1.0")
        self.plugin("accept", "count", "--grant", "documents,publish")
        self.wait_version("count", "1.2.0")
        carla, _ = self.keys("carla")
        self.plugin("install", self.signed(version="1.3.0", key=carla))
        self.refused("accept", "count", "--grant", "documents", says="another key")
        self.plugin("dismiss", "count")
        self.assertEqual(self.state()["version"], "1.2.0")

    def test_a_permission_is_taken_back(self):
        self.install()
        asset = self.asset()
        self.plugin("refuse", "count", "documents")
        interlink_test.wait_for(lambda: self.view(asset, "POST").status == 403, "it may write no more", install_tools.OFFERED)
        self.assertFalse(self.lock()["count"]["permissions"][0]["granted"])
        self.plugin("grant", "count", "documents")
        interlink_test.wait_for(lambda: self.view(asset, "POST").status == 303, "it may write again", install_tools.OFFERED)
        self.refused("grant", "count", "notify", says="does not ask")
        self.refused("refuse", "survey", "files", says="ships with the program")

    def test_keys(self):
        self.install()
        self.assertIn("known", self.good("plugin", "keys", "list", "--data", self.data))
        self.good("plugin", "keys", "distrust", "--data", self.data, self.pub)
        state = self.wait_state("refused")
        self.assertIn("key", state["trouble"])
        self.refused("install", self.signed(version="1.1.0"), says="does not trust")
        self.good("plugin", "keys", "trust", "--data", self.data, "--name", "Anna", self.pub)
        self.wait_state("ready")
        self.assertIn("Anna", self.good("plugin", "keys", "list", "--data", self.data))
        self.bad("plugin", "keys", "trust", "--data", self.data, "RWQnonsense", says="")

    # ---- going back

    def test_back_by_hand(self):
        self.install()
        asset = self.asset()
        for _ in range(3):
            self.assertEqual(self.view(asset, "POST").status, 303)
        before = self.documents(asset)
        self.plugin("install", self.signed(version="1.1.0"))
        self.plugin("accept", "count")
        self.wait_version("count", "1.1.0")
        interlink_test.wait_for(lambda: self.view(asset, "POST").status == 303, "the new version writes", install_tools.OFFERED)
        late = self.asset()
        self.assertNotEqual(self.documents(asset), before)
        self.plugin("rollback", "count")
        self.wait_version("count", "1.0.0")
        self.assertEqual(self.documents(asset), before)
        self.assertIn("n", self.documents(late))  # came after the update: there is nothing to go back to
        self.refused("rollback", "count", says="No earlier version")

    def test_back_by_itself(self):
        """A new version that cannot start is gone within seconds; nothing of the program's own is lost."""
        self.install()
        asset = self.asset()
        for _ in range(2):
            self.view(asset, "POST")
        before = self.documents(asset)
        self.plugin("install", self.signed(version="1.1.0", code=DIES))
        self.plugin("accept", "count")
        self.wait_version("count", "1.1.0")
        self.ada.patch(f"/nodes/{self.task}", {"status": "finished"})  # the tool is to hear of it
        begun = time.monotonic()
        events = self.query("SELECT count(*) FROM usage")[0][0]

        def gone():
            answer = self.ada.ask("POST", f"/assets/{asset}/views", {"capability": "view"})
            if answer.status == 201:
                self.visitor.raw("GET", answer.json["url"])
            return self.state()["version"] == "1.0.0"

        interlink_test.wait_for(gone, "the version before is back", 60)
        print(f"\nthree failures and back: {seconds(begun)}", end=" ")
        log = self.server.log()
        failed = log.index("fails again and again")
        self.assertIn("1.1.0", log[failed:])
        self.assertIn(b"1.0.0 2", self.view(asset).body)
        told = interlink_test.wait_for(lambda: [k for k in self.documents(asset) if k.startswith("told/1.0.0/")],
                                       "the old version heard of the task", 90)
        after = {k: v for k, v in self.documents(asset).items() if k not in told}
        self.assertEqual(after, before)
        self.assertGreaterEqual(self.query("SELECT count(*) FROM usage")[0][0], events + 1)
        self.assertEqual(self.query("SELECT count(*) FROM usage WHERE action = 'plugin.rolled_back'")[0][0], 1)
        messages = [m for m in self.ada.get("/notifications")["items"] if m["event"] == "plugin.rolled_back"]
        self.assertEqual(len(messages), 1)
        self.assertIn("1.0.0", messages[0]["text"])
        # It may be tried once more, and only with the same bytes.
        self.refused("install", self.signed(version="1.1.0", code=counting("1.1.0")), says="higher version")

    def test_an_old_version_is_not_gone_back_from(self):
        """Only updates are on probation: what fails without one is put aside, as ever."""
        self.install(code=DIES)
        for _ in range(5):
            self.ada.ask("POST", f"/nodes/{self.task}/assets", {"interlinker": "count"})
        self.assertEqual(self.state()["version"], "1.0.0")
        self.assertNotIn("fails again and again", self.server.log())


class Sync(InstallTest):
    def test_another_installation(self):
        self.install(permissions=["notify"], grant="documents")
        self.install("other", "2.0.0", permissions=["publish"], grant="documents,publish")
        self.ada.patch("/plugins/other", {"enabled": False})
        interlink_test.wait_for(lambda: self.lock().get("other", {}).get("enabled") is False, "the lock file follows", install_tools.OFFERED)
        there = self.folder / "there"
        self.good("plugin", "install", "--data", there, self.signed("third"), "--grant", "all")
        lock = pathlib.Path(self.data) / "interlinkers.lock"
        self.good("plugin", "sync", "--data", there, lock)

        def plain(path):
            entries = json.loads(path.read_text())["interlinkers"]
            return [(e["id"], e["version"], e["sha256"], e["key"], e["enabled"],
                     [(p["name"], p["granted"]) for p in e["permissions"]]) for e in entries]

        made = plain(there / "interlinkers.lock")
        self.assertEqual([e for e in made if e[0] != "third"], plain(lock))
        self.assertEqual([e[4] for e in made if e[0] == "third"], [False])
        self.good("plugin", "sync", "--data", there, lock)  # again: nothing to do
        self.plugin("refuse", "count", "documents")
        self.good("plugin", "sync", "--data", there, lock)
        self.assertEqual([e for e in plain(there / "interlinkers.lock") if e[0] != "third"], plain(lock))

    def test_or_nothing(self):
        self.install()
        self.install("other")
        lock, there = pathlib.Path(self.data) / "interlinkers.lock", self.folder / "there"
        copy = self.folder / "packages"
        shutil.copytree(pathlib.Path(self.data) / "packages", copy)
        bytes_ = bytearray((copy / "other-1.0.0.interlinker").read_bytes())
        bytes_[40] ^= 1
        (copy / "other-1.0.0.interlinker").write_bytes(bytes_)
        self.bad("plugin", "sync", "--data", there, lock, "--packages", copy, says="")
        self.assertNotIn("count", self.good("plugin", "list", "--data", there))
        # The lock file's word counts, not only the author's signature.
        entries = json.loads(lock.read_text())
        entries["interlinkers"][0]["sha256"] = "0" * 64
        other = self.folder / "other.lock"
        other.write_text(json.dumps(entries))
        self.bad("plugin", "sync", "--data", there, other, "--packages", pathlib.Path(self.data) / "packages", says="is not the package")
        self.bad("plugin", "sync", "--data", there, self.folder / "none.lock", says="cannot be read")


if __name__ == "__main__":
    unittest.main()
