"""Personal data in a visitor's text is replaced before anything stores, logs or understands it.

**Why before Rasa sees it:** Rasa keeps every message in the tracker store and writes it to its debug log, and
an answer about strategy, Hochschulen or the city as a location never depends on a visitor's own e-mail
address or account. Masking at the door leaves no second place to forget. The price: someone who asks whether
a certain number is ours gets no confirmation, only our contact.

Found are e-mail addresses (also »name (at) haus (punkt) de«), IBANs, payment cards, telephone numbers, tax,
pension, health and identity card numbers, IP addresses, dates of birth, numbers that are named as personal
(»Matrikelnummer …«), and any other run of twelve digits or more. Where a kind has a check digit it decides,
so that a population figure or a year is left alone. Names and street addresses are not found: no pattern
tells them from the names this assistant is asked about.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable

Check = Callable[[str], bool]
Rule = tuple["re.Pattern[str]", str, Check]

# Lengths of the IBANs in the SWIFT registry, by country.
_IBAN_LENGTHS = {
    country: length
    for length, countries in {
        15: "NO", 16: "BE", 18: "DK FI FO GL NL SD", 19: "MK SI", 20: "AT BA EE KZ LT LU MN XK",
        21: "CH HR LI LV", 22: "BG BH CR DE GB GE IE ME RS VA", 23: "AE GI IL IQ OM SO TL",
        24: "AD CZ ES MD PK RO SA SE SK TN VG", 25: "LY PT", 26: "IS TR", 27: "BI DJ FR GR IT MC MR SM",
        28: "AL AZ BY CY DO GT HU LB NI PL SV", 29: "BR EG PS QA UA", 30: "JO KW MU", 31: "MT SC", 32: "LC",
        33: "RU",
    }.items()
    for country in countries.split()
}  # fmt: skip


def _digits(text: str) -> list[int]:
    return [int(char) for char in text if char.isdecimal()]


def is_iban(text: str) -> bool:
    """Whether the mod-97 check of ISO 13616 holds."""
    compact = re.sub(r"[\W_]", "", text).upper()
    if not compact.isascii() or len(compact) != _IBAN_LENGTHS.get(compact[:2]):
        return False
    return int("".join(str(int(char, 36)) for char in compact[4:] + compact[:4])) % 97 == 1


def is_payment_card(text: str) -> bool:
    """Whether the Luhn check holds for 13–19 digits."""
    digits = _digits(text)
    doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[-2::-2]]
    return 13 <= len(digits) <= 19 and (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def is_tax_id(text: str) -> bool:
    """Whether the check digit of a German tax id (ISO 7064, mod 11,10) holds."""
    digits = _digits(text)
    product = 10
    for digit in digits[:10]:
        total = (digit + product) % 10 or 10
        product = total * 2 % 11
    return len(digits) == 11 and digits[0] != 0 and (11 - product) % 10 == digits[10]


def is_pension_number(text: str) -> bool:
    """Whether the check digit of a German Rentenversicherungsnummer holds."""
    compact = re.sub(r"\s", "", text).upper()
    if not compact.isascii():
        return False
    values = _digits(compact[:8] + f"{ord(compact[8]) - 64:02}" + compact[9:11])
    products = [value * weight for value, weight in zip(values, (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1), strict=True)]
    return sum(product // 10 + product % 10 for product in products) % 10 == int(compact[11])


def is_health_number(text: str) -> bool:
    """Whether the check digit of a German Krankenversichertennummer holds."""
    if not text.isascii():
        return False
    values = _digits(f"{ord(text[0].upper()) - 64:02}" + text[1:9])
    products = [value * (1 + index % 2) for index, value in enumerate(values)]
    return sum(product // 10 + product % 10 for product in products) % 10 == int(text[9])


def is_id_card(text: str) -> bool:
    """Whether the check digit of a German identity card or passport (ICAO 9303) holds."""
    if not text.isascii():
        return False
    values = [int(char, 36) for char in text.upper()]
    weighted = sum(value * (7, 3, 1)[index % 3] for index, value in enumerate(values[:9]))
    return len(_digits(text)) >= 4 and weighted % 10 == values[9]


def is_ip_address(text: str) -> bool:
    """Whether this is an IPv4 or IPv6 address."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def is_telephone_number(text: str) -> bool:
    """Whether so many digits make a telephone number (E.164: at most 15, with the leading zeros 17)."""
    return 7 <= len(_digits(text)) <= 17


