# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deployment schedules in the forms in which people have exported them are the same, or it is told what is wrong."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._azure.deployment_schedule_model import from_api
from ansible_collections.hybridops.patching.plugins.module_utils._azure.migration_args import Settings
from ansible_collections.hybridops.patching.plugins.module_utils._azure.migration_map import Rules, map_schedule
from ansible_collections.hybridops.patching.plugins.module_utils._azure.migration_source import (
    Source,
    each_once,
    exported,
)
from ansible_collections.hybridops.patching.plugins.module_utils._azure.migration_unknown import KNOWN
from ansible_collections.hybridops.patching.plugins.module_utils._core.errors import InputError
from azure.mgmt.automation import models

from tests.unit.azure.test_schedule_migration import ACCOUNT, NOW, SUBSCRIPTION, resource

TASKS = {"preTask": {"source": "Stop", "parameters": {"scope": "x", "tags": "y"}}}
ONE = resource({"azureVirtualMachines": [f"{SUBSCRIPTION}/x"]}, tasks=TASKS)
FLAT = {"id": ONE["id"], "name": ONE["name"], "resourceGroup": "rg", "type": None, **ONE["properties"]}
TYPE = "Microsoft.Automation/automationAccounts/softwareUpdateConfigurations"


def template(name: str = "aa/prod", **more: Any) -> dict[str, Any]:
    """A template with the schedule, and an account beside it."""
    account = {"type": "Microsoft.Automation/automationAccounts", "name": "aa"}
    return {"resources": [account, {"type": TYPE, "name": name, "properties": ONE["properties"]}], **more}


def exported_by_portal() -> dict[str, Any]:
    """A template as the portal exports it: names and ids are parameters."""
    properties = copy.deepcopy(ONE["properties"])
    properties["updateConfiguration"]["azureVirtualMachines"] = ["[parameters('virtualMachines_x_externalid')]"]
    parameters = {
        "automationAccounts_aa_name": {"defaultValue": "aa", "type": "String"},
        "virtualMachines_x_externalid": {"defaultValue": f"{SUBSCRIPTION}/x", "type": "String"},
    }
    name = "[concat(parameters('automationAccounts_aa_name'), '/prod')]"
    return {"parameters": parameters, "resources": [{"type": TYPE, "name": name, "properties": properties}]}


def compiled() -> dict[str, Any]:
    """A template as Bicep compiles it: resources by name, an account with its children, format and variables."""
    inner = {"type": "softwareUpdateConfigurations", "name": "prod", "properties": ONE["properties"]}
    outer = {"type": TYPE, "name": "[format('{0}/{1}', variables('account'), 'prod')]", "properties": ONE["properties"]}
    account = {"type": "Microsoft.Automation/automationAccounts", "name": "aa", "resources": [inner]}
    return {"variables": {"account": "[concat('a', 'a')]"}, "resources": {"account": account, "schedule": outer}}


FORMS: dict[str, Any] = {
    "REST, one": ONE,
    "REST, list": {"value": [ONE]},
    "az rest, pages": [{"value": [ONE]}, {"value": []}],
    "az automation, one": FLAT,
    "az automation, list": [FLAT],
    "Get-AzResource": {"Name": "prod", "ResourceId": ONE["id"], "Properties": ONE["properties"], "Tags": None},
    "Get-AzResource, several": [{"Name": "prod", "ResourceId": ONE["id"], "Properties": ONE["properties"]}],
    "Invoke-AzRestMethod": {"StatusCode": 200, "Content": json.dumps({"value": [ONE]})},
    "template": template(),
    "template of the portal": exported_by_portal(),
    "template of Bicep": compiled(),
}


def read(path: Path, *contents: Any) -> list[Source]:
    """The schedules of files, each once."""
    files = []
    for number, content in enumerate(contents):
        files.append(str(path / f"{number}.json"))
        Path(files[-1]).write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    settings = Settings((), tuple(files), (), False, "s", "rg", (), False, Rules("westeurope"))
    return each_once(exported(settings))


