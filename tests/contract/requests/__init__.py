"""One script of requests, sent to the real API server and to the embedded one; the answers must be equal.

`asked/*.yaml` is the script, theme by theme, in the order of the files' names. `asked` reads it, `sending`
sends it to any base URL, `masking` hides what two servers choose for themselves, `comparing` tells what is
left, and `wanted.yaml` says which of that is on purpose, and why.
"""
