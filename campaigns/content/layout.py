"""The sheet a newsletter is printed on: masthead, body, foot; as MJML and as plain text."""

from dataclasses import dataclass
from html import escape as escape_html

from campaigns.content.look import FONT, GROUND, MUTED, PAPER, STYLES, TEAL, TEXT, WARM
from campaigns.content.paper import WIDTH, wrap
from campaigns.content.tokens import Tokens
from campaigns.content.words import WORDS
from crm.models import Organisation

HEAD = """<mjml lang="{language}" dir="ltr"><mj-head><mj-title>{subject}</mj-title>{preview}
<mj-raw><meta name="color-scheme" content="light dark"/><meta name="supported-color-schemes" content="light dark"/>\
</mj-raw>
<mj-attributes><mj-all font-family="{font}"/><mj-text font-size="16px" line-height="1.6" color="{text}"/>\
</mj-attributes><mj-style>{styles}</mj-style></mj-head>"""
BODY = """<mj-body background-color="{ground}" width="600px" css-class="ground">
<mj-section padding="10px 0 8px" css-class="foot"><mj-column><mj-text align="right" font-size="13px" \
padding="0 8px" color="{muted}">{browser}</mj-text></mj-column></mj-section>
<mj-section background-color="{teal}" padding="20px 0" border-radius="12px 12px 0 0" \
border-bottom="4px solid {warm}"><mj-column><mj-text padding="0 32px" color="#ffffff" font-size="19px" \
font-weight="bold" line-height="1.3">{name}</mj-text><mj-text padding="2px 32px 0" color="#dcefec" font-size="14px" \
line-height="1.4">{topic}</mj-text></mj-column></mj-section>
<mj-section background-color="{paper}" padding="18px 0 26px" border-radius="0 0 12px 12px" css-class="paper">\
<mj-column>{blocks}</mj-column></mj-section>
<mj-section padding="18px 0 30px" css-class="foot"><mj-column><mj-text padding="0 24px" color="{muted}" \
font-size="13px" line-height="1.6" align="center">{foot}</mj-text></mj-column></mj-section></mj-body></mjml>"""


@dataclass(frozen=True)
class Frame:
    """What stands around the blocks; texts are as users wrote them, merge fields hidden."""

    language: str
    subject: str
    preheader: str
    topic: str
    organisation: Organisation
    tokens: Tokens

    @property
    def words(self) -> dict[str, str]:
        """The fixed words in this language."""
        return WORDS[self.language]

    @property
    def why(self) -> str:
        """Why the reader gets this mail."""
        return self.words["why"].format(topic=self.topic, organisation=self.organisation.name)

    @property
    def postal(self) -> list[str]:
        """The postal address, its lines."""
        lines = [line.strip() for line in self.organisation.postal_address.splitlines()]
        return [line for line in lines if line and line != self.organisation.name]

    def link(self, name: str) -> str:
        """A hidden link field such as `unsubscribe_url`."""
        return self.tokens.hide(f"{{{{ {name} }}}}")


def document(frame: Frame, blocks: list[str]) -> str:
    """The whole newsletter as MJML; `blocks` are escaped already."""
    preview = f"<mj-preview>{escape_html(frame.preheader)}</mj-preview>" if frame.preheader else ""
    subject, font = escape_html(frame.subject), FONT
    head = HEAD.format(language=frame.language, subject=subject, preview=preview, font=font, text=TEXT, styles=STYLES)
    return head + BODY.format(
        ground=GROUND,
        muted=MUTED,
        teal=TEAL,
        warm=WARM,
        paper=PAPER,
        browser=_anchor(frame, "browser_url", "browser"),
        name=escape_html(frame.organisation.name),
        topic=escape_html(frame.topic),
        blocks="".join(blocks) or '<mj-spacer height="40px" />',
        foot=_foot(frame),
    )


def plain_document(frame: Frame, blocks: list[str]) -> str:
    """The whole newsletter as plain text; `blocks` are wrapped already."""
    name = frame.organisation.name
    head = f"{wrap(name)}\n{wrap(frame.topic)}\n{'=' * min(WIDTH, max(len(name), len(frame.topic)))}"
    links = [("browser_url", "browser"), ("preferences_url", "preferences"), ("unsubscribe_url", "leave")]
    foot = [wrap(frame.why), "\n".join([name, *frame.postal])]
    foot += [f"{frame.words[word]}:\n{frame.link(field)}" for field, word in links]
    return "\n\n".join([head, *filter(None, blocks), "-- ", *foot]) + "\n"


def _foot(frame: Frame) -> str:
    links = [("preferences_url", "preferences"), ("unsubscribe_url", "leave"), ("browser_url", "browser")]
    address = " · ".join(map(escape_html, [frame.organisation.name, *frame.postal]))
    anchors = " &nbsp;·&nbsp; ".join(_anchor(frame, field, word) for field, word in links)
    return f"{escape_html(frame.why)}<br />{address}<br /><br />{anchors}"


def _anchor(frame: Frame, field: str, word: str) -> str:
    style = f"color:{MUTED};text-decoration:underline"
    return f'<a href="{frame.link(field)}" style="{style}">{escape_html(frame.words[word])}</a>'
