"""OpenAI's Responses door: `/v1/responses`, without anything that would have to be stored."""

from typing import Final

import orjson
from attrs import define, field

from tokenwise_shell.providers.fields import Fields
from tokenwise_shell.providers.own import Own, OwnFormat
from tokenwise_shell.proxy.doors.responses.alone import weighed
from tokenwise_shell.proxy.doors.responses.answer import echoed, write_answer
from tokenwise_shell.proxy.doors.responses.request import read_delivery, read_responses
from tokenwise_shell.proxy.doors.responses.stream import ResponseWriter
from tokenwise_shell.proxy.doors.responses.terms import UNKNOWN, UNSUPPORTED
from tokenwise_shell.proxy.fronts import BadRequest, OnlyAsItIs, Trouble, Writer
from tokenwise_shell.proxy.http.asgi import Answer, Request
from tokenwise_shell.proxy.service import Service
from tokenwise_shell.proxy.serving import complete
from tokenwise_shell.proxy.troubles import openai_error

__all__ = ["RESPONSES", "ResponsesFront", "answer_responses"]

RESPONSES: Final = "/v1/responses"


async def answer_responses(service: Service, request: Request, answer: Answer) -> None:
    """A response, whole or streamed."""
    await complete(service, request, answer, front=ResponsesFront())


@define
class ResponsesFront:
    """The door for one request: an answer repeats what was asked, so the request is kept until then."""

    _body: Fields = field(factory=dict, init=False)
    _alone: bool = field(default=False, init=False)

    def read(self, body: Fields) -> Fields:
        """The request as chat fields. Raises BadRequest, which names the first field that is not carried.

        OnlyAsItIs where OpenAI could carry it all the same.
        """
        self._body = body
        try:
            fields = read_responses(body)
        except BadRequest as problem:
            if problem.code not in (UNSUPPORTED, UNKNOWN):
                raise
            self._alone = True
            raise OnlyAsItIs(problem, {**weighed(body), **read_delivery(body)}) from None
        try:
            # As deep as an event of a stream has it.
            orjson.dumps([[echoed(body)]])
        except orjson.JSONEncodeError:
            raise BadRequest("the request nests too deeply for an answer to repeat it") from None
        return fields

    def own(self, body: Fields) -> Own | None:
        """The request as it is, for a provider that has this endpoint."""
        return Own(OwnFormat.RESPONSES, body, self._alone)

    def answer(self, completion: bytes) -> bytes:
        """The Response that a chat completion amounts to."""
        return write_answer(completion, self._body)

    def open_stream(self, asked: Fields) -> Writer:
        """A writer for the stream that answers the request."""
        del asked
        return ResponseWriter(self._body)

    def error(self, trouble: Trouble) -> bytes:
        """An error as all of OpenAI's endpoints write it."""
        return openai_error(trouble)
