"""Whom a request for an endpoint that nobody here knows goes to, and at which price.

The provider is the one that sells the model that the request names; else the one that the header
`x-tokenwise-provider` names; else the only one of the client's format. What a call costs is known where the model's
row has a fee for each request and no price of tokens, where the model is free, and where the vendor asks nothing.
"""

from collections.abc import Iterator
from typing import Final

from attrs import evolve, frozen

from tokenwise.catalog.models import Model, Offer
from tokenwise.catalog.prices import FREE, Price, Unknown
from tokenwise.traits import Capability, Tier
from tokenwise_shell.config.settings import ProviderKind
from tokenwise_shell.providers.own import OwnFormat, speaks
from tokenwise_shell.providers.passed import is_free
from tokenwise_shell.proxy.admission.access import Admitted
from tokenwise_shell.proxy.fronts import Trouble
from tokenwise_shell.proxy.request.names import unsold, wanted
from tokenwise_shell.proxy.request.options import HEADER
from tokenwise_shell.proxy.service import Service
from tokenwise_shell.proxy.troubles import bad_request, shortened, unknown_model, unknown_response

__all__ = ["PROVIDER", "Target", "find", "keeper"]

PROVIDER: Final = f"{HEADER}provider"
"""The header that names a provider where no model does."""

# Longer than any text that is let in; windows are no matter where nothing is known of an endpoint.
_WINDOW: Final = 2**40
_LONGEST: Final = 2**30


@frozen
class Target:
    """A provider, and a model of one offer there. `named` where the request names it."""

    model: Model
    named: bool

    @property
    def offer(self) -> Offer:
        """Its only offer."""
        return self.model.offers[0]

    @property
    def at_no_price(self) -> "Target":
        """The same, held for at nothing where its price is unknown; what its answer tells is booked all the same."""
        price = self.offer.price if isinstance(self.offer.price, Price) else FREE
        return evolve(self, model=evolve(self.model, offers=(evolve(self.offer, price=price),)))

    @property
    def priced(self) -> bool:
        """Whether it is known before the call what the call costs."""
        return isinstance(self.offer.price, Price) and not self.offer.price.by_tokens


def find(
    service: Service, admitted: Admitted, kind: ProviderKind, *, path: str, name: str, provider: str
) -> Target | Trouble:
    """The target of a request for this path. `name` is the model that it names and `provider` its header, or ""."""
    able = tuple(_able(service, kind))
    if provider and provider not in able:
        known = f"those that can be called in this format are {', '.join(able)}" if able else "none can be called"
        return bad_request(f"{shortened(provider)!r} is no provider here; {known}", PROVIDER, "unknown_provider")
    found = _found(service, able, path=path, name=name, provider=provider)
    if isinstance(found, Target) and not _may_use(admitted, found):
        return unknown_model(name or found.model.id)
    return found


def keeper(service: Service, admitted: Admitted, id_: str, *, provider: str) -> Target | Trouble:
    """The provider that keeps this response. `provider` is what the header says, or "".

    A response that another key asked for is none for this one. Of one that nobody here remembers, the only provider
    that keeps any is asked; who knows its id has been told it.
    """
    maker = service.made.maker(id_)
    if maker is not None and maker.key != admitted.who:
        return unknown_response(None)
    endpoints = service.client.caller.endpoints
    able = tuple(one for one in _able(service, ProviderKind.OPENAI) if speaks(endpoints[one], OwnFormat.RESPONSES))
    chosen = provider or (maker.provider if maker else able[0] if len(able) == 1 else "")
    if chosen in able:
        return Target(_row(service, "responses", Offer(chosen, "responses", FREE), None), named=False)
    if able:
        why = f"name one of {', '.join(able)} with the header {PROVIDER}: which of them made it is not remembered"
        return bad_request(why, PROVIDER, "provider_unclear")
    return unknown_response(None, "no provider that can be called keeps any")


def _found(service: Service, able: tuple[str, ...], *, path: str, name: str, provider: str) -> Target | Trouble:
    workspace = service.client.workspace
    meant = wanted(name, workspace.catalog, workspace.settings.aliases) if name else None
    if meant is not None and not isinstance(meant, Trouble):
        if not meant.model:
            return bad_request("at an endpoint that is only passed on, name a model", "model", "invalid_value")
        model = workspace.catalog[meant.model]
        sold = [offer for offer in model.offers if offer.provider in ((provider,) if provider else able)]
        if sold:
            return Target(_row(service, path, sold[0], model), named=True)
        if not provider:
            return unsold(model.id, workspace.catalog)
    prefix, _, rest = name.partition("/")
    chosen, native = (prefix, rest) if not provider and rest and prefix in able else (provider, name)
    if provider and name.startswith(f"{provider}/"):
        native = rest
    if not chosen and len(able) != 1:
        missing = meant.message if isinstance(meant, Trouble) else "the request names no model"
        who = f"name one of {', '.join(able)} with the header {PROVIDER}" if able else "no provider can be asked"
        return bad_request(f"{missing}; {who}", PROVIDER, "provider_unclear")
    seller = chosen or able[0]
    unknown = Offer(seller, native or path, Unknown("no price is known for this endpoint"))
    return Target(_row(service, path, unknown, None), named=bool(name))


def _row(service: Service, path: str, offer: Offer, known: Model | None) -> Model:
    """A row of a catalogue for this call alone: no more is known of the model at this endpoint than what it costs."""
    id_, longest = (known.id, known.max_output_tokens) if known else (f"{offer.provider}/{offer.native_id}", _LONGEST)
    free = is_free(service.client.caller.endpoints[offer.provider], path)
    sold = Offer(offer.provider, offer.native_id, FREE, "free at this endpoint") if free else offer
    return Model(id_, Tier.BUDGET, Capability(0), _WINDOW, max(1, longest), (sold,))


def _able(service: Service, kind: ProviderKind) -> Iterator[str]:
    """The providers of this format that can be called."""
    endpoints = service.client.caller.endpoints
    yield from (name for name in service.client.workspace.providers if endpoints[name].kind is kind)


def _may_use(admitted: Admitted, target: Target) -> bool:
    """A key for some models alone may ask nothing that names none."""
    if not target.named and admitted.globs:
        return False
    return admitted.may_use(target.model.id)
