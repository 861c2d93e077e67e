#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Package files that were made to harm, and an unpacker that has been taken over.

`plugin sign` takes a package apart to see what it is, so it is the shortest way to the unpacker. Whatever is tried:
it is refused with a sentence, nothing is written outside of the folder that is made for it, and that folder is gone afterwards.
"""
import io
import os
import pathlib
import shutil
import stat
import struct
import subprocess
import sys
import tempfile
import unittest
import warnings
import zipfile

import package_tools

warnings.filterwarnings("ignore", "Duplicate name")
UNPACK = package_tools.interlink_test.build_folder() / "interlink-unpack"
MANIFEST = (package_tools.HELLO / "interlinker.json").read_bytes()
CODE = (package_tools.HELLO / "main.lua").read_bytes()
ICON = (package_tools.HELLO / "web/icon.svg").read_bytes()


def archive(*files, end=b"", begin=b""):
    """A zip of (name or ZipInfo, bytes), whose manifest comes with all that it names: nothing else is wrong with it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in files:
            file.writestr(name, data)
            if name == "interlinker.json":
                file.writestr("web/icon.svg", ICON)
                if not any(str(n).lower() == "main.lua" for n, _ in files):
                    file.writestr("main.lua", CODE)
    return begin + out.getvalue() + end


def info(name, mode=0o100644, method=zipfile.ZIP_STORED, made_by=3):
    one = zipfile.ZipInfo(name)
    one.create_system, one.external_attr, one.compress_type = made_by, mode << 16, method
    return one


def named(name):
    """zipfile cleans names on the way in, so a longer one is put over afterwards."""
    plain = "x" * len(name.encode())
    return archive(("interlinker.json", MANIFEST), (plain, b"evil")).replace(plain.encode(), name.encode())


def with_end(change):
    """The record at the end, changed: ("offset in it", bytes)."""
    good = archive(("interlinker.json", MANIFEST))
    at, value = change
    return good[:len(good) - 22 + at] + value + good[len(good) - 22 + at + len(value):]


def at_local(at, value):
    good = bytearray(archive(("interlinker.json", MANIFEST), ("main.lua", b"return {}")))
    good[at:at + len(value)] = value
    return bytes(good)


def encrypted():
    good = archive(("interlinker.json", MANIFEST))
    at = good.rindex(b"PK\1\2") + 8
    good = good[:at] + struct.pack("<H", struct.unpack("<H", good[at:at + 2])[0] | 1) + good[at + 2:]
    return good[:6] + struct.pack("<H", 1) + good[8:]


