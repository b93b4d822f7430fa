"""The back office: what needs a hand today, search, and lists that span rooms."""
