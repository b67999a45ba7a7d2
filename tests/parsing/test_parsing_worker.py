"""A process that parses is there at once: it loads what its files need, and only then."""

import json
import subprocess
import sys

import pytest

LOADED = """
import json, sys
before = set(sys.modules)
import {module}
print(json.dumps(sorted(set(sys.modules) - before)))
"""


def loaded_by(module: str) -> set[str]:
    """What is imported with a module, in an interpreter of its own."""
    command = [sys.executable, "-c", LOADED.format(module=module)]
    return set(json.loads(subprocess.check_output(command)))


def packages(modules: set[str]) -> set[str]:
    """Those that do not come with Python."""
    return {each.partition(".")[0] for each in modules} - sys.stdlib_module_names


def test_process_that_parses_starts_without_the_rest_of_kefu() -> None:
    modules = loaded_by("kefu.parsing.worker")
    areas = {each.split(".")[1] for each in modules if each.startswith("kefu.")}
    assert areas == {"errors", "parsing"}
    assert packages(modules) == {"kefu", "defusedxml"}
    assert "asyncio" not in modules


@pytest.mark.parametrize("name", ["markdown", "html", "plain", "pdf", "word", "slides", "sheets"])
def test_format_brings_neither_database_nor_settings_nor_models(name: str) -> None:
    modules = loaded_by(f"kefu.parsing.{name}")
    areas = {each.split(".")[1] for each in modules if each.startswith("kefu.")}
    assert areas <= {"errors", "parsing", "text"}
    assert not packages(modules) & {"pydantic", "psycopg", "fastapi", "numpy", "opentelemetry"}
