"""The files of TokenWise 0.5: its configuration, and its list of local models."""

from collections.abc import Mapping
from typing import Any, Final

from tokenwise_shell.config.importing.imported import Imported, reference

__all__ = ["FORMER", "from_configuration", "from_local_models"]

_SAME: Final = {
    "default_strategy": "default_strategy",
    "default_budget": "default_budget",
    "planner_model": "planner_model",
    "cache_ttl": "cache_ttl",
    "min_output_tokens": "min_output_tokens",
    "escalation_policy": "escalation_policy",
    "risk_gate": "risk_gate",
    "openrouter_base_url": "providers.openrouter.base_url",
    "proxy_host": "proxy.host",
    "proxy_port": "proxy.port",
    "local_models_file": "local_models",
}
_KEYS: Final = {f"{vendor}_api_key": vendor for vendor in ("openrouter", "openai", "anthropic", "google")}

FORMER: Final[Mapping[str, str]] = {
    **{name: f"it is `{ours}` now" for name, ours in _SAME.items() if name != ours},
    **{name: f"it is `providers.{vendor}.api_key` now" for name, vendor in _KEYS.items()},
    "model_overrides": "its rows stand under `models` now, each with its `id`",
    "trace_level": "every decision is told in full (`tw route`); take the line away",
}
"""The keys of 0.5 that are no keys here, and what to write instead."""

_LEDGER: Final = "ledger_path: 0.5's ledger is another format and stays as it is; the new one begins at its usual place"
_MODEL: Final = {
    "id": "id",
    "input_price": "input_usd_per_mtok",
    "output_price": "output_usd_per_mtok",
    "context_window": "context_tokens",
    "capabilities": "capabilities",
    "tier": "tier",
}


def from_configuration(document: Mapping[str, Any]) -> Imported:
    """Our configuration for 0.5's."""
    imported = Imported()
    for name, value in document.items():
        if name in _SAME:
            imported.put(_SAME[name], value)
        elif name in _KEYS and value:
            variable = f"{_KEYS[name].upper()}_API_KEY"
            reference(value, variable, imported, name)  # where a vendor's key is looked for anyway
        elif name == "model_overrides":
            rows = [{"id": model, **fields} for model, fields in (value or {}).items()]
            imported.document.setdefault("models", []).extend(rows)
        elif name == "ledger_path":
            imported.note(_LEDGER)
        elif name == "local_models_file":
            imported.note("local_models_file: import that file too: tw config import FILE")
        elif name not in _KEYS:
            imported.unread("", [name], FORMER)
    return imported


def from_local_models(rows: list[Mapping[str, Any]]) -> Imported:
    """Rows of ours for those of 0.5's list of local models. A price of 0 there may have meant that none was stated."""
    imported = Imported()
    for row in rows:
        ours = {_MODEL[name]: value for name, value in row.items() if name in _MODEL}
        vendor = str(row.get("id", "")).partition("/")[0]
        ours["provider"] = vendor
        ours.setdefault("context_tokens", 4096)
        for name in ("input_price", "output_price"):
            if name not in row:
                imported.note(f"{row.get('id')}: no {name} was stated, which counted as 0; here it is unknown")
        imported.document.setdefault("models", []).append(ours)
    imported.note("models: `provider` is the first part of each id; see that it is one under `providers`")
    return imported
