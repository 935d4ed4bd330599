# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fleet file: accounts, machines and the catalogue of patches, read and checked."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
import weakref
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from .azure.fleet_part import build_azure, check_subscription, is_azure, place_machine
from .azure.settings import AzureSettings
from .machines import Clock, Machine, MachineSpec, Patch
from .machines.fleet_builder import build_roles, build_spec, merge_profile
from .machines.fleet_catalogue import Catalogue, build_catalogue
from .machines.fleet_checks import Errors
from .machines.fleet_generator import large_fleet_data
from .machines.fleet_schema import ACCOUNT, CREDENTIALS, DURATIONS, FLEET, MACHINE, PROFILE

DEFAULT_CREDENTIALS = {"access_key": "AKIASANDBOX000000000", "secret_key": "sandbox-secret-of-the-home-account"}
AZURE_ONLY = [{"id": "999999999999", "name": "home", "home": True}]
"""The accounts of a file that has Azure and names none: the AWS side is there and empty."""


class FleetError(ValueError):
    """A fleet file that is wrong; the message names file, key and what is allowed, all errors at once."""


@dataclass(frozen=True, slots=True)
class Role:
    """A role that may be assumed. ``external_id`` ``""``: none is asked."""

    arn: str
    external_id: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """An account. ``home``: the sandbox's credentials belong to it; only there are the keys set. ``regions``: those of
    its machines and those that the file names."""

    account_id: str
    name: str
    home: bool = False
    roles: tuple[Role, ...] = ()
    access_key: str = ""
    secret_key: str = ""
    regions: tuple[str, ...] = ()


class Fleet:
    """What a fleet file describes, alive. ``catalogue``: every patch, once for each product that the fleet has."""

    def __init__(
        self,
        source: str,
        clock: Clock,
        accounts: dict[str, Account],
        default_region: str,
        specs: Mapping[str, Any],
        catalogue: Catalogue,
        azure: AzureSettings | None = None,
    ) -> None:
        """``specs``: node_id -> a function that gives a fresh MachineSpec. ``azure``: None for a fleet without it."""
        self.azure = azure
        self.source = source
        self.clock = clock
        self.accounts = accounts
        self.default_region = default_region
        self.machines: dict[str, Machine] = {}
        self._specs = specs
        self._directory = Path(tempfile.mkdtemp(prefix="fleet-"))
        self._directory.chmod(0o755)
        self._finalizer = weakref.finalize(self, shutil.rmtree, self._directory, ignore_errors=True)
        self.reset()
        self.catalogue: tuple[Patch, ...] = catalogue.everything()

    @property
    def home(self) -> Account:
        """The account of the sandbox's own credentials."""
        return next(account for account in self.accounts.values() if account.home)

    @property
    def directory(self) -> Path:
        """A directory that goes with the fleet."""
        return self._directory

    def machine(self, node_id: str) -> Machine:
        """By id; raises KeyError."""
        return self.machines[node_id]

    def by_name(self, name: str) -> Machine:
        """The first machine of that name; raises KeyError."""
        for machine in self.machines.values():
            if machine.name == name:
                return machine
        raise KeyError(name)

    def select(self, account: str, region: str | None = None) -> Iterator[Machine]:
        """The machines of an account (and region), in the file's order."""
        for machine in self.machines.values():
            if machine.account == account and region in (None, machine.region):
                yield machine

    def role(self, arn: str) -> tuple[Account, Role] | None:
        """Whose role that is; None when the fleet does not name it."""
        for account in self.accounts.values():
            for role in account.roles:
                if role.arn == arn:
                    return account, role
        return None

    def reset(self) -> None:
        """Put every machine back to what the file says. The Machine objects are new ones."""
        fresh: dict[str, Machine] = {}
        for node_id, make in self._specs.items():
            directory = self._directory / _directory_name(node_id)
            shutil.rmtree(directory, ignore_errors=True)
            fresh[node_id] = Machine(make(), self.clock, directory)
        self.machines = fresh

    def close(self) -> None:
        """Remove the machines' directories."""
        self._finalizer()

    @property
    def closed(self) -> bool:
        """Whether it was closed: nothing that runs by itself may go on."""
        return not self._finalizer.alive


def _directory_name(node_id: str) -> str:
    """Short and without slashes: an ARM id would leave the fleet's directory."""
    return hashlib.sha256(node_id.lower().encode()).hexdigest()[:16] if is_azure(node_id) else node_id


