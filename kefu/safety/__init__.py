"""Safety: personal data is found and masked before anything is kept that need not name anybody."""

from kefu.safety.masking import mask_personal_data
from kefu.safety.personal_data import Kind, PersonalDatum, find_personal_data

__all__ = ["Kind", "PersonalDatum", "find_personal_data", "mask_personal_data"]
