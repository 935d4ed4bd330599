# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operating systems a machine can have, and how its agent names them."""

from __future__ import annotations

from dataclasses import dataclass

WINDOWS_BUILDS = {
    "2012 R2": "6.3.9600",
    "2016": "10.0.14393",
    "2019": "10.0.17763",
    "2022": "10.0.20348",
    "2025": "10.0.26100",
}


@dataclass(frozen=True, slots=True)
class OperatingSystem:
    """One release of an operating system.

    ``key``: the family of releases in the fleet file's words (windows, redhat, ubuntu, amazon_linux_2 …).
    ``platform_type`` Windows|Linux, ``platform_name`` and ``platform_version`` as the SSM agent reports them (on Linux
    NAME and VERSION_ID of /etc/os-release, CentOS 7 with its full release). ``package_manager``: windows_update, dnf,
    yum, zypper or apt. ``product``: the release as patch catalogues name it (RedhatEnterpriseLinux9.4, Ubuntu22.04).
    """

    key: str
    family: str
    platform_type: str
    platform_name: str
    platform_version: str
    package_manager: str
    product: str
    product_family: str
    release_id: str
    kernel: str = ""

    @property
    def is_windows(self) -> bool:
        """Whether the machine speaks PowerShell."""
        return self.family == "windows"


@dataclass(frozen=True, slots=True)
class _Kind:
    name: str
    version: str
    package_manager: str
    product: str
    product_family: str
    release_id: str
    kernel: str


_KINDS: dict[str, _Kind] = {
    "amazon_linux": _Kind(
        "Amazon Linux AMI", "2018.03", "yum", "AmazonLinux{v}", "Amazon Linux", "amzn", "4.14.336-179.559.amzn1.x86_64"
    ),
    "amazon_linux_2": _Kind(
        "Amazon Linux", "2", "yum", "AmazonLinux{v}", "Amazon Linux 2", "amzn", "5.10.209-198.812.amzn2.x86_64"
    ),
    "amazon_linux_2023": _Kind(
        "Amazon Linux", "2023", "dnf", "AmazonLinux{v}", "Amazon Linux 2023", "amzn", "6.1.79-99.164.amzn2023.x86_64"
    ),
    "redhat": _Kind(
        "Red Hat Enterprise Linux",
        "9.4",
        "dnf",
        "RedhatEnterpriseLinux{v}",
        "Redhat Enterprise Linux",
        "rhel",
        "5.14.0-427.13.1.el9_4.x86_64",
    ),
    "centos": _Kind(
        "CentOS Linux", "7.9.2009", "yum", "CentOS{mm}", "CentOS", "centos", "3.10.0-1160.105.1.el7.x86_64"
    ),
    "centos_stream": _Kind("CentOS Stream", "9", "dnf", "CentOS{v}", "CentOS", "centos", "5.14.0-427.el9.x86_64"),
    "oracle_linux": _Kind(
        "Oracle Linux Server", "8.9", "dnf", "OracleLinux{v}", "Oracle Linux", "ol", "5.15.0-203.146.5.1.el8uek.x86_64"
    ),
    "rocky_linux": _Kind(
        "Rocky Linux", "9.3", "dnf", "RockyLinux{v}", "Rocky Linux", "rocky", "5.14.0-362.18.1.el9_3.x86_64"
    ),
    "alma_linux": _Kind(
        "AlmaLinux", "9.3", "dnf", "AlmaLinux{v}", "Alma Linux", "almalinux", "5.14.0-362.18.1.el9_3.x86_64"
    ),
    "suse": _Kind("SLES", "15.5", "zypper", "Suse{v}", "Suse", "sles", "5.14.21-150500.55.49-default"),
    "ubuntu": _Kind("Ubuntu", "22.04", "apt", "Ubuntu{v}", "Ubuntu", "ubuntu", "6.5.0-1014-aws"),
    "debian": _Kind("Debian GNU/Linux", "12", "apt", "Debian{v}", "Debian", "debian", "6.1.0-18-cloud-amd64"),
    "raspbian": _Kind("Raspbian GNU/Linux", "11", "apt", "Raspbian{v}", "Raspbian", "raspbian", "6.1.21-v8+"),
}

OS_KEYS: tuple[str, ...] = ("windows", *_KINDS)


def operating_system(key: str, version: str = "") -> OperatingSystem:
    """The OS of that key; ``version`` "" takes the usual one (Windows: 2022). Raises KeyError for an unknown key,
    ValueError for a Windows release that has no known build."""
    if key == "windows":
        return _windows(version or "2022")
    kind = _KINDS[key]
    version = version or kind.version
    name = kind.name + (" Server" if key == "redhat" and version.startswith("7") else "")
    manager = kind.package_manager
    if key in ("redhat", "oracle_linux") and version.split(".")[0] == "7":
        manager = "yum"
    major_minor = ".".join(version.split(".")[:2])
    return OperatingSystem(
        key=key,
        family="linux",
        platform_type="Linux",
        platform_name=name,
        platform_version=version,
        package_manager=manager,
        product=kind.product.format(v=version, mm=major_minor),
        product_family=kind.product_family,
        release_id=kind.release_id,
        kernel=kind.kernel,
    )


def _windows(release: str) -> OperatingSystem:
    if release not in WINDOWS_BUILDS:
        raise ValueError(f"{release!r} is no known release of Windows Server; allowed: {', '.join(WINDOWS_BUILDS)}")
    return OperatingSystem(
        key="windows",
        family="windows",
        platform_type="Windows",
        platform_name=f"Microsoft Windows Server {release} Datacenter",
        platform_version=WINDOWS_BUILDS[release],
        package_manager="windows_update",
        product="WindowsServer" + release.replace(" ", ""),
        product_family="Windows",
        release_id="windows",
    )
