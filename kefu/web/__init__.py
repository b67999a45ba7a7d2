"""The edge all pages and routes share: errors, languages, templates, Markdown, streams, guards."""

from kefu.web.disconnection import finish_unless_gone
from kefu.web.events import EventStream, format_event
from kefu.web.forms import local_path, read_day, read_form
from kefu.web.gate import Gate
from kefu.web.guards import SAFE_METHODS, BodyLimit, SameOrigin, SecurityHeaders, is_foreign
from kefu.web.languages import (
    LANGUAGE_COOKIE,
    LANGUAGES,
    Language,
    choose_language,
    list_translations,
)
from kefu.web.markdown import render_answer, render_excerpt
from kefu.web.problems import (
    PROBLEMS,
    LastResort,
    OpenAIProblemBody,
    Problem,
    ProblemBody,
    describe,
    install_problem_handlers,
    list_problems,
    respond,
)
from kefu.web.rendering import THEME_COOKIE, THEMES, note_viewer, render, render_page
from kefu.web.state import OpenResources, RowId, enter_gate
from kefu.web.static_files import Static
from kefu.web.trees import Element, Node, build_tree
from kefu.web.visiting import find_host, limit_visitor

__all__ = [
    "LANGUAGES",
    "LANGUAGE_COOKIE",
    "PROBLEMS",
    "SAFE_METHODS",
    "THEMES",
    "THEME_COOKIE",
    "BodyLimit",
    "Element",
    "EventStream",
    "Gate",
    "Language",
    "LastResort",
    "Node",
    "OpenAIProblemBody",
    "OpenResources",
    "Problem",
    "ProblemBody",
    "RowId",
    "SameOrigin",
    "SecurityHeaders",
    "Static",
    "build_tree",
    "choose_language",
    "describe",
    "enter_gate",
    "find_host",
    "finish_unless_gone",
    "format_event",
    "install_problem_handlers",
    "is_foreign",
    "limit_visitor",
    "list_problems",
    "list_translations",
    "local_path",
    "note_viewer",
    "read_day",
    "read_form",
    "render",
    "render_answer",
    "render_excerpt",
    "render_page",
    "respond",
]
