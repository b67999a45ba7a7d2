"""Commands of answering: ask, and compare prompts or endpoints."""

from kefu.answering.commands.ask import ask_command, print_answer
from kefu.answering.commands.compare import compare_endpoints_command, compare_prompts_command

__all__ = ["ask_command", "compare_endpoints_command", "compare_prompts_command", "print_answer"]
