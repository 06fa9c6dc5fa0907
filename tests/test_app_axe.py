"""axe-core finds nothing serious on the page: light, dark, narrow, silent, urgent, article open."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
AXE = Path(os.environ.get("AXE", ROOT / "node_modules/axe-core/axe.min.js"))


def test_axe_finds_nothing_serious(visit):
    if not AXE.is_file():
        pytest.skip("no axe-core here: npm install --no-save axe-core")
    found = {}

    def audit(visitor, name):
        visitor.page.wait_for_timeout(600)
        visitor.page.evaluate(AXE.read_text(encoding="utf-8"))
        results = visitor.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        found[name] = [
            (rule["id"], node["target"], node["failureSummary"])
            for rule in results["violations"]
            if rule["impact"] in ("serious", "critical")
            for node in rule["nodes"]
        ]

    for name, settings in {
        "light": {},
        "dark": {"color_scheme": "dark"},
        "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True},
    }.items():
        visitor = visit(**settings)
        audit(visitor, f"{name}, empty")
        visitor.ask("Which muscles does ALS cramp?").ask("I can't breathe, who painted the Mona Lisa?")
        visitor.page.wait_for_selector("#following button")
        visitor.page.locator(".found summary").first.click()
        audit(visitor, f"{name}, answered")
        visitor.page.locator(".words .marker").first.click()
        audit(visitor, f"{name}, reading")
    assert {name: broken for name, broken in found.items() if broken} == {}
