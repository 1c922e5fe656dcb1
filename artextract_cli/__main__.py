"""``python -m artextract_cli`` is the same as ``artextract``."""

from artextract_cli.main import main

if __name__ == "__main__":
    main()
