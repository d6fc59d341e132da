"""The catalogue a command works with: shipped, under OpenRouter's list, under the user's own models."""

import itertools
import stat
import subprocess
import sys
from textwrap import dedent

import orjson
import pytest

from tokenwise.catalog.embedded_models import embedded_catalog
from tokenwise.catalog.models import Catalog
from tokenwise.catalog.prices import FREE, Price, Unknown
from tokenwise.errors import InputError
from tokenwise.traits import Capability, Feature, Tier
from tokenwise_shell.catalogs.loading import MODELS_URL, Loaded, Sources, load, named, offline_catalog, refresh
from tokenwise_shell.catalogs.local_models import read_local_models
from tokenwise_shell.catalogs.openrouter import parse_openrouter

HOUR = 3_600_000
NOW = 1_795_300_000_000  # 2026-11-21
TODAY = "2026-11-21"
SHIPPED = embedded_catalog()


def row(name="acme/fast-1", **fields):
    return {
        "id": name,
        "context_length": 200_000,
        "pricing": {"prompt": "0.000001", "completion": "0.000004"},
        "architecture": {"input_modalities": ["text"], "output_modalities": ["text"]},
        "top_provider": {"context_length": 131_072, "max_completion_tokens": 32_768},
        "supported_parameters": ["tools", "temperature"],
        **fields,
    }


def priced(**pricing):
    return row(pricing={"prompt": "0.000001", "completion": "0.000004", **pricing})


def only(rows):
    listing = parse_openrouter({"data": rows}, SHIPPED, on=TODAY)
    assert len(listing.models) == 1, listing.notices
    return listing.models[0]


