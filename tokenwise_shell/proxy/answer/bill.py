"""What one request has come to, as its client is told: in headers, or in the last chunk of a stream."""

from attrs import frozen

from tokenwise.money import Nanodollars, format_usd
from tokenwise_shell.proxy.http.asgi import Headers
from tokenwise_shell.proxy.request.options import HEADER

__all__ = ["Bill", "facts_of"]

_MODEL, _PROVIDER, _DECISION, _ATTEMPTS, _COST = (
    f"{HEADER}{name}" for name in ("model", "provider", "decision-id", "attempts", "cost-usd")
)


@frozen(kw_only=True)
class Bill:
    """What was called in the end, after how many attempts, and what they cost together.

    `governed` is False where calls were made while the store of shared budgets could not be asked, by policy.
    """

    request_id: str
    decision_id: str
    model: str
    provider: str
    attempts: int
    cost: Nanodollars
    governed: bool = True

    @property
    def headers(self) -> Headers:
        """The cost as a plain decimal of US dollars, and how often somebody was called for it."""
        return {_COST: self._cost_usd, _ATTEMPTS: str(self.attempts)}

    @property
    def _cost_usd(self) -> str:
        return format_usd(self.cost).removeprefix("$")

    @property
    def fields(self) -> dict[str, object]:
        """All of it, for a chunk. The decimal is text, as in the header: a number would be read as a float."""
        return {
            "request_id": self.request_id,
            "decision_id": self.decision_id,
            "model": self.model,
            "provider": self.provider,
            "attempts": self.attempts,
            "cost_nano": self.cost,
            "cost_usd": self._cost_usd,
            **({} if self.governed else {"governed": False}),
        }


def facts_of(
    *, model: str, provider: str, decision_id: str, attempts: int, governed: bool = True, near: str = ""
) -> Headers:
    """What is known of a request once somebody has been called. `near` is a budget of which little is left."""
    facts = {_MODEL: model, _PROVIDER: provider, _DECISION: decision_id, _ATTEMPTS: str(attempts)}
    if near:
        facts[f"{HEADER}budget-warning"] = near
    if not governed:
        facts[f"{HEADER}governed"] = "false"
    return facts
