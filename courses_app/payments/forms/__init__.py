"""What is typed about the books and about reminders."""
