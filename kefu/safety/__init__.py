"""Safety: personal data is masked before it is kept, and text that addresses the model is found.

Visitors whom nobody knows are held to limits, see `kefu.safety.visitors`.
"""

from kefu.safety.injection import Injection, Sign, find_injections, find_signs, neutralise
from kefu.safety.masking import mask_personal_data
from kefu.safety.personal_data import Kind, PersonalDatum, find_personal_data
from kefu.safety.posting import Posted, find_place, post
from kefu.safety.repetition import Repetition
from kefu.safety.secrets import Secret, find_secrets
from kefu.safety.standard_webhooks import make_secret, sign_headers, verify
from kefu.safety.visitors import Act, count_acts, find_network
from kefu.safety.web_addresses import keep_known_addresses

__all__ = [
    "Act",
    "Injection",
    "Kind",
    "PersonalDatum",
    "Posted",
    "Repetition",
    "Secret",
    "Sign",
    "count_acts",
    "find_injections",
    "find_network",
    "find_personal_data",
    "find_place",
    "find_secrets",
    "find_signs",
    "keep_known_addresses",
    "make_secret",
    "mask_personal_data",
    "neutralise",
    "post",
    "sign_headers",
    "verify",
]
