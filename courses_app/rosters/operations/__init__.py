"""What changes a roster: opened, written, closed, reopened; and a run called off, which a closed one forbids."""

from courses_app.rosters.operations.calling_off import call_off
from courses_app.rosters.operations.closing import close_roster, reopen_roster
from courses_app.rosters.operations.recording import EntryChange, Saved, open_roster, save_entries

__all__ = ["EntryChange", "Saved", "call_off", "close_roster", "open_roster", "reopen_roster", "save_entries"]
