"""Proof that somebody completed a course.

Words: a *certificate* (受講証明書) is issued once, verified by anybody, *reissued* as a higher revision, or
*revoked*; a *notice of failure* (不合格通知書) goes to those who did not pass.
"""
