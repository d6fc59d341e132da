"""Prices that vendors have announced hold in time: the dearest of the day before, the day itself and the day after."""

import pytest

from tokenwise.catalog.dated_prices import in_force, price_on
from tokenwise.catalog.embedded_models import embedded_catalog
from tokenwise_shell.catalogs.loading import Sources, load

SHIPPED = embedded_catalog()
ARGON, FLASH = "google/gemini-4-argon", "google/gemini-3.8-flash"
DAY_MS = 86_400_000
NOON_ON_30_NOVEMBER = 1_796_040_000_000


def dollars(catalog, model, seller):
    rate = catalog[model].offered_by[seller].price.rates[0]
    return rate.input / 1e9, rate.output / 1e9


@pytest.mark.parametrize(
    ("days", "argon", "flash"),
    [
        (("2026-11-28", "2026-11-30"), (2, 10), (0.75, 3.75)),  # nothing has changed
        (("2026-11-29", "2026-12-01"), (4, 20), (0.75, 3.75)),  # somewhere it is December
        (("2026-12-30", "2027-01-01"), (4, 20), (1.5, 7.5)),
        (("2030-01-01", "2030-01-03"), (4, 20), (1.5, 7.5)),
    ],
)
def test_an_announced_price_holds_from_the_day_before(days, argon, flash):
    # https://ai.google.dev/gemini-api/docs/pricing, as genai-prices 0.2.3 has it
    now = in_force(SHIPPED, days)
    assert (dollars(now, ARGON, "google"), dollars(now, FLASH, "google")) == (argon, flash)
    assert dollars(now, ARGON, "openrouter") == (2, 10)  # a reseller's own price, which its list tells


def test_what_changed_before_the_catalogue_was_read_is_in_it_already():
    days = ("2026-11-22", "2026-11-24")
    assert in_force(SHIPPED, days) is SHIPPED


@pytest.mark.parametrize(("offline", "argon"), [(False, (4, 20)), (True, (2, 10))])
def test_a_command_that_pays_holds_by_the_day_and_play_money_does_not_change(offline, argon):
    catalog = load(Sources(offline=offline), now_ms=NOON_ON_30_NOVEMBER).catalog
    assert dollars(catalog, ARGON, "embedded" if offline else "google") == argon
    assert dollars(load(Sources(), now_ms=NOON_ON_30_NOVEMBER - DAY_MS).catalog, ARGON, "google") == (2, 10)


@pytest.mark.parametrize("name", ["gemini-4-argon", "gemini-3.6-flash", "gemini-3.7-flash", "gemini-3.8-flash"])
@pytest.mark.parametrize("today", ["2026-11-21", "2026-12-01", "2027-01-05"])
def test_a_call_of_a_day_costs_what_it_did_however_late_it_is_looked_at(name, today):
    shipped = embedded_catalog()[f"google/{name}"].offered_by["google"]
    offer = in_force(embedded_catalog(), (today,))[f"google/{name}"].offered_by["google"]
    assert price_on(offer, f"google/{name}", "2026-11-25") == shipped.price
