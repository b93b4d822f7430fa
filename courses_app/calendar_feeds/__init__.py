"""iCalendar: the timetable as a feed, one-event downloads, and private feeds under a *feed token*."""
