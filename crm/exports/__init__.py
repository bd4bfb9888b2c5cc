"""Lists that people take along as a file.

    ask_for_export ──▶ waiting ──▶ running ──▶ ready ──▶ gone (after a week, or an erasure)
     (page, button)        ▲          │ ├──▶ failed
                           └──────────┘ └──▶ cancelled
                      a worker that died

An app says in its `exports.py` which lists it offers: EXPORTS.add("people", Exportable(…)). The worker reads
the rows a chunk at a time and writes them one by one, so that memory does not grow with the list. The file
lies under a name of our own and opens for nobody but the person who asked.
"""
