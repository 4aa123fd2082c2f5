"""`staff purge`: deletes what is older than its retention."""

from __future__ import annotations

import datetime
import os
import time
from pathlib import Path

from rich.console import Console

from staff.operation.kept import Kept, open_kept
from staff.project import ROOT
from storage.expiry import Expired, count_expired, delete_expired
from storage.retention import Retention, read_retention
from storage.sqlite import overwrite_deleted

DAY_SECONDS = 86_400
NOTHING = Expired(0, 0, 0)


def purge(console: Console, dry_run: bool, root: Path = ROOT) -> None:
    """Delete what is too old, or with `dry_run` only say what that is.

    Raises:
        StoreError: a retention or a database is wrong; or all is deleted, but a file still holds words of it,
            because another program reads it.
    """
    retention = read_retention(os.environ, root / "storage" / "retention.yml")
    with open_kept(root) as kept:
        expired = _conversations(kept, retention, dry_run)
        judgements = _feedback(kept, retention, dry_run)
        _report(console, retention, expired, judgements)
        console.print("Probelauf: Es ist nichts gelöscht." if dry_run else "Gelöscht.")
        if expired and not dry_run:
            _overwrite(kept)


def _conversations(kept: Kept, retention: Retention, dry_run: bool) -> Expired:
    if kept.conversations is None:
        return NOTHING
    before = time.time() - retention.conversations_days * DAY_SECONDS
    return (count_expired if dry_run else delete_expired)(kept.conversations.engine, before)


def _feedback(kept: Kept, retention: Retention, dry_run: bool) -> int:
    if kept.feedback is None:
        return 0
    # Only the day is known: what was given on the last day may be younger than that by hours, and stays.
    before = datetime.date.today() - datetime.timedelta(days=retention.feedback_days)
    return (kept.feedback.count_before if dry_run else kept.feedback.delete_before)(before)


def _overwrite(kept: Kept) -> None:
    if kept.conversations and kept.conversations.engine.dialect.name == "sqlite":
        overwrite_deleted(kept.conversations.engine)


def _report(console: Console, retention: Retention, expired: Expired, judgements: int) -> None:
    console.print("Älter als ihre Frist (storage/retention.yml):")
    console.print(
        f"  Gespräche ({_days(retention.conversations_days)}): {expired.conversations}; "
        f"Ereignisse: {expired.events}, Sitzungen: {expired.sessions}"
    )
    console.print(f"  Rückmeldungen ({_days(retention.feedback_days)}): {judgements}")


def _days(number: int) -> str:
    return "1 Tag" if number == 1 else f"{number} Tage"
