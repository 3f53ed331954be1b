"""The web page of the demo: our buttons around converse.js, and a phone beside it."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

from demo.prepare import CLIENT, WEB

PAGE = Path(__file__).parent / "web"


def lay_out(
    folder: Path,
    websocket: str,
    user: str,
    password: str,
    gateway: str,
    network: str,
    phone: Mapping[str, str] | None = None,
) -> None:
    """Put the page into a folder that a web server serves as its root; `phone` has its `page` and its `jid`."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in (*PAGE.iterdir(), *CLIENT.parent.glob("*.wasm")):
        shutil.copy(file, folder / file.name)
    if folder != WEB:
        (folder / "node_modules").symlink_to(WEB / "node_modules")
    settings = {
        "websocket": websocket,
        "jid": f"{user}@localhost",
        "password": password,
        "gateway": gateway,
        "room": f"#welcome%{network}@{gateway}",
        "nick": user,
        "phone": phone,
    }
    (folder / "settings.json").write_text(json.dumps(settings))
