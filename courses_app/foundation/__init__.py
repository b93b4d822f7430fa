"""The ground floor: tools without a word of the business.

Words it owns: transaction, refusal, lifecycle, yen, clock, reference, outbox message, audit entry, matter (something
that needs a hand), stored document, number series, throttle.
"""
