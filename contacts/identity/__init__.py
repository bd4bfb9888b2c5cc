"""Identity: who is who in the book.

    rules → candidates: a background scan proposes pairs with a score and reasons; a dismissed pair stays dismissed
    merge → one stays, everything that points to the other moves, the stricter consent wins
    unmerge → both are back; what happened since stays where it belongs

Only the narrow rule of imports and of the join form acts alone; everything here asks a person.
"""
