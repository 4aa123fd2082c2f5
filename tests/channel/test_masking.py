"""Personal data is found in any company; figures, years and addresses of the city are left alone."""

from __future__ import annotations

import random
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.free_text import clean_text, escape_command, read_comment
from channels.masking import _IBAN_LENGTHS, is_iban, is_payment_card, is_tax_id, mask_personal_data


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Mail an max@example.org, bitte.", "Mail an [E-Mail-Adresse], bitte."),
        ("Jörg.Müller+info@bücher.example", "[E-Mail-Adresse]"),
        ("max (at) haus (punkt) de bitte", "[E-Mail-Adresse] bitte"),
        ("max[at]haus.de", "[E-Mail-Adresse]"),
        ("DE89 3704 0044 0532 0130 00 bitte", "[IBAN] bitte"),
        ("de89-3704-0044-0532-0130-00", "[IBAN]"),
        ("Konto GB82WEST12345698765432.", "Konto [IBAN]."),
        ("NL91 ABNA 0417 1643 00 und AT61 1904 3002 3457 3201", "[IBAN] und [IBAN]"),
        ("DE88 3704 0044 0532 0130 00", "DE[Nummer]"),
        ("4111 1111 1111 1111", "[Kartennummer]"),
        ("5500-0000-0000-0004, 12/29", "[Kartennummer], 12/29"),
        ("Tel. 0234 61063-0", "Tel. [Telefonnummer]"),
        ("+49 (0)234 / 32-201", "[Telefonnummer]"),
        ("0049 234 3222222", "[Telefonnummer]"),
        ("(0234) 12 34 56", "[Telefonnummer]"),
        ("0176/12345678 oder 0176-12345678", "[Telefonnummer] oder [Telefonnummer]"),
        ("0234-12-34-56", "[Telefonnummer]"),
        ("am 01.02.2023 0234 123456", "am 01.02.2023 [Telefonnummer]"),
        ("meine Nummer ist 9103636", "meine Nummer ist [Telefonnummer]"),
        ("my number is 9103636", "my number is [Telefonnummer]"),
        ("Steuer-ID 86095742719", "Steuer-ID [Steuer-ID]"),
        ("86 095 742 719", "[Steuer-ID]"),
        ("65 170839 J 003", "[Versicherungsnummer]"),
        ("A123456780", "[Versicherungsnummer]"),
        ("T220001293", "[Ausweisnummer]"),
        ("Personalausweisnummer: L01X00T47", "Personalausweisnummer: [Nummer]"),
        ("Matrikelnummer lautet 108012345", "Matrikelnummer lautet [Nummer]"),
        ("Kontonr. 12345678", "Kontonr. [Nummer]"),
        ("geboren am 01.02.1990 in Bochum", "geboren am [Geburtsdatum] in Bochum"),
        ("geb. 1. Mai 1980", "geb. [Geburtsdatum]"),
        ("born on 1990-02-01", "born on [Geburtsdatum]"),
        ("192.168.1.20 und 2001:db8::1", "[IP-Adresse] und [IP-Adresse]"),
        ("Nummer 123456789012345", "Nummer [Nummer]"),
    ],
)
def test_personal_data_is_masked(text: str, masked: str) -> None:
    assert mask_personal_data(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "Wie viele Studierende hat Bochum? 60.000?",
        "Mark 51°7 und Mark 517",
        "2019 2020 2021 2022 und 2020-2030",
        "1 234 567 890 123 Euro, 1.234.567.890.123 Euro",
        "Viktoriastraße 10, 44787 Bochum, 01067 Dresden",
        "vom 01.01.2020 bis 31.12.2030, 01.01.-31.12.2024",
        "von 09.00-17.00 Uhr, um 12:30:45",
        "0,75 % oder 0.5 oder 10 Prozent",
        "Rasa 3.6.21, Version 1.2",
        "Seit 1962, 1965 und 1971; 42.600 an der RUB",
        "die 5 @ 3 Regel, a@b",
        "Bochum Strategie 2030",
        "Universitätsstraße 150",
        "U35, A40, A43, S1",
        "",
    ],
)
def test_what_is_not_personal_stays(text: str) -> None:
    assert mask_personal_data(text) == text


