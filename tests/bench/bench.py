#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Prints what the host does in a second beside what nginx does with the same bytes on the same machine, in one run.

    bench.py [WORDS]     only the rows whose name contains one of the words

Each row is the median of three runs of `wrk` (2 threads), BENCH_SECONDS each (3). The ratio comes first: absolute figures
drift from run to run and from machine to machine, ratios within a run hold. Nothing is asserted.
"""
import http.client
import json
import os
import pathlib
import re
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "release"
CATALOGUE = pathlib.Path(os.environ.get("INTERLINK_CATALOGUE", ROOT.parent / "shared/data/interlink-catalogue"))
SECONDS = int(os.environ.get("BENCH_SECONDS", "3"))  # wrk takes whole seconds
sys.path.insert(0, str(ROOT / "tests/api"))
import interlink_test  # noqa: E402


class Nginx:
    """Serves a fixed tiny answer and the bytes of the catalogue page, as fast as it can."""

    def __init__(self, folder, page):
        self.port = interlink_test.free_port()
        folder.chmod(0o755)  # started by root, its workers are somebody else
        (folder / "www").mkdir()
        (folder / "www" / "page.json").write_bytes(page)
        (folder / "nginx.conf").write_text(f"""
            worker_processes 2; daemon off; pid {folder}/nginx.pid; error_log /dev/null;
            events {{ worker_connections 2048; }}
            http {{ access_log off; keepalive_requests 1000000000; open_file_cache max=100; sendfile on; tcp_nopush on;
              types {{ application/json json; }}
              server {{ listen 127.0.0.1:{self.port} reuseport backlog=1024; root {folder}/www;
                location = /tiny {{ return 200 "ok"; }} }} }}""")
        self.process = subprocess.Popen(["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf")],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        interlink_test.wait_for(lambda: get(self.port, "/page.json")[0] == 200, "nginx answers")

    def stop(self):
        self.process.terminate()
        self.process.wait()


def get(port, path, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read(), dict(answer.getheaders())
    except OSError:
        return 0, b"", {}
    finally:
        connection.close()


def wrk(port, path, connections=64, headers=(), body=None, form=None, expect=None):
    """One run: requests a second, p99 in ms, and the answers that were not 2xx or 3xx."""
    command = ["wrk", "-t2", f"-c{connections}", f"-d{SECONDS}s", "--latency"]
    for name, value in headers:
        command += ["-H", f"{name}: {value}"]
    script = None
    if body is not None or form is not None:
        kind = "application/json" if body is not None else "application/x-www-form-urlencoded"
        script = tempfile.NamedTemporaryFile("w", suffix=".lua")
        script.write(f'wrk.method = "POST"\nwrk.body = {json.dumps(body if body is not None else form)}\n'
                     f'wrk.headers["Content-Type"] = "{kind}"\n')
        script.flush()
        command += ["-s", script.name]
    text = subprocess.run(command + [f"http://127.0.0.1:{port}{path}"], capture_output=True, text=True).stdout
    rate = re.search(r"Requests/sec:\s+([\d.]+)", text)
    late = re.search(r"99%\s+([\d.]+)(us|ms|s)", text)
    failed = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    scale = {"us": 0.001, "ms": 1.0, "s": 1000.0}
    return (float(rate.group(1)) if rate else 0.0, float(late.group(1)) * scale[late.group(2)] if late else 0.0,
            int(failed.group(1)) if failed else 0)


class Report:
    """Prints a row at a time. What a row is compared with is measured anew before each of its runs, since the machine's
    own speed changes within minutes: the ratio is the median of the ratios of three pairs of runs."""

    def __init__(self, words):
        self.words, self.base = words, {}
        print(f"{'ratio':>7}  {'target':>7}  {'a second':>10}  {'p99 ms':>8}  what", flush=True)

    def wants(self, name):
        return not self.words or any(word in name for word in self.words)

    def row(self, name, against, target, *args, **kwargs):
        if not self.wants(name):
            return
        pairs = []
        for _ in range(3):
            base = self.base[against]()[0]
            run = wrk(*args, **kwargs)
            pairs.append((run[0] / base if base else 0.0, *run))
        ratio, rate, late = (statistics.median(pair[i] for pair in pairs) for i in range(3))
        failed = sum(pair[3] for pair in pairs)
        note = f"  ({failed} answers failed)" if failed else ""
        print(f"{ratio:7.2f}  {target:>7}  {rate:10,.0f}  {late:8.2f}  {name}, against nginx {against}{note}", flush=True)

    def figure(self, name, value, target):
        if self.wants(name):
            print(f"{'':7}  {target:>7}  {value:>10}  {'':8}  {name}", flush=True)


def prepare(server):
    """A person, a project of the default guide, a survey and a poll in one of its tasks."""
    client = server.client("bench@example.org", "bench-password-1", admin=True)
    guides = [g["id"] for g in client.get("/guides")["items"]]
    process = client.post("/processes", {"name": "Bench", "language": "en",
                                         "guide": "default" if "default" in guides else guides[0]})
    tree = client.get(f"/processes/{process['id']}/tree")

    def tasks(nodes):
        for node in nodes:
            if node["kind"] == "task":
                yield node["id"]
            yield from tasks(node["children"])

    task = next(tasks(tree["nodes"]))
    poll = client.post(f"/nodes/{task}/assets", {"interlinker": "poll", "name": "Poll", "params": {
        "question": "Which day?", "options": ["Saturday", "Sunday"]}})
    survey = client.post(f"/nodes/{task}/assets", {"interlinker": "survey", "name": "Survey", "params": {"title": "Survey"}})
    return client, process["id"], task, poll["id"], survey["id"]


def memory_of(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


def workers_of(pid):
    out = subprocess.run(["pgrep", "-P", str(pid), "interlink-worke"], capture_output=True, text=True).stdout.split()
    return [int(p) for p in out]


def start_time(data):
    """Milliseconds from exec to the first answer."""
    port = interlink_test.free_port()
    begin = time.monotonic()
    process = subprocess.Popen([str(BUILD / "interlink"), "serve", "--data", data, "--listen", f"127.0.0.1:{port}"],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while get(port, "/healthz")[0] != 200:
        pass
    took = (time.monotonic() - begin) * 1000
    process.terminate()
    process.wait()
    return took


def postings(client, port, task, poll):
    """Bodies of what is posted, and an answer to each, so that a row of refusals is never taken for speed."""
    event = json.dumps({"node": task, "action": "bench.event", "data": {"n": 1}})
    opened = json.dumps({"interlinker": "poll", "name": "Poll", "params": {"question": "Which day?", "options": ["Sat", "Sun"]}})
    client.post("/usage", json.loads(event))
    client.post(f"/nodes/{task}/assets", json.loads(opened))
    vote = "option=1"
    answer = client.raw("POST", poll + "vote", vote, {"Content-Type": "application/x-www-form-urlencoded"})
    assert answer.status < 400, f"the vote was answered with {answer.status}"
    return event, opened, vote


def measure(server, uncached, report, folder):
    client, process, task, poll, survey = prepare(server)
    port = server.port
    page = "/api/v1/interlinkers?limit=20"
    _, body, headers = get(port, page)
    nginx = Nginx(folder, body)
    tag, etag = get(nginx.port, "/page.json")[2].get("ETag"), headers.get("ETag")
    report.base = {"tiny answer": lambda: wrk(nginx.port, "/tiny"), "same bytes": lambda: wrk(nginx.port, "/page.json"),
                   "304": lambda: wrk(nginx.port, "/page.json", headers=[("If-None-Match", tag)])}
    bearer, cookie = [("Authorization", f"Bearer {client.token}")], [("Cookie", client.cookie)]
    item = "/api/v1/interlinkers/" + client.get("/interlinkers?limit=1")["items"][0]["id"]
    views = {name: client.post(f"/assets/{asset}/views", {"capability": "view"})["url"]
             for name, asset in (("poll", poll), ("survey", survey))}
    event, opened, vote = postings(client, port, task, views["poll"])
    tiny = "tiny answer"
    try:
        for name, ask in report.base.items():
            print(f"{1:7.2f}  {'':>7}  {ask()[0]:10,.0f}  {'':8}  nginx {name}", flush=True)
        report.row("catalogue page of 20, kept", "same bytes", "0.90", port, page)
        report.row("304", "304", "0.90", port, page, headers=[("If-None-Match", etag)])
        report.row("catalogue page of 20, after a change", tiny, "0.26", uncached.port, page)
        report.row("one Interlinker", tiny, "0.60", port, item)
        for count in (128, 256, 384):
            report.row(f"one Interlinker, {count} connections", tiny, "", port, item, connections=count)
        report.row("tree of 72 items", tiny, "0.15", port, f"/api/v1/processes/{process}/tree", headers=bearer)
        report.row("survey view, jailed worker", tiny, "0.35", port, views["survey"])
        report.row("poll view, jailed worker", tiny, "0.35", port, views["poll"])
        report.row("poll vote, jailed worker, durable", tiny, "", port, views["poll"] + "vote", form=vote)
        report.row("portal page of the project", tiny, "0.05", port, f"/projects/{process}", headers=cookie)
        for count in (64, 256):
            report.row(f"usage event, durable, {count} connections", tiny, "0.23", port, "/api/v1/usage",
                       connections=count, headers=bearer, body=event)
        report.row("open an asset, jailed worker, durable", tiny, "0.08", port, f"/api/v1/nodes/{task}/assets",
                   headers=bearer, body=opened)
        report.row("portal page of the project with many items", tiny, "0.05", port, f"/projects/{process}", headers=cookie)
        report.figure("memory of the host after all this, MB", f"{memory_of(server.process.pid):.0f}", "<= 40")
        report.figure("memory of the largest worker, MB",
                      f"{max(memory_of(p) for p in workers_of(server.process.pid)):.1f}", "<= 4")
    finally:
        nginx.stop()
    grown(server, client, process, task, report)
    report.figure("start to first answer, the database of all this, ms", f"{start_time(server.data):.0f}", "<= 300")


def rows_add(data, person, process, task, first, last):
    """Rows of the usage log and notifications, as years of use would leave them."""
    base = sqlite3.connect(pathlib.Path(data) / "interlink.db")
    with base:
        base.executemany("INSERT INTO usage (id, at, person, role, action, process, node) VALUES (?, ?, 'p', 'citizen', ?, ?, ?)",
                         ((f"u{i}", 1_700_000_000_000 + i, "bench.event", process, task) for i in range(first, last)))
        base.executemany("INSERT INTO notification (id, person, event, params, process, node, created) "
                         "VALUES (?, ?, 'task.done', '{}', ?, ?, ?)",
                         ((f"00000000-0000-7000-8000-{i:012x}", person, process, task, 1_700_000_000_000 + i)
                          for i in range(first, last)))
    base.close()


def grown(server, client, process, task, report):
    """How p99 of the lists changes when there are a hundred times as many rows."""
    bearer = [("Authorization", f"Bearer {client.token}")]
    paths = {"usage of a project": f"/api/v1/usage?process={process}", "usage of a task": f"/api/v1/usage?node={task}",
             "usage of an action": f"/api/v1/usage?process={process}&action=bench.other",
             "notifications": "/api/v1/notifications", "unread notifications": "/api/v1/notifications?unread=true",
             "messages page": "/messages"}
    late, done = {}, 0
    if not report.wants("growth"):
        server.stop_process()
        return
    for rows in (1_000, 100_000):
        server.stop_process()
        rows_add(server.data, client.person["id"], process, task, done, rows)
        done = rows
        server.restart()
        for what, path in paths.items():
            runs = [wrk(server.port, path, connections=8, headers=bearer) for _ in range(3)]
            late.setdefault(what, []).append(statistics.median(run[1] for run in runs))
    server.stop_process()
    for what, (before, after) in late.items():
        report.figure(f"growth of p99 from 1,000 to 100,000 rows: {what}, {before:.2f} to {after:.2f} ms",
                      f"{after / before:.2f}", "<= 2")


def main():
    report = Report(sys.argv[1:])
    with tempfile.TemporaryDirectory(prefix="interlink-bench-") as folder:
        folder = pathlib.Path(folder)
        servers = [interlink_test.Server(binary=BUILD / "interlink", options=options,
                                         catalogue=CATALOGUE if CATALOGUE.is_dir() else None)
                   for options in ([], ["--kept", "0"])]
        try:
            measure(servers[0], servers[1], report, folder)
        finally:
            for server in servers:
                server.stop()
        starts = [start_time(str(folder / f"new-{i}")) for i in range(3)]
        report.figure("start to first answer, empty folder, ms", f"{statistics.median(starts):.0f}", "<= 100")
    return 0


if __name__ == "__main__":
    sys.exit(main())
