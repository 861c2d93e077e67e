#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""The escape kit (tests/hostile/escape): what hostile native code may try. With every layer of the jail on, nothing gets out, whether it runs
as a function, from a constructor or from an ifunc resolver; each layer alone stops what the table says it stops; and without any
layer nearly all attempts succeed, so they are real."""
import collections
import os
import pathlib
import platform
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/api"))
import interlink_test  # noqa: E402

BUILD = interlink_test.build_folder()
MOMENTS = {"c": "as a function", "l": "from a constructor", "r": "from an ifunc resolver"}

# Before Linux 6.3 a plugin that is being loaded may make code: no more than what its file may hold.
NOT_REFUSED = () if tuple(map(int, platform.release().split(".")[:2])) >= (6, 3) else ("code_mapped", "code_made")


def run(*words, program=BUILD / "interlink-escape", **how):
    done = subprocess.run([program, *words], capture_output=True, text=True, timeout=240, check=False, **how)
    return done, [line.split("\t") for line in done.stdout.splitlines()]


class Escape(unittest.TestCase):
    def nothing_escapes(self, done, lines, who):
        counts = collections.Counter((moment, outcome) for _, moment, _, outcome in lines)
        for moment, text in MOMENTS.items():
            contained = counts[moment, "contained"] + counts[moment, "died"]
            print(f"{who}, {text}: {contained} of {sum(n for (m, _), n in counts.items() if m == moment)} contained", flush=True)
            self.assertGreaterEqual(contained, 110)
        out = [line for line in lines if line[3] not in ("contained", "died")]
        self.assertEqual([line for line in out if line[1] == "c" or line[0] not in NOT_REFUSED], [])
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_all_layers(self):
        self.nothing_escapes(*run(), "all layers")

    @unittest.skipUnless(os.geteuid() == 0, "this test is not run by root")
    def test_all_layers_as_an_ordinary_user(self):
        with tempfile.TemporaryDirectory(prefix="interlink-test-") as folder:
            place = pathlib.Path(folder)
            shutil.copy(BUILD / "interlink-escape", place)
            shutil.copytree(BUILD / "escape", place / "escape")
            place.chmod(0o755)
            self.nothing_escapes(*run(program=place / "interlink-escape", user=65534, group=65534, extra_groups=[]),
                                 "an ordinary user")

    def test_each_layer_alone(self):
        done, lines = run("--alone")
        for layer, outcomes in sorted(collections.Counter((line[2], line[3] in ("contained", "died")) for line in lines).items()):
            print(f"only {layer[0]}: {outcomes} {'contained' if layer[1] else 'not its part'}")
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_the_attempts_are_real(self):
        _, lines = run("--control")
        escaped = [line[0] for line in lines if line[3] == "ESCAPED"]
        print(f"without a jail {len(escaped)} of {len(lines)} succeed; not here: "
              f"{', '.join(line[0] for line in lines if line[3] != 'ESCAPED')}", flush=True)
        if os.geteuid() == 0:
            self.assertGreaterEqual(len(escaped), 100)
        else:
            self.assertGreaterEqual(len(escaped), 60)


if __name__ == "__main__":
    unittest.main(verbosity=1)
