"""What changes a roster: opened, written, closed, reopened."""

from courses_app.rosters.operations.closing import close_roster, reopen_roster
from courses_app.rosters.operations.recording import EntryChange, Saved, open_roster, save_entries

__all__ = ["EntryChange", "Saved", "close_roster", "open_roster", "reopen_roster", "save_entries"]
