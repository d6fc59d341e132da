"""LiteLLM's `config.yaml`: deployments become providers, models and aliases, its budgets limits.

Its keys are those of its documentation as of 1.110 ("All settings", "Budgets", "Router").
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from tokenwise.catalog.embedded_models import embedded_catalog
from tokenwise.catalog.models import Catalog, Model
from tokenwise_shell.config.importing.imported import Imported, duration_window, reference

__all__ = ["from_litellm"]

_Fields = Mapping[str, Any]

# Vendors whose format is one of the three, by LiteLLM's prefix: our name, and where they are (None: we know).
_VENDORS: Final[Mapping[str, tuple[str, str | None]]] = {
    "openai": ("openai", None),
    "anthropic": ("anthropic", None),
    "gemini": ("google", None),
    "openrouter": ("openrouter", None),
    "groq": ("groq", "https://api.groq.com/openai/v1"),
    "mistral": ("mistral", "https://api.mistral.ai/v1"),
    "deepseek": ("deepseek", "https://api.deepseek.com/v1"),
    "xai": ("xai", "https://api.x.ai/v1"),
    "perplexity": ("perplexity", "https://api.perplexity.ai"),
    "together_ai": ("together", "https://api.together.xyz/v1"),
    "fireworks_ai": ("fireworks", "https://api.fireworks.ai/inference/v1"),
    "cerebras": ("cerebras", "https://api.cerebras.ai/v1"),
    "nvidia_nim": ("nvidia", "https://integrate.api.nvidia.com/v1"),
    "ollama": ("ollama", "http://127.0.0.1:11434/v1"),
    "ollama_chat": ("ollama", "http://127.0.0.1:11434/v1"),
    "lm_studio": ("lm-studio", "http://127.0.0.1:1234/v1"),
    "hosted_vllm": ("vllm", None),
    "azure": ("azure", None),
    "azure_ai": ("azure-ai", None),
    "litellm_proxy": ("litellm", None),
}
_OWN: Final = ("openai", "anthropic", "google", "openrouter")
_FREE: Final = ("ollama", "lm", "vllm")
_UNSPOKEN: Final = "speaks none of the three formats here; reach it through OpenRouter, or through a server that does"

_WINDOW_GUESS: Final = 32_768

_TOP: Final = {
    "environment_variables": "set them where `tw serve` starts; nothing is read from the file into the environment",
    "mcp_servers": "tools are the client's; TokenWise passes them on",
    "guardrails": "no guardrails here but `risk_gate`",
    "prompts": "prompts are the client's",
    "vector_store_registry": "a client's own",
    "files_settings": "files pass to a provider as they are: `proxy.pass_through`",
    "finetune_settings": "jobs pass to a provider as they are: `proxy.pass_through`",
}
_LITELLM: Final = {
    "drop_params": "what a model does not take is left out or refused by name, see docs/proxy.md",
    "set_verbose": "there is `proxy.access_log`, and /metrics",
    "json_logs": "`proxy.access_log` is JSON",
    "callbacks": "there is /metrics for Prometheus, and the ledger",
    "success_callback": "there is /metrics for Prometheus, and the ledger",
    "failure_callback": "there is /metrics for Prometheus, and the ledger",
    "service_callback": "there is /metrics for Prometheus, and the ledger",
    "cache": "answers are not cached; a provider's prompt cache is priced and kept warm",
    "cache_params": "answers are not cached; a provider's prompt cache is priced and kept warm",
    "fallbacks": "not needed: a fault of a seller leads to the same model elsewhere, then to an equal one",
    "context_window_fallbacks": "not needed under `auto`: a model whose window is too small is not chosen",
    "content_policy_fallbacks": "a refusal leads to a stronger model as `escalation_policy` says",
    "default_fallbacks": "not needed: a fault of a seller leads to the same model elsewhere, then to an equal one",
    "allowed_fails": "how often a seat may fail before it is left alone is the core's; see docs/machine.md",
    "cooldown_time": "a seat is left alone by the cause of its fault; see docs/machine.md",
    "default_team_settings": "teams are keys with budgets and tags here: tw keys create",
    "default_internal_user_params": "users have a limit each: `limits: [{each: user, ...}]`",
}
_GENERAL: Final = {
    "master_key": "keys are made here: tw keys create NAME [--budget USD --window month]",
    "database_url": "no database is needed; the ledger is a file; `budget_store: redis://…` serves several machines",
    "store_model_in_db": "models stand in this file",
    "alerting": "set `limit_webhook` for limits, and alerts on /metrics (docs/operations.md)",
    "max_parallel_requests": "see `proxy.max_concurrent`",
    "global_max_parallel_requests": "see `proxy.max_concurrent`",
    "background_health_checks": "not needed: health is learnt from what calls come to",
    "coordination_redis": "for several machines set `budget_store: redis://HOST:PORT`",
    "enable_jwt_auth": "keys only; put an authenticating proxy before it",
    "ui_access_mode": "the page at / shows to a key what is its own",
    "pass_through_endpoints": "see `proxy.pass_through`",
}
_ROUTER: Final = {
    "routing_strategy": "a name is always that model; `auto` routes by `default_strategy`",
    "routing_strategy_args": "a name is always that model; `auto` routes by `default_strategy`",
    "fallbacks": _LITELLM["fallbacks"],
    "context_window_fallbacks": _LITELLM["context_window_fallbacks"],
    "allowed_fails": _LITELLM["allowed_fails"],
    "cooldown_time": _LITELLM["cooldown_time"],
    "enable_pre_call_checks": "always so: what does not fit is not asked",
    "redis_password": "put it into the address in `budget_store`, from the environment",
}
_READ: Final = {"num_retries", "request_timeout", "timeout", "max_budget", "budget_duration", "model_group_alias"}
_READ_HERE: Final = _READ | {"provider_budget_config", "redis_host", "redis_port", "redis_url", "max_end_user_budget"}


def from_litellm(document: _Fields, catalog: Catalog | None = None) -> Imported:
    """Our configuration for LiteLLM's; `catalog` is what is known of models, by itself what is shipped."""
    imported = Imported()
    deployments = _Deployments(imported, catalog or embedded_catalog())
    for index, deployment in enumerate(_rows(document.get("model_list"))):
        deployments.add(deployment, f"model_list[{index}]")
    sections = {name: _mapping(document.get(name)) for name in ("litellm_settings", "router_settings")}
    for name, section in sections.items():
        _settings(section, name, imported)
    imported.unread("litellm_settings.", set(sections["litellm_settings"]) - _READ_HERE, _LITELLM)
    imported.unread("router_settings.", set(sections["router_settings"]) - _READ_HERE, _ROUTER)
    imported.unread("general_settings.", _mapping(document.get("general_settings")), _GENERAL)
    known = {"model_list", "litellm_settings", "router_settings", "general_settings"}
    imported.unread("", set(document) - known, _TOP)
    return imported


