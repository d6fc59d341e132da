"""Reading the settings: flags over environment over file over defaults, and every problem at once.

What settings there are is in `settings`, how one is written in `values`, how a file becomes a tree in
`config_file`, and how the sources lie over each other in `config_layers`.
"""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType, NoneType
from typing import Final, TypeVar

from attrs import evolve, fields

from tokenwise.budgets.windows import Window
from tokenwise.errors import InputError, Problem
from tokenwise.money import Nanodollars
from tokenwise.policy import AcceptRates, Cascading, Policy, Strategy
from tokenwise_shell.config import paths
from tokenwise_shell.config.file import Branch, Unset, parse, read_bytes
from tokenwise_shell.config.layers import laid_over, unknown_variables
from tokenwise_shell.config.settings import (
    BUILT_IN,
    Origin,
    ProviderKind,
    ProviderSettings,
    ProxySettings,
    RiskSettings,
    Settings,
)
from tokenwise_shell.config.values import LOCAL

__all__ = ["load", "policy", "usable_providers", "which_file"]

T = TypeVar("T")

# Fields of the settings whose key is another word; every other plain field is its own key.
_KEYS: Final[Mapping[str, str]] = {
    "cache_ttl_s": "cache_ttl",
    "ledger_sync": "ledger.sync",
    "ledger_numbers": "ledger.numbers",
}

# Fields that are put together from several keys, or that say where the rest came from.
_BUILT: Final = frozenset(
    [
        "policy",
        "risk_gate",
        "proxy",
        "providers",
        "models",
        "permitted",
        "aliases",
        "limits",
        "tags",
        "budgets",
        "tag_budgets",
        "file",
        "file_read",
        "keys_path",
        "origins",
        "notices",
    ]
)

_NO_FLAGS: Final[Mapping[str, object]] = MappingProxyType({})

# The provider that needs no network; see `catalogs.offline_catalog`.
_EMBEDDED: Final = "embedded"


def load(*, environ: Mapping[str, str], flags: Mapping[str, object] = _NO_FLAGS, path: Path | None = None) -> Settings:
    """The settings in force. `flags` maps keys such as `default_budget` to what a flag said; None is "not given".

    `path` is what `--config` named. A file that was named must exist; the usual one may be missing. Raises InputError
    with every problem of every source.
    """
    file, named = which_file(environ, path)
    tree, problems = _tree(file, environ, named=named)
    layers = laid_over(tree or Branch({}), file, environ=environ, flags=flags)
    values, origins = layers.values, layers.origins
    idle = _idle(problems) if values["offline"] else ()
    problems = tuple(one for one in problems if one not in idle)
    if problems := (*problems, *layers.problems) or _contradictions(values):
        raise InputError(*dict.fromkeys(problems))  # one missing HOME is met by several paths
    keys_path = paths.keys_file(_typed(values, "ledger_path", Path))
    if values["offline"]:
        values, origins = _apart(values, origins)
    plain = {spec.name: values[_KEYS.get(spec.name, spec.name)] for spec in fields(Settings) if spec.name not in _BUILT}
    return Settings(
        **plain,  # type: ignore[arg-type] # the table of keys has each one's form; mypy cannot follow it
        policy=_policy(values),
        risk_gate=_risk(values),
        proxy=_proxy(values),
        providers={name: _provider(name, values, layers.headers.get(name, {})) for name in layers.providers},
        models=layers.models,
        permitted=layers.permitted,
        aliases=layers.aliases,
        limits=layers.limits,
        tags=_typed(values, "tags", tuple) if values["tags"] is not None else (),
        budgets=_budgets(values, "budgets"),
        tag_budgets={name: _budgets(values, f"budgets.tags.{name}") for name in layers.tags},
        file=file,
        file_read=tree is not None,
        keys_path=keys_path,
        origins=origins,
        notices=(*map(str, idle), *unknown_variables(environ)),
    )


def which_file(environ: Mapping[str, str], path: Path | None = None) -> tuple[Path, bool]:
    """The configuration file, and whether somebody named it: the flag, TOKENWISE_CONFIG, or the usual place."""
    named = path if path is not None else environ.get("TOKENWISE_CONFIG", "")
    if named == "":
        return paths.config_file(environ), False
    return paths.expanded(str(named), folder=None, environ=environ), True


def policy(settings: Settings, strategy: Strategy | None = None) -> Policy:
    """The core's knobs as configured, with another strategy if one is given."""
    return settings.policy if strategy is None else evolve(settings.policy, strategy=strategy)


def usable_providers(settings: Settings) -> tuple[str, ...]:
    """Whom a call can be sent to: direct providers before OpenRouter; offline, the embedded one alone."""
    if settings.offline:
        return (_EMBEDDED,)
    return tuple(name for name, provider in settings.providers.items() if provider.usable)


def _tree(file: Path, environ: Mapping[str, str], *, named: bool) -> tuple[Branch | None, tuple[Problem, ...]]:
    """The file's tree, None where there is no file, and what is wrong with it."""
    try:
        return parse(read_bytes(file), str(file), environ)
    except FileNotFoundError:
        problem = Problem(str(file), "no such file; expected a YAML file, which `tw config init` writes")
        return None, (problem,) if named else ()
    except InputError as error:
        return None, error.problems


