# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Assignments of maintenance configurations: who joins, who leaves, what a dynamic scope has."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._azure.maintenance_assignment_plan import (
    Assigned,
    machine_assignments,
    plan_machines,
    plan_scope,
    scope_from_api,
)
from ansible_collections.hybridops.patching.plugins.module_utils._azure.maintenance_filter import (
    check_filter,
    filter_after,
    filter_from_api,
    filter_to_api,
    wanted_filter,
)
from ansible_collections.hybridops.patching.plugins.module_utils._azure.maintenance_ids import derived_name
from ansible_collections.hybridops.patching.plugins.module_utils._core.change_set import ChangeSet
from ansible_collections.hybridops.patching.plugins.module_utils._core.errors import InputError
from azure.mgmt.maintenance.models import ConfigurationAssignment
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.azure.wire import SUBSCRIPTION, arc, vm

HERE = f"/subscriptions/{SUBSCRIPTION}"
CONFIGURATIONS = f"{HERE}/resourceGroups/rg/providers/Microsoft.Maintenance/maintenanceConfigurations"
SATURDAYS, SUNDAYS = f"{CONFIGURATIONS}/Saturdays", f"{CONFIGURATIONS}/sundays"
NAMES = [vm("a"), vm("b"), arc("c"), arc("d"), vm("e")]


def assigned(machine: str, configuration: str = SATURDAYS, name: str = "x") -> Assigned:
    (one,) = machine_assignments(
        [
            {
                "id": f"{machine}/providers/Microsoft.Maintenance/configurationAssignments/{name}",
                "properties": {"maintenanceConfigurationId": configuration.lower(), "resourceId": machine},
            }
        ]
    )
    return one


def steps(changes: ChangeSet) -> dict[str, str]:
    return {str(step.params["machine"]): step.action.partition("_")[0] for step in changes.steps}


class TestMachines:
    def test_only_those_that_lack_it_join(self) -> None:
        present = [assigned(vm("a")), assigned(vm("b"), SUNDAYS)]
        changes = plan_machines(present, [vm("a"), vm("b"), arc("c")], SATURDAYS, locations={arc("c"): "westeurope"})
        assert steps(changes) == {vm("b"): "put", arc("c"): "put"}
        assert changes.before == {"machines": [vm("a")]}
        assert changes.after == {"machines": [vm("a"), vm("b"), arc("c")]}

    def test_the_request_is_the_api_s(self) -> None:
        (step,) = plan_machines([], [arc("c")], SATURDAYS, locations={arc("c"): "westeurope"}).steps
        name = derived_name(SATURDAYS)
        assert step.subject == f"{arc('c')}/providers/Microsoft.Maintenance/configurationAssignments/{name}"
        request = step.params["request"]
        assert request == {
            "location": "westeurope",
            "properties": {"maintenanceConfigurationId": SATURDAYS, "resourceId": arc("c")},
        }
        model = ConfigurationAssignment.deserialize(request)
        assert (model.maintenance_configuration_id, model.resource_id) == (SATURDAYS, arc("c"))
        (unplaced,) = plan_machines([], [arc("c")], SATURDAYS).steps
        assert set(unplaced.params["request"]) == {"properties"}

    def test_names_are_stable_and_do_not_collide(self) -> None:
        assert derived_name(SATURDAYS) == derived_name(SATURDAYS).replace("saturdays", "Saturdays")
        assert derived_name(SATURDAYS).lower() == derived_name(SATURDAYS.lower())
        other = SATURDAYS.replace("/rg/", "/other/")
        assert derived_name(other) != derived_name(SATURDAYS)

    def test_a_name_that_another_configuration_has_is_refused(self) -> None:
        present = [assigned(vm("a"), SUNDAYS, "mine")]
        with pytest.raises(InputError, match=r"name: 'mine'.*sundays"):
            plan_machines(present, [vm("a")], SATURDAYS, name="mine")

    def test_absent_takes_out_what_is_named_and_nothing_else(self) -> None:
        present = [assigned(vm("a")), assigned(vm("b")), assigned(vm("a"), SUNDAYS, "y")]
        changes = plan_machines(present, [vm("a"), arc("d")], SATURDAYS, absent=True)
        assert [step.subject for step in changes.steps] == [present[0].id]

    def test_too_many_are_refused(self) -> None:
        many = [vm(f"m{number}") for number in range(3001)]
        with pytest.raises(InputError, match=r"nodes: 3001.*3000"):
            plan_machines([], many, SATURDAYS)
        assert len(plan_machines([], many[1:], SATURDAYS).steps) == 3000

    @settings(deadline=None)
    @given(
        st.sets(st.sampled_from(NAMES)),
        st.sets(st.sampled_from(NAMES)),
        st.sets(st.sampled_from(NAMES)),
        st.booleans(),
        st.sets(st.sampled_from(NAMES)),
    )
    def test_once_is_enough_and_others_are_left_alone(
        self, there: set[str], foreign: set[str], wanted: set[str], purge: bool, kept: set[str]
    ) -> None:
        wanted -= kept
        present = [assigned(one) for one in sorted(there)] + [assigned(one, SUNDAYS, "y") for one in sorted(foreign)]
        changes = plan_machines(present, sorted(wanted), SATURDAYS, purge=purge, keep=kept)
        after = set(changes.after["machines"])
        assert after == ((there & kept) | wanted if purge else there | wanted)
        ids = {one.id for one in present if one.configuration == SATURDAYS.lower()}
        assert {step.subject for step in changes.steps if step.action == "delete_assignment"} <= ids
        again = plan_machines(
            [assigned(one) for one in sorted(after)], sorted(wanted), SATURDAYS, purge=purge, keep=kept
        )
        assert again.steps == ()
        gone = plan_machines([assigned(one) for one in sorted(after)], sorted(wanted), SATURDAYS, absent=True)
        assert set(gone.after["machines"]) == after - wanted


