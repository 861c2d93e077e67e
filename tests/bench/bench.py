#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Prints what the host does in a second beside what nginx does with the same bytes on the same machine, in one run.

    bench.py [WORDS]     only the rows whose name contains one of the words

Each row is the median of three runs of `wrk` (2 threads). The ratio comes first: absolute figures drift from
run to run and from machine to machine, ratios within a run hold. Nothing is asserted.
"""
import http.client
import json
import os
import pathlib
import re
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
                                        stderr=subprocess.DEVNULL)
        interlink_test.wait_for(lambda: get(self.port, "/tiny")[0] == 200, "nginx answers")

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


def median(*args, **kwargs):
    runs = [wrk(*args, **kwargs) for _ in range(3)]
    return statistics.median(r[0] for r in runs), statistics.median(r[1] for r in runs), sum(r[2] for r in runs)


class Report:
    def __init__(self, words):
        self.words, self.base = words, {}
        print(f"{'ratio':>7}  {'target':>7}  {'a second':>10}  {'p99 ms':>8}  what", flush=True)

    def wants(self, name):
        return not self.words or any(word in name for word in self.words)

    def row(self, name, against, target, run):
        if not self.wants(name):
            return
        rate, late, failed = run()
        ratio = rate / self.base[against] if self.base.get(against) else 0.0
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


def measure(server, uncached, report, folder):
    client, process, task, poll, survey = prepare(server)
    port = server.port
    page = "/api/v1/interlinkers?limit=20"
    status, body, headers = get(port, page)
    nginx = Nginx(folder, body)
    bearer = ("Authorization", f"Bearer {client.token}")
    json_body = "application/json"
    try:
        report.base["tiny answer"] = median(nginx.port, "/tiny")[0]
        report.base["same bytes"] = median(nginx.port, "/page.json")[0]
        tag = get(nginx.port, "/page.json")[2].get("ETag", "")
        report.base["304"] = median(nginx.port, "/page.json", headers=[("If-None-Match", tag)])[0]
        for name, rate in report.base.items():
            print(f"{1:7.2f}  {'':>7}  {rate:10,.0f}  {'':8}  nginx {name}", flush=True)

        etag = headers.get("ETag") or headers.get("etag") or ""
        item = client.get("/interlinkers?limit=1")["items"][0]["id"]
        views = {name: client.post(f"/assets/{asset}/views", {"capability": "view"})["url"]
                 for name, asset in (("poll", poll), ("survey", survey))}
        event = json.dumps({"node": task, "action": "bench.event", "data": {"n": 1}})
        opened = json.dumps({"interlinker": "poll", "name": "Poll", "params": {"question": "?", "options": ["a", "b"]}})

        report.row("catalogue page of 20, kept", "same bytes", "0.90", lambda: median(port, page))
        report.row("304", "304", "0.90", lambda: median(port, page, headers=[("If-None-Match", etag)]))
        report.row("catalogue page of 20, after a change", "tiny answer", "0.26", lambda: median(uncached.port, page))
        report.row("one Interlinker", "tiny answer", "0.60", lambda: median(port, f"/api/v1/interlinkers/{item}"))
        report.row("tree of 72 items", "tiny answer", "0.15",
                   lambda: median(port, f"/api/v1/processes/{process}/tree", headers=[bearer]))
        report.row("usage event, durable, 64 connections", "tiny answer", "0.23",
                   lambda: median(port, "/api/v1/usage", headers=[bearer], body=event))
        report.row("usage event, durable, 256 connections", "tiny answer", "0.23",
                   lambda: median(port, "/api/v1/usage", connections=256, headers=[bearer], body=event))
        report.row("survey view, jailed worker", "tiny answer", "0.35", lambda: median(port, views["survey"]))
        report.row("poll view, jailed worker", "tiny answer", "0.35", lambda: median(port, views["poll"]))
        report.row("poll vote, jailed worker, durable", "tiny answer", "",
                   lambda: median(port, views["poll"] + "vote", form="option=0"))
        report.row("open an asset, jailed worker, durable", "tiny answer", "0.08",
                   lambda: median(port, f"/api/v1/nodes/{task}/assets", headers=[bearer], body=opened))
        report.row("portal page of the project", "tiny answer", "0.05",
                   lambda: median(port, f"/projects/{process}", headers=[("Cookie", client.cookie)]))
        for count in (128, 384):
            report.row(f"one Interlinker, {count} connections", "tiny answer", "",
                       lambda: median(port, f"/api/v1/interlinkers/{item}", connections=count))
        report.figure("memory of the host after all this, MB", f"{memory_of(server.process.pid):.0f}", "<= 40")
        idle = [memory_of(p) for p in workers_of(server.process.pid)]
        if idle:
            report.figure("memory of the largest worker, MB", f"{max(idle):.1f}", "<= 4")
    finally:
        nginx.stop()


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
