"""What `import tokenwise` offers: every name, loaded when it is first asked for."""

import ast
import importlib
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import tokenwise

PACKAGE = Path(tokenwise.__file__).parent
MODULES = sorted(path.stem for path in PACKAGE.glob("*.py") if not path.stem.startswith("_"))


@pytest.mark.parametrize("name", tokenwise.__all__)
def test_every_exported_name_is_there_and_is_no_module(name):
    assert not isinstance(getattr(tokenwise, name), ModuleType)


@pytest.mark.parametrize("name", tokenwise.__all__)
def test_no_exported_name_is_a_modules_name_too(name):
    """Importing the module would put it in the place of what it exports."""
    assert name not in MODULES


@pytest.mark.parametrize("module", MODULES)
def test_every_name_that_a_module_exports_is_in_it(module):
    loaded = importlib.import_module(f"tokenwise.{module}")
    assert [name for name in loaded.__all__ if not hasattr(loaded, name)] == []


@pytest.mark.parametrize("module", MODULES)
def test_what_the_package_and_a_module_both_export_is_the_same_thing(module):
    loaded = importlib.import_module(f"tokenwise.{module}")
    shared = set(loaded.__all__) & set(tokenwise.__all__)
    # `Routed` is the decision here, and the line about it in the ledger.
    differing = {name for name in shared if getattr(loaded, name) is not getattr(tokenwise, name)}
    assert differing <= ({"Routed"} if module == "ledger" else set())


def test_type_checkers_and_programs_find_each_name_in_the_same_place():
    tree = ast.parse(Path(tokenwise.__file__).read_text(encoding="utf-8"))
    (block,) = (node for node in tree.body if isinstance(node, ast.If))
    shown = {alias.name: node.module for node in block.body for alias in node.names}
    modules = {
        name: getattr(tokenwise, name).__module__ for name in shown if isinstance(getattr(tokenwise, name), type)
    }
    assert shown.keys() == set(tokenwise.__all__)
    assert modules.items() <= shown.items()


def test_each_name_stands_once_and_completion_offers_them_all():
    assert len(set(tokenwise.__all__)) == len(tokenwise.__all__)
    assert dir(tokenwise) == sorted(tokenwise.__all__)


def test_a_name_that_is_not_there_is_an_attribute_error_like_any_other():
    with pytest.raises(AttributeError, match="module 'tokenwise' has no attribute 'rout'"):
        _ = tokenwise.rout


def test_what_the_readme_imports_can_be_called():
    catalog = tokenwise.Catalog([])
    request = tokenwise.read_request("What is a monad?", tokenwise.Policy())
    decision = tokenwise.route(request.need, catalog, tokenwise.Policy(), tokenwise.parse_usd("1"))
    assert decision.code is tokenwise.Refusal.NO_CAPABLE_MODEL


@pytest.mark.slow  # starts another Python
def test_importing_the_package_loads_none_of_its_modules():
    code = "import sys, tokenwise; print(sorted(m for m in sys.modules if m.startswith('tokenwise.')))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PACKAGE.parent, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout == "[]\n"
