"""What comes back by mail: read in batches, believed only with proof, put away and never deleted.

    places/    where it lies: a mailbox (IMAP), a Maildir, a folder of files, standard input
    reading/   what one mail says: a report of a mail server, a complaint, an automatic answer, somebody's letter
               and which message it is about, by what only we and whoever got the message can know

    BOUNCES_URL → batches of mails → readings → note_news and the outbox → "Processed" or "Set aside"

A mail is put away after what it says was committed. A reader that dies in between reads it again, and nothing doubles.
"""
