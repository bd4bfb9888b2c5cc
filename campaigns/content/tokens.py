"""Carries merge fields through markdown, sanitising and MJML without any of them seeing one."""

import re
import secrets

from campaigns.content.merge import BRACES, FIELDS, LINKS, WRITTEN, one_line


class Tokens:
    """Takes the merge fields out of user text while it is rendered and puts them back in their frozen form."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._mark = f"zq{secrets.token_hex(6)}"
        self._fields: list[tuple[str, str]] = []
        self._pattern = re.compile(self._mark + r"([tu])(\d+)z")

    def hide(self, text: str) -> str:
        """`text` with every known merge field replaced by a word of plain letters."""
        return WRITTEN.sub(self._keep, text)

    def in_url(self, hidden: str) -> str:
        """The same hidden text, its fields to be escaped for a link."""
        return hidden.replace(f"{self._mark}t", f"{self._mark}u")

    def reveal(self, rendered: str) -> str:
        """Rendered text with its fields in frozen form; other pairs of braces are kept from looking like one."""
        literal = rendered.replace("{{", f"{{{{ {BRACES} }}}}")
        return self._pattern.sub(lambda match: self._frozen(*match.groups()), literal)

    def restore(self, hidden: str) -> str:
        """Hidden text as staff wrote it, for messages and checks."""
        return self._pattern.sub(lambda match: f"{{{{ {self._fields[int(match[2])][0]} }}}}", hidden)

    def _keep(self, match: re.Match[str]) -> str:
        name, default = match[1], one_line(match[2] or "")
        if name not in FIELDS and name not in LINKS:
            return match[0]
        if name in FIELDS and not default:
            default = FIELDS[name].fallback.get(self.language, "")
        self._fields.append((name, default))
        return f"{self._mark}t{len(self._fields) - 1}z"

    def _frozen(self, place: str, number: str) -> str:
        name, default = self._fields[int(number)]
        prefix = "url:" if place == "u" and name in FIELDS else ""
        return "{{ " + prefix + name + (f"|{default}" if default else "") + " }}"