class TestReadingOpenRouter:
    def test_an_unknown_model_is_placed_by_its_price(self):
        model = only([row()])
        assert (model.tier, model.capabilities) == (Tier.MID, Capability.GENERAL)
        assert (model.context_tokens, model.max_output_tokens) == (131_072, 32_768)
        assert model.features == Feature.TOOLS | Feature.TEMPERATURE
        offer = model.offers[0]
        assert (offer.provider, offer.native_id, offer.source, offer.valid_from) == (
            "openrouter",
            "acme/fast-1",
            "OpenRouter /models",
            TODAY,
        )

    @pytest.mark.parametrize(
        ("prompt", "tier"), [("0.0000001", Tier.BUDGET), ("0.000001", Tier.MID), ("0.00001", Tier.MID)]
    )
    def test_the_price_rule(self, prompt, tier):
        assert only([priced(prompt=prompt, completion=prompt)]).tier is tier

    def test_a_model_that_reasons_says_so(self):
        model = only([row(supported_parameters=["reasoning"])])
        assert Capability.GENERAL | Capability.REASONING in model.capabilities

    def test_a_known_model_keeps_our_judgement_and_its_direct_offer(self):
        ours = SHIPPED["anthropic/claude-opus-5-5"]
        fresh = only([row("anthropic/claude-opus-5.5")])
        assert (fresh.id, fresh.tier, fresh.quality, fresh.features) == (
            ours.id,
            ours.tier,
            ours.quality,
            ours.features,
        )
        assert fresh.offers[0] == ours.offers[0]
        assert fresh.offered_by["openrouter"].price.rates[0].input == 1_000_000_000

    def test_a_known_model_that_only_openrouter_sells_gets_its_limits_refreshed(self):
        fresh = only([row("openai/gpt-oss-120b", context_length=64_000)])
        assert (fresh.context_tokens, fresh.max_input_tokens, fresh.max_output_tokens) == (64_000, 64_000, 32_768)
        assert fresh.tier is SHIPPED["openai/gpt-oss-120b"].tier

    def test_minus_one_is_unknown_and_zero_is_free(self):
        assert isinstance(only([priced(prompt="-1", completion="-1")]).price, Unknown)
        assert only([priced(prompt="0", completion="0")]).price == FREE

    def test_a_price_per_request_cannot_be_bounded(self):
        assert isinstance(only([priced(request="0.005")]).price, Unknown)

    def test_long_inputs_are_repriced_from_the_stated_token_on(self):
        override = {"min_prompt_tokens": 200_000, "prompt": "0.000002"}
        price = only([priced(input_cache_read="0.0000001", overrides=[override])]).price
        assert (price.rate_at(199_999).input, price.rate_at(200_000).input) == (1_000_000_000, 2_000_000_000)
        assert price.rate_at(200_000).output == 4_000_000_000
        assert price.rate_at(200_000).cache_read == 100_000_000

    def test_a_price_by_the_hour_counts_as_the_dearest_hour(self):
        hours = [{"utc_hours": [1, 4], "prompt": "0.000003"}, {"utc_hours": [6, 10], "prompt": "0.000002"}]
        price = only([priced(overrides=hours)]).price
        assert [rate.input for rate in price.rates] == [3_000_000_000]

    def test_the_dearest_cache_write_and_dearer_reasoning_count(self):
        price = only(
            [priced(input_cache_write="0.00000125", input_cache_write_1h="0.000002", internal_reasoning="0.000009")]
        ).price
        assert (price.rates[0].cache_write, price.rates[0].output) == (2_000_000_000, 9_000_000_000)

    def test_a_write_below_the_input_price_is_storage_on_top_of_it(self):
        assert only([priced(input_cache_write="0.00000008")]).price.rates[0].cache_write == 1_080_000_000

    def test_pictures_dearer_than_text_are_not_offered(self):
        seeing = {"input_modalities": ["text", "image", "file"], "output_modalities": ["text"]}
        assert Feature.IMAGES in only([row(architecture=seeing)]).features
        dear = only([row(architecture=seeing, pricing={"prompt": "0.000001", "completion": "0", "image": "0.003"})])
        assert dear.features & (Feature.IMAGES | Feature.DOCUMENTS) == Feature.DOCUMENTS

    @pytest.mark.parametrize("field", ["architecture", "top_provider", "supported_parameters", "expiration_date"])
    def test_a_null_field_costs_only_what_it_would_have_said(self, field):
        assert only([row(**{field: None})]).price.rates[0].input == 1_000_000_000

    @pytest.mark.parametrize(
        ("bad", "says"),
        [
            (row(pricing=None), "acme/fast-1: its price is of type NoneType"),
            (priced(prompt="cheap"), "acme/fast-1: pricing.prompt: 'cheap' is not a price"),
            (row(context_length=None, top_provider=None), "acme/fast-1: no context window"),
            (row(None), "a row has an id of type NoneType"),
            ("acme/fast-1", "a row is str"),
        ],
    )
    def test_a_bad_row_is_a_notice_and_costs_no_other(self, bad, says):
        listing = parse_openrouter({"data": [bad, row("acme/good-1")]}, SHIPPED, on=TODAY)
        assert [model.id for model in listing.models] == ["acme/good-1"]
        assert [notice.startswith(says) for notice in listing.notices] == [True], listing.notices

    def test_a_known_model_with_a_bad_price_keeps_its_former_one(self):
        listing = parse_openrouter([row("openai/gpt-oss-120b", pricing=None)], SHIPPED, on=TODAY)
        assert listing.models == ()
        assert "its former price stays" in listing.notices[0]

    def test_an_expired_listing_is_no_longer_offered(self):
        gone = only([row("openai/gpt-6-sol", expiration_date="2026-11-01")])
        assert [offer.provider for offer in gone.offers] == ["openai"]
        assert parse_openrouter([row(expiration_date="2026-11-01")], SHIPPED, on=TODAY).models == ()

    @pytest.mark.parametrize("name", ["~acme/fast-latest", "acme/fast-1:batch"])
    def test_other_names_of_listed_models_are_passed_over_in_silence(self, name):
        assert parse_openrouter([row(name)], SHIPPED, on=TODAY) == parse_openrouter([], SHIPPED, on=TODAY)

    def test_a_variant_is_judged_as_its_model(self):
        free = only([row("openai/gpt-oss-120b:free", pricing={"prompt": "0", "completion": "0"})])
        ours = SHIPPED["openai/gpt-oss-120b"]
        assert (free.tier, free.capabilities, free.price) == (ours.tier, ours.capabilities, FREE)

    def test_an_id_listed_twice_counts_once_if_equal_and_not_at_all_if_not(self):
        assert only([row(), row()]).id == "acme/fast-1"
        listing = parse_openrouter([row(), priced(prompt="0.1")], SHIPPED, on=TODAY)
        assert (listing.models, len(listing.notices)) == ((), 1)


