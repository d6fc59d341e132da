"""An answer belongs to whoever asked for it, whatever a server says behind it."""

import trio
import trio.testing
from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st

from tests.shell.loopback import CHUNKED, chunk, next_request, on_loopback, whole
from tokenwise_shell.transport import open_transport
from tokenwise_shell.transport.exchange import TransportTrouble


@frozen
class Said:
    """How a server answers: in chunks or in one piece, with what behind it, in the same write or a moment later."""

    chunked: bool
    behind: bytes
    at_once: bool

    def answer(self, body: bytes) -> bytes:
        return CHUNKED + chunk(body) + b"0\r\n\r\n" if self.chunked else whole(body)


FOREIGN = st.sampled_from((whole(b"another's"), CHUNKED + chunk(b"another's") + b"0\r\n\r\n", whole(b"") * 2))
BEHIND = st.just(b"") | st.binary(min_size=1, max_size=20) | FOREIGN | st.sampled_from((b"\r\n", b"\n", b"0\r\n\r\n"))
TALKS = st.lists(st.builds(Said, st.booleans(), BEHIND, st.booleans()), min_size=2, max_size=12)


class TestOneConnectionAfterAnother:
    """A connection with anything left unread behind an answer is never used again."""

    @given(TALKS)
    def test_every_answer_reaches_the_request_that_it_answers(self, talks):
        assert trio.run(heard, talks) == [b"%d" % n for n in range(len(talks))]


async def heard(talks: list[Said]) -> list[bytes]:
    """What a client hears that asks for its own number each time."""

    async def talk(stream: trio.abc.Stream) -> None:
        while request := await next_request(stream):
            number = request.rpartition(b"\r\n\r\n")[2]
            said = talks[int(number)]
            answer = said.answer(number)
            if said.at_once:
                await stream.send_all(answer + said.behind)
                continue
            await stream.send_all(answer)
            if said.behind:
                await trio.testing.wait_all_tasks_blocked()
                await stream.send_all(said.behind)

    answers = []
    async with on_loopback(talk) as house, open_transport() as transport:
        for number in range(len(talks)):
            try:
                answer = await transport.send(house.request(b"%d" % number), timeout_ms=3_600_000)
            except TransportTrouble as trouble:
                answers.append(trouble.message.encode())
            else:
                answers.append(answer.body)
            await trio.testing.wait_all_tasks_blocked()
            await trio.testing.wait_all_tasks_blocked()
    return answers
