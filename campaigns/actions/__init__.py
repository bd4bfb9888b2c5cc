"""The verbs of campaigns; everything a door may do is one of these.

Writing (`content.py`): save what a campaign says, copy it, send a test of it.
Sending (`launch.py` and its neighbours): launch, pause, resume, cancel, try the failed ones again, correct.
"""
