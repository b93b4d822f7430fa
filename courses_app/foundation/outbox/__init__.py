"""The outbox: mail is data until the commit of its cause; a worker sends it afterwards (INV-14, R-27 to R-30).

At-least-once: a worker that dies between the server's acceptance and its own note leaves a message that is sent once
more under the same Message-ID, marked as a possible duplicate. It is never sent a third time.
"""

from courses_app.foundation.outbox.delivery import deliver_due
from courses_app.foundation.outbox.messages import OutboxMessage, OutboxState, queue_mail, retry

__all__ = ["OutboxMessage", "OutboxState", "deliver_due", "queue_mail", "retry"]
