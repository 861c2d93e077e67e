# SPDX-License-Identifier: EUPL-1.2
"""What the tests of the edge share: the server of the API's tests, answers as they come over the wire, counters."""
import atexit
import pathlib
import re
import shutil
import socket
import ssl
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "api"))

from interlink_test import Client, Server, free_port, raw_exchange, small_catalogue, wait_for  # noqa: E402,F401

# Memory that AddressSanitizer keeps from being used again would pass for the server's.
SMALL_QUARANTINE = "quarantine_size_mb=1"


def exchange(connect, request, patience=10):
    """Sends bytes as they are. Gives what came back, and whether the other side has closed by then."""
    received = b""
    try:
        with connect() as connection:
            connection.settimeout(patience)
            connection.sendall(request)
            while True:
                part = connection.recv(65536)
                if not part:
                    return received, True
                received += part
    except (socket.timeout, TimeoutError):
        return received, False
    except (OSError, ssl.SSLError):
        return received, True  # reset, or closed without a word


def statuses(received):
    """Of each answer in what was received."""
    return [int(found) for found in re.findall(rb"(?:^|\n|\}|>)HTTP/1\.[01] (\d{3}) ", received)]


def counter(server, name):
    """A figure of /metrics, all its labels together. Asking counts as a request itself."""
    text = server.client().raw("GET", "/metrics").body.decode()
    return sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if re.match(rf"interlink_{name}(\{{|\s)", line))


def begun(server):
    """Requests that have begun at the server, without the one that asks."""
    return int(counter(server, "requests_begun_total")) - 1


def resident(server):
    return counter(server, "resident_bytes") / (1 << 20)


def percentile(values, part):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))] if ordered else 0.0


def figure(text):
    """Printed for whoever looks; nothing depends on it."""
    print(f"    {text}", file=sys.stderr, flush=True)


def pause(seconds):
    """Between two looks at something that takes its time; never in place of a condition."""
    time.sleep(seconds)


LARGE_FILE = "/files/interlinkers/plan/en"


def large_file_catalogue():
    """A catalogue folder with a file at LARGE_FILE that no buffer of the kernel holds."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="interlink-test-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    small_catalogue(folder)
    (folder / "interlinkers/knowledge/plan/resource.txt").write_bytes(b"0123456789abcde\n" * (1 << 20))
    return folder


def established(port):
    """The other ends of the connections that a server holds on this port, from the kernel's list."""
    found = set()
    with open("/proc/net/tcp", encoding="ascii") as lines:
        next(lines)
        for line in lines:
            words = line.split()
            if words[3] == "01" and int(words[1].rsplit(":", 1)[1], 16) == port:
                found.add(int(words[2].rsplit(":", 1)[1], 16))
    return found
