"""The settings as data: every key with its form, default, meaning and variable, and the frozen values they become.

`config` reads them; `config_template` writes the table as a commented file. A new setting is a row here, a field of
`Settings`, and its line in `config.settings_from`.
"""

import enum
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from attrs import field, frozen

from tokenwise.budgets.windows import UTC, Window, Zone
from tokenwise.money import Nanodollars
from tokenwise.policy import AcceptRates, Cascading, Escalation, FreeModels, Policy, Strategy, Streams
from tokenwise_shell.config import paths
from tokenwise_shell.config.permitted import ANY_MODEL, Permitted
from tokenwise_shell.config.values import (
    ALONE,
    CAP_FIELD,
    FLAG,
    HOST,
    HOSTS,
    LOCAL,
    ORIGINS,
    PATH,
    SECRET,
    STORE,
    TAGS,
    TEXT,
    URL,
    USD,
    ZONE,
    Form,
    choice,
    fraction,
    whole,
)

if TYPE_CHECKING:
    from tokenwise_shell.config.limits import LimitRow

__all__ = [
    "BUILT_IN",
    "KEYS",
    "SECTIONS",
    "CountTokens",
    "HttpParser",
    "Key",
    "LedgerSync",
    "OnLeave",
    "Origin",
    "PassThrough",
    "ProviderKind",
    "ProviderSettings",
    "ProxySettings",
    "RiskSettings",
    "Settings",
    "provider_keys",
    "tag_keys",
]


class ProviderKind(enum.Enum):
    """The format a provider speaks; many servers speak OpenAI's."""

    OPENAI = "openai"
    ANTHROPIC = "anthropic"
    GOOGLE = "google"


class LedgerSync(enum.Enum):
    """What a reservation has survived before its call leaves.

    - LEASE: a power loss, within an amount that was made durable ahead of need; see `leases`.
    - ALWAYS: a power loss. One fdatasync serves all that wait for it.
    - NEVER: the death of the process.
    """

    LEASE = "lease"
    ALWAYS = "always"
    NEVER = "never"


class HttpParser(enum.Enum):
    """Which of two implementations of HTTP/1.1 serves clients.

    - HTTPTOOLS: llhttp, on Linux; elsewhere H11 serves.
    - H11: h11 in hypercorn's protocol, a third as fast.
    """

    HTTPTOOLS = "httptools"
    H11 = "h11"


class PassThrough(enum.Enum):
    """Which requests for endpoints that are not known here go on to a provider.

    - NOTHING: none.
    - MODELS: those that name a model; from the owner's own machine, where no key is asked for, all.
    - EVERYTHING: all, from whoever may come in: what the provider keeps for its owner (files, batches) is then theirs.
    """

    NOTHING = "nothing"
    MODELS = "models"
    EVERYTHING = "everything"


class CountTokens(enum.Enum):
    """When vendors are asked to count the tokens of a prompt: never, or where the money is short for a long one."""

    NEVER = "never"
    WHEN_SHORT = "when_short"


class OnLeave(enum.Enum):
    """What becomes of a stream whose client leaves: cancelled, or read to its end for the provider's own count."""

    CANCEL = "cancel"
    DRAIN = "drain"


@frozen
class RiskSettings:
    """When the risk gate refuses; `tokenwise.scenario.risk` says what the three mean. The threshold is from 0 to 1."""

    enabled: bool
    irreversible_block: bool
    ambiguity_threshold: float


