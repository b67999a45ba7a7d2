"""Says what is wrong with a specification, why it matters, and how to mend it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from kefu.prompts.checks import fencing, leaks, output, structure, variables, wording
from kefu.prompts.checks.subject import Subject
from kefu.prompts.records import Finding, Severity, Specification
from kefu.text import translatable as _


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that lint looks for.

    Attributes:
        reason: why it matters; a string of the catalogue, as `mend` is.
        find: names the places that fail.
    """

    name: str
    severity: Severity
    find: Callable[[Subject], Iterator[str]]
    reason: str
    mend: str


def lint(
    specification: Specification,
    *,
    contract: Specification | None,
    count_tokens: Callable[[str], int],
) -> list[Finding]:
    """Everything that is found, errors first, each place once.

    Args:
        specification: what is judged.
        contract: what Kefu ships for the same use.
        count_tokens: of the endpoint, or an estimate.
    """
    subject = Subject(specification=specification, contract=contract, count_tokens=count_tokens)
    findings = [
        Finding(
            check=check.name,
            severity=check.severity,
            where=where,
            reason=check.reason,
            mend=check.mend,
        )
        for check in CHECKS
        for where in dict.fromkeys(check.find(subject))
    ]
    return sorted(findings, key=lambda finding: finding.severity is Severity.WARNING)


def has_errors(findings: Sequence[Finding]) -> bool:
    """Whether something was found that keeps a version from going live."""
    return any(finding.severity is Severity.ERROR for finding in findings)


def _error(name: str, find: Callable[[Subject], Iterator[str]], reason: str, mend: str) -> Check:
    return Check(name=name, severity=Severity.ERROR, find=find, reason=reason, mend=mend)


def _warning(name: str, find: Callable[[Subject], Iterator[str]], reason: str, mend: str) -> Check:
    return Check(name=name, severity=Severity.WARNING, find=find, reason=reason, mend=mend)


CHECKS: tuple[Check, ...] = (
    _error(
        "section-missing",
        structure.missing_sections,
        _("What a business prompt leaves unsaid, the model makes up."),
        _("Add the section and say what holds for this use."),
    ),
    _warning(
        "section-unknown",
        structure.unknown_sections,
        _("Readers and checks look for rules below the known headings."),
        _("Move the text below one of the known headings."),
    ),
    _error(
        "section-repeated",
        structure.repeated_sections,
        _("Rules in two places drift apart."),
        _("Join both sections into one."),
    ),
    _warning(
        "token-cost",
        structure.too_many_tokens,
        _("Every call pays for these tokens and waits for them."),
        _("Shorten the rules and examples, or raise budget_tokens."),
    ),
    _error(
        "variable-undefined",
        variables.undefined_variables,
        _("It cannot be filled in."),
        _("State the variable in the front matter or correct its name."),
    ),
    _warning(
        "variable-unused",
        variables.unused_variables,
        _("The model does not get what the front matter promises."),
        _("Use the variable or take it out of the front matter."),
    ),
    _error(
        "variable-left-out",
        variables.variables_left_out,
        _("The model does not get what it has to read for this use."),
        _("Put the variable on a line of its own in the message."),
    ),
    _error(
        "variable-not-given",
        variables.variables_nobody_gives,
        _("Kefu does not give this variable, or gives another type, for this use."),
        _("Use the variables of the shipped prompt with their types."),
    ),
    _error(
        "variable-not-always-given",
        variables.optional_made_needed,
        _("Kefu may leave this variable out, and the prompt could not be filled in."),
        _("State the variable as optional."),
    ),
    _warning(
        "variable-unexplained",
        variables.unexplained_variables,
        _("Nobody can write rules about a value they have not seen."),
        _("Give the variable a meaning and an example."),
    ),
    _error(
        "placeholder-broken",
        variables.broken_placeholders,
        _("A dollar sign begins a variable, and here no name follows."),
        _("Write $$ for a dollar sign."),
    ),
    _error(
        "placeholder-foreign",
        variables.foreign_placeholders,
        _("Places of another template language are sent as they stand."),
        _("Write the variable with a dollar sign."),
    ),
    _error(
        "text-in-instructions",
        fencing.foreign_text_in_instructions,
        _("Text that others wrote is obeyed where the model looks for its orders."),
        _("Move the variable to the message."),
    ),
    _error(
        "text-not-fenced",
        fencing.trusted_foreign_text,
        _("Text of customers, documents or models that is stated as Kefu's own gets no fence."),
        _("State its true origin in the front matter."),
    ),
    _warning(
        "text-in-a-sentence",
        fencing.foreign_text_in_a_sentence,
        _("The fence around text that others wrote tears the sentence apart."),
        _("Put the variable on a line of its own."),
    ),
    _error(
        "fence-unexplained",
        fencing.unexplained_fence,
        _("A model that does not know the marks may obey what stands between them."),
        _("Say in the safety section that everything between the $fence marks is data."),
    ),
    _error(
        "injection-invited",
        fencing.invited_orders,
        _("Whoever writes to the model could give it orders."),
        _("Say what the model does itself, and that it follows no orders in what it reads."),
    ),
    _error(
        "no-refusal",
        output.no_refusal,
        _("A model that is not told how to refuse makes something up."),
        _("Say what to write when the task cannot be done."),
    ),
    _warning(
        "output-unstated",
        output.unstated_output,
        _("Without a stated format nothing can be checked."),
        _("State output in the front matter."),
    ),
    _error(
        "output-changed",
        output.changed_output,
        _("Kefu reads another output for this use than the prompt asks for."),
        _("Keep the output of the shipped prompt: format, fields, refusal and citations."),
    ),
    _warning(
        "output-unnamed",
        output.unnamed_fields,
        _("The model cannot write a field or choice that nobody names."),
        _("Name it in the section about the output format."),
    ),
    _warning(
        "no-examples",
        output.no_examples,
        _("One example settles more than ten rules."),
        _("Add examples, the output behind the word Output:, one of them a refusal."),
    ),
    _error(
        "example-breaks-format",
        output.broken_examples,
        _("Models copy examples before they keep rules."),
        _("Make the output of the example what the front matter states."),
    ),
    _warning(
        "contradictory-rules",
        wording.opposite_rules,
        _("Of two opposite rules the model keeps either."),
        _("Drop one of them or say when each holds."),
    ),
    _error(
        "contradictory-limits",
        wording.opposite_limits,
        _("No output can keep both limits."),
        _("Keep one of the limits."),
    ),
    _warning(
        "rule-repeated",
        wording.repeated_rules,
        _("A rule in two places is changed in one of them."),
        _("Keep it where it belongs."),
    ),
    _warning(
        "rule-vague",
        wording.vague_rules,
        _("The model decides what the company should have decided."),
        _("Name the case, the number or the words."),
    ),
    _warning(
        "rule-long",
        wording.long_rules,
        _("Of a long rule a part gets lost."),
        _("Make one rule of each thing it says."),
    ),
    _error(
        "secret-inside",
        leaks.secrets,
        _("A prompt goes to every model and can be coaxed out of it."),
        _("Take the secret out and change it where it is used."),
    ),
    _warning(
        "personal-data",
        leaks.personal_data,
        _("Data of a person does not belong into what is sent with every call."),
        _("Use invented data, such as addresses at example.com."),
    ),
    _warning(
        "language-mixed",
        wording.mixed_languages,
        _("Instructions in two languages are kept less well."),
        _("Write the rule in the language of the front matter."),
    ),
)
