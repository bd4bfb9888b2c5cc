"""axe-core reads a page at a desk and on a phone, by day and by night.

What only the width changes is read at both widths, colours in all four; the rest is the same in each.
The menu of the back office is the same on each page and read on the first one only.
"""

from dataclasses import dataclass
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT

LEVEL = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
"""WCAG 2.2 AA; with targets of at least 24 pixels, which axe leaves out unless it is asked."""
EVERYTHING = {"runOnly": {"type": "tag", "values": LEVEL}, "rules": {"target-size": {"enabled": True}}}
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
LOOKS = [
    (1440, "light", EVERYTHING),
    (1440, "dark", COLOURS),
    (390, "dark", EVERYTHING),
    (390, "light", COLOURS),
]
STILL = """() => {
  const still = new CSSStyleSheet();
  still.replaceSync("*, *::before, *::after { transition: none !important; }");
  document.adoptedStyleSheets = [still];
}"""
"""A colour on its way to another one is read as neither."""
READ = """async ([options, menu]) => {
  const where = { exclude: menu ? [] : [["#nav-sidebar"]] };
  const { violations } = await axe.run(where, { ...options, resultTypes: ["violations"], preload: false });
  const why = node => [...node.any, ...node.all, ...node.none].map(check => check.message).join("; ");
  const told = rule => node => [rule.id, node.target.join(" "), node.html.slice(0, 200), why(node)];
  return violations.flatMap(rule => rule.nodes.map(told(rule)));
}"""
DRESS = "night => document.documentElement.classList.toggle('dark', night)"
WIDER = "() => document.documentElement.scrollWidth - innerWidth"


@dataclass(frozen=True)
class Fault:
    """One thing on a page that keeps somebody out."""

    page: str
    look: str
    rule: str
    where: str
    html: str
    why: str

    def __str__(self) -> str:
        return f"{self.page} ({self.look}) {self.rule}: {self.where}\n    {self.html}\n    {self.why}"


def faults_of(tab: Any, address: str, *, menu: bool = False, statuses: tuple[int, ...] = (200,)) -> list[Fault]:
    """Open a page and read it in each look; a page that is wider than a phone is a fault, too."""
    answer = tab.goto(address)
    if answer.status not in statuses:
        return [Fault(address, "any", "status", "html", "", f"answers {answer.status}")]
    tab.evaluate(AXE_SCRIPT)
    tab.evaluate(STILL)
    found = []
    for width, light, options in LOOKS:
        look = f"{width} {light}"
        dress(tab, width, light)
        found += [Fault(address, look, *facts) for facts in tab.evaluate(READ, [options, menu])]
        if (wider := tab.evaluate(WIDER)) > 0:
            found.append(Fault(address, look, "sideways", "html", "", f"wider than the screen by {wider} pixels"))
    return found


def dress(tab: Any, width: int, light: str) -> None:
    """Give the tab a width and a colour scheme; the back office keeps its own in a class. Nothing moves meanwhile."""
    tab.emulate_media(color_scheme=light, reduced_motion="reduce")
    tab.set_viewport_size({"width": width, "height": 900 if width > 800 else 844})
    tab.evaluate(DRESS, light == "dark")