WORDS = st.text(alphabet=string.ascii_letters + "äöüß .,?!\n", max_size=40)
LOCAL = st.text(alphabet=string.ascii_letters + string.digits + "._+-", min_size=1, max_size=30)
LABEL = st.text(alphabet=string.ascii_letters + string.digits, min_size=2, max_size=20)


def _iban(country: str, seed: int) -> str:
    length = _IBAN_LENGTHS[country]
    body = "".join(random.Random(seed).choices(string.digits, k=length - 4))
    value = int("".join(str(int(char, 36)) for char in body + country + "00"))
    return f"{country}{98 - value % 97:02}{body}"


def _luhn(digits: str) -> str:
    for check in string.digits:
        if is_payment_card(digits + check):
            return digits + check
    raise AssertionError


@given(WORDS, LOCAL, LABEL, st.sampled_from(["de", "org", "nrw", "co.uk"]), WORDS)
def test_every_mail_address_is_masked(before: str, local: str, host: str, top: str, after: str) -> None:
    address = f"{local}@{host}.{top}"
    assert address not in mask_personal_data(f"{before} {address} {after}")


@given(WORDS, st.sampled_from(sorted(_IBAN_LENGTHS)), st.integers(0, 10**9), st.sampled_from([0, 4]), WORDS)
def test_every_valid_iban_is_masked(before: str, country: str, seed: int, group: int, after: str) -> None:
    iban = _iban(country, seed)
    assert is_iban(iban)
    written = " ".join(iban[i : i + 4] for i in range(0, len(iban), 4)) if group else iban
    masked = mask_personal_data(f"{before} {written} {after}")
    assert written not in masked
    assert "[IBAN]" in masked


@given(WORDS, st.from_regex(r"[3-6][0-9]{14}", fullmatch=True), st.booleans(), WORDS)
def test_every_valid_card_number_is_masked(before: str, digits: str, grouped: bool, after: str) -> None:
    card = _luhn(digits)
    written = " ".join(card[i : i + 4] for i in range(0, 16, 4)) if grouped else card
    masked = mask_personal_data(f"{before} {written} {after}")
    assert written not in masked


@given(WORDS, st.from_regex(r"(\+49 ?|0049 ?|0)[1-9][0-9]{1,3}[ /-]?[0-9]{6,8}", fullmatch=True), WORDS)
def test_every_telephone_number_is_masked(before: str, number: str, after: str) -> None:
    masked = mask_personal_data(f"{before} {number} {after}")
    assert number not in masked


@given(st.text(alphabet=st.characters(blacklist_categories=("Nd", "Cs"), blacklist_characters="@([{"), max_size=200))
def test_text_without_digits_and_at_signs_is_never_changed(text: str) -> None:
    assert mask_personal_data(text) == text


@settings(max_examples=300)
@given(st.text(alphabet=string.digits + string.ascii_letters + " .-/+()[]@:,äſK²٣\n", max_size=200))
def test_masking_twice_is_masking_once(text: str) -> None:
    masked = mask_personal_data(text)
    assert mask_personal_data(masked) == masked


@given(st.text(max_size=200))
def test_cleaned_text_can_be_stored_anywhere(text: str) -> None:
    cleaned = clean_text(text)
    cleaned.encode("utf-8")
    assert "\0" not in cleaned
    assert clean_text(cleaned) == cleaned


@given(st.text(max_size=100))
def test_no_text_is_ever_a_command(text: str) -> None:
    assert not escape_command(clean_text(text)).strip().startswith("/")
    assert not escape_command(clean_text("/" + text)).strip().startswith("/")


@given(st.text(max_size=200).filter(lambda text: not text.lstrip().startswith("/")))
def test_other_text_is_left_as_it_is(text: str) -> None:
    assert escape_command(text) == text


def test_check_digits_decide() -> None:
    assert is_tax_id("86095742719") and not is_tax_id("86095742710")
    assert is_iban("DE89370400440532013000") and not is_iban("DE88370400440532013000")
    assert is_payment_card("4111111111111111") and not is_payment_card("4111111111111112")


def test_an_empty_comment_is_none() -> None:
    assert read_comment("  ", 500) is None
    assert read_comment(None, 500) is None
