"""The Responses door: what is carried, what is refused by its name, and how an answer and its stream look."""

import orjson
import pytest

from tokenwise_shell.proxy.doors.responses.door import ResponsesFront
from tokenwise_shell.proxy.doors.responses.input import sealed_details
from tokenwise_shell.proxy.fronts import BadRequest, Trouble
from tokenwise_shell.transport.sse import SseEvent

TOOL = {"type": "function", "name": "look_up", "parameters": {"type": "object"}, "strict": True}
IMAGE = "data:image/png;base64,iVBO"


def read(**body) -> dict:
    return ResponsesFront().read({"input": "Hi", **body})


def messages(*items) -> list[dict]:
    return read(input=list(items))["messages"]


def called(id_: str = "call_a7f3c1", name: str = "look_up") -> dict:
    return {"type": "function_call", "call_id": id_, "name": name, "arguments": "{}"}


def call(id_: str = "call_a7f3c1", name: str = "look_up") -> dict:
    return {"id": id_, "type": "function", "function": {"name": name, "arguments": "{}"}}


class TestWhatIsCarried:
    @pytest.mark.parametrize(
        ("body", "fields"),
        [
            ({}, {}),
            ({"model": "auto", "tokenwise": {"budget": 0.1}}, {"model": "auto", "tokenwise": {"budget": 0.1}}),
            ({"temperature": 0.5, "top_p": 0.1, "user": "u"}, {"temperature": 0.5, "top_p": 0.1, "user": "u"}),
            ({"max_output_tokens": 50}, {"max_completion_tokens": 50}),
            ({"reasoning": {"effort": "low", "summary": "auto"}}, {"reasoning_effort": "low"}),
            ({"text": {"verbosity": "low"}}, {"verbosity": "low"}),
            ({"text": {"format": {"type": "text"}}}, {}),
            ({"text": {"format": {"type": "json_object"}}}, {"response_format": {"type": "json_object"}}),
            (
                {"text": {"format": {"type": "json_schema", "name": "n", "schema": {"a": 1}, "strict": True}}},
                {
                    "response_format": {
                        "type": "json_schema",
                        "json_schema": {"name": "n", "schema": {"a": 1}, "strict": True},
                    }
                },
            ),
            ({"stream": True}, {"stream": True, "stream_options": {"include_usage": True}}),
            ({"top_logprobs": 2}, {"logprobs": True, "top_logprobs": 2}),
            ({"include": ["message.output_text.logprobs"]}, {"logprobs": True}),
            ({"include": ["reasoning.encrypted_content"], "store": True, "metadata": {"a": "b"}}, {}),
            ({"parallel_tool_calls": False, "service_tier": "flex"}, {"service_tier": "flex"}),
            ({"previous_response_id": None, "background": False, "truncation": "disabled", "max_tool_calls": 3}, {}),
        ],
    )
    def test_fields_under_the_names_that_a_chat_has(self, body, fields):
        assert read(**body) == {"messages": [{"role": "user", "content": "Hi"}], **fields}

    def test_instructions_stand_in_front(self):
        assert read(instructions="Be brief.")["messages"][0] == {"role": "system", "content": "Be brief."}

    @pytest.mark.parametrize(
        ("choice", "chosen", "tools"),
        [
            (None, None, 2),
            ("required", "required", 2),
            ({"type": "function", "name": "add"}, {"type": "function", "function": {"name": "add"}}, 2),
            (
                {"type": "allowed_tools", "mode": "required", "tools": [{"type": "function", "name": "add"}]},
                "required",
                1,
            ),
        ],
    )
    def test_functions_and_which_may_be_called(self, choice, chosen, tools):
        fields = read(tools=[TOOL, {**TOOL, "name": "add", "strict": None}], tool_choice=choice)
        assert fields.get("tool_choice") == chosen
        assert len(fields["tools"]) == tools
        function = {"name": "add", "parameters": {"type": "object"}}
        assert fields["tools"][-1] == {"type": "function", "function": function}

    @pytest.mark.parametrize(("said", "sent"), [(False, False), (True, None), (None, None)])
    def test_whether_calls_may_be_parallel_where_there_are_tools(self, said, sent):
        assert read(tools=[TOOL], parallel_tool_calls=said).get("parallel_tool_calls") is sent

    def test_parts_of_a_message(self):
        content = [
            {"type": "input_text", "text": "What is this?"},
            {"type": "input_image", "image_url": IMAGE, "detail": "low"},
            {"type": "input_file", "file_data": "data:application/pdf;base64,JVBE", "filename": "a.pdf"},
            {"type": "input_file", "file_url": "https://example.com/a.pdf"},
        ]
        (message,) = messages({"role": "user", "content": content})
        assert message["content"] == [
            {"type": "text", "text": "What is this?"},
            {"type": "image_url", "image_url": {"url": IMAGE, "detail": "low"}},
            {"type": "file", "file": {"file_data": "data:application/pdf;base64,JVBE", "filename": "a.pdf"}},
            {"type": "file", "file": {"file_data": "https://example.com/a.pdf"}},
        ]

    def test_words_reasoning_and_calls_of_one_turn_are_one_message_with_its_results_behind(self):
        assert messages(
            {"role": "user", "content": "Add and look up."},
            {"type": "reasoning", "summary": [], "content": [{"type": "reasoning_text", "text": "Two things."}]},
            {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Both:"}]},
            called("call_a7f3c1"),
            called("call_b8e4d2", "add"),
            {"type": "function_call_output", "call_id": "call_a7f3c1", "output": "red"},
            {"type": "function_call_output", "call_id": "call_b8e4d2", "output": [{"type": "input_text", "text": "5"}]},
            {"role": "assistant", "content": "Done."},
        ) == [
            {"role": "user", "content": "Add and look up."},
            {
                "role": "assistant",
                "content": "Both:",
                "reasoning_details": [{"type": "reasoning.text", "text": "Two things."}],
                "tool_calls": [call("call_a7f3c1"), call("call_b8e4d2", "add")],
            },
            {"role": "tool", "tool_call_id": "call_a7f3c1", "content": "red"},
            {"role": "tool", "tool_call_id": "call_b8e4d2", "content": "5"},
            {"role": "assistant", "content": "Done."},
        ]

    def test_what_is_said_behind_a_call_stays_in_its_turn_since_the_result_must_follow(self):
        turn, result = messages(
            {"role": "assistant", "content": "I look."},
            called(),
            {"role": "assistant", "content": "A moment."},
            {"type": "function_call_output", "call_id": "call_a7f3c1", "output": "red"},
        )
        assert [part["text"] for part in turn["content"]] == ["I look.", "A moment."]
        assert (turn["tool_calls"], result["role"]) == ([call()], "tool")

    def test_two_messages_of_the_assistant_stay_two(self):
        said = [{"role": "assistant", "content": word} for word in ("One.", "Two.")]
        assert messages(*said) == said

    def test_reasoning_of_others_comes_back_as_they_wrote_it_and_openais_own_is_left_out(self):
        details = [{"type": "reasoning.text", "text": "Well.", "signature": "c2ln"}]
        ours = {"type": "reasoning", "summary": [], "encrypted_content": sealed_details(details)}
        theirs = {"type": "reasoning", "summary": [], "encrypted_content": "gAAAA"}
        said = {"role": "assistant", "content": "So."}
        assert messages(ours, said) == [{**said, "reasoning_details": details}]
        assert messages(theirs, said) == [said]


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        ("body", "param"),
        [
            ({"previous_response_id": "resp_1"}, "previous_response_id"),
            ({"conversation": "conv_1"}, "conversation"),
            ({"background": True}, "background"),
            ({"prompt": {"id": "pmpt_1"}}, "prompt"),
            ({"truncation": "auto"}, "truncation"),
            ({"context_management": [{"type": "compaction"}]}, "context_management"),
            ({"include": ["file_search_call.results"]}, "include"),
            ({"reasoning": {"mode": "pro"}}, "reasoning.mode"),
            ({"tools": [{"type": "web_search"}]}, "tools[0].type"),
            ({"tools": [TOOL, {"type": "mcp", "server_label": "s"}]}, "tools[1].type"),
            ({"reasoning": {"context": "current_turn"}}, "reasoning.context"),
            ({"tools": [{"type": "tool_search", "execution": "server"}]}, "tools[0].type"),
            ({"tools": [{"type": "namespace", "name": "n", "tools": [{"type": "mcp"}]}]}, "tools[0].tools[0].type"),
            ({"input": [{"type": "additional_tools", "tools": [{"type": "mcp"}]}]}, "input[0].tools[0].type"),
            ({"tools": [TOOL], "tool_choice": {"type": "mcp"}}, "tool_choice.type"),
            ({"input": [{"type": "item_reference", "id": "msg_1"}]}, "input[0].type"),
            ({"input": [{"type": "web_search_call", "id": "ws_1"}]}, "input[0].type"),
            (
                {"input": [{"role": "user", "content": [{"type": "input_image", "file_id": "f"}]}]},
                "input[0].content[0].file_id",
            ),
            ({"text": {"format": {"type": "json_schema", "name": "n", "schema": {}, "x": 1}}}, "text.format.x"),
        ],
    )
    def test_what_is_not_carried_by_its_name(self, body, param):
        with pytest.raises(BadRequest) as caught:
            read(**body)
        assert (caught.value.param, caught.value.code) == (param, "unsupported_parameter")
        assert param in caught.value.message

    def test_what_nobody_knows(self):
        with pytest.raises(BadRequest) as caught:
            read(sead=7)
        assert (caught.value.param, caught.value.code) == ("sead", "unknown_parameter")

    @pytest.mark.parametrize(
        "body",
        [
            {"input": None},
            {"input": []},
            {"input": [{}]},
            {"input": [{"role": "boss", "content": "Hi"}]},
            {"input": [{"role": "user", "content": 5}]},
            {"input": [{"type": "function_call", "name": "f", "arguments": "{}"}]},
            {"max_output_tokens": 0},
            {"max_output_tokens": True},
            {"stream": "yes"},
            {"instructions": ["Be brief."]},
            {"tools": [{"type": "function"}]},
            {"tools": [TOOL, TOOL]},
            {"tools": [TOOL], "tool_choice": {"type": "allowed_tools", "mode": "auto", "tools": [{"name": "g"}]}},
            {"text": {"format": {"type": "json_schema"}}},
            {"metadata": "a"},
        ],
    )
    def test_what_makes_no_sense(self, body):
        with pytest.raises(BadRequest):
            read(**body)