def is_long_number(text: str) -> bool:
    """Whether twelve or more digits are one number: no list of years, no figure in groups of thousands."""
    groups = re.findall(r"\d+", text)
    years = all(re.fullmatch(r"(1\d|20)\d\d", group) for group in groups)
    thousands = len(groups) > 1 and len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:])
    return len(_digits(text)) >= 12 and not years and not thousands


def _always(_: str) -> bool:
    return True


_LABEL = r"[\w-]{1,63}"
_AT = r"(?:\s{0,2}[(\[{]\s?(?:at|ät)\s?[)\]}]\s{0,2})"
_DOT = r"(?:\.|\s{0,2}[(\[{]\s?(?:dot|punkt)\s?[)\]}]\s{0,2})"
_GAP = r"[\s./()–-]{0,3}"
_DAY, _MONTH = r"(?<!\d)(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])"
_YEAR = r"(?:\d{4}|\d\d)(?!\d)"
_DATE = rf"{_DAY}(?:\.\s?|[-/])(?:{_MONTH}(?:\.\s?|[-/])|[A-Za-zäÄ]{{3,9}}\.?\s?){_YEAR}"
_TIMES = r"(?<!\d)\d{1,2}\.\d{1,2}\.?\s?(?:[-–]|bis)\s?\d{1,2}\.\d{1,2}(?!\d)"
_IS = r"(?:ist|lautet|unter|is|at)"
_BORN = r"(?:geboren|geb\.|geburtsdatum|geburtstag|date of birth|birthday|birth date|born)"
_PHONE_WORD = (
    r"(?:tel(?:\.|efon)?|(?:telefon|handy|mobil|ruf|fax|meine |unsere )nummer|handy|mobil|phone|mobile"
    r"|whatsapp|(?:my |phone |mobile )number)"
)
_NUMBER_WORD = (
    r"(?:matrikel|kunden|konto|steuer|versicherten|versicherungs|mitglieds|personal|ausweis|personalausweis"
    r"|pass|reisepass|führerschein|vorgangs|student|customer|account|passport)[ -]?(?:nummer|nr\.?|id|number)"
)


def _rule(pattern: str, mask: str, check: Check = _always) -> Rule:
    """One kind: `pattern` (its group `value`, if it has one, is what is replaced), its mask, its check."""
    return re.compile(pattern, re.IGNORECASE), mask, check


