"""Cases as JSON Lines."""

from importlib.resources import files

import pytest

from kefu.errors import BadInput
from kefu.evaluation import Behaviour, Split, read_lines, write_lines
from kefu.evaluation.cases import choose_split

DEMO = (files("kefu.demo") / "questions.jsonl").read_text(encoding="utf-8")


def test_the_demo_questions_are_cases() -> None:
    cases = {case.id: case for case in read_lines(DEMO)}
    assert len(cases) == 60
    assert cases["d04"].facts == (("1%", "1 %"), ("10 分钟", "10分钟", "十分钟"))
    assert cases["d04"].split is Split.VALIDATION
    assert cases["d02"].citations == (("faq/faq.jsonl#faq-007",),)
    assert cases["d01"].behaviour is Behaviour.ABSTAIN


def test_what_is_written_reads_as_the_same_cases() -> None:
    lines = [
        DEMO,
        '{"question": "And then?", "history": [{"question": "Hm?", "answer": "Yes."}],'
        ' "forbidden": ["canary"], "audiences": ["staff", "public"], "note": "Old.",'
        ' "citations": [["a.md", "b.md"], ["c.md"]], "behaviour": "procedure"}',
    ]
    cases = read_lines("\n".join(lines))
    assert read_lines(write_lines(cases)) == cases
    assert cases[-1].citations == (("a.md", "b.md"), ("c.md",))
    assert cases[-1].audiences == ("public", "staff")


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("{", "Line 1 is not valid JSON."),
        ("[1]", "Line 1 is no JSON object."),
        ("{}", "Line 1 lacks the field question."),
        ('{"question": " "}', "Line 1 has a bad question: it is empty."),
        ('{"question": "a", "fact": []}', "Line 1 has the unknown field fact; known are id, "),
        ('{"question": "a", "split": "dev2"}', "Line 1 has a bad split: input should be 'train'"),
        ('{"question": "a", "facts": ["7", 7]}', "Line 1 has a bad facts.1: input should be"),
        ('{"question": "a", "facts": [[]]}', "Line 1 has an empty list of alternatives."),
        ('{"question": "a", "behaviour": "abstain", "facts": ["7"]}', "Line 1 expects abstention"),
        ('{"question": "a", "id": "a b"}', "Line 1 has a bad id: write 1 to 80 characters without"),
        ('{"question": "a", "id": "a\\u0000"}', "Line 1 has a bad id: write 1 to 80 characters"),
        ('{"question": "a", "tags": ["b c"]}', "Line 1 has a bad tags.0: write 1 to 40 letters,"),
        ('{"question": "a\\u0000b"}', "Line 1 has a bad question: it holds a NUL character."),
        ('{"question": "a", "facts": ["\\u0000"]}', "Line 1 has a bad facts.0: it holds a NUL"),
        (
            '{"question": "a", "history": [{"question": "b", "answer": "\\u0000"}]}',
            "Line 1 has a bad history.0.answer: it holds a NUL character.",
        ),
    ],
)
def test_a_bad_line_gets_one_sentence(line: str, sentence: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_lines(line)
    assert str(caught.value).startswith(sentence)
    assert len(str(caught.value).splitlines()) == 1


def test_every_bad_line_is_named() -> None:
    good = '{"id": "x", "question": "a"}'
    lines = [good, "{", good.replace("x", "y"), '{"id": "x", "question": "b"}', ""]
    with pytest.raises(BadInput) as caught:
        read_lines("\n".join(lines))
    assert str(caught.value).splitlines() == [
        "Line 2 is not valid JSON.",
        "Line 3 asks the same question as line 1.",
        "Line 4 has the id x as line 1.",
    ]


def test_line_ends_that_json_holds_as_they_are_part_no_case() -> None:
    cases = read_lines('{"question": "a\\u2028b\\u0085c"}\n{"question": "d"}')
    assert read_lines(write_lines(cases)) == cases


def test_a_file_without_cases_is_refused() -> None:
    with pytest.raises(BadInput, match="not 0"):
        read_lines("\n\n")


def test_a_split_that_is_not_given_follows_from_the_question_alone() -> None:
    lines = [f'{{"question": "Question {number}?"}}' for number in range(300)]
    cases = read_lines("\n".join(lines))
    again = read_lines("\n".join(reversed(lines[:50])))
    assert {case.id: case.split for case in again}.items() <= {
        case.id: case.split for case in cases
    }.items()
    shares = {split: sum(case.split is split for case in cases) / 300 for split in Split}
    assert 0.3 < shares[Split.TRAIN] < 0.5
    assert 0.12 < shares[Split.VALIDATION] < 0.28
    assert choose_split("x") is choose_split("x")


def test_what_is_expected_and_what_is_asked_have_digests_of_their_own() -> None:
    plain, other, moved = read_lines(
        '{"id": "1", "question": "a?", "facts": ["x"], "split": "test"}\n'
        '{"id": "2", "question": "b?", "facts": ["x"], "split": "test"}\n'
        '{"id": "3", "question": "a? ", "facts": ["x"], "split": "train", "tags": ["t"]}'
    )
    assert len({plain.asked_digest, other.asked_digest, moved.asked_digest}) == 3
    (tagged,) = read_lines('{"question": "a?", "facts": ["x"], "split": "train", "tags": ["t"]}')
    (changed,) = read_lines('{"question": "a?", "facts": ["y"]}')
    assert tagged.digest == plain.digest
    assert changed.asked_digest == plain.asked_digest
    assert changed.digest != plain.digest
