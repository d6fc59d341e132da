"""Names: what a provider calls a model, and what the catalogue does."""

import pytest

from tokenwise.catalog.embedded_models import embedded_catalog
from tokenwise_shell.providers.anthropic.names import plain_id, sent_id, thinks_by_budget
from tokenwise_shell.providers.google.names import thinks_by_budget as google_thinks_by_budget
from tokenwise_shell.providers.names import catalog_ids, names_of


def test_every_name_that_the_catalogue_sells_a_model_by_leads_back_to_it():
    catalog = embedded_catalog()
    catalog_id = catalog_ids(catalog)
    offers = [(offer, model) for model in catalog.models for offer in model.offers]
    assert len(offers) > 100
    assert [catalog_id(offer.provider, offer.native_id) for offer, _ in offers] == [model.id for _, model in offers]


@pytest.mark.parametrize(
    ("provider", "name", "id_"),
    [
        ("anthropic", "claude-opus-4-6-20260205", "anthropic/claude-opus-4-6"),
        ("openrouter", "anthropic/claude-opus-4.6:online", "anthropic/claude-opus-4.6:online"),
        ("openrouter", "Mistral-Large-2512", "mistralai/mistral-large-2512"),
        ("openrouter", "mistral-large-latest", "mistralai/mistral-large-2512"),
        ("openrouter", "mistralai/mistral-large-2407", "mistralai/mistral-large-2407"),
        ("google", "gemini-2.5-flash", "google/gemini-2.5-flash"),
        ("openai", "nobody-knows-this", "nobody-knows-this"),
        ("nobody", "gpt-5.5", "gpt-5.5"),
    ],
)
def test_a_missing_date_or_vendor_makes_no_other_model_and_a_variant_or_another_date_does(provider, name, id_):
    assert catalog_ids(embedded_catalog())(provider, name) == id_


def test_where_a_model_and_its_snapshot_are_both_sold_each_name_means_its_own_row():
    meant = names_of([("x", "a/x"), ("x-0731", "a/x-0731")])
    assert [meant(name) for name in ("x", "x-0731", "X-0731", "x-0801", "x-latest", "x:free")] == [
        ("a/x",), ("a/x-0731",), ("a/x-0731",), (), (), (),
    ]  # fmt: skip


@pytest.mark.parametrize("id_", ["call_1", "toolu_01A-b", "functions.f:0", "ключ", "", "twx-6131", "twx-zz"])
def test_an_id_that_anthropic_would_refuse_comes_back_as_it_was(id_):
    sent = sent_id(id_)
    assert plain_id(sent) == id_
    assert sent.replace("-", "").replace("_", "").isalnum()
    assert sent.isascii()


def test_each_model_of_the_catalogue_is_told_how_long_to_think_in_its_own_way():
    chosen = [model for model in embedded_catalog().models if not model.named_only]
    sold = {(offer.provider, offer.native_id) for model in chosen for offer in model.offers}
    by_budget = {name for provider, name in sold if provider == "anthropic" and thinks_by_budget(name)}
    assert by_budget == {"claude-haiku-4-5", "claude-opus-4-5", "claude-sonnet-4-5"}
    googles = {name for provider, name in sold if provider == "google" and google_thinks_by_budget(name)}
    assert googles == {"gemini-2.5-flash", "gemini-2.5-flash-lite", "gemini-2.5-pro"}
