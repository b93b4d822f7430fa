"""The front hall: home, timetable, "my organization", "me": pages that span rooms."""