def load_fleet(path: str | Path, clock: Clock | None = None) -> Fleet:
    """Read a fleet file. Raises FleetError."""
    try:
        data = _read(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise FleetError(f"{path}: cannot be read: {error.strerror}") from error
    except yaml.YAMLError as error:
        raise FleetError(f"{path}: is no YAML: {error}") from error
    return build_fleet(data, clock, str(path))


def _read(text: str) -> Any:
    """YAML; what is JSON is read as such, which takes a hundredth of the time."""
    with suppress(ValueError):
        return json.loads(text)
    return yaml.safe_load(text)


def build_fleet(data: Any, clock: Clock | None = None, source: str = "<fleet>") -> Fleet:
    """A fleet from data of the file's form. Raises FleetError."""
    clock = clock or Clock()
    errors = Errors()
    top = errors.keys("fleet", data, FLEET)
    catalogue = build_catalogue(errors, top.get("patches", []), clock.now())
    profiles = _profiles(errors, top.get("profiles", {}))
    specs = _specs(errors, top, profiles, catalogue)
    azure = build_azure(errors, top)
    accounts = _accounts(errors, top, azure, [make() for make in specs.values()])
    if errors:
        raise FleetError("\n".join(f"{source}: {error.removeprefix('fleet.')}" for error in errors))
    return Fleet(source, clock, accounts, top.get("default_region", "eu-central-1"), specs, catalogue, azure)


def _profiles(errors: Errors, data: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {str(name): errors.keys(f"profiles.{name}", profile, PROFILE) for name, profile in data.items()}


def _specs(errors: Errors, top: Mapping[str, Any], profiles: Mapping[str, Any], catalogue: Catalogue) -> dict[str, Any]:
    durations = errors.keys("durations", top.get("durations", {}), DURATIONS)
    specs: dict[str, Any] = {}
    seen: set[str] = set()
    for position, entry in enumerate(top.get("machines", [])):
        path = f"machines[{position}]"
        good = errors.keys(path, entry, MACHINE)
        if is_azure(good.get("node_id")):
            good = place_machine(errors, path, good)
        elif "account" not in entry:
            errors.append(f"{path}.account: is missing")
        if not {"node_id", "name", "account", "region"} <= good.keys():
            continue
        path = f"{path} ({good['name']})"
        name = good.pop("profile", None)
        if name is not None and name not in profiles:
            errors.append(
                f"{path}.profile: {name!r} is no profile of this file; it has {', '.join(profiles) or 'none'}"
            )
            continue
        merged = merge_profile(profiles.get(name or "", {}), good)
        if merged["node_id"].lower() in seen:
            errors.append(f"{path}.node_id: {merged['node_id']} is there twice")
            continue
        seen.add(merged["node_id"].lower())
        if build_spec(errors, path, merged, catalogue, durations):
            specs[merged["node_id"]] = _maker(path, merged, catalogue, durations)
    return specs


def _maker(path: str, merged: dict[str, Any], catalogue: Catalogue, durations: Mapping[str, float]) -> Any:
    def make() -> MachineSpec:
        spec = build_spec(Errors(), path, merged, catalogue, durations)
        if spec is None:
            raise FleetError(f"{path}: was right when the file was read and is wrong now")
        return spec

    return make


def _accounts(
    errors: Errors, top: Mapping[str, Any], azure: AzureSettings | None, specs: list[MachineSpec]
) -> dict[str, Account]:
    keys = errors.keys("credentials", top.get("credentials", DEFAULT_CREDENTIALS), CREDENTIALS)
    accounts: dict[str, Account] = {}
    if "accounts" not in top and azure is None:
        errors.append("accounts: is missing")
    for position, entry in enumerate(top.get("accounts", AZURE_ONLY if azure else [])):
        path = f"accounts[{position}]"
        good = errors.keys(path, entry, ACCOUNT)
        if "id" not in good:
            continue
        home = good.get("home", False)
        regions = [*good.get("regions", []), *(spec.region for spec in specs if spec.account == good["id"])]
        roles = tuple(Role(**role) for role in build_roles(errors, f"{path}.roles", good.get("roles", [])))
        accounts[good["id"]] = Account(
            good["id"],
            good.get("name", good["id"]),
            home,
            roles,
            keys.get("access_key", "") if home else "",
            keys.get("secret_key", "") if home else "",
            tuple(dict.fromkeys(regions)),
        )
    if sum(account.home for account in accounts.values()) != 1:
        errors.append("accounts: exactly one needs home: true")
    for spec in specs:
        if is_azure(spec.node_id):
            check_subscription(errors, azure, spec.name, spec.account)
        elif spec.account not in accounts:
            errors.append(f"machine {spec.name}: account {spec.account} is not among the accounts")
    return accounts


def large_fleet(
    nodes: int, *, accounts: int = 2, regions: tuple[str, ...] = ("eu-central-1", "eu-west-1")
) -> dict[str, Any]:
    """Data of a fleet of ``nodes`` machines, six operating systems in turn, for ``build_fleet``."""
    return large_fleet_data(nodes, accounts, regions)
