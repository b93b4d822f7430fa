"""Firms we call about money. Each module speaks one firm's language; none knows the database, Flask or a booking."""
