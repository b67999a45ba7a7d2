"""What a call costs, in millionths of the endpoint's currency."""

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from functools import partial
from typing import Literal

from genai_prices import Usage, calc_price

from kefu.settings import EndpointSettings, Location

Currency = Literal["USD", "CNY", "EUR"]
LISTED: Currency = "USD"
MILLION = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """Money per million tokens; None where nobody knows.

    Attributes:
        is_listed: from the published list, not from the settings.
    """

    input: Decimal | None
    output: Decimal | None
    currency: Currency
    is_listed: bool = False

    @property
    def is_known(self) -> bool:
        """Whether a call can be priced."""
        return self.input is not None and self.output is not None

    def cost_micros(self, *, input_tokens: int, output_tokens: int) -> int | None:
        """Rounded up to a millionth; None without prices.

        A price per million tokens times tokens is a number of millionths.
        """
        if self.input is None or self.output is None:
            return None
        micros = self.input * input_tokens + self.output * output_tokens
        return int(micros.to_integral_value(ROUND_CEILING))


def find_prices(
    given: EndpointSettings, *, url: str, provider: str | None, location: Location
) -> Prices:
    """The prices of the settings, or else the list price, or nothing on one's own premises."""
    if given.input_price is not None or given.output_price is not None:
        return Prices(
            input=given.input_price or Decimal(0),
            output=given.output_price or Decimal(0),
            currency=given.currency,
        )
    if location == "own_premises":
        return Prices(input=Decimal(0), output=Decimal(0), currency=given.currency)
    listed = _find_listed(given.model, url=url, provider=provider)
    if listed is None or given.currency != LISTED:
        return Prices(input=None, output=None, currency=given.currency)
    return Prices(input=listed[0], output=listed[1], currency=LISTED, is_listed=True)


def _find_listed(model: str, *, url: str, provider: str | None) -> tuple[Decimal, Decimal] | None:
    """US dollars per million tokens of input and output."""
    call = partial(
        calc_price,
        model_ref=model,
        provider_id=provider,
        provider_api_url=None if provider else url,
    )
    try:
        return (
            call(Usage(input_tokens=MILLION)).total_price,
            call(Usage(output_tokens=MILLION)).total_price,
        )
    except LookupError:
        return None
