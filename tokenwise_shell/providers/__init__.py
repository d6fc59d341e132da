"""Wire formats, by the kind of the provider. A new format is a module and a row here."""

from collections.abc import Mapping
from typing import Final

from tokenwise_shell.config.settings import ProviderKind
from tokenwise_shell.providers.anthropic import messages
from tokenwise_shell.providers.google import generate
from tokenwise_shell.providers.openai import chat
from tokenwise_shell.providers.wire import Ask, Endpoint, StreamParse, WireFormat, chat_fields

__all__ = ["FORMATS", "Ask", "Endpoint", "StreamParse", "WireFormat", "chat_fields"]

FORMATS: Final[Mapping[ProviderKind, WireFormat]] = {
    ProviderKind.OPENAI: chat,
    ProviderKind.ANTHROPIC: messages,
    ProviderKind.GOOGLE: generate,
}
