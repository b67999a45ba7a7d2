from filling import fill, main_base

from kefu.resources import Resources
from kefu.retrieval import read_around, search, weigh_terms
from kefu.viewer import ANONYMOUS, OPERATOR

PARTS = "\n\n".join(f"## Part {n}\n\n{'Wheel ' * 60}number {n}." for n in range(9))


async def test_the_chunks_around_a_hit_are_read_in_order(resources: Resources) -> None:
    await fill(resources, {"Wheels": PARTS, "Other": "Nothing."}, embed=False)
    (hit,) = await search(resources, "number 4", viewer=ANONYMOUS, top_k=1)
    base = await main_base(resources)
    around = await read_around(resources, [hit], viewer=ANONYMOUS, base=base, before=1, after=2)
    assert [each.position - hit.position for each in around] == [-1, 1, 2]
    assert {each.document_id for each in around} == {hit.document_id}
    assert {each.score for each in around} == {0.0}


async def test_what_a_viewer_may_not_read_is_not_around(resources: Resources) -> None:
    await fill(resources, {"Wheels": PARTS}, audience="staff", embed=False)
    (hit,) = await search(resources, "number 4", viewer=OPERATOR, top_k=1)
    place = {"base": await main_base(resources), "before": 1, "after": 1}
    assert len(await read_around(resources, [hit], viewer=OPERATOR, **place)) == 2
    assert await read_around(resources, [hit], viewer=ANONYMOUS, **place) == []


async def test_nothing_is_around_nothing(resources: Resources) -> None:
    await fill(resources, {"Wheels": PARTS}, embed=False)
    place = {"base": await main_base(resources), "before": 1, "after": 1}
    assert await read_around(resources, [], viewer=ANONYMOUS, **place) == []


async def test_a_word_is_held_where_the_viewer_may_read_it(resources: Resources) -> None:
    await fill(resources, {"Wheels": "Wheels are round."}, embed=False)
    await fill(resources, {"Secret": "Wheels by Nokian."}, audience="staff", embed=False)
    base, terms = await main_base(resources), ["wheel", "nokian", "caddi"]
    held = {
        viewer: (await weigh_terms(resources, terms, viewer=viewer, base=base)).held
        for viewer in (ANONYMOUS, OPERATOR)
    }
    assert held == {ANONYMOUS: {"wheel"}, OPERATOR: {"wheel", "nokian"}}
