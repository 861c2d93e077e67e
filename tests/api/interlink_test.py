# SPDX-License-Identifier: EUPL-1.2
"""A server of one's own for a test: started on a free port with a fresh data folder, asked over HTTP as a user would.

    server = interlink_test.Server()
    anna = server.client("anna@example.org", "a-long-password", admin=True)
    project = anna.post("/processes", {"name": "Park"})
    server.stop()

Standard library only. INTERLINK_BUILD names the build folder (default build/dev), INTERLINK_BIN the program,
INTERLINK_CATALOGUE a real catalogue to import (default ../shared/data/interlink-catalogue, where it is there).
"""
import http.client
import io
import json
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time
import uuid
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
CATALOGUE = pathlib.Path(os.environ.get("INTERLINK_CATALOGUE", ROOT.parent / "shared/data/interlink-catalogue"))
PATIENCE = 30


def build_folder():
    return pathlib.Path(os.environ.get("INTERLINK_BUILD", ROOT / "build/dev"))


def program():
    return pathlib.Path(os.environ.get("INTERLINK_BIN", build_folder() / "interlink"))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(condition, what, patience=PATIENCE):
    """Waits until `condition()` gives something true, and returns it."""
    end = time.monotonic() + patience
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"waited {patience} s in vain until {what}")
        time.sleep(0.01)


class Refused(AssertionError):
    """An answer that is no success, where the test wanted one."""

    def __init__(self, method, path, status, body):
        super().__init__(f"{method} {path}: {status} {body}")
        self.status, self.body = status, body


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    def __iter__(self):  # status, headers, body = client.raw(...)
        return iter((self.status, self.headers, self.body))


class Client:
    """Asks one server, as one person or as nobody. Keeps no connection open between requests."""

    def __init__(self, port, token=None, person=None):
        self.port, self.token, self.person = port, token, person
        self.cookie = f"interlink={token}" if token else ""

    def raw(self, method, path, body=None, headers=None):
        """Any path, any bytes; gives an Answer. Signed in by the token unless `headers` say how."""
        sent = dict(headers or {})
        if self.token and not {"Authorization", "Cookie"} & set(sent):
            sent["Authorization"] = f"Bearer {self.token}"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request(method, path, body, sent)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def ask(self, method, path, body=None, headers=None):
        """An operation of the API: a path below /api/v1, a value as JSON."""
        sent = dict(headers or {})
        data = None
        if body is not None:
            data = json.dumps(body)
            sent.setdefault("Content-Type", "application/json")
        return self.raw(method, "/api/v1" + path, data, sent)

    def _value(self, method, path, body=None):
        answer = self.ask(method, path, body)
        if answer.status >= 300:
            raise Refused(method, path, answer.status, answer.body.decode(errors="replace"))
        return answer.json if answer.body else None

    def get(self, path):
        return self._value("GET", path)

    def post(self, path, body=None):
        return self._value("POST", path, body)

    def patch(self, path, body):
        return self._value("PATCH", path, body)

    def delete(self, path):
        return self._value("DELETE", path)

    def pages(self, path):
        """All items of a list."""
        after = None
        while True:
            mark = "&" if "?" in path else "?"
            page = self.get(path + (f"{mark}after={after}" if after else ""))
            yield from page["items"]
            after = page["next"]
            if not after:
                return


def multipart(fields):
    """A form as browsers send it: {name: text or (file name, bytes)}; gives its bytes and headers."""
    boundary, out = uuid.uuid4().hex, b""
    for name, value in fields.items():
        filename = f'; filename="{value[0]}"' if isinstance(value, tuple) else ""
        body = value[1] if isinstance(value, tuple) else value.encode()
        out += f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"{filename}\r\n\r\n'.encode() + body + b"\r\n"
    return out + f"--{boundary}--\r\n".encode(), {"Content-Type": f"multipart/form-data; boundary={boundary}"}


def package(plugin, version):
    """An unsigned package file of the hello tool under another name: for a server that was started with --dev."""
    out, folder = io.BytesIO(), ROOT / "examples/hello-lua"
    with zipfile.ZipFile(out, "w") as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file() and not file.name.startswith("."):
                content = file.read_bytes()
                if file.name == "interlinker.json":
                    content = json.dumps(dict(json.loads(content), id=plugin, version=version)).encode()
                archive.writestr(str(file.relative_to(folder)), content)
    return out.getvalue()


