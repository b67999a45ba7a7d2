"""Conversations and models that tests of the copilot make up."""

from dataclasses import replace

from kefu.accounts import AUDIENCES, PERMISSIONS
from kefu.copilot import Line, Speaker
from kefu.llm import ScriptedEndpoint
from kefu.resources import Resources
from kefu.viewer import Viewer

STAFF = Viewer(
    name="mia@example.com",
    audiences=AUDIENCES["staff"],
    permissions=frozenset(PERMISSIONS["staff"]),
)


def with_model(resources: Resources, *deltas: str) -> tuple[Resources, ScriptedEndpoint]:
    """The resources with a model that says this."""
    endpoint = ScriptedEndpoint(deltas)
    return replace(resources, endpoint=endpoint), endpoint


def talk(*texts: str) -> list[Line]:
    """Lines from "C: ...", "S: ..." and "B: ..."."""
    speakers = {"C": Speaker.CUSTOMER, "S": Speaker.STAFF, "B": Speaker.CHATBOT}
    return [Line(speaker=speakers[text[0]], text=text[3:]) for text in texts]
