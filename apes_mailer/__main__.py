"""``python -m apes_mailer`` and the command ``apes-mailer``."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line of this process and exit with its code."""
    from apes_mailer.cli.app import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
