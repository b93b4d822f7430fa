"""Money owed and received.

Words: an *invoice* (請求書) has *lines*; a *payment* settles it, a *refund* gives money back; every yen is in the
*ledger*. This room knows invoices and payment firms (*gateways*), not bookings: a booking holds its invoice.
"""
