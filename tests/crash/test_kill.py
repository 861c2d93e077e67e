#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""kill -9 of the host, again and again, while people write through HTTP: what was acknowledged is there, and no act is there
by half. Some log events; one adds tools to a task, which writes the tool, its documents, an event and a notification.

    test_kill.py [ROUNDS]
"""
import contextlib
import http.client
import json
import os
import pathlib
import random
import signal
import sqlite3
import statistics
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/api"))
import interlink_test  # noqa: E402

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 100
EVENT_WRITERS = 3
CHECK_EVERY = 10  # rounds: how often the whole database is looked through on the way


def write(port, token, path, body_of, label, acknowledged, stop):
    """Posts numbered bodies until the connection breaks; remembers the names of those that were answered."""
    connection, number = http.client.HTTPConnection("127.0.0.1", port, timeout=10), 0
    while not stop.is_set():
        number += 1
        name = f"{label}-{number}"
        try:
            connection.request("POST", "/api/v1" + path, json.dumps(body_of(name)),
                               {"Authorization": f"Bearer {token}", "Content-Type": "application/json"})
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            return
        if answer.status == 201:
            acknowledged.append(name)


def worker_ids(pid):
    ids = []
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
            if int(fields[1]) == pid:
                ids.append((folder.name, fields[19]))  # with its start time, against reuse of the number
        except (OSError, IndexError):
            pass
    return ids


def still_there(ids):
    left = []
    for number, start in ids:
        try:
            fields = pathlib.Path(f"/proc/{number}/stat").read_text().rsplit(")", 1)[1].split()
            if fields[19] == start and fields[0] != "Z":
                left.append(number)
        except (OSError, IndexError):
            pass
    return left


def column(database, sql):
    return [row[0] for row in database.execute(sql)]


def look(data):
    """The database's health, the names of the acts that are there, and those that are there by half."""
    with contextlib.closing(sqlite3.connect(data + "/interlink.db")) as database:
        health = database.execute("PRAGMA integrity_check").fetchone()[0]
        kept = {json.loads(data)["name"] for data in column(database, "SELECT data FROM usage WHERE action = 'test.event'")}
        tools = dict(database.execute("SELECT id, name FROM asset"))
        pieces = [sorted(column(database, sql)) for sql in (
            "SELECT id FROM asset",
            "SELECT asset FROM usage WHERE action = 'asset.created'",
            "SELECT asset FROM notification WHERE event = 'asset.created'",
            "SELECT DISTINCT asset FROM document")]
    whole = set.intersection(*map(set, pieces))
    halves = set.union(*map(set, pieces)) - whole | {i for ids in pieces for i in ids if ids.count(i) > 1}
    return health, kept | {tools[i] for i in whole}, {tools.get(i, i) for i in halves}


def main():
    with tempfile.TemporaryDirectory(prefix="interlink-kill-") as folder:
        server = interlink_test.Server(data=folder + "/data")
        try:
            return kill_loop(server)
        finally:
            if server.process.poll() is None:
                server.process.kill()
                server.process.wait()


def kill_loop(server):
    client = server.client("admin@example.org", "a-long-password", admin=True)
    server.client("bruno@example.org", "a-long-password")  # who is told of what is done
    process = client.post("/processes", {"name": "Crash", "language": "en", "guide": server.a_guide(client)})
    node = client.get(f"/processes/{process['id']}/tree")["nodes"][0]["id"]
    client.post(f"/processes/{process['id']}/members", {"email": "bruno@example.org", "role": "viewer"})
    task = client.get(f"/processes/{process['id']}/tree")["nodes"][0]["children"][0]["children"][0]["id"]
    poll = client.post(f"/nodes/{task}/assets", {"interlinker": "poll", "name": "Poll", "params": {
        "question": "Which day?", "options": ["one", "two"]}})
    acknowledged, starts, seed = [], [], random.randrange(1 << 30)
    print(f"seed {seed}")
    chance = random.Random(seed)
    for turn in range(ROUNDS):
        stop = threading.Event()
        works = [("/usage", lambda name: {"node": node, "action": "test.event", "data": {"name": name}})] * EVENT_WRITERS + [
            (f"/nodes/{task}/assets", lambda name: {"interlinker": "poll", "name": name, "params": {
                "question": "Which day?", "options": ["one", "two"]}})]
        mine = [[] for _ in works]
        threads = [threading.Thread(target=write, args=(server.port, client.token, *works[i], f"{turn}-{i}", mine[i], stop))
                   for i in range(len(works))]
        view = client.post(f"/assets/{poll['id']}/views", {"capability": "view"})["url"]
        client.raw("GET", view)  # so that there is a worker to be orphaned
        for thread in threads:
            thread.start()
        interlink_test.wait_for(lambda: all(len(m) > 0 for m in mine), "every writer has written")
        time.sleep(chance.random() * 0.05)  # the moment of death, not a wait for a condition
        workers = worker_ids(server.process.pid)
        if not workers:
            raise AssertionError("there was no worker that could have been left behind")
        os.kill(server.process.pid, signal.SIGKILL)
        server.process.wait()
        stop.set()
        for thread in threads:
            thread.join()
        interlink_test.wait_for(lambda: not still_there(workers), "no worker is left behind")
        for names in mine:
            acknowledged += names
        begin = time.monotonic()
        server.restart()
        starts.append((time.monotonic() - begin) * 1000)
        if turn % CHECK_EVERY == 0 and (found := look(server.data)) and (found[0] != "ok" or found[2]):
            raise AssertionError(f"after the {turn + 1}th kill: {found[0]}, by half: {found[2]}")
    server.stop()
    health, kept, halves = look(server.data)
    missing = [name for name in acknowledged if name not in kept]
    print(f"{ROUNDS} times killed, {len(acknowledged)} acts acknowledged, {len(kept)} kept, {len(missing)} missing, "
          f"{len(halves)} by half, integrity_check: {health}; answering again after {statistics.median(starts):.0f} ms "
          f"(worst {max(starts):.0f})")
    return 1 if missing or halves or health != "ok" or not acknowledged else 0


if __name__ == "__main__":
    sys.exit(main())
