"""What stands at the beginning of a Markdown file: YAML that people wrote by hand."""

import yaml


class BadYaml(ValueError):
    """It cannot be read; `line` counts from 1 where it is known."""

    def __init__(self, line: int | None) -> None:
        """Take where it cannot be read."""
        super().__init__("The YAML cannot be read.")
        self.line = line


def read_yaml(block: str) -> object:
    """Plain values, lists and mappings.

    Raises:
        BadYaml: it is no YAML, or what a tag announces does not follow.
    """
    try:
        return yaml.safe_load(block)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise BadYaml(mark.line + 1 if mark else None) from error
    except (yaml.YAMLError, ValueError, RecursionError, LookupError, AttributeError) as error:
        # What follows !!int, !!bool or !!timestamp is taken for granted by the library.
        raise BadYaml(None) from error


def refers_back(block: str) -> bool:
    """Whether it names a part of itself, which a few lines can do more often than memory holds."""
    try:
        return any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(block))
    except yaml.YAMLError:  # where, `read_yaml` tells
        return False
