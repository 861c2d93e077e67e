#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""/.well-known/security.txt, by the rules of RFC 9116."""
import datetime
import subprocess
import unittest

import interlink_test

PATH = "/.well-known/security.txt"


class Contact(unittest.TestCase):
    def test_named(self):
        site = "https://together.example.org"
        server = interlink_test.Server(options=["--security-contact", "mailto:security@example.org", "--public-url", site])
        self.addCleanup(server.stop)
        answer = server.client().raw("GET", PATH)
        self.assertEqual(answer.status, 200, answer.body)
        self.assertEqual(answer.headers["Content-Type"], "text/plain; charset=utf-8")
        fields = dict(line.split(": ", 1) for line in answer.body.decode().splitlines())
        self.assertEqual(fields["Contact"], "mailto:security@example.org")
        self.assertEqual(fields["Canonical"], site + PATH)
        left = datetime.datetime.fromisoformat(fields["Expires"].replace("Z", "+00:00")) - \
            datetime.datetime.now(datetime.timezone.utc)
        self.assertTrue(30 < left.days < 365, fields["Expires"])
        self.assertEqual(server.client().raw("POST", PATH).status, 405)

    def test_nobody_is_named(self):
        server = interlink_test.Server()
        self.addCleanup(server.stop)
        self.assertEqual(server.client().raw("GET", PATH).status, 404)

    def test_what_is_no_address_stops_the_start(self):
        for contact in ("security@example.org", "javascript:alert(1)", "mailto:", "mailto:a@b\nExpires: never"):
            done = subprocess.run([interlink_test.build_folder() / "interlink", "serve", "--data", "/nonexistent",
                                   "--security-contact", contact], capture_output=True, text=True, timeout=30)
            self.assertEqual(done.returncode, 1)
            self.assertIn("--security-contact takes an address", done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=1)