@frozen(kw_only=True)
class ProxySettings:
    """Where `tw serve` listens, and how much it takes of one request, of one client, and of all together.

    `origins` are pages that may call, `hosts` names under which a proxy without keys may be called, both in lower case.
    `on_leave` is what becomes of a stream whose client leaves. `grace_s` is what running requests get when the proxy is
    told to stop. `max_concurrent` is for each process.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    origins: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    workers: int = 1
    max_concurrent: int = 1000
    max_header_bytes: int = 65_536
    max_body_bytes: int = 33_554_432
    max_json_bytes: int = 16_777_216
    max_messages: int = 10_000
    max_values: int = 400_000
    body_timeout_s: int = 30
    write_timeout_s: int = 60
    request_timeout_s: int = 600
    keep_alive_s: int = 75
    grace_s: int = 30
    http: HttpParser = HttpParser.HTTPTOOLS
    pass_through: PassThrough = PassThrough.MODELS
    on_leave: OnLeave = OnLeave.CANCEL
    access_log: Path | None = None
    journal: Path | None = None
    journal_sample: float = 1.0
    journal_texts: bool = False


@frozen(kw_only=True)
class ProviderSettings:
    """One provider that can be called. `own_url` where the user, not the vendor, says where it is.

    `cap_field` and `stream_usage` are as with `Endpoint`; `responses` says whether it has OpenAI's `/responses`, and
    `stops_when_left` whether it makes no more of a stream that nobody listens to. None, or "", leaves each to what is
    known of the host.
    """

    name: str
    kind: ProviderKind
    base_url: str
    api_key: str = field(default="", repr=False)
    headers: Mapping[str, str] = field(factory=dict, repr=False)
    own_url: bool = False
    cap_field: str = ""
    stream_usage: bool = True
    responses: bool | None = None
    stops_when_left: bool | None = None

    @property
    def loopback(self) -> bool:
        """Whether it is on this machine, so that neither a key nor a network is needed."""
        import ipaddress  # most commands ask nobody's address

        host = urlsplit(self.base_url).hostname or ""
        try:
            return ipaddress.ip_address(host).is_loopback
        except ValueError:
            return host == "localhost" or host.endswith(".localhost")

    @property
    def usable(self) -> bool:
        """Whether a call can be tried: with a key or headers of its own, or where the user's own server needs none."""
        keyless = self.own_url and (self.kind is ProviderKind.OPENAI or self.loopback)
        return bool(self.api_key or self.headers) or keyless


@frozen
class Origin:
    """Where the value of one key comes from. `text` is the value as it may be shown: a secret is masked in it."""

    key: str
    text: str
    source: str
    plain: bool | int | float | str | None


@frozen(kw_only=True)
class Settings:
    """Everything that flags, the environment and the file decide, checked. Two are equal when their values are.

    `policy` holds `policy.*` and `cascade.*`, and with them `min_output_tokens`, `default_strategy` and
    `escalation_policy`. `models` are rows for `local_models`, all of their scalars text; `permitted` says which models
    there are at all. `aliases` are clients' names for models and what they stand for. `budgets` are limits for
    everything together, by window, and `tag_budgets` those of each tag.
    `notices` are for people; nothing in them stops anything.
    """

    default_strategy: Strategy
    default_budget: Nanodollars
    planner_model: str
    min_output_tokens: int
    escalation_policy: Escalation
    policy: Policy
    risk_gate: RiskSettings
    proxy: ProxySettings
    cache_ttl_s: int
    cache_dir: Path
    ledger_path: Path
    keys_path: Path
    ledger_sync: LedgerSync
    ledger_numbers: bool = False
    calibration: Path | None = None
    local_models: Path | None
    budget_store: str = field(repr=False)
    budget_store_fail_open: bool = False
    time_zone: str = "UTC"
    tell_budget: bool = False
    pause_timeout: int = 540
    limit_webhook: str = ""
    tags: tuple[str, ...] = ()
    tracing: bool = False
    offline: bool
    exact_tokens: bool
    count_tokens: CountTokens
    providers: Mapping[str, ProviderSettings]
    models: tuple[object, ...] = ()
    permitted: Permitted = ANY_MODEL
    aliases: Mapping[str, str] = field(factory=dict)
    limits: "tuple[LimitRow, ...]" = ()
    budgets: Mapping[Window, Nanodollars] = field(factory=dict)
    tag_budgets: Mapping[str, Mapping[Window, Nanodollars]] = field(factory=dict)
    file: Path = field(eq=False)
    file_read: bool = field(default=False, eq=False)
    origins: tuple[Origin, ...] = field(default=(), eq=False, repr=False)
    notices: tuple[str, ...] = field(default=(), eq=False)

    @property
    def states_default_budget(self) -> bool:
        """Whether somebody has said what a request may cost at most, and it is not merely the default."""
        return any(origin.key == "default_budget" and origin.source != "default" for origin in self.origins)

    @property
    def zone(self) -> Zone:
        """The zone by whose calendar limits are renewed."""
        if self.time_zone == UTC.name:
            return UTC
        from tokenwise_shell.config.zones import zone_named  # few have another

        return zone_named(self.time_zone)

    @property
    def store_url(self) -> str:
        """The server by which several machines share budgets, "" where none is named."""
        return "" if self.budget_store in (LOCAL, ALONE) else self.budget_store

    def request_budget(self, asked: Nanodollars | None) -> Nanodollars:
        """What one request to the proxy may cost: what it asks for, and never more than the owner's own limits.

        A request that asks for $10 under `{each: request, budget: 2.00}` gets $2.
        """
        wanted = self.default_budget if asked is None else asked
        return wanted if self._least_each is None else min(wanted, self._least_each)

    @cached_property
    def _least_each(self) -> Nanodollars | None:
        """The least of the limits of each request."""
        if not self.limits:
            return None
        from tokenwise_shell.config.limits import EachLimit

        return min([limit.budget for limit in self.limits if isinstance(limit, EachLimit)], default=None)


