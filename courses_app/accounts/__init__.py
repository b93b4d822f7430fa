"""Who people are, and how they sign in.

Words: a *person* is a human being, kept once per organization; an *account* is how a person signs in; an
*organization* has *establishments* (事業所); a *membership* says since when a person belongs to an organization, and
whether they are its *coordinator*.
"""
