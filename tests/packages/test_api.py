#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Packages over HTTP: as a form with files, from the API and from the portal; who may send one, and what is decided."""
import pathlib
import re
import unittest

import install_tools
from install_tools import InstallTest, interlink_test

multipart = interlink_test.multipart

LIMIT = 32 << 20


def files_of(file, **more):
    signature = pathlib.Path(f"{file}.minisig")
    return {"package": (file.name, file.read_bytes()), "signature": (signature.name, signature.read_bytes()), **more}


class Api(InstallTest):
    def send(self, fields, client=None):
        body, headers = multipart(fields)
        return (client or self.ada).raw("POST", "/api/v1/packages", body, headers)

    def accept(self, package, client=None, **more):
        body = {"version": package["version"], "sha256": package["sha256"], **more}
        return (client or self.ada).ask("POST", f"/packages/{package['id']}/acceptance", body)

    def test_from_the_file_to_the_first_call(self):
        file = self.signed(permissions=["notify", "person.name"], data={"personal": ["names"], "purpose": {"en": "To count."}},
                           author={"name": "Anna"})
        answer = self.send(files_of(file))
        self.assertEqual(answer.status, 201, answer.body)
        package = answer.json
        self.assertEqual([p["name"] for p in package["permissions"]], ["person.name", "notify", "documents"])
        self.assertEqual({p["change"] for p in package["permissions"]}, {"new"})
        self.assertEqual((package["author"]["trust"], package["maker"], package["tried"]), ("first", "Anna", False))
        self.assertEqual(self.ada.get("/packages")["items"], [package])
        self.assertIsNone(self.state())
        self.assertTrue(self.ada.post(f"/packages/{package['id']}/check")["tried"])
        self.assertEqual(self.accept(package).status, 409)  # nothing is said of what is granted
        self.assertEqual(self.accept(dict(package, sha256="0" * 64), granted=[]).json["code"], "package.not_that")
        self.assertEqual(self.accept(package, granted=["documents"]).status, 204)
        state = self.state()  # at once, not in a second
        self.assertEqual({g["name"]: g["granted"] for g in state["grants"]}, {"person.name": False, "notify": False, "documents": True})
        self.assertEqual([g["by"] for g in state["grants"]], ["Ada"] * 3)
        self.assertIn(b"1.0.0 0", self.view(self.asset()).body)
        interlink_test.wait_for(lambda: "count" in self.lock(), "the lock file follows", install_tools.OFFERED)
        self.assertEqual(self.lock()["count"]["installed_by"], "Ada")
        self.assertEqual(self.ada.ask("GET", "/packages/count").status, 404)

    def test_who_may_send_one(self):
        file = self.signed()
        bruno = self.server.client("bruno@example.org", "another-password")
        body, headers = multipart(files_of(file))
        for client, status in ((self.visitor, 401), (bruno, 403)):
            self.assertEqual(self.send(files_of(file), client).status, status)
            # Before it is read: nobody else can make the server hold so much.
            head = (f"POST /api/v1/packages HTTP/1.1\r\nHost: x\r\nContent-Type: {headers['Content-Type']}\r\n"
                    f"Content-Length: {LIMIT}\r\nExpect: 100-continue\r\n"
                    + (f"Authorization: Bearer {client.token}\r\n" if client.token else "") + "\r\n").encode()
            said = interlink_test.raw_exchange(self.server.port, head, 5)
            self.assertTrue(said.startswith(f"HTTP/1.1 {status}".encode()), said[:100])
        too_large = (f"POST /api/v1/packages HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {self.ada.token}\r\n"
                     f"Content-Length: {LIMIT + 1}\r\n\r\n").encode()
        self.assertIn(b" 413 ", interlink_test.raw_exchange(self.server.port, too_large, 5)[:20])
        cookie = {"Cookie": self.ada.cookie, **headers}
        for site, status in (({}, 403), ({"Origin": "https://evil.example"}, 403), ({"Sec-Fetch-Site": "cross-site"}, 403),
                             ({"Sec-Fetch-Site": "same-origin"}, 201)):
            self.assertEqual(self.visitor.raw("POST", "/api/v1/packages", body, {**cookie, **site}).status, status, site)

    def test_what_is_no_form_with_files(self):
        for body, headers, status in (("{}", {"Content-Type": "application/json"}, 415), (b"--x", {"Content-Type": "multipart/form-data; boundary=x"}, 400),
                                      (b"--x--", {"Content-Type": "multipart/form-data"}, 400)):
            self.assertEqual(self.ada.raw("POST", "/api/v1/packages", body, headers).status, status, body)
        answer = self.send({"signature": ("a", b"x")})
        self.assertEqual((answer.status, answer.json["errors"][0]["pointer"]), (422, "/package"))
        self.assertEqual(self.send({"package": ("a", b"x"), "other": "1"}).json["errors"][0]["code"], "unknown")
        self.assertEqual(self.send({"package": ("a", b"x")}).json["code"], "package.unsigned")
        many = {f"f{i}": "x" for i in range(101)}
        self.assertEqual(self.send(many).status, 413)

    def test_a_changed_file(self):
        file = self.signed()
        fields = files_of(file)
        bytes_ = bytearray(fields["package"][1])
        bytes_[len(bytes_) // 2] ^= 1
        answer = self.send({**fields, "package": ("a", bytes(bytes_))})
        self.assertEqual((answer.status, answer.json["code"]), (403, "minisign.changed"))
        self.assertEqual(list((pathlib.Path(self.data) / "plugins").glob("*")) if (pathlib.Path(self.data) / "plugins").exists() else [], [])

    def test_an_update_and_back(self):
        self.install()
        asset = self.asset()
        self.view(asset, "POST")
        before = self.documents(asset)
        bruno = self.server.client("berta@example.org", "another-password", admin=True)
        package = self.send(files_of(self.signed(version="1.1.0"))).json
        self.assertFalse(package["decision"])
        self.assertEqual(self.state()["waiting"], "1.1.0")
        self.assertIn("plugin.waiting", [m["event"] for m in bruno.get("/notifications")["items"]])
        self.assertEqual(self.accept(package).status, 204)
        self.assertEqual(self.view(asset, "POST").status, 303)
        self.assertEqual((self.state()["version"], self.state()["earlier"]), ("1.1.0", "1.0.0"))
        self.assertEqual(self.ada.ask("POST", "/plugins/count/rollback", {"version": "1.0.0"}).json["code"], "plugin.not_that")
        self.assertEqual(self.ada.ask("POST", "/plugins/count/rollback", {"version": "1.1.0"}).status, 204)
        self.assertEqual(self.documents(asset), before)
        self.assertIn(b"1.0.0 1", self.view(asset).body)

    def test_what_grew_is_shown(self):
        self.install(permissions={"notify": {"per_day": 5}}, grant="documents,notify")
        package = self.send(files_of(self.signed(version="1.1.0", permissions={"notify": {"per_day": 50}, "publish": {}}))).json
        self.assertTrue(package["decision"])
        self.assertEqual([(p["name"], p["change"], p["granted"]) for p in package["permissions"]],
                         [("notify", "more", False), ("documents", "same", True), ("publish", "new", False)])
        self.assertEqual(self.accept(package).json["code"], "package.undecided")
        self.assertIn(b"1.0.0", self.view(self.asset()).body)
        self.assertEqual(self.ada.ask("DELETE", "/packages/count").status, 204)
        self.assertEqual(self.ada.ask("DELETE", "/packages/count").status, 404)

    def test_permissions_and_keys(self):
        self.install()
        asset = self.asset()
        self.assertEqual(self.ada.ask("PATCH", "/plugins/count/permissions", {"permission": "documents", "granted": False}).status, 204)
        self.assertEqual(self.view(asset, "POST").status, 403)  # at once
        self.assertEqual(self.ada.ask("PATCH", "/plugins/count/permissions", {"permission": "fly", "granted": True}).status, 422)
        self.assertEqual(self.ada.ask("PATCH", "/plugins/survey/permissions", {"permission": "files", "granted": True}).status, 409)
        key = self.pub.read_text().split()[-1]
        self.assertEqual(self.ada.ask("PUT", "/plugin-keys", {"key": key, "trust": "distrusted", "name": "Anna"}).status, 204)
        self.assertEqual(self.state()["refusal"], "distrusted")
        self.assertEqual([(k["name"], k["trust"]) for k in self.ada.get("/plugin-keys")["items"]], [("Anna", "distrusted")])
        self.assertEqual(self.ada.ask("PUT", "/plugin-keys", {"key": "RWQx", "trust": "trusted"}).status, 422)
        self.assertEqual(self.ada.ask("PUT", "/plugin-keys", {"key": key, "trust": "none"}).status, 204)
        self.assertEqual(self.state()["state"], "ready")


class Portal(InstallTest):
    """The pages as a browser without JavaScript sends them."""

    def page(self, path, fields=None, files=False):
        headers = {"Cookie": self.ada.cookie}
        if fields is None:
            return self.visitor.raw("GET", path, None, headers)
        body, kind = multipart(fields)
        return self.visitor.raw("POST", path, body, {**headers, **kind, "Sec-Fetch-Site": "same-origin"})

    def token(self, path):
        return re.search(r'name="_token" value="(\w+)"', self.page(path).body.decode()).group(1)

    def test_a_file_through_the_page(self):
        token = self.token("/admin/install")
        empty = self.page("/admin/install", {"_token": token, "package": ("", b""), "signature": ("", b"")})
        self.assertEqual(empty.status, 422)
        self.assertIn(b"Choose the package", empty.body)
        self.assertIn(b"WebRTC", empty.body)
        fields = files_of(self.signed())
        self.assertEqual(self.page("/admin/install", {"_token": "0" * 64, **fields}).status, 403)
        sent = self.page("/admin/install", {"_token": token, **fields, "key": ("", b"")})
        self.assertEqual((sent.status, sent.headers["Location"]), (303, "/admin/packages/count"))
        shown = self.page("/admin/packages/count").body.decode()
        for words in ("First time", "Nothing of it runs", "WebRTC", self.ada.get("/packages/count")["author"]["fingerprint"]):
            self.assertIn(words, shown)
        self.assertNotIn("checked", shown)  # nothing is ticked for anybody
        self.assertEqual(self.page("/admin/install").status, 200)
        bruno = self.server.client("bruno@example.org", "another-password")
        self.assertEqual(self.visitor.raw("GET", "/admin/install", None, {"Cookie": bruno.cookie}).status, 403)


if __name__ == "__main__":
    unittest.main()
