"""The API keeps the promises of its own description, whatever it is asked."""

import re
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from running_site import Site
from schemathesis import Case
from schemathesis.specs.openapi.checks import positive_data_acceptance

from kefu.server import create_app
from kefu.settings import Settings

pytestmark = pytest.mark.xdist_group("http_api")

EXAMPLES = 20  # of each operation, besides those that its description suggests
DESCRIPTION = create_app(Settings()).openapi()
OPERATIONS = [
    (method.upper(), path, operation["responses"])
    for path, operations in DESCRIPTION["paths"].items()
    for method, operation in operations.items()
]
NOBODY = "00000000-0000-0000-0000-000000000000"
NO_METHOD = 405  # of which no operation can be the description
ALLOWED = schemathesis.Config.from_dict({"generation": {"mode": "positive"}})

everything = schemathesis.openapi.from_dict(DESCRIPTION).exclude(path_regex="/events$")
existing = schemathesis.openapi.from_dict(DESCRIPTION, config=ALLOWED).include(
    path_regex=r"/api/conversations/\{conversation_id\}(/state)?$|message_id|chunk_id"
)
bounded = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


@everything.parametrize()
@bounded
def test_the_api_does_what_its_description_says(case: Case, site: Site) -> None:
    response = case.call_and_validate(
        base_url=site.url,
        headers=site.headers,
        # No description can say that a question of invisible characters is empty.
        excluded_checks=[positive_data_acceptance],
    )
    described = case.operation.definition.raw["responses"]
    assert response.status_code == NO_METHOD or str(response.status_code) in described


@pytest.mark.parametrize(
    ("method", "path", "described"), OPERATIONS, ids=[f"{each[0]} {each[1]}" for each in OPERATIONS]
)
def test_who_may_not_is_refused_as_the_description_says(
    method: str, path: str, described: dict[str, Any], site: Site
) -> None:
    address = site.url + re.sub(r"\{\w+\}", NOBODY, path)
    for headers in ({}, {"Authorization": "Bearer kefu_0"}, site.searching_headers):
        response = httpx.request(method, address, headers=headers)
        assert str(response.status_code) in described
        media_type = response.headers["content-type"].partition(";")[0]
        assert media_type in described[str(response.status_code)]["content"]


@existing.parametrize()
@bounded
def test_what_exists_is_read_and_changed_as_described(case: Case, site: Site) -> None:
    for given in (case.path_parameters, case.body):
        if isinstance(given, dict):
            given |= {name: site.known[name] for name in site.known.keys() & given.keys()}
    response = case.call_and_validate(base_url=site.url, headers=site.headers)
    assert response.status_code == 200
