"""Content: structured blocks become one MJML document, and that becomes HTML and plain text.

    blocks (JSON, checked) → MJML → HTML ─┐
                           → plain text ──┴→ frozen per language → merge fields spliced per person, escaped

No template engine ever sees text that a user wrote.
"""
