"""The web page of the demo: our three buttons around converse.js."""

import json
import shutil
from pathlib import Path

from demo.prepare import CLIENT, WEB

PAGE = Path(__file__).parent / "web"


def lay_out(folder: Path, websocket: str, user: str, password: str, gateway: str, network: str) -> None:
    """Put the page into a folder that a web server serves as its root."""
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
    }
    (folder / "settings.json").write_text(json.dumps(settings))
