"""Questions about certificates."""

from courses_app.certificates.queries.standing import valid_certificates_of

__all__ = ["valid_certificates_of"]
