#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""On a machine that lacks a part of the jail, what a person brought is not run, unless the administrator accepts that.

The machine is this one with the worker replaced by a script that says so and passes everything else on.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/hostile"))
import hostile_tools  # noqa: E402
import interlink_test  # noqa: E402

WORKER = """#!/bin/sh
if [ "$1" = --layers ]; then
  printf 'open files closed\\tholds\\t\\nroot folder of its own\\tmissing\\tno such thing here\\n'
  exit
fi
exec {worker} "$@"
"""


class WeakJail(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="interlink-test-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        build = interlink_test.build_folder()
        for name in ("share", "plugins", "hostile"):
            (self.folder / name).symlink_to(build / name)
        shutil.copy(build / "interlink", self.folder / "interlink")
        shutil.copy(build / "interlink-unpack", self.folder / "interlink-unpack")
        worker = self.folder / "interlink-worker"
        worker.write_text(WORKER.format(worker=build / "interlink-worker"))
        worker.chmod(0o755)
        before = os.environ["INTERLINK_BUILD"]
        os.environ["INTERLINK_BUILD"] = str(self.folder)
        self.addCleanup(os.environ.__setitem__, "INTERLINK_BUILD", before)

    def state(self, *options):
        server = interlink_test.Server(options=list(options), plugins=[hostile_tools.built("hostile-lua")])
        self.addCleanup(server.stop)
        client = hostile_tools.administrator(server)
        return server, {p["id"]: p for p in client.get("/plugins?limit=100")["items"]}

    def test_a_strangers_plugin_is_not_run(self):
        server, plugins = self.state()
        self.assertEqual(plugins["hostile-lua"]["state"], "refused")
        self.assertIn("root folder of its own (no such thing here)", plugins["hostile-lua"]["trouble"])
        self.assertEqual(plugins["survey"]["state"], "ready")
        self.assertIn("only what ships with the program is run", server.log())

    def test_the_administrator_accepts_it(self):
        server, plugins = self.state("--accept-weak-jail")
        self.assertEqual(plugins["hostile-lua"]["state"], "ready")
        self.assertIn("that was accepted", server.log())

    def test_the_doctor_says_so(self):
        done = subprocess.run([self.folder / "interlink", "doctor"], capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("root folder of its own           MISSING: no such thing here", done.stdout)
        self.assertIn("--accept-weak-jail", done.stdout)


if __name__ == "__main__":
    unittest.main(verbosity=1)
