#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Runs the code in the documents, so that it cannot go stale.

    run_docs.py BUILD_FOLDER DOCUMENT...

Each document becomes one shell script in a folder of its own, block by block in the order they are read:

    ```sh            is run (bash, stops at the first failure)
    ```c FILE        is written to FILE; without FILE it is compiled as the body of a source that includes interlink.h
    ```lua FILE      is written to FILE; without FILE its syntax is checked
    ```json FILE     is written to FILE; without FILE it is parsed
    ```systemd FILE  is a unit, and systemd has nothing to say against it
    ```text          is shown only: output, pictures of text
    ```nginx, ```haproxy   are shown here; tests/edge starts the proxies with them
    anything else    is a fault: nothing in a document goes untried

`interlink` is the one that was built, in the folder INTERLINK_BUILD; the SDK is installed beside the documents as a stranger would have it. The address
127.0.0.1:8080 is replaced by a free one, and after `interlink serve ... &` the script waits until it answers.

One thing is not run as it stands: a block that consists of the project's own `./dev COMMAND` lines. These build everything,
serve for ever and run this very test, so running them here would not end. Of each such line it is checked that `dev` is a
valid script and that it knows the command, by its own list of commands as well as by its dispatch. That they do what they
say is known by everybody who builds the project: the tests are run by `./dev test`.
"""
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile

FENCE = re.compile(r"^( *)```(\S*)[ ]*(\S*)[^\n]*\n(.*?)^\1```[ ]*$", re.M | re.S)
WAIT = 'for _ in $(seq 200); do curl -fso /dev/null "http://ADDRESS/healthz" && break; read -rt 0.05 <> <(:) || true; done\n'

ROOT = pathlib.Path(__file__).resolve().parents[2]
PATIENCE = 120  # seconds, for one document


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def blocks(text):
    for match in FENCE.finditer(text):
        indent, language, name, body = match.groups()
        body = "".join(line[len(indent):] if line.startswith(indent) else line for line in body.splitlines(True))
        yield text[: match.start()].count("\n") + 1, language, name, body


def dev_commands(body):
    """The commands of a block that has nothing but lines of ./dev, else None."""
    lines = [line.split("#")[0].split() for line in body.splitlines() if line.split("#")[0].strip()]
    if lines and all(words[0] == "./dev" and len(words) > 1 for words in lines):
        return [words[1] for words in lines]
    return None


def check_dev(where, commands):
    dev = ROOT / "dev"
    subprocess.run(["bash", "-n", str(dev)], check=True)
    listed = subprocess.run([str(dev), "--help"], check=True, capture_output=True, text=True).stdout
    dispatch = dev.read_text(encoding="utf-8").rsplit('case "${1:-help}" in', 1)[1]
    for command in commands:
        if not re.search(rf"^  {re.escape(command)}\b", listed, re.M) or not re.search(
                rf"^  {re.escape(command)}\)", dispatch, re.M):
            sys.exit(f"{where}: ./dev has no command `{command}`")


def script_of(document, text, address):
    out = ["set -Eeuo pipefail\ntrap 'echo \"failed: $BASH_COMMAND\"' ERR\n"]
    for line, language, name, body in blocks(text):
        where = f"{document}:{line}"
        out.append(f"echo '--- {where}'\n")
        if language == "sh" and dev_commands(body):
            check_dev(where, dev_commands(body))
        elif language == "sh":
            out.append(body)
            if re.search(r"^interlink serve .*&\s*$", body, re.M):
                out.append(WAIT)
        elif language in ("c", "lua", "json") and name:
            out.append(f"mkdir -p \"$(dirname '{name}')\"\ncat > '{name}' <<'END_OF_BLOCK'\n{body}END_OF_BLOCK\n")
        elif language == "c":
            out.append("cat > block.c <<'END_OF_BLOCK'\n#include <interlink.h>\n" + body + "END_OF_BLOCK\n")
            out.append("gcc -std=c11 -Wall -Wextra -fsyntax-only $(pkg-config --cflags interlink) block.c\n")
        elif language == "lua":
            out.append("cat > block.lua <<'END_OF_BLOCK'\n" + body + "END_OF_BLOCK\nluac5.4 -p block.lua\n")
        elif language == "json":
            try:
                json.loads(body)
            except ValueError as fault:
                sys.exit(f"{where}: {fault}")
        elif language == "systemd":
            unit = body.replace("/opt/interlink/bin", "$INTERLINK_BUILD")
            out.append(f"cat > '{name}' <<END_OF_BLOCK\n{unit}END_OF_BLOCK\n")
            out.append(f"systemd-analyze verify --man=no --recursive-errors=no './{name}'\n")
        elif language not in ("text", "nginx", "haproxy"):
            sys.exit(f"{where}: a block of \"{language}\" cannot be tried; say sh, c, lua, json, systemd or text")
    return "".join(out).replace("ADDRESS", address).replace("127.0.0.1:8080", address)


def install(build, prefix):
    subprocess.run(["cmake", "--install", build, "--prefix", prefix], check=True, stdout=subprocess.DEVNULL)
    pkgconfig = next(pathlib.Path(prefix).rglob("interlink.pc")).parent
    return str(pkgconfig)


def run(document, build, pkgconfig):
    text = pathlib.Path(document).read_text(encoding="utf-8")
    if not any(blocks(text)):
        return True
    folder = tempfile.mkdtemp(prefix="interlink-docs-")
    script, out = pathlib.Path(folder, ".script"), pathlib.Path(folder, ".out")
    script.write_text(script_of(document, text, f"127.0.0.1:{free_port()}"), encoding="utf-8")
    environment = dict(os.environ, PATH=f"{build}:{os.environ['PATH']}", PKG_CONFIG_PATH=pkgconfig, HOME=folder,
                       INTERLINK_BUILD=build)
    # A session of its own: what a document left in the background is ended with it. Its output goes to a file, because a
    # server in the background would hold a pipe open for ever.
    with out.open("w") as to:
        process = subprocess.Popen(["bash", ".script"], cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=to,
                                   stderr=subprocess.STDOUT, start_new_session=True)
    late = False
    try:
        process.wait(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        late = True
    finally:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()
    if process.returncode != 0:
        said = out.read_text(encoding="utf-8", errors="replace")
        print(f"{document} does not work as written:\n{said}" + (f"It did not end within {PATIENCE} s.\n" if late else ""))
        return False
    shutil.rmtree(folder, ignore_errors=True)
    print(f"{document}: {sum(1 for _ in blocks(text))} blocks hold", flush=True)
    return True


def main():
    build, documents = os.path.abspath(sys.argv[1]), sys.argv[2:]
    prefix = tempfile.mkdtemp(prefix="interlink-sdk-")
    try:
        pkgconfig = install(build, prefix)
        return 0 if all([run(document, build, pkgconfig) for document in documents]) else 1
    finally:
        shutil.rmtree(prefix, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