OWN = """
models:
  - {id: local/llama3.2, provider: local, tier: budget, capabilities: [general, code], context_tokens: 131072,
     input_usd_per_mtok: 0, output_usd_per_mtok: 0}
  - {id: lab/big, provider: lab, tier: flagship, context_tokens: 65_536, max_output_tokens: 8192,
     input_usd_per_mtok: 0.1, output_usd_per_mtok: 0.3, cache_read_usd_per_mtok: 0.01, quality: 1400,
     native_id: big-instruct, features: [tools, json_schema]}
"""


def read(text):
    models, problems = read_local_models(dedent(text), "models.yaml", SHIPPED)
    assert problems == ()
    return {model.id: model for model in models}


def complaints(text):
    models, problems = read_local_models(dedent(text), "models.yaml", SHIPPED)
    assert models == ()
    return [str(problem) for problem in problems]


class TestOwnModels:
    def test_new_models(self):
        models = read(OWN)
        llama, big = models["local/llama3.2"], models["lab/big"]
        assert llama.price == FREE
        assert (llama.offers[0].provider, llama.offers[0].native_id) == ("local", "llama3.2")
        assert llama.capabilities == Capability.GENERAL | Capability.CODE
        assert llama.max_output_tokens == 131_072
        assert (big.tier, big.context_tokens, big.quality) == (Tier.FLAGSHIP, 65_536, 1400)
        assert big.offers[0].native_id == "big-instruct"
        assert big.features == Feature.TOOLS | Feature.JSON_SCHEMA

    def test_amounts_are_exact_and_caches_cost_input_unless_stated(self):
        rate = read(OWN)["lab/big"].price.rates[0]
        assert (rate.input, rate.output, rate.cache_read, rate.cache_write) == (10**8, 3 * 10**8, 10**7, 10**8)

    def test_a_missing_price_is_unknown(self):
        assert isinstance(read("- {id: a/b, provider: a, context_tokens: 1000}")["a/b"].price, Unknown)

    def test_a_known_id_changes_just_the_fields_given(self):
        ours = SHIPPED["openai/gpt-6-sol"]
        changed = read("- {id: openai/gpt-6-sol, tier: mid, output_usd_per_mtok: 7}")["openai/gpt-6-sol"]
        assert (changed.tier, changed.context_tokens, changed.quality) == (Tier.MID, ours.context_tokens, ours.quality)
        for offer in changed.offers:
            assert [(rate.input, rate.output) for rate in offer.price.rates] == [
                (2 * 10**9, 7 * 10**9),
                (4 * 10**9, 7 * 10**9),
            ]
            assert offer.source == "models.yaml"

    def test_what_a_template_adds_is_stated_and_kept_where_another_field_changes(self):
        stated = read("- {id: local/small, provider: local, context_tokens: 4096, template_tokens: 6}")["local/small"]
        assert stated.template_tokens == 6
        known = Catalog([stated])
        (changed,), problems = read_local_models("- {id: local/small, quality: 5}", "models.yaml", known)
        assert (changed.template_tokens, problems) == (6, ())
        assert complaints("- {id: local/small, provider: local, context_tokens: 4096, template_tokens: some}") == [
            "models.yaml[0].template_tokens: expected a whole number from 0 up, not 'some'"
        ]

    def test_a_stated_provider_stands_first(self):
        changed = read("- {id: openai/gpt-oss-20b, provider: lab, input_usd_per_mtok: 0, output_usd_per_mtok: 0}")
        offers = changed["openai/gpt-oss-20b"].offers
        assert [offer.provider for offer in offers] == ["lab", "openrouter"]
        assert (offers[0].native_id, offers[0].price) == ("openai/gpt-oss-20b", FREE)

    def test_every_problem_is_reported_with_its_path_and_the_nearest_name(self):
        assert complaints(
            """
            - {id: a/b, provider: a, context_tokens: 0, tier: flagshp}
            - {id: c/d, provider: c, context_tokens: 1000, capabilties: [code]}
            - {id: e/f, capabilities: [codee], input_usd_per_mtok: -1}
            - nonsense
            - {id: openai/gpt-6-sol, native_id: sol}
            - {id: g/h, provider: g, context_tokens: 9, input_usd_per_mtok: 1}
            - {provider: i}
            """
        ) == [
            "models.yaml[0].tier: 'flagshp' is not one of them; did you mean 'flagship'?",
            "models.yaml[0].context_tokens: expected a whole number from 1 up, not '0'",
            "models.yaml[1].capabilties: no such field; did you mean 'capabilities'?",
            "models.yaml[2].provider: missing; a model that the catalogue does not know needs it",
            "models.yaml[2].context_tokens: missing; a model that the catalogue does not know needs it",
            "models.yaml[2].capabilities[0]: 'codee' is not one of them; did you mean 'code'?",
            "models.yaml[2].input_usd_per_mtok: '-1' is out of range; expected from 0 to 1000000000 US dollars",
            "models.yaml[3]: expected a mapping with id, provider …, not str",
            "models.yaml[4].native_id: a name at which provider? give `provider` too",
            "models.yaml[5].output_usd_per_mtok: missing; a price needs input and output",
            "models.yaml[6].id: missing; a model that the catalogue does not know needs it",
            "models.yaml[6].context_tokens: missing; a model that the catalogue does not know needs it",
        ]

    @pytest.mark.parametrize("text", ["models: 5", "just text", "{models: {a: 1}}"])
    def test_a_file_that_is_no_list_is_refused(self, text):
        assert "expected a list of models" in complaints(text)[0]

    def test_broken_yaml_is_refused_with_its_place(self):
        (complaint,) = complaints("- {id: [")
        assert complaint.startswith("models.yaml: not readable as YAML")
        assert "line 1" in complaint

    def test_an_empty_file_holds_no_models(self):
        assert read("") == {}

    def test_an_id_twice_is_refused(self):
        models, problems = read_local_models(OWN + OWN.replace("models:", ""), "models.yaml", SHIPPED)
        assert [problem.path for problem in problems] == ["models.yaml[2].id", "models.yaml[3].id"]
        assert len(models) == 2