@pytest.mark.parametrize("form", FORMS)
def test_each_form_is_the_same_schedule(tmp_path: Path, form: str) -> None:
    (found,) = read(tmp_path, FORMS[form])
    assert from_api(found.resource) == from_api(ONE)
    assert found.resource["id"] in (ONE["id"], "")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"resources": []}, "no softwareUpdateConfigurations"),
        (template("[concat(parameters('aa'), '/prod')]"), "give the parameter a defaultValue"),
        (template("[concat(resourceGroup().name, '/prod')]"), "write the value in its place"),
        (template("[concat('a', ]"), "the value in its place"),
        (template("[concat('a'))]"), "the value in its place"),
        (template("['a' 'b']"), "the value in its place"),
        (template("[variables('a')]", variables={"a": "[variables('a')]"}), "stands for itself"),
        (template("[format('{3}', 'a')]"), "the value in its place"),
        ({**ONE, "properties": {**ONE["properties"], "scheduleInfo": {"copy": []}}}, ""),
    ],
)
def test_what_only_a_deployment_knows_is_named(tmp_path: Path, content: Any, words: str) -> None:
    if not words:
        content["properties"]["scheduleInfo"] = {"copy": [{"name": "weekDays"}]}
        content, words = {"resources": [{"type": TYPE, "name": "aa/prod", **content}]}, "copy is not known"
    with pytest.raises(InputError, match="export_files") as caught:
        read(tmp_path, content)
    assert words in str(caught.value)


def test_a_bracket_that_is_no_expression_stays(tmp_path: Path) -> None:
    (found,) = read(tmp_path, template("aa/[[prod] x"))
    assert found.name == "[[prod] x"
    changed = template()
    changed["resources"][1]["properties"] = {**ONE["properties"], "scheduleInfo": {"description": "[[third]"}}
    (found,) = read(tmp_path, changed)
    assert from_api(found.resource)["schedule_info"]["description"] == "[third]"


@pytest.mark.parametrize(
    ("section", "member", "value"),
    [
        ("updateConfiguration", "nonAzureComputerNames", "box1 box2"),
        ("updateConfiguration", "targets", {"azureQueries": [{"scope": "/subscriptions/a"}]}),
        ("updateConfiguration", "targets", {"azureQueries": [{"tagSettings": {"tags": {"patch": "w1 w2"}}}]}),
        ("updateConfiguration", "linux", "@{rebootSetting=Never}"),
        ("scheduleInfo", "advancedSchedule", {"weekDays": "Monday Friday"}),
    ],
)
def test_what_powershell_cut_off_is_refused(tmp_path: Path, section: str, member: str, value: Any) -> None:
    cut = copy.deepcopy(ONE)
    cut["properties"][section][member] = value
    with pytest.raises(InputError, match="export_files"):
        read(tmp_path, cut)


class TestOnce:
    def listed(self) -> dict[str, Any]:
        """The schedule as a list has it: without its times."""
        properties = {name: value for name, value in ONE["properties"].items() if name != "scheduleInfo"}
        return {**ONE, "properties": {**properties, "frequency": "Day", "startTime": "2026-01-01T03:00:00+01:00"}}

    @pytest.mark.parametrize("first", [True, False])
    def test_what_tells_when_it_runs_counts_before_a_list(self, tmp_path: Path, first: bool) -> None:
        contents = [ONE, {"value": [self.listed()]}]
        (found,) = read(tmp_path, *(contents if first else contents[::-1]))
        assert "scheduleInfo" in found.resource["properties"]

    @pytest.mark.parametrize("first", [True, False])
    def test_of_two_exports_the_newer_counts(self, tmp_path: Path, first: bool) -> None:
        newer = copy.deepcopy(ONE)
        newer["properties"] |= {"lastModifiedTime": "2025-01-01T00:00:00+00:00"}
        newer["properties"]["updateConfiguration"]["duration"] = "PT3H"
        (found,) = read(tmp_path, *((ONE, newer) if first else (newer, ONE)))
        assert from_api(found.resource)["duration"] == "PT3H"

    def test_an_account_counts_before_every_export(self) -> None:
        old, now = copy.deepcopy(ONE), copy.deepcopy(ONE)
        old["properties"]["lastModifiedTime"] = "2025-01-01T00:00:00+00:00"
        assert [one.where for one in each_once([Source("file", old), Source("aa", now, live=True)])] == ["aa"]

    def test_two_of_one_name_and_without_ids_are_not_taken_for_one(self, tmp_path: Path) -> None:
        other = copy.deepcopy(template())
        other["resources"][1]["properties"]["updateConfiguration"]["nonAzureComputerNames"] = ["another"]
        assert len(read(tmp_path, template(), other)) == 2
        assert len(read(tmp_path, template(), template())) == len(read(tmp_path, ONE, template())) == 1


