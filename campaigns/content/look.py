"""The palette and measures of mails; the same family as the public pages."""

TEAL = "#1f7a70"
DEEP = "#16574f"
WARM = "#e07a3f"
PAPER = "#ffffff"
GROUND = "#eef3f1"
TEXT = "#22302d"
MUTED = "#56655f"
LINE = "#d8e1de"
TINT = "#f4f8f7"
FONT = "'Helvetica Neue', Helvetica, Arial, sans-serif"
SERIF = "Georgia, 'Times New Roman', serif"

STYLES = """
.picture img { font: 15px/1.4 Helvetica, Arial, sans-serif; color: #56655f; }
:root { color-scheme: light dark; supported-color-schemes: light dark; }
@media (prefers-color-scheme: dark) {
  body, .ground, .ground > table { background: #101918 !important; background-color: #101918 !important; }
  .paper, .paper > table { background: #1a2625 !important; background-color: #1a2625 !important; }
  .paper div, .paper p, .paper li, .paper td, .paper h1, .paper h2 { color: #e4ecea !important; }
  .foot div, .foot p { color: #a9b9b5 !important; }
  .paper a.ink, .paper .ink, .foot a { color: #7ad3c6 !important; }
  .card { background: #22312f !important; border-color: #35504b #35504b #35504b #e07a3f !important; }
  .card .day, .card .month { color: #ffffff !important; }
  .card .soft { color: #b4c4c0 !important; }
  .picture img { color: #a9b9b5 !important; }
  .rule p { border-top-color: #35504b !important; }
  .go a, .go td, .go p { color: #ffffff !important; }
}
@media only screen and (max-width: 479px) {
  .card { padding: 14px 12px !important; }
}
"""