class TestLoading:
    def test_with_nothing_else_it_is_the_shipped_catalogue(self, tmp_path):
        assert load(Sources(cache_dir=tmp_path), now_ms=NOW) == Loaded(SHIPPED, stale=True)

    def test_own_models_stand_over_the_rest_and_the_configuration_over_the_file(self, tmp_path):
        path = tmp_path / "own.yaml"
        path.write_text(OWN)
        rows = [{"id": "lab/big", "tier": "mid", "output_usd_per_mtok": 0.7}]
        catalog = load(Sources(local_path=path, rows=rows), now_ms=NOW).catalog
        assert catalog["local/llama3.2"].price == FREE
        assert catalog["lab/big"].tier is Tier.MID
        assert catalog["lab/big"].price.rates[0].output == 7 * 10**8
        assert len(catalog) == len(SHIPPED) + 2

    def test_problems_of_file_and_configuration_come_together(self, tmp_path):
        path = tmp_path / "own.yaml"
        path.write_text("- {id: 1}\n")
        with pytest.raises(InputError) as caught:
            load(Sources(local_path=path, rows=[{"id": "x", "context_tokens": True}]), now_ms=NOW)
        assert {problem.path.split("[")[0] for problem in caught.value.problems} == {str(path), "models"}

    def test_a_bad_row_in_the_configuration_is_an_input_error(self):
        with pytest.raises(InputError, match=r"models\[0\]\.tier"):
            load(Sources(rows=[{"id": "openai/gpt-5.5", "tier": "top"}]), now_ms=NOW)

    def test_a_file_that_cannot_be_read_is_an_input_error(self, tmp_path):
        for bad in (tmp_path / "missing.yaml", tmp_path):
            with pytest.raises(InputError, match="cannot be read"):
                load(Sources(local_path=bad), now_ms=NOW)

    @pytest.mark.parametrize("text", [b"", b"{", b"[]", b'{"rows": 3}', b'{"fetched_at_ms": -1, "rows": []}'])
    def test_a_spoilt_cache_is_ignored_with_a_notice(self, tmp_path, text):
        (tmp_path / "openrouter-models.json").write_bytes(text)
        loaded = load(Sources(cache_dir=tmp_path), now_ms=NOW)
        assert (loaded.catalog, loaded.age_ms, len(loaded.notices)) == (SHIPPED, None, 1)

    def test_offline_every_model_is_served_by_the_embedded_provider_at_its_price(self, tmp_path):
        loaded = load(Sources(cache_dir=tmp_path, offline=True), now_ms=NOW)
        assert loaded.catalog == offline_catalog(SHIPPED)
        for model in loaded.catalog.models:
            assert [(offer.provider, offer.native_id) for offer in model.offers] == [("embedded", model.id)]
            assert model.price == SHIPPED[model.id].price

    def test_a_model_is_found_by_any_name_it_is_sold_by(self):
        assert named(SHIPPED, "openai/gpt-5.5") is SHIPPED["openai/gpt-5.5"]
        assert named(SHIPPED, "gpt-5.5") is SHIPPED["openai/gpt-5.5"]
        assert named(SHIPPED, "anthropic/claude-opus-5.5") is SHIPPED["anthropic/claude-opus-5-5"]
        assert named(SHIPPED, "gpt-17") is None


