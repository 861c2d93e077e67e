#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""coverage.py BUILD [--part] [--every]: how many lines of C of host/, lua/ and sdk/ ran since the counters of this build
were last cleared.

Only gcov is asked, once for each object that the build makes, because one source may be part of several (the worker,
and the unit tests of its parts): a line has run if it did in any of them, and a file that no test loads counts in full.
Lua is not counted: gcov knows C only. The jailed worker's counts are kept by worker_counts.c.
Exits 1 below the limit, unless only --part of the tests ran. --every names all files, not only the weak ones."""
import collections
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
ROOMS = ("host", "lua", "sdk")
LIMIT = 85.0  # percent
WEAK = 70.0  # files below it are named


def notes(build):
    """The files in which the compiler noted the lines of each object of ours, as the build has them now."""
    for made in json.loads((build / "compile_commands.json").read_text()):
        source = pathlib.Path(made["file"])
        if source.is_relative_to(ROOT) and source.relative_to(ROOT).parts[0] in ROOMS:
            words = made["command"].split()
            note = build / words[words.index("-o") + 1].removesuffix(".o")
            yield note.with_name(note.name + ".gcno")


def lines(build):
    """file -> line -> how often it ran"""
    found = collections.defaultdict(collections.Counter)
    # Beside each note lies the count, if the object ever ran; gcov finds it, and counts zeros if it is not there.
    names = [str(note) for note in notes(build) if note.exists()]
    answer = subprocess.run(["gcov", "--json-format", "--stdout", *names], cwd=build, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout
    for report in filter(None, answer.splitlines()):
        for file in json.loads(report)["files"]:
            path = pathlib.Path(build, file["file"]).resolve()
            if path.is_relative_to(ROOT) and path.relative_to(ROOT).parts[0] in ROOMS:
                counts = found[path.relative_to(ROOT)]
                for line in file["lines"]:
                    counts[line["line_number"]] += line["count"]
    return found


def spans(numbers):
    """[1, 2, 3, 7] -> 1-3 7"""
    parts = []
    for number in sorted(numbers):
        if parts and parts[-1][1] == number - 1:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    return " ".join(str(a) if a == b else f"{a}-{b}" for a, b in parts)


def percent(run, all_lines):
    return 100.0 * run / all_lines if all_lines else 100.0


def main():
    build, options = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2:]
    rooms, weak = collections.defaultdict(lambda: [0, 0]), []
    for path, counts in sorted(lines(build).items()):
        run = sum(1 for count in counts.values() if count)
        for room in ("/".join(path.parts[:2]) if len(path.parts) > 2 else path.parts[0], "all"):
            rooms[room][0] += run
            rooms[room][1] += len(counts)
        if "--every" in options or percent(run, len(counts)) < WEAK:
            weak.append((percent(run, len(counts)), path, spans(n for n, count in counts.items() if not count)))
    for share, path, missed in sorted(weak):
        print(f"{share:5.1f} %  {path}: not run {missed or 'nothing'}")
    print("\nlines of C that ran (Lua is not counted)")
    total = rooms.pop("all", [0, 0])
    for room, (run, count) in [*sorted(rooms.items()), ("host/, lua/ and sdk/", total)]:
        print(f"  {room:22} {run:6} of {count:6}  {percent(run, count):5.1f} %")
    if "--part" not in options and (not total[1] or percent(*total) < LIMIT):
        print(f"Less than {LIMIT} % of the lines ran.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
