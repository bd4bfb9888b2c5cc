"""What providers post, in their own words and under real signatures: a file for each of them.

about.py   the message they speak of        says.py      the words of each, by its name
keys.py    their secrets and keys           posting.py   signed, and posted to our door
"""
