#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Static analysis of the C that ships: clean, or each exception with its reason.

    analyse.py BUILD TOOL...      TOOL: gcc (-fanalyzer), cppcheck, tidy (clang-tidy), scan (the analyser of scan-build)

BUILD holds compile_commands.json. Exceptions are in analyse.exceptions, one a line:

    FILE | CHECK | a part of the source line | the reason

An exception that nothing needs any more fails, too. What a tool says that is wrong everywhere is switched off below or in
.clang-tidy, with the reason there.
"""
import concurrent.futures
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXCEPTIONS = ROOT / "tests/house/analyse.exceptions"
FINDING = re.compile(r"^(/\S+?):(\d+)(?::\d+)?: (?:warning|error|performance|portability): (.*?) \[([^\[\]]+)\]$", re.M)
AT_ONCE = os.cpu_count() or 2
SHIPPED = re.compile(r"^(host|lua|sdk|plugins|examples)/")

GCC = ["-fanalyzer", "-O1"]
CPPCHECK = ["--enable=warning,performance,portability", "--inline-suppr", "--quiet",
            f"--include={ROOT}/tests/house/cppcheck.h",
            "--template={file}:{line}:{column}: {severity}: {message} [{id}]"]
SCAN = ["--analyze", "-Xclang", "-analyzer-output=text", "-Wno-unused-command-line-argument",
        # Annex K (memcpy_s ...) is in no C library that we build on.
        "-Xclang", "-analyzer-disable-checker=security.insecureAPI.DeprecatedOrUnsafeBufferHandling"]
TIDY = ["clang-tidy", "--quiet"]  # the checks stand in .clang-tidy


def commands(build):
    """The compile command of each file that ships, without what only a compiler needs."""
    seen = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        file = pathlib.Path(entry["file"])
        if not file.is_relative_to(ROOT) or not SHIPPED.match(str(file.relative_to(ROOT))) or file in seen:
            continue
        words = [w for w in shlex.split(entry["command"]) if w not in ("ccache", "-Werror") and "sanitize" not in w]
        if file.suffix == ".c":
            seen[file] = (words, entry["directory"])
    return seen


def plain(words):
    """Without output and program: only what says how the file is to be read."""
    return [w for w in words[1:words.index("-o")] if w != "-c"]


def run(words, folder=ROOT):
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def one(tool, file, words, folder, build):
    if tool == "gcc":
        return run(["gcc", *plain(words), *GCC, "-c", str(file), "-o", "/dev/null"], folder)
    if tool == "cppcheck":
        return run(["cppcheck", *[w for w in plain(words) if w.startswith(("-I", "-D"))], *CPPCHECK, str(file)], folder)
    if tool == "scan":
        return run(["clang", *plain(words), *SCAN, str(file)], folder)
    # One file a run: with several, this version mistakes va_lists for uninitialised from the second on.
    return run([*TIDY, "-p", str(build), str(file)], folder)


def findings(tools, build):
    files = commands(build)
    if not files:
        sys.exit(f"{build}/compile_commands.json names no file of ours")
    found = set()
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        jobs = [pool.submit(one, tool, file, *how, build) for tool in tools for file, how in files.items()]
        for job in jobs:
            for path, line, text, check in FINDING.findall(job.result()):
                path = pathlib.Path(os.path.normpath(path))
                if path.is_relative_to(ROOT) and "build" not in path.relative_to(ROOT).parts[:1]:
                    found.add((str(path.relative_to(ROOT)), int(line), check.split(",")[0], text))
    return len(files), sorted(found)


def exceptions():
    rows = []
    for line in EXCEPTIONS.read_text().splitlines():
        if line and not line.startswith("#"):
            file, check, part, reason = (word.strip() for word in line.split(" | ", 3))
            if not reason:
                sys.exit(f"{EXCEPTIONS.name}: no reason: {line}")
            rows.append((file, check, part))
    return rows


def family(check):
    """The tool that a check belongs to."""
    if "Wanalyzer" in check:
        return "gcc"
    return "tidy" if re.match(r"(bugprone|cert|concurrency|misc|performance|portability)-", check) else \
        "scan" if "." in check else "cppcheck"


def main(build, tools):
    rows, used, bad = exceptions(), set(), []
    count, found = findings(tools, build)
    for file, line, check, text in found:
        source = (ROOT / file).read_text().splitlines()[line - 1]
        match = next((row for row in rows if row[0] == file and row[1] == check and row[2] in source), None)
        if match:
            used.add(match)
        else:
            bad.append(f"{file}:{line}: {text} [{check}]")
    bad += [f"{EXCEPTIONS.name}: nothing needs this any more: {' | '.join(row)}"
            for row in rows if row not in used and family(row[1]) in tools]
    print("\n".join(bad))
    print(f"{', '.join(tools)}: {count} files, {len(found)} findings, {len(used)} exceptions used, {len(bad)} to mend")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]).resolve(), sys.argv[2:]))
