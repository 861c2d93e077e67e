# SPDX-License-Identifier: EUPL-1.2
"""Real proxies before a server of the test: nginx and HAProxy, with the configurations of docs/administration.md word for
word; only ports and paths of files are put in. Each counts the requests that it passes on."""
import contextlib
import os
import pathlib
import re
import shutil
import socket
import ssl
import subprocess
import tempfile

from edge_test import free_port, wait_for

DOCUMENT = pathlib.Path(__file__).resolve().parents[2] / "docs/administration.md"


def documented(language):
    found = re.search(rf"^```{language}\n(.*?)^```", DOCUMENT.read_text(encoding="utf-8"), re.M | re.S)
    return found.group(1)


def put(text, *changes):
    """Replaces each text, which must be there: a configuration that has changed must not go untested."""
    for old, new in changes:
        if old not in text:
            raise AssertionError(f"docs/administration.md does not hold {old!r} any more")
        text = text.replace(old, new)
    return text


def certificate(folder):
    key, made, both = folder / "key.pem", folder / "made.pem", folder / "both.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                    "-subj", "/CN=together.example.org", "-keyout", key, "-out", made], check=True, capture_output=True)
    both.write_text(made.read_text() + key.read_text())
    return key, made, both


# Its certificate is the test's own, made a moment ago.
TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
TLS.check_hostname, TLS.verify_mode = False, ssl.CERT_NONE


class Proxy:
    """Listens on `port` with TLS and asks the server at `upstream`."""

    def __init__(self, upstream):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="interlink-proxy-"))
        self.port = free_port()
        self.process = None
        try:
            command = self.prepare(upstream)
            with (self.folder / "out").open("wb") as out:
                self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT)
            wait_for(self.listens, f"{type(self).__name__} listens")
        except BaseException:
            self.stop()
            raise

    def listens(self):
        if self.process.poll() is not None:
            raise AssertionError((self.folder / "out").read_text())
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            return True
        return False

    def connect(self, source="127.0.0.1"):
        """A connection with TLS, as a browser that speaks HTTP/1.1 has it."""
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=10, source_address=(source, 0))
        return TLS.wrap_socket(plain, server_hostname="together.example.org")

    def stop(self):
        if self.process:
            self.process.terminate()
            try:
                self.process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


class Nginx(Proxy):
    def prepare(self, upstream):
        key, made, _ = certificate(self.folder)
        site = put(documented("nginx"), ("127.0.0.1:8080", f"127.0.0.1:{upstream}"),
                   ("listen 443 ssl", f"listen 127.0.0.1:{self.port} ssl"),
                   ("/etc/ssl/together.pem", str(made)), ("/etc/ssl/together.key", str(key)))
        folder = self.folder
        paths = "".join(f"{name}_temp_path {folder}/{name}; " for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        (folder / "nginx.conf").write_text(
            f"daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;\n"
            + ("user root;\n" if os.getuid() == 0 else "")
            + "events { worker_connections 512; }\n"
            f"http {{ {paths}\n log_format passed '$upstream_status';\n access_log {folder}/passed passed;\n{site}}}\n")
        return ["nginx", "-e", str(folder / "error.log"), "-p", str(folder), "-c", str(folder / "nginx.conf")]

    def passed(self):
        """Requests that went to the server so far; "502, 200" are two."""
        log = self.folder / "passed"
        lines = log.read_text().splitlines() if log.exists() else []
        return sum(len(re.findall(r"\d{3}|-", line)) for line in lines if line != "-")


class Haproxy(Proxy):
    def prepare(self, upstream):
        _, _, both = certificate(self.folder)
        self.log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.log.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.log.bind(str(self.folder / "log"))
        self.log.setblocking(False)
        self.lines = []
        site = put(documented("haproxy"), ("127.0.0.1:8080", f"127.0.0.1:{upstream}"), (":443 ssl", f"127.0.0.1:{self.port} ssl"),
                   ("/etc/ssl/together.pem", str(both)),
                   ("    option forwardfor\n", "    option forwardfor\n    log global\n    log-format \"%s %ST\"\n"))
        (self.folder / "haproxy.cfg").write_text(f"global\n    log {self.folder}/log local0\n\n{site}")
        return ["haproxy", "-db", "-f", str(self.folder / "haproxy.cfg")]

    def passed(self):
        with contextlib.suppress(BlockingIOError):
            while True:
                self.lines.append(self.log.recv(8192).decode(errors="replace"))
        return sum(" one " in line for line in self.lines)

    def stop(self):
        super().stop()
        self.log.close()
