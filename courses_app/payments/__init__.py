"""Money owed and received.

Words: an *invoice* (請求書) has *lines*; a *payment* settles it, a *refund* gives money back; every yen is in the
*ledger*. A *checkout* is one attempt to pay at a payment firm, an *event* is what it tells us. The *issuer* is the
institution on its papers. This room knows invoices and firms (*gateways*), not bookings: a booking holds its invoice.
"""
