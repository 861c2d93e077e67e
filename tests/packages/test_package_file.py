#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""An author packs and signs, anybody verifies: by our program and by minisign, in both directions."""
import pathlib
import shutil
import unittest
import zipfile

import package_tools

MINISIGN = shutil.which("minisign")


class PackageFile(package_tools.PackageTest):
    def test_the_same_files_give_the_same_bytes(self):
        first = self.package().read_bytes()
        copy = self.folder / "copy"
        shutil.copytree(package_tools.HELLO, copy)
        (copy / "interlinker.json").touch()
        (copy / ".editor-notes").write_text("left out")
        self.assertEqual(self.package(copy, "copy.interlinker").read_bytes(), first)
        with zipfile.ZipFile(self.folder / "copy.interlinker") as file:
            self.assertNotIn(".editor-notes", file.namelist())
            self.assertIn("interlinker.json", file.namelist())

    def test_its_name_is_that_of_the_manifest(self):
        self.good("plugin", "pack", package_tools.HELLO)
        self.assertTrue((self.folder / "hello-lua-1.0.0.interlinker").is_file())

    def test_what_is_no_package_is_not_packed(self):
        (self.folder / "empty").mkdir()
        self.bad("plugin", "pack", "empty", says="interlinker.json")
        bad = self.folder / "linked"
        shutil.copytree(package_tools.HELLO, bad)
        (bad / "passwd").symlink_to("/etc/passwd")
        self.bad("plugin", "pack", "--output", "x.interlinker", bad, says="links")
        self.assertEqual(list(self.folder.glob("x.interlinker*")), [])

    def test_signed_and_verified(self):
        key, public = self.keys()
        package = self.package()
        self.good("plugin", "sign", "--key", key, package)
        said = self.good("plugin", "verify", package)
        self.assertIn("hello-lua 1.0.0", said)
        self.assertIn(public.read_text().splitlines()[1], said)
        self.good("plugin", "verify", "--key", public, package)
        self.good("plugin", "verify", "--key", public.read_text().splitlines()[1], package)

    def test_another_key_a_changed_file_no_signature(self):
        key, _ = self.keys()
        _, other = self.keys("bruno")
        package = self.package()
        self.bad("plugin", "verify", package, says=".minisig cannot be read")
        self.good("plugin", "sign", "--key", key, package)
        self.bad("plugin", "verify", "--key", other, package, says="Another key")
        bytes_ = bytearray(package.read_bytes())
        bytes_[len(bytes_) // 2] ^= 1
        package.write_bytes(bytes_)
        self.bad("plugin", "verify", package, says="not the one that was signed")
        package.write_bytes(bytes_[:-1])
        self.bad("plugin", "verify", package, says="not the one that was signed")

    def test_a_key_is_never_overwritten(self):
        key, _ = self.keys()
        before = key.read_bytes()
        self.bad("plugin", "keygen", "--no-password", "anna", says="is there already")
        self.assertEqual(key.read_bytes(), before)
        self.assertEqual(key.stat().st_mode & 0o777, 0o600)

    def test_a_key_with_a_password(self):
        package = self.package()
        self.bad("plugin", "keygen", "safe", says="password")
        self.good("plugin", "keygen", "safe", typed="a long password\n")
        self.bad("plugin", "sign", "--key", "safe.key", package, typed="another\n", says="password")
        self.good("plugin", "sign", "--key", "safe.key", package, typed="a long password\n")
        self.good("plugin", "verify", "--key", "safe.pub", package)

    def minisign(self, *words):
        return self.good(*words, program=MINISIGN)

    def test_minisign_verifies_ours(self):
        key, public = self.keys()
        package = self.package()
        self.good("plugin", "sign", "--key", key, package)
        said = self.minisign("-V", "-m", package, "-p", public)
        self.assertIn("interlinker hello-lua 1.0.0", said)
        self.minisign("-V", "-m", package, "-P", public.read_text().splitlines()[1])
        bytes_ = bytearray(package.read_bytes())
        bytes_[100] ^= 1
        package.write_bytes(bytes_)
        self.bad("-V", "-m", package, "-p", public, program=MINISIGN, says="")

    def test_we_verify_what_minisign_made(self):
        self.minisign("-G", "-W", "-p", "dora.pub", "-s", "dora.key")
        package = self.package()
        for how in (["-S"], ["-S", "-l"]):  # over the hash, and the older form over the bytes
            self.minisign(*how, "-s", "dora.key", "-m", package, "-t", "by hand")
            self.bad("plugin", "verify", package, says="does not say which key")
            self.good("plugin", "verify", "--key", "dora.pub", package)
        # A comment that says what ours says does as well.
        key = (self.folder / "dora.pub").read_text().splitlines()[1]
        self.minisign("-S", "-s", "dora.key", "-m", package, "-t", f"interlinker hello-lua 1.0.0 key={key} time=1")
        self.assertIn(key, self.good("plugin", "verify", package))

    def test_keys_are_the_same_files(self):
        package = self.package()
        self.minisign("-G", "-W", "-p", "dora.pub", "-s", "dora.key")
        self.good("plugin", "sign", "--key", "dora.key", package)
        self.minisign("-V", "-m", package, "-p", "dora.pub")
        key, public = self.keys()
        self.minisign("-S", "-s", key, "-m", package, "-t", "by ours")
        self.minisign("-V", "-m", package, "-p", public)

    def test_a_key_with_a_password_is_read_by_both(self):
        package = self.package()
        self.good("plugin", "keygen", "safe", typed="a long password\n")
        self.good("-S", "-s", "safe.key", "-m", package, "-t", "x", program=MINISIGN, typed="a long password\n")
        self.good("plugin", "verify", "--key", "safe.pub", package)


if __name__ == "__main__":
    unittest.main(verbosity=1)
