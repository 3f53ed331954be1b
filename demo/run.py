"""The demo: gets what is missing, then hands over to `demo.stage` in the virtual environment."""

import os
import signal
import sys
from types import FrameType

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from demo import prepare


def interrupt(number: int, frame: FrameType | None) -> None:
    """Make SIGTERM end us as Ctrl-C does."""
    raise KeyboardInterrupt


def main() -> int:
    """Prepare, then become the stage."""
    signal.signal(signal.SIGTERM, interrupt)
    print("Preparing the demo; the first time this takes a few minutes.", flush=True)
    try:
        prepare.packages(["prosody", "ngircd"])
        prepare.venv()
        prepare.web()
    except prepare.Missing as problem:
        print(f"\n{problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.")
        return 130
    os.chdir(prepare.ROOT)
    os.execv(prepare.PYTHON, [str(prepare.PYTHON), "-m", "demo.stage"])


if __name__ == "__main__":
    sys.exit(main())
