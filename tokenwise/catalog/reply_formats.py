"""Which format a model's interface is asked for, by what the step wants and the model's row lists."""

from tokenwise.catalog.models import Model
from tokenwise.plan import Check, CheckKind, Step
from tokenwise.traits import Feature

__all__ = ["format_for"]

_JSON = Check(CheckKind.JSON)


def format_for(step: Step, model: Model) -> Check | None:
    """The format that this model's interface is asked for: a schema, any JSON object, or nothing in particular.

    A plain object is asked for only where the step states a format itself: a check for JSON is content with a list,
    and OpenAI refuses to be asked for an object by a conversation that does not speak of JSON.
    """
    if not (step.reply_format or step.checks):  # as every request that arrives already written
        return None
    if step.schema and model.features & Feature.JSON_SCHEMA:
        return step.schema
    return _JSON if step.reply_format and model.features & Feature.JSON_OBJECT else None
