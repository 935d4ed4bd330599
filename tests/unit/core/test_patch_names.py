# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""By which names a patch is meant, and by which its neighbours are not."""

from __future__ import annotations

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._core.patch_names import masks_naming, names_of
from hypothesis import given
from hypothesis import strategies as st

OPENSSL = names_of("openssl.x86_64", "openssl.x86_64:1:3.0.7-27.el9", "CVE-2026-1111", version="1:3.0.7-27.el9")
CUMULATIVE = names_of("KB5044281", "2026-10 Cumulative Update for Windows Server (KB5044281)")


@pytest.mark.parametrize(
    "mask",
    [
        "openssl", "OpenSSL", "openssl.x86_64", "openssl*", "open?sl", "openssl-3.0.7-27.el9",
        "openssl-1:3.0.7-27.el9", "openssl-3.0.7-27.el9.x86_64", "openssl-1:3.0.7-27.el9.x86_64",
        "openssl.x86_64:1:3.0.7-27.el9", "openssl=3.0.7-27.el9", "openssl-3.0.7*", "cve-2026-1111", " openssl ",
    ],
)  # fmt: skip
def test_a_package_has_these_names(mask: str) -> None:
    assert masks_naming(OPENSSL, [mask]) == [mask]


@pytest.mark.parametrize(
    "mask", ["openssl-libs", "openss", "ssl", "openssl-3.0.7", "openssl.i686", "openssl-3.0.8*", "", "CVE-2026-11"]
)
def test_and_not_those_of_its_neighbours(mask: str) -> None:
    assert masks_naming(OPENSSL, [mask]) == []


@pytest.mark.parametrize("mask", ["KB5044281", "kb5044281", "5044281", "*Cumulative Update*", "KB504*"])
def test_an_update_of_windows_has_these(mask: str) -> None:
    assert masks_naming(CUMULATIVE, [mask]) == [mask]


@pytest.mark.parametrize("mask", ["KB50442", "044281", "KB5044281x", "Cumulative Update"])
def test_and_no_part_of_them(mask: str) -> None:
    assert masks_naming(CUMULATIVE, [mask]) == []


_WORD = st.text("abcdefgh0123456789+._", min_size=1, max_size=12)


@given(_WORD, st.sampled_from(["x86_64", "noarch", "amd64", "aarch64"]), st.integers(0, 9), _WORD)
def test_each_written_form_of_a_package_means_it(name: str, arch: str, epoch: int, version: str) -> None:
    names = names_of(f"{name}.{arch}", version=f"{epoch}:{version}")
    for form in (
        name,
        f"{name}.{arch}",
        f"{name}-{version}",
        f"{name}-{version}.{arch}",
        f"{name}.{arch}:{epoch}:{version}",
    ):
        assert masks_naming(names, [form]) == [form]
    assert masks_naming(names, [f"{name}-extra", f"x{name}"]) == []
