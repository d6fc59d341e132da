"""The documentation as a site: `python -m sphinx -c docs/maintenance -W docs OUT`, with sphinx, myst-parser and furo.

The pages are written to be read in a repository too, so nothing in them is for the generator alone: the order of the
site is that of the links in `index.md`, and links to files beside `docs` become plain text.
"""

import re
from typing import Any

project = "TokenWise"
extensions = ["myst_parser"]
exclude_patterns = ["maintenance", "deploy"]
myst_heading_anchors = 4
html_theme = "furo"
suppress_warnings = ["misc.highlighting_failure"]  # diagrams in Mermaid stay text

_OUTSIDE = re.compile(r"\[([^\]]+)\]\((?:\.\./|deploy/)[^)]*\)")
_PAGE = re.compile(r"\]\(([a-z-]+)\.md")


def _prepared(_: Any, name: str, source: list[str]) -> None:
    source[0] = _OUTSIDE.sub(r"\1", source[0])
    if name == "index":
        pages = dict.fromkeys(_PAGE.findall(source[0]))
        source[0] += "\n```{toctree}\n:hidden:\n\n" + "\n".join(pages) + "\n```\n"


def setup(app: Any) -> None:
    """Sphinx calls this."""
    app.connect("source-read", _prepared)
