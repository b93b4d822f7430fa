"""Who people are, and how they sign in.

Words: a *person* is a human being, kept once per organization; an *account* is how a person signs in; an
*organization* has *establishments* (事業所); a *membership* says since when a person belongs to an organization, and
whether they are its *coordinator*. A *sign-in* is one signed-in browser: a row here, whose token the cookie carries. A
*link* is a token sent by mail, good once and for one purpose. A *late form* is one that arrives after its sign-in has
ended. A supporting-member number is a *claim* until the office has verified it.
"""
