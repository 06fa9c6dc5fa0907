"""axe-core finds nothing serious on the page: light, dark, narrow, silent, urgent, article open."""

import pytest

pytest.importorskip("playwright")
from axe_playwright_python.sync_playwright import Axe


@pytest.mark.parametrize(
    "settings",
    [{}, {"color_scheme": "dark"}, {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}],
    ids=["light", "dark", "phone"],
)
def test_axe_finds_nothing_serious(visit, settings):
    found = {}

    def audit(name):
        visitor.page.wait_for_timeout(600)
        found[name] = [
            (rule["id"], node["target"], node["failureSummary"])
            for rule in Axe().run(visitor.page).response["violations"]
            if rule["impact"] in ("serious", "critical")
            for node in rule["nodes"]
        ]

    visitor = visit(**settings)
    audit("empty")
    visitor.ask("Which muscles does ALS cramp?").ask("Where are its cramps?").ask("please break")
    visitor.ask("I can't breathe, who painted the Mona Lisa?")
    visitor.page.wait_for_selector("#following button")
    visitor.page.locator(".found summary").first.click()
    audit("answered")
    visitor.page.locator(".words .marker").first.click()
    audit("reading")
    assert {name: broken for name, broken in found.items() if broken} == {}
