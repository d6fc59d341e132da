"""The `tw` command. Nothing is loaded here, so that Ctrl-C ends it without a traceback while the rest is."""

import gc
from collections.abc import Sequence

__all__ = ["main"]

# Loading makes so many values, nearly all of which stay. Looking for others among them is a tenth of a short command.
_COLLECT = (100_000, 20, 20)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code. `argv` is what follows the program's name; None takes sys.argv."""
    if argv is None:
        gc.set_threshold(*_COLLECT)
    try:
        from tokenwise_shell.cli.entry import main as entered

        return entered(argv)
    except KeyboardInterrupt:
        return 130  # `Exit.INTERRUPTED`, whose module may be the one that was being loaded
    finally:
        if argv is None:
            gc.freeze()  # the process ends: nobody needs to look for what it leaves
