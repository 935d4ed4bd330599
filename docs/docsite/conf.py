# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings of the documentation site (Sphinx)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from docutils import nodes

if TYPE_CHECKING:
    from sphinx.addnodes import pending_xref
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

project = "hybridops.patching"
author = "hybridops.patching contributors"
project_copyright = "2026, hybridops.patching contributors"
html_title = "hybridops.patching"

extensions = ["myst_parser", "sphinx_antsibull_ext"]
myst_heading_anchors = 3

html_theme = "furo"
html_show_sphinx = False
html_copy_source = False
html_use_index = False
pygments_style = "ansible"
highlight_language = "yaml+jinja"

# Labels in Ansible's own documentation, to which the pages of modules refer. They are resolved here and not through
# intersphinx, which would need the network for each build; whatever else is not found stays an error.
ANSIBLE_DOCS = "https://docs.ansible.com/ansible/latest"
ANSIBLE_LABELS = {
    "common_return_values": "reference_appendices/common_return_values.html",
    "action_plugins": "plugins/action.html",
    "ansible_configuration_settings": "reference_appendices/config.html",
}
OTHER_COLLECTION = re.compile(
    r"ansible_collections\.(?!hybridops\.)(?P<namespace>\w+)\.(?P<name>\w+)\.(?P<page>\w+?_[a-z]+)(__.*)?"
)


def link_to_ansible(
    app: Sphinx, environment: BuildEnvironment, reference: pending_xref, shown: nodes.Element
) -> nodes.reference | None:
    """A link to Ansible's documentation for a label of it or of another collection; None for any other label."""
    del app, environment
    label = str(reference["reftarget"])
    page = ANSIBLE_LABELS.get(label)
    if other := OTHER_COLLECTION.fullmatch(label):
        page = f"collections/{other['namespace']}/{other['name']}/{other['page']}.html"
    if page is None:
        return None
    return nodes.reference("", "", shown, internal=False, refuri=f"{ANSIBLE_DOCS}/{page}")


def setup(app: Sphinx) -> None:
    """Called by Sphinx."""
    app.connect("missing-reference", link_to_ansible)