@frozen(kw_only=True)
class Key:
    """One setting. `default` may depend on the environment, as paths do; None stands for no value.

    `Any`, because a table of settings holds many types; `Settings` gives each its own again.
    """

    name: str
    form: Form[Any]
    default: Callable[[Mapping[str, str]], Any]
    meaning: str
    variable: str = ""
    flag: str = ""


# What each section of the file is about, for the file that `tw config init` writes.
SECTIONS: Final[Mapping[str, str]] = {
    "proxy": "Where `tw serve` listens, and what it takes from its clients.",
    "ledger": "How the ledger is written.",
    "budgets": "Limits for everything together, each for its window (see `time_zone`); a week begins on Monday.\n"
    "Those of one tag stand in a mapping of their own: tags: {nightly: {day: 2.50}}.",
    "risk_gate": "Refuses requests that would do irreversible harm, or that are too vague to be worth paying for.",
    "cascade": "The strategy `cascade`: cheap answers first, the strong model where they are not accepted.",
    "cascade.accept_rate": "How often cheap answers will be accepted, 0 to 1: the forecast by which it is decided.",
    "policy": "How hard to try. One budget of attempts covers retries, failover and escalation together.",
}

BUILT_IN: Final[Mapping[str, tuple[ProviderKind, str]]] = {
    "openai": (ProviderKind.OPENAI, "https://api.openai.com/v1"),
    "anthropic": (ProviderKind.ANTHROPIC, "https://api.anthropic.com"),
    "google": (ProviderKind.GOOGLE, "https://generativelanguage.googleapis.com"),
    "openrouter": (ProviderKind.OPENAI, "https://openrouter.ai/api/v1"),
}
"""The vendors known by name, with the format they speak and where they are."""


def _fixed(value: object) -> Callable[[Mapping[str, str]], Any]:
    return lambda _: value


def _key(name: str, form: Form[Any], default: object, meaning: str, variable: str = "", *, flag: str = "") -> Key:
    """A row of the table; a callable default is a path that the environment decides."""
    return Key(
        name=name,
        form=form,
        default=default if callable(default) else _fixed(default),
        meaning=meaning,
        variable=f"TOKENWISE_{variable}" if variable else "",
        flag=flag or f"--{name.replace('_', '-').replace('.', '-')}",
    )


def _knob(name: str, form: Form[Any], meaning: str) -> Key:
    """A knob of the core's policy, whose default is the core's."""
    return _key(f"policy.{name}", form, getattr(Policy(), name), meaning)


def _cascade(name: str, form: Form[Any], meaning: str) -> Key:
    """A field of the core's `Cascading`, with its default."""
    return _key(f"cascade.{name}", form, getattr(Cascading(), name), meaning)


def _proxy(name: str, form: Form[Any], meaning: str, variable: str = "", *, flag: str = "") -> Key:
    """A field of `ProxySettings`, with its default."""
    return _key(f"proxy.{name}", form, getattr(ProxySettings(), name), meaning, variable, flag=flag)


_STRATEGY: Final = choice(Strategy)
_ESCALATION: Final = choice(
    Escalation,
    {"monotonic": Escalation.STEPWISE, "flexible": Escalation.SAME_TIER_FIRST},  # what 0.5 called them
)

# A day: a wait longer than this is a slip of the keyboard (seconds taken for milliseconds is the other one).
_DAY_MS: Final = 86_400_000
_DAY_S: Final = 86_400

