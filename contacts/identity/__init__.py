"""Identity: who is who in the book.

    rules → candidates: a background scan proposes pairs with a score and reasons; a dismissed pair stays dismissed
    merge → one stays, everything that points to the other moves, the stricter consent wins
    unmerge → both are back; what happened since stays where it belongs

| merging | what is there |
|---|---|
| `choosing` `comparing` | whose value of each field is kept and why; everything side by side |
| `merging` `moving` `consent` | the verb; what moves, by each app's own classification; the stricter word |
| `journal` `rows` | every row a merge touched, as plain values |
| `unmerging` `taking_back` | the verb; the journal backwards, as far as nobody touched the same since |
| `current` | who somebody is now: links and numbers of a merged one |
| `telling` `api` | both in words and numbers; the machines' door |

Only the narrow rule of imports and of the join form acts alone; everything here asks a person.
"""
