"""`python -m transport`, the same as `transport`."""

import sys

from transport.cli import main

sys.exit(main())
