"""``python -m artextract_cli`` is the same as ``artextract``."""

import sys

from artextract_cli.errors import INTERRUPTED


def main() -> None:
    """Run the program; an interrupt during loading is reported like any later one."""
    try:
        from artextract_cli.cli.main import main as run
    except KeyboardInterrupt:
        sys.stderr.write("error: interrupted\n")
        sys.exit(INTERRUPTED)
    run()


if __name__ == "__main__":
    main()
