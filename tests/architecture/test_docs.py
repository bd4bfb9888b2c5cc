"""The papers: every decision and recipe stands in its index, under a number of its own."""

from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("folder", ["decisions", "recipes"])
def test_every_paper_stands_in_its_index(folder):
    index = (DOCS / folder / "README.md").read_text()
    papers = {paper.name for paper in (DOCS / folder).glob("*.md")} - {"README.md"}
    assert {paper for paper in papers if f"({paper})" not in index} == set()


def test_decisions_are_numbered_one_by_one():
    numbers = sorted(int(record.name[:4]) for record in (DOCS / "decisions").glob("0*.md"))
    assert numbers == list(range(1, len(numbers) + 1))
    for record in (DOCS / "decisions").glob("0*.md"):
        assert record.read_text().startswith(f"# {record.name[:4]} ")
