"""Posit Connect's configuration, as the settings of the one cluster that its content runs on.

``rstudio-connect.gcfg`` has git-config's syntax and many sections; ours are ``[Launcher]`` and ``[Server]``.
It names cluster definitions (YAML) and a profiles file. Source: the off-host part of Connect's
configuration reference (domain, section 1, "Connect").
"""
