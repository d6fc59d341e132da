"""The `tw` command. Nothing is loaded here, so that Ctrl-C ends it without a traceback while the rest is."""

from collections.abc import Sequence

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code. `argv` is what follows the program's name; None takes sys.argv."""
    try:
        from tokenwise_shell.cli.entry import main as entered

        return entered(argv)
    except KeyboardInterrupt:
        return 130  # `Exit.INTERRUPTED`, whose module may be the one that was being loaded