# The fields of `AcceptRates`.
_ACCEPTED: Final = {
    "general": "two answers to everyday requests",
    "code": "two answers about code",
    "math": "two answers to calculations",
    "reasoning": "two answers to puzzles and arguments",
    "check": "an answer to a step that declares a check, which decides alone",
}

_BUDGETS: Final = {
    Window.TOTAL: "US dollars that may be spent ever; none is no limit.",
    Window.DAY: "US dollars a day.",
    Window.WEEK: "US dollars a week.",
    Window.MONTH: "US dollars a month.",
}

KEYS: Final[tuple[Key, ...]] = (
    _key("default_strategy", _STRATEGY, Strategy.BALANCED,
         "Which capable model to prefer: cheapest; balanced (the tier that suits the difficulty); best_quality;\n"
         "budget_constrained (the strongest tier that the budget can pay); cascade (balanced, cheap answers first).",
         "DEFAULT_STRATEGY", flag="--strategy"),
    _key("default_budget", USD, Nanodollars(1_000_000_000),
         "US dollars that one run or request may cost at most.", "DEFAULT_BUDGET", flag="--budget"),
    _key("planner_model", TEXT, "openai/gpt-4.1-mini",
         "Which model cuts a task into steps; where it is not available, the cheapest usable one.", "PLANNER_MODEL"),
    _key("min_output_tokens", whole(1), Policy().min_output_tokens,
         "An answer is never capped below this many tokens: a cut-off answer is seldom worth its price.",
         "MIN_OUTPUT_TOKENS"),
    _key("escalation_policy", _ESCALATION, Escalation.STEPWISE,
         "What follows a model whose answer could not be used, never a weaker tier: stepwise (the next tier);\n"
         "strongest_first (the flagships at once); same_tier_first (others of the same tier, then above).",
         "ESCALATION_POLICY"),
    _key("free_models", choice(FreeModels), FreeModels.NEVER,
         "Models that a host gives away, which may be cut off at any time and may keep prompts: never (only where a\n"
         "request names one); fallback (where nothing paid will do); prefer."),
    _key("offline", FLAG, False,
         "Use the shipped catalogue and the embedded provider, and open no socket beyond this machine.", "OFFLINE"),
    _key("count_tokens", choice(CountTokens), CountTokens.NEVER,
         "When vendors are asked to count a prompt, which costs nothing: never; when_short (for a long prompt that is\n"
         "refused or cut for want of money)."),
    _key("tracing", FLAG, False,
         "A span for each request and each call of a model, for whoever collects them by OpenTelemetry; needs the\n"
         "package opentelemetry-sdk (pip install '.[otel]').", "TRACING"),
    _key("exact_tokens", FLAG, False,
         "Count words with the model's own tokenizer where that is known, for a tighter worst case; needs the package\n"
         "quicktok (pip install '.[exact]').", "EXACT_TOKENS"),
    _key("cache_ttl", whole(0), 3600,
         "Seconds for which the fetched list of models counts as fresh. A stale one is used if no other can be had.",
         "CACHE_TTL"),
    _key("cache_dir", PATH, paths.cache_dir, "Where that list is kept."),
    _key("local_models", PATH, None,
         "A YAML file of models of your own, and of changes to known ones. Such rows may stand under `models` too.",
         "LOCAL_MODELS"),
    _key("calibration", PATH, None,
         "A policy file that `tw calibrate` wrote: its cuts, and its weights of difficulty."),
    _key("ledger_path", PATH, paths.ledger_file, "The record of what was spent, as JSON lines.", "LEDGER_PATH"),
    _key("budget_store", STORE, LOCAL,
         "Who shares budgets: local (the processes of this machine that write one ledger), several machines by\n"
         "redis://host:6379/0 or valkey://…, or none (each process has its own).",
         "BUDGET_STORE"),
    _key("time_zone", ZONE, "UTC", "The zone by whose calendar days, weeks and months of limits begin.", "TIME_ZONE"),
    _key("tell_budget", FLAG, False,
         "Tell models what is left of the tightest budget, by a line at the end of a request, and clients by a header.",
         "TELL_BUDGET"),
    _key("pause_timeout", whole(1, 3600), 540,
         "Seconds for which a call may wait for somebody to raise a limit that pauses; below the ten minutes after\n"
         "which the vendors' own libraries give up.", "PAUSE_TIMEOUT"),
    _key("limit_webhook", URL, "",
         "Where to say by POST that four fifths of a limit, or all of it, are gone, or that a call waits.",
         "LIMIT_WEBHOOK"),
    _key("budget_store_fail_open", FLAG, False,
         "Go on calling, held to no shared limit, while that server cannot be reached. Without this nothing is called.",
         "BUDGET_STORE_FAIL_OPEN"),
    _key("tags", TAGS, None, "The tags under which runs of this machine's commands and programs are booked.", "TAGS",
         flag="--tag"),
    _proxy("host", HOST, "The interface. One that others can reach needs access keys; see `tw keys`.", "PROXY_HOST",
           flag="--host"),
    _proxy("port", whole(0, 65_535), "The port; 0 takes a free one.", "PROXY_PORT", flag="--port"),
    _proxy("origins", ORIGINS, "Web pages that may call, by their origin; none may unless it stands here."),
    _proxy("hosts", HOSTS,
           "Names by which it may be called while no key is asked for, beside localhost and addresses."),
    _proxy("workers", whole(1, 64), "How many processes share the port.", flag="--workers"),
    _proxy("max_concurrent", whole(1, 100_000), "Requests that one process serves at the same time; more get 503."),
    _proxy("max_header_bytes", whole(1024, 1 << 24), "The longest head of a request that is read; more is 431."),
    _proxy("max_body_bytes", whole(1024, 1 << 30), "The longest body that is read; more is 413."),
    _proxy("max_json_bytes", whole(1024, 1 << 30),
           "The longest body that is parsed as JSON, which holds everybody else up for as long as that takes."),
    _proxy("max_messages", whole(1), "Messages that one conversation may have; more is 413."),
    _proxy("max_values", whole(1000),
           "Values that may stand in one body, an object or a list counted as 8; more is 413."),
    _proxy("body_timeout_s", whole(1, _DAY_S), "Seconds for a request's body to arrive whole; else 408."),
    _proxy("write_timeout_s", whole(1, _DAY_S),
           "Seconds until a client that takes nothing of what it was sent is given up."),
    _proxy("request_timeout_s", whole(1, _DAY_S),
           "Seconds until a request is given up, its answer and stream included."),
    _proxy("keep_alive_s", whole(1, _DAY_S), "Seconds for which a connection may be silent between requests."),
    _proxy("grace_s", whole(0, _DAY_S), "Seconds for running requests to end when the proxy is told to stop."),
    _proxy("http", choice(HttpParser), "What reads HTTP/1.1: httptools (llhttp; on Linux), or h11.", flag="--http"),
    _proxy("on_leave", choice(OnLeave),
           "What becomes of a stream whose client leaves: cancel, or drain to the end for the provider's count."),
    _proxy("pass_through", choice(PassThrough),
           "Which requests for endpoints that are not known here go on to a provider: nothing; models (those that\n"
           "name one, and all of the owner's own machine while no key is asked for); everything."),
    _proxy("access_log", PATH, "A file for a line of JSON per answered request, without what was said in it."),
    _proxy("journal", PATH, "A folder for a journal of each request, which `tw replay` decides again; without texts.",
           flag="--journal"),
    _proxy("journal_sample", fraction(0.0, 1.0), "The share of requests that have one, from 0 to 1.",
           flag="--journal-sample"),
    _proxy("journal_texts", FLAG, "Whether these journals have answers in full, and not only their lengths and hashes.",
           flag="--journal-texts"),
    _key("ledger.sync", choice(LedgerSync), LedgerSync.LEASE,
         "When a reservation reaches the disk: lease (an amount at a time, ahead of the calls it covers); always\n"
         "(each by itself, and slower); never (a power loss may lose lines)."),
    _key("ledger.numbers", FLAG, False,
         "Keep each request's numbers beside the ledger (counts and levels, never words), for `tw calibrate`."),
    *(_key(f"budgets.{window.value}", USD, None, meaning) for window, meaning in _BUDGETS.items()),
    _key("risk_gate.enabled", FLAG, False, "Whether the gate judges requests at all.", "RISK_GATE_ENABLED"),
    _key("risk_gate.irreversible_block", FLAG, True,
         "Refuse requests for what cannot be undone.", "RISK_GATE_IRREVERSIBLE_BLOCK"),
    _key("risk_gate.ambiguity_threshold", fraction(0.0, 1.0), 0.9,
         "Refuse requests that are vaguer than this, from 0 to 1; at 1 none is.", "RISK_GATE_AMBIGUITY_THRESHOLD"),
    _knob("max_attempts", whole(1, 100), "Calls for one step at most."),
    _knob("max_seat_faults", whole(1, 100), "How many of them may be lost to sellers that fail, retries included."),
    _knob("max_answer_faults", whole(1, 100), "How many of them may bring answers that cannot be used."),
    _knob("max_retries", whole(0, 100), "How often in a row the same place may be asked again."),
    _knob("timeout_ms", whole(1, _DAY_MS), "Milliseconds until one call is given up."),
    _knob("deadline_ms", whole(0, _DAY_MS), "Milliseconds from a run's start to its last attempt; 0 is no limit."),
    _knob("parallelism", whole(1, 1000), "Steps of one plan that run at the same time, at most."),
    _knob("default_output_tokens", whole(1), "The cap on an answer where the caller names none."),
    _knob("fair_share", whole(1, 1000),
          "Who names no cap holds at most one part in this many of what is left; 1 is all."),
    _knob("mid_from", fraction(0.0, 1.0), "The difficulty, from 0 to 1, from which `balanced` takes a mid-tier model."),
    _knob("flagship_from", fraction(0.0, 1.0), "The difficulty from which it takes a flagship."),
    _knob("willingness_to_pay", USD,
          "Dollars that `balanced` pays for a point of expected quality; a hundred make a bad answer good."),
    _knob("rating_band", whole(0, 1000), "Ratings that differ by no more are as good as each other."),
    _knob("backoff_ms", whole(0, _DAY_MS), "Milliseconds before the first retry; each next pause is longer."),
    _knob("max_backoff_ms", whole(0, _DAY_MS), "Milliseconds that no such pause exceeds."),
    _cascade("agree", whole(1, 2),
             "2: an answer that nothing checks is accepted where another model's agrees with it; 1: wherever nothing\n"
             "speaks against it."),
    _cascade("least_saving", fraction(0.0, 1.0),
             "A cascade that is not expected to save this part of the cost, from 0 to 1, is declined."),
    _cascade("first", TEXT, "The model that is asked first; none leaves it to the catalogue, as with the next two."),
    _cascade("second", TEXT, "The model that is asked beside it."),
    _cascade("strong", TEXT, "The model that is gone to in the end, or at once; none is what `balanced` would take."),
    _cascade("streams", choice(Streams),
             "Where the answer is streamed: straight (to the strong model, at once) or wait (until one is accepted)."),
    *(_key(f"cascade.accept_rate.{name}", fraction(0.0, 1.0), getattr(AcceptRates(), name), f"Of {what}.")
      for name, what in _ACCEPTED.items()),
)  # fmt: skip
"""Every setting with a fixed name, in the order of the written file. Those of the providers are `provider_keys`."""


