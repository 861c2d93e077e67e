# SPDX-License-Identifier: EUPL-1.2
"""A server with the hostile plugins, and their views."""
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/api"))
import interlink_test  # noqa: E402

PARAMS = {"poll": {"question": "Which day?", "options": ["one", "two"]}}


def built(name):
    return interlink_test.build_folder() / "hostile" / name


def serve(options=()):
    return interlink_test.Server(options=options, plugins=[built("hostile-c"), built("hostile-lua")])


def administrator(server):
    return server.client("admin@example.org", "a-long-password", admin=True)


def open_views(server, client, plugins):
    """Opens each plugin once in a task of a new process; gives the address of each one's view."""
    process = client.post("/processes", {"name": "Attack", "language": "en", "guide": server.a_guide(client)})
    task = client.get(f"/processes/{process['id']}/tree")["nodes"][0]["children"][0]["children"][0]["id"]
    views = {}
    for plugin in plugins:
        asset = client.post(f"/nodes/{task}/assets",
                            {"interlinker": plugin, "name": plugin, "params": PARAMS.get(plugin, {})})
        views[plugin] = client.post(f"/assets/{asset['id']}/views", {"capability": "view"})["url"]
    return views
