"""The files under docs/deploy fit each other and the product's own command line."""

import json
import re
import tomllib
from pathlib import Path

import pytest
import yaml

from index.stores import StoreAddress
from qa.__main__ import _parser
from qa.server.guard import PAGE_BODIES
from qa.server.settings import MEGABYTE, ServerSettings

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "deploy"
COMPOSE = yaml.safe_load((FOLDER / "compose.yaml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]
NGINX = (FOLDER / "nginx.conf").read_text(encoding="utf-8")
OURS = {name: service for name, service in SERVICES.items() if service.get("image") == "footnote"}
REPLICAS = {name: service for name, service in OURS.items() if name.startswith("replica")}


def parsed(service):
    return _parser().parse_args(service["command"])


@pytest.mark.parametrize("name", OURS)
def test_our_commands_are_ones(name):
    options = parsed(OURS[name])
    assert callable(options.run)
    address = StoreAddress.parse(options.store)
    host, port = re.fullmatch(r"http://(\w+):(\d+)", address.uri).groups()
    assert host in SERVICES and port == "19530"
    assert address.name


def test_every_replica_serves_what_is_indexed():
    assert len(REPLICAS) == 3
    assert len({parsed(service).store for service in OURS.values()}) == 1
    options = parsed(SERVICES["index"])
    (volume,) = SERVICES["index"]["volumes"]
    assert volume.endswith(f":{options.paths[0]}:ro")
    default = re.search(r"\$\{CORPUS:-([^}]+)\}", volume)[1]
    assert (FOLDER / default).resolve() == ROOT / "corpus" / "articles"


def test_the_balancer_knows_every_replica_and_waits_long_enough():
    settings = ServerSettings()
    servers = dict(re.findall(r"server (replica-\d):(\d+)", NGINX))
    assert {name: parsed(service).port for name, service in REPLICAS.items()} == {n: int(p) for n, p in servers.items()}
    assert all(parsed(service).host == "0.0.0.0" for service in REPLICAS.values())
    assert int(re.search(r"proxy_read_timeout (\d+)s", NGINX)[1]) > settings.answer_seconds
    assert int(re.search(r"client_max_body_size (\d+)m", NGINX)[1]) * MEGABYTE >= PAGE_BODIES * settings.body_bytes
    assert "ip_hash;" in NGINX and "proxy_buffering off;" in NGINX
    for service in REPLICAS.values():
        assert int(service["stop_grace_period"].removesuffix("s")) > settings.shutdown_seconds
        assert "/readyz" in service["healthcheck"]["test"][-1]


def test_what_services_wait_for_is_there():
    for service in SERVICES.values():
        assert set(service.get("depends_on", ())) <= set(SERVICES)
    named = {volume.split(":")[0] for each in SERVICES.values() for volume in each.get("volumes", ())}
    assert {name for name in named if re.fullmatch(r"\w+", name)} == set(COMPOSE["volumes"])


def test_the_image_holds_the_command_and_the_extras():
    text = (FOLDER / "Dockerfile").read_text(encoding="utf-8")
    assert json.loads(re.search(r"^ENTRYPOINT (.+)$", text, re.MULTILINE)[1]) == ["footnote"]
    extras = re.search(r"'\.\[([\w,]+)\]'", text)[1].split(",")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert set(extras) <= set(project["optional-dependencies"])
    assert "footnote" in project["scripts"]
    for service in OURS.values():
        assert (FOLDER / service["build"]["context"] / service["build"]["dockerfile"]).samefile(FOLDER / "Dockerfile")