def _settings(section: _Fields, name: str, imported: Imported) -> None:
    """What LiteLLM has in either section."""
    if "num_retries" in section:
        imported.put("policy.max_retries", section["num_retries"])
    for key in ("request_timeout", "timeout"):
        if section.get(key):
            imported.put("policy.timeout_ms", int(float(section[key]) * 1000))
    if section.get("max_budget") is not None:
        window = duration_window(section.get("budget_duration"), imported, f"{name}.budget_duration")
        imported.put(f"budgets.{window}", _amount(section["max_budget"]))
    if section.get("max_end_user_budget") is not None:
        imported.limit({"each": "user", "budget": _amount(section["max_end_user_budget"])})
    for alias, target in _mapping(section.get("model_group_alias")).items():
        imported.put("aliases", {})
        imported.document["aliases"].setdefault(alias, target if isinstance(target, str) else target.get("model", ""))
    for vendor, budget in _mapping(section.get("provider_budget_config")).items():
        window = duration_window(budget.get("time_period"), imported, f"{name}.provider_budget_config.{vendor}")
        imported.limit({"model": f"{vendor}/*", "budget": _amount(budget.get("budget_limit")), "window": window})
    if section.get("redis_host") or section.get("redis_url"):
        host, port = _named(section.get("redis_host")), _named(section.get("redis_port") or 6379)
        imported.put("budget_store", _named(section.get("redis_url")) or f"redis://{host}:{port}")