def small_catalogue(folder):
    """A catalogue of one guide, two needs, a template and a link, in the format that `interlink import` reads."""
    def put(path, value):
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")

    def texts(**by_language):
        return by_language

    common = {"languages": ["en", "it"], "difficulty": "easy", "licence": "permissive", "tags_translations": {"en": ["plan"]},
              "description_translations": texts(en="A good plan for a park.", it="Un buon piano")}
    put("problemprofiles/problemprofiles.json", [
        {"id": "PLAN", "name_translations": texts(en="Make a plan", it="Fare un piano"),
         "description_translations": texts(en="Somebody must plan.")},
        {"id": "TALK", "name_translations": texts(en="Talk to people"),
         "description_translations": texts(en="People want to be heard.")}])
    put("schemas/small/metadata.json", {
        "id": "small", "author": "", "licence": "permissive", "languages": ["en", "it"],
        "name_translations": texts(en="Small guide", it="Guida"), "description_translations": texts(en="How to begin.")})
    put("schemas/small/phases/one.json", {
        "id": "one", "name_translations": texts(en="Begin"), "prerequisites": [], "objectives": [
            {"id": "people", "name_translations": texts(en="Find people"), "problemprofiles": ["TALK"], "tasks": [
                {"id": "ask", "name_translations": texts(en="Ask around"), "problemprofiles": ["TALK"]},
                {"id": "plan", "name_translations": texts(en="Write it down"), "problemprofiles": ["PLAN"],
                 "prerequisites": [{"item": "ask", "status": "finished"}]}]}]})
    plan = "interlinkers/knowledge/plan"
    put(plan + "/metadata.json", dict(common, **{
        "id": "plan", "type": "knowledge", "name_translations": texts(en="Plan template", it="Modello"),
        "problemprofiles": ["PLAN"], "form": "guidelines",
        "instructions_translations": texts(en=f"./{plan}/instructions.md"),
        "file_translations": texts(en=f"./{plan}/resource.txt")}))
    put(plan + "/instructions.md", "# How\nRead it.")
    put(plan + "/resource.txt", "A plan to fill in.")
    put("interlinkers/externalsoftware/site/metadata.json", dict(common, **{
        "id": "site", "type": "software", "name_translations": texts(en="A site"), "problemprofiles": ["TALK"],
        "instructions_translations": texts(en="https://example.org/help"), "uri_translations": texts(en="https://example.org/")}))
    return folder


class Server:
    """`interlink serve` on a free port. `plugins` are package folders to add first, `catalogue` a folder to import; `prepare`
    is called in the new process before the program begins."""

    def __init__(self, binary=None, options=(), plugins=(), catalogue=None, data=None, prepare=None):
        self.binary, self.options, self.prepare = str(binary or program()), list(options), prepare
        if plugins and "--dev" not in self.options:
            self.options.append("--dev")  # nobody has signed them
        self._own = None if data else tempfile.mkdtemp(prefix="interlink-test-")
        self.data = str(data or pathlib.Path(self._own) / "data")
        self._log = pathlib.Path(tempfile.mkstemp(prefix="interlink-test-", suffix=".log")[1])
        self.process = self.port = None
        try:
            for plugin in plugins:
                self.run("plugin", "install", "--dev", "--data", self.data, str(plugin))
            if catalogue:
                self.import_catalogue(catalogue)
            self.restart()
        except BaseException:
            self.stop()
            raise

    def run(self, *words, text=""):
        """A command of the program, to its end."""
        done = subprocess.run([self.binary, *words], input=text, capture_output=True, text=True, timeout=120)
        if done.returncode != 0:
            raise AssertionError(f"interlink {' '.join(words)}: exit {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def import_catalogue(self, folder):
        return self.run("import", "--data", self.data, str(folder))

    def restart(self):
        """Starts (again, after an end of whatever kind) and waits until it answers."""
        begin = self._log.stat().st_size
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [self.binary, "serve", "--data", self.data, "--listen", f"127.0.0.1:{self.port or 0}", *self.options],
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
                preexec_fn=self.prepare)

        def listening():
            if self.process.poll() is not None:
                raise AssertionError(f"the server has ended with {self.process.returncode}:\n{self.log()[begin:]}")
            for line in self.log()[begin:].splitlines():
                if line.startswith("Listening on http://"):
                    return int(line.rsplit(":", 1)[1])
            return None

        self.port = wait_for(listening, "the server listens")

    def log(self):
        return self._log.read_text(encoding="utf-8", errors="replace")

    def client(self, email=None, password=None, admin=False, name=None):
        """Somebody who is signed in (and is made first, if nobody has that e-mail); without an e-mail, a visitor."""
        if email is None:
            return Client(self.port)
        visitor = Client(self.port)
        sign_in = {"email": email, "password": password}
        answer = visitor.ask("POST", "/sessions", sign_in)
        if answer.status == 401:
            self.run("user", "add", "--data", self.data, "--email", email, "--name", name or email.split("@")[0].title(),
                     *(["--admin"] if admin else []), text=password + "\n")
            answer = visitor.ask("POST", "/sessions", sign_in)
        if answer.status != 201:
            raise Refused("POST", "/sessions", answer.status, answer.body)
        return Client(self.port, answer.json["token"], answer.json["person"])

    def a_guide(self, client):
        """The id of some guide; imports a small catalogue when there is none."""
        items = client.get("/guides")["items"]
        if not items:
            with tempfile.TemporaryDirectory(prefix="interlink-test-") as folder:
                self.import_catalogue(small_catalogue(pathlib.Path(folder)))
            items = wait_for(lambda: client.get("/guides")["items"], "the imported guide shows")
        return items[0]["id"]

    def stop_process(self):
        """SIGTERM, as an administrator would, and the end that comes of it. The data stay."""
        if self.process is None or self.process.poll() is not None:
            return None
        self.process.terminate()
        try:
            return self.process.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return "killed after 30 s"

    def stop(self):
        """A server that does not end, or not well, is a fault."""
        code = self.stop_process()
        log = self.log()
        if self._own:
            shutil.rmtree(self._own, ignore_errors=True)
        self._log.unlink(missing_ok=True)
        if code not in (None, 0):
            raise AssertionError(f"the server ended with {code}:\n{log[-4000:]}")


def raw_exchange(port, request, patience=10):
    """Sends bytes as they are and gives everything that comes back until the other side closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=patience) as connection:
        connection.sendall(request)
        received = b""
        while True:
            try:
                part = connection.recv(65536)
            except (ConnectionResetError, socket.timeout):
                return received
            if not part:
                return received
            received += part
