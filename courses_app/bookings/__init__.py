"""Places in a course run.

Words: a *booking* (申込) is one order of an organization; a *seat* (受講席) is one attendee's place in one run; a
*hold* (仮押さえ) keeps seats for a short time before the order.
"""
