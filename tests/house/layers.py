#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""The direction of knowledge: fails on the first #include that reaches upward, on a library named outside the room
that boxes it, and on a file that has grown too long."""
import pathlib
import re
import sys

ROOT = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else __file__).resolve()
ROOT = ROOT if ROOT.is_dir() else ROOT.parents[2]

# What each room may include, besides itself and the C library.
ORDER = ["base", "store", "domain", "plugin", "api", "http", "cmd"]
MAY = {f"host/{room}": {f"{lower}" for lower in ORDER[: i + 1]} for i, room in enumerate(ORDER)}
MAY["host/http"] |= {"portal"}
MAY["host/cmd"] |= {"portal", "worker"}
MAY["host/worker"] = {"base", "worker", "sdk", "runtime"}
MAY["host"] = set(ORDER)
MAY["lua/runtime"] = {"sdk", "runtime"}
MAY["lua/portal"] = {"base", "store", "domain", "plugin", "api", "portal"}
MAY["sdk"] = {"sdk"}
MAY["plugins"] = {"sdk"}
MAY["examples"] = {"sdk"}

# Libraries, and the only folders or files that may name them.
BOXES = {
    "microhttpd.h": ["host/http/"],
    "sqlite3.h": ["host/store/"],
    "libpq-fe.h": ["host/store/"],
    "lua.h": ["lua/"],
    "lauxlib.h": ["lua/"],
    "lualib.h": ["lua/"],
    "sodium.h": ["host/base/crypto.c"],
    "cmark-gfm.h": ["lua/portal/"],
    "zlib.h": ["host/base/", "host/http/"],
    "curl/curl.h": ["host/base/"],
}
LIMIT = 520


def room_of(path):
    parts = path.parts
    for depth in (2, 1):
        room = "/".join(parts[:depth])
        if room in MAY:
            return room
    return None


def target_of(include, path):
    if include == "interlink.h":
        return "sdk"
    head = include.split("/")[0]
    if "/" not in include:  # beside the file itself
        room = room_of(path)
        return {"lua/runtime": "runtime", "lua/portal": "portal"}.get(room, room.split("/")[-1] if room else None)
    return {"runtime": "runtime", "portal": "portal"}.get(head, head)


def main():
    faults, seen = [], 0
    files = [p for top in ("host", "lua", "sdk", "plugins", "examples") for p in (ROOT / top).rglob("*.[ch]")]
    for file in files:
        path = file.relative_to(ROOT)
        if "vendor" in path.parts:
            continue
        room, text = room_of(path), file.read_text(encoding="utf-8")
        lines = text.count("\n")
        if lines > LIMIT and path.as_posix() != "sdk/include/interlink.h":
            faults.append(f"{path}: {lines} lines; a file stays under {LIMIT}")
        # What authors start from is theirs: sdk/template names no licence.
        if "SPDX-License-Identifier: EUPL-1.2" not in text[:200] and path.parts[:2] != ("sdk", "template"):
            faults.append(f"{path}: the first line names no licence")
        for number, line in enumerate(text.splitlines(), 1):
            match = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
            if not match:
                continue
            seen += 1
            mark, include = match.groups()
            for library, boxes in BOXES.items():
                if include == library and not any(path.as_posix().startswith(box) for box in boxes):
                    faults.append(f"{path}:{number}: <{library}> is named only in {', '.join(boxes)}")
            if room and (mark == '"' or include == "interlink.h"):
                target = target_of(include, path)
                if target is not None and target not in MAY[room]:
                    faults.append(f"{path}:{number}: {room} may not know {target} ({include})")
    if seen < 100:
        faults.append(f"only {seen} includes were read: is {ROOT} the project?")
    print("\n".join(faults) or f"{len(files)} files, {seen} includes: all look downward")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
