"""Keeping: how long the files of partners lie here, and how an erasure reaches them.

periods      nothing of it in the book: IMPORT_UNSAVED_DAYS after the last word about it; saved: IMPORT_SAVED_DAYS
removing     one file goes with everything that was read from it and is not in the book; its line stays
over         the clock looks for those whose time is over, never under a worker
holding      which stored files somebody stands in who is about to be erased
strays       files that no run knows of any more, because something died in between
"""
