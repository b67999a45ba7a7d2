"""Prompts: what language models are told, as specifications with versions.

A specification is one Markdown file: role, task scope, business rules, interaction style, safety,
output format, examples, and the message that carries the data. Kefu ships one for every use; a
company saves its own versions beside it, has them checked, and labels one of them live.
"""

from kefu.prompts.lint import CHECKS, Check, has_errors, lint
from kefu.prompts.records import (
    SHIPPED,
    Finding,
    Label,
    Labelling,
    LivePrompt,
    Origin,
    OutputFormat,
    OutputKind,
    PromptKey,
    PromptSummary,
    Rendered,
    SectionName,
    Severity,
    Specification,
    Value,
    Variable,
    VariableType,
    Version,
)
from kefu.prompts.references import (
    load_text,
    parse_reference,
    read_reference,
    read_specification,
)
from kefu.prompts.rendering import read_values, render
from kefu.prompts.shipped import list_shipped
from kefu.prompts.specification import parse_specification, plain_specification
from kefu.prompts.versions import (
    follow_release,
    label_version,
    lint_specification,
    list_prompts,
    load_live,
    read_version,
    refuse_errors,
    restore_version,
    save_prompt,
)

__all__ = [
    "CHECKS",
    "SHIPPED",
    "Check",
    "Finding",
    "Label",
    "Labelling",
    "LivePrompt",
    "Origin",
    "OutputFormat",
    "OutputKind",
    "PromptKey",
    "PromptSummary",
    "Rendered",
    "SectionName",
    "Severity",
    "Specification",
    "Value",
    "Variable",
    "VariableType",
    "Version",
    "follow_release",
    "has_errors",
    "label_version",
    "lint",
    "lint_specification",
    "list_prompts",
    "list_shipped",
    "load_live",
    "load_text",
    "parse_reference",
    "parse_specification",
    "plain_specification",
    "read_reference",
    "read_specification",
    "read_values",
    "read_version",
    "refuse_errors",
    "render",
    "restore_version",
    "save_prompt",
]
