#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""kill -9 of the host, again and again, while events are written through HTTP: what was acknowledged is there.

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
WRITERS = 4
CHECK_EVERY = 10  # rounds: how often the whole database is looked through on the way


def write_events(port, token, node, label, acknowledged, stop):
    """Posts numbered events until the connection breaks; remembers those that were answered."""
    connection, number = http.client.HTTPConnection("127.0.0.1", port, timeout=10), 0
    while not stop.is_set():
        number += 1
        name = f"{label}-{number}"
        body = json.dumps({"node": node, "action": "test.event", "data": {"name": name}})
        try:
            connection.request("POST", "/api/v1/usage", body,
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


def database_health(data):
    with contextlib.closing(sqlite3.connect(data + "/interlink.db")) as database:
        return database.execute("PRAGMA integrity_check").fetchone()[0]


def events_kept(data):
    with contextlib.closing(sqlite3.connect(data + "/interlink.db")) as database:
        rows = database.execute("SELECT data FROM usage WHERE action = 'test.event'").fetchall()
    return {json.loads(row[0])["name"] for row in rows}


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
    process = client.post("/processes", {"name": "Crash", "language": "en", "guide": server.a_guide(client)})
    node = client.get(f"/processes/{process['id']}/tree")["nodes"][0]["id"]
    task = client.get(f"/processes/{process['id']}/tree")["nodes"][0]["children"][0]["children"][0]["id"]
    poll = client.post(f"/nodes/{task}/assets", {"interlinker": "poll", "name": "Poll", "params": {
        "question": "Which day?", "options": ["one", "two"]}})
    acknowledged, starts, seed = [], [], random.randrange(1 << 30)
    print(f"seed {seed}")
    chance = random.Random(seed)
    for turn in range(ROUNDS):
        stop, mine = threading.Event(), [[] for _ in range(WRITERS)]
        threads = [threading.Thread(target=write_events, args=(server.port, client.token, node, f"{turn}-{i}", mine[i], stop))
                   for i in range(WRITERS)]
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
        if turn % CHECK_EVERY == 0 and database_health(server.data) != "ok":
            raise AssertionError(f"the database is not whole after the {turn + 1}th kill")
    server.stop()
    kept, health = events_kept(server.data), database_health(server.data)
    missing = [name for name in acknowledged if name not in kept]
    print(f"{ROUNDS} times killed, {len(acknowledged)} events acknowledged, {len(kept)} kept, {len(missing)} missing, "
          f"integrity_check: {health}; answering again after {statistics.median(starts):.0f} ms (worst {max(starts):.0f})")
    return 1 if missing or health != "ok" or not acknowledged else 0


if __name__ == "__main__":
    sys.exit(main())
