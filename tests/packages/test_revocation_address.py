#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""A revocation list at an address, in an internet of the test's own: it bites within a minute, and a server that is away, or
lies, takes nothing back."""
import json
import pathlib
import tempfile
import time
import unittest

import egress_tools

egress_tools.enter()

from install_tools import InstallTest, interlink_test, seconds  # noqa: E402

BITES = 60  # seconds
NAMES = {"lists.example.org": [["9.9.9.9"]], "house.example.org": [["10.1.2.3"]]}


class RevocationAddress(InstallTest):
    options = ("--revocations", "https://lists.example.org/town/revocations.json")

    @classmethod
    def setUpClass(cls):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="interlink-net-"))
        cls.addClassCleanup(egress_tools.tidy, folder)
        egress_tools.internet(folder)
        egress_tools.certificates(folder, list(NAMES))
        egress_tools.NameServer({name: [list(e) for e in known] for name, known in NAMES.items()}).start()
        cls.files = {}
        cls.lists = egress_tools.Server("9.9.9.9", folder, cls.serve)
        cls.house = egress_tools.Server("10.1.2.3", folder, cls.serve)

    @classmethod
    def serve(cls, page, _):
        known = cls.files.get(page.path)
        page.say(200 if known else 503, known or b"away")

    def setUp(self):
        self.files.clear()
        super().setUp()
        self.office, office = self.keys("office")
        self.good("plugin", "keys", "trust", "--data", self.data, "--name", "Office", office)

    def publish(self, number, *revoked, key=None):
        place = self.folder / "revocations.json"
        place.write_text(json.dumps({"number": number, "expires": "2099-01-01T00:00:00Z", "revoked": revoked}))
        pathlib.Path(f"{place}.minisig").unlink(missing_ok=True)
        self.good("-S", "-s", key or self.office, "-m", place, program="minisign")
        self.files.update({"/town/revocations.json": place.read_bytes(),
                           "/town/revocations.json.minisig": pathlib.Path(f"{place}.minisig").read_bytes()})

    def wait_log(self, words):
        interlink_test.wait_for(lambda: words in self.server.log(), words, BITES)

    def test_it_bites_and_stays(self):
        self.install()
        self.wait_log("the revocation list cannot be fetched; what is in force stays: its server answers with 503")
        begun = time.monotonic()
        self.publish(1, {"id": "count", "reason": "Sends answers away."})
        self.wait_state("refused", patience=BITES)
        print(f"\na package is revoked by an address: {seconds(begun)}", end=" ")
        # Another's key takes nothing back, nor does a server that is away, nor a restart without it.
        self.publish(2, key=self.key)
        self.wait_log("not signed by a key that the administration trusts")
        self.assertEqual(self.state()["state"], "refused")
        self.files.clear()
        self.server.stop_process()
        self.server.restart()
        self.assertEqual(self.state()["state"], "refused")
        self.publish(2)
        self.wait_state("ready", patience=BITES)

    def test_where_it_may_not_be(self):
        self.server.stop_process()
        done = self.bad("serve", "--data", self.data, "--revocations", "http://lists.example.org/revocations.json",
                        says="begins with https://")
        self.assertNotIn("Listening", done)
        self.server.options[self.server.options.index("--revocations") + 1] = "https://house.example.org/revocations.json"
        self.server.restart()
        self.wait_log("has the address 10.1.2.3, which is not one of the public internet")
        self.assertEqual(self.house.connections, 0)


if __name__ == "__main__":
    unittest.main()
