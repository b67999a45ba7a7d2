"""Cases, replies and experiments made up for tests of what is computed from them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from kefu.evaluation import Behaviour, Case, Experiment, Reply, Result, Split, grade
from kefu.evaluation.records import Cited, Found

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def make_case(**given: Any) -> Case:
    return Case(**{"id": "c", "question": "How long?", "language": "en", "split": "train"} | given)


def make_reply(text: str = "It takes 7 days. [1]", **given: Any) -> Reply:
    cited = Cited(marker=1, uri="/docs/refunds.md", id=None, quote="", text="It takes 7 days.")
    return Reply(
        **{
            "answer": text,
            "behaviour": Behaviour.ANSWER,
            "language": "en",
            "mode": "extractive",
            "confidence": 0.9,
            "citations": (cited,),
            "found": (Found(uri="/docs/refunds.md", id=None),),
            "first_sentence_seconds": 0.5,
            "total_seconds": 1.0,
        }
        | given
    )


def abstain(**given: Any) -> Reply:
    nothing = {"behaviour": Behaviour.ABSTAIN, "citations": (), "first_sentence_seconds": None}
    return make_reply("Sorry, nobody knows.", **nothing | given)


def make_result(case: Case, reply: Reply) -> Result:
    return Result(
        experiment_id=1,
        case_id=case.id,
        case_digest=case.digest,
        asked_digest=case.asked_digest,
        split=Split(case.split),
        tags=case.tags,
        language=case.language,
        expected=case.behaviour,
        reply=reply,
        grades=grade(case, reply),
        is_cached=False,
        replied_at=NOW,
    )


def make_results(
    right: Sequence[bool], *, language: str = "en", prefix: str = "c", split: str = "train"
) -> list[Result]:
    """One result for each, right or wrong."""
    return [
        make_result(
            make_case(id=f"{prefix}{number}", language=language, split=split, facts=(("7 days",),)),
            make_reply("It takes 7 days. [1]" if is_right else "It takes days. [1]"),
        )
        for number, is_right in enumerate(right)
    ]


def make_experiment(**given: Any) -> Experiment:
    return Experiment(
        **{
            "id": 1,
            "name": "",
            "version_id": 1,
            "dataset": "shop",
            "version": 1,
            "base": "main",
            "splits": ["train"],
            "sample": None,
            "seed": 7,
            "judge": None,
            "concurrency": 1,
            "candidate": {},
            "configuration": {},
            "fingerprint": "f",
            "knowledge_digest": "k",
            "endpoint_checks": {},
            "release_id": None,
            "case_count": 100,
            "result_count": 100,
            "is_sealed": True,
            "author": "li",
            "started_at": NOW,
            "finished_at": NOW,
        }
        | given
    )
