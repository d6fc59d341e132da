"""What lies in docs/deploy: that it names settings, commands and figures that there are."""

import configparser
import re

import orjson
import pytest
import yaml

from tests.locking import DEPLOYED, DEVELOPMENT, ROOT, RUNTIME, blocks, name_of
from tests.shell.proxy_world import chat, proxy
from tokenwise_shell.cli.entry import main
from tokenwise_shell.config.loading import load
from tokenwise_shell.config.settings import KEYS
from tokenwise_shell.proxy.access_log import AccessLog

DEPLOY = ROOT / "docs" / "deploy"
VARIABLES = {key.variable for key in KEYS if key.variable}


def test_the_lock_of_the_container_holds_what_runs_and_the_client_of_the_store():
    deployed, runtime, development = (
        {name_of(block) for block in blocks(lock)} for lock in (DEPLOYED, RUNTIME, DEVELOPMENT)
    )
    assert runtime | {"coredis"} <= deployed <= development
    assert set(blocks(RUNTIME)) <= set(blocks(DEPLOYED))


@pytest.mark.parametrize("name", ["Containerfile", "compose.yaml", "tokenwise.service"])
def test_variables_are_those_that_are_read(name):
    said = set(re.findall(r"TOKENWISE_[A-Z_]+", (DEPLOY / name).read_text()))
    assert said
    assert said <= VARIABLES


def test_the_commands_are_commands(capsys):
    unit = configparser.ConfigParser(strict=False, delimiters="=")
    unit.read_string((DEPLOY / "tokenwise.service").read_text())
    started = unit["Service"]["ExecStart"].split()
    assert (started[0].rpartition("/")[2], started[1]) == ("tw", "serve")
    main(["serve", "--help"])
    assert all(flag in capsys.readouterr().out for flag in started if flag.startswith("--"))
    entry, default = re.findall(r"^(?:ENTRYPOINT|CMD) (.*)$", (DEPLOY / "Containerfile").read_text(), re.MULTILINE)
    assert [*orjson.loads(entry), *orjson.loads(default)] == ["tw", "serve"]


def test_the_files_that_compose_mounts_are_there():
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    mounted = [volume.split(":")[0] for each in services.values() for volume in each.get("volumes", ())]
    ours = {name for name in mounted if name.startswith("./")} - {"./prometheus.key"}  # which the owner makes
    assert all((DEPLOY / name).exists() for name in ours)
    assert (DEPLOY / services["tokenwise"]["build"]["context"]).resolve() == ROOT


async def test_alerts_and_dashboard_ask_for_figures_that_a_proxy_gives(tmp_path):
    async with proxy(tmp_path) as world:
        await world.post(chat())
        given = set(re.findall(r"^# TYPE (\w+)", (await world.ask("GET", "/metrics")).body.decode(), re.MULTILINE))
    panels = orjson.loads((DEPLOY / "grafana" / "tokenwise.json").read_bytes())["panels"]
    asked = [target["expr"] for panel in panels for target in panel["targets"]]
    rules = yaml.safe_load((DEPLOY / "alerts.yml").read_text())["groups"][0]["rules"]
    asked += [rule["expr"] for rule in rules]
    names = {re.sub(r"_bucket$", "", name) for text in asked for name in re.findall(r"tokenwise_\w+", text)}
    assert names <= given | BUDGETS


BUDGETS = {f"tokenwise_budget_{name}_nanodollars" for name in ("limit", "spent", "held")}  # only where there are limits


def test_the_configuration_is_one(tmp_path):
    home = {"HOME": str(tmp_path)}
    settings = load(environ=home, path=DEPLOY / "config.yaml")
    assert settings.budgets
    assert settings.proxy.access_log


async def test_the_access_log_has_a_line_per_request_and_not_a_word_of_it(tmp_path):
    path = tmp_path / "access.jsonl"
    async with proxy(tmp_path) as world:
        world.service.access_log = AccessLog.open(path)
        good = await world.post(chat("a secret question"))
        await world.post(chat("a secret question", model="nobody"), path="/v1/chat/completions?key=hidden")
    first, second = map(orjson.loads, path.read_bytes().splitlines())
    assert (first["status"], first["error"], first["path"]) == (200, "", "/v1/chat/completions")
    assert first["request_id"] == good.headers["x-request-id"]
    assert first["request_id"] in {line["run"] for line in world.lines}
    assert (second["status"], second["error"]) == (404, "model_not_found")
    assert b"secret" not in path.read_bytes()
    assert b"hidden" not in path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600
