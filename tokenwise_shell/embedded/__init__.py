"""The embedded provider: a real HTTP/1.1 server on a loopback port that simulates models.

It speaks OpenAI's, Anthropic's and Google's wire formats. It is what `--offline` talks to and what tests talk to. Its
answers are labelled as simulated and are a pure function of a seed and of the request; its faults are scripted; what it
billed is on record. See `docs/embedded.md`.
"""

from tokenwise_shell.embedded.answers.prose import LABEL
from tokenwise_shell.embedded.billing import Billed
from tokenwise_shell.embedded.faults.faults import (
    BlockedPrompt,
    ContentFilter,
    ContextTooLong,
    CutStream,
    Dribble,
    EmptyReply,
    ErrorEventMidStream,
    GarbageBytes,
    Hang,
    MalformedJson,
    MalformedSse,
    NoUsage,
    Redirect,
    Refusal,
    ReportUsage,
    Reset,
    ScriptedFault,
    SlowFirstByte,
    Stall,
    Status,
    Truncated,
    WrongModel,
)
from tokenwise_shell.embedded.faults.script_files import load_script, read_script
from tokenwise_shell.embedded.faults.scripts import Chance, Every, First, Script
from tokenwise_shell.embedded.provider import EmbeddedProvider, Received
from tokenwise_shell.embedded.server import Address, serve, serve_forever
from tokenwise_shell.embedded.wire.connection import Limits
from tokenwise_shell.embedded.wire.delivery import Pace
from tokenwise_shell.embedded.wire.http_request import HttpRequest

__all__ = [
    "LABEL",
    "Address",
    "Billed",
    "BlockedPrompt",
    "Chance",
    "ContentFilter",
    "ContextTooLong",
    "CutStream",
    "Dribble",
    "EmbeddedProvider",
    "EmptyReply",
    "ErrorEventMidStream",
    "Every",
    "First",
    "GarbageBytes",
    "Hang",
    "HttpRequest",
    "Limits",
    "MalformedJson",
    "MalformedSse",
    "NoUsage",
    "Pace",
    "Received",
    "Redirect",
    "Refusal",
    "ReportUsage",
    "Reset",
    "Script",
    "ScriptedFault",
    "SlowFirstByte",
    "Stall",
    "Status",
    "Truncated",
    "WrongModel",
    "load_script",
    "read_script",
    "serve",
    "serve_forever",
]
