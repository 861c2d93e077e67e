#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""A revocation list stops what it names: while the server runs, over a restart, without its file; and only one that may."""
import json
import pathlib
import time
import unittest

from install_tools import InstallTest, interlink_test, seconds

BITES = 60  # seconds


class Revocation(InstallTest):
    options = ()

    def setUp(self):
        super().setUp()
        self.office, office = self.keys("office")
        self.good("plugin", "keys", "trust", "--data", self.data, "--name", "Office", office)
        self.list = pathlib.Path(self.data) / "revocations.json"

    def revoke(self, number, *revoked, key=None):
        """The list arrives: its signature first, so that both are there when it is seen."""
        text = json.dumps({"number": number, "expires": "2099-01-01T00:00:00Z", "revoked": revoked})
        place = self.folder / "revocations.json"
        place.write_text(text)
        pathlib.Path(f"{place}.minisig").unlink(missing_ok=True)
        self.good("-S", "-s", key or self.office, "-m", place, program="minisign")
        pathlib.Path(f"{self.list}.minisig").write_text(pathlib.Path(f"{place}.minisig").read_text())
        self.list.write_text(text)

    def wait_log(self, words):
        interlink_test.wait_for(lambda: words in self.server.log(), words, BITES)

    def test_it_bites_and_stays(self):
        self.install()
        self.install("other")
        asset = self.asset()
        self.assertEqual(self.view(asset).status, 200)
        self.assertGreaterEqual(len(self.workers()), 1)
        begun = time.monotonic()
        self.revoke(3, {"package": self.lock()["count"]["sha256"], "reason": "Sends answers away."})
        state = self.wait_state("refused", patience=BITES)
        self.assertIn("Sends answers away.", state["trouble"])
        interlink_test.wait_for(lambda: not self.workers(), "its worker has gone", BITES)
        self.assertLess(time.monotonic() - begun, BITES)
        print(f"\na revoked worker is gone: {seconds(begun)}", end=" ")
        self.assertEqual(self.state("other")["state"], "ready")
        self.assertEqual(self.ada.ask("POST", f"/assets/{asset}/views", {"capability": "view"}).status, 503)
        messages = [m for m in self.ada.get("/notifications")["items"] if m["event"] == "plugin.revoked"]
        self.assertEqual(len(messages), 1)
        self.assertIn("Sends answers away.", messages[0]["text"])
        # Without its file, and after a restart.
        self.list.unlink()
        self.server.stop_process()
        self.server.restart()
        self.assertEqual(self.state()["state"], "refused")
        # Switching it on changes nothing, nor does the command line.
        self.assertEqual(self.ada.patch("/plugins/count", {"enabled": True})["state"], "refused")
        self.refused("install", self.signed("count", "1.0.0"), says="revoked")
        # The next list takes it back.
        self.revoke(4)
        self.wait_state("ready", patience=BITES)

    def test_what_may_not_revoke(self):
        self.install()
        self.revoke(5, {"id": "count", "to": "1.0.0", "reason": "Old."})
        self.wait_state("refused", patience=BITES)
        self.revoke(4)
        self.wait_log("cannot follow number 5")
        self.assertEqual(self.state()["state"], "refused")
        anna = {"id": "other", "reason": "A rival."}
        self.revoke(6, anna, key=self.key)  # an author, not trusted
        self.wait_log("not signed by a key that the administration trusts")
        text = self.list.read_text()
        self.revoke(7, anna)
        self.list.write_text(text)  # another list under this signature
        self.refused("install", self.signed(version="1.0.0"), says="revoked")
        self.install(version="1.1.0")  # a version that is not named
        self.assertEqual(self.state()["state"], "ready")

    def test_before_anything_runs(self):
        """The list that lies there at the start is in force before the first call."""
        self.install()
        asset = self.asset()
        self.server.stop_process()
        self.revoke(1, {"key": self.pub.read_text().split()[-1], "reason": "The key was stolen."})
        self.server.restart()
        self.assertEqual(self.state()["state"], "refused")
        self.assertEqual(self.ada.ask("POST", f"/assets/{asset}/views", {"capability": "view"}).status, 503)


if __name__ == "__main__":
    unittest.main()
