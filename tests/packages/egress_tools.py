# SPDX-License-Identifier: EUPL-1.2
"""An internet of its own: a network namespace with public and private addresses, a name server that may change its mind, and
https servers whose certificates the program trusts in here. Nothing leaves the machine."""
import http.server
import os
import pathlib
import shutil
import socket
import ssl
import struct
import subprocess
import sys
import threading

PUBLIC, OTHER, PRIVATE = "9.9.9.9", "9.9.9.10", ("10.1.2.3", "127.0.0.1", "169.254.169.254", "192.168.7.7", "::1", "fd00::7")
BUNDLE = pathlib.Path("/etc/ssl/certs/ca-certificates.crt")


def enter():
    """Runs this program again inside of the namespace, once."""
    if "INTERLINK_TEST_NET" in os.environ:
        return
    user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    os.environ["INTERLINK_TEST_NET"] = "1"
    os.execvp("unshare", ["unshare", *user, "--net", "--mount", sys.executable, *sys.argv])


def run(*words):
    subprocess.run(words, check=True, capture_output=True)


def certificates(folder, names):
    """A certificate for these names, by an authority that is trusted from now on."""
    run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=Test",
        "-keyout", folder / "ca.key", "-out", folder / "ca.pem")
    run("openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=server",
        "-keyout", folder / "server.key", "-out", folder / "server.csr")
    (folder / "names").write_text("subjectAltName=" + ",".join(f"DNS:{name}" for name in names))
    run("openssl", "x509", "-req", "-in", folder / "server.csr", "-CA", folder / "ca.pem", "-CAkey", folder / "ca.key",
        "-CAcreateserial", "-days", "2", "-extfile", folder / "names", "-out", folder / "server.pem")
    run("mount", "--bind", folder / "ca.pem", BUNDLE)


def internet(folder):
    run("ip", "link", "set", "lo", "up")
    for address in (PUBLIC, OTHER, *PRIVATE):
        if address not in ("127.0.0.1", "::1"):
            run("ip", "address", "add", f"{address}/{128 if ':' in address else 32}", "dev", "lo", *(["nodad"] if ":" in address else []))
    for name, text in (("resolv.conf", "nameserver 9.9.9.9\noptions timeout:10 attempts:2\n"), ("hosts", "127.0.0.1 localhost hosts.example\n"),
                       ("nsswitch.conf", "hosts: files dns\n")):
        (folder / name).write_text(text)
        run("mount", "--bind", folder / name, f"/etc/{name}")


class NameServer(threading.Thread):
    """Answers A and AAAA from `names`: a list is given out one entry after the other, the last one for ever; None: no answer at all."""

    def __init__(self, names):
        super().__init__(daemon=True)
        self.names, self.asked = names, []
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((PUBLIC, 53))

    def run(self):
        while True:
            query, sender = self.socket.recvfrom(2000)
            answer = self.answer(query)
            if answer:
                self.socket.sendto(answer, sender)

    def answer(self, query):
        at, labels = 12, []
        while query[at]:
            labels.append(query[at + 1:at + 1 + query[at]].decode())
            at += 1 + query[at]
        name, kind = ".".join(labels).lower(), struct.unpack(">H", query[at + 1:at + 3])[0]
        known = self.names.get(name, [[]])
        if kind == 1:
            self.asked.append(name)
        if known is None:
            return None
        entry = known[0]
        if kind == 1 and len(known) > 1:
            known.pop(0)
        records = b""
        count = 0
        for address in entry:
            six = ":" in address
            if (kind == 28) == six:
                data = socket.inet_pton(socket.AF_INET6 if six else socket.AF_INET, address)
                records += b"\xc0\x0c" + struct.pack(">HHIH", kind, 1, 0, len(data)) + data
                count += 1
        code = 0 if name in self.names else 3
        return query[:2] + struct.pack(">HHHHH", 0x8180 | code, 1, count, 0, 0) + query[12:at + 5] + records


class Page(http.server.BaseHTTPRequestHandler):
    """What the servers answer is decided by the path; see test_egress.py."""
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def say(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        length = int(self.headers.get("Content-Length", 0))
        self.server.note(self, self.rfile.read(length))

    do_POST = do_GET


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, address, folder, answer, port=443):
        self.address_family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.address, self.answer, self.requests, self.connections = address, answer, [], 0
        super().__init__((address, port), Page)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(folder / "server.pem", folder / "server.key")
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def get_request(self):
        connection, sender = super().get_request()
        self.connections += 1
        connection.settimeout(10)
        return self.context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False), sender

    def handle_error(self, request, client_address):
        pass  # a client that does not like the certificate, or goes

    def note(self, page, body):
        self.requests.append((page.command, page.path, dict(page.headers.items()), body))
        self.answer(page, body)


def tidy(folder):
    shutil.rmtree(folder, ignore_errors=True)
