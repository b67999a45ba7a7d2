"""The arithmetic that tells a real number from a row of digits."""

from datetime import date

ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ID_CHECK_CHARACTERS = "10X98765432"
OLDEST_BIRTH_YEAR = 1900
LAST_BIRTH_YEAR = 2100
PROVINCES = frozenset(
    (
        *(11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46),
        *(50, 51, 52, 53, 54, 61, 62, 63, 64, 65, 71, 81, 82, 83, 91),
    )
)
"""First two digits of a Chinese identity number (GB/T 2260)."""


def passes_luhn(digits: str) -> bool:
    """The check digit of bank cards (ISO/IEC 7812-1)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def is_chinese_id(number: str) -> bool:
    """An identity number of 18 characters with a true date and check character (GB 11643)."""
    total = sum(int(digit) * weight for digit, weight in zip(number, ID_WEIGHTS, strict=False))
    return (
        int(number[:2]) in PROVINCES
        and _is_birth_date(number[6:10], number[10:12], number[12:14])
        and ID_CHECK_CHARACTERS[total % 11] == number[17].upper()
    )


def is_old_chinese_id(number: str) -> bool:
    """An identity number of 15 digits, as given out until 1999; it has no check digit."""
    is_date = _is_birth_date(f"19{number[6:8]}", number[8:10], number[10:12])
    return int(number[:2]) in PROVINCES and is_date


def passes_mod_97(iban: str) -> bool:
    """The check digits of an international account number (ISO 13616)."""
    turned = iban[4:] + iban[:4]
    return int("".join(str(int(letter, 36)) for letter in turned)) % 97 == 1


def _is_birth_date(year: str, month: str, day: str) -> bool:
    try:
        born = date(int(year), int(month), int(day))
    except ValueError:
        return False
    return OLDEST_BIRTH_YEAR <= born.year <= LAST_BIRTH_YEAR