def tag_keys(name: str) -> tuple[Key, ...]:
    """The limits of one tag, each for its window."""
    return tuple(
        _key(f"budgets.tags.{name}.{window.value}", USD, None, meaning) for window, meaning in _BUDGETS.items()
    )


def provider_keys(name: str) -> tuple[Key, ...]:
    """The keys of one provider; only those known by name have variables. No default `base_url` makes it required."""
    kind, url = BUILT_IN.get(name, (ProviderKind.OPENAI, None))
    variable = name.upper() if name in BUILT_IN else ""
    rows = (
        ("kind", choice(ProviderKind), kind, "The format it speaks."),
        ("base_url", URL, url, "Where it is."),
        ("api_key", SECRET, "", "The key it gave you."),
        (
            "cap_field",
            CAP_FIELD,
            "",
            "The field of the output cap there: max_tokens or max_completion_tokens.",
        ),
        (
            "stream_usage",
            FLAG,
            True,
            "Whether it can be asked for usage in streams; false for a server that refuses that.",
        ),
        ("responses", FLAG, None, "Whether it has OpenAI's /responses, for requests that then pass as they are."),
        ("stops_when_left", FLAG, None, "Whether it makes and bills no more of a stream that nobody listens to."),
    )
    return tuple(
        Key(
            name=f"providers.{name}.{last}",
            form=form,
            default=_fixed(default),
            meaning=meaning,
            variable=f"{variable}_{last.upper()}" if variable and last in ("base_url", "api_key") else "",
        )
        for last, form, default, meaning in rows
    )
