"""Identity: who is who in the book.

    rules → candidates: a background scan proposes pairs with a score and reasons; a dismissed pair stays dismissed
    merge → one stays, everything that points to the other moves, the stricter consent wins
    unmerge → both are back; what happened since stays where it belongs

| room | what is there |
|---|---|
| `rules/` | how likely two are one: pure Python |
| `scanning/` `scan` | who is compared with whom, in the background |
| `deciding` `counting` `pages` `reasons` | the pairs found: what a person says of them, how many wait, the page |
| `merging/` | the verbs merge and unmerge, and all they need |
| `current` | who somebody is now: links and numbers of a merged one |
| `households` | who lives together |
| `api` | the machines' door |

Only the narrow rule of imports and of the join form acts alone; everything here asks a person.
"""
