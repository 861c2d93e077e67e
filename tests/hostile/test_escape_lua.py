#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""What a hostile script may try (escape-lua/attempts.lua): it gets nothing, and the host and other tools do not notice. And no bytecode is
ever run: a package whose code is bytecode, good or damaged, is refused."""
import json
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/hostile"))
import hostile_tools  # noqa: E402
import interlink_test  # noqa: E402

MUTANTS = 60


class EscapeLua(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = interlink_test.Server(plugins=[hostile_tools.built("escape-lua")])
        cls.client = hostile_tools.administrator(cls.server)
        cls.views = hostile_tools.open_views(cls.server, cls.client, ["escape-lua", "poll"])

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def test_nothing_gets_out(self):
        view, pid = self.views["escape-lua"], self.server.process.pid
        names = json.loads(self.client.raw("GET", view).body)["names"]
        self.assertGreaterEqual(len(names), 80)
        self.assertEqual(len(set(names)), len(names))
        escaped, died = [], []
        for name in names:
            status, _, body = self.client.raw("GET", view + name)
            if status == 200 and json.loads(body).get("escaped"):
                escaped.append(f"{name}: {body[:200]!r}")
            elif status in (502, 504):
                died.append(name)
            else:
                self.assertIn(status, (200, 413, 422, 500), f"{name}: {body[:200]!r}")
            self.assertEqual(self.client.raw("GET", self.views["poll"]).status, 200)
        print(f"{len(names)} attempts in Lua, {len(escaped)} got out; the worker ended for {', '.join(died) or 'none'}", flush=True)
        self.assertEqual(escaped, [])
        self.assertIsNone(self.server.process.poll())
        self.assertEqual(self.server.process.pid, pid)

    def test_bytecode_is_refused(self):
        with tempfile.TemporaryDirectory(prefix="interlink-test-") as folder:
            package = pathlib.Path(folder) / "package"
            shutil.copytree(ROOT / "examples/hello-lua", package)
            code = pathlib.Path(folder) / "code"
            dump = "io.open(arg[2], 'wb'):write(string.dump(assert(loadfile(arg[1])), true))"
            subprocess.run(["lua5.4", "-e", dump, "-", str(package / "main.lua"), str(code)], check=False, input=b"")
            subprocess.run(["lua5.4", "-", str(package / "main.lua"), str(code)], check=True, input=dump.encode())
            good = code.read_bytes()
            self.assertTrue(good.startswith(b"\x1bLua"))
            chance, refused = random.Random(4), 0
            for i in range(MUTANTS):
                bad = bytearray(good)
                if i:
                    bad[chance.randrange(4, len(bad))] ^= 1 << chance.randrange(8)
                (package / "main.lua").write_bytes(bad)
                done = subprocess.run([interlink_test.build_folder() / "interlink", "plugin", "check", package],
                                      capture_output=True, text=True, timeout=60, check=False)
                refused += done.returncode == 1
                self.assertNotIn("signal", done.stdout)  # refused, not crashed on
            print(f"{refused} of {MUTANTS} packages with bytecode refused", flush=True)
            self.assertEqual(refused, MUTANTS)


if __name__ == "__main__":
    unittest.main(verbosity=1)
