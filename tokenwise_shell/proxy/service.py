"""What one running proxy has for its requests: the client behind it, and the gates and meters in front of it."""

from attrs import define

from tokenwise_shell.client import Client
from tokenwise_shell.config.settings import ProxySettings
from tokenwise_shell.proxy.admission.access import Access, Admitted
from tokenwise_shell.proxy.admission.callers import foreign_caller
from tokenwise_shell.proxy.admission.limits import Gate
from tokenwise_shell.proxy.fronts import Trouble
from tokenwise_shell.proxy.http.asgi import Request
from tokenwise_shell.proxy.metrics import Metrics

__all__ = ["Service"]


@define(eq=False)
class Service:
    """One running proxy."""

    client: Client
    access: Access
    gate: Gate
    metrics: Metrics

    @property
    def settings(self) -> ProxySettings:
        """What the proxy takes of one request, and how long it waits."""
        return self.client.workspace.settings.proxy

    def foreign(self, request: Request) -> Trouble | None:
        """Why nobody may make this request from where it comes; None where it may be made."""
        self.access.refresh()
        return foreign_caller(request.headers, self.settings, keyless=not self.access.required)

    def admit(self, request: Request) -> Admitted | Trouble:
        """Let the client in that makes this request, or say why not."""
        return self.access.admit(request.headers, self.client.interpreter.now_ms())