def pages(*documents):
    """A fetch over these pages, linked one to the next; a page that is an exception is raised."""
    urls = [MODELS_URL, *(f"{MODELS_URL}?page={number}" for number in range(2, len(documents) + 1))]
    found = dict(zip(urls, documents, strict=True))
    following = dict(itertools.pairwise(urls))

    async def fetch(url):
        page = found[url]
        if isinstance(page, Exception):
            raise page
        if isinstance(page, bytes):
            return page
        return orjson.dumps({"data": page, "links": {"next": following.get(url)}})

    return fetch


class TestRefreshing:
    async def test_all_pages_are_read_and_kept(self, tmp_path):
        sources = Sources(cache_dir=tmp_path / "deep" / "cache")
        fresh = await refresh(pages([row("acme/one")], [row("acme/two")]), sources, now_ms=NOW)
        assert {"acme/one", "acme/two"} <= fresh.catalog.by_id.keys()
        assert (fresh.age_ms, fresh.stale, fresh.notices) == (0, False, ())
        assert load(sources, now_ms=NOW) == fresh

    async def test_the_cache_is_its_owners_alone_and_nothing_else_is_left_behind(self, tmp_path):
        await refresh(pages([row()]), Sources(cache_dir=tmp_path), now_ms=NOW)
        (file,) = tmp_path.iterdir()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600

    async def test_a_list_past_its_time_is_used_and_called_stale(self, tmp_path):
        sources = Sources(cache_dir=tmp_path, ttl_ms=HOUR)
        await refresh(pages([row()]), sources, now_ms=NOW)
        assert not load(sources, now_ms=NOW + HOUR).stale
        later = load(sources, now_ms=NOW + HOUR + 1)
        assert (later.stale, later.age_ms, "acme/fast-1" in later.catalog) == (True, HOUR + 1, True)

    @pytest.mark.parametrize(
        "failure",
        [
            pages(OSError("no route to host")),
            pages([row("acme/half")], OSError("connection reset")),
            pages([row("acme/half")], b'{"error": {"code": 500}}'),
            pages(b"<html>502</html>"),
            pages(b'{"error": {"code": 500}}'),
            pages([]),
            pages([None, 3]),
        ],
    )
    async def test_when_a_refresh_fails_the_old_list_stays_whole(self, tmp_path, failure):
        sources = Sources(cache_dir=tmp_path, ttl_ms=HOUR)
        old = await refresh(pages([row()]), sources, now_ms=NOW)
        loaded = await refresh(failure, sources, now_ms=NOW + 3 * HOUR)
        assert loaded.catalog == old.catalog
        assert loaded.notices[0].startswith("OpenRouter's list could not be refreshed")
        assert loaded.notices[0].endswith("the list fetched 3 h ago is used")

    async def test_without_an_old_list_the_shipped_catalogue_serves(self):
        loaded = await refresh(pages(OSError("no route to host")), Sources(), now_ms=NOW)
        assert loaded.catalog == SHIPPED
        assert "the shipped catalogue is used" in loaded.notices[0]

    async def test_pages_that_never_end_are_given_up(self):
        asked = []

        async def fetch(url):
            asked.append(url)
            return orjson.dumps({"data": [row()], "links": {"next": f"?page={len(asked)}"}})

        loaded = await refresh(fetch, Sources(), now_ms=NOW)
        assert "do not end" in loaded.notices[0]
        assert len(asked) == 40

    @pytest.mark.parametrize("link", ["https://elsewhere.example/models", "http://[", "//elsewhere.example/x"])
    async def test_a_next_page_on_another_host_is_not_asked_for(self, link):
        async def fetch(url):
            assert url == MODELS_URL
            return orjson.dumps({"data": [row()], "links": {"next": link}})

        loaded = await refresh(fetch, Sources(), now_ms=NOW)
        assert "is at another place" in loaded.notices[0]

    async def test_a_cache_that_cannot_be_written_costs_a_notice_not_the_list(self, tmp_path):
        blocked = tmp_path / "a-file"
        blocked.write_text("")
        loaded = await refresh(pages([row()]), Sources(cache_dir=blocked), now_ms=NOW)
        assert "acme/fast-1" in loaded.catalog
        assert "could not be cached" in loaded.notices[0]

    async def test_offline_nothing_is_fetched(self):
        async def fetch(url):
            raise AssertionError(url)

        loaded = await refresh(fetch, Sources(offline=True), now_ms=NOW)
        assert loaded.catalog == offline_catalog(SHIPPED)


