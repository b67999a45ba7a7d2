"""The pages of evaluation, by people who may and people who may not."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from selectolax.lexbor import LexborHTMLParser
from signing_in import sign_in

from kefu.evaluation import Candidate, DatasetVersion, Plan, run_experiment
from kefu.evaluation.store.experiments import list_labels
from kefu.llm import ScriptedEndpoint
from kefu.resources import Resources

PAGE = "/admin/evaluation"


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[AsyncClient]:
    headers = {"accept": "text/html", "accept-language": "en"}
    transport = ASGITransport(app)
    async with AsyncClient(transport=transport, base_url="http://kefu", headers=headers) as client:
        yield client


@pytest.fixture
async def experiments(resources: Resources, version: DatasetVersion) -> tuple[int, int]:
    before = await run_experiment(resources, Plan(version=version, author="li", name="live"))
    strict = Candidate(settings={"answering.min_confidence": "1.0"})
    plan = Plan(version=version, author="li", name="strict", candidate=strict)
    return before.id, (await run_experiment(resources, plan)).id


async def load(client: AsyncClient, path: str) -> LexborHTMLParser:
    response = await client.get(path)
    assert response.status_code == 200, response.text
    return LexborHTMLParser(response.text)


def text_of(page: LexborHTMLParser, selector: str = "main") -> str:
    return " ".join(" ".join(each.text() for each in page.css(selector)).split())


async def test_an_empty_page_says_how_to_begin(client: AsyncClient, resources: Resources) -> None:
    await sign_in(client, resources.database, "manager")
    page = await load(client, PAGE)
    assert "kefu evaluation import" in text_of(page)
    assert "kefu evaluation run" in text_of(page)


async def test_an_experiment_is_shown_without_what_is_sealed(
    client: AsyncClient, resources: Resources, experiments: tuple[int, int]
) -> None:
    await sign_in(client, resources.database, "editor")
    page = await load(client, PAGE)
    assert "shop@1" in text_of(page)
    assert f"{experiments[0]} live" in text_of(page)
    page = await load(client, f"{PAGE}/experiments/{experiments[0]}")
    shown = text_of(page)
    assert "Within how many days is a refund paid?" in shown
    assert "Who won the football match" not in shown
    assert "包年订单多少天内可以退款" not in shown
    assert "Sealed2" in shown
    assert page.css("svg.score")
    case = await load(client, f"{PAGE}/experiments/{experiments[0]}/cases/a1")
    assert "7 days" in text_of(case)
    assert "It states every fact." in text_of(case)
    sealed = await client.get(f"{PAGE}/experiments/{experiments[0]}/cases/a4")
    assert sealed.status_code == 404


async def test_pages_speak_chinese(
    client: AsyncClient, resources: Resources, experiments: tuple[int, int]
) -> None:
    await sign_in(client, resources.database, "editor")
    client.headers["accept-language"] = "zh"
    case = await load(client, f"{PAGE}/experiments/{experiments[0]}/cases/a1")
    assert "说到了所有事实。" in text_of(case)
    assert "事实覆盖率" in text_of(case)
    assert "符合期望：回答。" in text_of(case)


async def test_two_experiments_stand_side_by_side(
    client: AsyncClient, resources: Resources, experiments: tuple[int, int]
) -> None:
    await sign_in(client, resources.database, "manager")
    left, right = experiments
    page = await load(client, f"{PAGE}/comparison?left={left}&right={right}")
    assert "answering.min_confidence0.51.0" in text_of(page).replace(" ", "")
    assert len(page.css("details.compared")) == 3
    assert len(page.css(".sides section")) == 6
    assert "7 days" in text_of(page, ".sides section:first-child")
    assert "Expected is answer, it does abstain." in text_of(page, ".sides section:last-child")
    verdicts = [" ".join(cell.text() for cell in row.css("td")) for row in page.css("tbody tr")]
    assert (
        "Accuracy 1.000 0.333 -1.000 – +0.000 0.5074 not certain: the interval holds 0" in verdicts
    )
    chance = "Accuracy 1.000 0.000 -1.000 – -1.000 0.5074 not certain: p is not below 0.05"
    assert chance in verdicts
    assert "p, how often chance alone leads as far, is below 0.05." in text_of(page)
    same = await load(client, f"{PAGE}/comparison?left={left}&right={left}")
    assert "the same" in text_of(same)
    assert "the same candidate with the same knowledge" in text_of(same)


async def test_what_differs_is_written_for_people(
    client: AsyncClient, resources: Resources, version: DatasetVersion
) -> None:
    await sign_in(client, resources.database, "manager")
    plan = Plan(version=version, author="li", candidate=Candidate(endpoint="none"))
    left = (await run_experiment(resources, plan)).id
    drafting = replace(resources, endpoint=ScriptedEndpoint(["A refund takes 7 days. [1]"]))
    right = (await run_experiment(drafting, Plan(version=version, author="li"))).id
    page = await load(client, f"{PAGE}/comparison?left={left}&right={right}")
    (row,) = [each for each in page.css("tbody tr") if each.text().startswith("endpoints")]
    before, after = (cell.text() for cell in row.css("td"))
    assert before == "–"
    assert not set("[]{}'") & set(after)


async def test_a_verdict_is_kept_of_those_who_may_give_one(
    client: AsyncClient, resources: Resources, experiments: tuple[int, int]
) -> None:
    path = f"{PAGE}/experiments/{experiments[0]}/cases/a1/labels"
    await sign_in(client, resources.database, "manager")
    assert (await client.post(path, data={"verdict": "good"})).status_code == 403
    assert "Your verdict" not in text_of(await load(client, path.removesuffix("/labels")))
    await sign_in(client, resources.database, "editor")
    assert "Your verdict" in text_of(await load(client, path.removesuffix("/labels")))
    assert (await client.post(path, data={"verdict": "splendid"})).status_code == 400
    for verdict in ("good", "bad"):
        response = await client.post(path, data={"verdict": verdict})
        assert response.status_code == 303
    async with resources.database.connection() as conn:
        (label,) = await list_labels(conn, experiments[0])
    assert (label.case_id, label.is_good) == ("a1", False)
    hidden = await client.post(path.replace("/a1/", "/a4/"), data={"verdict": "good"})
    assert hidden.status_code == 404


async def test_a_dataset_is_removed_by_those_who_may_and_its_experiments_stay(
    client: AsyncClient, resources: Resources, experiments: tuple[int, int]
) -> None:
    await sign_in(client, resources.database, "manager")
    assert "Remove" not in text_of(await load(client, PAGE))
    assert (await client.post(f"{PAGE}/datasets/shop/removal")).status_code == 403
    await sign_in(client, resources.database, "editor")
    form = (await load(client, PAGE)).css_first("details form")
    path = form.attributes["action"] or ""
    assert path == f"{PAGE}/datasets/shop/removal"
    response = await client.post(path, data={"reason": "Too old."})
    assert (response.status_code, response.headers["location"]) == (303, PAGE)
    page = await load(client, PAGE)
    assert not page.css("details form")
    assert "shop.removed-1@1" in text_of(page)
    await load(client, f"{PAGE}/experiments/{experiments[0]}")
    await load(client, f"{PAGE}/experiments/{experiments[0]}/cases/a1")
    await load(client, f"{PAGE}/comparison?left={experiments[0]}&right={experiments[1]}")


async def test_what_no_case_asks_becomes_a_case_with_one_click(
    client: AsyncClient, resources: Resources, version: DatasetVersion
) -> None:
    await sign_in(client, resources.database, "editor")
    assert f"{PAGE}/coverage?base=main" in (await client.get(PAGE)).text
    page = await load(client, f"{PAGE}/coverage?base=main")
    shown = text_of(page)
    assert "Refunds cost no fee." in shown
    assert "A refund is paid within 7 days" not in shown  # a case asks it
    (field,) = page.css("input[name=text][value='Refunds cost no fee.']")
    form = field.parent
    assert form is not None
    given = {each.attributes["name"]: each.attributes["value"] for each in form.css("input")}
    address = form.attributes["action"] or ""
    response = await client.post(address, data=given)
    assert response.headers["location"] == f"{PAGE}/proposals?dataset=shop"
    assert "Refunds cost no fee" in text_of(await load(client, f"{PAGE}/proposals?dataset=shop"))
    assert (
        await client.post(address, data=given | {"text": "Nobody says this."})
    ).status_code == 404


@pytest.mark.parametrize(
    "path", [PAGE, f"{PAGE}/experiments/1", f"{PAGE}/comparison?left=1&right=2"]
)
async def test_strangers_and_staff_see_nothing(
    client: AsyncClient, resources: Resources, path: str
) -> None:
    assert (await client.get(path)).status_code in {303, 401}
    await sign_in(client, resources.database, "staff")
    assert (await client.get(path)).status_code == 403
