"""What is held because somebody asked for it: an instructor sent out, training on demand, a consultation on site.

Words of this room: Service (a kind of thing one can ask for), Dispatch (one request of an organization and what becomes
of it), Wish (a date it would like), Quote (what we offer, at which price, until when). An accepted quote is an invoice
and a private course run; seats in that run cost nothing.
"""
