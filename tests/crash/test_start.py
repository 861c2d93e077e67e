#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Starts on files that are not as they should be: the program says what is wrong and what to do, ends with 1, and leaves every
byte as it was. Where a change cannot be seen, it must start and answer. It never crashes."""
import contextlib
import hashlib
import os
import pathlib
import random
import shutil
import sqlite3
import struct
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/api"))
import interlink_test  # noqa: E402

PAGE = 4096
NOBODY = 65534
MARK = b"INLK"


def hashes(folder):
    """Of the database and its log, where it holds something; the index of the log (-shm) holds nothing that is kept."""
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.glob("interlink.db*")
            if p.is_file() and p.stat().st_size and not p.name.endswith("-shm")}


class Start(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="interlink-start-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.stopped, cls.killed = cls.folder / "stopped", cls.folder / "killed"
        server = interlink_test.Server(data=cls.stopped)
        anna = server.client("anna@example.org", "a-long-password")
        process = anna.post("/processes", {"name": "Park", "guide": server.a_guide(anna)})["id"]
        for number in range(200):
            anna.post("/usage", {"process": process, "action": "test.event", "data": {"text": f"{number} " * 100}})
        shutil.copytree(cls.stopped, cls.killed)  # as a kill leaves it: with the log not folded in
        server.stop()

    def data(self, template=None):
        data = self.folder / "data"
        shutil.rmtree(data, ignore_errors=True)
        shutil.copytree(template or self.stopped, data)
        return data

    def start(self, data, **more):
        """Gives (exit code, what it said); 0 and nothing if it serves."""
        process = subprocess.Popen([str(interlink_test.program()), "serve", "--data", str(data), "--listen", "127.0.0.1:0"],
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **more)
        said = ""
        try:
            for line in process.stdout:
                said += line
                if line.startswith("Listening on "):
                    process.terminate()
                    process.stdout.read()
                    self.assertEqual(process.wait(timeout=30), 0, said)
                    return 0, ""
            return process.wait(timeout=30), said
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
            process.stdout.close()

    def refused(self, data, *words, **more):
        before = hashes(data)
        code, said = self.start(data, **more)
        self.assertEqual(code, 1, said)
        for word in words:
            self.assertIn(word, said)
        last = [line for line in said.splitlines() if line.startswith("interlink: ")]
        self.assertEqual(len(last), 1, said)
        self.assertGreater(len(last[0]), 60)
        self.assertEqual(hashes(data), before, f"something was changed: {said}")

    def never_worse(self, data):
        """What cannot be seen may start; what is seen is refused. Anything else is a fault."""
        before = hashes(data)
        code, said = self.start(data)
        self.assertIn(code, (0, 1), said)
        if code == 1:
            self.assertRegex(said, "(?m)^interlink: .{60}")
            self.assertEqual(hashes(data), before, said)
        return code

    def flip(self, path, at, mask=0xFF):
        with path.open("r+b") as file:
            file.seek(at)
            byte = file.read(1)[0]
            file.seek(at)
            file.write(bytes([byte ^ mask]))

    # ---- no database of ours

    def test_good(self):
        for template in (self.stopped, self.killed):
            self.assertEqual(self.start(self.data(template)), (0, ""))

    def test_not_a_database(self):
        data = self.data()
        for bytes in (b"x", b"hello, this is a text\n" * 500, os.urandom(20000), b"\0" * 8192):
            (data / "interlink.db").write_bytes(bytes)
            self.refused(data, "is no database", "restore the last backup")

    def test_empty_beside_a_log(self):
        data = self.data(self.killed)
        (data / "interlink.db").write_bytes(b"")
        self.refused(data, "missing or empty", "restore the last backup")
        (data / "interlink.db").unlink()
        self.refused(data, "missing or empty", "restore the last backup")

    def test_folder_in_its_place(self):
        data = self.data()
        (data / "interlink.db").unlink()
        (data / "interlink.db").mkdir()
        self.refused(data, "is a folder")

    def test_database_of_another_program(self):
        for mode, mark in (("DELETE", 0), ("WAL", 0), ("DELETE", 1234567)):
            data = self.data()
            (data / "interlink.db").unlink()
            with contextlib.closing(sqlite3.connect(data / "interlink.db")) as database:
                database.execute(f"PRAGMA journal_mode = {mode}")
                database.execute(f"PRAGMA application_id = {mark}")
                database.execute("CREATE TABLE theirs (x)")
                database.commit()
            self.refused(data, "not made by this program", "another data folder")

    def test_newer(self):
        for template in (self.stopped, self.killed):
            data = self.data(template)
            with contextlib.closing(sqlite3.connect(data / "interlink.db")) as database:
                database.execute("PRAGMA wal_autocheckpoint = 0")
                database.execute("INSERT INTO schema_migration VALUES (9000, '9000_later.sql', 'x', 1)")
                database.commit()
                copy = self.folder / "copy"
                shutil.rmtree(copy, ignore_errors=True)
                shutil.copytree(data, copy)  # with the log that closing would fold in
            self.refused(copy, "newer version of this program")

    # ---- damage

    def test_cut_off(self):
        size = (self.stopped / "interlink.db").stat().st_size
        for left in (1, 15, 99, 100, 511, PAGE - 1, PAGE, PAGE + 1, size // 2, size // 2 // PAGE * PAGE, size - PAGE, size - 1):
            with self.subTest(left=left):
                data = self.data()
                os.truncate(data / "interlink.db", left)
                self.refused(data, "damaged", "restore the last backup")

    def test_header(self):
        for at in (0, 8, 15, 16, 18, 19, 20, 21, 22, 47, 59, 68):
            with self.subTest(at=at):
                data = self.data()
                self.flip(data / "interlink.db", at)
                self.refused(data)

    def test_pages(self):
        """The first byte says what a page is, the next ones where its rows are: a change of these is always seen."""
        pages = (self.stopped / "interlink.db").stat().st_size // PAGE
        chance = random.Random(7)
        for page in chance.sample(range(2, pages), 10):
            with self.subTest(page=page):
                data = self.data()
                with (data / "interlink.db").open("r+b") as file:
                    file.seek((page - 1) * PAGE)
                    kind = file.read(1)[0]
                if kind not in (2, 5, 10, 13):  # what a long text goes on in, or a page that is free
                    self.never_worse(self.spoil(data, page))
                    continue
                self.refused(self.spoil(data, page), "damaged", "restore the last backup")

    def spoil(self, data, page):
        with (data / "interlink.db").open("r+b") as file:
            file.seek((page - 1) * PAGE)
            file.write(os.urandom(PAGE // 2))
        return data

    def test_any_bit(self):
        seed = random.randrange(1 << 30)
        chance, size, seen = random.Random(seed), (self.stopped / "interlink.db").stat().st_size, 0
        for _ in range(12):
            data = self.data()
            self.flip(data / "interlink.db", chance.randrange(size), 1 << chance.randrange(8))
            seen += self.never_worse(data)
        print(f"seed {seed}: {seen} of 12 flipped bits were seen at the start")

    def test_schema(self):
        data = self.data()
        file = (data / "interlink.db").read_bytes()
        at = file.index(b"CREATE TABLE person")
        (data / "interlink.db").write_bytes(file[:at] + b"CREATE TABEL" + file[at + 12:])
        self.refused(data, "damaged", "restore the last backup")

    def test_log(self):
        """A log that is damaged ends where the damage begins: SQLite cannot tell it from one whose end was not written yet."""
        size = (self.killed / "interlink.db-wal").stat().st_size
        self.assertGreater(size, PAGE)
        for at in (0, 4, 8, 16, 24, 32, 40, size // 2, size - 5):
            with self.subTest(at=at):
                data = self.data(self.killed)
                self.flip(data / "interlink.db-wal", at)
                self.never_worse(data)
        for left in (1, 31, 33, PAGE, size // 2):
            with self.subTest(left=left):
                data = self.data(self.killed)
                os.truncate(data / "interlink.db-wal", left)
                self.never_worse(data)

    # ---- rights

    @unittest.skipUnless(os.getuid() == 0, "only root can be somebody else")
    def test_rights(self):
        def as_nobody():
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)

        os.chmod(self.folder, 0o711)
        try:
            subprocess.run([str(interlink_test.program()), "--version"], preexec_fn=as_nobody, check=True, capture_output=True)
        except (OSError, subprocess.SubprocessError):
            self.skipTest("nobody may not run the program where it lies")
        data = self.data()  # belongs to root, and is for root only
        os.chmod(data, 0o700)
        self.refused(data, "who may", preexec_fn=as_nobody)
        os.chmod(data, 0o755)  # nobody may look in, and write nothing
        self.refused(data, "who may", preexec_fn=as_nobody)
        os.chmod(data, 0o777)  # may make files there, the database is not his
        self.refused(data, "who may", preexec_fn=as_nobody)
        os.chmod(data / "interlink.db", 0o444)
        self.refused(data, "who may", preexec_fn=as_nobody)

    # ---- when it looks through the whole file

    def test_when_it_looks(self):
        data = self.folder / "looks"
        server = interlink_test.Server(data=data)

        def looked(stop):
            stop()
            begin = len(server.log())
            server.restart()
            return "it is looked through" in server.log()[begin:]

        try:
            self.assertFalse(looked(server.stop_process))
            self.assertTrue(looked(lambda: (server.process.kill(), server.process.wait())))
            self.assertFalse(looked(server.stop_process))
            self.assertTrue(looked(lambda: (server.stop_process(), self.flip(data / "interlink.db", PAGE - 1, 0))))
        finally:
            server.stop()

    # ---- what the file says of itself

    def test_mark(self):
        head = (self.stopped / "interlink.db").read_bytes()[:100]
        with contextlib.closing(sqlite3.connect(self.stopped / "interlink.db")) as database:
            version = database.execute("SELECT max(version) FROM schema_migration").fetchone()[0]
        self.assertEqual(head[68:72], MARK)
        self.assertEqual(struct.unpack(">I", head[60:64])[0], version)


if __name__ == "__main__":
    unittest.main()
