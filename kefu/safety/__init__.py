"""Safety: personal data is masked before it is kept, and text that addresses the model is found."""

from kefu.safety.injection import Injection, Sign, find_injections, find_signs, neutralise
from kefu.safety.masking import mask_personal_data
from kefu.safety.personal_data import Kind, PersonalDatum, find_personal_data
from kefu.safety.repetition import Repetition
from kefu.safety.web_addresses import keep_known_addresses

__all__ = [
    "Injection",
    "Kind",
    "PersonalDatum",
    "Repetition",
    "Sign",
    "find_injections",
    "find_personal_data",
    "find_signs",
    "keep_known_addresses",
    "mask_personal_data",
    "neutralise",
]
