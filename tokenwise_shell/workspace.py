"""What every command works with: the settings, and the catalogue with what of it can be reached. No network."""

from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from tokenwise.catalog.models import Catalog
from tokenwise.money import Nanodollars
from tokenwise.policy import Policy, Strategy
from tokenwise.routing.bid import Counted
from tokenwise.routing.choosing import Refusal, Refused
from tokenwise.routing.request import Wishes
from tokenwise.scenario.risk import RiskGate
from tokenwise_shell.catalogs.fetching import catalog_sources
from tokenwise_shell.catalogs.loading import Loaded, load
from tokenwise_shell.config.loading import load as load_settings
from tokenwise_shell.config.loading import policy, usable_providers
from tokenwise_shell.config.settings import Settings

if TYPE_CHECKING:
    from tokenwise_shell.plans.decision import Conversation, Decision

__all__ = ["EMBEDDED", "Workspace", "furnish", "open_workspace"]

EMBEDDED = "embedded"
"""The provider that is part of tokenwise itself."""

_NO_PROVIDER = (
    "no provider can be called: set OPENROUTER_API_KEY, OPENAI_API_KEY, "
    "ANTHROPIC_API_KEY or GOOGLE_API_KEY, configure a server of your own, or use --offline"
)


@frozen
class Workspace:
    """Settings and models. `catalog` has every model, `reachable` only the offers of `providers`.

    With no provider at all the two are the same, so that `tw route` can still show what it would do.
    """

    settings: Settings
    catalog: Catalog
    reachable: Catalog
    providers: tuple[str, ...]
    loaded: Loaded
    notices: tuple[str, ...]

    @property
    def nobody(self) -> Refused | None:
        """The refusal of whatever has to call somebody, where no provider can be called."""
        if self.providers:
            return None
        return Refused(Refusal.NO_PROVIDER, Nanodollars(0), Nanodollars(0), "every model is")

    def policy(self, strategy: Strategy | None = None) -> Policy:
        """The policy in force, with another strategy if one is asked for."""
        return self.settings.policy if strategy is None else self._policies[strategy]

    @cached_property
    def _policies(self) -> Mapping[Strategy, Policy]:
        """One for each strategy, made once: what is known of a policy is kept with it."""
        return {strategy: policy(self.settings, strategy) for strategy in Strategy}

    @cached_property
    def gate(self) -> RiskGate:
        """The risk gate as configured."""
        risk = self.settings.risk_gate
        return RiskGate(risk.enabled, risk.irreversible_block, risk.ambiguity_threshold)

    def counted(self, texts: Iterable[str]) -> tuple[Counted, ...]:
        """What an exact count of these texts saves; nothing if it is off. Raises InputError without quicktok."""
        if not self.settings.exact_tokens:
            return ()
        from tokenwise_shell.engine.tokenizers import counted

        return counted(texts)

    def decide(
        self,
        conversation: "Conversation",
        *,
        strategy: Strategy | None = None,
        budget: Nanodollars | None = None,
        wishes: Wishes | None = None,
        best_effort: bool = False,
    ) -> "Decision":
        """Which model would get this conversation, and why. Calls nobody."""
        from tokenwise_shell.plans.decision import decide

        texts = (conversation,) if isinstance(conversation, str) else (message.text for message in conversation)
        return decide(
            conversation,
            catalog=self.reachable,
            policy=self.policy(strategy),
            budget=self.budget(budget),
            wishes=evolve(wishes or Wishes(), counted=self.counted(texts)),
            best_effort=best_effort,
            gate=self.gate,
        )

    def budget(self, asked: Nanodollars | None) -> Nanodollars:
        """The limit in force."""
        return self.settings.default_budget if asked is None else asked

    def with_catalog(self, loaded: Loaded) -> "Workspace":
        """The same with another catalogue, and what of it can be reached."""
        reachable = loaded.catalog.only(self.providers) if self.providers else loaded.catalog
        return evolve(self, catalog=loaded.catalog, reachable=reachable, loaded=loaded)


def open_workspace(
    *, environ: Mapping[str, str], flags: Mapping[str, object], path: Path | None, now_ms: int
) -> Workspace:
    """Read the configuration and put the catalogue together. Raises InputError with every problem of either."""
    return furnish(load_settings(environ=environ, flags=flags, path=path), now_ms=now_ms)


def furnish(settings: Settings, *, now_ms: int) -> Workspace:
    """A workspace for settings that are read already."""
    loaded = load(catalog_sources(settings), now_ms=now_ms)
    providers = usable_providers(settings)
    notices = (*settings.notices, *loaded.notices, *(() if providers else (_NO_PROVIDER,)))
    reachable = loaded.catalog.only(providers) if providers else loaded.catalog
    return Workspace(settings, loaded.catalog, reachable, providers, loaded, notices)
