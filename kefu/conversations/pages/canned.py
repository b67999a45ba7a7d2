"""The page on which canned responses are written, looked at as they come out, and deleted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, get_args

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from kefu.accounts import require
from kefu.conversations.canned import MANAGE, VARIABLES, drop_response, fill_in, keep_response
from kefu.conversations.records import CannedResponse, Language
from kefu.conversations.store.desk import list_responses
from kefu.conversations.store.metrics import list_staff_names
from kefu.errors import BadInput, KefuError
from kefu.resources import Resources
from kefu.viewer import Viewer
from kefu.web import OpenResources, RowId, read_form, render_page

HOME = "/desk/canned-responses"
LANGUAGES: tuple[Language, ...] = get_args(Language)
EXAMPLE = {
    "zh": {"customer_name": "王芳", "customer_id": "C-1024", "conversation_id": "7d0c"},
    "en": {"customer_name": "Ada Byron", "customer_id": "C-1024", "conversation_id": "7d0c"},
}
"""Values that a preview fills in."""

router = APIRouter()
Writer = Annotated[Viewer, Depends(require("conversations.write"))]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownResponse:
    """A canned response, and how it comes out."""

    response: CannedResponse
    preview: str
    may_change: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CannedPage:
    """All that the viewer may use.

    Attributes:
        given: what stands in the fields.
        is_old: the fields hold one that is there already, whose name stays.
        preview: of what stands in the field; empty: nobody asked.
        manages: whether the viewer writes for everybody too.
    """

    responses: Sequence[ShownResponse]
    given: Mapping[str, str]
    is_old: bool
    manages: bool
    preview: str = ""
    problem: KefuError | None = None
    variables: Sequence[str] = VARIABLES
    languages: Sequence[Language] = LANGUAGES


@router.get(HOME)
async def show_responses(
    request: Request,
    viewer: Writer,
    resources: OpenResources,
    edit: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
) -> Response:
    """All canned responses, and a form: empty, or with the one to be changed."""
    return await _show(request, resources, viewer, edit=edit)


@router.post(HOME)
async def keep(request: Request, viewer: Writer, resources: OpenResources) -> Response:
    """Keep what stands in the form, or show how it comes out."""
    form = await read_form(request)
    language = _find_language(form)
    if form.get("action") == "preview":
        return await _show(request, resources, viewer, given=form, previewed=form.get("text", ""))
    try:
        if language is None:
            raise BadInput("A canned response is in Chinese or in English.")
        async with resources.database.transaction() as conn:
            await keep_response(
                conn,
                shortcut=form.get("shortcut", "").strip().lstrip("/"),
                text=form.get("text", ""),
                language=language,
                is_own=not form.get("for_all"),
                viewer=viewer,
            )
    except KefuError as problem:
        return await _show(request, resources, viewer, given=form, problem=problem)
    return RedirectResponse(HOME, status_code=303)


@router.post(f"{HOME}/{{response_id}}/delete")
async def delete(response_id: RowId, viewer: Writer, resources: OpenResources) -> Response:
    """Delete one."""
    async with resources.database.transaction() as conn:
        await drop_response(conn, response_id, viewer=viewer)
    return RedirectResponse(HOME, status_code=303)


async def _show(  # noqa: PLR0913 - what may stand on the page
    request: Request,
    resources: Resources,
    viewer: Viewer,
    *,
    edit: int | None = None,
    given: Mapping[str, str] | None = None,
    previewed: str = "",
    problem: KefuError | None = None,
) -> Response:
    async with resources.database.connection() as conn:
        known = await list_responses(conn, viewer.staff_id)
        name = (await list_staff_names(conn)).get(viewer.staff_id or 0, "")
    manages = MANAGE in viewer.permissions
    edited = next((each for each in known if each.id == edit), None)
    page = CannedPage(
        responses=[
            ShownResponse(
                response=each,
                preview=fill_in(each.text, _example(each.language, name)),
                may_change=each.staff_id is not None or manages,
            )
            for each in known
        ],
        given=given or ({} if edited is None else _write(edited)),
        is_old=edited is not None or bool(given and given.get("is_old")),
        manages=manages,
        preview=fill_in(previewed, _example(_find_language(given or {}) or "en", name)),
        problem=problem,
    )
    status = 200 if problem is None else problem.status
    return render_page(request, "conversations/canned.html", page, status=status)


def _find_language(form: Mapping[str, str]) -> Language | None:
    return next((each for each in LANGUAGES if form.get("language") == each), None)


def _example(language: Language, name: str) -> Mapping[str, str]:
    return EXAMPLE[language] | {"staff_name": name}


def _write(response: CannedResponse) -> dict[str, str]:
    return {
        "shortcut": response.shortcut,
        "text": response.text,
        "language": response.language,
        "for_all": "" if response.staff_id else "yes",
    }
