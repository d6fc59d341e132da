"""Results as a notebook shows them: a caption, a table, the text. Whatever a model or a person wrote is escaped."""

from collections.abc import Iterable
from html import escape

__all__ = ["page"]


def page(caption: str, rows: Iterable[Iterable[object]], *, heads: Iterable[str] = (), text: str = "") -> str:
    """A piece of HTML that needs no style of its own. `text` is shown as it is written, line for line."""
    head = "".join(f"<th>{escape(name)}</th>" for name in heads)
    body = "".join(f"<tr>{''.join(f'<td>{escape(str(cell))}</td>' for cell in row)}</tr>" for row in rows)
    below = f"<pre style='white-space: pre-wrap'>{escape(text)}</pre>" if text else ""
    return f"<p><b>{escape(caption)}</b></p><table><tr>{head}</tr>{body}</table>{below}"