# In this order: what has a check digit goes before what only looks like a number.
_RULES: tuple[Rule, ...] = (
    _rule(
        rf"[\w.!#$%&'*+=?^`{{|}}~-]{{1,64}}(?:@|{_AT}){_LABEL}(?:{_DOT}{_LABEL}){{1,5}}",
        "[E-Mail-Adresse]",
    ),
    _rule(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w]|\.\d)", "[IP-Adresse]", is_ip_address),
    _rule(
        r"(?<![\w:.])(?=[\da-f:]*\d)[\da-f]{0,4}(?::[\da-f]{0,4}){2,7}(?![\w:])",
        "[IP-Adresse]",
        is_ip_address,
    ),
    _rule(r"(?<!\w)\d{2}\s?\d{6}\s?[a-z]\s?\d{3}(?!\w)", "[Versicherungsnummer]", is_pension_number),
    _rule(r"(?<!\w)[a-z]\d{9}(?!\w)", "[Versicherungsnummer]", is_health_number),
    _rule(r"(?<!\w)[cfghjklmnprtvwxyz][cfghjklmnprtvwxyz\d]{8}\d(?!\w)", "[Ausweisnummer]", is_id_card),
    _rule(r"(?<![\w+.])[2-6](?:[ -]?\d){12,18}(?!\d)", "[Kartennummer]", is_payment_card),
    _rule(r"(?<![\w+.])[1-9](?:\d{10}|\d \d{3} \d{3} \d{3})(?!\d)", "[Steuer-ID]", is_tax_id),
    _rule(rf"{_BORN}(?:\W+\w+){{0,3}}?\W+(?P<value>{_DATE}|\d{{4}}-\d\d-\d\d)", "[Geburtsdatum]"),
    _rule(
        rf"{_NUMBER_WORD}\W{{0,3}}(?:{_IS}\W{{0,3}})?(?P<value>(?=\w*\d{{2}})\w{{5,20}})(?!\w)",
        "[Nummer]",
    ),
    _rule(r"(?<![\d.,+])[1-9](?:[ /-]?\d){11,}(?!\d)", "[Nummer]", is_long_number),
    _rule(rf"(?P<keep>{_TIMES}|{_DATE})|(?<![\w+.,])\(?(?:\+|00)[\s(]?[1-9](?:{_GAP}\d){{6,14}}(?!\d)",
          "[Telefonnummer]", is_telephone_number),
    _rule(rf"(?P<keep>{_TIMES}|{_DATE})|(?<![\w+.,])\(?0[1-9](?:{_GAP}\d){{5,12}}(?!\d)",
          "[Telefonnummer]", is_telephone_number),
    _rule(
        rf"(?<!\w){_PHONE_WORD}\W{{0,3}}(?:{_IS}\W{{0,3}})?(?P<value>\d(?:[ /-]?\d){{4,11}})(?!\d)",
        "[Telefonnummer]",
    ),
    _rule(r"(?<![\d.,])\d(?:[ /-]?\d){11,}(?!\d)", "[Nummer]", is_long_number),
)  # fmt: skip

_IBAN_START = re.compile(r"(?<![^\W_])[a-z]{2}[ -]?\d[ -]?\d", re.IGNORECASE | re.ASCII)


def mask_personal_data(text: str) -> str:
    """`text` with every piece of personal data replaced by what it was, e.g. »[E-Mail-Adresse]«.

    Masking what is masked changes nothing.
    """
    masked = _mask_once(text)
    while masked != text:  # a replaced neighbour can uncover the next one
        text, masked = masked, _mask_once(masked)
    return masked


def _mask_once(text: str) -> str:
    if not any(char.isdecimal() or char in "@([{" for char in text):
        return text
    text = _mask_ibans(text)
    for pattern, mask, check in _RULES:
        text = pattern.sub(lambda match, mask=mask, check=check: _replace(match, mask, check), text)  # type: ignore
    return text


def _replace(match: re.Match[str], mask: str, check: Check) -> str:
    groups = match.groupdict()
    if groups.get("keep"):
        return match[0]
    if not check(match[0]):
        return match[0]
    value = groups.get("value")
    return match[0].replace(value, mask) if value else mask


def _mask_ibans(text: str) -> str:
    """An IBAN's end follows from its country, not from what stands behind it (»DE89 … 00 bitte«)."""
    parts, position = [], 0
    for start in _IBAN_START.finditer(text):
        end = _iban_end(text, start.start())
        if start.start() >= position and end and is_iban(text[start.start() : end]):
            parts += [text[position : start.start()], "[IBAN]"]
            position = end
    return "".join([*parts, text[position:]])


def _iban_end(text: str, start: int) -> int | None:
    """Where the IBAN beginning at `start` ends; `None` if it is too short or runs on."""
    missing = _IBAN_LENGTHS.get(text[start : start + 2].upper(), 0)
    for end in range(start, len(text)):
        if missing and text[end].isascii() and text[end].isalnum():
            missing -= 1
        elif not missing or text[end] not in " -.\u00a0\u202f\t\n":
            break
        if not missing:
            return None if text[end + 1 : end + 2].isalnum() else end + 1
    return None
