"""Files that are prompts, and files that are not."""

import pytest
from specifications import FRONT, GOOD, spoil

from kefu.errors import BadInput
from kefu.prompts import (
    OutputKind,
    PromptKey,
    SectionName,
    VariableType,
    list_shipped,
    parse_specification,
    plain_specification,
    render,
)


def test_a_file_becomes_a_specification() -> None:
    specification = parse_specification(GOOD)
    assert specification.key == PromptKey(name="sort", language="en")
    assert [each.name for each in specification.sections] == list(SectionName)
    assert specification.body(SectionName.ROLE) == "You sort the letters of a shop."
    assert specification.output is not None
    assert specification.output.kind is OutputKind.CHOICE
    (letter,) = specification.variables
    assert (letter.type, letter.is_foreign) == (VariableType.TEXT, True)


def test_headings_inside_a_fence_are_text() -> None:
    example = "```\n## Role\n\nNot a section.\n```\n\nLetter: Hello!"
    specification = spoil(("Letter: Hello!", example))
    assert "## Role" in specification.body(SectionName.EXAMPLES)
    assert "Not a section" not in specification.body(SectionName.ROLE)


def test_line_ends_and_byte_order_marks_make_no_other_text() -> None:
    windows = "\ufeff" + GOOD.replace("\n", "\r\n") + "\r\n\r\n"
    assert parse_specification(windows).text == parse_specification(GOOD).text


DOUBLED = "\n".join(
    ["a0: &a0 {k: v}", *(f"a{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}]}}" for n in range(1, 60))]
)
"""Each line holds the one before twice: read as YAML, more than there is room for."""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Answer the question.", "no front matter"),
        ("---\nname: [\n---\n", "not valid YAML"),
        ("---\nname: &a x\nlanguage: *a\n---\n", "write it out"),
        (f"---\nname: {'[' * 3000}\n---\n", "not valid YAML"),
        ("---\n- x\n---\n", "holds no fields"),
        (f"---\n{DOUBLED}\n---\n", "refers back to itself"),
        ("---\nname: !!bool maybe\n---\n", "not valid YAML"),
        ("---\nname: !!timestamp today\n---\n", "not valid YAML"),
        ("---\nname: !!int ''\n---\n", "not valid YAML"),
        (GOOD.replace("  letter:", "  letter: text\n  more:"), "fields are missing"),
        ("---\nname: sort\nlanguage: en\n---\n", "purpose"),
        (GOOD.replace("name: sort", "name: ../sort"), "name"),
        (GOOD.replace("language: en", "language: fr"), "language"),
        (GOOD.replace("type: text", "type: poem"), "letter.type"),
        (GOOD.replace("origin: customer", "from: customer"), "letter.from"),
        (GOOD.replace("  letter:", "  fence:"), "cannot be called"),
        (GOOD.replace("  letter:", "  Letter-1:"), "cannot be called"),
        (GOOD.replace("  choices: [refund, other]\n", ""), "has choices"),
        (GOOD.replace("format: choice", "format: json"), "choices"),
        (GOOD.replace("  format: choice\n  choices: [refund, other]", "  format: json"), "fields"),
        (FRONT + "\0", "NUL"),
        (FRONT + "a" * 60_000, "longer than 50000"),
    ],
)
def test_what_is_no_specification_is_refused_in_one_sentence(text: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        parse_specification(text)


def test_a_bare_line_is_given_the_same_texts_fenced() -> None:
    like = next(each for each in list_shipped() if each.key.name == "answer")
    bare = plain_specification("Answer for $5, please.", like=like)
    sent = render(bare, {"excerpts": "E", "question": "Q", "language": "en"})
    assert sent.instructions == "Answer for $5, please."
    assert sent.message.count("<question data-") == 1
    assert "NO_ANSWER" not in sent.message


def test_an_empty_line_is_no_prompt() -> None:
    with pytest.raises(BadInput, match="empty"):
        plain_specification(" \n", like=list_shipped()[0])
