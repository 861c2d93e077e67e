# SPDX-License-Identifier: EUPL-1.2
"""The portal's routes, read from its pages, so that a new one cannot be forgotten."""
import re

import interlink_test

PAGES = interlink_test.ROOT / "lua/portal/pages"

def routes(method):
    found = set()
    for page in PAGES.glob("*.lua"):
        text = page.read_text()
        found.update(re.findall(rf'routes\.{method}\("([^"]*)",', text))
        if re.search(rf'routes\.{method}\("/" \.\. name', text):
            names = re.search(r"in ipairs\s*[({]+([^})]*)[})]", text)
            found.update("/" + name for name in re.findall(r'"([a-z-]+)"', names[1]))
    return sorted(found)


def fill(path, ids):
    """The address of a route: {id} by the first of its words ("/projects/{id}"), {tool} by its own name."""
    kind = path.split("/")[1]
    return path.replace("{id}", ids.get(kind, "plan")).replace("{tool}", ids.get("tools", "plan")) \
        .replace("{release}", ids.get("release", "none"))
