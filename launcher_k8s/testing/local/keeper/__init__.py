"""The program that forks, names the ends of, and outlives no container of a `LocalCluster`.

It runs by itself, not in the cluster's process: `python -I -S .../keeper` with the standard library and
nothing else. One thread and few modules make it cheap to fork; a process of its own makes it certain that
its children are its own, and that somebody is left to end them when the cluster's process is killed.
`runtime` is the side of the event loop, `framing` what both sides speak.
"""
