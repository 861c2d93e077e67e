# SPDX-License-Identifier: EUPL-1.2
"""A site with a project, and an author who writes a small tool that counts, for the tests of what comes in and what may stay."""
import json
import pathlib
import shutil
import sqlite3
import subprocess
import time

import package_tools
from package_tools import interlink_test

# Counts what is posted to it, and notes what the host tells it.
COUNTS = """
return {
  create = function(call) call.documents:put("n", {value = 0}) end,
  handle = function(call)
    local n = call.documents:get("n")
    if call.method == "POST" then
      n.value = n.value + 1
      call.documents:put("n", n)
      call.documents:put("by/VERSION/" .. n.value, {n = n.value})
      call:redirect("/")
      return
    end
    call:html("<p>VERSION " .. n.value .. "</p>")
  end,
  event = function(call) call.documents:append("told/VERSION/", {event = call.event}) end,
}
"""
DIES = 'error("this version cannot start")'
OFFERED = 10  # seconds until a running server must have taken up what was changed; it looks once a second


def counting(version):
    return COUNTS.replace("VERSION", version)


class InstallTest(package_tools.PackageTest):
    """Tests with a server of their own that was not started with --dev."""
    options = ()

    def setUp(self):
        super().setUp()
        self.server = interlink_test.Server(options=["--loops", "2", *self.options])
        self.addCleanup(self.server.stop)
        self.data = self.server.data
        self.ada = self.server.client("ada@example.org", "a-long-password", admin=True)
        self.visitor = self.server.client()
        self.process = self.ada.post("/processes", {"name": "Park", "guide": self.server.a_guide(self.visitor)})["id"]
        self.task = self.ada.get(f"/processes/{self.process}/tree")["nodes"][0]["children"][0]["children"][0]["id"]
        self.key, self.pub = self.keys("anna")

    # ---- what an author does

    def write(self, plugin="count", version="1.0.0", code=None, **members):
        place = self.folder / f"{plugin}-{version}"
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(package_tools.HELLO, place)
        manifest = json.loads((place / "interlinker.json").read_text())
        (place / "interlinker.json").write_text(json.dumps(dict(manifest, id=plugin, version=version, **members)))
        (place / "main.lua").write_text(code or counting(version))
        return place

    def signed(self, plugin="count", version="1.0.0", code=None, key=None, **members):
        file = self.folder / f"{plugin}-{version}.interlinker"
        for old in (file, pathlib.Path(f"{file}.minisig")):
            old.unlink(missing_ok=True)
        self.good("plugin", "pack", "--output", file, self.write(plugin, version, code, **members))
        self.good("plugin", "sign", "--key", key or self.key, file)
        return file

    # ---- what an administrator does, at the command line

    def plugin(self, verb, *words):
        return self.good("plugin", verb, "--data", self.data, *words)

    def refused(self, verb, *words, says):
        return self.bad("plugin", verb, "--data", self.data, *words, says=says)

    def install(self, plugin="count", version="1.0.0", code=None, grant="documents", **members):
        self.plugin("install", self.signed(plugin, version, code, **members), "--grant", grant)
        self.wait_version(plugin, version)

    # ---- what one sees

    def state(self, plugin="count"):
        return next((p for p in self.ada.pages("/plugins") if p["id"] == plugin), None)

    def wait_version(self, plugin, version):
        interlink_test.wait_for(lambda: (self.state(plugin) or {}).get("version") == version, f"{plugin} is {version}", OFFERED)

    def wait_state(self, wanted, plugin="count", patience=OFFERED):
        return interlink_test.wait_for(lambda: (self.state(plugin) or {}).get("state") == wanted and self.state(plugin),
                                       f"{plugin} is {wanted}", patience)

    def asset(self, plugin="count"):
        return self.ada.post(f"/nodes/{self.task}/assets", {"interlinker": plugin, "name": "Ours"})["id"]

    def view(self, asset, method="GET"):
        """The answer of the tool itself."""
        url = self.ada.post(f"/assets/{asset}/views", {"capability": "view"})["url"]
        return self.visitor.raw(method, url, b"" if method == "POST" else None,
                                {"Content-Type": "application/x-www-form-urlencoded"} if method == "POST" else None)

    def documents(self, asset):
        """Every byte that the asset keeps."""
        with sqlite3.connect(f"file:{self.data}/interlink.db?mode=ro", uri=True) as db:
            return dict(db.execute("SELECT key, value FROM document WHERE asset = ? ORDER BY key", (asset,)))

    def query(self, sql, *values):
        with sqlite3.connect(f"file:{self.data}/interlink.db?mode=ro", uri=True) as db:
            return db.execute(sql, values).fetchall()

    def lock(self):
        return {e["id"]: e for e in json.loads((pathlib.Path(self.data) / "interlinkers.lock").read_text())["interlinkers"]}

    def workers(self):
        """The processes of workers below this server."""
        listed = subprocess.run(["ps", "-o", "comm=", "--ppid", str(self.server.process.pid)], capture_output=True, text=True)
        return [line for line in listed.stdout.split() if line.startswith("interlink-work")]


def seconds(since):
    return f"{time.monotonic() - since:.2f} s"