class TestUnknown:
    def test_every_member_of_the_sdk_s_models_is_known(self) -> None:
        parts: list[tuple[Any, Any]] = [
            (models.SoftwareUpdateConfigurationProperties, KNOWN),
            (models.SoftwareUpdateConfigurationCollectionItemProperties, KNOWN),
            (models.UpdateConfiguration, KNOWN["updateConfiguration"]),
            (models.WindowsProperties, KNOWN["updateConfiguration"]["windows"]),
            (models.LinuxProperties, KNOWN["updateConfiguration"]["linux"]),
            (models.TargetProperties, KNOWN["updateConfiguration"]["targets"]),
            (models.AzureQueryProperties, KNOWN["updateConfiguration"]["targets"]["azureQueries"]),
            (models.TagSettingsProperties, KNOWN["updateConfiguration"]["targets"]["azureQueries"]["tagSettings"]),
            (models.NonAzureQueryProperties, KNOWN["updateConfiguration"]["targets"]["nonAzureQueries"]),
            (models.SUCScheduleProperties, KNOWN["scheduleInfo"]),
            (models.AdvancedSchedule, KNOWN["scheduleInfo"]["advancedSchedule"]),
            (models.AdvancedScheduleMonthlyOccurrence, KNOWN["scheduleInfo"]["advancedSchedule"]["monthlyOccurrences"]),
            (models.SoftwareUpdateConfigurationTasks, KNOWN["tasks"]),
            (models.TaskProperties, KNOWN["tasks"]["preTask"]),
        ]
        for model, known in parts:
            assert _members(model) <= set(known), model.__name__

    def test_what_is_not_known_is_told(self) -> None:
        strange = copy.deepcopy(ONE)
        strange["properties"]["updateConfiguration"] |= {"reboot": "Twice", "nothing": None}
        strange["properties"]["tasks"]["preTask"]["parameters"] = {"whatever": {"a": 1}}
        mapped = map_schedule(strange, Rules("westeurope", accept=frozenset({"tasks"})), NOW)
        told = {loss.field: loss for loss in mapped.losses if "." in loss.field and not loss.blocks}
        assert list(told) == ["updateConfiguration.reboot"]
        assert (told["updateConfiguration.reboot"].value, mapped.parts != []) == ("Twice", True)
        assert told["updateConfiguration.reboot"].instead


def _members(model: Any) -> set[str]:
    """What the API calls the members of a model."""
    return {str(one._rest_name) for one in model()._attr_to_rest_field.values()}


QUERY: dict[str, Any] = {"scope": [SUBSCRIPTION], "locations": ["westeurope"], "tagSettings": None}


@pytest.mark.parametrize(
    "query",
    [
        QUERY | {"scope": []},
        QUERY | {"scope": None},
        QUERY | {"scope": ["/providers/Microsoft.Management/managementGroups/all"]},
        QUERY | {"scope": [ACCOUNT]},
        QUERY | {"scope": ["nothing"]},
        QUERY | {"locations": [" "]},
        QUERY | {"tagSettings": {"tags": {"patch": []}, "filterOperator": "All"}},
        QUERY | {"tagSettings": {"tags": {"patch": ["w1"], "Patch": ["w2"]}, "filterOperator": "All"}},
        QUERY | {"tagSettings": {"tags": {"patch": ["w1"]}, "filterOperator": "Some"}},
    ],
)
def test_a_query_that_no_dynamic_scope_stands_for_is_listed(query: dict[str, Any]) -> None:
    mapped = map_schedule(resource({"targets": {"azureQueries": [QUERY, query]}}), Rules("westeurope"), NOW)
    (loss,) = mapped.losses
    assert (loss.field.startswith("targets.azure_queries[1]"), loss.accept) == (True, "queries")
    assert [scope.scope for scope in mapped.scopes] == [SUBSCRIPTION]
    assert mapped.blocked(frozenset())
    assert not mapped.blocked(frozenset({"queries"}))
