"""Wire formats, by the kind of the provider. A new format is a module and a row here."""

from collections.abc import Mapping
from typing import Final

from tokenwise_shell.providers import anthropic, google, openai
from tokenwise_shell.providers.wire import Ask, Endpoint, StreamParse, WireFormat, chat_fields
from tokenwise_shell.settings import ProviderKind

__all__ = ["FORMATS", "Ask", "Endpoint", "StreamParse", "WireFormat", "chat_fields"]

FORMATS: Final[Mapping[ProviderKind, WireFormat]] = {
    ProviderKind.OPENAI: openai,
    ProviderKind.ANTHROPIC: anthropic,
    ProviderKind.GOOGLE: google,
}
