# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings of the documentation site (Sphinx)."""

from __future__ import annotations

project = "hybridops.patching"
author = "hybridops.patching contributors"
project_copyright = "2026, hybridops.patching contributors"
html_title = "hybridops.patching"

extensions = ["myst_parser", "sphinx_antsibull_ext"]
myst_heading_anchors = 3
myst_enable_extensions = ["deflist"]

html_theme = "furo"
html_show_sphinx = False
html_copy_source = False
html_use_index = False
pygments_style = "ansible"
highlight_language = "yaml+jinja"
