# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents: contents that mean the same are the same, what a version has is kept, and what is used is not deleted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.hybridops.patching.plugins.module_utils._aws import document as document_module
from ansible_collections.hybridops.patching.plugins.module_utils._aws.document import manage_document
from ansible_collections.hybridops.patching.plugins.module_utils._aws.document_args import document_args
from ansible_collections.hybridops.patching.plugins.module_utils._aws.document_content import (
    LARGEST,
    stored_content,
    wanted_content,
)
from ansible_collections.hybridops.patching.plugins.module_utils._aws.document_model import from_api
from ansible_collections.hybridops.patching.plugins.module_utils._aws.document_plan import (
    Wanted,
    plan_absent,
    plan_present,
)
from ansible_collections.hybridops.patching.plugins.module_utils._aws.document_usage import users_of
from ansible_collections.hybridops.patching.plugins.module_utils._core.errors import (
    CloudError,
    InputError,
    PatchingError,
)
from botocore.exceptions import ReadTimeoutError
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.aws.wire import REGION, Call, FakeSession, Wire, refusal

NAME = "Example-Stop"
SCRIPT: dict[str, Any] = {
    "schemaVersion": "2.2",
    "mainSteps": [{"action": "aws:runShellScript", "name": "stop", "inputs": {"runCommand": ["one", "two"]}}],
}
OTHER = {**SCRIPT, "description": "other"}
LOST = ReadTimeoutError(endpoint_url="https://ssm")

structures = st.dictionaries(
    st.text("abc", min_size=1, max_size=3),
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), st.text("aé: -'\"0{}#\n", max_size=6)),
        lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text("xyz", max_size=2), inner)),
        max_leaves=6,
    ),
    min_size=1,
)


def content(given: Any = None, form: str | None = None) -> Any:
    return wanted_content(SCRIPT if given is None else given, None, form)


def described(**values: Any) -> dict[str, Any]:
    """A DocumentDescription."""
    known = {"Name": NAME, "DocumentType": "Command", "DocumentFormat": "JSON", "Owner": "111111111111"}
    versions = {"LatestVersion": "3", "DefaultVersion": "3", "DocumentVersion": "3", "Status": "Active"}
    return known | versions | values


def there(given: Any = None, share_with: list[str] | None = None, **values: Any) -> Any:
    text = json.dumps(SCRIPT if given is None else given)
    return from_api(described(**values), stored_content(text, "JSON"), {"a": "1"}, share_with)