EVIL = {
    "a path that climbs": named("../../../../tmp/interlink-evil"),
    "a path that climbs in the middle": named("web/../../evil"),
    "an absolute path": named("/tmp/interlink-evil"),
    "a dot": named("./evil"),
    "an empty part": named("web//evil"),
    "a space": named("web/e vil"),
    "a control sign": named("web/e\x07vil"),
    "a line end": named("web/e\nvil"),
    "letters beyond ASCII": named("web/évil"),
    "a name over 200": named("a" * 201),
    "a name of 60,000": named("a" * 60000),
    "folders 40 deep": named("/".join("a" * 40)),
    "the same name twice": archive(("interlinker.json", MANIFEST), ("a", b"1"), ("a", b"2")),
    "the same name in capitals": archive(("interlinker.json", MANIFEST), ("Main.lua", b"1"), ("main.lua", b"2")),
    "a file where a folder is": archive(("interlinker.json", MANIFEST), ("a/b", b"1"), ("a", b"2")),
    "a folder where a file is": archive(("interlinker.json", MANIFEST), ("a", b"1"), ("a/b", b"2")),
    "a link": archive((info("interlinker.json", stat.S_IFLNK | 0o777), b"/etc/passwd")),
    "a link to write through": archive((info("web", stat.S_IFLNK | 0o777), b"/tmp"), ("web/interlink-evil", b"x")),
    "a device": archive(("interlinker.json", MANIFEST), (info("null", stat.S_IFCHR | 0o666), b"")),
    "a socket": archive(("interlinker.json", MANIFEST), (info("sock", stat.S_IFSOCK | 0o666), b"")),
    "setuid": archive(("interlinker.json", MANIFEST), (info("run", stat.S_IFREG | 0o4755), b"x")),
    "setgid": archive(("interlinker.json", MANIFEST), (info("run", stat.S_IFREG | 0o2755), b"x")),
    "a bomb of zeros": archive(("interlinker.json", MANIFEST), ("zeros", bytes(50 << 20))),
    "many small bombs": archive(("interlinker.json", MANIFEST), *((f"z{i}", bytes(1 << 20)) for i in range(60))),
    "2,001 files": archive(("interlinker.json", MANIFEST), *((f"f{i}", b"") for i in range(2001))),
    "a password": encrypted(),
    "bzip2": archive((info("interlinker.json", method=zipfile.ZIP_BZIP2), MANIFEST)),
    "lzma": archive((info("interlinker.json", method=zipfile.ZIP_LZMA), MANIFEST)),
    "an unknown method": at_local(8, b"\x63\x00").replace(b"PK\1\2\x14\x03\x14\x00\x00\x00\x08\x00",
                                                            b"PK\1\2\x14\x03\x14\x00\x00\x00\x63\x00"),
    "bytes before the zip": archive(("interlinker.json", MANIFEST), begin=b"#!/bin/sh\n"),
    "bytes behind the zip": archive(("interlinker.json", MANIFEST), end=b"more"),
    "a comment": with_end((20, b"\x04\x00")) + b"more",
    "a second zip behind it": archive(("interlinker.json", MANIFEST)) + archive(("evil", b"x")),
    "fewer files than it says": with_end((8, b"\x09\x00\x09\x00")),
    "more files than it says": archive(("interlinker.json", MANIFEST), ("a", b"1"), ("b", b"2"))[:-14] + b"\1\0\1\0" +
    archive(("interlinker.json", MANIFEST), ("a", b"1"), ("b", b"2"))[-10:],
    "a directory that is elsewhere": with_end((16, b"\xff\xff\xff\x7f")),
    "a directory larger than the file": with_end((12, b"\xff\xff\xff\x7f")),
    "an end that asks for zip64": with_end((8, b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff")),
    "a wrong checksum": archive(("interlinker.json", MANIFEST)).replace(
        struct.pack("<I", __import__("zlib").crc32(MANIFEST)), b"\1\2\3\4"),
    "broken compression": at_local(40 + 20, bytes([255] * 40)),
    "no zip at all": b"<html>404 Not Found</html>" * 10,
    "a tar": b"interlinker.json" + bytes(496) + bytes(1024),
    "nothing": b"",
    "four bytes": b"PK\3\4",
    "only an end": b"PK\5\6" + bytes(18),
    "no manifest": archive(("main.lua", b"return {}")),
}

# The library reads these as something harmless, inside of the folder; that must stay so.
HARMLESS = {
    "a backslash": named("web\\evil"),
    "a drive": named("C:\\evil"),
    "a pipe": archive(("interlinker.json", MANIFEST), (info("pipe", stat.S_IFIFO | 0o666), b"")),
}

# What an unpacker that has been taken over could say. Frames: u32 size, u16 type, u16 0, u64 call, then fields.
TAKEN_OVER = {
    "nothing at all": "pass",
    "nonsense": "out(b'hello hello hello hello')",
    "a frame of 4 GB": "out(struct.pack('<IHHQ', 0xffffffff, 32, 0, 0) + b'x' * 100000)",
    "a frame of the host": "frame(1, field(1, b'x'))",
    "an unknown frame": "frame(77, b'')",
    "bytes without a file": "frame(32, field(65, b'x'))",
    "an empty name": "frame(32, field(6, b'') + field(65, b'x'))",
    "a name that climbs": "frame(32, field(6, b'../evil') + field(65, b'x'))",
    "an absolute name": "frame(32, field(6, b'/tmp/interlink-evil') + field(65, b'x'))",
    "a name with a NUL": "frame(32, field(6, b'good\\0/../../evil') + field(65, b'x'))",
    "a name of a megabyte": "frame(32, field(6, b'a' * 1000000) + field(65, b'x'))",
    "a field beyond its frame": "frame(32, struct.pack('<HHI', 6, 0, 9999) + b'x')",
    "a file twice": "[frame(32, field(6, b'a') + field(65, b'x')) for _ in range(2)]",
    "files without end": "[frame(32, field(6, b'f%d' % i) + field(65, b'')) for i in range(100000)]",
    "a file without end": "frame(32, field(6, b'a')); [frame(32, field(65, bytes(1000000))) for i in range(1000)]",
    "a sentence of a megabyte": "frame(17, field(7, b'a' * 1000000))",
    "a sentence that is no text": "frame(17, field(7, b'\\xff\\xfe'))",
    "the end, twice": "frame(33, b''); frame(33, b'')",
    "a death": "frame(32, field(6, b'a') + field(65, b'x')); os.abort()",
}
FAKE = """#!/usr/bin/python3
import os, struct, sys
def out(b):
    while b:
        b = b[os.write(4, b):]
def field(tag, b):
    return struct.pack('<HHI', tag, 0, len(b)) + b
def frame(kind, b):
    out(struct.pack('<IHHQ', len(b), kind, 0, 0) + b)
try:
    %s
except BrokenPipeError:
    pass
"""


class Evil(package_tools.PackageTest):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="interlink-test-")
        cls.addClassCleanup(folder.cleanup)
        cls.temporary = folder.name  # of the program alone: other tests sign packages, too
        cls.addClassCleanup(os.environ.pop, "TMPDIR", None)
        os.environ["TMPDIR"] = folder.name

    def look(self):
        return os.listdir(self.temporary) + [name for name in os.listdir("/tmp") if "interlink-evil" in name]

    def refused(self, package):
        stderr = self.bad("plugin", "sign", "--key", "anna.key", package, says="interlink: ")
        self.assertEqual(list(self.folder.glob("*.minisig")), [])
        self.assertEqual(self.look(), [])
        self.assertFalse((self.folder.parent / "evil").exists())
        return stderr.strip().removeprefix("interlink: ")

    def test_evil_archives(self):
        self.keys()
        for what, data in EVIL.items():
            with self.subTest(what):
                (self.folder / "evil.interlinker").write_bytes(data)
                print(f"  {what}: {self.refused('evil.interlinker')[:110]}")
        self.assertGreaterEqual(len(EVIL), 40)
        print(f"{len(EVIL)} evil archives, all refused", flush=True)

    def test_harmless(self):
        self.keys()
        for what, data in HARMLESS.items():
            with self.subTest(what):
                (self.folder / "odd.interlinker").write_bytes(data)
                self.good("plugin", "sign", "--key", "anna.key", "odd.interlinker")
                self.assertEqual(self.look(), [])

    def test_cut_short(self):
        self.keys()
        good = archive(("interlinker.json", MANIFEST), ("main.lua", b"return {}"))
        for length in range(0, len(good), 37):
            with self.subTest(length):
                (self.folder / "cut.interlinker").write_bytes(good[:length])
                self.refused("cut.interlinker")

    def test_an_unpacker_that_was_taken_over(self):
        self.keys()
        package = self.package()
        place = self.folder / "program"
        place.mkdir()
        shutil.copy(package_tools.INTERLINK, place / "interlink")
        fake = place / "interlink-unpack"
        for what, code in TAKEN_OVER.items():
            with self.subTest(what):
                fake.write_text(FAKE % code)
                fake.chmod(0o755)
                done = package_tools.run("plugin", "sign", "--key", "anna.key", package, program=place / "interlink",
                                         folder=self.folder)
                self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
                self.assertNotIn("Sanitizer", done.stderr)
                self.assertEqual(self.look(), [])
        print(f"{len(TAKEN_OVER)} ways of an unpacker that was taken over, all harmless", flush=True)

    def test_an_unpacker_that_hangs(self):
        self.keys()
        package = self.package()
        place = self.folder / "program"
        place.mkdir()
        shutil.copy(package_tools.INTERLINK, place / "interlink")
        (place / "interlink-unpack").write_text(FAKE % "__import__('time').sleep(1000)")
        (place / "interlink-unpack").chmod(0o755)
        done = package_tools.run("plugin", "sign", "--key", "anna.key", package, program=place / "interlink",
                                 folder=self.folder)
        self.assertIn("took too long", done.stderr)


class Jail(package_tools.PackageTest):
    """The unpacker holds nothing: seen from outside, while it waits for somebody to take its output."""

    def test_it_is_jailed(self):
        data = archive((info("noise"), os.urandom(4 << 20)))
        source, sink = os.memfd_create("package"), os.pipe()
        os.write(source, data)

        def given():
            high = [os.dup2(fd, 20 + i) for i, fd in enumerate((source, sink[1]))]
            for i, fd in enumerate(high):
                os.dup2(fd, 3 + i)

        process = subprocess.Popen([UNPACK, str(len(data)), "0"], preexec_fn=given, pass_fds=(3, 4), env={},
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            os.close(sink[1])
            self.assertTrue(os.read(sink[0], 1))  # it has begun to write, so it is in its jail
            about = dict(line.split(":\t", 1) for line in pathlib.Path(f"/proc/{process.pid}/status").read_text().splitlines()
                         if ":\t" in line)
            self.assertEqual(about["Seccomp"].strip(), "2")
            self.assertGreaterEqual(int(about["Seccomp_filters"]), 2)
            self.assertEqual(about["NoNewPrivs"].strip(), "1")
            for which in ("CapEff", "CapPrm", "CapInh", "CapBnd", "CapAmb"):
                self.assertEqual(int(about[which], 16), 0, which)
            limits = pathlib.Path(f"/proc/{process.pid}/limits").read_text()
            self.assertRegex(limits, r"Max file size +0 +0")
            self.assertRegex(limits, r"Max processes +0 +0")
            open_files = {int(fd) for fd in os.listdir(f"/proc/{process.pid}/fd")}
            self.assertLessEqual(open_files, {0, 1, 2, 4})
            self.assertNotEqual(os.readlink(f"/proc/{process.pid}/ns/net"), os.readlink("/proc/self/ns/net"))
        finally:
            process.kill()
            process.wait()
            os.close(sink[0])
            os.close(source)


if __name__ == "__main__":
    sys.exit(unittest.main(verbosity=1))
