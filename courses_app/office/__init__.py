"""Back office: what needs a hand today, the outbox, the audit, one search over everything, and the figures of a period.

Pages that span rooms. A *matter* is what the machine can't settle by itself; the *desk* is the first page's count of
all that waits for a person.
"""