class TestContent:
    @given(structures)
    def test_json_and_yaml_of_a_structure_mean_the_same(self, given: dict[str, Any]) -> None:
        plain = content(given)
        for text in (json.dumps(given), yaml.safe_dump(given), content(given, "YAML").text):
            assert content(text).same(plain)
        turned = dict(reversed(list(given.items())))
        assert content(turned).same(stored_content(plain.text, "JSON"))
        assert stored_content(yaml.safe_dump(given), "YAML").same(plain)

    def test_what_yaml_takes_for_a_date_is_text(self) -> None:
        assert content("since: 2026-01-01\n").same(content({"since": "2026-01-01"}))

    def test_the_order_of_steps_has_meaning(self) -> None:
        assert not content({"mainSteps": ["one", "two"]}).same(content({"mainSteps": ["two", "one"]}))

    @pytest.mark.parametrize(
        ("text", "form"), [('{"a": 1}', "JSON"), ("a: 1", "YAML"), ("BEGIN:VCALENDAR\nEND:VCALENDAR\n", "TEXT")]
    )
    def test_formats_are_told_apart(self, text: str, form: str) -> None:
        assert content(text).format == form

    def test_texts_are_compared_without_their_ends_of_lines(self) -> None:
        assert content("BEGIN\nEND\n").same(stored_content("BEGIN\r\nEND", "TEXT"))

    def test_a_file_is_read_as_it_is(self, tmp_path: Path) -> None:
        path = tmp_path / "stop.yaml"
        path.write_text("schemaVersion: '2.2'\ndescription: '{{ é }}'\n", encoding="utf-8")
        assert wanted_content(None, str(path), None) == content("schemaVersion: '2.2'\ndescription: '{{ é }}'\n")

    def test_files_that_cannot_be_read_are_refused(self, tmp_path: Path) -> None:
        (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
        for name in ("none", "binary"):
            with pytest.raises(InputError, match=f"src: .*{name}"):
                wanted_content(None, str(tmp_path / name), None)

    @pytest.mark.parametrize(
        ("given", "form", "option"),
        [
            ("a: 1", "JSON", "content"),
            ("just words", "YAML", "content"),
            ("[1, 2]", "JSON", "content"),
            ("", None, "content"),
            ({"a": 1}, "TEXT", "document_format"),
            ({"a": "x" * LARGEST}, None, "content"),
        ],
    )
    def test_contents_that_are_none_are_refused(self, given: Any, form: str | None, option: str) -> None:
        with pytest.raises(InputError, match=f"^{option}: "):
            content(given, form)

    def test_a_large_structure_is_written_tightly(self) -> None:
        large = {"commands": ["x" * 8] * 5000}
        assert len(content(large).text) < LARGEST < len(json.dumps(large, indent=2))


class TestPlan:
    def test_a_new_document(self) -> None:
        changes = plan_present(None, Wanted(NAME, content(), version_name="one", tags={"a": "1"}, share_with=["all"]))
        assert [step.action for step in changes.steps] == ["create_document", "modify_document_permission"]
        assert changes.steps[0].params == {
            "Name": NAME,
            "Content": json.dumps(SCRIPT, indent=2),
            "DocumentFormat": "JSON",
            "DocumentType": "Command",
            "VersionName": "one",
            "Tags": [{"Key": "a", "Value": "1"}],
        }
        assert (changes.after["latest_version"], changes.after["default_version"]) == ("1", "1")

    def test_the_same_written_otherwise_is_no_difference(self) -> None:
        wanted = Wanted(NAME, content(yaml.safe_dump(dict(reversed(list(SCRIPT.items()))))), version_name="other")
        assert not plan_present(there(), wanted).changed

    @pytest.mark.parametrize(
        ("default", "steps", "after"),
        [
            (None, ["update_document", "update_document_default_version"], "4"),
            ("latest", ["update_document", "update_document_default_version"], "4"),
            ("keep", ["update_document"], "2"),
            ("3", ["update_document", "update_document_default_version"], "3"),
            ("4", ["update_document", "update_document_default_version"], "4"),
        ],
    )
    def test_a_new_version_and_what_becomes_the_default(
        self, default: str | None, steps: list[str], after: str
    ) -> None:
        changes = plan_present(there(DefaultVersion="2"), Wanted(NAME, content(OTHER), default_version=default))
        assert [step.action for step in changes.steps] == steps
        assert (changes.after["latest_version"], changes.after["default_version"]) == ("4", after)
        assert changes.steps[0].params["DocumentVersion"] == "3"

    def test_a_content_of_an_earlier_version_takes_no_new_one(self) -> None:
        back = plan_present(there(), Wanted(NAME, content(OTHER), earlier="2"))
        assert [step.action for step in back.steps] == ["update_document_default_version"]
        assert (back.after["latest_version"], back.after["default_version"]) == ("3", "2")
        assert not plan_present(there(DefaultVersion="2"), Wanted(NAME, content(OTHER), earlier="2")).changed
        assert not plan_present(there(), Wanted(NAME, content(OTHER), earlier="2", default_version="keep")).changed

    def test_the_default_alone(self) -> None:
        current = there(DefaultVersion="2")
        assert not plan_present(current, Wanted(NAME, tags={"a": "1"})).changed
        assert plan_present(current, Wanted(NAME, content())).after["default_version"] == "3"
        assert plan_present(current, Wanted(NAME, default_version="1")).after["default_version"] == "1"
        with pytest.raises(InputError, match="default_version"):
            plan_present(current, Wanted(NAME, default_version="4"))

    def test_a_new_version_keeps_what_the_latest_one_has(self) -> None:
        current = there(
            TargetType="/", DisplayName="Stop", CloudProviders=["AWS"], AttachmentsInformation=[{"Name": "stop.zip"}]
        )
        changes = plan_present(current, Wanted(NAME, content(OTHER)))
        sent = changes.steps[0].params
        assert (sent["TargetType"], sent["DisplayName"], sent["CloudProviders"]) == ("/", "Stop", ["AWS"])
        reference = {"Key": "AttachmentReference", "Values": [f"{NAME}/3/stop.zip"], "Name": "stop.zip"}
        assert sent["Attachments"] == [reference]
        assert changes.after["attachments"] == ["stop.zip"]

    @pytest.mark.parametrize(
        ("name", "value"), [("target_type", "/"), ("display_name", "Stop"), ("cloud_providers", ["AWS", "GCP"])]
    )
    def test_what_belongs_to_a_version_takes_a_new_one(self, name: str, value: Any) -> None:
        changes = plan_present(there(), Wanted(NAME, values={name: value}))
        assert changes.steps[0].action == "update_document"
        assert json.loads(changes.steps[0].params["Content"]) == SCRIPT
        assert (changes.after[name], changes.after["default_version"]) == (value, "3")

    def test_attachments_are_compared_by_their_names(self) -> None:
        current = there(AttachmentsInformation=[{"Name": "b.zip"}, {"Name": "a.zip"}])
        files = [
            {"key": "S3FileUrl", "values": ["s3://bucket/a.zip"]},
            {"key": "S3FileUrl", "values": ["s3://bucket/other"], "name": "b.zip"},
        ]
        assert not plan_present(current, Wanted(NAME, values={"attachments": files})).changed
        fewer = plan_present(current, Wanted(NAME, values={"attachments": files[:1]}))
        assert fewer.after["attachments"] == ["a.zip"]
        none = plan_present(current, Wanted(NAME, values={"attachments": []}))
        assert ("Attachments" in none.steps[0].params, none.after["attachments"]) == (False, [])
        folder = [{"key": "SourceUrl", "values": ["s3://bucket/folder"]}]
        assert not plan_present(current, Wanted(NAME, values={"attachments": folder})).changed

    def test_what_was_decided_at_the_creation_cannot_change(self) -> None:
        for name, value in (("document_type", "Automation"), ("requires", [{"name": "Schema"}])):
            with pytest.raises(InputError, match=f"{name}: .* decided when a document is created"):
                plan_present(there(), Wanted(NAME, values={name: value}))
        same = there(Requires=[{"Name": "Schema", "Version": "1"}])
        assert not plan_present(same, Wanted(NAME, values={"requires": [{"name": "Schema", "version": "1"}]})).changed

    def test_a_version_that_failed_is_made_again(self) -> None:
        assert plan_present(there(Status="Failed"), Wanted(NAME, content())).steps[0].action == "update_document"
        assert not plan_present(there(Status="Failed"), Wanted(NAME, tags={"a": "1"})).changed

    def test_sharing_adds_and_takes_away_twenty_at_a_time(self) -> None:
        old = [f"{number:012}" for number in range(21)]
        new = [f"{number:012}" for number in range(20, 41)]
        changes = plan_present(there(share_with=old), Wanted(NAME, share_with=new))
        sizes = [(name, len(accounts)) for step in changes.steps for name, accounts in step.params.items()]
        assert sizes == [("AccountIdsToAdd", 20), ("AccountIdsToRemove", 20)]
        assert changes.after["share_with"] == new
        kept = plan_present(there(share_with=old), Wanted(NAME, share_with=new, purge_share_with=False))
        assert kept.after["share_with"] == [*old, *new[1:]]

    def test_aws_own_documents_are_left_alone(self) -> None:
        theirs = there(Owner="Amazon")
        with pytest.raises(InputError, match="a document of your own"):
            plan_present(theirs, Wanted(NAME, content(OTHER)))
        with pytest.raises(InputError, match="a document of your own"):
            plan_absent(theirs, [], force=False)

    def test_a_document_that_is_used_is_not_deleted(self) -> None:
        with pytest.raises(PatchingError, match="used by association scan"):
            plan_absent(there(), ["association scan (1)"], force=False)
        steps = plan_absent(there(share_with=["all"]), [], force=True).steps
        assert [dict(step.params) for step in steps] == [{"AccountIdsToRemove": ["all"]}, {"Force": True}]
        assert not plan_absent(None, [], force=False).changed


def test_users_are_named() -> None:
    windows = [{"WindowId": "mw-0000000000000000a", "Name": "one"}, {"WindowId": "mw-0000000000000000b", "Name": "two"}]
    arn = f"arn:aws:ssm:{REGION}:111111111111:document/{NAME}"
    named = {"AssociationFilterList": [{"key": "Name", "value": NAME}], "MaxResults": 50}
    wire = Wire(
        [
            Call(
                "list_associations", named, {"Associations": [{"AssociationId": "1" * 36, "AssociationName": "scan"}]}
            ),
            Call("describe_maintenance_windows", {"MaxResults": 100}, {"WindowIdentities": windows}),
            [
                Call("describe_maintenance_window_tasks", {"WindowId": windows[0]["WindowId"], "MaxResults": 100}, {}),
                Call(
                    "describe_maintenance_window_tasks",
                    {"WindowId": windows[1]["WindowId"], "MaxResults": 100},
                    {"Tasks": [{"TaskArn": arn}]},
                ),
            ],
        ]
    )
    users = users_of(wire.connection(), NAME)
    assert users == [f"association scan ({'1' * 36})", "maintenance window two (mw-0000000000000000b)"]
    wire.finish()


class FakeModule:
    """As much of a module as the work needs."""

    def __init__(self, params: dict[str, Any], check_mode: bool = False) -> None:
        unset: dict[str, Any] = dict.fromkeys(document_args())
        defaults = {"state": "present", "purge_tags": True, "purge_share_with": True, "force": False, "name": NAME}
        self.params = {**unset, **defaults, **params}
        self.check_mode = check_mode


def read(given: Any = None, **values: Any) -> tuple[Call, Call, Call]:
    text = json.dumps(SCRIPT if given is None else given)
    latest = {"Name": NAME, "DocumentVersion": "$LATEST"}
    return (
        Call("describe_document", latest, {"Document": described(**values)}),
        Call("get_document", latest, {"Content": text, "DocumentFormat": "JSON"}),
        Call("list_tags_for_resource", {"ResourceType": "Document", "ResourceId": NAME}, {"TagList": []}),
    )


def versions(*numbers: int) -> Call:
    listed = [{"Name": NAME, "DocumentVersion": str(number)} for number in numbers]
    return Call("list_document_versions", {"Name": NAME, "MaxResults": 50}, {"DocumentVersions": listed})


def contents(given: Any, *numbers: int) -> list[Call]:
    """The contents of earlier versions are read side by side."""
    text = {"Content": json.dumps(given), "DocumentFormat": "JSON"}
    return [Call("get_document", {"Name": NAME, "DocumentVersion": str(number)}, text) for number in numbers]


NONE = Call("describe_document", None, refusal("InvalidDocument"))


class TestModule:
    @pytest.fixture(autouse=True)
    def _patch(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.monkeypatch = monkeypatch

    def manage(self, params: dict[str, Any], *script: Call | list[Call], check_mode: bool = False) -> dict[str, Any]:
        wire = Wire(list(script))
        session = FakeSession({("", REGION): wire})
        self.monkeypatch.setattr(document_module, "session_of", lambda _module: session)
        result = manage_document(FakeModule(params, check_mode))
        wire.finish()
        return result

    def test_a_new_document_is_waited_for(self) -> None:
        created = Call(
            "create_document", None, {"DocumentDescription": described(DocumentVersion="1", Status="Creating")}
        )
        asked = {"Name": NAME, "DocumentVersion": "1"}
        still = Call("describe_document", asked, {"Document": described(Status="Creating")})
        ready = Call("describe_document", asked, {"Document": described(Status="Active")})
        result = self.manage({"content": SCRIPT}, NONE, created, still, ready)
        assert result["document"]["latest_version"] == "1"

    def test_a_version_that_fails_is_an_error(self) -> None:
        created = Call("create_document", None, {"DocumentDescription": described(Status="Creating")})
        failed = described(Status="Failed", StatusInformation="The bucket does not exist")
        with pytest.raises(CloudError, match="The bucket does not exist"):
            self.manage({"content": SCRIPT}, NONE, created, Call("describe_document", None, {"Document": failed}))

    def test_a_creation_without_answer_is_made_once(self) -> None:
        lost = Call("create_document", None, LOST)
        taken = Call("create_document", None, refusal("DocumentAlreadyExists"))
        mine = read(LatestVersion="1", DefaultVersion="1")
        assert self.manage({"content": SCRIPT}, NONE, lost, taken, *mine)["changed"]
        with pytest.raises(CloudError, match="DocumentAlreadyExists"):
            self.manage({"content": SCRIPT}, NONE, lost, taken, *read(OTHER))

    def test_a_new_version_without_answer_is_made_once(self) -> None:
        looked = (*read(), versions(3, 1), *contents({"a": 1}, 1))
        lost = Call("update_document", None, LOST)
        taken = Call("update_document", None, refusal("InvalidDocumentVersion"))
        default = Call("update_document_default_version", {"Name": NAME, "DocumentVersion": "4"}, {})
        mine = read(OTHER, LatestVersion="4")
        result = self.manage({"content": OTHER}, *looked, lost, taken, *mine, default)
        assert (result["document"]["latest_version"], result["document"]["default_version"]) == ("4", "4")
        with pytest.raises(CloudError, match="InvalidDocumentVersion"):
            self.manage({"content": OTHER}, *looked, taken, *read({**SCRIPT, "description": "x"}, LatestVersion="4"))

    @pytest.mark.parametrize(
        ("code", "advice"),
        [
            ("DuplicateDocumentContent", "change the content too"),
            ("DocumentVersionLimitExceeded", "at most 1,000 versions"),
            ("DuplicateDocumentVersionName", "version_name of its own"),
        ],
    )
    def test_refusals_say_what_can_be_done(self, code: str, advice: str) -> None:
        again = read() if code.startswith("Duplicate") else ()
        refused = Call("update_document", None, refusal(code))
        with pytest.raises(CloudError, match=advice):
            self.manage({"content": OTHER}, *read(), versions(3), refused, *again)

    def test_a_content_of_an_earlier_version_is_found(self) -> None:
        default = Call("update_document_default_version", {"Name": NAME, "DocumentVersion": "2"}, {})
        earlier = [*contents(OTHER, 2), *contents({"a": 1}, 1)]
        result = self.manage({"content": OTHER}, *read(), versions(1, 3, 2), earlier, default)
        assert (result["document"]["latest_version"], result["document"]["default_version"]) == ("3", "2")

    def test_a_default_that_was_deleted_is_refused(self) -> None:
        gone = Call("describe_document", {"Name": NAME, "DocumentVersion": "1"}, refusal("InvalidDocumentVersion"))
        with pytest.raises(InputError, match="default_version"):
            self.manage({"default_version": "1"}, *read(), gone)

    def test_a_deletion_asks_who_uses_it_and_who_may(self) -> None:
        permission = {"Name": NAME, "PermissionType": "Share", "MaxResults": 200}
        shared = Call("describe_document_permission", permission, {"AccountIds": ["222222222222"]})
        unused = (Call("list_associations", None, {}), Call("describe_maintenance_windows", None, {}))
        unshare = {"Name": NAME, "PermissionType": "Share", "AccountIdsToRemove": ["222222222222"]}
        gone = (Call("modify_document_permission", unshare), Call("delete_document", {"Name": NAME}))
        assert self.manage({"state": "absent"}, *read(), shared, *unused, *gone)["document"] == {}

    @pytest.mark.parametrize(
        ("option", "value"),
        [
            ("name", "no name!"),
            ("version_name", "a b"),
            ("target_type", "AWS::EC2::Instance"),
            ("display_name", "what?"),
            ("default_version", "0"),
            ("default_version", "newest"),
            ("attachments", [{"key": "S3FileUrl", "values": ["a", "b"], "name": None}]),
            ("requires", [{"name": "!", "version": None, "require_type": None, "version_name": None}]),
            ("share_with", ["12345"]),
            ("cloud_providers", ["Other"]),
        ],
    )
    def test_bad_values_are_refused_before_any_request(self, option: str, value: Any) -> None:
        with pytest.raises(InputError, match=rf"^{option}"):
            self.manage({"content": SCRIPT, option: value})
