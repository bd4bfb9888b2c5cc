"""axe-core reads a page at a desk and on a phone, by day and by night.

What only the width changes is read at both widths, as is whatever is shown at one of them only. Colours are read in
all four looks, wherever text stands in colours, on a ground and in a size that were not read before: most of a page
looks like the page before it.
The menu of the back office is the same on each page and read on the first one only.
"""

from dataclasses import dataclass, field
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT

LEVEL = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
"""WCAG 2.2 AA; with targets of at least 24 pixels, which axe leaves out unless it is asked."""
COLOURS = ["color-contrast", "link-in-text-block"]
RULES = {rule: {"enabled": False} for rule in COLOURS} | {"target-size": {"enabled": True}}
LAID_OUT = ["target-size", "scrollable-region-focusable"]
DESK, PHONE = 1440, 390
HEIGHT = {DESK: 900, PHONE: 844}
LIGHTS = ("light", "dark")
STILL = """() => {
  const still = new CSSStyleSheet();
  still.replaceSync("*, *::before, *::after { transition: none !important; }");
  document.adoptedStyleSheets = [still];
}"""
"""A colour on its way to another one is read as neither."""
TOLD = """
  const why = node => [...node.any, ...node.all, ...node.none].map(check => check.message).join("; ");
  const told = rule => node => [rule.id, node.target.join(" "), node.html.slice(0, 200), why(node)];
  const run = async (where, options) => {
    const { violations } = await axe.run(where, { ...options, resultTypes: ["violations"], preload: false });
    return violations.flatMap(rule => rule.nodes.map(told(rule)));
  };
"""
READ = f"""async ([level, rules, menu]) => {{
  {TOLD}
  const exclude = menu ? [] : [["#nav-sidebar"]];
  const isShown = one => one.checkVisibility({{ visibilityProperty: true }});
  const shown = [...document.body.querySelectorAll("*")].filter(isShown);
  const before = window.shownBefore;
  window.shownBefore = new Set(shown);
  if (!before) return run({{ exclude }}, {{ runOnly: {{ type: "tag", values: level }}, rules }});
  const isFresh = one => one && !before.has(one) && isShown(one);
  const parts = shown.filter(one => !before.has(one) && !isFresh(one.parentElement));
  const fresh = parts.filter(one => menu || !one.closest("#nav-sidebar"));
  const faults = await run({{ exclude }}, {{ runOnly: {{ type: "rule", values: {LAID_OUT} }} }});
  if (!fresh.length) return faults;
  return [...faults, ...await run({{ include: fresh }}, {{ runOnly: {{ type: "tag", values: level }}, rules }})];
}}"""
"""At the second width: what depends on where things stand, and everything about what was not shown at the first."""
READ_COLOURS = f"""async ([rules, menu, read]) => {{
  {TOLD}
  const known = new Set(read), fresh = new Map(), grounds = new Map();
  const ground = element => {{
    if (!element) return "";
    if (!grounds.has(element)) {{
      const {{ backgroundColor, backgroundImage, opacity, filter }} = getComputedStyle(element);
      const behind = ground(element.parentElement);
      const own = `${{backgroundColor}} ${{backgroundImage}} ${{opacity}} ${{filter}}`;
      grounds.set(element, own === "rgba(0, 0, 0, 0) none 1 none" ? behind : `${{own}} / ${{behind}}`);
    }}
    return grounds.get(element);
  }};
  const words = node => node.nodeType === Node.TEXT_NODE && node.data.trim();
  for (const element of document.body.querySelectorAll("*")) {{
    if (!menu && element.closest("#nav-sidebar")) continue;
    if (!element.matches("input, select, textarea") && ![...element.childNodes].some(words)) continue;
    if (!element.checkVisibility({{ visibilityProperty: true }})) continue;
    const style = getComputedStyle(element);
    const look = [style.color, style.fontSize, style.fontWeight, style.textShadow, ground(element)];
    if (element.matches("a")) look.push(getComputedStyle(element.parentElement).color, style.textDecorationLine);
    if (element.matches(":disabled, [aria-disabled=true]")) look.push("off");
    const seen = look.join(" | ");
    if (!known.has(seen) && !fresh.has(seen)) fresh.set(seen, element);
  }}
  if (!fresh.size) return [[], []];
  const faults = await run({{ include: [...fresh.values()] }}, {{ runOnly: {{ type: "rule", values: rules }} }});
  return [[...fresh.keys()], faults];
}}"""
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


@dataclass
class Reader:
    """Reads pages in one tab, and remembers which colours on which ground it has read."""

    tab: Any
    read: set[str] = field(default_factory=set)
    width: int = 0
    light: str = ""

    def faults_of(self, address: str, *, menu: bool = False, statuses: tuple[int, ...] = (200,)) -> list[Fault]:
        """Open a page and read it in each look; a page that is wider than a phone is a fault, too."""
        answer = self.tab.goto(address)
        if answer.status not in statuses:
            return [Fault(address, "any", "status", "html", "", f"answers {answer.status}")]
        self.tab.evaluate(AXE_SCRIPT)
        self.tab.evaluate(STILL)
        self.tab.evaluate(DRESS, self.light == "dark")
        found = []
        for width in _from(self.width, (DESK, PHONE)):
            for light in _from(self.light, LIGHTS):
                self.dress(width, light)
                found += [Fault(address, f"{width} {light}", *facts) for facts in self._colours(menu)]
            look = f"{width} {self.light}"
            facts_found = self.tab.evaluate(READ, [LEVEL, RULES, menu])
            found += [Fault(address, look, *facts) for facts in facts_found]
            if (wider := self.tab.evaluate(WIDER)) > 0:
                found.append(Fault(address, look, "sideways", "html", "", f"wider than the screen by {wider} pixels"))
        return found

    def dress(self, width: int, light: str) -> None:
        """Give the tab a width and a colour scheme; the back office keeps its own in a class. Nothing moves."""
        if light != self.light:
            self.tab.emulate_media(color_scheme=light, reduced_motion="reduce")
            self.tab.evaluate(DRESS, light == "dark")
        if width != self.width:
            self.tab.set_viewport_size({"width": width, "height": HEIGHT[width]})
        self.width, self.light = width, light

    def _colours(self, menu: bool) -> list[list[str]]:
        fresh, faults = self.tab.evaluate(READ_COLOURS, [COLOURS, menu, sorted(self.read)])
        self.read.update(fresh)
        return faults


def _from(first: Any, every: tuple[Any, ...]) -> list[Any]:
    """All of them, beginning with the one at hand: turning a tab takes longer than reading it."""
    return sorted(every, key=lambda one: one != first)
