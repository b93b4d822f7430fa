"""What we teach, and when.

Words: a *course* (講習・セミナー) consists of *subjects* (科目) and has *duties* (who must take it, and why) and
*fees*; a *course run* (開催) is a course at a time and place, made of *meetings* (時限) at a *venue* (会場) or online.
"""