def completion(message: dict, finish: str = "stop", **fields) -> bytes:
    choice = {"index": 0, "message": {"role": "assistant", "content": None, **message}, "finish_reason": finish}
    usage = {"prompt_tokens": 9, "completion_tokens": 4, "total_tokens": 13}
    head = {"id": "chatcmpl-7f", "object": "chat.completion", "created": 7, "model": "m-1"}
    return orjson.dumps({**head, "choices": [choice], "usage": usage, **fields})


def answered(message: dict, finish: str = "stop", **body) -> dict:
    front = ResponsesFront()
    front.read({"input": "Hi", **body})
    return orjson.loads(front.answer(completion(message, finish)))


class TestAnswers:
    def test_text(self):
        response = answered(
            {"content": "Hello."}, instructions="Be kind.", metadata={"a": "b"}, tools=[TOOL], store=True
        )
        part = {"type": "output_text", "text": "Hello.", "annotations": [], "logprobs": []}
        assert response["output"] == [
            {"id": "msg_7f_0", "status": "completed", "type": "message", "role": "assistant", "content": [part]}
        ]
        assert (response["id"], response["created_at"], response["model"]) == ("resp_7f", 7, "m-1")
        assert (response["status"], response["error"], response["incomplete_details"]) == ("completed", None, None)
        assert (response["instructions"], response["metadata"], response["tools"]) == ("Be kind.", {"a": "b"}, [TOOL])
        assert response["store"] is False
        assert response["usage"] == {
            "input_tokens": 9,
            "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
            "output_tokens": 4,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": 13,
        }

    def test_calls_keep_their_ids_and_their_arguments_letter_by_letter(self):
        response = answered({"tool_calls": [call("call_a7f3c1"), call("call_b8e4d2", "add")]}, "tool_calls")
        assert [(item["type"], item["call_id"], item["name"], item["arguments"]) for item in response["output"]] == [
            ("function_call", "call_a7f3c1", "look_up", "{}"),
            ("function_call", "call_b8e4d2", "add", "{}"),
        ]

    def test_a_refusal_is_an_answer(self):
        response = answered({"refusal": "I cannot."})
        assert response["status"] == "completed"
        assert response["output"][0]["content"] == [{"type": "refusal", "refusal": "I cannot."}]

    @pytest.mark.parametrize(
        ("finish", "reason"), [("length", "max_output_tokens"), ("content_filter", "content_filter")]
    )
    def test_an_answer_that_was_cut_says_why(self, finish, reason):
        response = answered({"content": "Hel"}, finish)
        assert (response["status"], response["incomplete_details"]) == ("incomplete", {"reason": reason})
        assert response["output"][0]["status"] == "incomplete"

    def test_reasoning_goes_back_with_the_next_request(self):
        details = [{"type": "reasoning.text", "text": "Well.", "signature": "c2ln"}]
        output = answered({"content": "So.", "reasoning_details": details})["output"]
        assert output[0]["content"] == [{"type": "reasoning_text", "text": "Well."}]
        (turn,) = messages(*output)
        assert turn == {"role": "assistant", "content": "So.", "reasoning_details": details}


