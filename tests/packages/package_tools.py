# SPDX-License-Identifier: EUPL-1.2
"""Package files and keys for the tests: made, signed, and made wrong."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/api"))
import interlink_test  # noqa: E402

HELLO = ROOT / "examples/hello-lua"
INTERLINK = interlink_test.build_folder() / "interlink"


def run(*words, program=INTERLINK, typed=None, folder=None):
    """Runs `interlink` (or another program); gives the finished process, its texts decoded."""
    return subprocess.run([program, *map(str, words)], capture_output=True, text=True, timeout=120, check=False,
                          input=typed if typed is not None else "", cwd=folder)


class PackageTest(unittest.TestCase):
    """A test with a folder of its own, and an author's keys in it."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="interlink-test-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def good(self, *words, **how):
        done = run(*words, folder=self.folder, **how)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def bad(self, *words, says, **how):
        done = run(*words, folder=self.folder, **how)
        self.assertNotEqual(done.returncode, 0, f"{words} went well: {done.stdout}")
        self.assertNotIn("AddressSanitizer", done.stderr)
        self.assertIn(says, done.stderr)
        return done.stderr

    def keys(self, name="anna"):
        self.good("plugin", "keygen", "--no-password", name)
        return self.folder / f"{name}.key", self.folder / f"{name}.pub"

    def package(self, source=HELLO, name="hello.interlinker"):
        self.good("plugin", "pack", "--output", name, source)
        return self.folder / name