@pytest.mark.parametrize(
    "odd",
    [
        {"architecture": {"output_modalities": ["text", "image"]}},
        {"architecture": {"output_modalities": ["text", "audio"]}},
        {"pricing": {"prompt": "0.0000003", "completion": "0.0000025", "image_output": "0.00003"}},
    ],
)
def test_goods_that_are_not_billed_as_text_have_no_known_price(odd):
    """Pictures at ten times the price of text would pass for text, and for the budget."""
    (model,) = parse_openrouter([row(**odd)], SHIPPED, on=TODAY).models
    assert isinstance(model.price, Unknown)


@pytest.mark.slow  # starts an interpreter
def test_loading_a_catalogue_starts_no_event_loop_and_no_parser_it_does_not_need():
    heavy = {"trio", "httpx", "cattrs", "rich", "yaml"}
    code = f"import sys, tokenwise_shell.catalogs.loading; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_prices_of_the_shipped_catalogue_survive_a_list_that_says_the_same():
    """A list made from our own OpenRouter offers changes no price."""
    rows = []
    for model in SHIPPED.models:
        if (offer := model.offered_by.get("openrouter")) and isinstance(offer.price, Price):
            first, *later = [
                {
                    "min_prompt_tokens": rate.above_input_tokens + 1,
                    "prompt": f"{rate.input / 10**15:.18f}",
                    "completion": f"{rate.output / 10**15:.18f}",
                    "input_cache_read": f"{rate.cache_read / 10**15:.18f}",
                    "input_cache_write": f"{rate.cache_write_5m / 10**15:.18f}",
                    "input_cache_write_1h": f"{rate.cache_write / 10**15:.18f}",
                }
                for rate in offer.price.rates
            ]
            rows.append(row(offer.native_id, pricing={**first, "overrides": later}))
    catalog = Catalog(parse_openrouter(rows, SHIPPED, on=TODAY).models)
    for model in catalog.models:
        assert model.offered_by["openrouter"].price == SHIPPED[model.id].offered_by["openrouter"].price
