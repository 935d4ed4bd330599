# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a node, a batch and an environment are treated: the narrowest rule that says something wins."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any

from ..errors import InputError
from . import defaults
from .model import (
    Application,
    Batch,
    ConfigurationSettings,
    Environment,
    Gate,
    NodeSettings,
    Policy,
    Wave,
    WindowSettings,
)


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings that hold for a node, with nothing left open."""

    snapshot: str
    on_failure: str
    reboot: str
    start_stopped: bool
    allow_unprotected: bool
    min_free_disk_mib: int
    spread_by: tuple[str, ...]
    accept: tuple[str, ...]


def environment_of(policy: Policy, name: str) -> Environment:
    """The environment of this name. Raises InputError for one that the policy does not have."""
    found = policy.environment(name)
    if found is None:
        raise InputError("environment", name, ", ".join(one.name for one in policy.environments))
    return found


def settings_for(
    policy: Policy,
    environment: Environment,
    batch: Batch | None = None,
    application: Application | None = None,
    application_batch: Batch | None = None,
) -> Settings:
    """From wide to narrow: built in, ``defaults``, environment, batch, application, the application's batch."""
    layers = [defaults.SETTINGS, policy.settings, environment.settings]
    layers += [layer.settings for layer in (batch, application, application_batch) if layer is not None]
    return Settings(**{field.name: _narrowest(layers, field.name) for field in fields(Settings)})


def gate_for(policy: Policy, environment: str) -> Gate:
    """The gate between the batches of an environment."""
    found = policy.environment(environment)
    return found.gate if found and found.gate else policy.gate


def waves_for(policy: Policy, environment: str, batch: str) -> tuple[Wave, ...]:
    """The waves of a batch, as Ansible's ``serial`` takes them: of the batch, the environment or the defaults."""
    of_batch = next((one.waves for one in policy.batches if one.name == batch), ())
    found = policy.environment(environment)
    return of_batch or (found.waves if found else ()) or policy.waves


def windows_for(policy: Policy, environment: str) -> WindowSettings:
    """How the maintenance windows of an environment do their work, with nothing left open."""
    found = policy.environment(environment)
    layers = [defaults.WINDOWS, policy.windows, *([found.windows] if found else [])]
    return WindowSettings(**{field.name: _narrowest(layers, field.name) for field in fields(WindowSettings)})


def configurations_for(policy: Policy, environment: str) -> ConfigurationSettings:
    """Where an environment's maintenance configurations are and when they open, with nothing left open."""
    found = policy.environment(environment)
    layers = [defaults.CONFIGURATIONS, policy.configurations, *([found.configurations] if found else [])]
    return ConfigurationSettings(
        **{field.name: _narrowest(layers, field.name) for field in fields(ConfigurationSettings)}
    )


def given_waves(given: Iterable[object]) -> tuple[Wave, ...]:
    """Waves that a person gives for one run; templating turns numbers into texts. Raises InputError."""
    return tuple(_given_wave(value) for value in given)


def _given_wave(value: object) -> Wave:
    text = str(value).strip()
    if text.isdigit() and int(text) > 0:
        return int(text)
    if re.fullmatch(r"[1-9][0-9]?%|100%", text):
        return text
    raise InputError("patch_waves", value, "numbers of nodes from 1 and percentages such as '10%'")


def tag_keys_for(policy: Policy, provider: str) -> dict[str, tuple[str, ...]]:
    """Tag keys of a node's fields and labels for a provider; ``azure_vm`` and ``azure_arc`` share ``azure``."""
    return dict(policy.tag_keys.get(provider) or policy.tag_keys.get(provider.partition("_")[0]) or {})


def _narrowest(layers: Sequence[NodeSettings | WindowSettings | ConfigurationSettings], name: str) -> Any:
    return next(value for layer in reversed(layers) if (value := getattr(layer, name)) is not None)
