#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""A server in a control group that was delegated to it: every worker has a group of its own, and none is left over.

The group is made below that of this test, where the machine has a tree of version 2 and lets us.
"""
import os
import pathlib
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/hostile"))
import hostile_tools  # noqa: E402
import interlink_test  # noqa: E402

CRASHES = 20


def group_of(pid):
    """The path of a process in the tree of version 2, or None."""
    try:
        lines = pathlib.Path(f"/proc/{pid}/cgroup").read_text().splitlines()
    except OSError:
        return None
    return next((line[3:] for line in lines if line.startswith("0::")), None)


def tree():
    """Where our own group's folder is, or None."""
    for line in pathlib.Path("/proc/self/mountinfo").read_text().splitlines():
        parts = line.split()
        if parts[parts.index("-") + 1] == "cgroup2" and parts[3] == "/" and group_of("self"):
            return pathlib.Path(parts[4] + group_of("self"))
    return None


def workers(host):
    found = []
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
            name = (folder / "comm").read_text().strip()
        except OSError:
            continue  # it ended meanwhile
        if parent == host and name.startswith("interlink-work"):
            found.append(int(folder.name))
    return found


class Groups(unittest.TestCase):
    def setUp(self):
        above = tree()
        self.folder = above and above / f"interlink-test-{os.getpid()}"
        try:
            self.folder.mkdir()
        except (AttributeError, OSError) as why:
            self.skipTest(f"no control group can be made here: {why}")
        self.addCleanup(self.remove)

    def remove(self):
        for name in ("tools", "host", "."):
            if (self.folder / name).exists():
                (self.folder / name).rmdir()

    def serve(self):
        def join():
            (self.folder / "cgroup.procs").write_text("0")
        server = interlink_test.Server(plugins=[hostile_tools.built("hostile-c"), hostile_tools.built("hostile-lua")],
                                       prepare=join)
        self.addCleanup(server.stop)
        return server, hostile_tools.administrator(server)

    def groups(self):
        return sorted(g.name for g in (self.folder / "tools").iterdir() if g.is_dir())

    def test_each_worker_has_one(self):
        os.setxattr(self.folder, "user.delegate", b"1")
        server, client = self.serve()
        self.assertIn("each worker runs in a control group of its own", server.log())
        self.assertTrue(group_of(server.process.pid).endswith(f"/{self.folder.name}/host"))
        views = hostile_tools.open_views(server, client, ["hostile-c", "hostile-lua", "poll"])
        for view in views.values():  # on a slow machine the first call may overrun its time
            interlink_test.wait_for(lambda v=view: client.raw("GET", v).status == 200, "the view answers")
        where = [group_of(w) for w in workers(server.process.pid)]
        self.assertGreaterEqual(len(where), 3)
        self.assertEqual(len(set(where)), len(where), "no two workers share a group")
        for path in where:
            self.assertRegex(path, rf"/{self.folder.name}/tools/{server.process.pid}-[0-9]+$")
        self.limits_are_set()

        for _ in range(CRASHES):
            self.assertIn(client.raw("GET", views["hostile-c"] + "segv").status, (502, 504))  # 504: a slow machine
        interlink_test.wait_for(lambda: len(self.groups()) == len(workers(server.process.pid)), "ended workers' groups are gone")
        self.assertEqual(client.raw("GET", views["poll"]).status, 200)
        server.stop_process()
        self.assertEqual(self.groups(), [])

    def limits_are_set(self):
        """Where the machine hands the controllers down; else there is nothing to look at."""
        group = self.folder / "tools" / self.groups()[0]
        if (group / "memory.max").exists():
            self.assertRegex((group / "memory.max").read_text(), r"^[0-9]+\n$")
            self.assertEqual((group / "memory.swap.max").read_text(), "0\n")
        if (group / "pids.max").exists():
            self.assertEqual((group / "pids.max").read_text(), "4\n")

    def test_a_group_that_was_not_delegated_is_left_alone(self):
        server, client = self.serve()
        self.assertIn("workers run without control groups: no control group is delegated to this process", server.log())
        self.assertFalse((self.folder / "tools").exists() or (self.folder / "host").exists())
        views = hostile_tools.open_views(server, client, ["poll"])
        self.assertEqual(client.raw("GET", views["poll"]).status, 200)


if __name__ == "__main__":
    unittest.main(verbosity=1)
