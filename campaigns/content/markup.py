"""Light markup: paragraphs, strong, emphasis, lists and links, as clean HTML and as plain text."""

from dataclasses import dataclass, field
from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

from campaigns.content.tokens import Tokens

SCHEMES = {"http", "https", "mailto"}
TAGS = {"p", "strong", "em", "ul", "ol", "li", "a", "br"}
STYLES = {
    "p": {"style": "margin:0 0 14px"},
    "ul": {"style": "margin:0 0 14px;padding-left:24px"},
    "ol": {"style": "margin:0 0 14px;padding-left:24px"},
    "li": {"style": "margin:0 0 6px"},
    "a": {"class": "ink", "style": "color:#1b6b62;text-decoration:underline"},
}


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    rules = ["emphasis", "balance_pairs", "fragments_join", "link", "autolink", "list", "newline", "escape"]
    parser = MarkdownIt("zero", {"breaks": True, "html": False}).enable(rules, ignoreInvalid=True)
    parser.validateLink = lambda url: True  # type: ignore[method-assign]
    return parser


def links_in(text: str) -> list[str]:
    """Where the links in `text` lead, as they were written."""
    return [str(token.attrGet("href") or "") for token in _flat(text) if token.type == "link_open"]


def to_html(text: str, tokens: Tokens) -> str:
    """Clean HTML of `text`, whose merge fields are hidden in `tokens`; anything but light markup is shown as typed."""
    parser = _parser()
    tree = parser.parse(text)
    for token in _walk(tree):
        if token.type == "link_open":
            token.attrSet("href", tokens.in_url(str(token.attrGet("href") or "")))
    html = parser.renderer.render(tree, parser.options, {})
    return nh3.clean(
        html,
        tags=TAGS,
        attributes={"a": {"href"}},
        url_schemes=SCHEMES,
        link_rel=None,
        set_tag_attribute_values=STYLES,
    ).strip()


def to_text(text: str, tokens: Tokens) -> str:
    """Plain text of `text`: links are written out after their words, lists keep their marks."""
    writer = _TextWriter(tokens)
    for token in _parser().parse(text):
        writer.block(token)
    return writer.finish()


def _flat(text: str) -> list[Token]:
    return _walk(_parser().parse(text))


def _walk(tree: list[Token]) -> list[Token]:
    return [leaf for token in tree for leaf in (token, *(token.children or []))]


@dataclass
class _TextWriter:
    """Turns the parser's tokens into paragraphs; lists may nest."""

    tokens: Tokens
    lines: list[str] = field(default_factory=list)
    lists: list[int | None] = field(default_factory=list)
    mark: str = ""

    def block(self, token: Token) -> None:
        """Take the next token of the document."""
        if token.type == "bullet_list_open":
            self.lists.append(None)
        elif token.type == "ordered_list_open":
            self.lists.append(int(token.attrGet("start") or 1))
        elif token.type == "list_item_open":
            self._item()
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            self.lists.pop()
            if not self.lists:
                self.lines.append("")
        elif token.type == "inline":
            self._paragraph(self._inline(token.children or []))

    def finish(self) -> str:
        """The text, without blank lines at its ends."""
        return "\n".join(self.lines).strip("\n")

    def _item(self) -> None:
        indent, number = "  " * (len(self.lists) - 1), self.lists[-1]
        self.mark = f"{indent}- " if number is None else f"{indent}{number}. "
        if number is not None:
            self.lists[-1] = number + 1

    def _paragraph(self, words: str) -> None:
        for line in words.split("\n"):
            self.lines.append(self.mark + line)
            self.mark = " " * len(self.mark)
        self.mark = ""
        if not self.lists:
            self.lines.append("")

    def _inline(self, children: list[Token]) -> str:
        written: list[str] = []
        starts: list[tuple[int, str]] = []
        for token in children:
            if token.type == "link_open":
                starts.append((len(written), self.tokens.in_url(str(token.attrGet("href") or ""))))
            elif token.type == "link_close":
                start, url = starts.pop()
                written.append(_link_end("".join(written[start:]), url))
            elif token.type in ("softbreak", "hardbreak"):
                written.append("\n")
            elif token.type in ("strong_open", "strong_close"):
                written.append("*")
            elif token.type in ("em_open", "em_close"):
                written.append("_")
            else:
                written.append(token.content)
        return "".join(written)


def _link_end(words: str, url: str) -> str:
    shown = url.removeprefix("mailto:")
    return "" if words in (url, shown) else f" ({shown})"
