#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Requests to other servers, in an internet of the test's own: what works, and that nothing else does. At every private address a
server waits for a connection, and none ever comes."""
import json
import os
import pathlib
import tempfile
import time
import unittest
import urllib.parse

import egress_tools

egress_tools.enter()

import install_tools  # noqa: E402
from install_tools import InstallTest  # noqa: E402

ASKS = """
return {handle = function(call)
  local good, answer, why
  for _ = 1, tonumber(call.query.times or 1) do
    good, answer, why = pcall(function()
      if call.query.post then
        return call.http:post(call.query.url, "text/plain", call.query.post, {["X-Api-Key"] = "secret"})
      end
      return call.http:get(call.query.url, {Accept = "application/json"})
    end)
  end
  if not good then return call:json({refused = tostring(answer)}) end
  if answer and not utf8.len(answer.body) then answer.body = "bytes: " .. #answer.body end
  call:json({answer = answer, why = why})
end}
"""
NAMES = {
    "api.example.org": [["9.9.9.9"]], "other.example.org": [["9.9.9.10"]], "cert.example.org": [["9.9.9.9"]],
    "both.example.org": [["9.9.9.99", "127.0.0.1"]], "six.example.org": [["9.9.9.99", "::1", "fd00::7"]],
    "mapped.example.org": [["::ffff:127.0.0.1"]], "mapped-public.example.org": [["::ffff:9.9.9.9"]],
    "nat64.example.org": [["64:ff9b::7f00:1"]], "zero.example.org": [["0.0.0.0"]], "many.example.org": [["224.0.0.1"]],
    "rebind.example.org": [["9.9.9.9"], ["127.0.0.1"]], "unbind.example.org": [["127.0.0.1"], ["9.9.9.9"]],
    "silent.example.org": None, "nobody.example.org": [["9.9.9.99"]],
    **{f"private-{i}.example.org": [[address]] for i, address in enumerate(egress_tools.PRIVATE)},
}
HOSTS = [*(name for name in NAMES if name != "other.example.org" and name != "mapped-public.example.org"), "hosts.example"]
API = "https://api.example.org"
REDIRECTS = {
    "another host": "https://other.example.org/", "no encryption": "http://api.example.org/ok", "this machine": "https://127.0.0.1/",
    "this machine, by name": "https://hosts.example/", "the cloud": "http://169.254.169.254/latest/meta-data/", "without a scheme": "//other.example.org/",
    "another port": "https://api.example.org:8443/", "a name and password": "https://api.example.org@other.example.org/",
    "a password": "https://a:b@api.example.org/ok", "a file": "file:///etc/passwd", "another name below": "https://x.api.example.org/",
    "a dot more": "https://api.example.org./ok", "a private host": "https://private-0.example.org/", "IPv6": "https://[::1]/",
    "a backslash": "https://other.example.org\\@api.example.org/",
}


def serve(page, body):
    path, _, rest = page.path.partition("?")
    if path == "/ok":
        page.say(200, b'{"ok": true}', Content_Type="application/json", X_More="a", Set_Cookie="a=b")
    elif path == "/echo":
        page.say(201, json.dumps({"body": body.decode(), "headers": {k.lower(): v for k, v in page.headers.items()}}).encode())
    elif path == "/to":
        page.say(302, b"elsewhere", Location=urllib.parse.unquote(rest))
    elif path == "/large":
        page.say(200, b"x" * ((1 << 20) + 1))
    elif path == "/drip":  # says no length, and never ends
        page.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
        for _ in range(100):
            page.wfile.write(b"x" * 100)
            time.sleep(0.1)
    elif path == "/bomb":
        page.say(200, b"\x1f\x8b" + b"\0" * 100, Content_Encoding="gzip")
    elif path == "/many-headers":
        page.say(200, b"", **{f"x-{i}": "y" * 200 for i in range(90)})
    elif path == "/nonsense":
        page.wfile.write(b"HTTP/9.9 ???\r\n\r\n\0\0\0")
        page.close_connection = True
    else:
        page.say(404, b"no")


class Egress(InstallTest):
    options = ("--loops", "1")

    @classmethod
    def setUpClass(cls):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="interlink-net-"))
        cls.addClassCleanup(egress_tools.tidy, folder)
        egress_tools.internet(folder)
        egress_tools.certificates(folder, [*(n for n in NAMES if n != "cert.example.org"), "hosts.example"])
        cls.names = egress_tools.NameServer({name: [list(e) for e in known] if known else known for name, known in NAMES.items()})
        cls.names.start()
        cls.api = egress_tools.Server("9.9.9.9", folder, serve)
        cls.other = egress_tools.Server("9.9.9.10", folder, serve)
        cls.traps = [egress_tools.Server(address, folder, serve, port) for address in egress_tools.PRIVATE for port in (443, 80)]
        cls.traps += [egress_tools.Server("9.9.9.9", folder, serve, 8443), egress_tools.Server("127.0.0.1", folder, serve, 3128)]
        for name in ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
            os.environ[name] = "http://127.0.0.1:3128"

    def setUp(self):
        super().setUp()
        self.install("asks", code=ASKS, permissions={"http": {"hosts": HOSTS[:20]}}, grant="http",
                     limits={"wall_ms": 4000, "cpu_ms": 500})
        self.asks = self.asset("asks")

    def ask(self, url, **more):
        view = self.ada.post(f"/assets/{self.asks}/views", {"capability": "view"})["url"]
        answer = self.visitor.raw("GET", f"{view}?{urllib.parse.urlencode({'url': url, **more})}")
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json

    def test_what_works(self):
        answer = self.ask(f"{API}/ok")["answer"]
        self.assertEqual((answer["status"], answer["type"], json.loads(answer["body"])), (200, "application/json", {"ok": True}))
        self.assertEqual(answer["headers"]["x-more"], "a")
        self.assertEqual(self.ask("https://API.example.org:443/none?q=%40")["answer"]["status"], 404)
        echo = json.loads(self.ask(f"{API}/echo", post="h\xe9llo")["answer"]["body"])
        self.assertEqual((echo["body"], echo["headers"]["x-api-key"], echo["headers"]["content-type"]), ("h\xe9llo", "secret", "text/plain"))
        self.assertRegex(echo["headers"]["idempotency-key"], r"^[0-9a-f]{28}-1$")
        echo = json.loads(self.ask(f"{API}/echo")["answer"]["body"])["headers"]
        self.assertEqual(set(echo), {"host", "user-agent", "accept"})  # no cookie of the answer before, nothing of the person
        for to in (f"{API}/ok", "/ok", "ok"):
            self.assertEqual(self.ask(f"{API}/to?{urllib.parse.quote(to)}")["answer"]["status"], 200)
        self.assertEqual(self.ask(f"{API}/to?/ok", post="x")["answer"]["status"], 302)
        self.assertEqual(self.ask(f"{API}/bomb")["answer"]["body"], "bytes: 102")  # nothing is unpacked
        self.assertEqual(self.ask(f"{API}/many-headers")["answer"]["status"], 200)
        used = next(g for g in self.state("asks")["grants"] if g["name"] == "http")
        self.assertEqual(used["limits"], {"hosts": HOSTS[:20]})

    def test_what_fails_and_is_said(self):
        for url, says in ((f"{API}/large", "more than"), (f"{API}/nonsense", "cannot be asked"), (f"{API}/drip", "in time"),
                          (f"{API}/to?/to?/to?/to?/to", "again and again"), ("https://cert.example.org/ok", "cannot be asked"),
                          ("https://nobody.example.org/", "cannot be asked"), ("https://silent.example.org/", "in time")):
            with self.subTest(url):
                came = self.ask(url)
                self.assertNotIn("answer", came)
                self.assertIn(says, came.get("why") or came["refused"])
        self.assertIn("8 times", self.ask(f"{API}/ok", times=9)["refused"])

    def test_nothing_else_can_be_reached(self):
        refused = 0
        for what, to in REDIRECTS.items():
            with self.subTest(what):
                came = self.ask(f"{API}/to?{urllib.parse.quote(to)}")
                self.assertNotIn("answer", came, came)
                refused += 1
        for host in NAMES:
            if host in ("api.example.org", "cert.example.org", "rebind.example.org", "unbind.example.org", "silent.example.org"):
                continue
            for url in (f"https://{host}/", f"https://{host}:443/ok?x", f"https://{host.upper()}/ok"):
                with self.subTest(url):
                    came = self.ask(url)
                    self.assertNotIn("answer", came, came)
                    refused += 1
        for _ in range(3):  # a name that changes its mind, both ways: whatever it says, no trap is reached
            self.ask("https://rebind.example.org/ok")
            self.ask("https://unbind.example.org/ok")
            refused += 2
        for url in ("https://hosts.example/", "http://api.example.org/ok", "https://other.example.org/ok", "https://127.0.0.1/", "https://[::1]/",
                    "https://2130706433/", "https://localhost/", "https://api.example.org:8443/ok", "https://api.example.org@127.0.0.1/",
                    "file:///etc/passwd", "https://api.example.org.evil.example/", f"{API}/ok\r\nHost: x"):
            with self.subTest(url):
                self.assertNotIn("answer", self.ask(url))
                refused += 1
        self.assertEqual({(t.address, t.server_port): t.connections for t in self.traps if t.connections}, {})
        self.assertEqual(self.other.connections, 0)
        self.assertGreaterEqual(refused, 40)
        print(f"{refused} ways to somewhere else, 0 connections there")

    def test_others_do_not_wait(self):
        """One loop serves all: neither a name server that is silent nor a slow server holds it."""
        import threading
        for url in ("https://silent.example.org/", f"{API}/drip"):
            slow = threading.Thread(target=self.ask, args=(url,))
            slow.start()
            rounds = 0
            while slow.is_alive():
                begin = time.monotonic()
                self.assertEqual(self.visitor.raw("GET", "/healthz").status, 200)
                self.assertLess(time.monotonic() - begin, 2, "the loop was held")  # silence lasts 4 seconds
                rounds += 1
            slow.join()
            self.assertGreater(rounds, 10)


if __name__ == "__main__":
    unittest.main()
