"""The placeholders of Express Logon, which a telnet server replaces in what a terminal sends.

A macro is the same for every user: it types the placeholders as user and as password. IBM and HCL document
both (Personal Communications, "Express Logon Feature"; ZIE for Web, "Using Certificate Express Logon").
"""

from __future__ import annotations

USER_PLACEHOLDER, PASSWORD_PLACEHOLDER = ")USR.ID(", ")PSS.WD("
