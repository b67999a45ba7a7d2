"""The pages of prompts: list, one prompt with its versions, differences, and the form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from kefu.accounts import require
from kefu.db import Connection
from kefu.errors import BadInput, Conflict, KefuError
from kefu.prompts.differences import DiffLine, list_differences
from kefu.prompts.records import (
    SHIPPED,
    Finding,
    Label,
    Labelling,
    PromptKey,
    PromptSummary,
    Version,
)
from kefu.prompts.references import parse_reference
from kefu.prompts.specification import LONGEST_TEXT, parse_specification
from kefu.prompts.store import list_labellings
from kefu.prompts.versions import (
    LONGEST_NOTE,
    current_labels,
    label_version,
    lint_specification,
    list_history,
    list_prompts,
    read_version,
    restore_version,
    save_prompt,
)
from kefu.releases import find_live
from kefu.viewer import Viewer
from kefu.web import OpenResources, read_form, render_page

LARGEST_NUMBER = 2**31 - 1
MOST_DIGITS = 10
CHECK = "check"

router = APIRouter(
    prefix="/admin/prompts",
    include_in_schema=False,
    dependencies=[Depends(require("prompts.read"))],
)

Editor = Annotated[Viewer, Depends(require("prompts.write"))]
KeyPath = Annotated[str, Path(max_length=70)]
Number = Annotated[int | None, Query(ge=SHIPPED, le=LARGEST_NUMBER)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPage:
    """Every prompt."""

    prompts: Sequence[PromptSummary]


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptPage:
    """One prompt.

    Attributes:
        shown: the version whose text and findings are shown.
        labels: by number of the version, the labels it has.
        labellings: who labelled what, the latest first.
        is_released: whether the prompt goes live with releases.
    """

    key: PromptKey
    shown: Version
    purpose: str
    findings: Sequence[Finding]
    versions: Sequence[Version]
    labels: Mapping[int, Sequence[Label]]
    labellings: Sequence[Labelling]
    is_released: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffPage:
    """What changed from one version to another."""

    key: PromptKey
    left: Version
    right: Version
    lines: Sequence[DiffLine]
    versions: Sequence[Version]


@dataclass(frozen=True, slots=True, kw_only=True)
class EditPage:
    """The form.

    Attributes:
        latest: the last version when the text was begun; SHIPPED if there was none.
        seen: that number, where somebody saved another version since; `latest` is that one then.
        problem: why the text is not saved.
        was_checked: whether the findings are those of the text in the form.
    """

    key: PromptKey
    text: str
    latest: int
    note: str = ""
    seen: int | None = None
    problem: KefuError | None = None
    was_checked: bool = False
    findings: Sequence[Finding] = field(default_factory=list)
    longest_text: int = LONGEST_TEXT
    longest_note: int = LONGEST_NOTE


@router.get("")
async def show_prompts(request: Request, resources: OpenResources) -> Response:
    """Every key with its labels."""
    async with resources.database.connection() as conn:
        page = ListPage(prompts=await list_prompts(conn))
    return render_page(request, "prompts/list.html", page)


@router.get("/{prompt}")
async def show_prompt(
    request: Request, prompt: KeyPath, resources: OpenResources, version: Number = None
) -> Response:
    """One key: a version with what lint finds in it, and all versions."""
    key = _key(prompt)
    async with resources.database.connection() as conn:
        versions = await list_history(conn, key)
        labels = await current_labels(conn, key)
        shown = await _choose(conn, key, version, versions=versions, labels=labels)
        labellings = await list_labellings(conn, key)
        live = await find_live(conn)
    specification = parse_specification(shown.text)
    page = PromptPage(
        key=key,
        shown=shown,
        purpose=specification.purpose,
        findings=lint_specification(specification),
        versions=versions,
        labels={
            each.number: [label for label in Label if labels.get(label) == each.number]
            for each in versions
        },
        labellings=labellings,
        is_released=live is not None and str(key) in live.content.prompts,
    )
    return render_page(request, "prompts/prompt.html", page)


@router.get("/{prompt}/diff")
async def show_difference(
    request: Request,
    prompt: KeyPath,
    resources: OpenResources,
    left: Number = None,
    right: Number = None,
) -> Response:
    """What changed from one version to another; without any, from the live one to the latest."""
    key = _key(prompt)
    async with resources.database.connection() as conn:
        versions = await list_history(conn, key)
        labels = await current_labels(conn, key)
        before = await _choose(conn, key, left, versions=versions, labels=labels)
        after = versions[0] if right is None else await read_version(conn, key, right)
    page = DiffPage(
        key=key,
        left=before,
        right=after,
        lines=list_differences(before.text, after.text),
        versions=versions,
    )
    return render_page(request, "prompts/diff.html", page)


@router.get("/{prompt}/edit", dependencies=[Depends(require("prompts.write"))])
async def show_form(
    request: Request, prompt: KeyPath, resources: OpenResources, version: Number = None
) -> Response:
    """The form, with the text of a version or of the latest."""
    key = _key(prompt)
    async with resources.database.connection() as conn:
        versions = await list_history(conn, key)
        shown = versions[0] if version is None else await read_version(conn, key, version)
    page = EditPage(key=key, text=shown.text, latest=versions[0].number)
    return render_page(request, "prompts/edit.html", page)


@router.post("/{prompt}/versions")
async def save(
    request: Request, prompt: KeyPath, resources: OpenResources, editor: Editor
) -> Response:
    """Save a text as the draft, or only check it; what cannot be saved comes back."""
    key = _key(prompt)
    form = await read_form(request)
    given = EditPage(
        key=key,
        text=form.get("text", ""),
        note=form.get("note", ""),
        latest=_number(form, "latest") if "latest" in form else LARGEST_NUMBER,
    )
    try:
        if form.get("action") == CHECK:
            findings = lint_specification(parse_specification(given.text))
            page = replace(given, was_checked=True, findings=findings)
            return render_page(request, "prompts/edit.html", page)
        async with resources.database.transaction() as conn:
            version = await save_prompt(
                conn, given.text, author=editor.name, note=given.note, key=key, seen=given.latest
            )
    except (BadInput, Conflict) as error:
        page = replace(given, problem=error)
        if isinstance(error, Conflict):
            async with resources.database.connection() as conn:
                latest = (await list_history(conn, key))[0].number
            page = replace(page, latest=latest, seen=given.latest)
        return render_page(request, "prompts/edit.html", page, status=error.status)
    return _back(key, version.number)


@router.post("/{prompt}/labels")
async def label(
    request: Request, prompt: KeyPath, resources: OpenResources, editor: Editor
) -> Response:
    """Give a label to a version."""
    key = _key(prompt)
    form = await read_form(request)
    wanted = next((each for each in Label if each == form.get("label")), None)
    if wanted is None:
        raise BadInput("The label is draft, candidate or live.")
    number = _number(form)
    async with resources.database.transaction() as conn:
        await label_version(conn, key, number, wanted, author=editor.name)
    return _back(key, number)


@router.post("/{prompt}/restorations")
async def restore(
    request: Request, prompt: KeyPath, resources: OpenResources, editor: Editor
) -> Response:
    """Make an earlier text the draft again."""
    key = _key(prompt)
    number = _number(await read_form(request))
    async with resources.database.transaction() as conn:
        version = await restore_version(conn, key, number, author=editor.name)
    return _back(key, version.number)


async def _choose(
    conn: Connection,
    key: PromptKey,
    number: int | None,
    *,
    versions: Sequence[Version],
    labels: Mapping[Label, int],
) -> Version:
    """The version asked for, else the live one, else the latest."""
    if number is None:
        number = labels.get(Label.LIVE, versions[0].number)
    return await read_version(conn, key, number)


def _key(text: str) -> PromptKey:
    name, dot, language = text.rpartition(".")
    if not dot or language not in {"zh", "en"}:
        raise BadInput("A key is named as in answer.en.")
    return parse_reference(f"{name}.{language}").key


def _number(form: Mapping[str, str], name: str = "number") -> int:
    number = form.get(name, "")
    is_number = number.isascii() and number.isdigit() and len(number) <= MOST_DIGITS
    if not is_number or int(number) > LARGEST_NUMBER:
        raise BadInput("The number of the version is missing.")
    return int(number)


def _back(key: PromptKey, number: int) -> RedirectResponse:
    query = urlencode({"version": number})
    return RedirectResponse(f"/admin/prompts/{key}?{query}", status_code=303)
