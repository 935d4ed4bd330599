# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox's own certificate authority: clients trust its file, as they would a company's."""

from __future__ import annotations

import ssl
from pathlib import Path

import trustme

NAMES = ("127.0.0.1", "localhost")


class Authority:
    """A CA and a server certificate for the loopback interface. ``file``: the CA's certificate in PEM."""

    def __init__(self, directory: Path) -> None:
        """``directory``: where the file is written."""
        self._authority = trustme.CA()
        self._certificate = self._authority.issue_cert(*NAMES)
        self.file = directory / "ca.pem"
        self._authority.cert_pem.write_to_path(str(self.file))

    def server_context(self) -> ssl.SSLContext:
        """For a server that shows the certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._certificate.configure_cert(context)
        return context