def _idle(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """Variables that are missing for providers, of which an offline process asks none but the embedded one."""
    unset = (one for one in problems if isinstance(one, Unset))
    return tuple(one for one in unset if one.path.startswith("providers.") and not one.path.endswith(".base_url"))


def _apart(
    values: Mapping[str, object], origins: tuple[Origin, ...]
) -> tuple[Mapping[str, object], tuple[Origin, ...]]:
    """The settings of an offline process: what it spends is simulated, so it counts in no sum or limit of real money.

    Who names a ledger or a store for this one process, by a variable or a flag, means that one.
    """
    own = {"ledger_path": paths.simulated(_typed(values, "ledger_path", Path)), "budget_store": LOCAL}
    shared = {"budget_store"} if "://" not in _typed(values, "budget_store", str) else set()
    lasting = ("default", "file ")
    moved = {one.key for one in origins if one.key in own and one.source.startswith(lasting)} - shared
    told = tuple(
        evolve(one, text=str(own[one.key]), source=f"{one.source}, offline", plain=str(own[one.key]))
        if one.key in moved
        else one
        for one in origins
    )
    return {**values, **{name: own[name] for name in moved}}, told


def _budgets(values: Mapping[str, object], section: str) -> dict[Window, Nanodollars]:
    """The limits that are set; a limit of nothing is a limit too."""
    set_ones = [window for window in Window if values[f"{section}.{window.value}"] is not None]
    return {window: Nanodollars(_typed(values, f"{section}.{window.value}", int)) for window in set_ones}


def _policy(values: Mapping[str, object]) -> Policy:
    """The policy's fields are `policy.*`, save the four that have keys of their own."""
    own = {"strategy": "default_strategy", "escalation": "escalation_policy"}
    own |= {"min_output_tokens": "min_output_tokens", "free_models": "free_models"}
    # attrs checks the values again; mypy cannot follow a table of fields.
    names = [spec.name for spec in fields(Policy) if spec.name not in ("cascade", "calibration")]
    knobs: dict[str, object] = {name: values[own.get(name, f"policy.{name}")] for name in names}
    policy = Policy(**knobs, cascade=_cascading(values))  # type: ignore[arg-type] # see above
    file = values["calibration"]
    if not isinstance(file, Path):
        return policy
    from tokenwise_shell.config.calibrated import calibrated  # it brings json, which nothing else here needs

    return calibrated(policy, file)


def _cascading(values: Mapping[str, object]) -> Cascading:
    """The fields of `Cascading` are `cascade.*`, those of its forecast `cascade.accept_rate.*`. No name is ""."""
    rates: dict[str, object] = {spec.name: values[f"cascade.accept_rate.{spec.name}"] for spec in fields(AcceptRates)}
    names = [spec.name for spec in fields(Cascading) if spec.name != "accept_rate"]
    stated: dict[str, object] = {name: values[f"cascade.{name}"] or "" for name in names}
    rate = AcceptRates(**rates)  # type: ignore[arg-type] # as above
    stated["least_saving"] = values["cascade.least_saving"]  # which may be 0
    return Cascading(**stated, accept_rate=rate)  # type: ignore[arg-type] # as above


def _risk(values: Mapping[str, object]) -> RiskSettings:
    return RiskSettings(
        enabled=_typed(values, "risk_gate.enabled", bool),
        irreversible_block=_typed(values, "risk_gate.irreversible_block", bool),
        ambiguity_threshold=_typed(values, "risk_gate.ambiguity_threshold", float),
    )


def _proxy(values: Mapping[str, object]) -> ProxySettings:
    """The proxy's fields are `proxy.*`."""
    # The table has each field's form; mypy cannot follow it.
    found: dict[str, object] = {spec.name: values[f"proxy.{spec.name}"] for spec in fields(ProxySettings)}
    return ProxySettings(**found)  # type: ignore[arg-type] # see above


def _provider(name: str, values: Mapping[str, object], headers: Mapping[str, str]) -> ProviderSettings:
    base_url = _typed(values, f"providers.{name}.base_url", str)
    return ProviderSettings(
        name=name,
        kind=_typed(values, f"providers.{name}.kind", ProviderKind),
        base_url=base_url,
        api_key=_typed(values, f"providers.{name}.api_key", str),
        headers=headers,
        cap_field=_typed(values, f"providers.{name}.cap_field", str),
        stream_usage=_typed(values, f"providers.{name}.stream_usage", bool),
        responses=_typed(values, f"providers.{name}.responses", (bool, NoneType)),
        stops_when_left=_typed(values, f"providers.{name}.stops_when_left", (bool, NoneType)),
        own_url=name not in BUILT_IN or base_url != BUILT_IN[name][1],
    )


def _contradictions(values: Mapping[str, object]) -> tuple[Problem, ...]:
    """Pairs of values that are right alone and not together."""
    pairs = (("policy.mid_from", "policy.flagship_from"), ("policy.backoff_ms", "policy.max_backoff_ms"))
    return tuple(
        Problem(high, f"{values[high]} is below {low}, which is {values[low]}; expected at least that")
        for low, high in pairs
        if _typed(values, low, (int, float)) > _typed(values, high, (int, float))
    )


def _typed(values: Mapping[str, object], name: str, kind: type[T] | tuple[type[T], ...]) -> T:
    """The value with its type, which the table of keys holds as `Any`."""
    value = values[name]
    assert isinstance(value, kind), f"{name} was read as {type(value).__name__}"
    return value
