"""A wrong setting is named when the server starts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from channels.settings import PROJECT_FOLDER, SettingsError, read_settings


def test_without_settings_the_defaults_hold() -> None:
    settings = read_settings(None)
    assert settings.max_chars == 500
    assert settings.allowed_origins == ()
    assert settings.forwarded_header is None
    assert settings.serve_site is True
    assert settings.widget_folder == PROJECT_FOLDER / "widget"
    assert settings.max_body_bytes >= 500 * 12


@pytest.mark.parametrize(
    ("given", "origins"),
    [
        (["https://www.example.org/"], ("https://www.example.org",)),
        ("https://a.de, HTTPS://b.de:8443", ("https://a.de", "https://b.de:8443")),
        ("", ()),
        (None, ()),
        ("*", "*"),
    ],
)
def test_origins_are_read_from_a_list_or_an_environment_variable(given: Any, origins: Any) -> None:
    assert read_settings({"allowed_origins": given}).allowed_origins == origins


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("max_chars", 0),
        ("max_chars", "viele"),
        ("max_body_bytes", 10),
        ("allowed_origins", ["www.example.org"]),
        ("allowed_origins", ["https://www.example.org/seite"]),
        ("allowed_origins", ["null"]),
        ("session_messages.count", {"count": 0, "seconds": 1}),
        ("session_messages.seconds", {"count": 1}),
        ("forwarded_header", "X Forwarded"),
        ("answer_timeout_seconds", -1),
        ("max_char", 500),
    ],
)
def test_a_wrong_setting_is_named(field: str, value: Any) -> None:
    with pytest.raises(SettingsError) as error:
        read_settings({field.split(".")[0]: value})
    assert f" {field}: " in str(error.value)
    assert "channels.visitor.VisitorChannel" in str(error.value)


def test_an_absolute_widget_folder_stays_as_it_is(tmp_path: Path) -> None:
    assert read_settings({"widget_folder": str(tmp_path)}).widget_folder == tmp_path.resolve()