class _Deployments:
    """The rows of `model_list`, one after the other."""

    def __init__(self, imported: Imported, catalog: Catalog) -> None:
        self.imported, self.catalog = imported, catalog
        self.places: dict[tuple[str, str], str] = {}
        self.names: dict[str, str] = {}

    def add(self, deployment: _Fields, where: str) -> None:
        """Take one deployment."""
        name, fields = str(deployment.get("model_name", "")), _mapping(deployment.get("litellm_params"))
        prefix, _, native = str(fields.get("model", "")).partition("/")
        if prefix not in _VENDORS:
            known = [model for model in self.catalog.models if _sold_as(model, fields.get("model"))]
            if not native and known:
                prefix, native = known[0].offers[0].provider, str(fields["model"])
            else:
                self.imported.note(f"{where} ({name}): {fields.get('model')!r} {_UNSPOKEN}")
                return
        provider = self._provider(prefix, fields, where)
        if provider is None:
            return
        if "*" in native or "*" in name:
            self.imported.note(f"{where} ({name}): every model of {provider} that is known here can be named already")
            return
        self._model(name, provider, native, deployment, where)

    def _provider(self, prefix: str, fields: _Fields, where: str) -> str | None:
        """Our name of where this deployment is; None where it cannot be said."""
        name, base = _VENDORS.get(prefix, (prefix, None))
        stated = _named(fields.get("api_base") or fields.get("base_url"))
        base = stated or base
        if base is None and name not in _OWN:
            self.imported.note(f"{where}: {prefix} needs an `api_base`; add a provider with its `base_url`")
            return None
        if stated and name in _OWN:
            name = f"{name}-own"
        if prefix.startswith("azure") and base and not base.rstrip("/").endswith("/openai/v1"):
            base = f"{base.rstrip('/')}/openai/v1"
        if prefix.startswith("ollama") and base and not base.rstrip("/").endswith("/v1"):
            base = f"{base.rstrip('/')}/v1"
        place = (name, base or "")
        if place not in self.places:
            taken = set(self.places.values())
            ours = next(each for each in _numbered(name) if each not in taken)
            self.places[place] = ours
            self._place(ours, base, fields, where)
        return self.places[place]

    def _place(self, provider: str, base: str | None, fields: _Fields, where: str) -> None:
        if base:
            self.imported.put(f"providers.{provider}.base_url", base)
        if fields.get("api_key") not in (None, "", "none", "anything"):
            variable = f"{re.sub('[^A-Z0-9]', '_', provider.upper())}_API_KEY"
            key = reference(fields["api_key"], variable, self.imported, f"{where}.litellm_params.api_key")
            if base or key != f"${{{variable}}}":  # which is where a vendor's own key is looked for
                self.imported.put(f"providers.{provider}.api_key", key)
        if fields.get("headers") or fields.get("extra_headers"):
            self.imported.note(f"{where}: headers go under providers.{provider}.headers")

    def _model(self, name: str, provider: str, native: str, deployment: _Fields, where: str) -> None:
        known = next((model for model in self.catalog.models if _sold_by(model, provider, native)), None)
        ours = known.id if known else f"{provider}/{native}"
        fields, info = _mapping(deployment.get("litellm_params")), _mapping(deployment.get("model_info"))
        rows = self.imported.document.get("models", [])
        if known is None and ours not in [row["id"] for row in rows]:
            self.imported.put("models", rows)
            rows.append(self._row(ours, provider, native, {**fields, **info}, where))
        self._name(name, ours, native, where)
        if fields.get("max_budget") is not None:
            window = duration_window(fields.get("budget_duration"), self.imported, f"{where}.budget_duration")
            self.imported.limit({"model": ours, "budget": _amount(fields["max_budget"]), "window": window})
        own = sorted({"temperature", "max_tokens", "top_p", "stop"} & set(fields))
        if own:
            self.imported.note(f"{where} ({name}): {', '.join(own)}: the client's to say in each request")
        if {"rpm", "tpm"} & set(fields):
            self.imported.note(
                f"{where} ({name}): rpm, tpm: keys have rates here: tw keys create --requests-per-minute"
            )

    def _row(self, ours: str, provider: str, native: str, facts: _Fields, where: str) -> dict[str, object]:
        """A row for a model that nobody here knows. Its tier is its owner's to state."""
        window = facts.get("max_input_tokens") or facts.get("max_tokens") or _WINDOW_GUESS
        row: dict[str, object] = {"id": ours, "provider": provider, "native_id": native, "context_tokens": int(window)}
        for side in ("input", "output"):
            price = facts.get(f"{side}_cost_per_token")
            if price is not None:
                row[f"{side}_usd_per_mtok"] = _amount(float(price) * 1e6)
        if not any(key.endswith("_usd_per_mtok") for key in row):
            self._unpriced(row, where)
        if window == _WINDOW_GUESS:
            self.imported.note(f"{where} ({ours}): context_tokens {_WINDOW_GUESS} is a guess; state it")
        self.imported.note("models: `tier` (budget, mid, flagship) and `capabilities` of these rows are yours to state")
        return row

    def _unpriced(self, row: dict[str, object], where: str) -> None:
        if str(row["provider"]).partition("-")[0] in _FREE:
            row |= {"input_usd_per_mtok": 0, "output_usd_per_mtok": 0}
            self.imported.note(
                f"{where} ({row['id']}): on a server of your own it counts as free; state a price if not"
            )
        else:
            told = "no price is known; state one (0 where it is free), or it is not asked under a budget"
            self.imported.note(f"{where} ({row['id']}): {told}")

    def _name(self, name: str, ours: str, native: str, where: str) -> None:
        """Let a client's name stand for this model; of several with one name for the first whose price is known."""
        taken = self.names.get(name)
        if taken is not None and taken != ours:
            stays = taken if self._is_priced(taken) or not self._is_priced(ours) else ours
            other = ours if stays == taken else taken
            self.imported.note(
                f"{where}: {name} has several deployments and stands for {stays}; {other} can be asked by its own "
                "name, and `auto` takes whichever is best"
            )
            ours = stays
        self.names[name] = ours
        aliases = self.imported.document.get("aliases", {})
        if name in (ours, native) and taken is None:
            return
        self.imported.put("aliases", aliases)
        aliases[name] = ours

    def _is_priced(self, ours: str) -> bool:
        rows = {row["id"]: row for row in self.imported.document.get("models", [])}
        return ours not in rows or any(key.endswith("_usd_per_mtok") for key in rows[ours])


def _sold_as(model: Model, name: object) -> bool:
    return any(offer.native_id == name for offer in model.offers)


def _sold_by(model: Model, provider: str, native: str) -> bool:
    return any(offer.provider == provider and offer.native_id == native for offer in model.offers)


def _numbered(name: str) -> Iterator[str]:
    yield name
    number = 2
    while True:
        yield f"{name}-{number}"
        number += 1


def _named(value: object) -> str:
    text = "" if value is None else str(value)
    return f"${{{text.removeprefix('os.environ/')}}}" if text.startswith("os.environ/") else text


def _amount(value: object) -> float | int:
    number = float(str(value))
    return int(number) if number.is_integer() else round(number, 9)


def _rows(value: object) -> list[_Fields]:
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []


def _mapping(value: object) -> _Fields:
    return value if isinstance(value, Mapping) else {}
