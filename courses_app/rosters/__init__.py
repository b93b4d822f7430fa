"""Who was in the room.

Words: a *roster* (受講者名簿) has an *entry* per seat: identity checked, *minutes missed* (欠課時間) and *made up*
(補講) per meeting, the test score; closing it gives each entry its *outcome*.
"""
