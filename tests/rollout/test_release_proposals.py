"""Everything live is a release, and a change of it waits."""

from dataclasses import replace

import psycopg
import pytest
from released import AUTHOR, SHIPPED_ANSWER, propose_setting, save_shorter, with_retrieval

from kefu.db import Connection
from kefu.errors import BadInput, Conflict, NotFound
from kefu.prompts import Label, PromptKey, label_version, save_prompt
from kefu.releases import MoveKind, Release, get_live, list_moves, list_releases
from kefu.resources import Resources
from kefu.rollout import Changes, begin, list_changes, propose

ANSWER = PromptKey(name="answer", language="en")


async def test_what_answers_at_the_first_start_is_the_first_release(
    conn: Connection, resources: Resources
) -> None:
    live = (await begin(conn, resources)).live
    assert [each.name for each in live.content.endpoints] == ["first", "second"]
    assert live.content.settings["retrieval.top_k"] == resources.settings.retrieval.top_k
    assert live.content.settings["routing.conversation_class"] == "internal"
    assert live.content.prompts["answer.en"].number == 0
    assert [each.kind for each in await list_moves(conn)] == [MoveKind.FIRST]


async def test_another_start_changes_nothing(
    conn: Connection, resources: Resources, live: Release
) -> None:
    began = await begin(conn, resources)
    assert (began.live.id, began.proposed) == (live.id, None)
    assert len(await list_releases(conn)) == 1


async def test_changed_settings_wait_as_a_release_of_their_own(
    conn: Connection, resources: Resources, live: Release
) -> None:
    began = await begin(conn, with_retrieval(resources, top_k=4))
    assert began.live.id == live.id
    assert began.proposed is not None
    (change,) = list_changes(live.content, began.proposed.content)
    assert str(change) == "retrieval.top_k: 10 -> 4"
    assert (await get_live(conn)).id == live.id


async def test_settings_that_stay_as_they_were_propose_nothing_after_a_promotion(
    conn: Connection, resources: Resources, live: Release
) -> None:
    await propose_setting(conn, resources, top_k=7)
    assert (await begin(conn, resources)).proposed is None


async def test_an_upgrade_of_kefu_is_a_release_that_is_live(
    conn: Connection, resources: Resources, live: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kefu.__version__", "9.9.9")
    began = await begin(conn, resources)
    assert began.live.id != live.id
    assert began.live.content == replace(live.content, kefu="9.9.9")
    assert (await list_moves(conn))[0].kind is MoveKind.UPGRADED
    assert began.proposed is None


async def test_a_change_is_a_release_that_waits(
    conn: Connection, resources: Resources, live: Release
) -> None:
    named = await save_shorter(conn)
    changes = Changes(
        prompts=[named], endpoints=["second"], settings={"answering.max_sentences": "3"}
    )
    release = await propose(conn, resources, changes, author=AUTHOR, note="Shorter.")
    assert [each.kind for each in list_changes(live.content, release.content)] == [
        "endpoints",
        "prompt",
        "setting",
    ]
    assert release.content.settings["answering.max_sentences"] == 3
    assert (release.author, release.note, release.live_count) == (AUTHOR, "Shorter.", 0)
    assert (await get_live(conn)).id == live.id


async def test_the_same_change_makes_no_other_release(
    conn: Connection, resources: Resources, live: Release
) -> None:
    one = await propose_setting(conn, resources, top_k=7)
    assert (await propose_setting(conn, resources, top_k=7)).id == one.id


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (Changes(), "Nothing would change"),
        (Changes(settings={"retrieval.top_k": 10}), "Nothing would change"),
        (Changes(settings={"retrieval.top_k": 0}), "cannot be 0"),
        (Changes(settings={"retrieval.ef_search": 99}), "holds no"),
        (Changes(settings={"server.port": 99}), "holds no"),
        (Changes(prompts=["summarise.en@shipped"]), "not summarise.en"),
        (Changes(prompts=["?"]), "names no prompt"),
        (Changes(endpoints=["none", "first"]), "either"),
    ],
)
async def test_what_cannot_be_released_is_refused(
    conn: Connection, resources: Resources, live: Release, changes: Changes, told: str
) -> None:
    with pytest.raises(BadInput, match=told):
        await propose(conn, resources, changes, author=AUTHOR)


@pytest.mark.parametrize(
    "changes", [Changes(endpoints=["third"]), Changes(prompts=["answer.en@4"])]
)
async def test_what_is_not_there_cannot_be_released(
    conn: Connection, resources: Resources, live: Release, changes: Changes
) -> None:
    with pytest.raises(NotFound):
        await propose(conn, resources, changes, author=AUTHOR)


async def test_a_prompt_with_an_error_cannot_be_released(
    conn: Connection, resources: Resources, live: Release
) -> None:
    version = await save_prompt(
        conn,
        "---\nname: answer\nlanguage: en\npurpose: Answer.\n---\n\n## Role\n\nYou answer.\n",
        author=AUTHOR,
    )
    with pytest.raises(BadInput, match="lint finds errors"):
        await propose(
            conn, resources, Changes(prompts=[f"answer.en@{version.number}"]), author=AUTHOR
        )


async def test_a_version_with_the_text_that_is_live_makes_no_release(
    conn: Connection, resources: Resources, live: Release
) -> None:
    same = f"answer.en@{(await save_prompt(conn, SHIPPED_ANSWER, author=AUTHOR)).number}"
    with pytest.raises(BadInput, match="Nothing would change: what is live holds all of this"):
        await propose(conn, resources, Changes(prompts=[same]), author=AUTHOR)
    assert len(await list_releases(conn)) == 1
    setting = {"retrieval.top_k": 7}
    release = await propose(
        conn, resources, Changes(prompts=[same], settings=setting), author=AUTHOR
    )
    assert [each.kind for each in list_changes(live.content, release.content)] == ["setting"]


async def test_a_prompt_of_the_live_release_goes_live_with_a_release_only(
    conn: Connection, resources: Resources, live: Release
) -> None:
    await save_shorter(conn)
    with pytest.raises(Conflict, match="kefu releases propose --prompt"):
        await label_version(conn, ANSWER, 1, Label.LIVE, author=AUTHOR)
    await label_version(conn, ANSWER, 1, Label.CANDIDATE, author=AUTHOR)


async def test_a_release_never_changes(conn: Connection, live: Release) -> None:
    with pytest.raises(psycopg.errors.RaiseException, match="only added to"):
        await conn.execute("update releases set note = 'other'")
