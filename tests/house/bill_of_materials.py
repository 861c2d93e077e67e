#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""The bill of materials names what the programs are linked with and what is vendored, with version, licence and hash.

    bill_of_materials.py BUILD SOURCE
"""
import hashlib
import json
import pathlib
import subprocess
import sys

build, source = map(pathlib.Path, sys.argv[1:])
bom = json.loads((build / "interlink.cdx.json").read_text())
bad = []
if (bom["bomFormat"], bom["specVersion"]) != ("CycloneDX", "1.5"):
    bad.append("it is no CycloneDX 1.5")
names = {one["name"] for one in bom["components"]}
if "curl" not in names:  # loaded, not linked
    bad.append("curl is not in it")
for one in bom["components"]:
    if not one["version"] or not one["licenses"]:
        bad.append(f"{one['name']}: no version or licence")
# The other way round than it is made: by the loader, not by the file's header.
stems = {"sqlite3": "sqlite", "lua5.4": "lua", "z": "zlib", "pcre2-8": "pcre2", "microhttpd": "libmicrohttpd", "sodium": "libsodium", "archive": "libarchive",
         "curl": "curl", "curl-gnutls": "curl", "jansson": "jansson", "cmark-gfm": "cmark-gfm", "c": "glibc",
         "cmark-gfm-extensions": "cmark-gfm-extensions"}
for program in ("interlink", "interlink-worker", "interlink-unpack"):
    for line in subprocess.run(["ldd", build / program], capture_output=True, text=True, check=True).stdout.splitlines():
        stem = line.split()[0].split(".so")[0].removeprefix("lib")
        if stem in stems and stems[stem] not in names and program == "interlink":
            bad.append(f"{program}: {line.split()[0]} is not in it")
hashes = {part["hashes"][0]["content"] for one in bom["components"] for part in one.get("components", [])}
for file in source.glob("lua/**/vendor/*"):
    if file.suffix in (".css", ".js") and hashlib.sha256(file.read_bytes()).hexdigest() not in hashes:
        bad.append(f"{file}: its hash is not in it")
print("\n".join(bad) or f"{len(names)} components: {', '.join(sorted(names))}")
sys.exit(1 if bad or len(names) < 10 else 0)