PUBLISHED: dict[str, Any] = {
    "id": f"{HERE}/providers/Microsoft.Maintenance/configurationAssignments/workervmConfiguration",
    "name": "workervmConfiguration",
    "type": "Microsoft.Maintenance/configurationAssignments",
    "properties": {
        "filter": {
            "resourceTypes": ["Microsoft.HybridCompute/machines", "Microsoft.Compute/virtualMachines"],
            "resourceGroups": ["RG1", "RG2"],
            "tagSettings": {"tags": {"tag1": ["v1", "v2"], "tag2": ["v3"]}, "filterOperator": "Any"},
            "locations": ["Japan East", "UK South"],
        },
        "maintenanceConfigurationId": SATURDAYS.replace("resourceGroups", "resourcegroups"),
        "resourceId": HERE,
    },
}
"""What the published example of a dynamic scope answers, some of it."""

SAME = {
    "locations": ["uksouth", "japaneast"],
    "resource_groups": ["rg2", "rg1"],
    "resource_types": ["microsoft.compute/virtualmachines", "Microsoft.HybridCompute/machines"],
    "tag_settings": {"tags": {"TAG2": "v3", "tag1": ["v2", "v1"]}, "filter_operator": "Any"},
}


def scope(wanted: dict[str, Any] | None, there: str | dict[str, Any] | None = "published", **more: Any) -> ChangeSet:
    chosen = wanted_filter(wanted)
    check_filter(chosen)
    current = scope_from_api(PUBLISHED if isinstance(there, str) else there) if there else None
    return plan_scope(current, HERE, SATURDAYS, chosen, name="workervmConfiguration", **more)


