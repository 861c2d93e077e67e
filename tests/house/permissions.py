#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""The permissions of host/plugin/permission.def are those of the manifest's schema, the documents and the portal's texts."""
import json
import pathlib
import re
import sys

ROOT = pathlib.Path(sys.argv[1])
names = re.findall(r'^PERMISSION\(\w+, "([^"]+)"\)', (ROOT / "host/plugin/permission.def").read_text(), re.M)
schema = json.loads((ROOT / "host/plugin/manifest.schema.json").read_text())["properties"]["permissions"]
page = (ROOT / "docs/authors/what-a-plugin-may-do.md").read_text()
bad = []


def same(where, found):
    missing, unknown = set(names) - set(found), set(found) - set(names)
    if missing or unknown:
        bad.append(f"{where}: missing {sorted(missing)}, unknown {sorted(unknown)}")


same("manifest.schema.json, the list", set(schema["items"]["enum"]) - {"log"})
same("manifest.schema.json, the object", schema["properties"])
same("docs/authors/what-a-plugin-may-do.md", re.findall(r"^\| `([a-z.]+)` \|", page.split("## Permissions")[1].split("\n## ")[0], re.M))
for file in sorted((ROOT / "lua/portal/i18n").glob("*.json")):
    keys = [key.removeprefix("permission.") for key in json.loads(file.read_text())
            if key.startswith("permission.") and key not in ("permission.none", "permission.some")]
    same(f"lua/portal/i18n/{file.name}", keys)
print("\n".join(bad) or f"{len(names)} permissions, the same everywhere")
sys.exit(1 if bad or not names else 0)
