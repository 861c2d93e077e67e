#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Runs every unit test under valgrind: no read of what was never written, no memory lost.

    valgrind.py BUILD [NAMES]     BUILD without sanitizers; NAMES: an expression, such as test_store
"""
import concurrent.futures
import pathlib
import re
import subprocess
import sys
import time

build, names = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2] if len(sys.argv) > 2 else ""
TOOL = ["valgrind", "-q", "--error-exitcode=99", "--leak-check=full", "--errors-for-leak-kinds=definite", "--child-silent-after-fork=yes"]
CLONE3, OPENAT2 = "valgrind does not know clone3", "valgrind does not know openat2"
NOT = {"test_power": "runs by itself, tests/crash", "test_disk": "runs by itself, tests/crash", "test_loop": "asserts times",
       "test_pool": CLONE3, "test_schedule": CLONE3, "test_install": CLONE3, "test_package": CLONE3, "test_jail": CLONE3, "test_cgroup": CLONE3,
       "test_import_fault": OPENAT2}


def run(program):
    begin = time.monotonic()
    try:
        done = subprocess.run([*TOOL, program], cwd=build, capture_output=True, text=True, errors="replace", timeout=900)
        code, said = done.returncode, done.stdout + done.stderr
    except subprocess.TimeoutExpired as late:
        code, said = "late", str(late.stdout or "")[-2000:]
    print(f"{'ok   ' if code == 0 else 'FAIL '} {program.name} ({time.monotonic() - begin:.1f} s)", flush=True)
    return program.name, code, said


programs = sorted(p for p in (build / "tests").glob("test_*") if p.is_file() and p.name not in NOT and re.search(names, p.name))
with concurrent.futures.ThreadPoolExecutor(2) as pool:
    bad = [one for one in pool.map(run, programs) if one[1] != 0]
for name, code, said in bad:
    print(f"== {name}: {code}\n{said[-4000:]}")
for name, why in NOT.items():
    print(f"left out: {name}, {why}")
print(f"valgrind: {len(programs)} programs, {len(bad)} with something to mend")
sys.exit(1 if bad or not programs else 0)
