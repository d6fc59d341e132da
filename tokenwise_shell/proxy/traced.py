"""The application where requests are traced: a span for each, in its client's trace, above those of its calls."""

from attrs import field, frozen
from opentelemetry.trace import StatusCode, Tracer

from tokenwise_shell.engine.tracing import TracedCaller, served
from tokenwise_shell.proxy.app import ROWS, App
from tokenwise_shell.proxy.fronts import Trouble
from tokenwise_shell.proxy.http.asgi import Answer, Request
from tokenwise_shell.proxy.service import Service

__all__ = ["TracedApp", "traced_application"]


@frozen
class TracedApp(App):
    """The proxy, with all of its endpoints, and a tracer."""

    tracer: Tracer = field(kw_only=True)

    async def answered(self, request: Request, answer: Answer, long: Trouble | None) -> None:
        """As `App.answered`. `tokenwise.request_id` is the run in the ledger, which has the money."""
        row = self._row(request)
        with served(self.tracer, request.method, row.path if row else "", request.headers) as span:
            try:
                await App.answered(self, request, answer, long)
            finally:
                span.set_attribute("http.response.status_code", answer.status)
                span.set_attribute("tokenwise.request_id", answer.extra.get("x-request-id", ""))
                if answer.error:
                    span.set_attribute("error.type", answer.error)
                if answer.status >= 500:
                    span.set_status(StatusCode.ERROR)


def traced_application(service: Service) -> TracedApp:
    """The proxy, with all of its endpoints, whose client traces its calls."""
    caller = service.client.caller
    assert isinstance(caller, TracedCaller), "the client of a service that is traced is traced too"
    return TracedApp(service, ROWS, tracer=caller.tracer)