def chunk(finish: str | None = None, **delta) -> SseEvent:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return SseEvent(orjson.dumps({"id": "chatcmpl-7f", "created": 7, "model": "m-1", "choices": [choice]}))


def piece(index: int, arguments: str = "", **begun) -> dict:
    function = {"arguments": arguments} | ({"name": begun.pop("name")} if begun else {})
    return {"index": index, **begun, "function": function}


def streamed(*chunks: SseEvent) -> list[dict]:
    writer = ResponsesFront().open_stream({})
    return [orjson.loads(event.data) for each in (*chunks, SseEvent(b"[DONE]")) for event in writer.write(each)]


class TestStreams:
    def test_a_text_event_by_event(self):
        events = streamed(
            chunk(role="assistant", content=""), chunk(content="Hel"), chunk(content="lo."), chunk("stop")
        )
        assert [event["type"].removeprefix("response.") for event in events] == [
            "created",
            "in_progress",
            "output_item.added",
            "content_part.added",
            "output_text.delta",
            "output_text.delta",
            "output_text.done",
            "content_part.done",
            "output_item.done",
            "completed",
        ]

    def test_arguments_that_come_in_turns_are_told_one_call_after_the_other(self):
        events = streamed(
            chunk(tool_calls=[piece(0, id="a", name="f"), piece(1, id="b", name="g")]),
            chunk(tool_calls=[piece(1, '{"y":'), piece(0, '{"x":')]),
            chunk(tool_calls=[piece(0, "1}"), piece(1, "2}")]),
            chunk("tool_calls"),
        )
        done = [event["item"] for event in events if event["type"] == "response.output_item.done"]
        assert [(item["call_id"], item["arguments"]) for item in done] == [("a", '{"x":1}'), ("b", '{"y":2}')]

    def test_calls_that_all_have_the_number_0_are_told_apart_by_their_ids(self):
        events = streamed(
            chunk(tool_calls=[piece(0, "{}", id="a", name="f")]),
            chunk(tool_calls=[piece(0, "{}", id="b", name="f")]),
            chunk("tool_calls"),
        )
        assert [item["call_id"] for item in events[-1]["response"]["output"]] == ["a", "b"]

    def test_what_a_failure_cuts_short_is_never_said_to_be_done(self):
        writer = ResponsesFront().open_stream({})
        writer.write(chunk(tool_calls=[piece(0, '{"x":', id="a", name="f")]))
        trouble = Trouble(502, "server_error", "upstream_cut_stream", "the stream broke off")
        error, failed = [orjson.loads(event.data) for event in writer.failed(trouble)]
        assert (error["type"], error["code"], error["message"]) == ("error", trouble.code, trouble.message)
        assert failed["type"] == "response.failed"
        assert failed["response"]["error"] == {"code": "server_error", "message": trouble.message}
        assert [item["status"] for item in failed["response"]["output"]] == ["incomplete"]

    def test_the_last_event_says_what_it_cost(self):
        bill = SseEvent(b'{"choices": [], "usage": null, "tokenwise": {"cost_nano": 5}}')
        assert streamed(chunk(content="Hi"), chunk("stop"), bill)[-1]["response"]["tokenwise"] == {"cost_nano": 5}
