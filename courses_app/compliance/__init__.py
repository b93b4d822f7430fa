"""Who needs what by when.

Words: a *role* (監理責任者 …) has *requirements* (courses, with dates and their legal basis); an *appointment* puts
a person into a role at an establishment; a person's *standing* is what role and date make of their certificates; a
*reminder* goes out in steps before the last day.
"""