class TestScopes:
    @pytest.mark.parametrize(
        "wanted", [SAME, {}, None, {"tag_settings": {"tags": {"tag1": ["v1", "v2"], "tag2": ["v3"]}}}]
    )
    def test_what_says_the_same_is_no_difference(self, wanted: dict[str, Any] | None) -> None:
        assert scope(wanted).steps == ()

    def test_a_new_one_is_the_api_s(self) -> None:
        (step,) = scope(SAME, None).steps
        assert step.subject == PUBLISHED["id"]
        request = step.params["request"]
        assert request["properties"]["filter"] == {
            "locations": ["japaneast", "uksouth"],
            "resourceGroups": ["rg1", "rg2"],
            "resourceTypes": ["microsoft.compute/virtualmachines", "Microsoft.HybridCompute/machines"],
            "tagSettings": {"tags": {"TAG2": ["v3"], "tag1": ["v1", "v2"]}, "filterOperator": "Any"},
        }
        model = ConfigurationAssignment.deserialize(request)
        assert model.filter is not None
        assert model.filter.tag_settings is not None
        assert model.filter.tag_settings.filter_operator == "Any"

    @pytest.mark.parametrize(
        ("wanted", "member", "value"),
        [
            ({"locations": []}, "locations", None),
            ({"locations": ["westeurope"]}, "locations", ["westeurope"]),
            ({"os_types": ["Linux"]}, "osTypes", ["Linux"]),
            ({"resource_groups": []}, "resourceGroups", None),
            ({"resource_types": []}, "resourceTypes", None),
            ({"tag_settings": {"tags": {}}}, "tagSettings", None),
            (
                {"tag_settings": {"filter_operator": "All"}},
                "tagSettings",
                {"tags": {"tag1": ["v1", "v2"], "tag2": ["v3"]}, "filterOperator": "All"},
            ),
            (
                {"tag_settings": {"tags": {"tag1": ["V1", "v2"], "tag2": ["v3"]}}},
                "tagSettings",
                {"tags": {"tag1": ["V1", "v2"], "tag2": ["v3"]}, "filterOperator": "Any"},
            ),
        ],
    )
    def test_one_part_leaves_the_others(self, wanted: dict[str, Any], member: str, value: Any) -> None:
        (step,) = scope(wanted).steps
        filters = step.params["request"]["properties"]["filter"]
        assert filters.get(member) == value
        rest = {name: part for name, part in filters.items() if name != member}
        was = filter_to_api(filter_from_api(PUBLISHED["properties"]["filter"]))
        assert rest == {name: part for name, part in was.items() if name != member}
        there = {**PUBLISHED, "properties": {**PUBLISHED["properties"], "filter": filters}}
        assert scope(wanted, there).steps == ()

    def test_tags_need_an_operator(self) -> None:
        changes = scope({"tag_settings": {"tags": {"patch": ["a"]}}}, None)
        assert changes.after["filter"]["tag_settings"]["filter_operator"] == "All"
        (step,) = changes.steps
        assert step.params["request"]["properties"]["filter"]["tagSettings"]["filterOperator"] == "All"

    def test_another_configuration_keeps_the_filter(self) -> None:
        chosen = plan_scope(scope_from_api(PUBLISHED), HERE, SUNDAYS, None, name="workervmConfiguration")
        (step,) = chosen.steps
        assert step.params["request"]["properties"]["maintenanceConfigurationId"] == SUNDAYS
        assert len(step.params["request"]["properties"]["filter"]) == 4

    def test_everything_has_to_be_said_and_can_be(self) -> None:
        with pytest.raises(InputError, match=r"filter is not set.*\{\} is all of them"):
            scope(None, None)
        (step,) = scope({}, None).steps
        assert step.params["request"]["properties"]["filter"] == {}

    def test_it_goes_once(self) -> None:
        (step,) = scope(None, absent=True).steps
        assert (step.action, step.subject) == ("delete_assignment", PUBLISHED["id"])
        assert scope(None, None, absent=True).steps == ()

    @pytest.mark.parametrize(
        ("wanted", "message"),
        [
            ({"os_types": ["Solaris"]}, "filter.os_types: 'Solaris'"),
            ({"resource_types": ["Microsoft.Compute/disks"]}, "filter.resource_types"),
            ({"locations": [" "]}, "filter.locations"),
            ({"resource_groups": ["/subscriptions/s/resourceGroups/rg"]}, "filter.resource_groups"),
            ({"tag_settings": {"filter_operator": "None"}}, "filter.tag_settings.filter_operator"),
            ({"tag_settings": {"tags": {"patch": None}}}, "filter.tag_settings.tags.patch"),
            ({"tag_settings": {"tags": {"": ["x"]}}}, "filter.tag_settings.tags"),
            ({"tag_settings": {"tags": {"patch": ["a"], "Patch": ["b"]}}}, "filter.tag_settings.tags: 'patch'"),
        ],
    )
    def test_what_cannot_be_is_refused(self, wanted: dict[str, Any], message: str) -> None:
        with pytest.raises(InputError, match=message):
            scope(wanted)


def test_an_operator_alone_is_nothing_to_send() -> None:
    chosen = wanted_filter({"tag_settings": {"filter_operator": "Any"}})
    assert chosen is not None
    after = filter_after(filter_from_api({}), chosen)
    assert filter_to_api(after) == {}
